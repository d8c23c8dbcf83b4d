"""A payload with the edits of its journal applied: once, or again and again while the journal grows. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scribekit.base import contract
from scribekit.transcripts.edits.actions import APPLIED, CONFLICT, Outcome, replay
from scribekit.transcripts.edits.model import Edit, History, read_history
from scribekit.transcripts.edits.state import State, to_payload


@dataclass(frozen=True)
class Replayed:
    """A transcript with its journal applied.

    Attributes:
        state: The words with all edits applied.
        history: The journal, read.
        outcomes: The outcome of each active edit.
        transcript_id: The transcript's id.
    """

    state: State
    history: History
    outcomes: Sequence[Outcome]
    transcript_id: str

    @property
    def conflicts(self) -> list[Outcome]:
        """The outcomes of the edits that cannot be applied."""
        return [outcome for outcome in self.outcomes if outcome.status == CONFLICT]

    @property
    def is_edited(self) -> bool:
        """Whether any edit is applied."""
        return any(outcome.status == APPLIED for outcome in self.outcomes)


def replayed(body: bytes, journal: Sequence[Edit]) -> Replayed:
    """Return a payload with all edits of its recording applied, oldest first.

    Raises:
        msgspec.MsgspecError: The body is not a JSON transcript.
    """
    state, transcript_id = State.of_payload(body), contract.read_head(body).id
    history = read_history(journal, transcript_id)
    return Replayed(state, history, replay(state, history.active, transcript_id), transcript_id)


def reviewed_payload(body: bytes, journal: Sequence[Edit]) -> bytes:
    """Return a payload as people have corrected it; the very same bytes when no edit is applied.

    Args:
        body: The payload as received.
        journal: All edits of its recording, oldest first.

    Raises:
        msgspec.MsgspecError: The body is not a JSON transcript.
    """
    result = replayed(body, journal)
    return to_payload(body, result.state) if result.is_edited else body


class Replayer:
    """Replays the journal of one transcript again and again, each time from where it differs from the last time.

    An edit, an undo or a redo then costs one step and not a replay of all edits.

    Args:
        body: The payload as received.
        steps_kept: How many undos in a row are quick. The states share their words, so each costs one list.

    Attributes:
        audio_duration_s: The length of the recording, as the payload reports it.

    Raises:
        msgspec.MsgspecError: The body is not a JSON transcript.
    """

    def __init__(self, body: bytes, *, steps_kept: int = 100) -> None:
        self._steps_kept = steps_kept
        transcript = contract.read_transcript(body)
        self.audio_duration_s = transcript.audio_duration
        self._transcript_id = transcript.id
        self._outcomes: list[Outcome] = []
        self._states = {0: State.of_transcript(transcript)}  # by the number of edits applied

    def replay(self, journal: Sequence[Edit]) -> Replayed:
        """Return the transcript with all edits applied.

        Args:
            journal: All edits of the recording, oldest first.

        Returns:
            The same as :func:`replayed`. Its state must not be changed: copy it.
        """
        history = read_history(journal, self._transcript_id)
        known = self._known(history.active)
        del self._outcomes[known:]
        self._states = {count: state for count, state in self._states.items() if count <= known}
        for edit in history.active[known:]:
            state = self._states[len(self._outcomes)].copy()
            self._outcomes += replay(state, [edit], self._transcript_id)
            self._states[len(self._outcomes)] = state
            if len(self._outcomes) > self._steps_kept:  # the first state is kept: reading it takes longest
                self._states.pop(len(self._outcomes) - self._steps_kept, None)
        return Replayed(self._states[len(self._outcomes)], history, tuple(self._outcomes), self._transcript_id)

    def _known(self, edits: Sequence[Edit]) -> int:
        """Count the edits that are the same as last time, back to the last state that was kept."""
        same = 0
        for outcome, edit in zip(self._outcomes, edits, strict=False):
            if outcome.edit != edit:
                break
            same += 1
        return max(count for count in self._states if count <= same)
