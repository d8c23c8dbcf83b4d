"""Which processes are at work on a corpus: one locked file per process, which the operating system unlocks when the process ends.

So the claims of a killed process are free at once, and those of a running process are never taken. Where files cannot be locked (Windows,
some network file systems), a claim is free when its lease has run out.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
from pathlib import Path
from types import ModuleType
from typing import IO

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

FOLDER = "at-work"


class ProcessLock:
    """The lock that shows, until it is closed, that this process is at work on a corpus.

    Args:
        corpus: The corpus folder.

    Attributes:
        owner: The name under which this process claims jobs.
    """

    def __init__(self, corpus: Path) -> None:
        self._folder = corpus / FOLDER
        self._folder.mkdir(exist_ok=True)
        self.owner = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        self._path = self._folder / self.owner
        self._file = self._path.open("w", encoding="utf-8")
        _lock(self._file)

    def has_exited(self, owner: str) -> bool:
        """Return whether another owner has certainly ended. False for a process on another machine; its claims expire."""
        if owner == self.owner or fcntl is None or owner.rsplit("-", 2)[0] != socket.gethostname():
            return False
        path = self._folder / owner
        try:
            with path.open("r+") as file:
                has_ended = _lock(file)
        except FileNotFoundError:
            return True
        except OSError:
            return False
        if has_ended:
            path.unlink(missing_ok=True)
        return has_ended

    def is_alive(self, owner: str) -> bool:
        """Return whether another owner is certainly a living process of this machine, running or suspended."""
        path = self._folder / owner
        if fcntl is None or owner == self.owner or owner.rsplit("-", 2)[0] != socket.gethostname() or not path.exists():
            return False
        return not self.has_exited(owner)

    def show(self, waits_for: str) -> None:
        """Let other processes, and handles in this one, see what this process waits for; an empty text when for nothing."""
        with contextlib.suppress(OSError):
            self._file.seek(0)
            self._file.truncate()
            self._file.write(waits_for)
            self._file.flush()

    def close(self) -> None:
        """Release the lock and remove its file."""
        self._file.close()
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)


def is_at_work(corpus: Path, owner: str) -> bool:
    """Return whether an owner on this machine is certainly at work on a corpus now, in this process or another; change nothing."""
    if fcntl is None or owner.rsplit("-", 2)[0] != socket.gethostname():
        return False
    try:
        with (corpus / FOLDER / owner).open("r+") as file:
            return not _lock(file)
    except OSError:
        return False


def waits_for(corpus: Path) -> str:
    """Return what a process at work on a corpus waits for; empty when none is at work, or it waits for nothing."""
    for path in sorted((corpus / FOLDER).glob("*")):
        with contextlib.suppress(OSError):
            said = path.read_text("utf-8")
            if said and is_at_work(corpus, path.name):
                return said
    return ""


def _lock(file: IO[str]) -> bool:
    if fcntl is None:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
