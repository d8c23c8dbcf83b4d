"""The second process that helps to build tables: its task comes on standard input, and why it failed goes to standard output."""

import sys

from scribekit.tables.store.build import help_out

if __name__ == "__main__":
    failure = help_out(sys.stdin.buffer.read())
    if failure:
        sys.stdout.write(failure)
        sys.exit(1)
