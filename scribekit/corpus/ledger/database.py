"""Open the ledger's SQLite file, upgrade it, run transactions, and explain SQLite's errors."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from importlib import resources
from pathlib import Path
from typing import Any, Self

import pyarrow as pa

from scribekit.base.errors import LedgerError, explained, reason
from scribekit.corpus.sqlite import READ_ONLY, connect, has_unfinished_write, is_writable, transaction

FILE_NAME = "ledger.sqlite"
_SCRIPTS = ("ledger.sql", "journal.sql", "figures.sql")  # the n-th makes version n out of the one before
VERSION = len(_SCRIPTS)
BUSY_S = 10.0


class Database:
    """The open SQLite file of the ledger.

    Args:
        folder: The corpus folder. Where it cannot be written, the ledger is read-only.
        create: Open it for writing; make the folder and an empty ledger when there is none.

    Attributes:
        folder: The corpus folder.
        is_read_only: Whether every write is refused.

    Raises:
        LedgerError: The folder has no ledger (and ``create`` is false), or one that cannot be opened.
    """

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        self.folder = folder
        path = folder / FILE_NAME
        is_there = _exists(path)
        if not is_there and not create:
            raise LedgerError(
                f"There is no corpus in {str(folder)!r} (no {FILE_NAME} in it). Give the folder that was passed to submit_batch as corpus=."
            )
        if not is_there:
            _make_folder(folder)
        self.is_read_only = not is_writable(path)
        if is_there and create:
            self.check_writable()
        with _explained(path):
            self._db = connect(path, BUSY_S)
            self._db.row_factory = sqlite3.Row
            self._prepare()

    def _prepare(self) -> None:
        if not self.is_read_only:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            self._db.close()
            raise LedgerError(
                f"The corpus in {str(self.folder)!r} was made by a newer scribekit (ledger version {version}, "
                f"this one reads up to {VERSION}). Upgrade scribekit to open it."
            )
        if version < VERSION and self.is_read_only:
            self._db.close()
            raise LedgerError(
                f"The corpus in {str(self.folder)!r} was made by an older scribekit and has to be brought up to date once, but {READ_ONLY}"
            )
        if version < VERSION:
            self._upgrade()

    def _upgrade(self) -> None:
        with self.transaction() as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]  # another process may have upgraded it meanwhile
            for script in _SCRIPTS[version:]:
                for statement in resources.files("scribekit.corpus.ledger").joinpath(script).read_text("utf-8").split(";"):
                    db.execute(statement)
            db.execute(f"PRAGMA user_version = {VERSION}")

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
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
            yield from self._db.execute(sql, values)


def placeholders(values: Sequence[Any]) -> str:
    """Return the SQL placeholders for the values of a list."""
    return ", ".join("?" * len(values))


_ZSTD = pa.Codec("zstd", compression_level=3)


def pack(body: bytes) -> bytes:
    """Compress bytes, with their length in front."""
    return len(body).to_bytes(8, "little") + bytes(_ZSTD.compress(body, asbytes=True))


def unpack(stored: bytes) -> bytes:
    """Return the bytes that were packed."""
    return bytes(_ZSTD.decompress(stored[8:], int.from_bytes(stored[:8], "little"), asbytes=True))


def _exists(path: Path) -> bool:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as cause:
        raise LedgerError(
            f"The ledger {str(path)!r} cannot be opened ({reason(cause)}). Check the folder's permissions, or choose another corpus=."
        ) from cause
    return True


def _make_folder(folder: Path) -> None:
    with explained(
        OSError, LedgerError, lambda cause: f"The corpus folder {str(folder)!r} cannot be made: {reason(cause)}. Choose another corpus=."
    ):
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)  # for nobody else to read; a folder that is there keeps the rights that its owner chose


def _explained(path: Path) -> AbstractContextManager[None]:
    """Turn SQLite's errors into ones that say what to do."""
    return explained(sqlite3.Error, LedgerError, lambda cause: f"The ledger {str(path)!r} {_reason(cause, path)}")


def _reason(cause: sqlite3.Error, path: Path) -> str:
    text = str(cause)
    if not is_writable(path) and "malformed" in text:
        return f"was changed by somebody else while it was read, or is damaged ({text}). Run the same call again: it reads the file again."
    if not is_writable(path) and has_unfinished_write(path):
        return f"cannot be read now ({text}): what was written last is not in the file itself yet, and {READ_ONLY}"
    if "locked" in text or "busy" in text:
        return "is locked by another program that is writing to it. Wait until that program is done, then run the same call again."
    if "full" in text or "I/O" in text:
        return f"cannot be written ({text}). Make room on the disk, then run the same call again: what was recorded is safe."
    if "readonly" in text or "unable to open" in text:
        return f"cannot be opened for writing ({text}). Check the folder's permissions, or choose another corpus=."
    return f"cannot be used ({text})."
