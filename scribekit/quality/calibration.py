"""How far a recogniser's confidence can be believed: reliability, expected calibration error, probability of error."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from scribekit.base.errors import OptionError
from scribekit.base.schema import RELIABILITY, SIGN_LIFTS, WORD_ERRORS
from scribekit.corpus import payloads
from scribekit.corpus.handles import Batch, Corpus
from scribekit.corpus.view import CorpusView
from scribekit.quality import signs as review_signs
from scribekit.quality.comparison import DELETION
from scribekit.quality.evaluate import References, compared_recordings
from scribekit.quality.queue import with_lifts
from scribekit.tables.frames import frame_of

BINS = 15
PRIOR_ERRORS = 10.0
_ROUNDS = 20
_Z = 1.959963984540054  # of a two-sided 95 % interval

_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """What a word's confidence is worth; made by ``sk.calibrate``.

    Attributes:
        table: One row per bin of equally many words (``schema.RELIABILITY``).
        ece: Expected calibration error: the mean distance of confidence and accuracy over the bins, weighted by words (M. P. Naeini,
            G. Cooper, M. Hauskrecht, AAAI 2015).
        n_words: How many words it rests on.
        signs: What each sign of trouble says beside the confidence (``schema.SIGN_LIFTS``), for signs that were seen.
    """

    table: pd.DataFrame
    ece: float
    n_words: int
    signs: pd.DataFrame
    _confidence: _Floats = field(repr=False)
    _error: _Floats = field(repr=False)

    def probability_of_error(self, confidence: Any) -> _Floats:
        """The probability that words of these confidences are wrong, never rising with confidence.

        Isotonic regression (pool adjacent violators: M. Ayer et al. 1955; for calibration B. Zadrozny, C. Elkan, KDD 2002) of the
        bins' error rates, each as ``(errors + 1/2) / (words + 1)`` so that none is 0 or 1, with straight lines between the bins.

        Args:
            confidence: One confidence or an array or column of them, 0 to 1. A missing one gets the error rate of all words, taken so too.

        Returns:
            An array of the same length.
        """
        given = np.atleast_1d(np.asarray(confidence, dtype=np.float64))
        errors = ((1 - self.table["accuracy"]) * self.table["n_words"]).sum()
        return np.where(np.isnan(given), _smoothed(errors, self.n_words), np.interp(given, self._confidence, self._error))

    def expected_errors(self, confidence: Any, signs: pd.DataFrame) -> _Floats:
        """The errors that words bring: their probability of error times the lift of every sign that they show.

        Args:
            confidence: Confidence of each word, 0 to 1.
            signs: What ``review_signs.word_signs`` gave for them. A sign that the calibration has not seen changes nothing.
        """
        return with_lifts(self.probability_of_error(confidence), signs, dict(zip(self.signs["sign"], self.signs["lift"], strict=True)))


def fit(confidence: Any, correct: Any, signs: pd.DataFrame | None = None, *, left_out: Any = 0, bins: int = BINS) -> Calibration:
    """A calibration from words of which it is known whether they are right.

    Args:
        confidence: Confidence of each word, 0 to 1; words without one are left out.
        correct: Whether each word is right.
        signs: What ``review_signs.word_signs`` gave for them; without it nothing is learnt about signs.
        left_out: How many words are missing right after each word; they count as errors that its signs might have told of.
        bins: At most how many bins of equally many words; words of one confidence stay together.

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
    error = falling(_smoothed(n_words - n_right, n_words), n_words.astype(np.float64))
    bare = Calibration(table, ece, len(given), SIGN_LIFTS.frame(), mean_confidence, error)
    if signs is None:
        return bare
    seen = signs[known].iloc[order]
    errors = 1 - right + np.broadcast_to(left_out, known.shape)[known][order]
    return replace(bare, signs=lifts(bare.probability_of_error(given), errors, seen))


def _smoothed(errors: Any, n_words: Any) -> Any:
    return (errors + 0.5) / (n_words + 1)


def lifts(risk: _Floats, errors: _Floats, signs: pd.DataFrame) -> pd.DataFrame:
    """How many times more errors words with a sign bring than their confidence and their other signs would have them bring.

    Poisson regression with the logarithm of the risk as offset, fitted sign by sign in turn. Each lift has a gamma prior of mode 1 that
    weighs as much as ten expected errors, so that a sign seen a few times says little. A factor common to all words takes up the rest.

    Args:
        risk: Probability of error of each word by its confidence.
        errors: Errors that each word brought.
        signs: A column of truths for each sign.

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


def falling(values: _Floats, weights: _Floats) -> _Floats:
    """The nearest sequence (weighted least squares) that never rises: isotonic regression by pooling adjacent violators.

    Example:
        >>> falling(np.array([0.9, 0.2, 0.4, 0.1]), np.ones(4)).round(3).tolist()
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
    """The bin of each of the ordered values, numbered without gaps; equal values share the bin of the first of them."""
    by_rank = np.arange(len(ordered)) * bins // len(ordered)
    first = np.searchsorted(ordered, ordered)
    numbered: npt.NDArray[np.intp] = np.unique(by_rank[first], return_inverse=True)[1]
    return numbered


