"""How an edit says what it is about, so that it is found again. Pure.

Words are named by position, text and times; a speaker by the label and the times at which they speak. In the transcript that was looked at,
the positions and the labels hold. In another one, or where they are gone because an edit in between was taken back, the same words (but for
case and punctuation) are looked for near their old times, in the same order; a speaker is whoever has more than half of what is spoken when
the old one spoke, if that is more than half of what they say.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from scribekit.transcripts.edits.alignment import plain
from scribekit.transcripts.edits.state import State
from scribekit.transcripts.edits.word import EditedWord

NEAR_MS = 700
"""A word of a new transcript is the same as before when it starts within this time of the old one."""

WordAnchor = list[list[Any]]


class Conflict(Exception):  # noqa: N818 -- it is a finding about one edit, and always caught
    """An edit cannot be applied any more; the text says why, without any words of the transcript."""


def words_anchor(state: State, positions: Iterable[int]) -> WordAnchor:
    """Words by position, text, start and end: JSON values."""
    words = [(position, state.words[position]) for position in positions]
    return [[position, word.text, word.start, word.end] for position, word in words]


def speaker_anchor(state: State, speaker: str | None) -> dict[str, Any]:
    """A speaker by label and by the stretches of time in which they speak, in ms."""
    runs = (list(run) for name, run in groupby(state.words, attrgetter("speaker")) if name is not None and name == speaker)
    return {"speaker": speaker, "spans": [[run[0].start, max(map(attrgetter("end"), run))] for run in runs]}


def find_words(state: State, anchor: WordAnchor) -> list[int]:
    """The positions of the words that an edit is about.

    Raises:
        Conflict: They are not there any more.
    """
    positions = [position for position, *_ in anchor]
    if all(0 <= position < len(state.words) and _is_at(state.words[position], text, start) for position, text, start, _ in anchor):
        return positions
    return _sought(state, anchor)


def _is_at(word: EditedWord, text: str, start: int) -> bool:
    return word.text == text and word.start == start


def _sought(state: State, anchor: WordAnchor) -> list[int]:
    order = sorted(range(len(state.words)), key=lambda position: state.words[position].start)
    starts = [state.words[position].start for position in order]
    found: list[int] = []
    for _, text, start, _ in anchor:
        near = order[bisect_left(starts, start - NEAR_MS) : bisect_left(starts, start + NEAR_MS + 1)]
        alike = [place for place in near if plain(state.words[place].text) == plain(text) and (not found or place > found[-1])]
        if not alike:
            raise Conflict("the words are not there, or not at that time")
        found.append(min(alike, key=lambda place: abs(state.words[place].start - start)))
    return found


def find_speaker(state: State, anchor: Mapping[str, Any], *, is_same_transcript: bool) -> str:
    """The speaker that an edit is about, as they are called now.

    Raises:
        Conflict: Nobody speaks at those times, several do, or somebody who most often speaks at other times.
    """
    speaker: str | None = anchor["speaker"]
    if is_same_transcript and state.has_speaker(speaker):
        return str(speaker)
    shares = _shares(state.words, anchor["spans"])
    best = max(shares, key=lambda name: shares[name], default=None)
    if best is None or 2 * shares[best] <= shares.total():
        raise Conflict("nobody has more than half of what is spoken when the speaker spoke")
    if 2 * shares[best] <= sum(word.end - word.start for word in state.words if word.speaker == best):
        raise Conflict("whoever speaks when the speaker spoke says more at other times")
    return best


def _shares(words: Sequence[EditedWord], spans: Sequence[Sequence[int]]) -> Counter[str]:
    """How many ms of the spans each speaker has; the spans are in order and do not overlap."""
    shares: Counter[str] = Counter()
    ends = [end for _, end in spans]
    for word in words:
        if word.speaker is None:
            continue
        place = bisect_left(ends, word.start)
        while place < len(spans) and spans[place][0] < word.end:
            shares[word.speaker] += max(0, min(word.end, spans[place][1]) - max(word.start, spans[place][0]))
            place += 1
    return shares
