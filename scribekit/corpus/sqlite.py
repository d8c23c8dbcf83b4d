"""Open the SQLite files of a corpus folder: for writing, or read-only where the folder cannot be written."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Self

from scribekit.base.errors import LedgerError, explained, reason

READ_ONLY = (
    "its folder is not yours to write (an archive, a share that is mounted for reading?). "
    "Copy the folder to where you may write, and open the copy."
)
_BUSY_S = 30.0


def is_writable(path: Path) -> bool:
    """Return whether a file, and other files beside it as SQLite makes them, can be written or made."""
    return os.access(path.parent, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))


def connect(path: Path, busy_s: float) -> sqlite3.Connection:
    """Open a file; read-only where it cannot be written.

    Args:
        path: The file; it is made if it is missing and the folder can be written.
        busy_s: How long to wait for other writers.
    """
    name = str(path)
    if not is_writable(path):
        # SQLite cannot lock a file in a folder that cannot be written, and without an unfinished write it need not. What another process
        # writes while the file is open is seen by the next connection; this one may find the file malformed.
        name = f"{path.absolute().as_uri()}?mode=ro{'' if has_unfinished_write(path) else '&immutable=1'}"
    return sqlite3.connect(name, timeout=busy_s, isolation_level=None, check_same_thread=False, uri=name != str(path))


def has_unfinished_write(path: Path) -> bool:
    """Return whether the write-ahead log holds something that is not in the file itself yet."""
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0


@contextlib.contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Run one all-or-nothing write that waits for its turn among the processes. The block may end the transaction itself."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        if db.in_transaction:
            db.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            db.execute("ROLLBACK")
        raise


class Rebuildable:
    """A SQLite file that only holds what can be derived from the ledger. It is rebuilt when it cannot be read or is out of date.

    Used by one thread at a time; any number of processes may have it open.

    Args:
        path: The file.
        description: What the file is, for error messages.

    Raises:
        LedgerError: It cannot be written; or it is missing or out of date, in a folder that cannot be written.
    """

    def __init__(self, path: Path, description: str) -> None:
        self._path = path
        self._description = description
        self._is_read_only = not is_writable(path)
        if self._is_read_only and not path.exists():
            raise LedgerError(f"There is no {description} in {str(path.parent)!r}, and it cannot be made: {READ_ONLY}")
        with self._explained():
            try:
                self._db = self._opened()
            except sqlite3.DatabaseError as cause:
                self._rebuild(cause)

    def _is_current(self, db: sqlite3.Connection) -> bool:
        """Return whether the file is of this version; raise :class:`sqlite3.DatabaseError` if only a new file will do."""
        raise NotImplementedError

    def _create(self, db: sqlite3.Connection) -> None:
        """Make the tables, instead of those that are there."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _opened(self) -> sqlite3.Connection:
        db = connect(self._path, _BUSY_S)
        try:
            if not self._is_read_only:
                db.execute("PRAGMA journal_mode = WAL")
                db.execute("PRAGMA synchronous = NORMAL")
            if not self._is_current(db):
                self._check_writable()
                with transaction(db):
                    if not self._is_current(db):  # else another process was quicker
                        self._create(db)
        except BaseException:
            db.close()
            raise
        return db

    def _rebuild(self, cause: sqlite3.DatabaseError) -> None:
        """Start with an empty file if the file itself is damaged; raise the error if it has another cause."""
        if isinstance(cause, sqlite3.OperationalError):  # locked, full, not allowed
            raise cause
        self._check_writable()
        if hasattr(self, "_db"):
            self._db.close()
        self._delete()
        self._db = self._opened()

    def _delete(self) -> None:
        for ending in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + ending).unlink(missing_ok=True)

    def _check_writable(self, problem: str = "is not up to date, and cannot be updated") -> None:
        if self._is_read_only:
            raise LedgerError(f"The {self._description} in {str(self._path.parent)!r} {problem}: {READ_ONLY}")

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._check_writable()
        with self._explained(), transaction(self._db):
            yield self._db

    def _explained(self) -> AbstractContextManager[None]:
        return explained(
            (sqlite3.Error, OSError),
            LedgerError,
            lambda cause: (
                f"The {self._description} {str(self._path)!r} cannot be used ({reason(cause)}). Check permissions and room on the disk, "
                "and that no other program holds it; then run the same call again."
            ),
        )
