"""What each kind of edit does to a transcript under review, and which edits cannot be applied. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from scribekit.transcripts.edits.alignment import cut_before, plain, plain_before, reworded
from scribekit.transcripts.edits.create import Conflict, WordAnchor, find_speaker, find_words
from scribekit.transcripts.edits.model import Edit
from scribekit.transcripts.edits.state import State, join_turns
from scribekit.transcripts.edits.turns import EditedWord, in_turn

Detail = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of an edit: ``applied``, or ``conflict`` with the reason."""

    edit: Edit
    status: str
    reason: str | None = None


APPLIED, CONFLICT = "applied", "conflict"


def replay(state: State, edits: Iterable[Edit], transcript_id: str) -> list[Outcome]:
    """Apply edits to a transcript, oldest first; an edit that cannot be applied changes nothing and is reported.

    Args:
        state: The transcript; it is changed.
        edits: The active edits (:class:`~scribekit.transcripts.edits.model.History`).
        transcript_id: The transcript's id.
    """
    return [_outcome(state, edit, transcript_id) for edit in edits]


def _outcome(state: State, edit: Edit, transcript_id: str) -> Outcome:
    try:
        perform(state, edit.action, edit.detail, is_same_transcript=edit.transcript_id == transcript_id)
    except Conflict as conflict:
        return Outcome(edit, CONFLICT, str(conflict))
    return Outcome(edit, APPLIED)


def perform(state: State, action: str, detail: Detail, *, is_same_transcript: bool = True) -> None:
    """Apply one edit to a transcript.

    Raises:
        Conflict: The edit cannot be applied; nothing was changed.
    """
    if action not in ACTIONS:
        raise Conflict("this version of scribekit does not know the action")
    ACTIONS[action](state, detail, is_same_transcript)


def _rename(state: State, detail: Detail, is_same: bool) -> None:
    old = find_speaker(state, detail["speaker"], is_same_transcript=is_same)
    if detail["to"] != old and state.has_speaker(detail["to"]):
        raise Conflict("somebody else has that name already; merge the two if they are one")
    _rename_speakers(state, {old}, detail["to"])


def _merge(state: State, detail: Detail, is_same: bool) -> None:
    into = find_speaker(state, detail["into"], is_same_transcript=is_same)
    merged = {find_speaker(state, anchor, is_same_transcript=is_same) for anchor in detail["speakers"]} - {into}
    if not merged:
        raise Conflict("they are one speaker already")
    for position, word in enumerate(state.words):
        if word.speaker in merged:
            state.words[position] = word.altered(speaker=into)
    _note_names(state, merged, into)


def _rename_speakers(state: State, names: set[str], name: str) -> None:
    for position, word in enumerate(state.words):
        if word.speaker in names:
            state.words[position] = word.like(speaker=name)
    _note_names(state, names, name)


def _note_names(state: State, names: set[str], name: str) -> None:
    """Note the new name of the service's labels, for the values of the payload beside the words."""
    labels = {label for label, shown in state.renamed.items() if shown in names}
    labels |= {word.label for word in state.words if word.label in names and word.label not in state.renamed and word.label is not None}
    state.renamed.update(dict.fromkeys(labels, name))


def _split(state: State, detail: Detail, is_same: bool) -> None:
    speaker = find_speaker(state, detail["speaker"], is_same_transcript=is_same)
    _refuse_known(state, detail["to"])
    first = find_words(state, detail["words"])[0]
    positions = [place for place in range(first, len(state.words)) if state.words[place].speaker == speaker]
    _give(state, positions, detail["to"], is_joined=False)


def _reassign(state: State, detail: Detail, is_same: bool) -> None:
    positions = _found_run(state, detail["words"])
    to = detail["to"]
    if not to["spans"] and not is_same:  # the speaker was new: here somebody else has the name
        _refuse_known(state, to["speaker"])
    speaker = find_speaker(state, to, is_same_transcript=is_same) if to["spans"] else to["speaker"]
    _give(state, positions, speaker, is_joined=True)


def _found_run(state: State, anchor: WordAnchor) -> list[int]:
    """Find words that are given to another speaker.

    Raises:
        Conflict: Their turn now has other words between two that were side by side.
    """
    positions = find_words(state, anchor)
    _check_side_by_side(state, anchor, positions)
    return positions


