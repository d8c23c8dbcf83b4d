"""Distributions of confidence over any selection of words. Pure.

The words are counted once, by recording, speaker and hundredth of confidence; every question is then a sum over these counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from scribekit.base import schema

BINS = 100
"""Hundredths of confidence: bin 37 holds 0.37 ≤ confidence < 0.38; the last bin also holds 1."""

RECORDING, SPEAKER = "recording", "speaker"
NOBODY, NOTHING = "(no speaker)", "(none)"
QUANTILES = {"p05": 0.05, "p25": 0.25, "median": 0.5, "p75": 0.75, "p95": 0.95}

_UNRATED = 255

_Floats = npt.NDArray[np.float64]
_Mask = npt.NDArray[np.bool_]
_Indices = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Selection:
    """A selection of words, by confidence and by groups.

    Attributes:
        low: The first bin.
        high: The bin after the last one.
        picked: Dimension → names of groups. A missing dimension selects all groups.
    """

    low: int = 0
    high: int = BINS
    picked: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def without(self, dimension: str) -> Selection:
        """Return the selection without its groups of one dimension, so that a view of that dimension shows all groups."""
        return replace(self, picked={name: groups for name, groups in self.picked.items() if name != dimension})

    @property
    def is_of_all_bins(self) -> bool:
        """Whether words of any confidence are selected, also those without one."""
        return self.low <= 0 and self.high >= BINS


class Distributions:
    """The counted words of a corpus.

    All answers depend only on a word's bin, recording and speaker. Words that share these three form a cell; even a large corpus has few
    cells, and every answer is a sum over cells.

    Args:
        words: ``recording_id``, ``speaker``, ``start_ms``, ``end_ms`` and ``confidence`` of ``schema.WORDS``. Words that are true in a
            column ``settled`` were judged by a person; no errors are expected of them.
        columns: One row per ``recording_id`` (its index), one column per additional dimension, such as those of the manifest.
        risk: Returns the probability of error of an array of confidences.

    Attributes:
        n_words: The number of words.
        n_unrated: The number of words without a confidence, because a person typed them.
        mean: The mean confidence of the other words.

    Example:
        >>> words = pd.DataFrame({"recording_id": ["a", "a", "b"], "speaker": ["A", "B", "A"], "confidence": [0.5, 0.95, 0.9]})
        >>> words = words.assign(start_ms=[0, 500, 0], end_ms=[400, 900, 600])
        >>> found = Distributions(words, pd.DataFrame(index=["a", "b"]), lambda confidence: 1 - confidence)
        >>> found.groups("speaker", Selection(), below=0.9)[["group", "words", "mean", "share_below"]].to_numpy().tolist()
        [['A', 2, 0.7, 0.5], ['B', 1, 0.95, 0.0]]
    """

    def __init__(self, words: pd.DataFrame, columns: pd.DataFrame, risk: Callable[[_Floats], _Floats]) -> None:
        recording, recordings = pd.factorize(words["recording_id"])
        speaker, speakers = pd.factorize(words["speaker"].fillna(NOBODY))
        pairs, pair = np.unique(recording * max(len(speakers), 1) + speaker, return_inverse=True)
        of_pair = {RECORDING: pairs // max(len(speakers), 1), SPEAKER: pairs % max(len(speakers), 1)}
        self._names: dict[str, list[str]] = {RECORDING: [str(name) for name in recordings], SPEAKER: [str(name) for name in speakers]}
        self._code: dict[str, _Indices] = of_pair
        for name in columns:
            code, groups = _groups_of(columns[name].reindex(recordings))
            self._names[str(name)], self._code[str(name)] = groups, code[of_pair[RECORDING]]
        confidence = words["confidence"].to_numpy(np.float64)
        lengths = (words["end_ms"] - words["start_ms"]).to_numpy(np.float64)
        bins = bins_of(confidence)
        expected = risk(np.where(bins == _UNRATED, 1.0, confidence)) if len(words) else confidence
        if "settled" in words:
            expected = np.where(words["settled"].to_numpy(dtype=bool), 0.0, expected)
        self._count_cells(pair, bins, confidence, lengths, expected)
        self._sort_words(words, pair, bins)
        self.n_words, self.n_unrated = len(words), int((bins == _UNRATED).sum())
        self.mean = float(confidence[bins != _UNRATED].mean()) if self.n_words > self.n_unrated else float("nan")

    def _count_cells(self, pair: _Indices, bins: npt.NDArray[np.uint8], confidence: _Floats, lengths: _Floats, expected: _Floats) -> None:
        rated = bins != _UNRATED
        cells, cell = np.unique(pair[rated] * BINS + bins[rated], return_inverse=True)
        self._pair, self._bin = cells // BINS, cells % BINS
        sums = {"words": None, "ms": lengths[rated], "errors": expected[rated], "confidence": confidence[rated]}
        self._sums = {name: np.bincount(cell, values, minlength=len(cells)).astype(np.float64) for name, values in sums.items()}

    def _sort_words(self, words: pd.DataFrame, pair: _Indices, bins: npt.NDArray[np.uint8]) -> None:
        """Keep the words sorted by recording, speaker and time, to find those of a span."""
        start = words["start_ms"].to_numpy(np.int64)
        self._stride = int(start.max()) + 2 if len(start) else 1
        key = pair.astype(np.int64) * self._stride + start
        order = np.argsort(key, kind="stable")
        self._key, self._word_pair, self._word_bin = key[order], pair[order], bins[order]

    @property
    def dimensions(self) -> list[str]:
        """The dimensions by which words can be grouped."""
        return list(self._names)

    def names(self, dimension: str) -> list[str]:
        """Return the groups of a dimension."""
        return self._names[dimension]

    def histogram(self, selection: Selection) -> dict[str, list[float]]:
        """Return words, milliseconds and expected errors in each bin, for the selected groups and all bins."""
        kept: _Mask = self._pairs(selection)[self._pair]
        return {name: np.bincount(self._bin[kept], self._sums[name][kept], BINS).tolist() for name in ("words", "ms", "errors")}

    def groups(self, dimension: str, selection: Selection, *, below: float) -> pd.DataFrame:
        """Return the distribution of confidence in each group of a dimension.

        Args:
            dimension: One of :attr:`dimensions`.
            selection: The selected words; the groups that it selects in this dimension are ignored.
            below: The threshold, to the hundredth.

        Returns:
            A row for each group that has words: ``group``, ``words``, ``minutes``, ``mean``, the quantiles ``p05 p25 median p75 p95`` (to
            the hundredth), ``share_below`` (the share of its words below the threshold), and the expected ``errors``. Recordings and
            speakers are in order of appearance, groups of a column in order of values.
        """
        kept = self._cells(selection.without(dimension))
        group, names = self._code[dimension][self._pair[kept]], self._names[dimension]
        words, ms, errors, summed = (np.bincount(group, self._sums[name][kept], len(names)) for name in self._sums)
        counts = np.bincount(group * BINS + self._bin[kept], self._sums["words"][kept], len(names) * BINS).reshape(-1, BINS)
        has = words > 0
        words, counts = words[has], counts[has]
        so_far = counts.cumsum(axis=1)
        found = {
            "group": np.array(names, dtype=object)[has],
            "words": words.astype(np.int64),
            "minutes": ms[has] / 60_000,
            "mean": summed[has] / words,
            **{name: quantile(so_far, share) for name, share in QUANTILES.items()},
            "share_below": counts[:, : round(below * BINS)].sum(axis=1) / words,
            "errors": errors[has],
        }
        return pd.DataFrame(found)

    def ridges(self, dimension: str, selection: Selection, names: list[str], *, bins: int = 25) -> list[list[int]]:
        """Return a coarser histogram of each of the named groups, for small charts side by side."""
        kept = self._cells(selection.without(dimension))
        group, row_of = self._code[dimension][self._pair[kept]], np.full(len(self._names[dimension]), -1)
        row_of[[self._names[dimension].index(name) for name in names]] = np.arange(len(names))
        row = row_of[group]
        shown = row >= 0
        cell = row[shown] * bins + self._bin[kept][shown] * bins // BINS
        found: list[list[int]] = (
            np.bincount(cell, self._sums["words"][kept][shown], len(names) * bins).astype(int).reshape(-1, bins).tolist()
        )
        return found

    def spans(self, parts: pd.DataFrame) -> tuple[_Indices, _Indices]:
        """Return the span of each part in the sorted words: the positions of its first word and after its last word.

        Args:
            parts: ``recording_id``, ``speaker``, ``start_ms`` and ``end_ms`` of parts that have one speaker each.
        """
        recordings = pd.Index(self._names[RECORDING]).get_indexer(pd.Index(parts["recording_id"]))
        speakers = pd.Index(self._names[SPEAKER]).get_indexer(pd.Index(parts["speaker"].fillna(NOBODY)))
        width = max(len(self._names[SPEAKER]), 1)
        known, wanted = self._code[RECORDING] * width + self._code[SPEAKER], recordings * width + speakers
        pair = np.searchsorted(known, wanted)
        is_known = (recordings >= 0) & (speakers >= 0) & np.isin(wanted, known)
        start, end = parts["start_ms"].to_numpy(np.int64), parts["end_ms"].to_numpy(np.int64)
        first, last = (
            np.searchsorted(self._key, pair * self._stride + np.clip(time, 0, self._stride - 1))
            for time in (start, np.maximum(end, start + 1))
        )
        return first, np.where(is_known, last, first)

    def contain_selected(self, spans: tuple[_Indices, _Indices], selection: Selection) -> _Mask:
        """Return whether each of the spans contains a word of the selection."""
        first, last = spans
        found: _Mask = last > first
        if not selection.is_of_all_bins:
            so_far = np.concatenate([[0], np.cumsum((self._word_bin >= selection.low) & (self._word_bin < selection.high))])
            found = so_far[last] > so_far[first]
        if selection.picked and found.any():  # all words of a span have one recording and speaker
            found &= self._pairs(selection)[self._word_pair[np.minimum(first, len(self._word_pair) - 1)]]
        return found

    def recordings(self, selection: Selection) -> set[str]:
        """Return the recordings that contain a word of the selection."""
        if selection.is_of_all_bins:
            found = self._code[RECORDING][self._pairs(selection)]
        else:
            found = self._code[RECORDING][self._pair[self._cells(selection)]]
        return {self._names[RECORDING][code] for code in np.unique(found)}

    def _pairs(self, selection: Selection) -> _Mask:
        """Return whether each pair of recording and speaker is in the selected groups."""
        kept = np.ones(len(self._code[RECORDING]), dtype=bool)
        for dimension, picked in selection.picked.items():
            kept &= np.array([name in picked for name in self._names[dimension]], dtype=bool)[self._code[dimension]]
        return kept

    def _cells(self, selection: Selection) -> _Mask:
        """Return whether each cell is in the selection."""
        kept: _Mask = self._pairs(selection)[self._pair]
        if not selection.is_of_all_bins:
            kept &= (self._bin >= selection.low) & (self._bin < selection.high)
        return kept


def bins_of(confidence: Any) -> npt.NDArray[np.uint8]:
    """Return the bin of each confidence; 255 where the confidence is missing.

    Example:
        >>> bins_of([0.0, 0.29, 0.299, 1.0, float("nan")]).tolist()
        [0, 29, 29, 99, 255]
    """
    given = np.asarray(confidence, dtype=np.float64)
    hundredths = np.clip(np.floor(np.nan_to_num(given) * BINS + 1e-9), 0, BINS - 1)  # 0.29 * 100 is slightly less than 29
    return np.where(np.isnan(given), _UNRATED, hundredths).astype(np.uint8)


def quantile(so_far: _Floats, share: float) -> _Floats:
    """Return the lower edge of the bin in which each row of cumulative counts reaches a share of its sum.

    Example:
        >>> quantile(np.array([[1.0] * 50 + [2.0] * 50]), 0.75).tolist()
        [0.5]
    """
    return np.asarray((so_far >= share * so_far[:, -1:]).argmax(axis=1) / BINS, dtype=np.float64)


def _groups_of(values: pd.Series[Any]) -> tuple[_Indices, list[str]]:
    """Return the group number of each value, and the group names in order of their values. Missing values are the last group."""
    try:
        code, groups = pd.factorize(values, sort=True)
    except TypeError:  # values of different types cannot be sorted
        code, groups = pd.factorize(values.map(str, na_action="ignore"), sort=True)
    names = [group_name(group) for group in groups]
    return (np.where(code < 0, len(names), code), [*names, NOTHING]) if (code < 0).any() else (code, names)


def group_name(value: Any) -> str:
    """Return the name of the group of a value: whole numbers without decimals, dates without a time of 00:00.

    Example:
        >>> group_name(2024.0), group_name("hall"), group_name(float("nan"))
        ('2024', 'hall', '(none)')
    """
    if schema.is_missing(value):
        return NOTHING
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value)) if whole else str(value).removesuffix(" 00:00:00")
