"""The writes of the ledger: plans, claims, results, and failed jobs that are done again."""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from scribekit.api.failures import LINK_FAILURES
from scribekit.corpus.job import ENDED, PLANNED, STATES, Job, PlannedRow
from scribekit.corpus.ledger.budgets import SEND_ORDER, SHORTEST_FIRST, UNSENT, Budgets
from scribekit.corpus.ledger.database import Database, placeholders
from scribekit.corpus.ledger.digests import FACTS, KEEP_DIGEST, manifest_digest, recording_crc, transcript_digest
from scribekit.corpus.ledger.packing import pack
from scribekit.corpus.ledger.stored import manifest_name
from scribekit.recordings.manifest import public_source

JOB_FIELDS = tuple(item.name for item in fields(Job))
OPEN = "state NOT IN ('completed', 'error')"
_FIXED = frozenset({"key", "source", "options", "duration_s", "sha256", "estimate_usd", "upload_url"})
_SELECT_JOB = f"SELECT {', '.join(JOB_FIELDS)} FROM jobs WHERE key = ?"
_UPDATE_JOB = (
    f"UPDATE jobs SET {', '.join(f'{name} = :{name}' for name in JOB_FIELDS if name not in _FIXED)},"
    " upload_url = iif(sha256 IS NULL, upload_url, :upload_url) WHERE key = :key AND lease_owner = :owner"
)
# A file may have moved, a link may have been signed again, and a later batch may pay for an unsent job at a newer estimate.
# Everything else stays.
_INSERT_JOB = (
    f"INSERT INTO jobs ({', '.join(JOB_FIELDS)}, batch_id) VALUES ({', '.join(':' + name for name in JOB_FIELDS)}, :batch_id)"
    " ON CONFLICT (key) DO UPDATE SET"
    " source = iif(sha256 IS NULL, source, excluded.source),"
    " upload_url = iif(sha256 IS NULL, excluded.upload_url, upload_url),"
    f" batch_id = iif({UNSENT} AND reserved_usd IS NULL, excluded.batch_id, batch_id),"
    f" estimate_usd = iif({UNSENT} AND reserved_usd IS NULL, excluded.estimate_usd, estimate_usd),"
    " held = NULL"
)
# A recording that could not be fetched from its old link is ready to be fetched from another one.
_RENEW_LINK = (
    "UPDATE jobs SET state = 'planned', attempts = 0, failures = 0, transcript_id = NULL, submitted_at = NULL, error_kind = NULL,"
    " error = NULL WHERE key = ? AND sha256 IS NULL AND state = 'error' AND COALESCE(upload_url, source) <> ?"
    f" AND error_kind IN ({', '.join(repr(kind) for kind in sorted(LINK_FAILURES))})"
)
_PUT_BACK = "INSERT INTO events (at, job_key, transcript_id, state, event, detail) VALUES (?, ?, ?, ?, 'put back', '')"
_RECEIVED = ("audio_duration_s", "confidence", "model", "language", "cost_usd")
_PAYLOAD = ("job_key", *FACTS, "body")
_INSERT_PAYLOAD = f"INSERT OR REPLACE INTO payloads ({', '.join(_PAYLOAD)}) VALUES ({', '.join(':' + name for name in _PAYLOAD)})"


