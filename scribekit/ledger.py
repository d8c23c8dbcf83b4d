"""The ledger: the durable record of what was asked, paid for and received. The one owner of SQLite for it.

It lives in the corpus folder as ``ledger.sqlite``. Every fact is committed, and synchronised to the disk, before what
follows from it is done.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from importlib import resources
from pathlib import Path
from typing import Any

import pyarrow as pa

from scribekit.errors import LedgerError
from scribekit.intake import PlannedRow
from scribekit.jobs import ENDED, Job

FILE_NAME = "ledger.sqlite"
VERSION = 1
BUSY_S = 10.0

_JOB_FIELDS = tuple(item.name for item in fields(Job))
_MUTABLE = tuple(name for name in _JOB_FIELDS if name not in {"key", "source", "options", "duration_s", "sha256"})
_OPEN = "state NOT IN ('completed', 'error')"
_SELECT_JOB = "SELECT " + ", ".join(f"jobs.{name}" for name in _JOB_FIELDS) + " FROM jobs"
_UPDATE_JOB = "UPDATE jobs SET " + ", ".join(f"{name} = :{name}" for name in _MUTABLE) + " WHERE key = :key AND lease_owner = :owner"
_INSERT_JOB = (
    f"INSERT INTO jobs ({', '.join(_JOB_FIELDS)}) VALUES ({', '.join(':' + name for name in _JOB_FIELDS)})"
    " ON CONFLICT (key) DO UPDATE SET source = excluded.source WHERE sha256 IS NOT NULL"
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the service sent for a finished job: the payload, and the few facts that tables ask for most."""

    payload: bytes
    audio_duration_s: float | None
    confidence: float | None
    model: str | None
    language: str | None
    cost_usd: float | None


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened to a job, to be recorded as a whole or not at all."""

    job: Job
    at: float
    event: str = ""
    detail: str = ""
    receipt: Receipt | None = None


class Ledger:
    """The open ledger of one corpus.

    A ledger is used by one thread at a time; any number of processes may have the same one open.

    Args:
        folder: The corpus folder.
        create: Make the folder and an empty ledger when there is none.

    Raises:
        LedgerError: The folder holds no ledger (and ``create`` is false), or one that cannot be opened.
    """

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        self.folder = folder
        path = folder / FILE_NAME
        if not _exists(path):
            if not create:
                raise LedgerError(
                    f"There is no corpus in {str(folder)!r} (no {FILE_NAME} in it). "
                    "Give the folder that was passed to submit_batch as corpus=."
                )
            _make_folder(folder)
        with _explained(path):
            self._db = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
            self._db.row_factory = sqlite3.Row
            self._prepare()

    def _prepare(self) -> None:
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            self._db.close()
            raise LedgerError(
                f"The corpus in {str(self.folder)!r} was made by a newer scribekit (ledger version {version}, "
                f"this one reads up to {VERSION}). Upgrade scribekit to open it."
            )
        if version < VERSION:
            self._create()

    def _create(self) -> None:
        statements = resources.files("scribekit").joinpath("ledger.sql").read_text("utf-8").split(";")
        with self._transaction() as db:
            if db.execute("PRAGMA user_version").fetchone()[0] < VERSION:  # else another process was quicker
                for statement in statements:
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {VERSION}")

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """One all-or-nothing write that waits for its turn among the processes."""
        with _explained(self.folder / FILE_NAME):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
                raise

    def _read(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> list[sqlite3.Row]:
        with _explained(self.folder / FILE_NAME):
            return self._db.execute(sql, values).fetchall()

    # -- plans ------------------------------------------------------------------------------------------------------

    def plan_batch(
        self, fingerprint: str, manifest: bytes, rows: Iterable[PlannedRow], jobs: Iterable[Job], *, host: str, at: float
    ) -> int:
        """Record a batch and its jobs; a batch that was planned before keeps its number, and jobs that exist stay where they are.

        What costs nothing follows the latest call: the manifest with the user's columns, and where the files lie now.

        Args:
            fingerprint: Equal for equal plans.
            manifest: The manifest frame as Parquet bytes.
            rows: One per manifest row, in its order.
            jobs: The jobs that the rows name.
            host: The service's name in job keys.
            at: Unix time.

        Returns:
            The batch's number.
        """
        with self._transaction() as db:
            db.execute(
                "INSERT INTO batches (fingerprint, host, created_at, manifest) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (fingerprint) DO UPDATE SET manifest = excluded.manifest",
                (fingerprint, host, at, _pack(manifest)),
            )
            batch_id = int(db.execute("SELECT batch_id FROM batches WHERE fingerprint = ?", (fingerprint,)).fetchone()[0])
            db.executemany(_INSERT_JOB, (_as_row(job) for job in jobs))
            db.executemany(
                "INSERT OR REPLACE INTO recordings (batch_id, position, recording_id, source, job_key, error_kind, error)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    (batch_id, position, row.recording_id, row.source, row.job_key, row.error_kind, row.error)
                    for position, row in enumerate(rows)
                ),
            )
            return batch_id

    def batches(self) -> list[int]:
        """The numbers of all batches, oldest first."""
        return [row[0] for row in self._read("SELECT batch_id FROM batches ORDER BY batch_id")]

    def unfinished_hosts(self, batch_ids: Sequence[int]) -> list[str]:
        """The services that hold, or are to get, jobs of the batches that have not ended."""
        sql = (
            f"SELECT DISTINCT host FROM batches WHERE batch_id IN ({_marks(batch_ids)}) AND EXISTS (SELECT 1 FROM recordings r"
            f" JOIN jobs ON jobs.key = r.job_key WHERE r.batch_id = batches.batch_id AND {_OPEN})"
        )
        return [row[0] for row in self._read(sql, tuple(batch_ids))]

    def manifest(self, batch_id: int) -> bytes:
        """The manifest of a batch as Parquet bytes."""
        return _unpack(self._read("SELECT manifest FROM batches WHERE batch_id = ?", (batch_id,))[0][0])

    def sources(self) -> dict[str, tuple[str, str | None]]:
        """Every recording id in the corpus → its latest source and job key."""
        rows = self._read("SELECT recording_id, source, job_key FROM recordings ORDER BY batch_id")
        return {row[0]: (row[1], row[2]) for row in rows}

    def content(self, job_key: str) -> str | None:
        """What a job is about: the SHA-256 of the file, or the URL."""
        rows = self._read("SELECT COALESCE(sha256, source) FROM jobs WHERE key = ?", (job_key,))
        return rows[0][0] if rows else None

    # -- work -------------------------------------------------------------------------------------------------------

    def claim(self, batch_ids: Sequence[int], owner: str, lease_until: float, now: float, most: int) -> list[Job]:
        """Take up to ``most`` unfinished jobs that nobody else holds: those already at the service first, then the longest.

        A recording of unknown length counts as an hour.
        """
        if most <= 0:
            return []
        # The condition and the order are those of the index jobs_open: the first rows are found without a scan.
        keys = (
            f"SELECT key FROM jobs WHERE {_OPEN} AND (lease_until IS NULL OR lease_until < ?)"
            f" AND EXISTS (SELECT 1 FROM recordings r WHERE r.job_key = jobs.key AND r.batch_id IN ({_marks(batch_ids)}))"
            " ORDER BY state IN ('planned', 'uploaded'), COALESCE(duration_s, 3600) DESC, rowid LIMIT ?"
        )
        with self._transaction() as db:
            taken = [row[0] for row in db.execute(keys, (now, *batch_ids, most))]
            db.executemany("UPDATE jobs SET lease_owner = ?, lease_until = ? WHERE key = ?", ((owner, lease_until, k) for k in taken))
            rows = [db.execute(f"{_SELECT_JOB} WHERE key = ?", (key,)).fetchone() for key in taken]
        return [Job(*row) for row in rows]

    def renew(self, owner: str, lease_until: float) -> None:
        """Keep this process's claims alive."""
        with self._transaction() as db:
            db.execute("UPDATE jobs SET lease_until = ? WHERE lease_owner = ?", (lease_until, owner))

    def release(self, owner: str) -> None:
        """Give up all claims of a process."""
        with self._transaction() as db:
            db.execute("UPDATE jobs SET lease_owner = NULL, lease_until = NULL WHERE lease_owner = ?", (owner,))

    def owners(self) -> list[str]:
        """Every process that holds a claim, alive or not."""
        return [row[0] for row in self._read("SELECT DISTINCT lease_owner FROM jobs WHERE lease_owner IS NOT NULL")]

    def unfinished(self, batch_ids: Sequence[int]) -> int:
        """How many jobs of the batches have not ended, whoever holds them."""
        sql = f"SELECT COUNT(*) FROM jobs WHERE {_OPEN} AND key IN (SELECT job_key FROM recordings WHERE batch_id IN ({_marks(batch_ids)}))"
        return int(self._read(sql, tuple(batch_ids))[0][0])

    def record(self, owner: str, facts: Sequence[Fact]) -> list[bool]:
        """Record what happened, all of it or none, and return when it is on the disk.

        Returns:
            For each fact whether it was recorded: false when the job is no longer this owner's, who then must not act on it.
        """
        with self._transaction() as db:
            return [self._record(db, owner, fact) for fact in facts]

    @staticmethod
    def _record(db: sqlite3.Connection, owner: str, fact: Fact) -> bool:
        job = fact.job
        if not db.execute(_UPDATE_JOB, {**_as_row(job), "owner": owner}).rowcount:
            return False
        if job.state in ENDED:
            db.execute("UPDATE jobs SET lease_owner = NULL, lease_until = NULL WHERE key = ?", (job.key,))
        if job.transcript_id:
            db.execute(
                "INSERT INTO attempts (transcript_id, job_key, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (job.transcript_id, job.key, fact.at),
            )
        if fact.event:
            db.execute(
                "INSERT INTO events (at, job_key, transcript_id, state, event, detail) VALUES (?, ?, ?, ?, ?, ?)",
                (fact.at, job.key, job.transcript_id, job.state, fact.event, fact.detail),
            )
        if fact.receipt:
            receipt = fact.receipt
            db.execute(
                "INSERT OR REPLACE INTO payloads (job_key, transcript_id, received_at, audio_duration_s, confidence, model, language,"
                " cost_usd, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    job.key, job.transcript_id, fact.at, receipt.audio_duration_s, receipt.confidence, receipt.model,
                    receipt.language, receipt.cost_usd, _pack(receipt.payload),
                ),
            )  # fmt: skip
        return True

    def known_transcripts(self, transcript_ids: Sequence[str]) -> set[str]:
        """Those of the ids that belong to some job of this corpus already."""
        sql = f"SELECT transcript_id FROM attempts WHERE transcript_id IN ({_marks(transcript_ids)})"
        return {row[0] for row in self._read(sql, tuple(transcript_ids))}

    # -- results ----------------------------------------------------------------------------------------------------

    def job_rows(self, batch_ids: Sequence[int]) -> list[dict[str, Any]]:
        """One row per recording in manifest order, with its job's facts; a recording of several batches appears as in the latest."""
        sql = (
            "SELECT r.recording_id, r.source, r.batch_id, r.position, r.job_key, r.error_kind AS row_kind, r.error AS row_error,"
            " j.state, j.transcript_id, j.attempts, j.error_kind, j.error, j.submitted_at, j.completed_at, j.duration_s, j.options,"
            " p.audio_duration_s, p.confidence, p.model, p.language, p.cost_usd"
            " FROM recordings r LEFT JOIN jobs j ON j.key = r.job_key LEFT JOIN payloads p ON p.job_key = r.job_key"
            f" WHERE r.batch_id IN ({_marks(batch_ids)}) ORDER BY r.batch_id, r.position"
        )
        latest: dict[str, dict[str, Any]] = {}
        for row in self._read(sql, tuple(batch_ids)):
            latest[row["recording_id"]] = dict(row)
        return list(latest.values())

    def payloads(self, keys: Sequence[tuple[str, str]]) -> Iterator[tuple[str, bytes]]:
        """For each (recording id, job key) that has one: the recording id and the payload as received, one at a time."""
        for recording_id, key in keys:
            rows = self._read("SELECT body FROM payloads WHERE job_key = ?", (key,))
            if rows:
                yield recording_id, _unpack(rows[0][0])

    def states(self, batch_ids: Sequence[int]) -> dict[str, int]:
        """How many jobs stand where."""
        sql = (
            "SELECT state, COUNT(*) FROM jobs WHERE key IN"
            f" (SELECT job_key FROM recordings WHERE batch_id IN ({_marks(batch_ids)})) GROUP BY state"
        )
        return dict(tuple(row) for row in self._read(sql, tuple(batch_ids)))


