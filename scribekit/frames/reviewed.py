"""Which rows people changed, as a transcript with edits says it (:class:`scribekit.wire.Review`). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from scribekit import wire

Flags = npt.NDArray[np.bool_]


class Reviewed(msgspec.Struct):
    """A payload with nothing read but its review; a payload as received has none."""

    scribekit: wire.Review | None = None


_reviewed = msgspec.json.Decoder(Reviewed)


def read_review(body: bytes) -> wire.Review | None:
    """The review of a payload, value by value: one that is no position is left out.

    Raises:
        msgspec.MsgspecError: The body is not JSON.

    Example:
        >>> read_review(b'{"scribekit": {"edited_words": [1, "x"]}}').edited_words
        [1]
    """
    try:
        return _reviewed.decode(body).scribekit
    except msgspec.ValidationError:
        raw = msgspec.json.decode(body)
        found = raw.get("scribekit") if isinstance(raw, dict) else None
        return (
            wire.Review(**{name: _positions(found.get(name)) for name in wire.Review.__struct_fields__})
            if isinstance(found, dict)
            else None
        )


def is_edited(review: wire.Review | None) -> bool:
    """Whether a person changed anything."""
    return review is not None and any(msgspec.structs.astuple(review))


def flags(positions: Sequence[int], length: int) -> Flags:
    """Which of so many rows are at the positions; a position that is beyond them counts for nothing.

    Example:
        >>> flags([2, 7], 3).tolist()
        [False, False, True]
    """
    marked = np.zeros(length, dtype=np.bool_)
    marked[[position for position in positions if 0 <= position < length]] = True
    return marked


def _positions(values: Any) -> list[int]:
    return [value for value in values if type(value) is int] if isinstance(values, list) else []
