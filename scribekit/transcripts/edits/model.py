"""An edit as the journal keeps it, and which edits are active after undo and redo. Pure."""

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
        action: One of ``edits.ACTIONS``, ``undo``, ``redo`` or ``state``.
        detail: What the edit is about, and what it changes.
        edit_group: The number that edits share which were made, and are undone, together.
        transcript_id: The transcript that the person saw.
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
        """Read an edit from a row of the journal.

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
    """The journal of one recording, read.

    Attributes:
        active: The edits that are not undone, oldest first, without undo, redo and states.
        undone: The numbers of the undone edits.
        undoable: The groups that can be undone, the next one last.
        redoable: The groups that can be redone, the next one last.
        state: The state of the review: ``new``, ``in review`` or ``done``.
    """

    active: Sequence[Edit]
    undone: frozenset[int]
    undoable: Sequence[int]
    redoable: Sequence[int]
    state: str


def read_history(journal: Iterable[Edit], transcript_id: str | None = None) -> History:
    """Read which edits of a journal are active.

    An undo ends the group that it names. A redo brings it back to its old place. After a new edit, nothing that was undone before can be
    redone. A recording is ``new`` until its first edit. A state that a person set lasts until the next one, or until something is edited,
    undone or redone: then the recording is ``in review`` again, because nobody has called it done with that change. A recording is also
    ``in review`` when another transcript of it was called done.

    Args:
        journal: All edits of one recording, oldest first.
        transcript_id: The current transcript; None treats all transcripts as the same.
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
                continue  # it was made in several recordings, and this one was edited since
            source.remove(edit.detail["edit_group"])
            target.append(edit.detail["edit_group"])
        else:
            made.append(edit)
            redoable = []
            if edit.edit_group not in done:
                done.append(edit.edit_group)
        state = IN_REVIEW
    kept = frozenset(done)
    return History(
        active=[edit for edit in made if edit.edit_group in kept],
        undone=frozenset(edit.edit_id for edit in made if edit.edit_group not in kept),
        undoable=done,
        redoable=redoable,
        state=state,
    )
