"""The full-text index of a corpus: ``search.sqlite`` in its folder, made from the stored transcripts and thrown away at will.

SQLite's FTS5 finds the recordings; the words with their times lie beside it, so that lines are cut without opening a payload.
The index knows no selection: which recordings count is decided after the match.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from scribekit.corpus.sqlite import Rebuildable
from scribekit.fulltext.concordance import Document, Packed, Query, expression, unpack

FILE_NAME = "search.sqlite"
VERSION = 6  # raise it when what is stored, or how terms are made, changes: the index is then built anew
_SCHEMA = (
    "CREATE TABLE documents (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, stamp TEXT NOT NULL)",
    "CREATE TABLE covers (stamp TEXT NOT NULL)",
    "CREATE TABLE bodies (id INTEGER PRIMARY KEY, body BLOB NOT NULL)",
    # Terms come without white space and ASCII punctuation, so this tokenizer parts them at their spaces and nowhere else.
    "CREATE VIRTUAL TABLE terms USING fts5(text, tokenize = 'ascii', columnsize = 0)",
    "INSERT INTO terms (terms, rank) VALUES ('hashsize', 33554432)",  # fewer, larger segments to merge
)

Source = Callable[[Sequence[str]], Iterable[tuple[str, Packed]]]
"""For names of documents, pairs of name and what is to be stored, in any order."""

Entry = tuple[int, str]
"""The number of a document, by which the index orders what it finds, and what is another when its text is."""


class Index(Rebuildable):
    """The open index of one corpus. Used by one thread at a time; any number of processes may have it open.

    An index of another version, or one that cannot be read, is deleted and made anew: it holds nothing that is not in the ledger.

    Args:
        folder: The corpus folder.

    Raises:
        LedgerError: The folder cannot be written, and the index is not there or not of this version.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / FILE_NAME, "search index")

    def holds(self) -> dict[str, Entry]:
        """The name of every document, with its number and stamp."""
        return {row[0]: (row[1], row[2]) for row in self._db.execute("SELECT name, id, stamp FROM documents")}

    def covers(self, stamp: str) -> bool:
        """Whether the index covers a state of the ledger; if so, all further reading sees just that, whatever others write."""
        self._db.execute("BEGIN")
        if self._db.execute("SELECT stamp FROM covers").fetchall() == [(stamp,)]:
            return True
        self._db.execute("ROLLBACK")
        return False

    def update(self, stamp: str, wanted: Mapping[str, Entry], source: Source, on_done: Callable[[int], object] | None = None) -> int:
        """Bring the index up to date: add documents that are new or other than before, drop those that are gone.

        Args:
            stamp: The state of the ledger that the index then covers.
            wanted: The name of every document, with the number and stamp that it is to have.
            source: Gives the documents that are missing, the quicker the more their numbers ascend.
            on_done: Called with the number of documents added so far.

        Returns:
            How many were added.
        """
        added = 0
        with self._transaction():
            there = self.holds()
            self._drop([entry[0] for name, entry in there.items() if wanted.get(name) != entry])
            missing = sorted((name for name, entry in wanted.items() if there.get(name) != entry), key=wanted.__getitem__)
            for added, (name, packed) in enumerate(source(missing), start=1):
                self._add(name, *wanted[name], packed)
                if on_done:
                    on_done(added)
            self._db.execute("DELETE FROM covers")
            self._db.execute("INSERT INTO covers (stamp) VALUES (?)", (stamp,))
        return added

    def clear(self) -> None:
        """Forget everything; the next update builds the index anew."""
        self._check_writable("cannot be made anew")
        with self._explained():
            self._db.close()
            self._delete()
            self._db = self._opened()

    def matching(self, query: Query) -> Iterator[int]:
        """The numbers of the documents that answer a query, ascending; found one by one, so that the first need not wait for the last."""
        sql = "SELECT rowid FROM terms WHERE terms MATCH ? ORDER BY rowid"
        return (row[0] for row in self._db.execute(sql, (expression(query),)))

    def text(self, number: int) -> str:
        """A document's terms, as :func:`~scribekit.fulltext.concordance.text_of` writes them."""
        return str(self._db.execute("SELECT text FROM terms WHERE rowid = ?", (number,)).fetchone()[0])

    def document(self, number: int) -> Document:
        """A document's words with their times."""
        return unpack(self._db.execute("SELECT body FROM bodies WHERE id = ?", (number,)).fetchone()[0])

    def _add(self, name: str, number: int, stamp: str, packed: Packed) -> None:
        self._db.execute("INSERT INTO documents (id, name, stamp) VALUES (?, ?, ?)", (number, name, stamp))
        self._db.execute("INSERT INTO bodies (id, body) VALUES (?, ?)", (number, packed.body))
        self._db.execute("INSERT INTO terms (rowid, text) VALUES (?, ?)", (number, packed.text))

    def _drop(self, numbers: Sequence[int]) -> None:
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
