"""One line per place: the words before, the match, the words after; and the orders that lines can be read in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scribekit.base.text import join_words
from scribekit.fulltext.concordance.query import Span
from scribekit.fulltext.concordance.terms import terms

_NEIGHBOURS = 3  # as many words decide the order when the first is the same

Numbers = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True)
class Document:
    """The words of one recording, in the order of :func:`reading_order`.

    Attributes:
        words: As written.
        numbers: The position of each word in ``schema.WORDS``.
        start_ms: Start of each word.
        end_ms: End of each word.
        utterances: The utterance of each word; -1 for none.
        speakers: The speaker of each word, by number in ``labels``; -1 for none.
        labels: The names of the speakers.
        word_of_term: The word that each term comes from.
    """

    words: Sequence[str]
    numbers: Numbers
    start_ms: Numbers
    end_ms: Numbers
    utterances: Numbers
    speakers: Numbers
    labels: Sequence[str]
    word_of_term: Numbers

    def speaker(self, word: int) -> str | None:
        """Who says a word."""
        number = int(self.speakers[word])
        return None if number < 0 else self.labels[number]


@dataclass(frozen=True, slots=True)
class Line:
    """One key word in its context; ``first`` and ``last`` are the places in the document of the words of the match."""

    document: Document
    first: int
    last: int

    @property
    def speaker(self) -> str | None:
        """Who says the first word of the match."""
        return self.document.speaker(self.first)

    def row(self, context: int) -> dict[str, Any]:
        """The columns of ``schema.CONCORDANCE`` but for the recording."""
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
            "word_index": int(document.numbers[first]),
        }

    def neighbours(self, side: int, distance: int) -> list[tuple[str, ...]]:
        """The terms of the words beside the match, from ``distance`` on outwards: side -1 is left, 1 right; no word comes first."""
        edge = self.first if side < 0 else self.last
        places = (edge + side * (distance + step) for step in range(_NEIGHBOURS))
        return [terms(self.document.words[place]) if 0 <= place < len(self.document.words) else () for place in places]


def cut(document: Document, places: Sequence[Span]) -> list[Line]:
    """The lines of the places in the order of time, one per run of words (two places within one hyphenated word are one line)."""
    word_of = document.word_of_term
    runs = dict.fromkeys((int(word_of[start]), int(word_of[end - 1])) for start, end in places)
    return [Line(document, first, last) for first, last in sorted(runs, key=lambda run: document.numbers[run[0]])]


def reading_order(utterances: Numbers, recordings: Numbers) -> Numbers:
    """The order in which words are read: turn by turn, as the utterances stand, so that nobody is read into another's sentence.

    Where channels were transcribed one by one, words that were said at once stand mixed in the transcript, by time.

    Args:
        utterances: The utterance of each word, -1 for none: such a word follows the one before it.
        recordings: A number for the recording of each word; the words of one stand together, and stay so.

    Returns:
        The positions of the words.

    Example:
        >>> reading_order(np.array([0, 1, 0, -1, 1]), np.zeros(5, dtype=np.int64)).tolist()
        [0, 2, 3, 1, 4]
    """
    places = np.arange(len(utterances))
    begins = np.append(True, recordings[1:] != recordings[:-1])[: len(places)]
    turns = utterances[np.maximum.accumulate(np.where((utterances >= 0) | begins, places, 0))]
    is_as_given = bool((begins[1:] | (turns[1:] >= turns[:-1])).all())
    return places if is_as_given else np.lexsort((turns, np.cumsum(begins)))


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
    """What decides the order of the lines; None for "time", in which they come."""
    return _KEYS.get(order)
