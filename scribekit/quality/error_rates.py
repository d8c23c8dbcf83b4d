"""Word and character errors, counted and summed. jiwer aligns the words. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scribekit.base.text import join_words

HIT, SUBSTITUTED, DELETED = 0, 1, 2
PASSAGE_WORDS = 25
CONFIDENCE_LEVEL = 0.95
CELLS_AT_ONCE = 4_000_000  # of the matrix of resampling weights: 32 MB

_Indices = npt.NDArray[np.intp]


@dataclass(frozen=True)
class ErrorCounts:
    """The differences between a hypothesis and its reference, in words or characters. Counts can be added.

    Attributes:
        hits: Reference units that were recognised.
        substitutions: Reference units that were recognised as another unit.
        deletions: Reference units that were not recognised.
        insertions: Recognised units that were not said.
    """

    hits: int = 0
    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0

    @property
    def reference(self) -> int:
        """The number of units in the reference."""
        return self.hits + self.substitutions + self.deletions

    @property
    def errors(self) -> int:
        """The number of substitutions, deletions and insertions."""
        return self.substitutions + self.deletions + self.insertions

    @property
    def rate(self) -> float:
        """Errors per reference unit. With an empty reference it is the number of insertions, so 0 when nothing was recognised either.

        Example:
            >>> ErrorCounts(hits=8, substitutions=1, deletions=1, insertions=2).rate
            0.4
            >>> ErrorCounts().rate
            0.0
        """
        return self.errors / max(self.reference, 1)

    def __add__(self, other: ErrorCounts) -> ErrorCounts:
        return ErrorCounts(
            self.hits + other.hits,
            self.substitutions + other.substitutions,
            self.deletions + other.deletions,
            self.insertions + other.insertions,
        )


@dataclass(frozen=True)
class Alignment:
    """The alignment of the words of a hypothesis with those of its reference.

    Attributes:
        outcome: One of ``HIT``, ``SUBSTITUTED``, ``DELETED`` for each reference word.
        owner: For each word of the hypothesis the index of the reference word it belongs to: the one it is aligned with, or for an
            insertion the one before it. All 0 when the reference is empty.
        correct: Whether each word of the hypothesis is a hit.
        inserted: Whether each word of the hypothesis is an insertion.
    """

    outcome: npt.NDArray[np.int8]
    owner: _Indices
    correct: npt.NDArray[np.bool_]
    inserted: npt.NDArray[np.bool_]

    def by_group(self, group: _Indices, groups: int) -> list[ErrorCounts]:
        """Return the counts of each group of reference words. Insertions count in the group of their owner.

        Args:
            group: The group number of each reference word.
            groups: The number of groups, at least 1. Insertions into an empty reference count in the first.
        """
        tally = [np.bincount(group[self.outcome == kind], minlength=groups) for kind in (HIT, SUBSTITUTED, DELETED)]
        owners = self.owner[self.inserted]
        tally.append(np.bincount(group[owners] if len(group) else owners, minlength=groups))
        return [ErrorCounts(*(int(count) for count in counts)) for counts in zip(*tally, strict=True)]

    def counts(self) -> ErrorCounts:
        """Return the counts of the whole recording."""
        return self.by_group(np.zeros(len(self.outcome), dtype=np.intp), 1)[0]

    def passages(self) -> list[ErrorCounts]:
        """Return the counts of every passage of 25 reference words, for resampling within one recording."""
        group = np.arange(len(self.outcome)) // PASSAGE_WORDS
        return self.by_group(group, max(1, -(-len(self.outcome) // PASSAGE_WORDS)))


def align(references: Sequence[Sequence[str]], hypotheses: Sequence[Sequence[str]]) -> list[Alignment]:
    """Align the words of each hypothesis with those of its reference by the fewest edits (Levenshtein, with jiwer).

    Args:
        references: The normalised reference words of each recording, without white space in them.
        hypotheses: The normalised recognised words of each recording.

    """
    import jiwer

    if not references:
        return []
    output = jiwer.process_words([" ".join(words) for words in references], [" ".join(words) for words in hypotheses])
    shapes = zip(references, hypotheses, output.alignments, strict=True)
    return [_alignment(len(reference), len(hypothesis), chunks) for reference, hypothesis, chunks in shapes]


def _alignment(n_reference: int, n_hypothesis: int, chunks: Sequence[Any]) -> Alignment:
    outcome = np.full(n_reference, DELETED, dtype=np.int8)
    owner = np.zeros(n_hypothesis, dtype=np.intp)
    correct = np.zeros(n_hypothesis, dtype=bool)
    inserted = np.zeros(n_hypothesis, dtype=bool)
    for chunk in chunks:
        said = slice(chunk.ref_start_idx, chunk.ref_end_idx)
        heard = slice(chunk.hyp_start_idx, chunk.hyp_end_idx)
        if chunk.type == "insert":
            inserted[heard] = True
            owner[heard] = max(0, chunk.ref_start_idx - 1)
        elif chunk.type != "delete":
            is_hit = chunk.type == "equal"
            outcome[said] = HIT if is_hit else SUBSTITUTED
            correct[heard] = is_hit
            owner[heard] = np.arange(said.start, said.stop)
    return Alignment(outcome, owner, correct, inserted)


def character_counts(references: Sequence[str], hypotheses: Sequence[str]) -> list[ErrorCounts]:
    """Count the character errors (spaces count) of each normalised text.

    Example:
        >>> character_counts(["abc"], ["abd e"])
        [ErrorCounts(hits=2, substitutions=1, deletions=0, insertions=2)]
    """
    import jiwer

    measure = jiwer.process_characters
    return [_character_counts(measure, reference, hypothesis) for reference, hypothesis in zip(references, hypotheses, strict=True)]


def _character_counts(measure: Callable[[str, str], Any], reference: str, hypothesis: str) -> ErrorCounts:
    found = measure(reference, hypothesis)
    return ErrorCounts(found.hits, found.substitutions, found.deletions, found.insertions)


def interval(
    units: Sequence[tuple[float, float]], *, seed: int = 0, resamples: int = 1000, cells_at_once: int = CELLS_AT_ONCE
) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of a summed error rate, resampling whole units with replacement.

    The method is the percentile bootstrap of a ratio of sums: M. Bisani, H. Ney, "Bootstrap estimates for confidence intervals in ASR
    performance evaluation", ICASSP 2004.

    Args:
        units: Errors and length of each unit that varies independently: recordings, or passages of one recording. A resample of total
            length 0 has no rate and is left out.
        seed: Seed of the random numbers; the same seed gives the same interval.
        resamples: The number of resamples.
        cells_at_once: The largest number of resampling weights in memory at once. It does not change the interval.

    Returns:
        Lower and upper end; NaN for fewer than two units, and when all lengths are 0.

    Example:
        >>> low, high = interval([(10, 100), (20, 100)] * 20)
        >>> low < 0.15 < high
        True
    """
    if len(units) < 2 or not any(length for _, length in units):
        return (np.nan, np.nan)
    errors, lengths = np.array(units, dtype=np.float64).T
    random = np.random.default_rng(seed)
    at_once = max(1, cells_at_once // len(units))
    rates: list[npt.NDArray[np.float64]] = []
    for first in range(0, resamples, at_once):
        weights = random.multinomial(len(units), np.full(len(units), 1 / len(units)), size=min(at_once, resamples - first))
        sums = weights @ lengths
        rates.append((weights @ errors)[sums > 0] / sums[sums > 0])
    tail = (1 - CONFIDENCE_LEVEL) / 2
    low, high = np.quantile(np.concatenate(rates), [tail, 1 - tail])
    return float(low), float(high)


def total(counts: Sequence[ErrorCounts]) -> ErrorCounts:
    """Return the sum of counts."""
    return sum(counts, ErrorCounts())


def group_texts(words: Sequence[str], group: _Indices, groups: int) -> list[str]:
    """Return the tokens of each group as one text."""
    lines: list[list[str]] = [[] for _ in range(groups)]
    for word, number in zip(words, group.tolist(), strict=True):
        lines[number].append(word)
    return [join_words(line) for line in lines]
