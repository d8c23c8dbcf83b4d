"""The full-text index of a corpus: ``search.sqlite`` in its folder, built from the stored transcripts; it can be deleted at any time.

Translations are in indexes of their own, such as ``search.de.sqlite``. Texts without masks are in none.

SQLite's FTS5 finds the recordings. The words with their times are stored beside it, so that lines are made without opening a payload.
The index always covers the whole corpus: which recordings count is decided after the match.

Every document has checksums (CRC-32, which is quick enough for each line found, and enough for what can be made again). What FTS5 stores
has one (SHA-256) in an index of up to :data:`VERIFIED_BYTES`, which is verified when a process first uses the index.
"""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from scribekit.base.errors import DamagedFileError, LedgerError, explained, reason
from scribekit.corpus.sqlite import Rebuildable, remove
from scribekit.fulltext.concordance import Document, Packed, Query, fts_expression, searchable_text, unpack

FILE_NAME = "search.sqlite"
TRANSLATION_FILE_NAME = "search.{}.sqlite"
VERSION = 9  # raise it when what is stored, or how terms are made, changes: the index is then built again
_SCHEMA = (
    "CREATE TABLE documents (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, stamp TEXT NOT NULL, text_crc INTEGER, body_crc INTEGER)",
    "CREATE TABLE covers (stamp TEXT NOT NULL, digest BLOB)",
    # The documents that could not be read from the ledger, because it is damaged there.
    "CREATE TABLE unread (name TEXT PRIMARY KEY)",
    "CREATE TABLE bodies (id INTEGER PRIMARY KEY, body BLOB NOT NULL)",
    # Terms have no white space and no ASCII punctuation, so this tokenizer splits only at the spaces between them.
    "CREATE VIRTUAL TABLE terms USING fts5(text, tokenize = 'ascii', columnsize = 0)",
    "INSERT INTO terms (terms, rank) VALUES ('hashsize', 33554432)",  # fewer, larger segments to merge
)

NO_TERMS = searchable_text([])

VERIFIED_BYTES = 64 << 20
"""Up to this size, verifying the whole index takes less than a tenth of a second."""
_FTS_ROWS = (
    "SELECT id, block FROM terms_data ORDER BY id",
    "SELECT segid, term, pgno FROM terms_idx ORDER BY segid, term",
    "SELECT id, name, stamp, text_crc, body_crc FROM documents ORDER BY id",
    "SELECT name FROM unread ORDER BY name",
)
_whole: set[tuple[Path, int, bytes]] = set()
"""The indexes that this process has verified: path, time of change and digest."""

Source = Callable[[Sequence[str]], Iterable[tuple[str, Packed]]]
"""Takes names of documents and gives pairs of name and document, in any order."""

Entry = tuple[int, str]
"""The number of a document, by which the index orders its hits, and a stamp that changes when the document's text does."""


class DamagedIndexError(DamagedFileError):
    """An index is damaged. It can be deleted and built again.

    Attributes:
        path: Its file.
    """

    def __init__(self, message: str, path: Path) -> None:
        super().__init__(message)
        self.path = path


def index_path(folder: Path, language: str | None = None) -> Path:
    """Return the file of an index."""
    return folder / (TRANSLATION_FILE_NAME.format(language) if language else FILE_NAME)


def delete_index(path: Path) -> None:
    """Delete the file of an index.

    Raises:
        LedgerError: The folder cannot be written.
    """
    with explained(OSError, LedgerError, lambda cause: f"The damaged search index {str(path)!r} cannot be deleted: {reason(cause)}."):
        remove(path)


