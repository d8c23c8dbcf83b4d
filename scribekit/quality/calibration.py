"""Calibration: how often words of a given confidence are wrong, and what each sign of trouble adds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from scribekit.base.cells import READ_AS_TEXT, cell_text, originals, yes_or_no
from scribekit.base.errors import OptionError
from scribekit.base.schema import RELIABILITY, SIGN_LIFTS, WORD_ERRORS
from scribekit.corpus import payloads
from scribekit.corpus.handles import Batch, Corpus, corpus_of
from scribekit.corpus.view import CorpusView
from scribekit.quality.comparison import DELETION
from scribekit.quality.evaluate import compared_recordings
from scribekit.quality.references import References
from scribekit.quality.word_signs import in_reading_order, word_signs
from scribekit.tables.frames import frame_of

BINS = 15
PRIOR_ERRORS = 10.0
_ROUNDS = 20
_Z = 1.959963984540054  # for a two-sided 95 % interval

_Floats = npt.NDArray[np.float64]


ENOUGH_WORDS = 200
"""How far confidence is off on average is said from this many words on."""


@dataclass(frozen=True)
class Calibration:
    """A calibration of word confidences, as ``sk.calibrate`` returns it.

    Attributes:
        table: One row per bin; all bins have about the same number of words (``schema.RELIABILITY``).
        ece: Expected calibration error: the mean distance between confidence and accuracy over the bins, weighted by words (M. P. Naeini,
            G. Cooper, M. Hauskrecht, AAAI 2015).
        n_words: The number of words that it was learnt from.
        signs: How much each sign of trouble multiplies the expected errors (``schema.SIGN_LIFTS``), for signs that were seen.
    """

    table: pd.DataFrame
    ece: float
    n_words: int
    signs: pd.DataFrame
    _confidence: _Floats = field(repr=False)
    _error: _Floats = field(repr=False)

    @property
    def is_enough(self) -> bool:
        """Whether there are enough words for the ``ece`` to say something: of a few words, most of them corrected, it says nothing."""
        return self.n_words >= ENOUGH_WORDS

    def probability_of_error(self, confidence: Any) -> _Floats:
        """Return the probability that words of these confidences are wrong. It never rises with confidence.

        The method is isotonic regression (pool adjacent violators: M. Ayer et al. 1955; for calibration B. Zadrozny, C. Elkan, KDD 2002)
        of the bins' error rates, with straight lines between the bins. Each rate is ``(errors + 1/2) / (words + 1)``, so that none is 0
        or 1.

        Args:
            confidence: One confidence or an array or column of them, 0 to 1. A missing one gets the error rate of all words, smoothed in
                the same way.

        Returns:
            An array of the same length.
        """
        given = np.atleast_1d(np.asarray(confidence, dtype=np.float64))
        errors = ((1 - self.table["accuracy"]) * self.table["n_words"]).sum()
        return np.where(np.isnan(given), _smoothed(errors, self.n_words), np.interp(given, self._confidence, self._error))

    def expected_errors(self, confidence: Any, signs: pd.DataFrame) -> _Floats:
        """Return the expected errors of each word: its probability of error times the lift of every sign that it shows.

        Args:
            confidence: Confidence of each word, 0 to 1.
            signs: The signs of the words, from ``signs.word_signs``. A sign that the calibration has not seen changes nothing.
        """
        return with_lifts(self.probability_of_error(confidence), signs, dict(zip(self.signs["sign"], self.signs["lift"], strict=True)))


def calibrate(words: pd.DataFrame | Batch | Corpus, references: References | None = None, *, normaliser: str = "basic") -> Calibration:
    """Learn how often words of a given confidence are right, from references or from a review.

    Args:
        words: A batch or corpus, or the words of ``to_frame(corpus, "words")``. Of a batch or corpus the words as received are taken,
            because the confidences are about them. A frame needs ``recording_id``, ``text`` and ``confidence``; the signs of trouble are
            learnt too when it has the other columns. A frame may have a column ``correct`` (true or false, yes or no, or missing) instead
            of references, as the frame of ``word_errors`` has.
        references: As for ``evaluate``; the name of a manifest column needs a batch or corpus. Or a frame with ``recording_id``,
            ``word_index`` (as received) and ``correct``, which is joined by the first two. Without references a corpus is calibrated by
            its review: words that people accepted are right, words that they corrected or rejected are wrong, and words that nobody
            judged do not count.
        normaliser: As for ``evaluate``.

    Returns:
        The reliability ``table`` (``schema.RELIABILITY``), the expected calibration error ``ece``, the method ``probability_of_error``,
        and the lifts of the ``signs`` of trouble (``schema.SIGN_LIFTS``). ``flag_for_review`` takes it as ``calibration``.

    Raises:
        OptionError: A reference is not understood, no recording has both a transcript and a reference, nobody judged a word, or no word
            has a confidence.
    """
    if not isinstance(words, pd.DataFrame):
        with corpus_of(words).reading() as view:
            received = frame_of(view, "words", reviewed=False)
            judged = _judged(view.counted_once(received) if references is None else received, references, view, normaliser)
            languages = frame_of(view, "languages")
    else:
        frame = words[words["outcome"].ne(DELETION)] if "outcome" in words else words
        judged, languages = _judged(_as_given(frame), references, None, normaliser), None
    known = judged[judged["correct"].notna()]
    has_signs = len(known) > 0 and judged[["start_ms", "end_ms", "word_index"]].notna().all(axis=None)
    signs = _signs(judged, languages).loc[known.index] if has_signs else None
    return fit(known["confidence"], known["correct"].astype(float), signs, left_out=known["left_out"])


def _judged(words: pd.DataFrame, references: References | None, view: CorpusView | None, normaliser: str) -> pd.DataFrame:
    """Return the words with the columns ``correct`` and ``left_out``, the number of words missing after each."""
    if isinstance(references, pd.DataFrame) and "correct" in references:
        words = words.drop(columns="correct", errors="ignore")
        words = words.merge(_verdicts(references, words), on=["recording_id", "word_index"], how="left")
    elif references is not None:
        compared = compared_recordings(words, references, view, normaliser)
        return pd.concat([item.words.assign(correct=item.is_correct(), left_out=item.left_out()) for item in compared], ignore_index=True)
    elif view is not None:
        words = words.assign(correct=_judged_by_people(view, words))
    elif "correct" not in words:
        raise OptionError("Give references, or words with a column 'correct' that says which of them are right.")
    words = words.assign(correct=_yes_or_no(words["correct"]))
    if not words["correct"].notna().any():
        raise OptionError("Nobody has judged a word yet: accept or correct some in a review (sk.review), or give references.")
    judged = words.reindex(columns=WORD_ERRORS.names)
    return judged.assign(left_out=judged["left_out"].fillna(0))


def _as_given(words: pd.DataFrame) -> pd.DataFrame:
    """Return a table of words with ids as texts; refuse one whose words a reader of CSV or Excel files has made numbers of, or nothing."""
    if "text" in words and not all(isinstance(cell, str) for cell in words["text"].tolist()):
        row, cell = next((row, cell) for row, cell in enumerate(words["text"].tolist(), start=1) if not isinstance(cell, str))
        raise OptionError(f"The word in row {row} of the table is {cell!r}, which is not a text. {READ_AS_TEXT}")
    if "recording_id" not in words:
        raise OptionError("The table of words has no column 'recording_id'. Give words as to_frame(corpus, 'words') has them.")
    ids = pd.Series([cell_text(cell) for cell in words["recording_id"].tolist()], index=words.index, dtype="str")
    return words.assign(recording_id=ids)


def _verdicts(references: pd.DataFrame, words: pd.DataFrame) -> pd.DataFrame:
    """Return recording, position and verdict of the words in a table that may have been in a CSV or Excel file."""
    missing = [name for name in ("recording_id", "word_index") if name not in references]
    if missing:
        raise OptionError(f"The table of right and wrong words has no column {missing[0]!r}.")
    cells = references["recording_id"].tolist()
    ids = [name or cell_text(cell) for cell, name in zip(cells, originals(cells, words["recording_id"].unique().tolist()), strict=True)]
    places = pd.to_numeric(references["word_index"], errors="coerce")
    if places.isna().any():
        raise OptionError(f"'word_index' is not a number in row {int(places.isna().to_numpy().argmax()) + 1} of the right and wrong words.")
    names = pd.Series(ids, index=places.index, dtype="str")
    return pd.DataFrame({"recording_id": names, "word_index": places.astype("int64"), "correct": _yes_or_no(references["correct"])})


def _yes_or_no(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return which words are right, however that is written; numbers and bools as they are."""
    if pd.api.types.is_numeric_dtype(column):
        return column
    try:
        return pd.Series([yes_or_no(cell) for cell in column.tolist()], index=column.index, dtype="boolean")
    except ValueError as cause:
        raise OptionError(f"In the column 'correct', {cause}. Write true or false, or leave the cell empty.") from None


