"""What is read from the ledger with its checksum: transcripts and manifests. What is damaged is left out, and noted."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from scribekit.base import contract
from scribekit.base.errors import DamagedFileError, LedgerError
from scribekit.corpus.job import COMPLETED
from scribekit.corpus.ledger import damage
from scribekit.corpus.ledger.database import Database
from scribekit.corpus.ledger.digests import FACTS, is_whole, manifest_digest, transcript_digest
from scribekit.corpus.ledger.packing import unpack

_SEALED_AT_A_TIME = 64
_ROW = f"SELECT {', '.join(FACTS)}, body FROM payloads"

WHOLE, UNSEALED, DAMAGED, MISSING = "whole", "unsealed", "damaged", "missing"
"""The states of a stored transcript. One that an earlier version stored has no checksum (it is unsealed) until it is first read."""


class Stored(Database):
    """What verbs read that cannot be made again."""

    def payloads(self, keys: Sequence[tuple[str, str]]) -> Iterator[tuple[str, bytes]]:
        """Yield the recording id and the payload as received for each (recording id, job key) that has one, one at a time.

        A damaged one is left out, and noted in ``damage``.
        """
        unsealed: list[tuple[str, bytes]] = []
        for recording_id, key in keys:
            state, body, digest = self._transcript(key)
            if body is not None:
                yield recording_id, body
            elif state != WHOLE:
                self.damage.recordings[recording_id] = damage.TRANSCRIPT if state == DAMAGED else damage.NO_TRANSCRIPT
            if digest is not None:
                unsealed.append((key, digest))
            if len(unsealed) >= _SEALED_AT_A_TIME:
                self._seal(unsealed)
                unsealed = []
        self._seal(unsealed)

    def transcript_state(self, job_key: str) -> str:
        """Read the stored transcript of a completed job, and return its state. One without a checksum gets one, if it can be read."""
        state, _, digest = self._transcript(job_key)
        if digest is not None:
            self._seal([(job_key, digest)])
        return state

    def damaged_transcripts(self, job_keys: Iterable[str]) -> set[str]:
        """Return those of the jobs whose stored transcripts are damaged or missing."""
        return {key for key in job_keys if self.transcript_state(key) in (DAMAGED, MISSING)}

    def manifest(self, batch_id: int) -> bytes | None:
        """Return the manifest of a batch as Parquet bytes; None if it is damaged."""
        with contextlib.suppress(DamagedFileError, ValueError):
            stored = self.read("SELECT manifest FROM batches WHERE batch_id = ?", (batch_id,))[0][0]
            digest = self._digest(manifest_name(batch_id))
            if isinstance(stored, bytes) and digest in (None, manifest_digest(stored)):
                return unpack(stored)
        return None

    def name_in_manifest(self, batch_id: int, position: int) -> str | None:
        """Return the name of a recording by its place in the manifest of its batch."""
        stored = self.read("SELECT manifest FROM batches WHERE batch_id = ?", (batch_id,))
        rows = manifest_rows(stored[0][0]) if stored else []
        return str(rows[position]["recording_id"]) if position < len(rows) else None

    def _transcript(self, job_key: str) -> tuple[str, bytes | None, bytes | None]:
        """Return the state of a stored transcript, its payload if it can be read, and the checksum that it should get.

        A job that is not completed has no payload, and counts as whole.
        """
        row = self._row(job_key)
        if row is None:
            return (MISSING, None, None) if self._is_completed(job_key) else (WHOLE, None, None)
        if row is DAMAGED:
            return DAMAGED, None, None
        facts, stored, digest = row, row["body"], self._digest(job_key)
        if digest is not None and not is_whole(digest, job_key, facts, stored):
            return DAMAGED, None, None
        try:
            body = unpack(stored)
            if digest is None:
                contract.read_json(body)
        except (ValueError, TypeError, *contract.DECODE_ERRORS):
            return DAMAGED, None, None
        return (WHOLE, body, None) if digest is not None else (UNSEALED, body, transcript_digest(job_key, facts, stored))

    def _row(self, job_key: str) -> Any:
        """Return the row of a stored transcript; None if there is none. Where an index may be damaged, the whole table is searched."""
        with contextlib.suppress(DamagedFileError):
            rows = self.read(f"{_ROW} WHERE job_key = ?", (job_key,))
            if rows or not self._is_completed(job_key):
                return rows[0] if rows else None
        try:
            rows = self.read(f"{_ROW} NOT INDEXED WHERE job_key = ?", (job_key,))
        except DamagedFileError:
            return DAMAGED
        return rows[0] if rows else None

    def _is_completed(self, job_key: str) -> bool:
        return bool(self.read("SELECT 1 FROM jobs WHERE key = ? AND state = ?", (job_key, COMPLETED)))

    def _digest(self, name: str) -> bytes | None:
        if not self.has_digests:
            return None
        with contextlib.suppress(DamagedFileError):
            rows = self.read("SELECT name, digest FROM digests WHERE name = ?", (name,))
            if rows and rows[0]["name"] != name:  # the table is not in order any more: it is read from beginning to end
                rows = self.read("SELECT name, digest FROM digests WHERE name || '' = ?", (name,))
            return rows[0]["digest"] if rows else None
        return None

    def _seal(self, digests: Sequence[tuple[str, bytes]]) -> None:
        """Store the checksums of transcripts that have none, if that is possible now."""
        if digests and self.has_digests and not self.is_read_only:
            with contextlib.suppress(LedgerError), self.transaction() as db:
                db.executemany("INSERT OR IGNORE INTO digests (name, digest) VALUES (?, ?)", digests)


def manifest_rows(stored: Any) -> list[dict[str, Any]]:
    """Return name, source and SHA-256 of each row of a manifest as it is stored; nothing if it is damaged."""
    try:
        table = pq.read_table(io.BytesIO(unpack(stored)))
        names = [name for name in ("recording_id", "source", "sha256") if name in table.column_names]
        rows: list[dict[str, Any]] = table.select(names).to_pylist()
        return rows
    except (ValueError, TypeError, OSError, pa.ArrowException):
        return []


def manifest_name(batch_id: int) -> str:
    """Return the name of a manifest among the checksums."""
    return f"batch {batch_id}"