def _check_side_by_side(state: State, anchor: WordAnchor, positions: Sequence[int]) -> None:
    """Refuse words that were side by side, in order, and have others of their turns between them now."""
    for (before, after), (old_before, old_after) in zip(pairwise(positions), pairwise(position for position, *_ in anchor), strict=True):
        turns = {state.words[before].turn, state.words[after].turn}
        if old_after == old_before + 1 and any(state.words[place].turn in turns for place in range(before + 1, after)):
            raise Conflict("there are other words between them now")


def _refuse_known(state: State, name: str) -> None:
    if state.has_speaker(name):
        raise Conflict("somebody has that name already; reassign the words to them instead")


def _give(state: State, positions: Sequence[int], speaker: str, *, is_joined: bool) -> None:
    """Give words to a speaker; a turn is split where they are taken out of its middle."""
    state.has_turns = True
    _split_turns(state, set(positions))
    for position in positions:
        state.words[position] = state.words[position].altered(speaker=speaker)
    if is_joined:
        join_turns(state.words, positions)


def _split_turns(state: State, taken: set[int]) -> None:
    """Make a turn of each run of taken and of other words; the first run of a turn keeps its number."""
    touched = sorted(in_turn(state.words, turn) for turn in {state.words[place].turn for place in taken} if turn is not None)
    runs = [run for members in touched for run in _runs(members, taken)[1:]]
    runs += [[position] for position in sorted(taken) if state.words[position].turn is None]
    for number, run in enumerate(runs, start=state.new_turn() if runs else 0):
        for position in run:
            state.words[position] = state.words[position].like(turn=number)


def _runs(members: Sequence[int], taken: set[int]) -> list[list[int]]:
    return [list(run) for _, run in itertools.groupby(members, key=taken.__contains__)]


def _move(state: State, detail: Detail, is_same: bool) -> None:  # noqa: ARG001 -- the words are enough to find the place
    positions = _found_run(state, detail["words"])
    channel = state.words[positions[0]].channel
    beside = state.words[_beside(state, positions, detail)]
    if beside.turn is None:
        raise Conflict("there is no turn on that side")
    if beside.channel != channel:
        raise Conflict("the turn is on another channel")
    if beside.turn == state.words[positions[0]].turn:
        raise Conflict("the words are in one turn already")
    for position in positions:
        state.words[position] = state.words[position].altered(speaker=beside.speaker, turn=beside.turn)


def _beside(state: State, positions: Sequence[int], detail: Detail) -> int:
    """Return the position of the word whose turn receives the words."""
    is_next = detail["to"] == "next"
    if "beside" not in detail:
        return _nearest(state, positions, to_next=is_next)
    (place,) = find_words(state, detail["beside"])
    edge = -1 if is_next else 0
    pairs = sorted([(detail["words"][edge], positions[edge]), (detail["beside"][0], place)])
    _check_side_by_side(state, [word for word, _ in pairs], [position for _, position in pairs])
    return place


def _nearest(state: State, positions: Sequence[int], *, to_next: bool) -> int:
    """Return the position of the next word of the channel. Earlier versions only wrote down on which side the receiving turn is."""
    channel = state.words[positions[0]].channel
    side = range(positions[-1] + 1, len(state.words)) if to_next else range(positions[0] - 1, -1, -1)
    place = next((place for place in side if state.words[place].channel == channel), None)
    if place is None:
        raise Conflict("there is no turn on that side")
    return place


def _correct(state: State, detail: Detail, is_same: bool) -> None:
    texts = detail["texts"] if "texts" in detail else cut_before(detail["text"], has_spaces=state.has_spaces)
    if not is_same and _adds_words(detail["words"], texts) and _is_so_already(state, detail["words"], texts):
        return  # the old words are found only as part of the new ones
    try:
        positions = _contiguous(state, find_words(state, detail["words"]))
    except Conflict:
        if is_same or not texts or not _is_so_already(state, detail["words"], texts):
            raise
        return
    old = [state.words[position] for position in positions]
    compared = plain if "into" in detail else plain_before
    new = reworded(old, texts, *_room(state, positions, detail), compared=compared) if texts else []
    _judge(state, old, {word.origin for word in new if word.origin is not None})
    state.words[positions[0] : positions[-1] + 1] = new