def _judged_by_people(view: CorpusView, words: pd.DataFrame) -> pd.Series[Any]:
    """Return what people judged of each word as received: 1 right, 0 wrong, NaN not judged."""
    judged = {
        (name, index): is_right
        for name, judgements in payloads.reviewed_words(view.ledger, view.completed)
        for index, is_right in judgements.items()
    }
    keys = zip(words["recording_id"], words["word_index"], strict=True)
    return pd.Series([judged.get(key) for key in keys], index=words.index, dtype="float64")


def _signs(words: pd.DataFrame, languages: pd.DataFrame | None) -> pd.DataFrame:
    """Return the signs of the words, with the index of the words."""
    ordered = in_reading_order(words.assign(_row=words.index), languages)
    signs = word_signs(ordered, languages=languages)
    return signs.set_axis(ordered["_row"].to_numpy())


def fit(confidence: Any, correct: Any, signs: pd.DataFrame | None = None, *, left_out: Any = 0, bins: int = BINS) -> Calibration:
    """Fit a calibration to words that are known to be right or wrong.

    Args:
        confidence: Confidence of each word, 0 to 1; words without one are left out.
        correct: Whether each word is right.
        signs: The signs of the words, from ``signs.word_signs``; without them no lifts are learnt.
        left_out: The number of words missing right after each word. They count as errors of the word when lifts are learnt.
        bins: The largest number of bins. Bins have about the same number of words; words of the same confidence share a bin.

    Raises:
        OptionError: No word has a confidence.

    Example:
        >>> calibration = fit([0.2] * 50 + [0.9] * 50, [True] * 10 + [False] * 40 + [True] * 45 + [False] * 5)
        >>> round(calibration.ece, 6), calibration.probability_of_error([0.2, 0.9]).round(2).tolist()
        (0.0, [0.79, 0.11])
    """
    given = np.asarray(confidence, dtype=np.float64)
    right = np.asarray(correct, dtype=np.float64)
    known = ~np.isnan(given)
    if not known.any():
        raise OptionError("There is nothing to calibrate: no recognised word that a reference covers has a confidence.")
    order = np.argsort(given[known], kind="stable")
    given, right = given[known][order], right[known][order]
    bin_of = _bins(given, bins)
    n_words = np.bincount(bin_of)
    mean_confidence = np.bincount(bin_of, given) / n_words
    n_right = np.bincount(bin_of, right)
    accuracy = n_right / n_words
    low, high = _wilson(accuracy, n_words)
    columns = {
        "confidence_low": given[np.searchsorted(bin_of, np.arange(len(n_words)))],
        "confidence_high": given[np.searchsorted(bin_of, np.arange(len(n_words)), side="right") - 1],
        "n_words": n_words,
        "confidence": mean_confidence,
        "accuracy": accuracy,
        "accuracy_low": low,
        "accuracy_high": high,
    }
    table = RELIABILITY.frame({name: values.tolist() for name, values in columns.items()})
    ece = float(np.average(np.abs(mean_confidence - accuracy), weights=n_words))
    error = isotonic_decreasing(_smoothed(n_words - n_right, n_words), n_words.astype(np.float64))
    without_signs = Calibration(table, ece, len(given), SIGN_LIFTS.frame(), mean_confidence, error)
    if signs is None:
        return without_signs
    seen = signs[known].iloc[order]
    errors = 1 - right + np.broadcast_to(left_out, known.shape)[known][order]
    return replace(without_signs, signs=lifts(without_signs.probability_of_error(given), errors, seen))


