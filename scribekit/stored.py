"""Stored transcripts on their way into tables, files and the index: as received, or as people have corrected them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scribekit.ledger import Ledger


def payloads(ledger: Ledger, keys: Sequence[tuple[str, str]], *, reviewed: bool = True) -> Iterator[tuple[str, bytes]]:
    """For each (recording id, job key) that has one: the recording id and its transcript as JSON bytes, one at a time.

    Args:
        ledger: The open ledger.
        keys: Recording ids and job keys.
        reviewed: With the edits of people applied (in the shape of a payload, with a further key, :class:`scribekit.wire.Review`);
            false gives every payload as received.
    """
    yield from ledger.payloads(keys)
