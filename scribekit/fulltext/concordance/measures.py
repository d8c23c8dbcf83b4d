"""The formulas of association, keyness and dispersion on arrays of counts, each with its source. Pure.

N is the number of words in the corpus. Logarithms are to the base 2 unless a formula says ln.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64] | Sequence[int]

_LOG_DICE_MAX = 14.0
_COUNT_FOR_ZERO = 0.5


def log_dice(together: Counts, node: float, collocate: Counts) -> Floats:
    """Return the association logDice = 14 + log2(2 O / (f_node + f_collocate)).

    Source: Rychlý (2008), A lexicographer-friendly association score, RASLAN, pp. 6-9. It does not depend on N. It is at most 14
    for a collocate that each use of the node has once, and more where a use has it on both sides.

    Example:
        >>> log_dice([50], 100, [100]).tolist()
        [13.0]
    """
    observed, other = _floats(together), _floats(collocate)
    values: Floats = _LOG_DICE_MAX + np.log2(2 * observed / (node + other))
    return values


def mutual_information(together: Counts, expected: Floats) -> Floats:
    """Return the association MI = log2(O / E).

    Source: Church and Hanks (1990), Word association norms, Computational Linguistics 16(1). It favours rare words.

    Example:
        >>> mutual_information([8], np.array([2.0])).tolist()
        [2.0]
    """
    values: Floats = np.log2(_floats(together) / expected)
    return values


def t_score(together: Counts, expected: Floats) -> Floats:
    """Return the association t = (O - E) / sqrt(O).

    Source: Church, Gale, Hanks and Hindle (1991), Using statistics in lexical analysis. It favours frequent words.

    Example:
        >>> t_score([16], np.array([4.0])).tolist()
        [3.0]
    """
    observed = _floats(together)
    values: Floats = (observed - expected) / np.sqrt(observed)
    return values


def log_likelihood(a: Counts, b: Counts, c: Counts, d: Counts) -> Floats:
    """Return G² = 2 Σ O ln(O / E) over the table [[a, b], [c, d]] of observed counts; E from the sums of its rows and columns.

    Source: Dunning (1993), Accurate methods for the statistics of surprise and coincidence, Computational Linguistics 19(1).

    Example:
        >>> log_likelihood([10], [10], [20], [20]).tolist()
        [0.0]
    """
    observed = np.stack(np.broadcast_arrays(*(_floats(cell) for cell in (a, b, c, d)))).reshape(2, 2, -1)
    total = observed.sum((0, 1))
    expected = observed.sum(1, keepdims=True) * observed.sum(0, keepdims=True) / np.where(total == 0, 1, total)
    return _g_squared(observed, expected)


def two_corpus_log_likelihood(inside: Counts, inside_total: float, outside: Counts, outside_total: float) -> Floats:
    """Return LL = 2 (a ln(a / E1) + b ln(b / E2)) for a word's counts a and b in two corpora; E from their sizes.

    Source: Rayson and Garside (2000), Comparing corpora using frequency profiling, ACL workshop. 3.84 is p < 0.05, 15.13 p < 0.0001.

    Example:
        >>> two_corpus_log_likelihood([10], 100, [10], 100).tolist()
        [0.0]
    """
    here, there = _floats(inside), _floats(outside)
    share = inside_total / max(inside_total + outside_total, 1)
    expected = np.stack([(here + there) * share, (here + there) * (1 - share)])
    return _g_squared(np.stack([here, there]), expected)


def log_ratio(inside: Counts, inside_total: float, outside: Counts, outside_total: float) -> Floats:
    """Return Log Ratio = log2 of the ratio of relative frequencies; a count of zero is taken as one half.

    Source: Hardie (2014), Log Ratio: an informal introduction, CASS, Lancaster. 1 means twice as frequent, 2 four times.

    Example:
        >>> log_ratio([40], 1000, [10], 1000).tolist()
        [2.0]
    """
    here, there = (np.maximum(_floats(counts), _COUNT_FOR_ZERO) for counts in (inside, outside))
    values: Floats = np.log2((here / max(inside_total, 1)) / (there / max(outside_total, 1)))
    return values


def deviation_of_proportions(counts: Counts, sizes: Counts) -> tuple[float, float]:
    """Return DP = Σ |share of the word's uses - share of the corpus| / 2 over its parts, and DPnorm = DP / (1 - smallest share of a part).

    Source: Gries (2008), Dispersions and adjusted frequencies in corpora, IJCL 13(4); DPnorm: Lijffijt and Gries (2012), IJCL 17(1).
    0: spread evenly; near 1: all in one small part. NaN for a word that does not occur; DPnorm also for a corpus of one part.

    Example:
        >>> deviation_of_proportions([4, 0], [100, 100])
        (0.5, 1.0)
    """
    uses, parts = _floats(counts), _floats(sizes)
    if not uses.sum():
        return float("nan"), float("nan")
    shares = parts / parts.sum()
    dp = float(np.abs(uses / uses.sum() - shares).sum() / 2)
    room = 1 - float(shares.min())
    return dp, dp / room if room else float("nan")


def juilland_d(counts: Counts, sizes: Counts) -> float:
    """Return D = 1 - V / sqrt(n - 1), V the coefficient of variation of the word's relative frequencies in the n parts.

    Source: Juilland, Brodin and Davidovitch (1970), Frequency dictionary of French words. 1: spread evenly; 0: all in one part.
    NaN for a word that does not occur or a corpus of one part.

    Example:
        >>> juilland_d([3, 3, 3], [100, 100, 100]), juilland_d([8, 0], [100, 100])
        (1.0, 0.0)
    """
    rates = _floats(counts) / _floats(sizes)
    if len(rates) < 2 or not rates.sum():
        return float("nan")
    return float(np.clip(1 - rates.std() / rates.mean() / np.sqrt(len(rates) - 1), 0.0, 1.0))


def _g_squared(observed: Floats, expected: Floats) -> Floats:
    """Return 2 Σ O ln(O / E) over all axes but the last; a count of zero adds nothing."""
    parts = np.zeros_like(observed)
    used = observed > 0
    parts[used] = observed[used] * np.log(observed[used] / expected[used])
    values: Floats = np.maximum(2 * parts.sum(tuple(range(parts.ndim - 1))), 0.0)
    return values


def _floats(counts: Counts) -> Floats:
    return np.asarray(counts, dtype=np.float64)
