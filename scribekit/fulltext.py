"""The full-text index of a corpus: ``search.sqlite`` in its folder, made from the stored transcripts and thrown away at will.

SQLite's FTS5 finds the recordings; the words with their times lie beside it, so that lines are cut without opening a payload.
The index knows no selection: which recordings count is decided after the match.
"""

from __future__ import annotations

import contextlib
import itertools
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import msgspec
import numpy as np
import pandas as pd
import pyarrow as pa

from scribekit.concordance import Document, Query, expression, terms, text_of
from scribekit.errors import LedgerError
from scribekit.frames import words_frame

FILE_NAME = "search.sqlite"
VERSION = 2  # raise it when what is stored, or how terms are made, changes: the index is then built anew
_BUSY_S = 30.0
_AT_A_TIME = 64
_SCHEMA = (
    "CREATE TABLE documents (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, stamp TEXT NOT NULL)",
    "CREATE TABLE covers (stamp TEXT NOT NULL)",
    "CREATE TABLE bodies (id INTEGER PRIMARY KEY, body BLOB NOT NULL)",
    # Terms come without white space and ASCII punctuation, so this tokenizer parts them at their spaces and nowhere else.
    "CREATE VIRTUAL TABLE terms USING fts5(text, tokenize = 'ascii', columnsize = 0)",
    "INSERT INTO terms (terms, rank) VALUES ('hashsize', 33554432)",  # fewer, larger segments to merge
)
_LZ4 = pa.Codec("lz4")  # read back a hundred times for each search

Payloads = Callable[[Sequence[str]], Iterable[tuple[str, bytes]]]


class _Body(msgspec.Struct, array_like=True):
    """A document as it is stored: times as 64-bit integers, the other arrays as 32-bit ones."""

    words: list[str]
    labels: list[str]
    start_ms: bytes
    end_ms: bytes
    utterances: bytes
    speakers: bytes
    word_of_term: bytes


_encoder, _decoder = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(_Body)


