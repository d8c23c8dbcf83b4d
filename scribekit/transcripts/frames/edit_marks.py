"""Which rows people changed, as a transcript with edits says it (:class:`scribekit.base.contract.Review`). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from scribekit.base import contract

Flags = npt.NDArray[np.bool_]


def review_of(raw: Any) -> contract.Review | None:
    """The review of a payload, value by value: what is no position is left out.

    Args:
        raw: What the payload has under ``scribekit``; one as received has nothing there.

    Example:
        >>> review_of({"edited_words": [1, "x"]}).edited_words
        [1]
    """
    if not isinstance(raw, dict):
        return None
    return contract.Review(**{name: _positions(raw.get(name)) for name in contract.Review.__struct_fields__})


def is_edited(review: contract.Review | None) -> bool:
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
