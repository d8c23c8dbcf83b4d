"""Words prepared for the screen: clean text, possible times, pieces no longer than a line where the script allows it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from scribekit.base import contract
from scribekit.base.sentences import ends_sentence
from scribekit.base.text import clean, pieces, separator, width
from scribekit.transcripts.frames import times

Names = Callable[[str | None, str | None], str | None]
"""Speaker and channel → what is written before a cue of theirs."""


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
        ends_sentence: Whether a sentence ends with it.
        name: What is written before a cue that begins with it; empty when cues have no names.
        name_width: Width of the name.
    """

    text: str
    start_ms: int
    end_ms: int
    separator: str
    width: int
    speaker: str | None
    channel: str | None
    ends_sentence: bool = False
    name: str = ""
    name_width: int = 0


def tokens_of(
    words: Sequence[contract.Word],
    widest: int,
    *,
    language: str | None = None,
    latest_ms: int = contract.LATEST_MS,
    name_of: Names | None = None,
) -> list[Token]:
    """Return the tokens of words: only words with text, times repaired, words of scripts without spaces cut where they exceed a line.

    Times are those of the tables (``frames.times``), except that no two tokens start at the same time, and none ends after the recording.

    Args:
        words: Words in reading order.
        widest: The width of a line.
        language: Language code; None when it is not known.
        latest_ms: The end of the recording.
        name_of: What is written before cues; None for nothing.
    """
    with_text = [(text, word) for word in words if (text := clean(word.text))]
    texts = ["", *(text for text, _ in with_text), ""]
    starts, ends = _possible_times([word for _, word in with_text], latest_ms)
    cuts = [pieces(text, widest) for text in texts[1:-1]]
    left = sum(map(len, cuts))
    latest_ms = max(latest_ms, left)
    names: dict[tuple[str | None, str | None], str] = {}
    tokens: list[Token] = []
    earliest = 0
    for number, ((text, word), cut, start, end) in enumerate(zip(with_text, cuts, starts, ends, strict=True)):
        owner = word.speaker, word.channel
        if owner not in names:
            names[owner] = (name_of(*owner) if name_of else None) or ""
        first = min(max(start, earliest), latest_ms - left)
        length = max(min(end, latest_ms - left + len(cut)) - first, len(cut))
        is_end = ends_sentence(text, texts[number + 2], before=texts[number], language=language)
        name = names[owner]
        for part, piece in enumerate(cut, 1):
            before = separator(tokens[-1].text, piece) if tokens and part == 1 else ""
            begin, until = (first + length * n // len(cut) for n in (part - 1, part))
            size = len(before) + width(piece)
            tokens.append(Token(piece, begin, until, before, size, *owner, is_end and part == len(cut), name, width(name)))
        left -= len(cut)
        earliest = tokens[-1].start_ms + 1
    return tokens


def _possible_times(words: Sequence[contract.Word], latest_ms: int) -> tuple[list[int], list[int]]:
    starts, ends = (np.array(values, dtype=np.int64) for values in ([word.start for word in words], [word.end for word in words]))
    given = times.given_times(words)
    if given is not None or not times.are_plausible(starts, ends, latest_ms):
        starts, ends, _ = times.repair_times(starts, ends, [word.channel for word in words], latest_ms, given)
    return starts.tolist(), ends.tolist()