class Index:
    """The open index of one corpus. Used by one thread at a time; any number of processes may have it open.

    An index of another version, or one that cannot be read, is deleted and made anew: it holds nothing that is not in the ledger.

    Args:
        folder: The corpus folder.

    Raises:
        LedgerError: The folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        with self._explained():
            try:
                self._db = self._opened()
            except sqlite3.DatabaseError as cause:
                if isinstance(cause, sqlite3.OperationalError):  # locked, full, not allowed: nothing is wrong with the file itself
                    raise
                self._delete()
                self._db = self._opened()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def holds(self) -> dict[str, str]:
        """The name and stamp of every document."""
        return dict(self._db.execute("SELECT name, stamp FROM documents").fetchall())

    def ids(self) -> dict[str, int]:
        """The name and id of every document."""
        return dict(self._db.execute("SELECT name, id FROM documents").fetchall())

    def is_current(self, stamp: str) -> bool:
        """Whether the index covers a state of the ledger; if so, all further reading sees just that, whatever others write."""
        self._db.execute("BEGIN")
        if self._db.execute("SELECT stamp FROM covers").fetchall() == [(stamp,)]:
            return True
        self._db.execute("ROLLBACK")
        return False

    def update(self, stamp: str, wanted: Mapping[str, str], payloads: Payloads, on_done: Callable[[int], object] | None = None) -> int:
        """Bring the index up to date: add documents that are new or other than before, drop those that are gone.

        A document that is made anew keeps its place among the others.

        Args:
            stamp: The state of the ledger that the index then covers.
            wanted: The name and stamp of every document.
            payloads: For names, the pairs of name and payload.
            on_done: Called with the number of documents added so far.

        Returns:
            How many were added.
        """
        added = 0
        with self._explained(), self._transaction():
            there, ids = self.holds(), self.ids()
            self._drop([ids[name] for name, own in there.items() if wanted.get(name) != own])
            missing = [name for name, own in wanted.items() if there.get(name) != own]
            for names in _batched(missing, _AT_A_TIME):
                self._add([(ids.get(name), name, wanted[name]) for name in names], payloads)
                added += len(names)
                if on_done:
                    on_done(added)
            self._db.execute("DELETE FROM covers")
            self._db.execute("INSERT INTO covers (stamp) VALUES (?)", (stamp,))
        return added

    def clear(self) -> None:
        """Forget everything; the next update builds the index anew."""
        with self._explained():
            self._db.close()
            self._delete()
            self._db = self._opened()

    def matching(self, query: Query) -> Iterator[int]:
        """The ids of the documents that answer a query, ascending; found one by one, so that the first need not wait for the last."""
        sql = "SELECT rowid FROM terms WHERE terms MATCH ? ORDER BY rowid"
        return (row[0] for row in self._db.execute(sql, (expression(query),)))

    def text(self, number: int) -> str:
        """A document's terms, as :func:`~scribekit.concordance.text_of` writes them."""
        return str(self._db.execute("SELECT text FROM terms WHERE rowid = ?", (number,)).fetchone()[0])

    def document(self, number: int) -> Document:
        """A document's words with their times."""
        return _unpacked(self._db.execute("SELECT body FROM bodies WHERE id = ?", (number,)).fetchone()[0])

    def _add(self, documents: Sequence[tuple[int | None, str, str]], payloads: Payloads) -> None:
        spoken = _Spoken(words_frame(payloads([name for _, name, _ in documents])))
        for number, name, stamp in documents:
            text, body = spoken.packed(name)
            sql = "INSERT INTO documents (id, name, stamp) VALUES (?, ?, ?)"
            row = self._db.execute(sql, (number, name, stamp)).lastrowid
            self._db.execute("INSERT INTO bodies (id, body) VALUES (?, ?)", (row, body))
            self._db.execute("INSERT INTO terms (rowid, text) VALUES (?, ?)", (row, text))

    def _drop(self, numbers: Sequence[int]) -> None:
        for table, column in (("terms", "rowid"), ("bodies", "id"), ("documents", "id")):
            sql = f"DELETE FROM {table} WHERE {column} = ?"  # noqa: S608 -- constants
            self._db.executemany(sql, ((number,) for number in numbers))

    def _opened(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version == VERSION:
                return db
            if version == 0:
                _create(db)
                return db
        except BaseException:
            db.close()
            raise
        db.close()
        self._delete()
        return self._opened()

    def _delete(self) -> None:
        for ending in ("", "-wal", "-shm"):
            self._path.with_name(FILE_NAME + ending).unlink(missing_ok=True)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            raise

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as cause:
            raise LedgerError(
                f"The search index {str(self._path)!r} cannot be used ({cause}). Check permissions and room on the disk, "
                "and that no other program is building it; then run the same call again."
            ) from cause


def _create(db: sqlite3.Connection) -> None:
    db.execute("BEGIN IMMEDIATE")
    if db.execute("PRAGMA user_version").fetchone()[0] == 0:  # else another process was quicker
        for statement in _SCHEMA:
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {VERSION}")
    db.execute("COMMIT")


def _batched(keys: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (keys[start : start + size] for start in range(0, len(keys), size))


class _Spoken:
    """The columns of a words table, to be cut by recording: slices of arrays cost next to nothing, slices of frames do not."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._words = frame["text"].tolist()
        self._times = [frame[name].to_numpy() for name in ("start_ms", "end_ms")]
        self._utterances = frame["utterance_index"].to_numpy(dtype=np.int64, na_value=-1)
        self._speakers, labels = pd.factorize(frame["speaker"])
        self._labels = list(labels)
        firsts = np.flatnonzero(~frame["recording_id"].duplicated().to_numpy())
        edges = itertools.pairwise([*firsts.tolist(), len(frame)])
        self._rows = dict(zip(frame["recording_id"].iloc[firsts].tolist(), itertools.starmap(slice, edges), strict=True))

    def packed(self, key: str) -> tuple[str, bytes]:
        """The text and the body of a transcript; one without words has no rows."""
        rows = self._rows.get(key, slice(0, 0))
        words = self._words[rows]
        word_terms = list(map(terms, words))
        start_ms, end_ms = (_long(times[rows]) for times in self._times)
        speakers = self._speakers[rows]
        present = np.unique(speakers[speakers >= 0])
        counts = np.fromiter(map(len, word_terms), np.int64, len(words))
        body = _encoder.encode(
            _Body(
                words,
                [self._labels[number] for number in present],
                start_ms,
                end_ms,
                _short(self._utterances[rows]),
                _short(np.where(speakers < 0, -1, np.searchsorted(present, speakers))),
                _short(np.repeat(np.arange(len(words)), counts)),
            )
        )
        stored = len(body).to_bytes(8, "little") + _LZ4.compress(body, asbytes=True)
        return text_of(itertools.chain.from_iterable(word_terms)), stored


def _long(values: Any) -> bytes:
    return np.asarray(values, dtype="<i8").tobytes()


def _short(values: Any) -> bytes:
    return np.asarray(values, dtype="<i4").tobytes()


def _unpacked(stored: bytes) -> Document:
    body = _decoder.decode(memoryview(_LZ4.decompress(stored[8:], int.from_bytes(stored[:8], "little"))))
    start_ms, end_ms = (np.frombuffer(part, "<i8") for part in (body.start_ms, body.end_ms))
    utterances, speakers, word_of_term = (np.frombuffer(part, "<i4") for part in (body.utterances, body.speakers, body.word_of_term))
    return Document(body.words, start_ms, end_ms, utterances, speakers, body.labels, word_of_term)
