"""The review queue: which parts of the transcripts hold the most expected errors per minute of listening, and why. Pure.

A calibration says how many errors a word's confidence and signs (``review_signs``) let expect; without one it is ``1 - confidence``.
Weights for the signs that were fitted to other recordings did not improve that order on recordings that they had not seen
(benchmarks/bench_review.py), so there are none built in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from scribekit.base.schema import REVIEW_QUEUE
from scribekit.quality.signs import INVENTED, SIGNS, STRAY, Codes, Groups, in_reading_order, word_signs

PARTS = ("transcript", "utterance", "sentence")

SEEK_S = 1.0  # what each part costs besides its own length
INVENTED_RISK = 0.5  # the least probability of error of a word that looks invented: as likely as not, until a person has looked
SIGN_SHARE = 0.1  # a soft sign is a reason where so many of the words show it: in a long part some always do
ENOUGH_SHARE = 0.5  # and reason enough to be in the queue where so many do

LOW_CONFIDENCE, NO_CONFIDENCE = "low confidence", "no confidence"


class Risk(Protocol):
    """Gives the errors to expect of each word: ``Calibration`` is one."""

    def expected_errors(self, confidence: Any, signs: pd.DataFrame) -> npt.NDArray[np.float64]:
        """Errors that words of these confidences and signs probably bring."""


class Uncalibrated:
    """Confidence is believed as it is."""

    def expected_errors(self, confidence: Any, signs: pd.DataFrame) -> npt.NDArray[np.float64]:  # noqa: ARG002 -- not believed
        """``1 - confidence``; the mean of the others where it is missing."""
        return error_from_confidence(confidence)


def error_from_confidence(confidence: Any) -> npt.NDArray[np.float64]:
    """The probability of error when confidence is believed as it is; the mean of the others where it is missing."""
    error = 1 - np.asarray(confidence, dtype=np.float64)
    missing = np.isnan(error)
    return np.where(missing, 0.5 if missing.all() else np.nanmean(error), error) if missing.any() else error


def with_lifts(risk: npt.NDArray[np.float64], signs: pd.DataFrame, lifts: Mapping[str, float]) -> npt.NDArray[np.float64]:
    """Risks times the lifts of the signs that each word shows; a sign without a lift changes nothing.

    Example:
        >>> with_lifts(np.array([0.1, 0.2]), pd.DataFrame({"drawn-out word": [False, True]}), {"drawn-out word": 2.0}).tolist()
        [0.1, 0.4]
    """
    for name in signs.columns.intersection(list(lifts)):
        risk = np.where(signs[name], risk * lifts[name], risk)
    return risk


def review_queue(
    words: pd.DataFrame,
    *,
    below: float,
    by: str,
    risk: Risk | None = None,
    languages: pd.DataFrame | None = None,
    vocabulary: Collection[str] | None = None,
) -> pd.DataFrame:
    """The parts worth a listen, most expected errors per minute first, with the columns of ``schema.REVIEW_QUEUE``.

    Args:
        words: Rows of ``schema.WORDS``. With ``level_db`` (see ``review_signs.word_signs``) speech over silence is found too; words that
            are true in a column ``settled`` were judged by a person and bring no errors.
        below: Mean confidence under which a part is in the queue, 0 to 1; a part without any confidence always is.
        by: One of ``PARTS``.
        risk: What to expect of confidences and signs; by default confidence is believed as it is.
        languages: Rows of ``schema.LANGUAGES``.
        vocabulary: Words that are known; see ``review_signs.unknown``.

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
    """What :func:`review_queue` gives below each of several thresholds; all but the threshold is looked at once."""
    if words.empty:
        return [REVIEW_QUEUE.frame() for _ in thresholds]
    ordered = in_reading_order(words)
    signs = word_signs(ordered, languages=languages, vocabulary=vocabulary)
    expected = (risk or Uncalibrated()).expected_errors(ordered["confidence"].to_numpy(dtype=np.float64), signs)
    expected = np.where(signs[list(INVENTED)].any(axis=1), np.maximum(expected, INVENTED_RISK), expected)
    settled = ordered["settled"].to_numpy(dtype=bool) if "settled" in ordered else np.zeros(len(ordered), dtype=bool)
    groups = Groups(_part_codes(ordered, by))
    parts = _parts(ordered, groups, np.where(settled, 0.0, expected))
    is_open = ~groups.reduce(np.logical_and, settled)
    shares = _shares(groups, signs & ~settled[:, None])
    reasons = (_reasons(shares, is_open, parts["confidence"], below) for below in thresholds)
    return [_ranked(parts.assign(reasons=given)) for given in reasons]


def _part_codes(words: pd.DataFrame, by: str) -> Codes:
    """The part of each word: words of a recording; of an utterance, or a sentence where there are none; of a sentence."""
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


def _parts(words: pd.DataFrame, groups: Groups, expected: npt.NDArray[np.float64]) -> pd.DataFrame:
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
    all_errors = parts["expected_errors"].sum()
    queue = parts[parts["reasons"] != ""].sort_values("errors_per_minute", ascending=False, kind="stable")
    queue["cumulative_minutes"] = queue["minutes"].cumsum()
    queue["share_of_errors"] = queue["expected_errors"].cumsum() / all_errors if all_errors else 0.0
    return REVIEW_QUEUE.frame({name: queue[name].tolist() for name in REVIEW_QUEUE.names} if len(queue) else None)


def _shares(groups: Groups, signs: pd.DataFrame) -> dict[str, npt.NDArray[np.float64]]:
    """How many of the words of each part show each sign."""
    return {name: np.bincount(groups.codes, signs[name]) / groups.sizes for name in SIGNS}


def _reasons(
    shares: Mapping[str, npt.NDArray[np.float64]], is_open: npt.NDArray[np.bool_], confidence: pd.Series[Any], below: float
) -> list[str]:
    """Why each part is in the queue; an empty text where it is not."""
    enough = {name: share > 0 if name in (*INVENTED, STRAY) else share >= ENOUGH_SHARE for name, share in shares.items()}
    is_low, is_unknown = (confidence < below).to_numpy(), confidence.isna().to_numpy()
    is_queued = is_open & np.logical_or.reduce([is_low, is_unknown, *enough.values()])
    shown = {LOW_CONFIDENCE: is_low, NO_CONFIDENCE: is_unknown}
    shown |= {name: enough[name] | (share >= SIGN_SHARE) for name, share in shares.items()}
    flags = (np.column_stack(list(shown.values())) & is_queued[:, None]).tolist()
    return ["; ".join(name for name, flag in zip(shown, row, strict=True) if flag) for row in flags]