def _wilson(rate: _Floats, n: npt.NDArray[np.intp]) -> tuple[_Floats, _Floats]:
    """The score interval of a proportion: E. B. Wilson 1927."""
    centre = (rate + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * np.sqrt(rate * (1 - rate) / n + _Z**2 / (4 * n**2))
    return centre - half, centre + half


def calibrate(words: pd.DataFrame | Batch | Corpus, references: References | None = None, *, normaliser: str = "basic") -> Calibration:
    """How often words of a given confidence are right, learnt from recordings whose words are known: by references, or by a review.

    Args:
        words: The words of ``to_frame(corpus, "words")`` (``recording_id``, ``text``, ``confidence``; with the other columns the signs of
            trouble are with_lifts too), or a batch or corpus, whose words as received are taken: those that the confidences are about. A
            frame may have a column ``correct`` (true, false or missing) instead of references, as that of ``word_errors`` has.
        references: As for ``evaluate``; the name of a manifest column needs a batch or corpus. Or a frame with ``recording_id``,
            ``word_index`` (as received) and ``correct``, which is joined by the first two. Without references a corpus is calibrated by
            what people did in it: words that they accepted are right, words that they corrected or rejected are wrong, and words that
            nobody judged do not count.
        normaliser: As for ``evaluate``.

    Returns:
        The reliability ``table`` (``schema.RELIABILITY``), the expected calibration error ``ece``, the mapping ``probability_of_error``,
        and what each of the ``signs`` says beside the confidence (``schema.SIGN_LIFTS``). ``flag_for_review`` takes it as ``calibration``.

    Raises:
        OptionError: A reference is not understood, no recording has both sides, nobody judged a word, or no word has a confidence.
        MissingExtraError: jiwer is not installed, and there are references.
    """
    if isinstance(words, Corpus):
        with words.reading() as view:
            judged = _judged(frame_of(view, "words", reviewed=False), references, view, normaliser)
            languages = frame_of(view, "languages")
    else:
        frame = words[words["outcome"].ne(DELETION)] if "outcome" in words else words
        judged, languages = _judged(frame, references, None, normaliser), None
    known = judged[judged["correct"].notna()]
    has_signs = len(known) > 0 and judged[["start_ms", "end_ms", "word_index"]].notna().all(axis=None)
    signs = _signs(judged, languages).loc[known.index] if has_signs else None
    return fit(known["confidence"], known["correct"].astype(float), signs, left_out=known["left_out"])


def _judged(words: pd.DataFrame, references: References | None, view: CorpusView | None, normaliser: str) -> pd.DataFrame:
    """The words with two columns more, in the order of ``review_signs.in_reading_order``: ``correct``, and ``left_out`` after each."""
    if isinstance(references, pd.DataFrame) and "correct" in references:
        words = words.drop(columns="correct", errors="ignore")
        words = words.merge(references[["recording_id", "word_index", "correct"]], on=["recording_id", "word_index"], how="left")
    elif references is not None:
        compared = compared_recordings(words, references, view, normaliser)
        return pd.concat([item.words.assign(correct=item.is_correct(), left_out=item.left_out()) for item in compared], ignore_index=True)
    elif view is not None:
        words = words.assign(correct=judgements(view, words))
    elif "correct" not in words:
        raise OptionError("Give references, or words with a column 'correct' that says which of them are right.")
    if not words["correct"].notna().any():
        raise OptionError("Nobody has judged a word yet: accept or correct some in a review (sk.review), or give references.")
    judged = words.reindex(columns=WORD_ERRORS.names)
    return judged.assign(left_out=judged["left_out"].fillna(0))


def judgements(view: CorpusView, words: pd.DataFrame) -> pd.Series[Any]:
    """Return what people judged of each word as received: 1 right, 0 wrong, NaN not judged."""
    judged = {
        (name, index): is_right
        for name, of_recording in payloads.reviewed_words(view.ledger, view.completed)
        for index, is_right in of_recording.items()
    }
    keys = zip(words["recording_id"], words["word_index"], strict=True)
    return pd.Series([judged.get(key) for key in keys], index=words.index, dtype="float64")


def _signs(words: pd.DataFrame, languages: pd.DataFrame | None) -> pd.DataFrame:
    """The signs of words, by their own index."""
    ordered = review_signs.in_reading_order(words.assign(_row=words.index))
    signs = review_signs.word_signs(ordered, languages=languages)
    return signs.set_axis(ordered["_row"].to_numpy())