class Index(Rebuildable):
    """The open index of one corpus. One thread uses it at a time; any number of processes may have it open.

    An index of another version, or one that cannot be opened, is deleted and built again: it holds only what is in the ledger. Whatever
    reads it may raise :class:`DamagedIndexError`; :func:`delete_index` helps.

    Args:
        folder: The corpus folder.
        language: The language of the translations that it is of, as ``language_key`` writes it; None for what was said. Each language
            has an index of its own, which the first search in it builds.
        as_it_is: Open it as it is, to check it.

    Raises:
        LedgerError: The folder cannot be written, and the index is missing or of another version.
    """

    def __init__(self, folder: Path, language: str | None = None, *, as_it_is: bool = False) -> None:
        super().__init__(index_path(folder, language), "search index", as_it_is=as_it_is)

    def damaged(self, what: str) -> DamagedFileError:
        """Return the error that says what is damaged in the file."""
        return DamagedIndexError(str(super().damaged(what)), self._path)

    def entries(self) -> dict[str, Entry]:
        """Return the name of every document, with its number and stamp."""
        return {row[0]: (row[1], row[2]) for row in self.rows("SELECT name, id, stamp FROM documents")}

    def unread(self) -> set[str]:
        """Return the names of the documents that could not be read from the ledger, so that they are not in the index."""
        return {row[0] for row in self.rows("SELECT name FROM unread")}

    def covers(self, stamp: str) -> bool:
        """Return whether the index covers a state of the ledger; if so, all further reading sees that state, whatever others write."""
        with self._explained():
            self._db.execute("BEGIN")
            covered = self._db.execute("SELECT stamp, digest FROM covers").fetchall()
            if len(covered) == 1 and covered[0][0] == stamp:
                self._verify(covered[0][1])
                return True
            self._db.execute("ROLLBACK")
            return False

    def _verify(self, digest: Any) -> None:
        """Raise an error unless what FTS5 stores has its checksum, if there is one; once in this process."""
        state = (self._path, self._path.stat().st_mtime_ns, digest)
        if digest is not None and state not in _whole:
            if self._fts_digest() != digest:
                raise self.damaged("it has other values than were written")
            _whole.add(state)

    def _fts_digest(self) -> bytes:
        found = hashlib.sha256()
        for sql in _FTS_ROWS:
            for row in self._db.execute(sql):
                for value in row:
                    found.update(value if isinstance(value, bytes) else f"{value}\0".encode())
        return found.digest()

    def _verify_all(self) -> None:
        if not self._is_read_only:
            self._db.execute("INSERT INTO terms (terms) VALUES ('integrity-check')")
        covered = self._db.execute("SELECT digest FROM covers WHERE digest IS NOT NULL").fetchall()
        if covered and self._fts_digest() != covered[0][0]:
            raise self.damaged("it has other values than were written")
        for number, _ in self.entries().values():
            self.text(number)
            self.document(number)

    def update(self, stamp: str, wanted: Mapping[str, Entry], source: Source, on_done: Callable[[int], object] | None = None) -> int:
        """Bring the index up to date: add documents that are new or have changed, remove those that are gone.

        Args:
            stamp: The state of the ledger that the index then covers.
            wanted: The name of every document, with the number and stamp that it should have.
            source: Gives the missing documents, except those that it cannot read. Storing them is quickest in ascending order of their
                numbers.
            on_done: Called with the number of documents added so far.

        Returns:
            How many were added.
        """
        added = 0
        with self._transaction():
            present = self.entries()
            self._remove([number for name, (number, stamp) in present.items() if wanted.get(name) != (number, stamp)])
            missing = sorted((name for name, entry in wanted.items() if present.get(name) != entry), key=wanted.__getitem__)
            unread = set(missing)
            for added, (name, document) in enumerate(source(missing), start=1):
                self._add(name, *wanted[name], document)
                unread.discard(name)
                if on_done:
                    on_done(added)
            self._db.execute("DELETE FROM unread")
            self._db.executemany("INSERT INTO unread (name) VALUES (?)", ((name,) for name in unread))
            self._db.execute("DELETE FROM covers")
            self._db.execute("INSERT INTO covers (stamp) VALUES (?)", (stamp,))
        self._seal()
        return added

    def _seal(self) -> None:
        """Store the checksum of what FTS5 stores, which it writes only at the end of a transaction."""
        if self._path.stat().st_size <= VERIFIED_BYTES:
            with self._transaction() as db:
                db.execute("UPDATE covers SET digest = ?", (self._fts_digest(),))

    def has_words(self) -> bool:
        """Return whether any document has a word."""
        return next(self.rows("SELECT 1 FROM terms WHERE text <> ? LIMIT 1", (NO_TERMS,)), None) is not None

    def discard(self) -> None:
        """Close the index, and delete its file if that is possible."""
        self._db.close()
        if not self._is_read_only:
            remove(self._path)

    def matching(self, query: Query) -> Iterator[int]:
        """Find the numbers of the documents that answer a query, ascending, one by one: the first does not wait for the last."""
        sql = "SELECT rowid FROM terms WHERE terms MATCH ? ORDER BY rowid"
        return (row[0] for row in self.rows(sql, (fts_expression(query),)))

    def text(self, number: int) -> str:
        """Return a document's terms, as :func:`~scribekit.fulltext.concordance.searchable_text` writes them."""
        text, crc = self._row("SELECT terms.text, text_crc FROM documents JOIN terms ON terms.rowid = id WHERE id = ?", number)
        if not isinstance(text, str) or _crc(number, text.encode("utf-8", "surrogatepass")) != crc:
            raise self.damaged("it has other words than were written")
        return text

    def document(self, number: int) -> Document:
        """Return a document's words with their times."""
        body, crc = self._row("SELECT body, body_crc FROM documents JOIN bodies USING (id) WHERE id = ?", number)
        if not isinstance(body, bytes) or _crc(number, body) != crc:
            raise self.damaged("it has other words than were written")
        return unpack(body)

    def _row(self, sql: str, number: int) -> Any:
        for row in self.rows(sql, (number,)):
            return row
        raise self.damaged("a document is missing")

    def _add(self, name: str, number: int, stamp: str, document: Packed) -> None:
        crcs = _crc(number, document.text.encode("utf-8", "surrogatepass")), _crc(number, document.body)
        self._db.execute("INSERT INTO documents (id, name, stamp, text_crc, body_crc) VALUES (?, ?, ?, ?, ?)", (number, name, stamp, *crcs))
        self._db.execute("INSERT INTO bodies (id, body) VALUES (?, ?)", (number, document.body))
        self._db.execute("INSERT INTO terms (rowid, text) VALUES (?, ?)", (number, document.text))

    def _remove(self, numbers: Sequence[int]) -> None:
        for table, column in (("terms", "rowid"), ("bodies", "id"), ("documents", "id")):
            sql = f"DELETE FROM {table} WHERE {column} = ?"  # noqa: S608 -- constants
            self._db.executemany(sql, ((number,) for number in numbers))

    def _is_current(self, db: sqlite3.Connection) -> bool:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, VERSION):
            raise sqlite3.DatabaseError(f"made as version {version}")
        return bool(version == VERSION)

    def _create(self, db: sqlite3.Connection) -> None:
        for statement in _SCHEMA:
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {VERSION}")


def _crc(number: int, content: bytes) -> int:
    """Return the checksum of what belongs to a document."""
    return zlib.crc32(content, number & 0xFFFFFFFF)


def indexed_languages(folder: Path) -> list[str | None]:
    """Return the languages of the indexes of a corpus that are there; None is the index of what was said."""
    before, after = TRANSLATION_FILE_NAME.split("{}")
    languages = sorted(path.name[len(before) : -len(after)] for path in folder.glob(TRANSLATION_FILE_NAME.format("*")))
    return [*([None] if (folder / FILE_NAME).exists() else []), *languages]
