"""Stored transcripts on their way into tables, files and the index: as received, or as people have corrected them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scribekit import edits
from scribekit.ledger import Ledger


def payloads(ledger: Ledger, keys: Sequence[tuple[str, str]], *, reviewed: bool = True) -> Iterator[tuple[str, bytes]]:
    """For each (recording id, job key) that has one: the recording id and its transcript as JSON bytes, one at a time.

    Args:
        ledger: The open ledger.
        keys: Recording ids and job keys.
        reviewed: With the edits of people applied (in the shape of a payload, with a further key, :class:`scribekit.wire.Review`);
            false gives every payload as received.
    """
    stamps = ledger.edit_stamps() if reviewed else {}
    for recording_id, key in keys:
        for _, body in ledger.payloads([(recording_id, key)]):
            yield recording_id, edits.reviewed_payload(body, journal(ledger, key)) if key in stamps else body


def journal(ledger: Ledger, job_key: str) -> list[edits.Edit]:
    """All edits of a job's recording, oldest first."""
    return [edits.Edit.from_row(row) for row in ledger.edits(ledger.content_of(job_key))]


def reviewed_words(ledger: Ledger, keys: Sequence[tuple[str, str]]) -> Iterator[tuple[str, dict[int, bool]]]:
    """For each (recording id, job key) that people worked on: the word positions, as received, that they judged, and whether each is right.

    A word is right that a person accepted, or looked at in a correction and left; it is wrong when it was replaced or rejected.
    """
    stamps = ledger.edit_stamps()
    for recording_id, key in keys:
        for _, body in ledger.payloads([(recording_id, key)] if key in stamps else []):
            yield recording_id, edits.replayed(body, journal(ledger, key)).state.verdicts