def _as_row(job: Job) -> dict[str, Any]:
    return {name: getattr(job, name) for name in _JOB_FIELDS}


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))


_ZSTD = pa.Codec("zstd", compression_level=3)


def _pack(body: bytes) -> bytes:
    """Compressed, after its length."""
    return len(body).to_bytes(8, "little") + bytes(_ZSTD.compress(body, asbytes=True))


def _unpack(stored: bytes) -> bytes:
    return bytes(_ZSTD.decompress(stored[8:], int.from_bytes(stored[:8], "little"), asbytes=True))


def _exists(path: Path) -> bool:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as cause:
        raise LedgerError(
            f"The ledger {str(path)!r} cannot be opened ({cause.strerror}). Check the folder's permissions, or choose another corpus=."
        ) from cause
    return True


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as cause:
        raise LedgerError(f"The corpus folder {str(folder)!r} cannot be made: {cause.strerror}. Choose another corpus=.") from cause


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ones that say what to do."""
    try:
        yield
    except sqlite3.Error as cause:
        raise LedgerError(f"The ledger {str(path)!r} {_reason(cause)}") from cause


def _reason(cause: sqlite3.Error) -> str:
    text = str(cause)
    if "locked" in text or "busy" in text:
        return "is locked by another program that is writing to it. Wait until that one is done, then run the same call again."
    if "full" in text or "I/O" in text:
        return f"cannot be written ({text}). Make room on the disk, then run the same call again: what was recorded is safe."
    if "readonly" in text or "unable to open" in text:
        return f"cannot be opened for writing ({text}). Check the folder's permissions, or choose another corpus=."
    return f"cannot be used ({text})."
