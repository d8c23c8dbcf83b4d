"""The review of who spoke: one recording with its sound, its speakers in lanes and its words, corrected by mouse or by keyboard."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import traitlets

from scribekit.base.errors import OptionError, ScribekitError, nearest
from scribekit.corpus.handles import Batch, Corpus
from scribekit.corrections import review as reviewing
from scribekit.quality.references import read_references
from scribekit.recordings.waveform import STEP_MS, Waveform
from scribekit.transcripts import frames
from scribekit.transcripts.edits import DONE
from scribekit.widgets.base import STATIC, Answer, Widget, background
from scribekit.widgets.diarization.packing import Versions
from scribekit.widgets.diarization.sound import Listener, rates, silence
from scribekit.widgets.diarization.static import picture
from scribekit.widgets.diarization.transcript import Talk, talk_of

_TELL_EVERY_MS = 120_000


class DiarizationReview(Widget):
    """Shows who spoke when in a recording, beside its sound and its words, and lets a person put it right.

    Every action is in the corpus's journal at once, as with ``sk.review``; the transcript as received is never changed. The sound is
    decoded a few seconds at a time, around the playhead, from the file that was transcribed. The waveform is computed in the background,
    and kept in the folder ``peaks`` of the corpus, which may be deleted at any time. Of recordings at an address there is no sound.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        recording_id: The recording to begin with; by default the first whose review is not done.
        reference: What was really said, as for ``sk.evaluate`` (the name of a manifest column, or recording → text or turns), or the text
            or list of turns of the one recording: then DER, cpWER and WER are shown as received and as corrected.
        who: Whose edits they are; the user of this machine by default.

    Raises:
        OptionError: There is no such recording, or none has a transcript yet.

    Example:
        >>> corpus = sk.open_corpus("corpora/calls")  # doctest: +SKIP
        >>> sk.widgets.DiarizationReview(corpus, "interview.mp3", reference="reference")  # doctest: +SKIP
    """

    _esm = STATIC / "diarization.js"
    _css = STATIC / "diarization.css"

    recording = traitlets.Dict().tag(sync=True)
    progress = traitlets.Dict().tag(sync=True)
    peaks = traitlets.Dict().tag(sync=True)
    figures = traitlets.Dict().tag(sync=True)

    def __init__(
        self, batch_or_corpus: Batch | Corpus, recording_id: str | None = None, *, reference: Any = None, who: str | None = None
    ) -> None:
        self._corpus = batch_or_corpus
        self._who = who
        with batch_or_corpus.reading() as view:
            self._ids = [name for name, _ in view.completed]
            manifest = view.manifest
        self._sources = dict(zip(manifest["recording_id"], manifest["source"], strict=True))
        self._contents = manifest.reindex(columns=["recording_id", "sha256"]).dropna().set_index("recording_id")["sha256"].to_dict()
        self._version = 0
        self._waveform: Waveform | None = None
        self._listener = Listener()  # belongs to the widget's own thread
        self._is_looked_at = False
        self._reference = reference
        first = recording_id if recording_id is not None else self._first_open()
        if first not in self._ids:
            raise OptionError(f"There is no transcript of {first!r} in the corpus.{nearest(str(first), self._ids)}")
        if isinstance(reference, Sequence) and not isinstance(reference, str) and not isinstance(reference, pd.DataFrame):
            self._reference = {first: reference}  # the turns of the one recording
        elif isinstance(reference, str) and reference not in manifest:
            self._reference = {first: reference}
        super().__init__()
        self._open(first)

    def static_text(self) -> str:
        """The recording, its people, and where its review stands."""
        return repr(self._review).replace("<Review of ", "Diarization review of ").removesuffix(">")

    def static_html(self) -> str:
        """Who spoke when, and the turns in most doubt."""
        return f"<div><p>{html.escape(self.static_text())}</p>{picture(self._talk(), self.recording['duration_ms'])}</div>"

    def close(self) -> None:
        """Close the widget; a waveform that is not complete is computed again another time."""
        self._waveform = None
        super().close()

    # -- what the page asks for

    def on_transcript(self, since: int | None = None) -> Answer:
        """The turns and words as they stand; of the words only what differs, where the page says which version it shows."""
        if not self._is_looked_at:
            self._is_looked_at = True
            self._look_further()
        return self._transcript(since)

    def on_peaks(self, level: int, first: int, count: int) -> Answer:
        """A stretch of the waveform at one level of detail."""
        if self._waveform is None:
            return Answer({"known_ms": 0}, [b""])
        return Answer({"known_ms": self._known_ms()}, [self._waveform.level(level, first, count)])

    @background
    def on_sound(self, start_ms: float, end_ms: float) -> Answer:
        """A few seconds of sound, to be heard now."""
        return self._clip(start_ms, end_ms)

    @background
    def on_sound_ahead(self, start_ms: float, end_ms: float) -> Answer:
        """The seconds that come after those, so that they are there in time."""
        return self._clip(start_ms, end_ms)

    def on_open(self, recording_id: str) -> None:
        """Go to another recording."""
        if recording_id not in self._ids:
            raise OptionError(f"There is no transcript of {recording_id!r} in the corpus.{nearest(recording_id, self._ids)}")
        self._open(recording_id)

    def on_rename(self, version: int, speaker: str, to: str) -> Answer:
        """Another name for a speaker."""
        return self._edit(version, lambda review: review.rename(speaker, to))

    def on_merge(self, version: int, speaker: str, into: str) -> Answer:
        """A speaker is the same person as another."""
        return self._edit(version, lambda review: review.merge([speaker], into=into))

    def on_split(self, version: int, speaker: str, from_word: int, into: str) -> Answer:
        """From a word on, what a speaker says is somebody else's."""
        return self._edit(version, lambda review: review.split(speaker, from_word=from_word, into=into))

    def on_reassign(self, version: int, words: list[int], to: str) -> Answer:
        """Somebody else said these words."""
        return self._edit(version, lambda review: review.reassign(to, words=words))

    def on_boundary(self, version: int, utterance: int, words: int) -> Answer:
        """Move the boundary between a turn and the one before it, by words."""
        return self._edit(version, lambda review: review.move_boundary(utterance, words))

    def on_correct(self, version: int, words: list[int], text: str) -> Answer:
        """Other words in the place of these."""
        return self._edit(version, lambda review: review.correct(text, words=words))

    def on_accept(self, version: int, words: list[int]) -> Answer:
        """These words are right as they are."""
        return self._edit(version, lambda review: review.accept(words=words))

    def on_reject(self, version: int, words: list[int]) -> Answer:
        """Nobody said these words."""
        return self._edit(version, lambda review: review.reject(words=words))

    def on_note(self, version: int, words: list[int], text: str) -> Answer:
        """A remark on these words."""
        return self._edit(version, lambda review: review.note(text, words=words))

    def on_undo(self, version: int) -> Answer:
        """Take back the last edit."""
        return self._edit(version, lambda review: review.undo())

    def on_redo(self, version: int) -> Answer:
        """Bring back what was last undone."""
        return self._edit(version, lambda review: review.redo())

    def on_mark(self, version: int, state: str) -> Answer:
        """Where the review stands."""
        return self._edit(version, lambda review: review.mark(state))

    # -- how it is done

    def _first_open(self) -> str | None:
        from scribekit.corrections.people import review_states

        if not self._ids:
            raise OptionError("No recording of the corpus has a transcript yet. Collect the batch first: sk.collect(batch).")
        states = review_states(self._corpus)
        still = states.loc[states["state"] != DONE, "recording_id"].tolist()
        return str(still[0]) if still else self._ids[0]

    def _open(self, recording_id: str) -> None:
        self._review = reviewing.review(self._corpus, recording_id, who=self._who)
        self._before: Mapping[str, float | None] | None = None
        source = self._source()
        note = silence(source)
        place = self._ids.index(recording_id)
        self._shown: Talk | None = None
        self._versions = Versions()
        self._is_looked_at = False
        duration_ms = max(self._talk().end_ms, round(1000 * (self._review.audio_duration_s or 0)))
        cache, content = self._corpus.path / "peaks", self._contents.get(recording_id)
        self._waveform = Waveform(Path(str(source)), cache, duration_ms / 1000, content) if note is None else None
        with self.hold_sync():
            self.recording = {
                "recording_id": recording_id,
                "number": place + 1,
                "total": len(self._ids),
                "previous": self._ids[place - 1] if place else None,
                "next": self._ids[place + 1] if place + 1 < len(self._ids) else None,
                "duration_ms": duration_ms,
                "no_sound": note,
            }
            self._tell_peaks()
            self.figures = {}
            self._tell_progress()

    def _look_further(self) -> None:
        """What may come after the turns are there: places in the sound, the waveform, and the figures."""
        if self._waveform is not None:
            self.in_background(lambda: self._listener.find_end(self._source(), self.recording["duration_ms"] / 1000))
            if not self._waveform.is_complete:
                self._go_on(self._waveform, self._waveform.compute())
        self._measure_later()

    def _talk(self) -> Talk:
        if self._shown is None:
            self._shown = talk_of(self._review.standing, self._review.turns)
        return self._shown

    def _transcript(self, since: int | None) -> Answer:
        if not self._versions.holds(self._version):
            self._versions.note(self._version, self._talk())
        value, buffers = self._versions.sent(self._version, since)
        return Answer({**value, "recording_id": self._review.recording_id}, buffers)

    def _edit(self, version: int, make: Callable[[reviewing.Review], Any]) -> Answer:
        """Make an edit of what the page shows, and say what has changed by it; what others changed meanwhile is shown first."""
        if version != self._version:
            raise ScribekitError("The transcript has changed since. Look at it again, then repeat what you did.")
        try:
            make(self._review)
        finally:
            self._shown = None
            self._tell_progress()
        self._measure_later()
        return self._transcript(version)

    def _tell_progress(self) -> None:
        self._version += 1
        history = self._review.history
        self.progress = {
            "version": self._version,
            "state": history.state,
            "edits": len(history.active),
            "can_undo": bool(history.undoable),
            "can_redo": bool(history.redoable),
        }

    def _known_ms(self) -> int:
        return 0 if self._waveform is None else self._waveform.known_ms

    def _tell_peaks(self, problem: str | None = None) -> None:
        is_complete = self._waveform is None or self._waveform.is_complete
        self.peaks = {"known_ms": self._known_ms(), "is_complete": is_complete, "step_ms": STEP_MS, "problem": problem}

    def _go_on(self, waveform: Waveform, work: Iterator[None]) -> None:
        """Do a stretch of work on the waveform, then let what waits have its turn."""

        def step() -> None:
            if waveform is not self._waveform:
                return  # the reader is at another recording
            try:
                has_more = next(work, "end") != "end"
            except ScribekitError as problem:
                self._tell_peaks(str(problem))
                return
            if not has_more or waveform.known_ms - self.peaks["known_ms"] > _TELL_EVERY_MS:
                self._tell_peaks()
            if has_more:
                self.in_background(step)

        self.in_background(step)

    def _clip(self, start_ms: float, end_ms: float) -> Answer:
        start_s = max(0.0, start_ms / 1000)
        return Answer({"start_ms": start_s * 1000}, [self._listener.clip(self._source(), start_s, end_ms / 1000)])

    def _source(self) -> Any:
        return self._sources.get(self._review.recording_id)

    def _measure_later(self) -> None:
        if self._reference is not None:
            asked = self._version
            self.in_background(lambda: self._measure() if asked == self._version else None)

    def _measure(self) -> None:
        """How far the transcript is from the reference, as received and as it stands."""
        review = self._review
        with self._corpus.reading() as view:
            found = read_references(self._reference, view, [review.recording_id]).get(review.recording_id)
        if found is None:
            return
        if self._before is None:
            self._before = rates(found, frames.words_frame([(review.recording_id, review.received)]))
        self.figures = {"before": self._before, "after": rates(found, review.words)}
