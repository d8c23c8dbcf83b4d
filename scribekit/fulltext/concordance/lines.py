"""One line per match: the words before it, the match, the words after it; and the orders in which lines can be sorted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scribekit.base.text import join_words
from scribekit.fulltext.concordance.query import Span
from scribekit.fulltext.concordance.terms import terms

_NEIGHBOURS = 3  # this many words decide the order while the ones before are the same

Integers = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True)
class Document:
    """The words of one recording, in the order of :func:`reading_order`.

    Attributes:
        words: The words as written.
        word_indexes: The ``word_index`` of each word in ``schema.WORDS``.
        start_ms: Start of each word.
        end_ms: End of each word.
        utterances: The ``utterance_index`` of each word; -1 for none.
        speakers: The speaker of each word, as a position in ``labels``; -1 for none.
        labels: The names of the speakers.
        word_of_term: The position of the word that each term comes from.
    """

    words: Sequence[str]
    word_indexes: Integers
    start_ms: Integers
    end_ms: Integers
    utterances: Integers
    speakers: Integers
    labels: Sequence[str]
    word_of_term: Integers

    def speaker(self, word: int) -> str | None:
        """Return the speaker of the word at a position."""
        speaker = int(self.speakers[word])
        return None if speaker < 0 else self.labels[speaker]


@dataclass(frozen=True, slots=True)
class Line:
    """A match in its context; ``first`` and ``last`` are the positions of its words in the document."""

    document: Document
    first: int
    last: int

    @property
    def speaker(self) -> str | None:
        """The speaker of the first word of the match."""
        return self.document.speaker(self.first)

    def row(self, context: int) -> dict[str, Any]:
        """Return the columns of ``schema.CONCORDANCE`` without ``recording_id``, with this many words on each side."""
        document, first, after = self.document, self.first, self.last + 1
        utterance = int(document.utterances[first])
        return {
            "left": join_words(document.words[max(0, first - context) : first]),
            "match": join_words(document.words[first:after]),
            "right": join_words(document.words[after : after + context]),
            "speaker": self.speaker,
            "start_ms": int(document.start_ms[first]),
            "end_ms": int(document.end_ms[first:after].max()),
            "utterance_index": None if utterance < 0 else utterance,
            "word_index": int(document.word_indexes[first]),
        }

    def neighbours(self, side: int, distance: int) -> list[tuple[str, ...]]:
        """Return the terms of the words beside the match, from ``distance`` outwards.

        Args:
            side: -1 is left, 1 is right.
            distance: The first word that counts; 1 is next to the match.

        Returns:
            The terms of each word; no terms before the start or after the end of the recording, which sorts first.
        """
        edge = self.first if side < 0 else self.last
        positions = (edge + side * (distance + step) for step in range(_NEIGHBOURS))
        return [terms(self.document.words[at]) if 0 <= at < len(self.document.words) else () for at in positions]


def lines_at(document: Document, matches: Sequence[Span]) -> list[Line]:
    """Return the lines of the matches by time, one per run of words: two matches within one hyphenated word are one line."""
    word_of = document.word_of_term
    runs = dict.fromkeys((int(word_of[start]), int(word_of[end - 1])) for start, end in matches)
    return [Line(document, first, last) for first, last in sorted(runs, key=lambda run: document.word_indexes[run[0]])]


def reading_order(utterances: Integers, recordings: Integers) -> Integers:
    """Return the order in which words are read: turn by turn, so that no sentence is interrupted by another speaker's words.

    Where channels were transcribed separately, the transcript has the words of all channels mixed, by time.

    Args:
        utterances: The utterance of each word, -1 for none: such a word follows the one before it.
        recordings: A number for the recording of each word; the words of a recording are consecutive, and stay so.

    Returns:
        The positions of the words.

    Example:
        >>> reading_order(np.array([0, 1, 0, -1, 1]), np.zeros(5, dtype=np.int64)).tolist()
        [0, 2, 3, 1, 4]
    """
    positions = np.arange(len(utterances))
    is_first = np.append(True, recordings[1:] != recordings[:-1])[: len(positions)]
    turns = utterances[np.maximum.accumulate(np.where((utterances >= 0) | is_first, positions, 0))]
    is_in_order = bool((is_first[1:] | (turns[1:] >= turns[:-1])).all())
    return positions if is_in_order else np.lexsort((turns, np.cumsum(is_first)))


def _beside(side: int, distance: int) -> Callable[[Line], Any]:
    return lambda line: line.neighbours(side, distance)


_KEYS: dict[str, Callable[[Line], Any]] = {
    "match": lambda line: [terms(word) for word in line.document.words[line.first : line.last + 1]],
    "speaker": lambda line: line.speaker or "",
    **{f"left{n}": _beside(-1, n) for n in (1, 2, 3)},
    **{f"right{n}": _beside(1, n) for n in (1, 2, 3)},
}
SORTS = ("time", *_KEYS)


def sort_key(order: str) -> Callable[[Line], Any] | None:
    """Return the key to sort lines by; None for "time", the order in which they come."""
    return _KEYS.get(order)
