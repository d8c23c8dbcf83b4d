"""The queries of the ledger."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from scribekit.corpus.job import COMPLETED, STATES, is_odd
from scribekit.corpus.ledger import damage
from scribekit.corpus.ledger.budgets import UNSENT
from scribekit.corpus.ledger.database import placeholders
from scribekit.corpus.ledger.digests import recording_crc
from scribekit.corpus.ledger.stored import Stored
from scribekit.corpus.ledger.writes import OPEN


def _in(batch_ids: Sequence[int]) -> str:
    # If all batches are asked for, no job is looked up, which saves half of the time in a large corpus.
    every = f"(SELECT COUNT(*) FROM batches) = {len(set(batch_ids))}"
    return f"({every} OR key IN (SELECT job_key FROM recordings WHERE batch_id IN ({placeholders(batch_ids)})))"


_SEALED = 6
"""The number of columns at the end of a row that its checksum covers, with the checksum."""
JOB_COLUMNS = (
    "r.recording_id, r.source, r.batch_id, r.job_key, r.error_kind AS row_kind, r.error AS row_error,"
    " j.state, j.options, j.transcript_id, j.attempts, j.error_kind, j.error, j.submitted_at, j.completed_at, j.reserved_usd,"
    " iif(j.lease_owner IS NULL, j.held, NULL) AS held, j.duration_s,"
    " p.audio_duration_s, p.confidence, p.model, p.language, p.cost_usd"
)
JOB_TABLES = "FROM recordings r LEFT JOIN jobs j ON j.key = r.job_key LEFT JOIN payloads p ON p.job_key = r.job_key"


class Reads(Stored):
    """What verbs and tables read."""

    def batches(self) -> list[int]:
        """Return the numbers of all batches, oldest first."""
        return [row[0] for row in self.read("SELECT batch_id FROM batches ORDER BY batch_id")]

    def began_at(self, batch_ids: Sequence[int]) -> float:
        """Return when the first of the batches was recorded, in Unix time."""
        sql = f"SELECT MIN(created_at) FROM batches WHERE batch_id IN ({placeholders(batch_ids)})"
        return float(self.read(sql, tuple(batch_ids))[0][0])

    def unfinished_hosts(self, batch_ids: Sequence[int]) -> list[str]:
        """Return the services that have, or will get, unfinished jobs of the batches."""
        sql = (
            f"SELECT DISTINCT host FROM batches WHERE batch_id IN ({placeholders(batch_ids)}) AND EXISTS (SELECT 1 FROM recordings r"
            f" JOIN jobs ON jobs.key = r.job_key WHERE r.batch_id = batches.batch_id AND {OPEN})"
        )
        return [row[0] for row in self.read(sql, tuple(batch_ids))]

    def hosts(self, batch_ids: Sequence[int]) -> list[str]:
        """Return the services that the batches were planned for."""
        sql = f"SELECT DISTINCT host FROM batches WHERE batch_id IN ({placeholders(batch_ids)})"
        return [row[0] for row in self.read(sql, tuple(batch_ids))]

    def batches_at(self, host: str, batch_ids: Sequence[int]) -> list[int]:
        """Return those of the batches that were planned for a service."""
        sql = f"SELECT batch_id FROM batches WHERE host = ? AND batch_id IN ({placeholders(batch_ids)}) ORDER BY batch_id"
        return [row[0] for row in self.read(sql, (host, *batch_ids))]

    def sources(self) -> dict[str, tuple[str, str | None]]:
        """Return every recording id in the corpus → its latest source and job key."""
        rows = self.read("SELECT recording_id, source, job_key FROM recordings ORDER BY batch_id")
        return {row[0]: (row[1], row[2]) for row in rows}

    def files(self, batch_ids: Sequence[int]) -> dict[str, str]:
        """Return recording id → the absolute path where its file was last seen; without the recordings whose source is a URL."""
        sql = (
            "SELECT r.recording_id, jobs.source FROM recordings r JOIN jobs ON jobs.key = r.job_key"
            f" WHERE jobs.sha256 IS NOT NULL AND r.batch_id IN ({placeholders(batch_ids)}) ORDER BY r.batch_id"
        )
        return dict(tuple(row) for row in self.read(sql, tuple(batch_ids)))

    def taken(self, job_keys: Collection[str]) -> set[str]:
        """Return those of the jobs that are completed or at the service, so that another submission does not send them again."""
        sql = "SELECT key FROM jobs WHERE state NOT IN ('planned', 'uploaded', 'error') AND key IN (SELECT value FROM json_each(?))"
        return {row[0] for row in self.read(sql, (json.dumps(list(job_keys)),))}

    def addresses(self, host: str) -> list[tuple[str, str, str]]:
        """Return key, source and options of the jobs of a service whose source is an address with a query or fragment.

        Those that are completed come first, then those at the service, those that were not sent, and those that failed.
        """
        sql = (
            "SELECT key, source, options FROM jobs JOIN batches USING (batch_id)"
            " WHERE sha256 IS NULL AND host = ? AND (instr(source, '?') OR instr(source, '#'))"
            f" ORDER BY CASE state WHEN 'completed' THEN 0 WHEN 'error' THEN 3 ELSE iif({UNSENT}, 2, 1) END, jobs.rowid"
        )
        return [(row[0], row[1], row[2]) for row in self.read(sql, (host,))]

    def content(self, job_key: str) -> str | None:
        """Return the content of a job: the SHA-256 of the file, or the URL. None if there is no such job, or it failed.

        The source of a failed job may have been corrected since.
        """
        rows = self.read("SELECT COALESCE(sha256, source) FROM jobs WHERE key = ? AND state <> 'error'", (job_key,))
        return rows[0][0] if rows else None

    def paid_again(self, batch_id: int) -> tuple[int, float | None]:
        """Count the unsent jobs whose recording has a transcript with other options from the same service, and add up their estimates.

        The sum is None when the estimate of a job is not known.
        """
        sql = (
            "SELECT COUNT(*), CASE WHEN COUNT(j.estimate_usd) = COUNT(*) THEN TOTAL(j.estimate_usd) END"
            " FROM jobs j JOIN batches b USING (batch_id)"
            " WHERE j.batch_id = ? AND j.state = 'planned' AND j.attempts = 0"
            " AND EXISTS (SELECT 1 FROM jobs o JOIN batches ob USING (batch_id)"
            "  WHERE COALESCE(o.sha256, o.source) = COALESCE(j.sha256, j.source) AND o.key <> j.key"
            "  AND o.state = 'completed' AND ob.host = b.host)"
        )
        count, estimate = self.read(sql, (batch_id,))[0]
        return count, estimate

    def owners(self) -> list[str]:
        """Return every process that holds a claim, alive or not."""
        return [row[0] for row in self.read("SELECT DISTINCT lease_owner FROM jobs WHERE lease_owner IS NOT NULL")]

    def unfinished(self, batch_ids: Sequence[int]) -> int:
        """Count the unfinished jobs of the batches, including those that other processes hold and those that the budget holds back."""
        return int(self.read(f"SELECT COUNT(*) FROM jobs WHERE {OPEN} AND {_in(batch_ids)}", tuple(batch_ids))[0][0])

    def possible(self, batch_ids: Sequence[int]) -> int:
        """Count the unfinished jobs of the batches that are not held back, including those that other processes hold."""
        sql = f"SELECT COUNT(*) FROM jobs WHERE {OPEN} AND (held IS NULL OR lease_owner IS NOT NULL) AND {_in(batch_ids)}"
        return int(self.read(sql, tuple(batch_ids))[0][0])

    def known_transcripts(self, transcript_ids: Sequence[str]) -> set[str]:
        """Return those of the ids that belong to a job of this corpus already."""
        sql = f"SELECT transcript_id FROM attempts WHERE transcript_id IN ({placeholders(transcript_ids)})"
        return {row[0] for row in self.read(sql, tuple(transcript_ids))}

    def upload_urls(self) -> Iterator[str]:
        """Yield the address of every upload that is remembered."""
        return (row[0] for row in self.rows("SELECT upload_url FROM jobs WHERE upload_url IS NOT NULL"))

    def has_upload(self, url: str, *, other_than: str | None) -> bool:
        """Return whether an address is that of an upload of other bytes. Every job is read for it.

        Args:
            url: The address.
            other_than: The SHA-256 of the bytes that do not count.
        """
        return bool(self.read("SELECT 1 FROM jobs WHERE upload_url = ? AND sha256 IS NOT ? LIMIT 1", (url, other_than)))

    def job_rows(self, batch_ids: Sequence[int], recording_ids: Sequence[str] | None = None) -> Iterator[Any]:
        """Yield one row per recording in manifest order, with the facts of its job: all recordings, or those with one of the ids.

        A recording of several batches comes at its position in the first, with the facts of the latest. One whose job is damaged is
        noted in ``damage``, and so is one whose own row is damaged, which is left out.

        Raises:
            DamagedFileError: Rows are missing.
        """
        ids: tuple[Any, ...] = tuple(batch_ids)
        sql = f"SELECT {JOB_COLUMNS}, {self._sealed} {JOB_TABLES} WHERE r.batch_id IN ({placeholders(ids)})"
        names: tuple[str, ...] = ()
        if recording_ids is not None:
            sql += " AND r.recording_id IN (SELECT value FROM json_each(?))"
            names = (json.dumps(list(recording_ids)),)
        if len(ids) > 1:
            own = f"FROM recordings o WHERE o.recording_id = r.recording_id AND o.batch_id IN ({placeholders(ids)})"
            sql += f" AND r.batch_id = (SELECT MAX(o.batch_id) {own})"
            sql += f" ORDER BY (SELECT MIN(o.batch_id) {own}), (SELECT o.position {own} ORDER BY o.batch_id LIMIT 1)"
            ids = (*ids, *names, *ids, *ids, *ids)
        else:
            sql += " ORDER BY r.position"
            ids += names
        seen: set[str] = set()
        for row in self.rows(sql, ids):
            batch_id, position, recording_id, source, key, crc = row[-_SEALED:]
            seen.add(recording_id)
            if crc is not None and crc != recording_crc(batch_id, position, recording_id, source, key):
                self._note_damaged(batch_id, position, recording_id)
                continue
            if is_odd(row):
                self.damage.recordings[recording_id] = damage.JOB
            yield row
        if recording_ids is None:
            self._check_count(len(seen), batch_ids)

    def transcript_ids(self, batch_ids: Sequence[int]) -> dict[str, tuple[str, str | None]]:
        """Return recording id → job key and, when it is completed, transcript id. It is quick, because every search asks for it first.

        The order is that of :meth:`job_rows`. Recordings without a job are left out.
        """
        sql = (
            f"SELECT j.state, j.transcript_id, {self._sealed}"
            " FROM recordings r LEFT JOIN jobs j ON j.key = r.job_key"
            f" WHERE r.batch_id IN ({placeholders(batch_ids)}) ORDER BY r.batch_id, r.position"
        )
        latest = {}
        rows = self.read(sql, tuple(batch_ids))
        self._check_count(len({row[4] for row in rows}), batch_ids)
        for state, transcript_id, batch_id, position, recording_id, source, key, crc in rows:
            if crc is not None and crc != recording_crc(batch_id, position, recording_id, source, key):
                self._note_damaged(batch_id, position, recording_id)
                continue
            latest[recording_id] = (key, transcript_id if state == COMPLETED else None)
            if key is not None and state not in STATES:
                self.damage.recordings[recording_id] = damage.JOB
        return {recording_id: found for recording_id, found in latest.items() if found[0] is not None}

    @property
    def _sealed(self) -> str:
        """The columns of a recording that its checksum covers, and the checksum."""
        return f"r.batch_id, r.position, r.recording_id, r.source, r.job_key, {'r.crc' if self.has_digests else 'NULL'}"

    def _note_damaged(self, batch_id: int, position: int, recording_id: str) -> None:
        """Note a recording whose row does not have its checksum, by the name that its manifest has for it."""
        self.damage.recordings[self.name_in_manifest(batch_id, position) or str(recording_id)] = damage.JOB

    def _check_count(self, count: int, batch_ids: Sequence[int]) -> None:
        """Compare the number of recordings that were read with that of an index: a damaged page may hide some."""
        sql = (
            f"SELECT COUNT(DISTINCT recording_id) FROM recordings INDEXED BY recordings_name WHERE batch_id IN ({placeholders(batch_ids)})"
        )
        if self.read(sql, tuple(batch_ids))[0][0] != count:
            raise self.damaged("recordings are missing in it")

    def transcripts(self) -> list[tuple[int, str, str]]:
        """Return number, job key and transcript id of every stored transcript; jobs are numbered in the order of planning."""
        sql = "SELECT rowid, key, transcript_id FROM jobs WHERE state = 'completed'"
        return [(row[0], row[1], row[2]) for row in self.read(sql)]

    def stamp(self) -> str:
        """Return a text that changes whenever batches, their manifests, states of jobs or edits change. It takes about a millisecond.

        Events and edits are only appended, and no job changes its state without an event.
        """
        manifests = hashlib.blake2b(digest_size=16)
        for row in self.rows("SELECT fingerprint, manifest FROM batches ORDER BY batch_id"):
            manifests.update(row[0].encode() + row[1])
        sql = (
            "SELECT (SELECT MAX(event_id) FROM events), (SELECT at FROM events ORDER BY event_id DESC LIMIT 1),"
            " (SELECT MAX(edit_id) FROM edits)"
        )
        return repr((*self.read(sql)[0], manifests.hexdigest()))

    def recording_of(self, job_key: str, batch_ids: Sequence[int]) -> str | None:
        """The recording of a job in the latest of the batches, as :meth:`events` names it."""
        sql = (
            f"SELECT recording_id FROM recordings WHERE job_key = ? AND batch_id IN ({placeholders(batch_ids)})"
            " ORDER BY batch_id DESC, position LIMIT 1"
        )
        rows = self.read(sql, (job_key, *batch_ids))
        return rows[0][0] if rows else None

    def events(self, batch_ids: Sequence[int]) -> list[dict[str, Any]]:
        """Return the events of the jobs of the batches, and those of no single job, oldest first.

        Each has the first recording of the latest batch that shares the job.
        """
        sql = (
            "SELECT e.at, e.job_key, e.transcript_id, e.state, e.event, e.detail,"
            f" (SELECT r.recording_id FROM recordings r WHERE r.job_key = e.job_key AND r.batch_id IN ({placeholders(batch_ids)})"
            "  ORDER BY r.batch_id DESC, r.position LIMIT 1) AS recording_id"
            " FROM events e ORDER BY e.event_id"
        )
        rows = (dict(row) for row in self.read(sql, tuple(batch_ids)))
        return [row for row in rows if row["job_key"] is None or row["recording_id"] is not None]

    def states(self, batch_ids: Sequence[int]) -> dict[str, int]:
        """Count the jobs by state."""
        sql = f"SELECT state, COUNT(*) FROM jobs WHERE {_in(batch_ids)} GROUP BY state"
        return dict(tuple(row) for row in self.read(sql, tuple(batch_ids)))

    def remote(self, batch_ids: Sequence[int]) -> list[tuple[str, str]]:
        """Return transcript id and job key of every ended attempt that the service still has, except those yet to be fetched."""
        sql = (
            "SELECT a.transcript_id, a.job_key FROM attempts a JOIN jobs ON jobs.key = a.job_key"
            f" WHERE jobs.state IN ('completed', 'error') AND {_in(batch_ids)}"
            " AND NOT (jobs.state = 'error' AND jobs.error_kind IN ('timed_out', 'not_fetched') AND a.transcript_id = jobs.transcript_id)"
            " AND NOT EXISTS (SELECT 1 FROM deletions d WHERE d.transcript_id = a.transcript_id) ORDER BY a.at"
        )
        return [(row[0], row[1]) for row in self.read(sql, tuple(batch_ids))]

    def deletions(self, batch_ids: Sequence[int]) -> list[dict[str, Any]]:
        """Return the record of deletions at the service."""
        sql = f"SELECT d.* FROM deletions d JOIN jobs ON jobs.key = d.job_key WHERE {_in(batch_ids)} ORDER BY d.at"
        return [dict(row) for row in self.read(sql, tuple(batch_ids))]

    def failures(self, batch_ids: Sequence[int]) -> dict[str, str]:
        """Return recording id → kind of error, for every recording whose job has failed."""
        sql = (
            "SELECT r.recording_id, j.error_kind FROM jobs j JOIN recordings r ON r.job_key = j.key"
            f" WHERE j.state = 'error' AND r.batch_id IN ({placeholders(batch_ids)})"
        )
        return dict(tuple(row) for row in self.read(sql, tuple(batch_ids)))
