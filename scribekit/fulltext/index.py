"""The full-text index of a corpus: ``search.sqlite`` in its folder, built from the stored transcripts; it can be deleted at any time.

Translations are in indexes of their own, such as ``search.de.sqlite``. Texts without masks are in none.

SQLite's FTS5 finds the recordings. The words with their times are stored beside it, so that lines are made without opening a payload.
The index always covers the whole corpus: which recordings count is decided after the match.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from scribekit.corpus.sqlite import Rebuildable
from scribekit.fulltext.concordance import Document, Packed, Query, fts_expression, searchable_text, unpack

FILE_NAME = "search.sqlite"
TRANSLATION_FILE_NAME = "search.{}.sqlite"
VERSION = 7  # raise it when what is stored, or how terms are made, changes: the index is then built again
_SCHEMA = (
    "CREATE TABLE documents (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, stamp TEXT NOT NULL)",
    "CREATE TABLE covers (stamp TEXT NOT NULL)",
    "CREATE TABLE bodies (id INTEGER PRIMARY KEY, body BLOB NOT NULL)",
    # Terms have no white space and no ASCII punctuation, so this tokenizer splits only at the spaces between them.
    "CREATE VIRTUAL TABLE terms USING fts5(text, tokenize = 'ascii', columnsize = 0)",
    "INSERT INTO terms (terms, rank) VALUES ('hashsize', 33554432)",  # fewer, larger segments to merge
)

NO_TERMS = searchable_text([])

Source = Callable[[Sequence[str]], Iterable[tuple[str, Packed]]]
"""Takes names of documents and gives pairs of name and document, in any order."""

Entry = tuple[int, str]
"""The number of a document, by which the index orders its hits, and a stamp that changes when the document's text does."""


class Index(Rebuildable):
    """The open index of one corpus. One thread uses it at a time; any number of processes may have it open.

    An index of another version, or one that cannot be read, is deleted and built again: it holds only what is in the ledger.

    Args:
        folder: The corpus folder.
        language: The language of the translations that it is of, as ``language_key`` writes it; None for what was said. Each language
            has an index of its own, which the first search in it builds.

    Raises:
        LedgerError: The folder cannot be written, and the index is missing or of another version.
    """

    def __init__(self, folder: Path, language: str | None = None) -> None:
        super().__init__(folder / (TRANSLATION_FILE_NAME.format(language) if language else FILE_NAME), "search index")

    def entries(self) -> dict[str, Entry]:
        """Return the name of every document, with its number and stamp."""
        return {row[0]: (row[1], row[2]) for row in self._db.execute("SELECT name, id, stamp FROM documents")}

    def covers(self, stamp: str) -> bool:
        """Return whether the index covers a state of the ledger; if so, all further reading sees that state, whatever others write."""
        self._db.execute("BEGIN")
        if self._db.execute("SELECT stamp FROM covers").fetchall() == [(stamp,)]:
            return True
        self._db.execute("ROLLBACK")
        return False

    def update(self, stamp: str, wanted: Mapping[str, Entry], source: Source, on_done: Callable[[int], object] | None = None) -> int:
        """Bring the index up to date: add documents that are new or have changed, remove those that are gone.

        Args:
            stamp: The state of the ledger that the index then covers.
            wanted: The name of every document, with the number and stamp that it should have.
            source: Gives the missing documents. Storing them is quickest in ascending order of their numbers.
            on_done: Called with the number of documents added so far.

        Returns:
            How many were added.
        """
        added = 0
        with self._transaction():
            present = self.entries()
            self._remove([number for name, (number, stamp) in present.items() if wanted.get(name) != (number, stamp)])
            missing = sorted((name for name, entry in wanted.items() if present.get(name) != entry), key=wanted.__getitem__)
            for added, (name, document) in enumerate(source(missing), start=1):
                self._add(name, *wanted[name], document)
                if on_done:
                    on_done(added)
            self._db.execute("DELETE FROM covers")
            self._db.execute("INSERT INTO covers (stamp) VALUES (?)", (stamp,))
        return added

    def clear(self) -> None:
        """Delete everything; the next update builds the index again."""
        self._check_writable("cannot be built again")
        with self._explained():
            self._db.close()
            self._delete()
            self._db = self._opened()

    def has_words(self) -> bool:
        """Return whether any document has a word."""
        return self._db.execute("SELECT 1 FROM terms WHERE text <> ? LIMIT 1", (NO_TERMS,)).fetchone() is not None

    def discard(self) -> None:
        """Close the index, and delete its file if that is possible."""
        self._db.close()
        if not self._is_read_only:
            self._delete()

    def matching(self, query: Query) -> Iterator[int]:
        """Find the numbers of the documents that answer a query, ascending, one by one: the first does not wait for the last."""
        sql = "SELECT rowid FROM terms WHERE terms MATCH ? ORDER BY rowid"
        return (row[0] for row in self._db.execute(sql, (fts_expression(query),)))

    def text(self, number: int) -> str:
        """Return a document's terms, as :func:`~scribekit.fulltext.concordance.searchable_text` writes them."""
        return str(self._db.execute("SELECT text FROM terms WHERE rowid = ?", (number,)).fetchone()[0])

    def document(self, number: int) -> Document:
        """Return a document's words with their times."""
        return unpack(self._db.execute("SELECT body FROM bodies WHERE id = ?", (number,)).fetchone()[0])

    def _add(self, name: str, number: int, stamp: str, document: Packed) -> None:
        self._db.execute("INSERT INTO documents (id, name, stamp) VALUES (?, ?, ?)", (number, name, stamp))
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
