"""The second process that builds tables: it reads its task from standard input, and writes why it failed to standard output."""

import sys

from scribekit.tables.store.build import run_task

if __name__ == "__main__":
    failure = run_task(sys.stdin.buffer.read())
    if failure:
        sys.stdout.write(failure)
        sys.exit(1)
