"""The uncertainty of turns: how likely the words or the speaker of each turn are wrong, to order a review. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scribekit.transcripts.edits.strays import TurnSpans, change_pauses, close_changes, stray_turns

STRAY, OVERLAP, QUICK, UNSURE = "stray turn", "talk at once", "quick change", "low confidence"
REASONS = (STRAY, OVERLAP, QUICK, UNSURE)

_SPEAKER_RISK = {STRAY: 0.5, OVERLAP: 0.25, QUICK: 0.15}
_UNSURE_BELOW = 0.7


@dataclass(frozen=True)
class Turns(TurnSpans):
    """The turns of a recording, in order of time: an array each.

    Attributes:
        confidence: The mean confidence of the words that no person has judged, 0 to 1; NaN without any.
        is_settled: Whether a person has judged every word.
    """

    confidence: npt.NDArray[np.float64]
    is_settled: npt.NDArray[np.bool_]


def turn_uncertainty(turns: Turns) -> tuple[npt.NDArray[np.float64], list[list[str]]]:
    """Return how uncertain each turn is, and why.

    The uncertainty is 1 - confidence * (1 - r), where r is the largest risk that the speaker is wrong: 0.5 for one or two words in the
    middle of another speaker's turn, 0.25 for overlapping speech, 0.15 for a change within 150 ms. It orders the turns; it is not a
    probability. The uncertainty of a turn is 0 when a person has judged every word of it.

    Returns:
        The uncertainty of each turn, 0 to 1, and its reasons (of :data:`REASONS`).

    Example:
        >>> three = Turns(*(np.array(values) for values in
        ...     ([0, 2000, 2500], [1900, 2400, 5000], [0, 1, 0], [6, 1, 8], [0.9, 0.8, 0.95], [False, False, False])))
        >>> turn_uncertainty(three)[0].round(2).tolist(), turn_uncertainty(three)[1][1]
        ([0.24, 0.6, 0.19], ['stray turn', 'quick change'])
    """
    risk = np.zeros(len(turns.starts))
    signs = {STRAY: stray_turns(turns), **_changes(turns), UNSURE: turns.confidence < _UNSURE_BELOW}
    for reason, speaker_risk in _SPEAKER_RISK.items():
        risk = np.maximum(risk, np.where(signs[reason], speaker_risk, 0.0))
    uncertainty = np.where(turns.is_settled, 0.0, 1 - np.where(np.isnan(turns.confidence), 1.0, turns.confidence) * (1 - risk))
    flags = np.column_stack([signs[reason] & ~turns.is_settled for reason in REASONS]).tolist()
    return uncertainty, [[reason for reason, flag in zip(REASONS, row, strict=True) if flag] for row in flags]


def _changes(turns: Turns) -> dict[str, npt.NDArray[np.bool_]]:
    """Return which turns overlap a turn of another speaker, and which follow or precede one closely."""
    is_overlap = change_pauses(turns) < 0
    return {OVERLAP: _either_side(is_overlap), QUICK: _either_side(close_changes(turns) & ~is_overlap)}


def _either_side(begins: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return whether each turn is next to a marked boundary."""
    found: npt.NDArray[np.bool_] = begins | np.append(begins[1:], False)
    return found


def ranked(uncertainty: npt.NDArray[np.float64] | Sequence[float]) -> list[int]:
    """Return the numbers of the turns, most uncertain first; equally uncertain turns stay in order of time.

    Example:
        >>> ranked([0.1, 0.6, 0.0, 0.6])
        [1, 3, 0, 2]
    """
    order: list[int] = np.argsort(-np.asarray(uncertainty), kind="stable").tolist()
    return order