def _smoothed(errors: Any, n_words: Any) -> Any:
    return (errors + 0.5) / (n_words + 1)


def lifts(risk: _Floats, errors: _Floats, signs: pd.DataFrame) -> pd.DataFrame:
    """Return the lift of each sign: how many times more errors its words have than their confidence and other signs predict.

    The method is Poisson regression with the logarithm of the risk as offset, fitted sign by sign in turn. Each lift has a gamma prior of
    mode 1 that weighs as much as ten expected errors, so a sign seen a few times stays near 1. One factor common to all words is fitted
    too.

    Args:
        risk: Probability of error of each word by its confidence.
        errors: Number of errors of each word.
        signs: A column of bools for each sign.

    Returns:
        ``schema.SIGN_LIFTS``, a row for each sign that at least one word shows.

    Example:
        >>> seen = pd.DataFrame({"drawn-out word": np.arange(1000) < 500})
        >>> lifts(np.full(1000, 0.2), np.where(seen["drawn-out word"], 0.4, 0.1), seen)["lift"].round(2).tolist()
        [2.72]
    """
    shown = {str(name): np.flatnonzero(signs[name]) for name in signs if signs[name].any()}
    common, factors = 1.0, dict.fromkeys(shown, 1.0)
    for _ in range(_ROUNDS):
        expected = with_lifts(risk, signs, factors)
        common = errors.sum() / expected.sum() if expected.sum() else 1.0
        for name, rows in shown.items():
            without = common * with_lifts(risk[rows], signs.iloc[rows], factors | {name: 1.0}).sum()
            factors[name] = (errors[rows].sum() + PRIOR_ERRORS) / (without + PRIOR_ERRORS)
    return SIGN_LIFTS.frame([_lift_row(name, factors[name], len(rows), float(errors[rows].sum())) for name, rows in shown.items()])


