"""A journal that grows while somebody works: each edit, undo and redo costs one step, not a replay of all. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scribekit.base import contract
from scribekit.transcripts.edits.actions import Outcome, replay
from scribekit.transcripts.edits.model import Edit, History, read_history
from scribekit.transcripts.edits.state import State


@dataclass(frozen=True)
class Replayed:
    """A transcript with its journal applied.

    Attributes:
        state: The words as they stand.
        history: The journal, read.
        outcomes: What became of each edit that holds.
        transcript_id: The transcript's id.
    """

    state: State
    history: History
    outcomes: Sequence[Outcome]
    transcript_id: str


class Replayer:
    """Replays the journal of one transcript again and again, each time from where it differs from the last.

    Args:
        body: The payload as received.
        steps_kept: How many undos in a row are quick. The states share their words, so that each costs a list and no more.

    Attributes:
        audio_duration_s: How long the recording is, as far as the payload says it.

    Raises:
        msgspec.MsgspecError: The body is not a JSON transcript.
    """

    def __init__(self, body: bytes, *, steps_kept: int = 100) -> None:
        self._steps_kept = steps_kept
        transcript = contract.read_transcript(body)
        self.audio_duration_s = transcript.audio_duration
        self._transcript_id = transcript.id
        self._outcomes: list[Outcome] = []
        self._states = {0: State.of_transcript(transcript)}  # after how many edits

    def replay(self, journal: Sequence[Edit]) -> Replayed:
        """The transcript with all edits applied.

        Args:
            journal: All edits of the recording, oldest first.

        Returns:
            What :func:`scribekit.transcripts.edits.replayed` gives. Its state must not be changed: copy it.
        """
        history = read_history(journal, self._transcript_id)
        known = self._known(history.active)
        del self._outcomes[known:]
        self._states = {count: state for count, state in self._states.items() if count <= known}
        for edit in history.active[known:]:
            state = self._states[len(self._outcomes)].copy()
            self._outcomes += replay(state, [edit], self._transcript_id)
            self._states[len(self._outcomes)] = state
            if len(self._outcomes) > self._steps_kept:  # the start stays: reading it is the longest step
                self._states.pop(len(self._outcomes) - self._steps_kept, None)
        return Replayed(self._states[len(self._outcomes)], history, tuple(self._outcomes), self._transcript_id)

    def _known(self, edits: Sequence[Edit]) -> int:
        """How many edits are the same as last time, back to the last state that was kept."""
        same = 0
        for outcome, edit in zip(self._outcomes, edits, strict=False):
            if outcome.edit != edit:
                break
            same += 1
        return max(count for count in self._states if count <= same)
