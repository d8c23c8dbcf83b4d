"""Open the SQLite files of a corpus folder: for writing, or read-only where the folder cannot be written. Say when one is damaged."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from scribekit.base.errors import DamagedFileError, LedgerError, reason

READ_ONLY = (
    "its folder is not yours to write (an archive, a share that is mounted for reading?). "
    "Copy the folder to where you may write, and open the copy."
)
SUFFIXES = ("", "-wal", "-shm")
"""A database, and what SQLite keeps beside it."""
ERRORS: tuple[type[Exception], ...] = (sqlite3.Error, UnicodeDecodeError)
"""What the library raises. It cannot decode SQLite's own sentence about a damaged schema if that quotes bytes that are not UTF-8."""
_BUSY_S = 30.0
_SHORT_READ = sqlite3.SQLITE_IOERR_SHORT_READ
_DAMAGED_CODES = frozenset(
    {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_TOOBIG}
)
_UNREADABLE_TEXT = "decode to UTF-8"
_DAMAGED_TEXTS = (
    _UNREADABLE_TEXT, "malformed", "no such", "has no column", "unsupported file format", "vtable constructor failed", "invalid fts5 file",
)  # fmt: skip
"""SQLite reports these as plain errors. All statements are our own, so a table that is missing was there."""


def is_damage(cause: BaseException) -> bool:
    """Return whether an error of SQLite says that the file is damaged, rather than locked, full or not allowed.

    Example:
        >>> is_damage(sqlite3.OperationalError("database is locked")), is_damage(sqlite3.OperationalError("no such table: jobs"))
        (False, True)
    """
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None and (code == _SHORT_READ or code & 0xFF in _DAMAGED_CODES):
        return True
    if isinstance(cause, UnicodeDecodeError):
        return True
    return isinstance(cause, sqlite3.Error) and any(text in str(cause) for text in _DAMAGED_TEXTS)


def damage_text(cause: BaseException) -> str:
    """Return what SQLite says about a damaged file, without the words of a transcript that it may quote.

    Example:
        >>> damage_text(sqlite3.OperationalError("Could not decode to UTF-8 column 'text' with text 'what somebody said'"))
        'a text in it is not UTF-8'
    """
    is_text = isinstance(cause, UnicodeDecodeError) or _UNREADABLE_TEXT in str(cause)
    return "a text in it is not UTF-8" if is_text else str(cause)


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


def integrity_problems(db: sqlite3.Connection, most: int = 100) -> list[str]:
    """Return what SQLite's own check of a whole file finds, in SQLite's words; nothing if the file is whole."""
    try:
        found = [str(row[0]) for row in db.execute(f"PRAGMA integrity_check({most})")]
    except ERRORS as cause:
        return [damage_text(cause)] if is_damage(cause) else []
    return [line for line in found if line != "ok"]


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


def remove(path: Path) -> None:
    """Delete a database and what SQLite keeps beside it."""
    for suffix in SUFFIXES:
        path.with_name(path.name + suffix).unlink(missing_ok=True)


class Rebuildable:
    """A SQLite file that only holds what can be derived from the ledger. It is rebuilt when it cannot be read or is out of date.

    Used by one thread at a time; any number of processes may have it open.

    Args:
        path: The file.
        description: What the file is, for error messages.
        as_it_is: Open it as it is, to check it: it is neither rebuilt nor brought up to date.

    Raises:
        LedgerError: It cannot be written; or it is missing or out of date, in a folder that cannot be written.
    """

    def __init__(self, path: Path, description: str, *, as_it_is: bool = False) -> None:
        self._path = path
        self._description = description
        self._is_read_only = not is_writable(path)
        if self._is_read_only and not path.exists():
            raise LedgerError(f"There is no {description} in {str(path.parent)!r}, and it cannot be made: {READ_ONLY}")
        with self._explained():
            if as_it_is:
                self._db = connect(path, _BUSY_S)
                return
            try:
                self._db = self._opened()
            except (sqlite3.DatabaseError, UnicodeDecodeError) as cause:
                if isinstance(cause, sqlite3.OperationalError) and not is_damage(cause):  # locked, full, not allowed
                    raise
                self.start_again()

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

    def start_again(self) -> None:
        """Delete the file, which is damaged or out of date, and make an empty one.

        Raises:
            LedgerError: The folder cannot be written.
        """
        self._check_writable("cannot be built again")
        with self._explained():
            if hasattr(self, "_db"):
                self._db.close()
            remove(self._path)
            self._db = self._opened()

    def rows(self, sql: str, values: Sequence[Any] = ()) -> Iterator[Any]:
        """Yield the rows of a query, one at a time.

        Raises:
            DamagedFileError: The file is damaged. :meth:`start_again` helps.
            LedgerError: It cannot be read.
        """
        with self._explained():
            for row in self._db.execute(sql, values):  # noqa: UP028 -- "yield from" would close the cursor, perhaps after the file
                yield row

    def problems(self) -> list[str]:
        """Read the whole file as it is, and return what is damaged in it, in a few words each.

        A file of another version has no problems: it is rebuilt when it is next used.
        """
        try:
            with self._explained():
                found = integrity_problems(self._db)
                if not found and self._is_current(self._db):
                    self._verify_all()
        except DamagedFileError as error:
            return [str(error)]
        return found

    @property
    def is_up_to_date(self) -> bool:
        """Whether the file is of this version."""
        with self._explained():
            return self._is_current(self._db)

    def _verify_all(self) -> None:
        """Read everything in a file of this version; raise :class:`~scribekit.errors.DamagedFileError` if something is damaged."""

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

    def _check_writable(self, problem: str = "is not up to date, and cannot be updated") -> None:
        if self._is_read_only:
            raise LedgerError(f"The {self._description} in {str(self._path.parent)!r} {problem}: {READ_ONLY}")

    def damaged(self, what: str) -> DamagedFileError:
        """Return the error that says what is damaged in the file."""
        return DamagedFileError(
            f"The {self._description} {str(self._path)!r} is damaged ({what}). It can be deleted: it is made again from the ledger."
        )

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._check_writable()
        with self._explained(), transaction(self._db):
            yield self._db

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, UnicodeDecodeError, OSError) as cause:
            if is_damage(cause) or isinstance(cause, sqlite3.IntegrityError):  # no rows of ours are in conflict
                raise self.damaged(damage_text(cause)) from None
            raise LedgerError(
                f"The {self._description} {str(self._path)!r} cannot be used ({reason(cause)}). Check permissions and room on the disk, "
                "and that no other program holds it; then run the same call again."
            ) from cause
