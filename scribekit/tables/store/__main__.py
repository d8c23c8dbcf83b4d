"""The second process that helps to build tables; its task comes on standard input."""

import sys

from scribekit.tables.store.build import help_out

if __name__ == "__main__":
    help_out(sys.stdin.buffer.read())
