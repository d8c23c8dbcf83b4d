"""Who is at work on a corpus: a locked file per process, which the operating system unlocks the moment that process ends.

So a claim that a killed process left behind is free at once, and one of a living process is never taken. Where files
cannot be locked (Windows, some network file systems) a claim is free when its time has run out.
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
    """This process's presence in a corpus, for as long as it is open.

    Attributes:
        owner: The name under which this process claims jobs.
    """

    def __init__(self, corpus: Path) -> None:
        self._folder = corpus / FOLDER
        self._folder.mkdir(exist_ok=True)
        self.owner = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        self._path = self._folder / self.owner
        self._file = self._path.open("w")
        _lock(self._file)

    def has_exited(self, owner: str) -> bool:
        """Whether another owner has certainly ended. Someone on another machine never counts as gone; their claims run out."""
        if owner == self.owner or fcntl is None or owner.rsplit("-", 2)[0] != socket.gethostname():
            return False
        path = self._folder / owner
        try:
            with path.open("r+") as file:
                gone = _lock(file)
        except FileNotFoundError:
            return True
        except OSError:
            return False
        if gone:
            path.unlink(missing_ok=True)
        return gone

    def is_alive(self, owner: str) -> bool:
        """Whether another owner on this machine is certainly still there, at work or suspended."""
        path = self._folder / owner
        if fcntl is None or owner == self.owner or owner.rsplit("-", 2)[0] != socket.gethostname() or not path.exists():
            return False
        return not self.has_exited(owner)

    def close(self) -> None:
        """Leave."""
        self._file.close()
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)


def is_at_work(corpus: Path, owner: str) -> bool:
    """Whether an owner on this machine is certainly at work on a corpus now, in this process or another; changes nothing."""
    if fcntl is None or owner.rsplit("-", 2)[0] != socket.gethostname():
        return False
    try:
        with (corpus / FOLDER / owner).open("r+") as file:
            return not _lock(file)
    except OSError:
        return False


def _lock(file: IO[str]) -> bool:
    if fcntl is None:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
