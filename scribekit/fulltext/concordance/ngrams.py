"""Runs of terms, counted as numbers: a term is made text again only where it is shown. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Numbers = npt.NDArray[np.int64]


class Runs(NamedTuple):
    """The runs of a corpus, in no particular order.

    Attributes:
        runs: The terms of each, with a space between.
        frequency: How often it occurs.
        recordings: In how many recordings.
        total: Number of all terms.
    """

    runs: list[str]
    frequency: Any
    recordings: Any
    total: int


def count_runs(texts: Sequence[str], n: int, at_least: int = 1) -> Runs:
    """Count the runs of n terms within each recording.

    Args:
        texts: The recordings as :func:`~scribekit.fulltext.concordance.text_of` writes their terms.
        n: How many terms in a row.
        at_least: Leave out runs that are rarer.

    Example:
        >>> found = count_runs([" a b a b ", " b a "], 2, at_least=2)
        >>> found.runs, found.frequency.tolist(), found.recordings.tolist(), found.total
        (['a b', 'b a'], [2, 2], [1, 2], 6)
    """
    codes, vocabulary, recordings = _coded(texts)
    starts = np.arange(max(0, len(codes) - n + 1))
    starts = starts[recordings[starts] == recordings[starts + n - 1]]
    numbers, places = _numbered(codes, starts, n)
    frequency = np.bincount(numbers, minlength=len(places))
    together = pd.unique(numbers * (len(texts) + 1) + recordings[starts])
    spread = np.bincount(together // (len(texts) + 1), minlength=len(places))
    kept = np.flatnonzero(frequency >= at_least)
    parts = [vocabulary.take(pa.array(codes[starts[places[kept]] + step])) for step in range(n)]
    return Runs(
        pc.binary_join_element_wise(*parts, pa.scalar(" ", pa.large_string())).to_pylist(), frequency[kept], spread[kept], len(codes)
    )


def _coded(texts: Sequence[str]) -> tuple[Numbers, Any, Numbers]:
    """All terms of all recordings as numbers, the terms by these numbers, and the number of the recording of each."""
    parted = pc.split_pattern(pc.utf8_trim(pa.array(texts, pa.large_string()), " "), " ")
    lengths = pc.list_value_length(parted).to_numpy()
    is_term = pc.not_equal(parted.flatten(), "")  # a recording without words has one that is empty
    recordings = np.repeat(np.arange(len(lengths)), lengths)[is_term.to_numpy(zero_copy_only=False)]
    coded = parted.flatten().filter(is_term).dictionary_encode()
    return coded.indices.to_numpy().astype(np.int64), coded.dictionary, recordings


def _numbered(codes: Numbers, starts: Numbers, n: int) -> tuple[Numbers, Numbers]:
    """The number of each run, equal for equal runs, and for each number the place of a run that has it."""
    size = int(codes.max(initial=0)) + 1
    numbers, _ = pd.factorize(codes[starts])
    for step in range(1, n):
        numbers, _ = pd.factorize(numbers * size + codes[starts + step])
    places = np.zeros(int(numbers.max(initial=-1)) + 1, dtype=np.int64)
    places[numbers] = np.arange(len(numbers))
    return numbers, places
