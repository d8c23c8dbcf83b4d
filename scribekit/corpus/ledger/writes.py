"""The writing side of the ledger: plans, claims, what happened, and what the user puts back."""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from scribekit.corpus.job import ENDED, Job, PlannedRow
from scribekit.corpus.ledger.database import Store, marks, pack

JOB_FIELDS = tuple(item.name for item in fields(Job))
OPEN = "state NOT IN ('completed', 'error')"
UNSENT = "state IN ('planned', 'uploaded')"
_ORDER = f"{UNSENT}, COALESCE(duration_s, 3600) DESC, rowid"
_SHORTEST_FIRST = f"{UNSENT} DESC, COALESCE(duration_s, 3600), rowid DESC"
_CENT_FRACTION = 1e-9
"""Sums of floating-point dollars may be off by this much."""
_FIXED = frozenset({"key", "source", "options", "duration_s", "sha256", "estimate_usd"})
_SELECT_JOB = f"SELECT {', '.join(JOB_FIELDS)} FROM jobs WHERE key = ?"
_UPDATE_JOB = (
    f"UPDATE jobs SET {', '.join(f'{name} = :{name}' for name in JOB_FIELDS if name not in _FIXED)}"
    " WHERE key = :key AND lease_owner = :owner"
)
# A file may have moved, and an unsent job may be paid for by a later batch at a newer estimate; all else stays.
_INSERT_JOB = (
    f"INSERT INTO jobs ({', '.join(JOB_FIELDS)}, batch_id) VALUES ({', '.join(':' + name for name in JOB_FIELDS)}, :batch_id)"
    " ON CONFLICT (key) DO UPDATE SET"
    " source = iif(sha256 IS NULL, source, excluded.source),"
    f" batch_id = iif({UNSENT} AND reserved_usd IS NULL, excluded.batch_id, batch_id),"
    f" estimate_usd = iif({UNSENT} AND reserved_usd IS NULL, excluded.estimate_usd, estimate_usd),"
    " held = NULL"
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


class Work(Store):
    """What the engine and the verbs write."""

    def plan_batch(
        self,
        fingerprint: str,
        manifest: bytes,
        rows: Iterable[PlannedRow],
        jobs: Iterable[Job],
        *,
        host: str,
        at: float,
        budget_usd: float | None = None,
    ) -> int:
        """Record a batch and its jobs; a batch that was planned before keeps its number, and jobs that exist stay where they are.

        What costs nothing follows the latest call: the manifest with the user's columns, where the files lie now, and the budget.

        Args:
            fingerprint: Equal for equal plans.
            manifest: The manifest frame as Parquet bytes.
            rows: One per manifest row, in its order.
            jobs: The jobs that the rows name.
            host: The service's name in job keys.
            at: Unix time.
            budget_usd: The most that the batch may spend; None for no limit.

        Returns:
            The batch's number.
        """
        with self.transaction() as db:
            db.execute(
                "INSERT INTO batches (fingerprint, host, created_at, budget_usd, manifest) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (fingerprint) DO UPDATE SET manifest = excluded.manifest, budget_usd = excluded.budget_usd",
                (fingerprint, host, at, budget_usd, pack(manifest)),
            )
            batch_id = int(db.execute("SELECT batch_id FROM batches WHERE fingerprint = ?", (fingerprint,)).fetchone()[0])
            db.executemany(_INSERT_JOB, ({**_as_row(job), "batch_id": batch_id} for job in jobs))
            db.executemany(
                "INSERT OR REPLACE INTO recordings (batch_id, position, recording_id, source, job_key, error_kind, error)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    (batch_id, position, row.recording_id, row.source, row.job_key, row.error_kind, row.error)
                    for position, row in enumerate(rows)
                ),
            )
            return batch_id

    def claim(
        self,
        batch_ids: Sequence[int],
        owner: str,
        lease_until: float,
        now: float,
        most: int,
        alive: Sequence[str] = (),
        *,
        shortest_with: str | None = None,
    ) -> list[Job]:
        """Take up to ``most`` unfinished jobs that nobody else holds: those already at the service first, then the longest.

        A recording of unknown length counts as an hour. The estimated cost of each job is reserved as it is taken. Where a
        batch has a budget, nothing more of it is taken once the next job would not fit, and a job without an estimate is
        passed over; both are marked as held. A claim whose time has run out may be taken, unless its owner is known to be ``alive``
        (it may have been suspended, and go on where it was).

        With ``shortest_with`` only unsent files with these options are taken, the shortest first.
        """
        if most <= 0:
            return []
        order, only = _ORDER, ""
        values: tuple[Any, ...] = (now, *alive, *batch_ids)
        if shortest_with is not None:
            # The index is read from its other end.
            order, only = _SHORTEST_FIRST, f" AND {UNSENT} AND sha256 IS NOT NULL AND options = ?"
            values += (shortest_with,)
        # The condition and the order are those of the index jobs_open: the first rows are found without a scan.
        candidates = (
            f"SELECT key, batch_id, estimate_usd, reserved_usd, {UNSENT} AS unsent FROM jobs"
            f" WHERE {OPEN} AND held IS NULL AND (lease_until IS NULL OR (lease_until < ? AND lease_owner NOT IN ({marks(alive)})))"
            f" AND EXISTS (SELECT 1 FROM recordings r WHERE r.job_key = jobs.key AND r.batch_id IN ({marks(batch_ids)}))"
            f"{only} ORDER BY {order}"
        )
        with self.transaction() as db:
            purse = _Budgets(db)
            purse.release_affordable()
            allowed = (job["key"] for job in db.execute(candidates, values) if purse.allows(job))
            taken = list(itertools.islice(allowed, most))
            db.executemany(
                "UPDATE jobs SET lease_owner = ?, lease_until = ?, reserved_usd = COALESCE(reserved_usd, estimate_usd) WHERE key = ?",
                ((owner, lease_until, key) for key in taken),
            )
            if shortest_with is None:
                purse.mark()
            return [Job(*db.execute(_SELECT_JOB, (key,)).fetchone()) for key in taken]

    def renew(self, owner: str, lease_until: float) -> None:
        """Keep this process's claims alive."""
        with self.transaction() as db:
            db.execute("UPDATE jobs SET lease_until = ? WHERE lease_owner = ?", (lease_until, owner))

    def release(self, owner: str) -> None:
        """Give up all claims of a process, and what it had reserved for jobs that it has not sent."""
        with self.transaction() as db:
            db.execute(
                f"UPDATE jobs SET lease_owner = NULL, lease_until = NULL, reserved_usd = iif({UNSENT}, NULL, reserved_usd)"
                " WHERE lease_owner = ?",
                (owner,),
            )

    def record(self, owner: str, facts: Sequence[Fact]) -> list[bool]:
        """Record what happened, all of it or none, and return when it is on the disk.

        Returns:
            For each fact whether it was recorded: false when the job is no longer this owner's, who then must not act on it.
        """
        with self.transaction() as db:
            return [_record(db, owner, fact) for fact in facts]

    def note(self, at: float, event: str, detail: str = "") -> None:
        """Record something that happened to no single job."""
        with self.transaction() as db:
            db.execute("INSERT INTO events (at, event, detail) VALUES (?, ?, ?)", (at, event, detail))

    def reset_failed(
        self, batch_ids: Sequence[int], kinds: Sequence[str] | None, at: float, recordings: Sequence[str] | None = None
    ) -> int:
        """Make failed jobs ready to be done again: those of the kinds and recordings, or all.

        One that only took too long, or whose transcript could not be fetched, is waited for again: the service has it.

        Returns:
            How many.
        """
        condition = f" AND error_kind IN ({marks(kinds)})" if kinds is not None else ""
        named = " AND recording_id IN (SELECT value FROM json_each(?))" if recordings is not None else ""
        waits = "error_kind IN ('timed_out', 'not_fetched') AND transcript_id IS NOT NULL"
        again = (
            f"UPDATE jobs SET state = iif({waits}, 'queued', 'planned'), submitted_at = iif({waits}, ?, NULL),"
            f" transcript_id = iif({waits}, transcript_id, NULL), attempts = iif({waits}, attempts, 0),"
            " upload_url = NULL, uploaded_at = NULL, failures = 0, error_kind = NULL, error = NULL"
            f" WHERE state = 'error' AND key IN (SELECT job_key FROM recordings WHERE batch_id IN ({marks(batch_ids)}){named}){condition}"
            " RETURNING key, state, transcript_id"
        )
        names = () if recordings is None else (json.dumps(list(recordings)),)
        tried = "SELECT options FROM jobs WHERE key IN (SELECT value FROM json_each(?))"
        with self.transaction() as db:
            rows = db.execute(again, (at, *batch_ids, *names, *(kinds or ()))).fetchall()
            # What waits because the service refused these jobs is tried again with them.
            keys = json.dumps([row["key"] for row in rows])
            db.execute(f"UPDATE jobs SET held = NULL WHERE held = 'options' AND options IN ({tried})", (keys,))
            db.executemany(
                "INSERT INTO events (at, job_key, transcript_id, state, event, detail) VALUES (?, ?, ?, ?, 'put back', '')",
                ((at, row["key"], row["transcript_id"], row["state"]) for row in rows),
            )
            return len(rows)

    def relocate(self, files: Mapping[str, str], at: float) -> int:
        """Record where files lie now: SHA-256 → the whole path; those that the corpus does not know are passed over.

        Returns:
            How many recordings of the corpus the files are.
        """
        known = "SELECT COUNT(DISTINCT r.recording_id) FROM recordings r JOIN jobs ON jobs.key = r.job_key"
        with self.transaction() as db:
            db.executemany("UPDATE jobs SET source = ? WHERE sha256 = ?", ((path, sha256) for sha256, path in files.items()))
            db.execute("INSERT INTO events (at, event, detail) VALUES (?, 'relocated', '')", (at,))
            wanted = json.dumps(list(files))
            return int(db.execute(f"{known} WHERE jobs.sha256 IN (SELECT value FROM json_each(?))", (wanted,)).fetchone()[0])

    def deleted(self, transcript_id: str, job_key: str, at: float) -> None:
        """Record that a transcript was deleted at the service."""
        with self.transaction() as db:
            db.execute("INSERT OR IGNORE INTO deletions (transcript_id, job_key, at) VALUES (?, ?, ?)", (transcript_id, job_key, at))


