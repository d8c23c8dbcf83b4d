"""The review queue: the parts of transcripts with the most expected errors per minute of listening, and why. Pure.

The expected errors of a word follow from its confidence and signs (``signs.py``) by a calibration, and are ``1 - confidence`` without one.
No weights for the signs are built in: weights fitted to other recordings did not improve the order on unseen recordings
(benchmarks/bench_review.py).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from scribekit.base.schema import REVIEW_QUEUE
from scribekit.quality.confidence import Distributions, Selection
from scribekit.quality.word_signs import HALLUCINATED, SIGNS, STRAY, Codes, Groups, in_reading_order, word_signs

PARTS = ("transcript", "utterance", "sentence")

SEEK_S = 1.0  # time to find a part, on top of its own length
HALLUCINATION_RISK = 0.5  # the lowest probability of error of a word that looks hallucinated, until a person has checked it
SIGN_SHARE = 0.1  # a soft sign is named as a reason from this share of the words on: in a long part a few words always show it
ENOUGH_SHARE = 0.5  # and is enough for the queue from this share on

LOW_CONFIDENCE, NO_CONFIDENCE = "low confidence", "no confidence"

LONGEST_TEXT = 300  # characters of a part that are shown

_SHOWN = ["recording_id", "speaker", "start_ms", "end_ms", "n_words", "confidence", "expected_errors", "minutes", "text"]
_KEY = ["recording_id", "first_word", "start_ms", "n_words"]

_Floats = npt.NDArray[np.float64]


class Risk(Protocol):
    """What returns the expected errors of words: ``Calibration`` does."""

    def expected_errors(self, confidence: Any, signs: pd.DataFrame) -> _Floats:
        """Return the expected errors of words with these confidences and signs."""


class Uncalibrated:
    """The risk without a calibration: a word of confidence 0.8 is wrong with a probability of 0.2."""

    def expected_errors(self, confidence: Any, signs: pd.DataFrame) -> _Floats:  # noqa: ARG002 -- signs change no figure
        """Return ``1 - confidence``, as :func:`error_from_confidence` does."""
        return error_from_confidence(confidence)


def error_from_confidence(confidence: Any) -> _Floats:
    """Return ``1 - confidence``; where the confidence is missing, the mean of the others (0.5 without any)."""
    error = 1 - np.asarray(confidence, dtype=np.float64)
    missing = np.isnan(error)
    return np.where(missing, 0.5 if missing.all() else np.nanmean(error), error) if missing.any() else error


def review_queue(
    words: pd.DataFrame,
    *,
    below: float,
    by: str,
    risk: Risk | None = None,
    languages: pd.DataFrame | None = None,
    vocabulary: Collection[str] | None = None,
) -> pd.DataFrame:
    """Return the parts that are worth listening to (``schema.REVIEW_QUEUE``), most expected errors per minute first.

    Args:
        words: Rows of ``schema.WORDS``. A column ``level_db`` (see ``signs.word_signs``) finds speech over silence. Words that are true in
            a column ``settled`` were judged by a person; no errors are expected of them.
        below: A part is in the queue when its mean confidence is below this, 0 to 1. A part without any confidence always is.
        by: One of ``PARTS``.
        risk: Returns the expected errors of words; by default :class:`Uncalibrated`.
        languages: Rows of ``schema.LANGUAGES``.
        vocabulary: Known words; see ``signs.unknown``.

    Example:
        >>> from scribekit.schema import WORDS
        >>> spoken = {"recording_id": ["a"] * 4, "word_index": range(4), "start_ms": [0, 500, 1000, 1500], "end_ms": [400, 900, 1400, 2000]}
        >>> words = WORDS.frame(spoken | {"text": ["All", "right.", "Sam", "queue."], "confidence": [0.99, 0.97, 0.3, 0.4]})
        >>> review_queue(words, below=0.9, by="sentence")[["text", "share_of_errors", "reasons"]].round(2).to_numpy().tolist()
        [['Sam queue.', 0.97, 'low confidence']]
    """
    return review_queues(words, (below,), by=by, risk=risk, languages=languages, vocabulary=vocabulary)[0]


def review_queues(
    words: pd.DataFrame,
    thresholds: Sequence[float],
    *,
    by: str,
    risk: Risk | None = None,
    languages: pd.DataFrame | None = None,
    vocabulary: Collection[str] | None = None,
) -> list[pd.DataFrame]:
    """Return the :func:`review_queue` of each threshold; everything that does not depend on the threshold is computed once."""
    if words.empty:
        return [REVIEW_QUEUE.frame() for _ in thresholds]
    ordered = in_reading_order(words, languages)
    signs = word_signs(ordered, languages=languages, vocabulary=vocabulary)
    expected = (risk or Uncalibrated()).expected_errors(ordered["confidence"].to_numpy(dtype=np.float64), signs)
    expected = np.where(signs[list(HALLUCINATED)].any(axis=1), np.maximum(expected, HALLUCINATION_RISK), expected)
    settled = ordered["settled"].to_numpy(dtype=bool) if "settled" in ordered else np.zeros(len(ordered), dtype=bool)
    groups = Groups(_part_codes(ordered, by))
    parts = _parts(ordered, groups, np.where(settled, 0.0, expected))
    is_open = ~groups.reduce(np.logical_and, settled)
    shares = _shares(groups, signs & ~settled[:, None])
    reasons = (_reasons(shares, is_open, parts["confidence"], below) for below in thresholds)
    return [_ranked(parts.assign(reasons=given)) for given in reasons]


def _part_codes(words: pd.DataFrame, by: str) -> Codes:
    """Return the number of the part that each word belongs to. Words outside any utterance form parts by sentence."""
    if by == "sentence":
        key: Any = words["sentence"]
    elif by == "transcript":
        key = words["recording_id"]
    else:
        has_utterance = words["utterance_index"].notna().to_numpy(dtype=bool)
        number = np.where(has_utterance, words["utterance_index"].to_numpy(np.float64, na_value=0), words["sentence"]).astype(np.int64)
        recording = pd.factorize(words["recording_id"])[0].astype(np.int64)
        key = (recording * 2 + has_utterance) * (int(number.max()) + 1) + number
    codes: Codes = pd.factorize(key)[0]
    return codes


def _parts(words: pd.DataFrame, groups: Groups, expected: _Floats) -> pd.DataFrame:
    """Return the columns of the queue that do not depend on the order of its rows."""
    parts = words[["recording_id", "speaker"]].iloc[groups.first].reset_index(drop=True)
    parts["start_ms"] = groups.reduce(np.minimum, words["start_ms"])
    parts["end_ms"] = groups.reduce(np.maximum, words["end_ms"])
    parts["first_word"] = groups.reduce(np.minimum, words["word_index"])
    parts["n_words"] = groups.sizes
    parts["confidence"] = words.groupby(groups.codes)["confidence"].mean()
    parts["expected_errors"] = groups.reduce(np.add, expected)
    parts["text"] = groups.texts(words["text"])
    parts["minutes"] = ((parts["end_ms"] - parts["start_ms"]).clip(lower=0) / 1000 + SEEK_S) / 60
    parts["errors_per_minute"] = parts["expected_errors"] / parts["minutes"]
    return parts


def _ranked(parts: pd.DataFrame) -> pd.DataFrame:
    """Keep the parts with a reason, sort them, and add the running totals."""
    all_errors = parts["expected_errors"].sum()
    queue = parts[parts["reasons"] != ""].sort_values("errors_per_minute", ascending=False, kind="stable")
    queue["cumulative_minutes"] = queue["minutes"].cumsum()
    queue["share_of_errors"] = queue["expected_errors"].cumsum() / all_errors if all_errors else 0.0
    return REVIEW_QUEUE.frame({name: queue[name].tolist() for name in REVIEW_QUEUE.names} if len(queue) else None)


def _shares(groups: Groups, signs: pd.DataFrame) -> dict[str, _Floats]:
    """Return the share of the words of each part that show each sign."""
    return {name: np.bincount(groups.codes, signs[name]) / groups.sizes for name in SIGNS}


def _reasons(shares: Mapping[str, _Floats], is_open: npt.NDArray[np.bool_], confidence: pd.Series[Any], below: float) -> list[str]:
    """Return why each part is in the queue; an empty text where it is not."""
    enough = {name: share > 0 if name in (*HALLUCINATED, STRAY) else share >= ENOUGH_SHARE for name, share in shares.items()}
    is_low, is_unknown = (confidence < below).to_numpy(), confidence.isna().to_numpy()
    is_queued = is_open & np.logical_or.reduce([is_low, is_unknown, *enough.values()])
    shown = {LOW_CONFIDENCE: is_low, NO_CONFIDENCE: is_unknown}
    shown |= {name: enough[name] | (share >= SIGN_SHARE) for name, share in shares.items()}
    flags = (np.column_stack(list(shown.values())) & is_queued[:, None]).tolist()
    return ["; ".join(name for name, flag in zip(shown, row, strict=True) if flag) for row in flags]


@dataclass(frozen=True)
class Slice:
    """Some rows of a queue, in the order of the queue.

    Attributes:
        index: The position of each row in the whole queue.
        minutes: Minutes of listening from the first row to the end of each row.
        share: Share of all expected errors of the corpus that are found by then.
    """

    index: npt.NDArray[np.intp]
    minutes: _Floats
    share: _Floats

    def effort(self, shares: Sequence[float]) -> list[tuple[float, int, float] | None]:
        """Return each share of the expected errors with the rows and minutes that it takes; None where the slice has less."""
        reached = [int(np.searchsorted(self.share, share - 1e-9)) for share in shares]
        return [
            (share, row + 1, float(self.minutes[row])) if row < len(self.index) else None
            for share, row in zip(shares, reached, strict=True)
        ]


class QueueSlices:
    """A queue that is ranked once and then sliced for any threshold and selection of words.

    Args:
        queue: The queue (``schema.REVIEW_QUEUE``) for the threshold 1, which contains the queue of every lower threshold.
        always: The queue for the threshold 0: parts that are in the queue for another reason than low confidence.
        whole_recordings: Whether the parts are transcripts. The parts of any other queue have one speaker each.

    Attributes:
        rows: The rows of the whole queue.
    """

    def __init__(self, queue: pd.DataFrame, always: pd.DataFrame, *, whole_recordings: bool) -> None:
        self.rows = queue
        self._whole_recordings = whole_recordings
        reasons = [given.split("; ") for given in queue["reasons"].tolist()]
        self._other_reasons = ["; ".join(reason for reason in given if reason != LOW_CONFIDENCE) for given in reasons]
        self._is_always = pd.MultiIndex.from_frame(queue[_KEY]).isin(pd.MultiIndex.from_frame(always[_KEY]))
        self._may_be_low = np.array([LOW_CONFIDENCE in given for given in reasons], dtype=bool)
        self._confidence = queue["confidence"].to_numpy(np.float64)
        self._minutes, self._errors = queue["minutes"].to_numpy(np.float64), queue["expected_errors"].to_numpy(np.float64)
        last = float(queue["share_of_errors"].iloc[-1]) if len(queue) else 0.0
        self._all_errors = float(self._errors.sum()) / last if last > 0 else 0.0
        self._spans_of: tuple[Distributions, tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]] | None = None

    def slice(self, distributions: Distributions, selection: Selection, *, below: float) -> Slice:
        """Return the rows of the queue for a threshold that contain a word of the selection.

        Args:
            distributions: The words that the queue was made of.
            selection: The selected words.
            below: A part is in the queue when its mean confidence is below this, or when it has another reason.
        """
        kept = (self._may_be_low & (self._confidence < below)) | self._is_always
        if selection.picked or not selection.is_of_all_bins:
            kept &= self._has_word_of(distributions, selection)
        index = np.flatnonzero(kept)
        errors = self._errors[index].cumsum()
        return Slice(index, self._minutes[index].cumsum(), errors / self._all_errors if self._all_errors else np.zeros(len(index)))

    def reasons(self, position: int, *, below: float) -> str:
        """Return why a row is in the queue for a threshold."""
        is_low = self._may_be_low[position] and self._confidence[position] < below
        return str(self.rows["reasons"].iloc[position]) if is_low else self._other_reasons[position]

    def shown(self, positions: Sequence[int], *, below: float) -> list[dict[str, Any]]:
        """Return some rows of the whole queue as they are shown, with their reasons for a threshold.

        Args:
            positions: The positions of the rows.
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

    def _has_word_of(self, distributions: Distributions, selection: Selection) -> npt.NDArray[np.bool_]:
        """Return whether each row contains a word of the selection."""
        if self._whole_recordings:
            return self.rows["recording_id"].isin(distributions.recordings(selection)).to_numpy(dtype=bool)
        return distributions.contain_selected(self._spans(distributions), selection)

    def _spans(self, distributions: Distributions) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Return the spans of the rows; they are computed once for the same words."""
        if self._spans_of is None or self._spans_of[0] is not distributions:
            self._spans_of = (distributions, distributions.spans(self.rows))
        return self._spans_of[1]
