"""What a reader of the confidence explorer is looking at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from scribekit.base.errors import OptionError, nearest
from scribekit.quality.confidence import BINS, RECORDING, Selection
from scribekit.quality.queue import PARTS


@dataclass(frozen=True)
class View:
    """What a reader is looking at.

    Attributes:
        below: The threshold.
        part: What the queue is made of.
        by: The dimension by which distributions are shown.
        low: First bin of the brushed range.
        high: The bin after its last.
        picked: Dimension → the groups picked in it.
    """

    below: float = 0.9
    part: str = "utterance"
    by: str = RECORDING
    low: int = 0
    high: int = BINS
    picked: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def selection(self) -> Selection:
        """The words that are looked at."""
        return Selection(self.low, self.high, {name: frozenset(groups) for name, groups in self.picked.items() if groups})


def checked(given: Mapping[str, Any], dimensions: Sequence[str]) -> View:
    """A view of these attributes.

    Raises:
        OptionError: One of them is not understood.

    Example:
        >>> checked({"below": 0.8, "by": "speaker"}, ["recording", "speaker"]).below
        0.8
    """
    known = [item.name for item in fields(View)]
    unknown = [name for name in given if name not in known]
    if unknown:
        raise OptionError(f"A view has no {unknown[0]!r}.{nearest(unknown[0], known)}")
    view = View(**given)
    if view.part not in PARTS:
        raise OptionError(f"There is no part {view.part!r} to review.{nearest(str(view.part), PARTS)}")
    for name in (view.by, *view.picked):
        if name not in dimensions:
            raise OptionError(f"There is no manifest column {name!r} to group by.{nearest(str(name), dimensions)}")
    if not 0 <= view.below <= 1:
        raise OptionError(f"below is a confidence from 0 to 1, not {view.below!r}.")
    if not 0 <= view.low < view.high <= BINS:
        raise OptionError(f"A range goes from a lower to a higher bin, 0 to {BINS}; not from {view.low!r} to {view.high!r}.")
    return view
