"""The detail of a new edit: what it is about, so anchored that it is found again, and what it becomes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scribekit.transcripts.edits.anchors import speaker_anchor, words_anchor
from scribekit.transcripts.edits.state import State

NewEdit = tuple[str, dict[str, Any]]
"""The action and its detail, in JSON values."""


def rename(state: State, speaker: str, to: str) -> NewEdit:
    """Another name for a speaker."""
    return "rename", {"speaker": speaker_anchor(state, speaker), "to": to}


def merge(state: State, speakers: Sequence[str], into: str) -> NewEdit:
    """Several speakers are one."""
    anchors = [speaker_anchor(state, speaker) for speaker in speakers]
    return "merge", {"speakers": anchors, "into": speaker_anchor(state, into)}


def split(state: State, speaker: str, first: int, to: str) -> NewEdit:
    """From a word on, what one speaker says is another's."""
    return "split", {"speaker": speaker_anchor(state, speaker), "words": words_anchor(state, [first]), "to": to}


def reassign(state: State, positions: Sequence[int], to: str) -> NewEdit:
    """Words to another speaker, who may be new."""
    said_by = list(dict.fromkeys(state.words[position].speaker for position in positions))
    return "reassign", {"words": words_anchor(state, positions), "from": said_by, "to": speaker_anchor(state, to)}


def move(state: State, positions: Sequence[int], beside: int) -> NewEdit:
    """Words from the end or the beginning of a turn to the turn of the word ``beside`` them."""
    to = "next" if beside > positions[0] else "previous"
    return "move", {"words": words_anchor(state, positions), "to": to, "beside": words_anchor(state, [beside])}


def correct(state: State, positions: Sequence[int], text: str) -> NewEdit:
    """Other words in the place of these."""
    return "correct", {"words": words_anchor(state, positions), "text": text, "into": "pauses"}


def accept(state: State, positions: Sequence[int] | None) -> NewEdit:
    """Words that are right as they are; None stands for all."""
    return "accept", {"words": None if positions is None else words_anchor(state, positions)}


def reject(state: State, positions: Sequence[int]) -> NewEdit:
    """Words that nobody said."""
    return "reject", {"words": words_anchor(state, positions)}


def note(state: State, positions: Sequence[int] | None, text: str) -> NewEdit:
    """A remark on words, or on the whole recording."""
    return "note", {"words": None if positions is None else words_anchor(state, positions), "text": text}
