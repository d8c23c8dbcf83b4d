"""What the review of a recording shows: every turn with its words, and how doubtful it is. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from scribekit.base.text import ends_sentence, join_words
from scribekit.quality.turn_uncertainty import Turns, turn_uncertainty
from scribekit.transcripts.edits import EditedWord, State
from scribekit.transcripts.edits.turns import NONE, flags, numbers

EDITED, RETIMED, SETTLED = 1, 2, 4
"""Flags of a word: a person changed it; its times come from an alignment; a person found it right, or typed it."""

_PAUSE_MS = 1000
_LONGEST = 60  # words, where nobody tells turns apart


@dataclass(frozen=True)
class Talk:
    """A transcript as the page shows it.

    Attributes:
        words: All words, in the transcript's order.
        turns: The positions of each turn's words, in order of time.
        utterances: The utterance that each turn is; None for one that was made for the page.
        columns: What is known of each word, in the transcript's order.
        spans: The start and the end of each turn, in ms.
        doubt: How doubtful each turn is, 0 to 1.
        reasons: Why.
        speakers: Everyone who speaks, in order of appearance.
    """

    words: Sequence[EditedWord]
    turns: Sequence[Sequence[int]]
    utterances: Sequence[int | None]
    columns: Columns
    spans: Sequence[tuple[int, int]]
    doubt: Sequence[float]
    reasons: Sequence[Sequence[str]]
    speakers: Sequence[str]

    @property
    def end_ms(self) -> int:
        """When the last word is over."""
        return int(self.columns.ends.max(initial=0))

    def speaker_of(self, turn: int) -> str | None:
        """Who speaks in a turn."""
        return self.words[self.turns[turn][0]].speaker

    def text_of(self, turn: int) -> str:
        """What is said in a turn."""
        return join_words([self.words[position].text for position in self.turns[turn]])

    def span_of(self, turn: int) -> tuple[int, int]:
        """Start and end of a turn in ms."""
        return self.spans[turn]


@dataclass(frozen=True)
class Columns:
    """What is known of each word, as arrays: the arithmetic of a long recording is done at once.

    Attributes:
        starts: In ms.
        ends: In ms.
        confidence: The service's; NaN where there is none.
        settled: Whether a person has typed or judged the word.
        flags: :data:`EDITED`, :data:`RETIMED` and :data:`SETTLED`.
    """

    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    confidence: npt.NDArray[np.float64]
    settled: npt.NDArray[np.bool_]
    flags: npt.NDArray[np.uint8]

    @classmethod
    def of(cls, state: State) -> Columns:
        """Those of a transcript as it stands."""
        settled = np.zeros(len(state.words), dtype=np.bool_)
        settled[state.settled()] = True
        edited, retimed = flags(state.words, "is_edited"), flags(state.words, "is_retimed")
        confidence = np.array(list(map(attrgetter("confidence"), state.words)), dtype=np.float64)
        marks = (EDITED * edited + RETIMED * retimed + SETTLED * settled).astype(np.uint8)
        return cls(numbers(state.words, "start"), numbers(state.words, "end"), confidence, settled, marks)


def talk_of(state: State, turns: Sequence[Sequence[int]]) -> Talk:
    """A transcript with its turns; words that no utterance holds are gathered between pauses.

    Args:
        state: The words as they stand.
        turns: The positions of the words of each utterance; empty where the service told no speakers apart.
    """
    words = state.words
    shown: list[tuple[Sequence[int], int | None]] = [(positions, number) for number, positions in enumerate(turns) if positions]
    is_stray = np.ones(len(words), dtype=np.bool_)
    is_stray[_flat(turns)] = False
    shown += [(run, None) for run in _runs(words, np.flatnonzero(is_stray).tolist())]
    shown.sort(key=lambda turn: words[turn[0][0]].start)
    columns, speakers, ordered = Columns.of(state), state.speakers(), [positions for positions, _ in shown]
    figures = _figures(words, columns, ordered, speakers)
    spans = list(zip(figures.starts.tolist(), figures.ends.tolist(), strict=True))
    doubt, reasons = turn_uncertainty(figures)
    return Talk(words, ordered, [number for _, number in shown], columns, spans, doubt.tolist(), reasons, speakers)


def _flat(turns: Sequence[Sequence[int]]) -> npt.NDArray[np.intp]:
    return np.array(list(itertools.chain.from_iterable(turns)), dtype=np.intp)


def _runs(words: Sequence[EditedWord], positions: Sequence[int]) -> Iterator[list[int]]:
    run: list[int] = []
    for position in positions:
        if run and _is_break(words[run[-1]], words[position], len(run)):
            yield run
            run = []
        run.append(position)
    if run:
        yield run


def _is_break(last: EditedWord, word: EditedWord, length: int) -> bool:
    is_sentence = length >= _LONGEST // 2 and ends_sentence(last.text)
    return word.start - last.end > _PAUSE_MS or word.speaker != last.speaker or is_sentence or length >= _LONGEST


def _figures(words: Sequence[EditedWord], columns: Columns, turns: Sequence[Sequence[int]], speakers: Sequence[str]) -> Turns:
    who = {name: number for number, name in enumerate(speakers)}
    sizes = np.array([len(positions) for positions in turns], dtype=np.int64)
    edges, order = np.cumsum(sizes) - sizes, _flat(turns)
    open_ = (~columns.settled & ~np.isnan(columns.confidence))[order]
    sums = _reduced(np.add, np.where(open_, columns.confidence[order], 0.0), edges)
    with np.errstate(invalid="ignore"):
        mean = sums / _reduced(np.add, open_.astype(np.float64), edges)
    return Turns(
        starts=_reduced(np.minimum, columns.starts[order], edges),
        ends=_reduced(np.maximum, columns.ends[order], edges),
        speakers=np.array([who.get(words[positions[0]].speaker or "", NONE) for positions in turns], dtype=np.int64),
        n_words=sizes,
        confidence=mean,
        is_settled=_reduced(np.logical_and, columns.settled[order], edges),
    )


def _reduced(how: np.ufunc, values: npt.NDArray[Any], edges: npt.NDArray[np.int64]) -> Any:
    """One value for each turn."""
    return how.reduceat(values, edges) if len(edges) else values[:0]
