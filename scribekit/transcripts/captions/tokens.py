"""Words made fit for the screen: clean text, possible times, pieces no longer than a line where the script allows it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from scribekit.base import contract
from scribekit.base.text import clean, pieces, separator, width


@dataclass(frozen=True, slots=True)
class Token:
    """A word, or a piece of one, on its way into a cue.

    Attributes:
        text: Its text, not blank, on one line.
        start_ms: Later than the start of the token before it.
        end_ms: Later than its own start.
        separator: What is written between the token before it and this one: a space, or nothing in scripts without spaces.
        width: Width of separator and text.
        speaker: The speaker's label.
        channel: The channel.
    """

    text: str
    start_ms: int
    end_ms: int
    separator: str
    width: int
    speaker: str | None
    channel: str | None


def tokens_of(words: Sequence[contract.Word], widest: int) -> list[Token]:
    """The tokens of words: blank words left out, times repaired, words of scripts without spaces cut where they pass a line.

    Args:
        words: Words in reading order.
        widest: The width of a line.
    """
    spoken = [(text, word) for word in words if (text := clean(word.text))]
    starts = _rising([word.start for _, word in spoken])
    tokens: list[Token] = []
    earliest = 0
    for (text, word), start in zip(spoken, starts, strict=True):
        cut = pieces(text, widest)
        first = max(start, earliest)
        length = max(word.end - word.start, len(cut))
        for number, piece in enumerate(cut):
            before = separator(tokens[-1].text, piece) if tokens and number == 0 else ""
            begin, end = (first + length * n // len(cut) for n in (number, number + 1))
            tokens.append(Token(piece, begin, end, before, len(before) + width(piece), word.speaker, word.channel))
        earliest = tokens[-1].start_ms + 1
    return tokens


def _rising(starts: Sequence[int]) -> list[int]:
    """Start times that never fall: the longest run of times in order is kept, and the strays are spread between their neighbours."""
    kept = _longest_rising(starts)
    if len(kept) == len(starts):
        return list(starts)
    repaired = list(starts)
    for left, right in zip([-1, *kept], [*kept, len(starts)], strict=True):
        low = starts[left] if left >= 0 else 0
        high = starts[right] if right < len(starts) else low
        for position in range(left + 1, right):
            repaired[position] = low + (high - low) * (position - left) // (right - left)
    return repaired


def _longest_rising(values: Sequence[int]) -> list[int]:
    """Positions of a longest run of values, in order, that never falls (patience sorting)."""
    tails: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for position, value in enumerate(values):
        pile = bisect_right(tails, value)
        before.append(last[pile - 1] if pile else -1)
        tails[pile : pile + 1] = [value]
        last[pile : pile + 1] = [position]
    chain: list[int] = []
    position = last[-1] if last else -1
    while position >= 0:
        chain.append(position)
        position = before[position]
    return chain[::-1]
