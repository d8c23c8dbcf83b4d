"""A review queue, ranked once, and what a threshold and a selection of words leave of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from scribekit.quality.confidence import Distributions, Selection
from scribekit.quality.queue import LOW_CONFIDENCE

LONGEST_TEXT = 300

_SHOWN = ["recording_id", "speaker", "start_ms", "end_ms", "n_words", "confidence", "expected_errors", "minutes", "text"]
_NAME = ["recording_id", "first_word", "start_ms", "n_words"]

_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Slice:
    """Some rows of a queue, in its order.

    Attributes:
        index: Their positions in the whole queue.
        minutes: Minutes of listening down to and with each.
        share: Share of all expected errors of the corpus that are found by then, as the queue has it.
    """

    index: npt.NDArray[np.intp]
    minutes: _Floats
    share: _Floats

    def effort(self, shares: Sequence[float]) -> list[tuple[float, int, float] | None]:
        """For each share of the expected errors: the share, and how many rows and minutes it takes; None where the slice has less."""
        reached = [int(np.searchsorted(self.share, share - 1e-9)) for share in shares]
        return [
            (share, row + 1, float(self.minutes[row])) if row < len(self.index) else None
            for share, row in zip(shares, reached, strict=True)
        ]


class QueueSlices:
    """A queue that is asked again and again for a part of it.

    Args:
        queue: Rows of ``schema.REVIEW_QUEUE``, made for the threshold 1, which holds what any lower one gives.
        always: The same for the threshold 0: what shows other signs of trouble than low confidence, enough to be there anyhow.
        whole_recordings: Whether its parts are transcripts; the parts of any other queue have one speaker each.
    """

    def __init__(self, queue: pd.DataFrame, always: pd.DataFrame, *, whole_recordings: bool) -> None:
        self.rows = queue
        self._whole_recordings = whole_recordings
        reasons = [given.split("; ") for given in queue["reasons"].tolist()]
        self._further = np.array(["; ".join(reason for reason in given if reason != LOW_CONFIDENCE) for given in reasons], dtype=object)
        self._is_always = pd.MultiIndex.from_frame(queue[_NAME]).isin(pd.MultiIndex.from_frame(always[_NAME]))
        self._may_be_low = np.array([LOW_CONFIDENCE in given for given in reasons], dtype=bool)
        self._confidence = queue["confidence"].to_numpy(np.float64)
        self._minutes, self._errors = queue["minutes"].to_numpy(np.float64), queue["expected_errors"].to_numpy(np.float64)
        last = float(queue["share_of_errors"].iloc[-1]) if len(queue) else 0.0
        self._all_errors = float(self._errors.sum()) / last if last > 0 else 0.0

    def slice(self, distributions: Distributions, selection: Selection, *, below: float) -> Slice:
        """The rows that the threshold leaves and that hold a word of the selection.

        Args:
            distributions: The words that the queue was made of.
            selection: Which words are looked at.
            below: Mean confidence under which a part is in the queue, unless it shows another sign of trouble.
        """
        kept = (self._may_be_low & (self._confidence < below)) | self._is_always
        if selection.picked or not selection.is_of_all_bins:
            kept &= self._holding(distributions, selection)
        index = np.flatnonzero(kept)
        errors = self._errors[index].cumsum()
        return Slice(index, self._minutes[index].cumsum(), errors / self._all_errors if self._all_errors else np.zeros(len(index)))

    def reasons(self, position: int, *, below: float) -> str:
        """Why a row is in the queue at a threshold."""
        is_low = self._may_be_low[position] and self._confidence[position] < below
        return str(self.rows["reasons"].iloc[position] if is_low else self._further[position])

    def shown(self, positions: Sequence[int], *, below: float) -> list[dict[str, Any]]:
        """Some rows of the whole queue for a reader, with why they are there at a threshold.

        Args:
            positions: Which rows.
            below: The threshold.
        """
        rows: list[dict[Any, Any]] = self.rows.iloc[list(positions)][_SHOWN].to_dict("records")
        return [
            {
                **row,
                "speaker": row["speaker"] if isinstance(row["speaker"], str) else None,
                "confidence": None if np.isnan(row["confidence"]) else row["confidence"],
                "text": row["text"][:LONGEST_TEXT],
                "reasons": self.reasons(position, below=below),
            }
            for position, row in zip(positions, rows, strict=True)
        ]

    def _holding(self, distributions: Distributions, selection: Selection) -> npt.NDArray[np.bool_]:
        if self._whole_recordings:
            return self.rows["recording_id"].isin(distributions.recordings(selection)).to_numpy(dtype=bool)
        return distributions.holding(self._spans(distributions), selection)

    def _spans(self, distributions: Distributions) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        known = getattr(self, "_known_spans", None)
        if known is None or known[0] is not distributions:
            known = (distributions, distributions.spans(self.rows))
            self._known_spans = known
        return known[1]
