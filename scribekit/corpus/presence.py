"""Which processes are at work on a corpus: one locked file per process, which the operating system unlocks when the process ends.

So the claims of a killed process are free at once, and those of a running process are never taken. A process that was forked off does not
inherit the lock: it may live on when the one that holds the claims has ended. Where files cannot be locked (Windows, some network file
systems), a claim is free when its lease has run out.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import time
import weakref
from pathlib import Path
from types import ModuleType
from typing import IO

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

FOLDER = "at-work"
_RANDOM_BYTES = 4
_TIME_DIGITS = 9
"""Hexadecimal digits of the Unix time in the name of an owner."""

_open_locks: weakref.WeakSet[ProcessLock] = weakref.WeakSet()


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
        self._process = os.getpid()
        self.owner = f"{socket.gethostname()}-{self._process}-{int(time.time()):0{_TIME_DIGITS}x}{secrets.token_hex(_RANDOM_BYTES)}"
        self._path = self._folder / self.owner
        self._file = self._path.open("w", encoding="utf-8")
        _lock(self._file, waits=True)  # another process may be asking whether it is locked
        _open_locks.add(self)

    def has_exited(self, owner: str) -> bool:
        """Return whether another owner has certainly ended. False for a process on another machine; its claims expire."""
        if owner == self.owner or not _is_of_this_machine(owner):
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
        if owner == self.owner or not _is_of_this_machine(owner) or not path.exists():
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
        """Release the lock and remove its file. A process that was forked off leaves the file to the one that made it."""
        self.forget()
        if self._process == os.getpid():
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)

    def forget(self) -> None:
        """Close the file of the lock in this process. The lock lasts while another process has the same opened file."""
        self._file.close()


def is_at_work(corpus: Path, owner: str) -> bool:
    """Return whether an owner on this machine is certainly at work on a corpus now, in this process or another; change nothing."""
    if not _is_of_this_machine(owner):
        return False
    try:
        with (corpus / FOLDER / owner).open("r+") as file:
            return not _lock(file)
    except OSError:
        return False


def at_work(corpus: Path) -> list[str]:
    """Return the owners on this machine that are certainly at work on a corpus now."""
    try:
        owners = sorted(path.name for path in (corpus / FOLDER).iterdir())
    except OSError:
        return []
    return [owner for owner in owners if is_at_work(corpus, owner)]


def description(owner: str) -> str:
    """Return which process an owner is, where it runs, and since when it is at work.

    Example:
        >>> description("desk-of-ada-4711-0a1b2c3d")  # of an earlier version, without the time
        "process 4711 on 'desk-of-ada'"
    """
    host, process, token = owner.rsplit("-", 2)
    process = f"process {process} on {host!r}"
    with contextlib.suppress(ValueError, OverflowError):
        if len(token) > 2 * _RANDOM_BYTES:
            return f"{process} (at work since {time.strftime('%Y-%m-%d %H:%M', time.localtime(int(token[:_TIME_DIGITS], 16)))})"
    return process


def _is_of_this_machine(owner: str) -> bool:
    return fcntl is not None and owner.rsplit("-", 2)[0] == socket.gethostname()


def waits_for(corpus: Path) -> str:
    """Return what a process at work on a corpus waits for; empty when none is at work, or it waits for nothing."""
    for path in sorted((corpus / FOLDER).glob("*")):
        with contextlib.suppress(OSError):
            said = path.read_text("utf-8")
            if said and is_at_work(corpus, path.name):
                return said
    return ""


def _lock(file: IO[str], *, waits: bool = False) -> bool:
    if fcntl is None:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX if waits else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _forget_all() -> None:
    for lock in list(_open_locks):
        lock.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
