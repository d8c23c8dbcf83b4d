"""Making an edit, and finding again what it is about. Pure.

An edit names words by position, text and times, and a speaker by the label and the times at which they speak. In the transcript that the
person saw, the positions and the labels hold. In another transcript, or where an edit in between was undone, the same words (except for
case and punctuation) are looked for near their old times, in the same order. A speaker is then the one who has more than half of what is
spoken when the old one spoke, if that is more than half of what they say.
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
from scribekit.transcripts.edits.turns import EditedWord
from scribekit.transcripts.edits.typed import typed_words

NEAR_MS = 700
"""A word of another transcript can be the same word only when it starts within this time of the old one."""

NewEdit = tuple[str, dict[str, Any]]
"""The action and its detail, in JSON values."""
WordAnchor = list[list[Any]]
"""Words, each as its position, text, start and end."""


class Conflict(Exception):  # noqa: N818 -- it is a finding about one edit, and always caught
    """An edit cannot be applied. The text says why, without any words of the transcript."""


# -- making an edit ---------------------------------------------------------------------------------------------------


def rename(state: State, speaker: str, to: str) -> NewEdit:
    """Give a speaker another name."""
    return "rename", {"speaker": _speaker_anchor(state, speaker), "to": to}


def merge(state: State, speakers: Sequence[str], into: str) -> NewEdit:
    """Merge several speakers into one."""
    anchors = [_speaker_anchor(state, speaker) for speaker in speakers]
    return "merge", {"speakers": anchors, "into": _speaker_anchor(state, into)}


def split(state: State, speaker: str, first: int, to: str) -> NewEdit:
    """Give what a speaker says from a word on to another one."""
    return "split", {"speaker": _speaker_anchor(state, speaker), "words": _words_anchor(state, [first]), "to": to}


def reassign(state: State, positions: Sequence[int], to: str) -> NewEdit:
    """Give words to another speaker, who may be new."""
    said_by = list(dict.fromkeys(state.words[position].speaker for position in positions))
    return "reassign", {"words": _words_anchor(state, positions), "from": said_by, "to": _speaker_anchor(state, to)}


def move(state: State, positions: Sequence[int], beside: int) -> NewEdit:
    """Move words from the end or the beginning of a turn to the turn of the word ``beside`` them."""
    to = "next" if beside > positions[0] else "previous"
    return "move", {"words": _words_anchor(state, positions), "to": to, "beside": _words_anchor(state, [beside])}


def correct(state: State, positions: Sequence[int], text: str) -> NewEdit:
    """Replace words by other ones."""
    texts = typed_words(text, [state.words[position].text for position in positions])
    return "correct", {"words": _words_anchor(state, positions), "text": text, "texts": texts, "into": "pauses"}


def accept(state: State, positions: Sequence[int] | None) -> NewEdit:
    """Mark words as right; None means all words."""
    return "accept", {"words": None if positions is None else _words_anchor(state, positions)}


def reject(state: State, positions: Sequence[int]) -> NewEdit:
    """Take out words that nobody said."""
    return "reject", {"words": _words_anchor(state, positions)}


def note(state: State, positions: Sequence[int] | None, text: str) -> NewEdit:
    """Note something about words, or about the whole recording."""
    return "note", {"words": None if positions is None else _words_anchor(state, positions), "text": text}


def _words_anchor(state: State, positions: Iterable[int]) -> WordAnchor:
    words = [(position, state.words[position]) for position in positions]
    return [[position, word.text, word.start, word.end] for position, word in words]


def _speaker_anchor(state: State, speaker: str | None) -> dict[str, Any]:
    """Return a speaker's label and the spans of time in which they speak, in ms."""
    runs = (list(run) for name, run in groupby(state.words, attrgetter("speaker")) if name is not None and name == speaker)
    return {"speaker": speaker, "spans": [[run[0].start, max(map(attrgetter("end"), run))] for run in runs]}


# -- finding again what an edit is about ------------------------------------------------------------------------------


def find_words(state: State, anchor: WordAnchor) -> list[int]:
    """Find the positions of the words that an edit is about.

    Raises:
        Conflict: They are gone.
    """
    positions = [position for position, *_ in anchor]
    if all(0 <= position < len(state.words) and _is_at(state.words[position], text, start) for position, text, start, _ in anchor):
        return positions
    return _search_words(state, anchor)


def _is_at(word: EditedWord, text: str, start: int) -> bool:
    return word.text == text and word.start == start


def _search_words(state: State, anchor: WordAnchor) -> list[int]:
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
    """Find the speaker that an edit is about, by their current name.

    Raises:
        Conflict: Nobody speaks at those times, several do, or somebody who mostly speaks at other times.
    """
    speaker: str | None = anchor["speaker"]
    if is_same_transcript and state.has_speaker(speaker):
        return str(speaker)
    shares = _shares(state.words, anchor["spans"])
    best = max(shares, key=lambda name: shares[name], default=None)
    if best is None or 2 * shares[best] <= shares.total():
        raise Conflict("nobody has more than half of what is spoken when the speaker spoke")
    if 2 * shares[best] <= sum(word.end - word.start for word in state.words if word.speaker == best):
        raise Conflict("the one who speaks when the speaker spoke says more at other times")
    return best


def _shares(words: Sequence[EditedWord], spans: Sequence[Sequence[int]]) -> Counter[str]:
    """Count how many ms of the spans each speaker has; the spans are in order and do not overlap."""
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
