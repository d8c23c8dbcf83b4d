"""Turns that are most likely the diarizer's slips: a word or two of somebody else in the middle of what one person says. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scribekit.transcripts.edits.state import State


@dataclass(frozen=True, slots=True)
class Stray:
    """A turn that may belong to the person around it.

    Attributes:
        positions: Its words.
        speaker: Who is said to have spoken.
        to: Who speaks before and after.
        gap_ms: The pauses before and after, together.
    """

    positions: tuple[int, ...]
    speaker: str
    to: str
    gap_ms: int


def strays(state: State, *, max_words: int, max_gap_ms: int) -> Iterator[Stray]:
    """Turns of at most ``max_words`` words between two turns of one other speaker, on the same channel.

    The nearest longer turn on either side is that speaker's too: where short turns alternate, one of them says nothing about the other.

    Args:
        state: The transcript.
        max_words: Longer turns are meant.
        max_gap_ms: Neither pause around the turn is longer than this: a word after a silence is an answer, not a slip.
    """
    turns = [positions for positions in state.turns() if state.words[positions[0]].speaker is not None]
    around = list(zip(_last_longer(state, turns, max_words), reversed(_last_longer(state, turns[::-1], max_words)), strict=True))
    for before, turn, after, longer in zip(turns, turns[1:], turns[2:], around[1:], strict=False):
        words = [state.words[place] for place in turn]
        left, right = state.words[before[-1]], state.words[after[0]]
        gaps = (words[0].start - left.end, right.start - words[-1].end)
        is_between = left.speaker == right.speaker != words[0].speaker and left.channel == right.channel == words[0].channel
        if not is_between or longer != (left.speaker, left.speaker):
            continue
        if len(turn) <= max_words and max(gaps) <= max_gap_ms and left.speaker and words[0].speaker:
            yield Stray(tuple(turn), words[0].speaker, left.speaker, max(0, gaps[0]) + max(0, gaps[1]))


def _last_longer(state: State, turns: Sequence[Sequence[int]], max_words: int) -> list[str | None]:
    """Before each turn, whose the last one was that is longer; None where there was none."""
    found: list[str | None] = []
    speaker = None
    for turn in turns:
        found.append(speaker)
        if len(turn) > max_words:
            speaker = state.words[turn[0]].speaker
    return found