def _lift_row(sign: str, lift: float, n_words: int, errors: float) -> dict[str, Any]:
    spread = np.exp(_Z / np.sqrt(errors + PRIOR_ERRORS))
    return {"sign": sign, "n_words": n_words, "errors": errors, "lift": lift, "lift_low": lift / spread, "lift_high": lift * spread}


def with_lifts(risk: _Floats, signs: pd.DataFrame, factors: Mapping[str, float]) -> _Floats:
    """Multiply risks by the lifts of the signs that each word shows. A sign without a lift changes nothing.

    Example:
        >>> with_lifts(np.array([0.1, 0.2]), pd.DataFrame({"drawn-out word": [False, True]}), {"drawn-out word": 2.0}).tolist()
        [0.1, 0.4]
    """
    for name in signs.columns.intersection(list(factors)):
        risk = np.where(signs[name], risk * factors[name], risk)
    return risk


def isotonic_decreasing(values: _Floats, weights: _Floats) -> _Floats:
    """Return the nearest sequence (weighted least squares) that never rises: isotonic regression by pooling adjacent violators.

    Example:
        >>> isotonic_decreasing(np.array([0.9, 0.2, 0.4, 0.1]), np.ones(4)).round(3).tolist()
        [0.9, 0.3, 0.3, 0.1]
    """
    blocks: list[tuple[float, float, int]] = []
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        mean, mass, length = value, weight, 1
        while blocks and blocks[-1][0] < mean:
            before, before_mass, before_length = blocks.pop()
            mean = (before * before_mass + mean * mass) / (before_mass + mass)
            mass, length = before_mass + mass, before_length + length
        blocks.append((mean, mass, length))
    return np.repeat([mean for mean, _, _ in blocks], [length for _, _, length in blocks])


def _bins(ordered: _Floats, bins: int) -> npt.NDArray[np.intp]:
    """Return the bin of each of the sorted values, numbered without gaps; equal values share the bin of the first one."""
    by_rank = np.arange(len(ordered)) * bins // len(ordered)
    first = np.searchsorted(ordered, ordered)
    numbered: npt.NDArray[np.intp] = np.unique(by_rank[first], return_inverse=True)[1]
    return numbered


def _wilson(rate: _Floats, n: npt.NDArray[np.intp]) -> tuple[_Floats, _Floats]:
    """Return the 95 % score interval of a proportion (E. B. Wilson 1927)."""
    centre = (rate + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * np.sqrt(rate * (1 - rate) / n + _Z**2 / (4 * n**2))
    return centre - half, centre + half
