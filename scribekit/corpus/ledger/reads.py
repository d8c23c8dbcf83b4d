"""The reading side of the ledger."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from scribekit.corpus.ledger.database import Store, marks, unpack
from scribekit.corpus.ledger.writes import OPEN


def _in(batch_ids: Sequence[int]) -> str:
    # Where all batches are asked for, no job need be looked up: half of the time for a large corpus.
    every = f"(SELECT COUNT(*) FROM batches) = {len(set(batch_ids))}"
    return f"({every} OR key IN (SELECT job_key FROM recordings WHERE batch_id IN ({marks(batch_ids)})))"


JOB_COLUMNS = (
    "r.recording_id, r.source, r.batch_id, r.job_key, r.error_kind AS row_kind, r.error AS row_error,"
    " j.state, j.options, j.transcript_id, j.attempts, j.error_kind, j.error, j.submitted_at, j.completed_at, j.reserved_usd,"
    " iif(j.lease_owner IS NULL, j.held, NULL) AS held, j.duration_s,"
    " p.audio_duration_s, p.confidence, p.model, p.language, p.cost_usd"
)
JOB_TABLES = "FROM recordings r LEFT JOIN jobs j ON j.key = r.job_key LEFT JOIN payloads p ON p.job_key = r.job_key"


class Views(Store):
    """What the verbs and tables read."""

    def batches(self) -> list[int]:
        """The numbers of all batches, oldest first."""
        return [row[0] for row in self.read("SELECT batch_id FROM batches ORDER BY batch_id")]

    def began_at(self, batch_ids: Sequence[int]) -> float:
        """When the first of the batches was recorded, Unix time."""
        return float(self.read(f"SELECT MIN(created_at) FROM batches WHERE batch_id IN ({marks(batch_ids)})", tuple(batch_ids))[0][0])

    def unfinished_hosts(self, batch_ids: Sequence[int]) -> list[str]:
        """The services that hold, or are to get, jobs of the batches that have not ended."""
        sql = (
            f"SELECT DISTINCT host FROM batches WHERE batch_id IN ({marks(batch_ids)}) AND EXISTS (SELECT 1 FROM recordings r"
            f" JOIN jobs ON jobs.key = r.job_key WHERE r.batch_id = batches.batch_id AND {OPEN})"
        )
        return [row[0] for row in self.read(sql, tuple(batch_ids))]

    def hosts(self, batch_ids: Sequence[int]) -> list[str]:
        """The services that the batches were planned for."""
        sql = f"SELECT DISTINCT host FROM batches WHERE batch_id IN ({marks(batch_ids)})"
        return [row[0] for row in self.read(sql, tuple(batch_ids))]

    def batches_at(self, host: str, batch_ids: Sequence[int]) -> list[int]:
        """Those of the batches that were planned for a service."""
        sql = f"SELECT batch_id FROM batches WHERE host = ? AND batch_id IN ({marks(batch_ids)}) ORDER BY batch_id"
        return [row[0] for row in self.read(sql, (host, *batch_ids))]

    def manifest(self, batch_id: int) -> bytes:
        """The manifest of a batch as Parquet bytes."""
        return unpack(self.read("SELECT manifest FROM batches WHERE batch_id = ?", (batch_id,))[0][0])

    def sources(self) -> dict[str, tuple[str, str | None]]:
        """Every recording id in the corpus → its latest source and job key."""
        rows = self.read("SELECT recording_id, source, job_key FROM recordings ORDER BY batch_id")
        return {row[0]: (row[1], row[2]) for row in rows}

    def files(self, batch_ids: Sequence[int]) -> dict[str, str]:
        """Recording id → the whole path of its file, where it was last seen; recordings at an address are not in it."""
        sql = (
            "SELECT r.recording_id, jobs.source FROM recordings r JOIN jobs ON jobs.key = r.job_key"
            f" WHERE jobs.sha256 IS NOT NULL AND r.batch_id IN ({marks(batch_ids)}) ORDER BY r.batch_id"
        )
        return dict(tuple(row) for row in self.read(sql, tuple(batch_ids)))

    def taken(self, job_keys: Collection[str]) -> set[str]:
        """Those of the jobs that are done, or at the service: what is submitted again does not send them again."""
        sql = "SELECT key FROM jobs WHERE state NOT IN ('planned', 'uploaded', 'error') AND key IN (SELECT value FROM json_each(?))"
        return {row[0] for row in self.read(sql, (json.dumps(list(job_keys)),))}

    def content(self, job_key: str) -> str | None:
        """What a job is about: the SHA-256 of the file, or the URL. None when there is none, or it failed: its source may be mended."""
        rows = self.read("SELECT COALESCE(sha256, source) FROM jobs WHERE key = ? AND state <> 'error'", (job_key,))
        return rows[0][0] if rows else None

    def paid_again(self, batch_id: int) -> tuple[int, float]:
        """Unsent jobs of a batch whose recording has a transcript with other options from the same service: how many, at what estimate."""
        sql = (
            "SELECT COUNT(*), TOTAL(j.estimate_usd) FROM jobs j JOIN batches b USING (batch_id)"
            " WHERE j.batch_id = ? AND j.state = 'planned' AND j.attempts = 0"
            " AND EXISTS (SELECT 1 FROM jobs o JOIN batches ob USING (batch_id)"
            "  WHERE COALESCE(o.sha256, o.source) = COALESCE(j.sha256, j.source) AND o.key <> j.key"
            "  AND o.state = 'completed' AND ob.host = b.host)"
        )
        count, estimate = self.read(sql, (batch_id,))[0]
        return count, estimate

    def owners(self) -> list[str]:
        """Every process that holds a claim, alive or not."""
        return [row[0] for row in self.read("SELECT DISTINCT lease_owner FROM jobs WHERE lease_owner IS NOT NULL")]

    def unfinished(self, batch_ids: Sequence[int]) -> int:
        """How many jobs of the batches have not ended, whoever holds them, and whether or not the budget allows them."""
        return int(self.read(f"SELECT COUNT(*) FROM jobs WHERE {OPEN} AND {_in(batch_ids)}", tuple(batch_ids))[0][0])

    def possible(self, batch_ids: Sequence[int]) -> int:
        """How many jobs of the batches have not ended and are not held back, whoever is at work on them."""
        sql = f"SELECT COUNT(*) FROM jobs WHERE {OPEN} AND (held IS NULL OR lease_owner IS NOT NULL) AND {_in(batch_ids)}"
        return int(self.read(sql, tuple(batch_ids))[0][0])

    def known_transcripts(self, transcript_ids: Sequence[str]) -> set[str]:
        """Those of the ids that belong to some job of this corpus already."""
        sql = f"SELECT transcript_id FROM attempts WHERE transcript_id IN ({marks(transcript_ids)})"
        return {row[0] for row in self.read(sql, tuple(transcript_ids))}

    def job_rows(self, batch_ids: Sequence[int], recording_ids: Sequence[str] | None = None) -> Iterator[Any]:
        """One row per recording in manifest order, with its job's facts, one at a time: of all recordings, or of those with one of the ids.

        A recording of several batches appears as in the latest, in its place of the first.
        """
        ids: tuple[Any, ...] = tuple(batch_ids)
        sql = f"SELECT {JOB_COLUMNS} {JOB_TABLES} WHERE r.batch_id IN ({marks(ids)})"
        names: tuple[str, ...] = ()
        if recording_ids is not None:
            sql += " AND r.recording_id IN (SELECT value FROM json_each(?))"
            names = (json.dumps(list(recording_ids)),)
        if len(ids) > 1:
            own = f"FROM recordings o WHERE o.recording_id = r.recording_id AND o.batch_id IN ({marks(ids)})"
            sql += f" AND r.batch_id = (SELECT MAX(o.batch_id) {own})"
            sql += f" ORDER BY (SELECT MIN(o.batch_id) {own}), (SELECT o.position {own} ORDER BY o.batch_id LIMIT 1)"
            ids = (*ids, *names, *ids, *ids, *ids)
        else:
            sql += " ORDER BY r.position"
            ids += names
        yield from self.rows(sql, ids)

    def transcript_ids(self, batch_ids: Sequence[int]) -> dict[str, tuple[str, str | None]]:
        """Recording id → job key and, when it is completed, transcript id: what is asked before every search, so no more than that.

        In the order of :meth:`job_rows`, without the recordings that have no job.
        """
        sql = (
            "SELECT r.recording_id, r.job_key, iif(j.state = 'completed', j.transcript_id, NULL)"
            " FROM recordings r LEFT JOIN jobs j ON j.key = r.job_key"
            f" WHERE r.batch_id IN ({marks(batch_ids)}) ORDER BY r.batch_id, r.position"
        )
        latest = {recording_id: (key, transcript_id) for recording_id, key, transcript_id in self.read(sql, tuple(batch_ids))}
        return {recording_id: found for recording_id, found in latest.items() if found[0] is not None}

    def transcripts(self) -> list[tuple[int, str, str]]:
        """Number, job key and transcript id of every transcript that is stored; jobs are numbered as they were planned."""
        sql = "SELECT rowid, key, transcript_id FROM jobs WHERE state = 'completed' AND key IN (SELECT job_key FROM payloads)"
        return [(row[0], row[1], row[2]) for row in self.read(sql)]

    def stamp(self) -> str:
        """What is another whenever batches, their manifests, jobs' states or edits are; asking takes about a millisecond.

        Events and edits are only ever appended, and no job changes its state without an event.
        """
        manifests = hashlib.blake2b(digest_size=16)
        for row in self.rows("SELECT fingerprint, manifest FROM batches ORDER BY batch_id"):
            manifests.update(row[0].encode() + row[1])
        sql = (
            "SELECT (SELECT MAX(event_id) FROM events), (SELECT at FROM events ORDER BY event_id DESC LIMIT 1),"
            " (SELECT MAX(edit_id) FROM edits)"
        )
        return repr((*self.read(sql)[0], manifests.hexdigest()))

    def payloads(self, keys: Sequence[tuple[str, str]]) -> Iterator[tuple[str, bytes]]:
        """For each (recording id, job key) that has one: the recording id and the payload as received, one at a time."""
        for recording_id, key in keys:
            rows = self.read("SELECT body FROM payloads WHERE job_key = ?", (key,))
            if rows:
                yield recording_id, unpack(rows[0][0])

    def recording_of(self, job_key: str, batch_ids: Sequence[int]) -> str | None:
        """The recording of a job in the latest of the batches, as :meth:`events` names it."""
        sql = (
            f"SELECT recording_id FROM recordings WHERE job_key = ? AND batch_id IN ({marks(batch_ids)})"
            " ORDER BY batch_id DESC, position LIMIT 1"
        )
        rows = self.read(sql, (job_key, *batch_ids))
        return rows[0][0] if rows else None

    def events(self, batch_ids: Sequence[int]) -> list[dict[str, Any]]:
        """What happened to the jobs of the batches, and to no single job, oldest first; with the recording that first asked for the job."""
        sql = (
            "SELECT e.at, e.job_key, e.transcript_id, e.state, e.event, e.detail,"
            f" (SELECT r.recording_id FROM recordings r WHERE r.job_key = e.job_key AND r.batch_id IN ({marks(batch_ids)})"
            "  ORDER BY r.batch_id DESC, r.position LIMIT 1) AS recording_id"
            " FROM events e ORDER BY e.event_id"
        )
        rows = (dict(row) for row in self.read(sql, tuple(batch_ids)))
        return [row for row in rows if row["job_key"] is None or row["recording_id"] is not None]

    def states(self, batch_ids: Sequence[int]) -> dict[str, int]:
        """How many jobs stand where."""
        sql = f"SELECT state, COUNT(*) FROM jobs WHERE {_in(batch_ids)} GROUP BY state"
        return dict(tuple(row) for row in self.read(sql, tuple(batch_ids)))

    def remote(self, batch_ids: Sequence[int]) -> list[tuple[str, str]]:
        """Transcript id and job key of every ended attempt that still lies at the service, but for those that are yet to be fetched."""
        sql = (
            "SELECT a.transcript_id, a.job_key FROM attempts a JOIN jobs ON jobs.key = a.job_key"
            f" WHERE jobs.state IN ('completed', 'error') AND {_in(batch_ids)}"
            " AND NOT (jobs.state = 'error' AND jobs.error_kind IN ('timed_out', 'not_fetched') AND a.transcript_id = jobs.transcript_id)"
            " AND NOT EXISTS (SELECT 1 FROM deletions d WHERE d.transcript_id = a.transcript_id) ORDER BY a.at"
        )
        return [(row[0], row[1]) for row in self.read(sql, tuple(batch_ids))]

    def deletions(self, batch_ids: Sequence[int]) -> list[dict[str, Any]]:
        """The record of deletions at the service."""
        sql = f"SELECT d.* FROM deletions d JOIN jobs ON jobs.key = d.job_key WHERE {_in(batch_ids)} ORDER BY d.at"
        return [dict(row) for row in self.read(sql, tuple(batch_ids))]
