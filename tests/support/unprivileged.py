"""What a process may not do: for the time of a block it is not root, to whom nothing is forbidden."""

import contextlib
import os
import tempfile
from pathlib import Path

NOBODY = 65534


@contextlib.contextmanager
def folder_of_anyone():
    """A new folder that every user of the machine can enter; that of the tests is root's own."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextlib.contextmanager
def unprivileged():
    """Be nobody, where this process is root. What the block needs must have been imported before."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
