"""One recording as people have corrected it: its words, its journal, and where its review stands."""

from __future__ import annotations

import html

import pandas as pd

from scribekit.base import schema
from scribekit.base.errors import OptionError, nearest
from scribekit.corpus import payloads
from scribekit.corpus.handles import Corpus
from scribekit.corpus.ledger import Ledger
from scribekit.transcripts import edits as corrections
from scribekit.transcripts import frames


class CorrectedTranscript:
    """A recording as it stands, to be looked at; :class:`scribekit.Review` changes it.

    Attributes:
        recording_id: The recording.
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
            self._body = next(body for _, body in ledger.payloads([(self.recording_id, self._key)]))
            self._replayer = corrections.Replayer(self._body)
            self._load(ledger)

    def _load(self, ledger: Ledger) -> None:
        self._journal = payloads.journal(ledger, self._key)
        self._replayed = self._replayer.replay(self._journal)
        self._shown: bytes | None = None
        self._turns: list[list[int]] | None = None

    @property
    def payload(self) -> bytes:
        """The transcript as it stands, in the shape of a payload."""
        if self._shown is None:
            is_edited = any(outcome.status == corrections.APPLIED for outcome in self._replayed.outcomes)
            self._shown = corrections.to_payload(self._body, self.standing) if is_edited else self._body
        return self._shown

    @property
    def received(self) -> bytes:
        """The transcript as received."""
        return self._body

    @property
    def audio_duration_s(self) -> float | None:
        """How long the recording is, as far as the transcript says it."""
        return self._replayer.audio_duration_s

    @property
    def words(self) -> pd.DataFrame:
        """The words as they stand: columns of ``schema.WORDS``."""
        return frames.words_frame([(self.recording_id, self.payload)])

    @property
    def utterances(self) -> pd.DataFrame:
        """The turns as they stand: columns of ``schema.UTTERANCES``."""
        return frames.utterances_frame([(self.recording_id, self.payload)])

    @property
    def speakers(self) -> list[str]:
        """Everyone who speaks, in order of appearance."""
        return self.standing.speakers()

    @property
    def state(self) -> str:
        """Where the review stands: ``new``, ``in review`` or ``done``."""
        return self.history.state

    @property
    def edits(self) -> pd.DataFrame:
        """Every edit of this recording, oldest first: columns of ``schema.EDITS``."""
        found = payloads.edit_rows(self.recording_id, self._journal, self._replayed)
        return schema.EDITS.frame(found)

    @property
    def conflicts(self) -> pd.DataFrame:
        """The edits that cannot be applied to the transcript that is there now: columns of ``schema.EDITS``."""
        everything = self.edits
        return everything[everything["status"] == corrections.CONFLICT].reset_index(drop=True)

    @property
    def standing(self) -> corrections.State:
        """The words as they stand, without tables: what a widget shows. It must not be changed."""
        return self._replayed.state

    @property
    def history(self) -> corrections.History:
        """The journal, read: what holds, and what can be undone and redone."""
        return self._replayed.history

    @property
    def turns(self) -> list[list[int]]:
        """The positions of the words of each utterance; none where the service told no speakers apart."""
        if self._turns is None:
            self._turns = corrections.utterance_words(self.standing)
        return self._turns

    def __repr__(self) -> str:
        active = len(self.history.active)
        conflicts = sum(outcome.status == corrections.CONFLICT for outcome in self._replayed.outcomes)
        clash = f", {conflicts} in conflict" if conflicts else ""
        what = f"{len(self.standing.words)} words, speakers {self.speakers}, {active} edits{clash}"
        return f"<Review of {self.recording_id!r}: {self.state}, {what}>"

    def _repr_html_(self) -> str:
        shown = self.utterances[["speaker", "start_ms", "text", "edited"]].head(20)
        return f"<p>{html.escape(repr(self))}</p>{shown.to_html(escape=True, index=False)}"