class _Budgets:
    """What the budgets of the batches still allow, within one transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        budgets = db.execute("SELECT batch_id, budget_usd FROM batches WHERE budget_usd IS NOT NULL").fetchall()
        self._left = {batch: budget - self._committed(batch) + _CENT_FRACTION for batch, budget in budgets}
        self._full: set[int] = set()
        self._unknown: list[str] = []

    def _committed(self, batch_id: int) -> float:
        spent_and_reserved = (
            "SELECT TOTAL(CASE WHEN jobs.state = 'completed' THEN COALESCE(p.cost_usd, jobs.estimate_usd) ELSE jobs.reserved_usd END)"
            " FROM jobs LEFT JOIN payloads p ON p.job_key = jobs.key WHERE jobs.batch_id = ?"
        )
        return float(self._db.execute(spent_and_reserved, (batch_id,)).fetchone()[0])

    def release_affordable(self) -> None:
        """Take the mark off where the next job would fit now, because one failed or cost less than reserved."""
        for batch, left in self._left.items():
            following = f"SELECT estimate_usd FROM jobs WHERE batch_id = ? AND held = 'budget' ORDER BY {_ORDER} LIMIT 1"
            job = self._db.execute(following, (batch,)).fetchone()
            if job and job["estimate_usd"] <= left:
                self._db.execute("UPDATE jobs SET held = NULL WHERE batch_id = ? AND held = 'budget'", (batch,))

    def allows(self, job: sqlite3.Row) -> bool:
        """Whether the job may be sent; its estimate is then taken from what is left."""
        batch = job["batch_id"]
        if batch not in self._left or not job["unsent"] or job["reserved_usd"] is not None:
            return True
        if job["estimate_usd"] is None:
            self._unknown.append(job["key"])
            return False
        if batch in self._full or job["estimate_usd"] > self._left[batch]:
            self._full.add(batch)
            return False
        self._left[batch] -= job["estimate_usd"]
        return True

    def mark(self) -> None:
        """Mark the jobs that are held back, so that they are passed over from now on and the tables can say why."""
        for batch in self._full:
            self._db.execute(
                f"UPDATE jobs SET held = 'budget' WHERE batch_id = ? AND {UNSENT} AND reserved_usd IS NULL"
                " AND held IS NULL AND lease_owner IS NULL AND estimate_usd IS NOT NULL",
                (batch,),
            )
        self._db.executemany("UPDATE jobs SET held = 'no_length' WHERE key = ?", ((key,) for key in self._unknown))


def _record(db: sqlite3.Connection, owner: str, fact: Fact) -> bool:
    job = fact.job
    if not db.execute(_UPDATE_JOB, {**_as_row(job), "owner": owner}).rowcount:
        return False
    if job.state in ENDED:
        db.execute("UPDATE jobs SET lease_owner = NULL, lease_until = NULL, reserved_usd = NULL WHERE key = ?", (job.key,))
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
                receipt.language, receipt.cost_usd, pack(receipt.payload),
            ),
        )  # fmt: skip
    return True


def _as_row(job: Job) -> dict[str, Any]:
    return {name: getattr(job, name) for name in JOB_FIELDS}
