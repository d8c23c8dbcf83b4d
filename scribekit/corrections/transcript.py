"""One recording as people have corrected it: its words, its journal, and the state of its review."""

from __future__ import annotations

import html

import pandas as pd

from scribekit.base import schema
from scribekit.base.display import as_written
from scribekit.base.errors import DamagedFileError, OptionError, nearest
from scribekit.corpus import payloads
from scribekit.corpus.handles import Corpus
from scribekit.corpus.ledger import Ledger
from scribekit.transcripts import frames
from scribekit.transcripts.edits import APPLIED, CONFLICT, History, Outcome, Replayer, State, to_payload, utterance_words


class CorrectedTranscript:
    """A recording with its edits applied, read-only; :class:`scribekit.Review` changes it.

    Args:
        corpus: The corpus.
        recording_id: The recording.

    Attributes:
        recording_id: The recording.

    Raises:
        OptionError: There is no such recording, or it has no transcript yet.
        LedgerError: The corpus cannot be read, or the transcript or its edits are damaged.
    """

    def __init__(self, corpus: Corpus, recording_id: str) -> None:
        self.recording_id = recording_id
        self._corpus = corpus
        with corpus.reading() as view:
            ledger, keys = view.ledger, dict(view.completed)
            if recording_id not in keys:
                raise OptionError(f"There is no transcript of {recording_id!r} in the corpus.{nearest(recording_id, keys)}")
            self._key = keys[recording_id]
            self._content = ledger.edits.content_of(self._key)
            self._body = next((body for _, body in ledger.payloads([(self.recording_id, self._key)])), b"")
            if not self._body:
                raise DamagedFileError(ledger.damage.sentence(corpus.path))
            self._replayer = Replayer(self._body)
            self._load(ledger)

    def _load(self, ledger: Ledger) -> None:
        self._journal = payloads.journal(ledger, self._key)
        self._replayed = self._replayer.replay(self._journal)
        self._payload: bytes | None = None
        self._turns: list[list[int]] | None = None

    @property
    def payload(self) -> bytes:
        """The current transcript, in the shape of a payload."""
        if self._payload is None:
            is_edited = any(outcome.status == APPLIED for outcome in self._replayed.outcomes)
            self._payload = to_payload(self._body, self.current) if is_edited else self._body
        return self._payload

    @property
    def received(self) -> bytes:
        """The transcript as received."""
        return self._body

    @property
    def audio_duration_s(self) -> float | None:
        """The length of the recording; None if the transcript does not say it."""
        return self._replayer.audio_duration_s

    @property
    def words(self) -> pd.DataFrame:
        """The current words: columns of ``schema.WORDS``."""
        return frames.words_frame([(self.recording_id, self.payload)])

    @property
    def utterances(self) -> pd.DataFrame:
        """The current turns: columns of ``schema.UTTERANCES``."""
        return frames.utterances_frame([(self.recording_id, self.payload)])

    @property
    def speakers(self) -> list[str]:
        """Everyone who speaks, in order of appearance."""
        return self.current.speakers()

    @property
    def state(self) -> str:
        """The state of the review: ``new``, ``in review`` or ``done``."""
        return self.history.state

    @property
    def edits(self) -> pd.DataFrame:
        """Every edit of this recording, oldest first: columns of ``schema.EDITS``."""
        found = payloads.edit_rows(self.recording_id, self._journal, self._replayed)
        return schema.EDITS.frame(found)

    @property
    def conflicts(self) -> pd.DataFrame:
        """The edits that cannot be applied to the current transcript: columns of ``schema.EDITS``."""
        table = self.edits
        return table[table["status"] == CONFLICT].reset_index(drop=True)

    @property
    def _conflicts(self) -> list[Outcome]:
        return [outcome for outcome in self._replayed.outcomes if outcome.status == CONFLICT]

    @property
    def current(self) -> State:
        """The current words, as objects rather than tables. They must not be changed."""
        return self._replayed.state

    standing = current  # its name in version 0.1

    @property
    def history(self) -> History:
        """The edits that hold, and those that can be undone and redone."""
        return self._replayed.history

    @property
    def turns(self) -> list[list[int]]:
        """The positions of the words of each utterance; empty if the service did not separate speakers."""
        if self._turns is None:
            self._turns = utterance_words(self.current)
        return self._turns

    def __repr__(self) -> str:
        conflicts = f", {len(self._conflicts)} in conflict" if self._conflicts else ""
        what = f"{len(self.current.words)} words, speakers {self.speakers}, {len(self.history.active)} edits{conflicts}"
        return f"<Review of {self.recording_id!r}: {self.state}, {what}>"

    def _repr_html_(self) -> str:
        shown = self.utterances[["speaker", "start_ms", "text", "edited"]].head(20)
        return as_written(f"<p>{html.escape(repr(self))}</p>{shown.to_html(escape=True, index=False)}")
