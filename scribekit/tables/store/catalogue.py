"""The catalogue of the derived tables: which Parquet files count, and which recordings are in them."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from scribekit.base.errors import DamagedFileError
from scribekit.corpus.sqlite import Rebuildable

FILE_NAME = "catalogue.sqlite"
AS_RECEIVED, REVIEWED = "", "reviewed"
_TABLES = {
    # Numbers are never used again, so that a process that has read an old part cannot take a new one for it.
    "parts": "(part INTEGER PRIMARY KEY AUTOINCREMENT, audio_s REAL NOT NULL, stamps TEXT NOT NULL, digest TEXT)",
    "holdings": "(recording_id TEXT PRIMARY KEY, job_key TEXT NOT NULL, transcript_id TEXT NOT NULL, part INTEGER NOT NULL, "
    "position INTEGER NOT NULL) WITHOUT ROWID",
    "files": "(name TEXT PRIMARY KEY, part INTEGER NOT NULL, edition TEXT NOT NULL, level TEXT NOT NULL, bytes INTEGER NOT NULL, "
    "digest TEXT NOT NULL) WITHOUT ROWID",
    "meta": "(fingerprint TEXT NOT NULL)",
}


class StoredTranscript(NamedTuple):
    """A recording and the transcript that its rows come from."""

    recording_id: str
    job_key: str
    transcript_id: str


class File(NamedTuple):
    """One Parquet file.

    Attributes:
        level: Its level.
        name: Its name, relative to the folder of the tables.
        size: Its length in bytes.
        digest: The SHA-256 of its bytes, hexadecimal.
    """

    level: str
    name: str
    size: int
    digest: str


@dataclass(frozen=True)
class Part:
    """The tables of some recordings.

    Attributes:
        number: Its number.
        audio_s: The length of their audio.
        transcripts: Its recordings with their transcripts, in the order of the rows.
        files: Edition → level → file; a level without rows has none.
        stamps: Job key → the number of the last edit in the reviewed edition; empty if there is no reviewed edition.
    """

    number: int
    audio_s: float
    transcripts: list[StoredTranscript] = field(default_factory=list)
    files: dict[str, dict[str, File]] = field(default_factory=dict)
    stamps: dict[str, int] = field(default_factory=dict)

    def edition(self, *, reviewed: bool) -> Mapping[str, File]:
        """Return level → the file to read."""
        return self.files.get(REVIEWED if reviewed and self.stamps else AS_RECEIVED, {})


def part_digest(part: Part) -> str:
    """Return the checksum of everything that the catalogue says about a part.

    Example:
        >>> part_digest(Part(1, 60.0)) == part_digest(Part(1, 61.0))
        False
    """
    files = sorted((edition, *file) for edition, levels in part.files.items() for file in levels.values())
    described = msgspec.json.encode((part.number, part.audio_s, part.transcripts, files, sorted(part.stamps.items())))
    return hashlib.sha256(described).hexdigest()[:32]


class Catalogue(Rebuildable):
    """The open catalogue. Used by one thread at a time; any number of processes may have it open.

    A catalogue that cannot be read is deleted and made again. If its tables have another fingerprint, it is emptied.

    Args:
        folder: The folder of the tables, which exists.
        fingerprint: The fingerprint of the tables.
        as_it_is: Open it as it is, to check it.

    Raises:
        LedgerError: The folder cannot be written. :class:`~scribekit.errors.DamagedFileError`, also of all methods: the catalogue is
            damaged, and :meth:`start_again` helps.
    """

    def __init__(self, folder: Path, fingerprint: str, *, as_it_is: bool = False) -> None:
        self._fingerprint = fingerprint
        super().__init__(folder / FILE_NAME, "catalogue of tables", as_it_is=as_it_is)

    def parts(self) -> dict[int, Part]:
        """Return every part by its number; none if the catalogue is damaged: then it is empty from now on."""
        try:
            return self.read_parts()
        except DamagedFileError:
            self.start_again()
            return {}

    def read_parts(self) -> dict[int, Part]:
        """Return every part by its number.

        Raises:
            DamagedFileError: The catalogue is damaged.
        """
        with self._explained():
            self._db.execute("BEGIN")  # so that all three tables are read in the same state
            try:
                found = self._parts("1")
                digests = dict(self._db.execute("SELECT part, digest FROM parts").fetchall())
            except (KeyError, TypeError, ValueError):
                raise self.damaged("its rows do not belong together") from None
            finally:
                self._db.execute("COMMIT")
        if any(part_digest(part) != digests[number] for number, part in found.items()):
            raise self.damaged("it has other values than were written")
        return found

    def _parts(self, condition: str, values: Sequence[Any] = ()) -> dict[int, Part]:
        rows = self._db.execute(f"SELECT part, audio_s, stamps FROM parts WHERE {condition} ORDER BY part", values)  # noqa: S608 -- constants
        found = {row[0]: Part(row[0], row[1], stamps=json.loads(row[2])) for row in rows}
        sql = f"SELECT part, recording_id, job_key, transcript_id FROM holdings WHERE {condition} ORDER BY part, position"  # noqa: S608
        for number, *transcript in self._db.execute(sql, values):
            found[number].transcripts.append(StoredTranscript(*transcript))
        sql = f"SELECT part, edition, level, name, bytes, digest FROM files WHERE {condition}"  # noqa: S608 -- constants
        for number, edition, *file in self._db.execute(sql, values):
            found[number].files.setdefault(edition, {})[file[0]] = File(*file)
        return found

    def count(self) -> int:
        """Return how many recordings are in the parts."""
        return int(next(self.rows("SELECT COUNT(*) FROM holdings"))[0])

    def present(self, recording_ids: Sequence[str]) -> set[str]:
        """Return those of the recordings that are in a part."""
        sql = "SELECT recording_id FROM holdings WHERE recording_id IN (SELECT value FROM json_each(?))"
        return {row[0] for row in self.rows(sql, (json.dumps(recording_ids),))}

    def replace(
        self, old: Sequence[int], transcripts: Sequence[StoredTranscript] = (), files: Sequence[File] = (), *, audio_s: float = 0.0
    ) -> bool:
        """Replace old parts by a new one, in one step.

        Args:
            old: The numbers of the parts to remove.
            transcripts: The recordings of the new part, in the order of its rows; without any, no part is made.
            files: The files of the new part.
            audio_s: The length of their audio.

        Returns:
            False, and nothing was done, if another process was quicker: an old part is gone, or a recording is in a part already.
        """
        with self._transaction() as db:
            removed = sum(db.execute("DELETE FROM parts WHERE part = ?", (number,)).rowcount for number in old)
            for table in ("holdings", "files"):
                db.executemany(f"DELETE FROM {table} WHERE part = ?", ((number,) for number in old))  # noqa: S608 -- constants
            if removed < len(old) or self.present([transcript.recording_id for transcript in transcripts]):
                db.execute("ROLLBACK")
                return False
            if transcripts:
                number = db.execute("INSERT INTO parts (audio_s, stamps) VALUES (?, '{}')", (audio_s,)).lastrowid
                rows = ((*transcript, number, position) for position, transcript in enumerate(transcripts))
                db.executemany("INSERT INTO holdings VALUES (?, ?, ?, ?, ?)", rows)
                self._insert_files(int(number or 0), AS_RECEIVED, files)
        return True

    def set_reviewed(self, number: int, stamps: Mapping[str, int], files: Sequence[File]) -> None:
        """Give a part a new reviewed edition. Nothing happens if the part is gone."""
        with self._transaction() as db:
            if db.execute("UPDATE parts SET stamps = ? WHERE part = ?", (json.dumps(stamps), number)).rowcount:
                db.execute("DELETE FROM files WHERE part = ? AND edition = ?", (number, REVIEWED))
                self._insert_files(number, REVIEWED, files)

    def names(self) -> set[str]:
        """Return the names of all files that count."""
        return {row[0] for row in self.rows("SELECT name FROM files")}

    def _verify_all(self) -> None:
        self.read_parts()

    def _insert_files(self, number: int, edition: str, files: Sequence[File]) -> None:
        rows = ((file.name, number, edition, file.level, file.size, file.digest) for file in files)
        self._db.executemany("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?)", rows)
        for part in self._parts("part = ?", (number,)).values():
            self._db.execute("UPDATE parts SET digest = ? WHERE part = ?", (part_digest(part), number))

    def _is_current(self, db: sqlite3.Connection) -> bool:
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
            return False
        return bool(db.execute("SELECT fingerprint FROM meta").fetchone() == (self._fingerprint,))

    def _create(self, db: sqlite3.Connection) -> None:
        for name, columns in _TABLES.items():
            db.execute(f"DROP TABLE IF EXISTS {name}")
            db.execute(f"CREATE TABLE {name} {columns}")
        db.execute("CREATE INDEX holdings_part ON holdings (part)")
        db.execute("CREATE INDEX files_part ON files (part)")
        db.execute("INSERT INTO meta VALUES (?)", (self._fingerprint,))
