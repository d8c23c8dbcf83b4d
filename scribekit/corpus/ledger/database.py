"""Open the ledger's SQLite file, make and upgrade it, run transactions, and explain SQLite's errors."""

from __future__ import annotations

import contextlib
import functools
import os
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from scribekit.base.errors import DamagedFileError, LedgerError, ScribekitError, explained, reason
from scribekit.corpus.ledger.checks import problems, structure
from scribekit.corpus.ledger.damage import Damage
from scribekit.corpus.ledger.digests import missing_digests, recording_crc
from scribekit.corpus.sqlite import (
    ERRORS,
    READ_ONLY,
    connect,
    damage_text,
    has_unfinished_write,
    is_damage,
    is_writable,
    remove,
    transaction,
)

FILE_NAME = "ledger.sqlite"
_SCRIPTS = ("ledger.sql", "journal.sql", "figures.sql", "digests.sql")  # the n-th makes version n out of the one before
VERSION = len(_SCRIPTS)
_OLDEST_READABLE = 3
"""A ledger from this version on can be read without an upgrade. It has no checksums before version 4."""
_FIRST_WITH_DIGESTS = 4
BUSY_S = 10.0
TRACES = ("tables", "at-work", "search.sqlite", f"{FILE_NAME}-wal")
"""What only a corpus has. Where one of them is, a ledger was there too."""


