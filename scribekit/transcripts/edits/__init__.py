"""Corrections by people, as an append-only journal that is replayed over a transcript. Pure.

A correction names the words it is about by position, text and time, so that it holds in the transcript that was looked at, and is found
again in a new transcription where the words still match; elsewhere it is reported as a conflict.
"""

from __future__ import annotations

from collections.abc import Sequence

from scribekit.base import contract
from scribekit.transcripts.edits.actions import ACTIONS, APPLIED, CONFLICT, Outcome, perform, places, replay
from scribekit.transcripts.edits.alignment import edges
from scribekit.transcripts.edits.anchors import Conflict
from scribekit.transcripts.edits.model import DONE, IN_REVIEW, NEW, REDO, STATE, STATES, UNDO, Edit, History, read_history
from scribekit.transcripts.edits.replayer import Replayed, Replayer
from scribekit.transcripts.edits.state import State, to_payload, utterance_words
from scribekit.transcripts.edits.strays import Stray, strays
from scribekit.transcripts.edits.word import EditedWord

__all__ = [
    "ACTIONS",
    "APPLIED",
    "CONFLICT",
    "DONE",
    "IN_REVIEW",
    "NEW",
    "REDO",
    "STATE",
    "STATES",
    "UNDO",
    "Conflict",
    "Edit",
    "EditedWord",
    "History",
    "Outcome",
    "Replayed",
    "Replayer",
    "State",
    "Stray",
    "edges",
    "perform",
    "places",
    "read_history",
    "replayed",
    "reviewed_payload",
    "strays",
    "to_payload",
    "utterance_words",
]


def replayed(body: bytes, journal: Sequence[Edit]) -> Replayed:
    """A payload with all edits of its recording applied, oldest first.

    Raises:
        msgspec.MsgspecError: The body is not a JSON transcript.
    """
    state, transcript_id = State.of_payload(body), contract.read_head(body).id
    history = read_history(journal, transcript_id)
    return Replayed(state, history, replay(state, history.active, transcript_id), transcript_id)


def reviewed_payload(body: bytes, journal: Sequence[Edit]) -> bytes:
    """A payload as people have corrected it; the very same bytes where no edit holds.

    Args:
        body: The payload as received.
        journal: All edits of its recording, oldest first.

    Raises:
        msgspec.MsgspecError: The body is not a JSON transcript.
    """
    result = replayed(body, journal)
    return to_payload(body, result.state) if any(outcome.status == APPLIED for outcome in result.outcomes) else body
