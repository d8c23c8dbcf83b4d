"""Checksums of what cannot be made again: stored transcripts, manifests and edits. Pure.

SHA-256, because processors compute it as quickly as they read memory, and because damage of any kind cannot have the same one. 16 of its
32 bytes are kept.
"""

from __future__ import annotations

import hashlib
import math
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_BYTES = 16
FACTS = ("transcript_id", "received_at", "audio_duration_s", "confidence", "model", "language", "cost_usd")
"""The columns of a stored transcript that its checksum covers, beside the key of the job and the body."""
_NUMBERS = frozenset({"received_at", "audio_duration_s", "confidence", "cost_usd"})
_EDIT = ("edit_id", "at", "who", "content", "transcript_id", "edit_group", "action", "detail")


def transcript_digest(job_key: str, facts: Mapping[str, Any], body: bytes) -> bytes:
    """Return the checksum of a stored transcript: of the key of its job, its facts and its body as stored.

    Example:
        >>> facts = dict.fromkeys(FACTS) | {"received_at": 1}
        >>> transcript_digest("k", facts, b"{}") == transcript_digest("k", facts | {"received_at": 1.0}, b"{}")
        True
    """
    values = [_number(facts[name]) if name in _NUMBERS else facts[name] for name in FACTS]
    return _digest(repr((job_key, values)), body)


def manifest_digest(body: bytes) -> bytes:
    """Return the checksum of a manifest as stored."""
    return _digest("", body)


def edit_digest(before: Any, row: Mapping[str, Any]) -> bytes:
    """Return the checksum of an edit, given that of the edit before it of the same content (None if it is the first).

    Its first half is that of the edit. The second half is that of all edits up to it, so that a missing one is found.
    """
    values = [_number(row[name]) if name == "at" else row[name] for name in _EDIT]
    own = _digest(repr(values), b"")
    return own + _digest("", (before if isinstance(before, bytes) else b"") + own)


KEEP_DIGEST = "INSERT OR REPLACE INTO digests (name, digest) VALUES (?, ?)"
"""The statement that keeps a checksum under a name."""


def changed_edits(rows: Iterable[Mapping[str, Any]]) -> list[int]:
    """Return the numbers of the edits that have other values than were written. Rows without a checksum are not judged."""
    return [row["edit_id"] for row in rows if row["digest"] is not None and row["digest"][:_BYTES] != edit_digest(None, row)[:_BYTES]]


def is_unbroken(rows: Iterable[Mapping[str, Any]], last: bytes | None = None) -> bool:
    """Return whether the edits of one content, oldest first, are all there and have their checksums.

    Args:
        rows: The edits.
        last: The checksum of the last one, where it was kept.
    """
    before = None
    for row in rows:
        if row["digest"] is not None and row["digest"] != edit_digest(before, row):
            return False
        before = row["digest"]
    return last is None or before == last


def recording_crc(batch_id: int, position: int, recording_id: str, source: str, job_key: str | None) -> int:
    """Return the checksum of a recording's row. CRC-32 is quick enough for the rows of a whole batch, and finds every flipped bit."""
    return zlib.crc32(f"{batch_id}\0{position}\0{recording_id}\0{source}\0{job_key}".encode())


def is_whole(digest: Any, job_key: str, facts: Mapping[str, Any], body: Any) -> bool:
    """Return whether a stored transcript has its checksum."""
    return isinstance(body, bytes) and bool(digest == transcript_digest(job_key, facts, body))


def missing_digests(rows: Iterable[Mapping[str, Any]]) -> Sequence[tuple[int, bytes]]:
    """Return number and checksum of edits that have none yet: all edits of a journal of an earlier version, oldest first."""
    last: dict[str, bytes] = {}
    found = []
    for row in rows:
        last[row["content"]] = edit_digest(last.get(row["content"]), row)
        found.append((row["edit_id"], last[row["content"]]))
    return found


def _number(value: Any) -> Any:
    """Return a number as SQLite gives it back: as a float, and none for NaN. A damaged row may have a text instead."""
    if not isinstance(value, (int, float)):
        return value
    return None if math.isnan(value) else float(value)


def _digest(text: str, body: bytes) -> bytes:
    found = hashlib.sha256(text.encode("utf-8", "surrogatepass"))
    found.update(b"\0")
    found.update(body)
    return found.digest()[:_BYTES]
