"""N-grams: runs of n terms, counted as integer codes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from scribekit.base.text_columns import repeated

Integers = npt.NDArray[np.int64]


class NgramCounts(NamedTuple):
    """The n-grams of a corpus, in no particular order.

    Attributes:
        ngrams: The terms of each, with a space between.
        frequency: How often each occurs.
        recordings: In how many recordings each occurs.
        total: The number of all terms.
    """

    ngrams: list[str]
    frequency: Any
    recordings: Any
    total: int


def count_ngrams(texts: Sequence[str], n: int, at_least: int = 1) -> NgramCounts:
    """Count the runs of n terms within each recording.

    Args:
        texts: The recordings as :func:`~scribekit.fulltext.concordance.searchable_text` writes their terms.
        n: How many terms in a row.
        at_least: Exclude n-grams that are rarer.

    Example:
        >>> counts = count_ngrams([" a b a b ", " b a "], 2, at_least=2)
        >>> counts.ngrams, counts.frequency.tolist(), counts.recordings.tolist(), counts.total
        (['a b', 'b a'], [2, 2], [1, 2], 6)
    """
    codes, vocabulary, recordings = _encoded(texts)
    starts = np.arange(max(0, len(codes) - n + 1))
    starts = starts[recordings[starts] == recordings[starts + n - 1]]
    ids, examples = _ngram_ids(codes, starts, n)
    frequency = np.bincount(ids, minlength=len(examples))
    in_recordings = pd.unique(ids * (len(texts) + 1) + recordings[starts])
    spread = np.bincount(in_recordings // (len(texts) + 1), minlength=len(examples))
    kept = np.flatnonzero(frequency >= at_least)
    parts = [repeated(vocabulary, pa.array(codes[starts[examples[kept]] + step])) for step in range(n)]
    ngrams = pc.binary_join_element_wise(*parts, pa.scalar(" ", pa.large_string())).to_pylist()
    return NgramCounts(ngrams, frequency[kept], spread[kept], len(codes))


def _encoded(texts: Sequence[str]) -> tuple[Integers, Any, Integers]:
    """Return the code of every term of every recording, the terms by code, and the position of the recording of every term."""
    split = pc.split_pattern(pc.utf8_trim(pa.array(texts, pa.large_string()), " "), " ")
    lengths = pc.list_value_length(split).to_numpy()
    is_term = pc.not_equal(split.flatten(), "")  # a recording without words has one empty term
    recordings = np.repeat(np.arange(len(lengths)), lengths)[is_term.to_numpy(zero_copy_only=False)]
    encoded = split.flatten().filter(is_term).dictionary_encode()
    return encoded.indices.to_numpy().astype(np.int64), encoded.dictionary, recordings


def _ngram_ids(codes: Integers, starts: Integers, n: int) -> tuple[Integers, Integers]:
    """Return an id for the n-gram at each start, equal for equal n-grams, and for each id a position in ``starts`` that has it."""
    size = int(codes.max(initial=0)) + 1
    ids, _ = pd.factorize(codes[starts])
    for step in range(1, n):
        ids, _ = pd.factorize(ids * size + codes[starts + step])
    examples = np.zeros(int(ids.max(initial=-1)) + 1, dtype=np.int64)
    examples[ids] = np.arange(len(ids))
    return ids, examples
