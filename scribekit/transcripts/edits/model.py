"""What an edit is, as the journal keeps it, and which edits hold after undo and redo. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

UNDO, REDO, STATE = "undo", "redo", "state"
NEW, IN_REVIEW, DONE = "new", "in review", "done"
STATES = (NEW, IN_REVIEW, DONE)


@dataclass(frozen=True, slots=True)
class Edit:
    """One correction by a person: a row of the journal.

    Attributes:
        edit_id: Its number, in the order of the journal.
        action: What was done, one of ``edits.ACTIONS``, ``undo``, ``redo`` or ``state``.
        detail: What it was done to, and what it became.
        edit_group: The number that edits share which were made, and are undone, as one.
        transcript_id: The transcript that the person looked at.
        at: Unix time.
        who: Who made it.
    """

    edit_id: int
    action: str
    detail: Mapping[str, Any]
    edit_group: int
    transcript_id: str
    at: float = 0.0
    who: str = ""

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Edit:
        """An edit as the journal gives it back.

        Example:
            >>> row = dict(edit_id=1, action="note", detail='{"text": "?"}', edit_group=1, transcript_id="t", at=0.0, who="ada")
            >>> Edit.from_row(row).detail
            {'text': '?'}
        """
        return cls(
            edit_id=row["edit_id"],
            action=row["action"],
            detail=msgspec.json.decode(row["detail"]),
            edit_group=row["edit_group"],
            transcript_id=row["transcript_id"],
            at=row["at"],
            who=row["who"],
        )


@dataclass(frozen=True, slots=True)
class History:
    """A journal of one recording, read.

    Attributes:
        active: The edits that hold, oldest first, without undo, redo and states.
        undone: The numbers of the edits that do not hold any more.
        undoable: The groups that an undo takes back, the next one last.
        redoable: The groups that a redo brings back, the next one last.
        state: Where the review stands: ``new``, ``in review`` or ``done``.
    """

    active: Sequence[Edit]
    undone: frozenset[int]
    undoable: Sequence[int]
    redoable: Sequence[int]
    state: str


def read_history(journal: Iterable[Edit], transcript_id: str | None = None) -> History:
    """Which edits of a journal hold.

    An undo takes back the group that it names, a redo brings it back to its old place, and a new edit after an undo ends what could be
    redone. A recording is ``new`` until its first edit. A state that a person set holds until the next one, or until something is changed:
    what is edited, undone or redone is ``in review`` (again), for nobody has called it done as it stands. So is one with another transcript
    than the one that was called done.

    Args:
        journal: All edits of one recording, oldest first.
        transcript_id: The transcript that is there now; None takes every one for the same.
    """
    made: list[Edit] = []
    done: list[int] = []
    redoable: list[int] = []
    state = NEW
    for edit in journal:
        if edit.action == STATE:
            if edit.detail["state"] != DONE or transcript_id in (None, edit.transcript_id):
                state = edit.detail["state"]
            elif state == NEW:
                state = IN_REVIEW
            continue
        if edit.action in (UNDO, REDO):
            source, target = (done, redoable) if edit.action == UNDO else (redoable, done)
            if edit.detail["edit_group"] not in source:
                continue  # it was made in several recordings, and this one has gone on since
            source.remove(edit.detail["edit_group"])
            target.append(edit.detail["edit_group"])
        else:
            made.append(edit)
            redoable = []
            if edit.edit_group not in done:
                done.append(edit.edit_group)
        state = IN_REVIEW
    held = frozenset(done)
    return History(
        active=[edit for edit in made if edit.edit_group in held],
        undone=frozenset(edit.edit_id for edit in made if edit.edit_group not in held),
        undoable=done,
        redoable=redoable,
        state=state,
    )
