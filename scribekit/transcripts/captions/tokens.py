"""Words prepared for the screen: clean text, possible times, pieces no longer than a line where the script allows it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scribekit.base import contract
from scribekit.base.text import clean, pieces, separator, width
from scribekit.transcripts.frames.times import longest_rising


@dataclass(frozen=True, slots=True)
class Token:
    """A word, or a piece of one, of a cue.

    Attributes:
        text: Its text on one line, not empty.
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
    """Return the tokens of words: only words with text, times repaired, words of scripts without spaces cut where they exceed a line.

    Args:
        words: Words in reading order.
        widest: The width of a line.
    """
    with_text = [(text, word) for word in words if (text := clean(word.text))]
    starts = _rising([word.start for _, word in with_text])
    tokens: list[Token] = []
    earliest = 0
    for (text, word), start in zip(with_text, starts, strict=True):
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
    """Return start times that never fall: the longest run of times in order is kept, and the others are spread between their neighbours."""
    kept = longest_rising(starts)
    if len(kept) == len(starts):
        return list(starts)
    repaired = list(starts)
    for left, right in zip([-1, *kept], [*kept, len(starts)], strict=True):
        low = starts[left] if left >= 0 else 0
        high = starts[right] if right < len(starts) else low
        for position in range(left + 1, right):
            repaired[position] = low + (high - low) * (position - left) // (right - left)
    return repaired
