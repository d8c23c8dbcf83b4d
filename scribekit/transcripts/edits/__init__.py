"""The edits of people: an append-only journal that is replayed over a payload. Pure.

An edit names the words it is about by position, text and time. So it can be applied to the transcript that the person saw, and to a new
transcription wherever the words still match. An edit that cannot be applied is reported as a conflict. The journal is never rewritten:
undo and redo are edits too. ``create`` makes edits and finds again what they are about, ``actions`` says what each kind does, ``model``
which of them hold, ``replayer`` applies them, and ``strays`` proposes some. ``typed`` cuts typed text into words, ``phrases`` finds a
phrase, and ``spacing`` joins words to text as the service wrote it.
"""

from scribekit.transcripts.edits.actions import ACTIONS, APPLIED, CONFLICT, Outcome, perform
from scribekit.transcripts.edits.alignment import edges
from scribekit.transcripts.edits.create import Conflict
from scribekit.transcripts.edits.model import DONE, IN_REVIEW, NEW, REDO, STATE, STATES, UNDO, Edit, History, read_history
from scribekit.transcripts.edits.phrases import Place, places
from scribekit.transcripts.edits.replayer import Replayed, Replayer, replayed, reviewed_payload
from scribekit.transcripts.edits.state import State, to_payload, utterance_words
from scribekit.transcripts.edits.strays import Stray, strays
from scribekit.transcripts.edits.turns import EditedWord

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
    "Place",
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