def _adds_words(anchor: WordAnchor, texts: Sequence[str]) -> bool:
    """Whether a correction keeps all words in their order and puts others beside them."""
    new = iter(map(plain, texts))
    return len(texts) > len(anchor) and all(plain(text) in new for _, text, _, _ in anchor)


def _is_so_already(state: State, anchor: WordAnchor, texts: Sequence[str]) -> bool:
    """Whether another transcript has the corrected words where the wrong ones were; then these are judged as right."""
    new = reworded([EditedWord(text, start, end) for _, text, start, end in anchor], texts)
    try:
        positions = _found_run(state, [[place, word.text, word.start, word.end] for place, word in enumerate(new)])
    except Conflict:
        return False
    found = [state.words[position] for position in positions]
    _, _, start, end = anchor[0]
    if not any(word.start <= (start + end) / 2 <= word.end for word in found):
        return False  # they are other words with the same text near by
    _judge(state, found, {word.origin for word in found if word.origin is not None})
    return True


def _room(state: State, positions: Sequence[int], detail: Detail) -> tuple[int | None, int | None]:
    """Return the end of the word before these on their channel, and the start of the one after them.

    Earlier versions used the next word of any channel. Their edits keep the times that they gave: later edits find words by them.
    """
    if "into" not in detail:
        return None, next((word.start for word in state.words[positions[-1] + 1 : positions[-1] + 2]), None)
    channel = state.words[positions[0]].channel
    before = (state.words[place].end for place in range(positions[0] - 1, -1, -1) if state.words[place].channel == channel)
    after = (state.words[place].start for place in range(positions[-1] + 1, len(state.words)) if state.words[place].channel == channel)
    return next(before, 0), next(after, state.end_ms)


def _contiguous(state: State, positions: Sequence[int]) -> list[int]:
    """Return the positions of the words of a correction; words with crosstalk between them are brought together first."""
    if positions[-1] - positions[0] + 1 == len(positions):
        return list(positions)
    taken = set(positions)
    turns = {state.words[place].turn for place in positions}
    span = range(positions[0], positions[-1] + 1)
    if any(place not in taken and state.words[place].turn in turns for place in span):
        raise Conflict("the words do not follow each other")
    run = [state.words[place] for place in positions]
    others = [state.words[place] for place in span if place not in taken]
    state.words[span.start : span.stop] = [*run, *others]
    return list(range(span.start, span.start + len(run)))


def _judge(state: State, looked_at: Iterable[EditedWord], right: set[int]) -> None:
    for word in looked_at:
        if word.origin is not None:
            state.judgements[word.origin] = word.origin in right


def _accept(state: State, detail: Detail, is_same: bool) -> None:
    anchor = detail["words"]
    if anchor is None and not is_same:
        raise Conflict("another transcript was accepted as a whole, and nobody has looked at this one")
    positions = range(len(state.words)) if anchor is None else find_words(state, anchor)
    looked_at = [state.words[position] for position in positions]
    _judge(state, looked_at, {word.origin for word in looked_at if word.origin is not None})


def _reject(state: State, detail: Detail, is_same: bool) -> None:  # noqa: ARG001 -- the words are enough to find the place
    positions = find_words(state, detail["words"])
    _judge(state, (state.words[position] for position in positions), set())
    taken = set(positions)
    state.words[:] = [word for place, word in enumerate(state.words) if place not in taken]


def _note(state: State, detail: Detail, is_same: bool) -> None:  # noqa: ARG001 -- the words are enough to find the place
    """A note changes nothing. It is a conflict when its words are gone."""
    if detail["words"] is not None:
        find_words(state, detail["words"])


ACTIONS: Mapping[str, Callable[[State, Detail, bool], None]] = {
    "rename": _rename,
    "merge": _merge,
    "split": _split,
    "reassign": _reassign,
    "move": _move,
    "correct": _correct,
    "accept": _accept,
    "reject": _reject,
    "note": _note,
}
