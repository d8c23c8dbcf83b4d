"""The words of a transcript under review, which of them form a turn, and the order of the turns. Pure."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Sequence
from operator import attrgetter, eq
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

Turn = int | None
Numbers = npt.NDArray[np.int64]
NONE = -1


class EditedWord(msgspec.Struct, gc=False):
    """One word with all edits applied.

    Attributes:
        text: As written.
        start: In ms.
        end: In ms.
        speaker: Who said it, by label or name.
        channel: The channel.
        turn: The number of its turn; words of one turn share it.
        confidence: The service's; None for a word that a person typed.
        origin: Its position in the payload; None for a word that a person typed.
        label: The speaker label that the service gave.
        is_edited: Whether a person changed its text or speaker; the renaming of a speaker does not count.
        is_retimed: Whether its times were made by alignment.
    """

    text: str
    start: int
    end: int
    speaker: str | None = None
    channel: str | None = None
    turn: Turn = None
    confidence: float | None = None
    origin: int | None = None
    label: str | None = None
    is_edited: bool = False
    is_retimed: bool = False

    def like(self, **changes: Any) -> EditedWord:
        """Return a copy with other values. Words are never changed in place: states share them."""
        word = copy.copy(self)
        for name, value in changes.items():
            setattr(word, name, value)
        return word

    def altered(self, **changes: Any) -> EditedWord:
        """Return a copy with other values, marked as edited."""
        return self.like(is_edited=True, **changes)


class OrderedTurn(NamedTuple):
    """One turn.

    Attributes:
        start: In ms.
        positions: The positions of its words, in their order; an utterance of a payload may list none.
        given: Its number in the payload, when no edit has changed it.
    """

    start: int
    positions: list[int]
    given: int | None


def numbers(words: Sequence[EditedWord], name: str) -> Numbers:
    """Return one attribute of all words; -1 for None."""
    return _numbers(list(map(attrgetter(name), words)))


def flags(words: Sequence[EditedWord], name: str) -> npt.NDArray[np.bool_]:
    """Return one attribute of all words that is true or false."""
    return np.array(list(map(attrgetter(name), words)), dtype=np.bool_)


def by_turn(words: Sequence[EditedWord]) -> list[list[int]]:
    """Return the positions of the words of each turn, in order of appearance; words without a turn are in none."""
    return sorted(_members(*_grouped(numbers(words, "turn"))))


def in_turn(words: Sequence[EditedWord], turn: int) -> list[int]:
    """Return the positions of the words of one turn."""
    return list(itertools.compress(itertools.count(), map(eq, map(attrgetter("turn"), words), itertools.repeat(turn))))


def ordered(words: Sequence[EditedWord], given_turns: Sequence[Turn], given_starts: Sequence[int]) -> list[OrderedTurn]:
    """Return all turns in order of their starts; at equal starts, utterances without a word first, then in order of appearance.

    Args:
        words: The words.
        given_turns: The utterance of each word of the payload.
        given_starts: The start of each utterance of the payload, in ms.
    """
    given = _numbers(given_turns)
    sizes = np.bincount(given[given != NONE], minlength=len(given_starts))
    turns = [OrderedTurn(given_starts[number], [], number) for number in np.flatnonzero(sizes == 0).tolist()]
    turn_of = numbers(words, "turn")
    order, edges = _grouped(turn_of)
    if not len(order):
        return sorted(turns, key=attrgetter("start"))
    held_by = turn_of[order[edges]]
    is_known = np.append(sizes, 0)[np.minimum(held_by, len(sizes))] == np.diff(edges, append=len(order))
    is_untouched = is_known & _are_as_given(words, given, turn_of, order, edges)
    starts = np.minimum.reduceat(numbers(words, "start")[order], edges)
    rows = zip(_members(order, edges), held_by.tolist(), is_untouched.tolist(), starts.tolist(), strict=True)
    with_words = [
        OrderedTurn(given_starts[turn], positions, turn) if untouched else OrderedTurn(start, positions, None)
        for positions, turn, untouched, start in rows
    ]
    turns += sorted(with_words, key=attrgetter("positions"))
    return sorted(turns, key=attrgetter("start"))


def _are_as_given(words: Sequence[EditedWord], given: Numbers, turn_of: Numbers, order: Numbers, edges: Numbers) -> Any:
    """Return for each turn whether it holds words of the utterance of its number only, in their order and as they were received."""
    origins = numbers(words, "origin")
    was_in = np.append(given, NONE)[np.minimum(origins, len(given))]  # -1 finds the last one: of a typed word
    is_own = (was_in == turn_of) & ~flags(words, "is_edited") & ~flags(words, "is_retimed")
    follows = np.diff(origins[order], prepend=NONE) > 0
    follows[edges] = True
    return np.logical_and.reduceat(is_own[order] & follows, edges)


def _numbers(values: Sequence[int | None]) -> Numbers:
    return np.array([NONE if value is None else value for value in values] if None in values else values, dtype=np.int64)


def _grouped(turn_of: Numbers) -> tuple[Numbers, Numbers]:
    """Return the positions of words that have a turn, turn by turn, and where in them each turn begins."""
    order: Numbers = np.argsort(turn_of, kind="stable")[np.count_nonzero(turn_of == NONE) :]
    held_by = turn_of[order]
    return order, np.flatnonzero(np.diff(held_by, prepend=NONE))


def _members(order: Numbers, edges: Numbers) -> list[list[int]]:
    positions, bounds = order.tolist(), [*edges.tolist(), len(order)]
    return [positions[first:end] for first, end in itertools.pairwise(bounds)]
