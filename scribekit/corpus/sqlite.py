"""Files of SQLite in a corpus folder: opened to be written, or for reading alone where the folder cannot be written."""

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
    """Whether a file can be written, or made, and others beside it, as SQLite does."""
    return os.access(path.parent, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))


def connect(path: Path, busy_s: float) -> sqlite3.Connection:
    """Open a file; for reading alone where it cannot be written.

    Args:
        path: The file; it is made where it can be.
        busy_s: So long is waited for others who write.
    """
    name = str(path)
    if not is_writable(path):
        # Without anybody's unfinished writing beside it, a file need not be locked for reading, which a folder that cannot be written
        # does not allow. What somebody else writes while it is open is seen by the next connection; this one may find the file malformed.
        name = f"{path.absolute().as_uri()}?mode=ro{'' if has_rest(path) else '&immutable=1'}"
    return sqlite3.connect(name, timeout=busy_s, isolation_level=None, check_same_thread=False, uri=name != str(path))


def has_rest(path: Path) -> bool:
    """Whether something was written that has not gone into the file itself yet."""
    rest = path.with_name(f"{path.name}-wal")
    return rest.exists() and rest.stat().st_size > 0


@contextlib.contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """One all-or-nothing write that waits for its turn among the processes; whoever ended it within has ended it."""
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
    """A file that holds nothing that is not in the ledger: one that cannot be read, or is not current, is made anew.

    Used by one thread at a time; any number of processes may have it open.

    Args:
        path: The file.
        called: What it is, for those who read of it in an error.

    Raises:
        LedgerError: It cannot be written; or it cannot be made, or made current, in a folder that cannot be written.
    """

    def __init__(self, path: Path, called: str) -> None:
        self._path = path
        self._called = called
        self._is_read_only = not is_writable(path)
        if self._is_read_only and not path.exists():
            raise LedgerError(f"There is no {called} in {str(path.parent)!r}, and it cannot be made: {READ_ONLY}")
        with self._explained():
            try:
                self._db = self._opened()
            except sqlite3.DatabaseError as cause:
                self._start_again(cause)

    def _is_current(self, db: sqlite3.Connection) -> bool:
        """Whether the file is of this version; :class:`sqlite3.DatabaseError` when only a new file will do."""
        raise NotImplementedError

    def _create(self, db: sqlite3.Connection) -> None:
        """Make the tables, in the place of those that are there."""
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

    def _start_again(self, cause: sqlite3.DatabaseError) -> None:
        """With an empty file, when the cause is that there is something wrong with the file itself."""
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

    def _check_writable(self, problem: str = "is not up to date, and cannot be brought so") -> None:
        if self._is_read_only:
            raise LedgerError(f"The {self._called} in {str(self._path.parent)!r} {problem}: {READ_ONLY}")

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
                f"The {self._called} {str(self._path)!r} cannot be used ({reason(cause)}). Check permissions and room on the disk, "
                "and that no other program holds it; then run the same call again."
            ),
        )