class Database:
    """The open SQLite file of the ledger.

    Args:
        folder: The corpus folder. Where it cannot be written, the ledger is read-only.
        create: Open it for writing; make the folder and an empty ledger when there is none.

    Attributes:
        folder: The corpus folder.
        is_read_only: Whether every write is refused.
        damage: What could not be read so far.

    Raises:
        LedgerError: The folder has no ledger (and ``create`` is false), or one that cannot be opened.
        DamagedFileError: The ledger is damaged, or lost.
    """

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        self.folder = folder
        self.damage = Damage()
        path = folder / FILE_NAME
        traces = [name for name in TRACES if os.access(folder / name, os.F_OK)]  # first: another process may be making the corpus
        size = _size(path)
        if size == 0 or (size is None and traces):
            raise DamagedFileError(_lost(folder, traces, is_there=size == 0))
        if size is None and not create:
            raise LedgerError(
                f"There is no corpus in {str(folder)!r} (no {FILE_NAME} in it). Give the folder that was passed to submit_batch as corpus=."
            )
        if size is None:
            _make(folder, path)
        self.is_read_only = not is_writable(path)
        if size is not None and create:
            self.check_writable()
        with _explained(path):
            self._db = connect(path, BUSY_S)
            self._db.row_factory = sqlite3.Row
            try:
                self._version = self._prepare()
            except BaseException:
                self._db.close()
                raise

    def _prepare(self) -> int:
        """Bring the ledger up to date, and return its version."""
        if not self.is_read_only:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
        version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        if version > VERSION:
            raise LedgerError(
                f"The corpus in {str(self.folder)!r} was made by a newer scribekit (ledger version {version}, "
                f"this one reads up to {VERSION}). Upgrade scribekit to open it."
            )
        if version == 0:
            raise self.damaged("its version is missing")
        if version == VERSION or (self.is_read_only and version >= _OLDEST_READABLE):
            return version
        if self.is_read_only:
            raise LedgerError(
                f"The corpus in {str(self.folder)!r} was made by an older scribekit and has to be brought up to date once, but {READ_ONLY}"
            )
        with self.transaction() as db:
            _upgrade(db)
        return VERSION

    def damaged(self, what: str) -> DamagedFileError:
        """Return the error that says what is damaged in the ledger, and what helps."""
        return DamagedFileError(_damaged(self.folder / FILE_NAME, what))

    def problems(self) -> list[str]:
        """Read the whole file, and return what is wrong with it, in a few words each. It does not see letters that are not indexed."""
        return problems(self._db, _structure_of(self._version))

    @property
    def has_digests(self) -> bool:
        """Whether the ledger has a table of checksums. A read-only one of an earlier version has none."""
        return self._version >= _FIRST_WITH_DIGESTS

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None) -> None:
        try:
            if isinstance(error, Exception) and not isinstance(error, ScribekitError) and (found := self.problems()):
                # A row with other values than were written can break anything.
                raise self.damaged(found[0]) from None
        finally:
            self.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Run one all-or-nothing write that waits for its turn among the processes."""
        self.check_writable()
        with _explained(self.folder / FILE_NAME), transaction(self._db):
            yield self._db

    def check_writable(self) -> None:
        """Refuse a change of a read-only corpus.

        Raises:
            LedgerError: The ledger is read-only.
        """
        if self.is_read_only:
            raise LedgerError(f"The corpus in {str(self.folder)!r} can be read but not changed: {READ_ONLY}")

    def read(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> list[sqlite3.Row]:
        """Return the rows of a query."""
        return list(self.rows(sql, values))

    def rows(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> Iterator[sqlite3.Row]:
        """Yield the rows of a query, one at a time."""
        with _explained(self.folder / FILE_NAME):
            for row in self._db.execute(sql, values):  # noqa: UP028 -- it would close the cursor of a generator that is dropped late
                yield row


def placeholders(values: Sequence[Any]) -> str:
    """Return the SQL placeholders for the values of a list."""
    return ", ".join("?" * len(values))


def _make(folder: Path, path: Path) -> None:
    """Make an empty ledger under another name first, so that nobody ever sees one that is not finished."""
    draft = path.with_name(f".{FILE_NAME}.{secrets.token_hex(8)}")
    with explained(
        OSError, LedgerError, lambda cause: f"The corpus folder {str(folder)!r} cannot be made: {reason(cause)}. Choose another corpus=."
    ):
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)  # for nobody else to read; a folder that is there keeps the rights that its owner chose
    try:
        with _explained(path), contextlib.closing(connect(draft, BUSY_S)) as db, transaction(db):
            db.row_factory = sqlite3.Row
            _upgrade(db)
        with explained(OSError, LedgerError, lambda cause: f"The ledger {str(path)!r} cannot be made: {reason(cause)}."):
            _publish(draft, path)
    finally:
        remove(draft)


def _publish(draft: Path, path: Path) -> None:
    """Give a file its name, unless another process was quicker."""
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    except OSError:  # a file system without links
        if not path.exists():
            draft.replace(path)


def _upgrade(db: sqlite3.Connection) -> None:
    version = db.execute("PRAGMA user_version").fetchone()[0]  # another process may have upgraded it meanwhile
    _run_scripts(db, version, VERSION)
    if 0 < version < _FIRST_WITH_DIGESTS:
        edits = db.execute("SELECT * FROM edits ORDER BY edit_id").fetchall()
        db.executemany("UPDATE edits SET digest = ? WHERE edit_id = ?", ((digest, number) for number, digest in missing_digests(edits)))
        rows = db.execute("SELECT batch_id, position, recording_id, source, job_key FROM recordings").fetchall()
        seal = "UPDATE recordings SET crc = ? WHERE batch_id = ? AND position = ?"
        db.executemany(seal, ((recording_crc(*row), row["batch_id"], row["position"]) for row in rows))
    db.execute(f"PRAGMA user_version = {VERSION}")


def _run_scripts(db: sqlite3.Connection, version: int, until: int) -> None:
    for script in _SCRIPTS[version:until]:
        for statement in resources.files("scribekit.corpus.ledger").joinpath(script).read_text("utf-8").split(";"):
            db.execute(statement)


@functools.cache
def _structure_of(version: int) -> dict[str, str]:
    """Return the structure of an empty ledger of a version."""
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        _run_scripts(db, 0, version)
        return structure(db)


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as cause:
        raise LedgerError(
            f"The ledger {str(path)!r} cannot be opened ({reason(cause)}). Check the folder's permissions, or choose another corpus=."
        ) from cause


def _lost(folder: Path, traces: Sequence[str], *, is_there: bool) -> str:
    state = "is empty (0 bytes)" if is_there else f"is missing, although {', '.join(repr(name) for name in traces)} of a corpus is there"
    return (
        f"The ledger {str(folder / FILE_NAME)!r} {state}. Everything that was paid for is in this file, and nothing is sent as long as it "
        "is lost: bring it back from a backup, the trash or an earlier version of the folder. If it is gone for good, give another folder "
        "as corpus=, and everything is transcribed, and paid for, again."
    )


def _damaged(path: Path, what: str) -> str:
    return (
        f"The ledger {str(path)!r} is damaged ({what}). End what uses the corpus, and run sk.check_corpus({str(path.parent)!r}, "
        "repair=True): it saves what can be read, and keeps the damaged file."
    )


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ones that say what to do."""
    try:
        yield
    except ERRORS as cause:
        if is_damage(cause):
            raise DamagedFileError(_damage_reason(cause, path)) from None
        raise LedgerError(f"The ledger {str(path)!r} {_reason(cause, path)}") from cause


def _damage_reason(cause: Exception, path: Path) -> str:
    text = damage_text(cause)
    if not is_writable(path) and "malformed" in text:
        return (
            f"The ledger {str(path)!r} was changed by somebody else while it was read, or is damaged ({text}). "
            "Run the same call again: it reads the file again."
        )
    return _damaged(path, text)


def _reason(cause: Exception, path: Path) -> str:
    text = str(cause)
    if not is_writable(path) and has_unfinished_write(path):
        return f"cannot be read now ({text}): what was written last is not in the file itself yet, and {READ_ONLY}"
    if "locked" in text or "busy" in text:
        return "is locked by another program that is writing to it. Wait until that program is done, then run the same call again."
    if "full" in text or "I/O" in text:
        return f"cannot be written ({text}). Make room on the disk, then run the same call again: what was recorded is safe."
    if "readonly" in text or "unable to open" in text:
        return f"cannot be opened for writing ({text}). Check the folder's permissions, or choose another corpus=."
    return f"cannot be used ({text})."
