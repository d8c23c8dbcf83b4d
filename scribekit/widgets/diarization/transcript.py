"""What the diarization review shows: every turn with its words, and how uncertain it is. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from scribekit.base.sentences import ends_sentence
from scribekit.base.text import join_words
from scribekit.quality.turn_uncertainty import Turns, turn_uncertainty
from scribekit.transcripts.edits import EditedWord, State
from scribekit.transcripts.edits.strays import ends_a_sentence
from scribekit.transcripts.edits.turns import NONE, flags, numbers

EDITED, RETIMED, SETTLED = 1, 2, 4
"""Flags of a word: a person has changed it; its times come from an alignment; a person has accepted or typed it."""

_PAUSE_MS = 1000
_LONGEST_RUN = 60  # words of a turn made for the page


@dataclass(frozen=True)
class Transcript:
    """A transcript as the page shows it.

    Attributes:
        words: All words, in the transcript's order.
        turns: The positions of each turn's words; turns are in order of time.
        utterances: The utterance of each turn; None for a turn made for the page.
        columns: The words as columns.
        spans: The start and the end of each turn in ms.
        uncertainty: The uncertainty of each turn, 0 to 1.
        reasons: The reasons for it.
        speakers: All speakers, in order of appearance.
    """

    words: Sequence[EditedWord]
    turns: Sequence[Sequence[int]]
    utterances: Sequence[int | None]
    columns: WordColumns
    spans: Sequence[tuple[int, int]]
    uncertainty: Sequence[float]
    reasons: Sequence[Sequence[str]]
    speakers: Sequence[str]

    @property
    def end_ms(self) -> int:
        """The end of the last word."""
        return int(self.columns.ends.max(initial=0))

    def speaker_of(self, turn: int) -> str | None:
        """Return the speaker of a turn."""
        return self.words[self.turns[turn][0]].speaker

    def text_of(self, turn: int) -> str:
        """Return the text of a turn."""
        return join_words([self.words[position].text for position in self.turns[turn]])


@dataclass(frozen=True)
class WordColumns:
    """The words of a transcript as arrays, so that a long recording is computed at once.

    Attributes:
        starts: In ms.
        ends: In ms.
        confidence: The service's; NaN where it gave none.
        settled: Whether a person has judged or typed the word.
        flags: :data:`EDITED`, :data:`RETIMED` and :data:`SETTLED`.
    """

    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    confidence: npt.NDArray[np.float64]
    settled: npt.NDArray[np.bool_]
    flags: npt.NDArray[np.uint8]

    @classmethod
    def of(cls, state: State) -> WordColumns:
        """Return the columns of a transcript."""
        settled = np.zeros(len(state.words), dtype=np.bool_)
        settled[state.settled()] = True
        edited, retimed = flags(state.words, "is_edited"), flags(state.words, "is_retimed")
        confidence = np.array(list(map(attrgetter("confidence"), state.words)), dtype=np.float64)
        all_flags = (EDITED * edited + RETIMED * retimed + SETTLED * settled).astype(np.uint8)
        return cls(numbers(state.words, "start"), numbers(state.words, "end"), confidence, settled, all_flags)


def transcript_of(state: State, utterances: Sequence[Sequence[int]]) -> Transcript:
    """Return a transcript with its turns; words outside all utterances form turns between pauses.

    Args:
        state: The transcript with its edits.
        utterances: The positions of the words of each utterance; empty where the service did not separate speakers.
    """
    words = state.words
    found: list[tuple[Sequence[int], int | None]] = [(positions, number) for number, positions in enumerate(utterances) if positions]
    is_outside = np.ones(len(words), dtype=np.bool_)
    is_outside[_flat(utterances)] = False
    found += [(run, None) for run in _runs(words, np.flatnonzero(is_outside).tolist())]
    found.sort(key=lambda turn: words[turn[0][0]].start)
    columns, speakers, ordered = WordColumns.of(state), state.speakers(), [positions for positions, _ in found]
    turns = _as_arrays(words, columns, ordered, speakers)
    spans = list(zip(turns.starts.tolist(), turns.ends.tolist(), strict=True))
    uncertainty, reasons = turn_uncertainty(turns)
    return Transcript(words, ordered, [number for _, number in found], columns, spans, uncertainty.tolist(), reasons, speakers)


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
    is_sentence = length >= _LONGEST_RUN // 2 and ends_sentence(last.text, word.text)
    return word.start - last.end > _PAUSE_MS or word.speaker != last.speaker or is_sentence or length >= _LONGEST_RUN


def _as_arrays(words: Sequence[EditedWord], columns: WordColumns, turns: Sequence[Sequence[int]], speakers: Sequence[str]) -> Turns:
    number_of = {name: number for number, name in enumerate(speakers)}
    sizes = np.array([len(positions) for positions in turns], dtype=np.int64)
    edges, order = np.cumsum(sizes) - sizes, _flat(turns)
    is_rated = (~columns.settled & ~np.isnan(columns.confidence))[order]
    sums = _reduced(np.add, np.where(is_rated, columns.confidence[order], 0.0), edges)
    with np.errstate(invalid="ignore"):
        mean = sums / _reduced(np.add, is_rated.astype(np.float64), edges)
    return Turns(
        starts=_reduced(np.minimum, columns.starts[order], edges),
        ends=_reduced(np.maximum, columns.ends[order], edges),
        speakers=np.array([number_of.get(words[positions[0]].speaker or "", NONE) for positions in turns], dtype=np.int64),
        n_words=sizes,
        confidence=mean,
        is_settled=_reduced(np.logical_and, columns.settled[order], edges),
        end_sentences=np.array([ends_a_sentence([words[place].text for place in positions]) for positions in turns], dtype=np.bool_),
    )


def _reduced(how: np.ufunc, values: npt.NDArray[Any], edges: npt.NDArray[np.int64]) -> Any:
    """Reduce the values of each turn to one."""
    return how.reduceat(values, edges) if len(edges) else values[:0]