_DELETED = (
    "The stored transcript is damaged, and it was deleted at the service, so it cannot be fetched again. "
    "Bring the ledger back from a backup, or transcribe the recording, and pay for it, again with sk.retry."
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the service sent for a finished job: the payload, and the facts that tables read most."""

    payload: bytes
    audio_duration_s: float | None
    confidence: float | None
    model: str | None
    language: str | None
    cost_usd: float | None


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened to a job. It is recorded as a whole or not at all."""

    job: Job
    at: float
    event: str = ""
    detail: str = ""
    receipt: Receipt | None = None


class Writes(Database):
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
        """Record a batch and its jobs. A batch that was planned before keeps its number, and existing jobs keep their state.

        The manifest with the user's columns, the paths of the files, the links and the budget are those of the latest call. A job that
        failed because its link could not be fetched is ready to be sent again with another one.

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
        stored = pack(manifest)
        with self.transaction() as db:
            db.execute(
                "INSERT INTO batches (fingerprint, host, created_at, budget_usd, manifest) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (fingerprint) DO UPDATE SET manifest = excluded.manifest, budget_usd = excluded.budget_usd",
                (fingerprint, host, at, budget_usd, stored),
            )
            batch_id = int(db.execute("SELECT batch_id FROM batches WHERE fingerprint = ?", (fingerprint,)).fetchone()[0])
            db.execute(KEEP_DIGEST, (manifest_name(batch_id), manifest_digest(stored)))
            for job in jobs:
                if not job.is_local and db.execute(_RENEW_LINK, (job.key, job.audio_url)).rowcount:
                    db.execute(_PUT_BACK, (at, job.key, None, PLANNED))
                db.execute(_INSERT_JOB, {**_as_row(job), "batch_id": batch_id})
            db.executemany(
                "INSERT OR REPLACE INTO recordings (batch_id, position, recording_id, source, job_key, crc, error_kind, error)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                ((*_with_crc(batch_id, position, row), row.error_kind, row.error) for position, row in enumerate(rows)),
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
        """Claim up to ``most`` unfinished jobs that nobody else holds: those already at the service first, then the longest.

        A recording of unknown length counts as an hour. The estimated cost of each job is reserved when it is claimed. In a batch with a
        budget, no more jobs are claimed once the next one would not fit, and jobs without an estimate are skipped; both are marked as
        held. An expired claim may be taken, unless its owner is in ``alive``: a suspended process may go on later. A job whose state is
        damaged is never claimed.

        With ``shortest_with``, only unsent files with these options are claimed, the shortest first.
        """
        if most <= 0:
            return []
        order, only = SEND_ORDER, ""
        values: tuple[Any, ...] = (now, *alive, *batch_ids)
        if shortest_with is not None:
            order, only = SHORTEST_FIRST, f" AND {UNSENT} AND sha256 IS NOT NULL AND options = ?"
            values += (shortest_with,)
        # The condition and the order are those of the index jobs_open, so the first rows are found without a scan.
        candidates = (
            f"SELECT key, state, batch_id, estimate_usd, reserved_usd, {UNSENT} AS unsent FROM jobs"
            f" WHERE {OPEN} AND held IS NULL AND (lease_until IS NULL OR (lease_until < ? AND lease_owner NOT IN ({placeholders(alive)})))"
            f" AND EXISTS (SELECT 1 FROM recordings r WHERE r.job_key = jobs.key AND r.batch_id IN ({placeholders(batch_ids)}))"
            f"{only} ORDER BY {order}"
        )
        with self.transaction() as db:
            budgets = Budgets(db)
            budgets.release_affordable()
            allowed = (job["key"] for job in db.execute(candidates, values) if job["state"] in STATES and budgets.allows(job))
            claimed = list(itertools.islice(allowed, most))
            db.executemany(
                "UPDATE jobs SET lease_owner = ?, lease_until = ?, reserved_usd = COALESCE(reserved_usd, estimate_usd) WHERE key = ?",
                ((owner, lease_until, key) for key in claimed),
            )
            if shortest_with is None:
                budgets.mark_held()
            return [Job(*db.execute(_SELECT_JOB, (key,)).fetchone()) for key in claimed]

    def renew(self, owner: str, lease_until: float) -> None:
        """Extend the claims of a process."""
        with self.transaction() as db:
            db.execute("UPDATE jobs SET lease_until = ? WHERE lease_owner = ?", (lease_until, owner))

    def shorten_leases(self, latest: float) -> None:
        """Let no claim last longer than until a time, because the clock was ahead when it was written. A living owner renews its own."""
        if self.read("SELECT 1 FROM jobs WHERE lease_owner IS NOT NULL AND lease_until > ? LIMIT 1", (latest,)):
            with self.transaction() as db:
                db.execute("UPDATE jobs SET lease_until = ? WHERE lease_owner IS NOT NULL AND lease_until > ?", (latest, latest))

    def release(self, owner: str) -> None:
        """Release all claims of a process, and what it reserved for jobs that it has not sent."""
        with self.transaction() as db:
            db.execute(
                f"UPDATE jobs SET lease_owner = NULL, lease_until = NULL, reserved_usd = iif({UNSENT}, NULL, reserved_usd)"
                " WHERE lease_owner = ?",
                (owner,),
            )

    def record(self, owner: str, facts: Sequence[Fact]) -> list[bool]:
        """Record facts, all or none, and return when they are on the disk.

        Returns:
            For each fact whether it was recorded. False: another owner holds the job now, so this one must not act on it.
        """
        with self.transaction() as db:
            return [_record(db, owner, fact) for fact in facts]

    def note(self, at: float, event: str, detail: str = "") -> None:
        """Record an event that is not about a single job."""
        with self.transaction() as db:
            db.execute("INSERT INTO events (at, event, detail) VALUES (?, ?, ?)", (at, event, detail))

    def reset_failed(
        self, batch_ids: Sequence[int], kinds: Sequence[str] | None, at: float, recordings: Sequence[str] | None = None
    ) -> int:
        """Make failed jobs ready to be done again: those of the kinds and recordings, or all.

        A job that took too long, or whose transcript could not be fetched, is only waited for again, because the service has it. One of
        which it is not known whether the service has it is searched for again.

        Returns:
            How many jobs.
        """
        condition = f" AND error_kind IN ({placeholders(kinds)})" if kinds is not None else ""
        named = " AND recording_id IN (SELECT value FROM json_each(?))" if recordings is not None else ""
        keys = f"SELECT job_key FROM recordings WHERE batch_id IN ({placeholders(batch_ids)}){named}"
        waits = "error_kind IN ('timed_out', 'not_fetched') AND transcript_id IS NOT NULL"
        searched = "error_kind = 'in_doubt'"
        # A transcript is known again by the address of its audio.
        kept = f"{searched} OR ({waits})"
        again = (
            f"UPDATE jobs SET state = iif({waits}, 'queued', iif({searched}, 'submitting', 'planned')),"
            f" submitted_at = iif({waits}, ?, NULL), transcript_id = iif({waits}, transcript_id, NULL),"
            f" attempts = iif({waits} OR {searched}, attempts, 0), upload_url = iif(sha256 IS NULL OR {kept}, upload_url, NULL),"
            f" uploaded_at = iif({kept}, uploaded_at, NULL), failures = 0, error_kind = NULL, error = NULL"
            f" WHERE state = 'error' AND key IN ({keys}){condition}"
            " RETURNING key, state, transcript_id"
        )
        names = () if recordings is None else (json.dumps(list(recordings)),)
        tried = "SELECT options FROM jobs WHERE key IN (SELECT value FROM json_each(?))"
        with self.transaction() as db:
            rows = db.execute(again, (at, *batch_ids, *names, *(kinds or ()))).fetchall()
            # What waits because the service refused these jobs is tried again with them.
            keys = json.dumps([row["key"] for row in rows])
            db.execute(f"UPDATE jobs SET held = NULL WHERE held = 'options' AND options IN ({tried})", (keys,))
            db.executemany(_PUT_BACK, ((at, row["key"], row["transcript_id"], row["state"]) for row in rows))
            return len(rows)

    def fetch_again(self, job_keys: Sequence[str], at: float) -> set[str]:
        """Make completed jobs, whose stored transcripts are damaged, ready to be fetched again.

        Returns:
            The jobs that the next run asks the service for. The others were deleted there: they end in error.
        """
        gone = "transcript_id IS NULL OR transcript_id IN (SELECT transcript_id FROM deletions)"
        again = (
            f"UPDATE jobs SET state = iif({gone}, 'error', 'queued'), submitted_at = ?, completed_at = NULL, failures = 0,"
            f" error_kind = iif({gone}, 'damaged', NULL), error = iif({gone}, ?, NULL)"
            " WHERE state = 'completed' AND key IN (SELECT value FROM json_each(?)) RETURNING key, transcript_id, state"
        )
        with self.transaction() as db:
            rows = db.execute(again, (at, _DELETED, json.dumps(list(job_keys)))).fetchall()
            db.executemany(
                "INSERT INTO events (at, job_key, transcript_id, state, event, detail) VALUES (?, ?, ?, ?, 'damaged', '')",
                ((at, row["key"], row["transcript_id"], row["state"]) for row in rows),
            )
            return {row["key"] for row in rows if row["state"] not in ENDED}

    def relocate(self, files: Mapping[str, str], at: float) -> int:
        """Record where files are now: SHA-256 → absolute path. Files that are not in the corpus are ignored.

        Returns:
            How many recordings of the corpus have one of the files.
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
        stored = pack(fact.receipt.payload)
        facts = {"transcript_id": job.transcript_id, "received_at": fact.at, **{name: getattr(fact.receipt, name) for name in _RECEIVED}}
        db.execute(_INSERT_PAYLOAD, {"job_key": job.key, **facts, "body": stored})
        db.execute(KEEP_DIGEST, (job.key, transcript_digest(job.key, facts, stored)))
    return True


def _with_crc(batch_id: int, position: int, row: PlannedRow) -> tuple[Any, ...]:
    values = (batch_id, position, row.recording_id, public_source(row.source), row.job_key)
    return (*values, recording_crc(*values))


def _as_row(job: Job) -> dict[str, Any]:
    return {name: getattr(job, name) for name in JOB_FIELDS}
