"""The diarization review: one recording with its sound, a lane for each speaker, and its words, corrected by mouse or keyboard."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import traitlets

from scribekit.base.errors import OptionError, ScribekitError, nearest
from scribekit.corpus.handles import Batch, Corpus, corpus_of
from scribekit.corrections import review as reviewing
from scribekit.quality.comparison import Recording, evaluation_frame
from scribekit.quality.references import Reference, read_references
from scribekit.recordings.waveform import FACTOR, STEP_MS, Waveform
from scribekit.transcripts import frames
from scribekit.transcripts.edits import DONE
from scribekit.widgets.base import STATIC, Answer, Widget, background
from scribekit.widgets.diarization.packing import Versions
from scribekit.widgets.diarization.sound import ClipReader, no_sound_reason
from scribekit.widgets.diarization.static import picture
from scribekit.widgets.diarization.transcript import Transcript, transcript_of

_MEASURES = ("der", "cpwer", "wer")
_PUBLISH_EVERY_MS = 120_000


class DiarizationReview(Widget):
    """Shows who spoke when in a recording, with its sound and its words, and lets a person correct it.

    Every edit is saved in the corpus at once, as with ``sk.review``; the transcript as received is never changed. The sound is decoded a
    few seconds at a time, around the playhead, from the file that was transcribed. The waveform is computed in the background and kept in
    the folder ``peaks`` of the corpus, which may be deleted at any time. Recordings at a URL have no sound here.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` returned.
        recording_id: The recording to begin with; by default the first whose review is not done.
        reference: What was said, as for ``sk.evaluate`` (the name of a manifest column, or recording → text or turns), or the text or the
            list of turns of the one recording: then DER, cpWER and WER are shown as received and as corrected.
        who: The name under which edits are saved; the user of this machine by default.

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
        self._corpus = corpus_of(batch_or_corpus)
        self._who = who
        with self._corpus.reading() as view:
            self._ids = [name for name, _ in view.completed]
            manifest = view.manifest
        self._sources = dict(zip(manifest["recording_id"], manifest["source"], strict=True))
        self._sha256 = manifest.reindex(columns=["recording_id", "sha256"]).dropna().set_index("recording_id")["sha256"].to_dict()
        self._version = 0
        self._waveform: Waveform | None = None
        self._clips = ClipReader()  # used on the widget's own thread only
        self._is_shown = False
        self._reference = reference
        first = recording_id if recording_id is not None else self._first_to_review()
        if first not in self._ids:
            raise OptionError(f"There is no transcript of {first!r} in the corpus.{nearest(str(first), self._ids)}")
        if isinstance(reference, Sequence) and not isinstance(reference, str) and not isinstance(reference, pd.DataFrame):
            self._reference = {first: reference}  # the turns of the one recording
        elif isinstance(reference, str) and reference not in manifest:
            self._reference = {first: reference}
        super().__init__()
        self._open(first)

    def static_text(self) -> str:
        """Return the recording, its speakers, and the state of its review."""
        return repr(self._review).replace("<Review of ", "Diarization review of ").removesuffix(">")

    def static_html(self) -> str:
        """Return who spoke when, and the most uncertain turns."""
        return f"<div><p>{html.escape(self.static_text())}</p>{picture(self._shown_transcript(), self.recording['duration_ms'])}</div>"

    def close(self) -> None:
        """Close the widget; a waveform that is not complete is computed another time."""
        self._waveform = None
        super().close()

    # -- intents of the page

    def on_transcript(self, since: int | None = None) -> Answer:
        """Return the current turns and words; to a page that shows version ``since``, only the words that have changed."""
        if not self._is_shown:
            self._is_shown = True
            self._start_background_work()
        return self._transcript_answer(since)

    def on_peaks(self, level: int, first: int, count: int) -> Answer:
        """Return a part of the waveform at one level of detail."""
        if self._waveform is None:
            return Answer({"known_ms": 0}, [b""])
        return Answer({"known_ms": self._known_ms()}, [self._waveform.level(level, first, count)])

    @background
    def on_sound(self, start_ms: float, end_ms: float) -> Answer:
        """Return a few seconds of sound to play now."""
        return self._clip(start_ms, end_ms)

    @background
    def on_sound_ahead(self, start_ms: float, end_ms: float) -> Answer:
        """Return the seconds of sound to play next. It is an intent of its own, so that ``sound`` does not replace it."""
        return self._clip(start_ms, end_ms)

    def on_open(self, recording_id: str) -> None:
        """Open another recording."""
        if recording_id not in self._ids:
            raise OptionError(f"There is no transcript of {recording_id!r} in the corpus.{nearest(recording_id, self._ids)}")
        self._open(recording_id)

    def on_rename(self, version: int, speaker: str, to: str) -> Answer:
        """Rename a speaker."""
        return self._edit(version, lambda review: review.rename(speaker, to))

    def on_merge(self, version: int, speaker: str, into: str) -> Answer:
        """Merge a speaker into another."""
        return self._edit(version, lambda review: review.merge([speaker], into=into))

    def on_split(self, version: int, speaker: str, from_word: int, into: str) -> Answer:
        """Assign what a speaker says from a word on to a new speaker."""
        return self._edit(version, lambda review: review.split(speaker, from_word=from_word, into=into))

    def on_reassign(self, version: int, words: list[int], to: str) -> Answer:
        """Assign words to a speaker."""
        return self._edit(version, lambda review: review.reassign(to, words=words))

    def on_boundary(self, version: int, utterance: int, words: int) -> Answer:
        """Move the boundary between a turn and the one before it by a number of words."""
        return self._edit(version, lambda review: review.move_boundary(utterance, words))

    def on_correct(self, version: int, words: list[int], text: str) -> Answer:
        """Replace words by a text."""
        return self._edit(version, lambda review: review.correct(text, words=words))

    def on_accept(self, version: int, words: list[int]) -> Answer:
        """Accept words as right."""
        return self._edit(version, lambda review: review.accept(words=words))

    def on_reject(self, version: int, words: list[int]) -> Answer:
        """Exclude words that nobody said."""
        return self._edit(version, lambda review: review.reject(words=words))

    def on_note(self, version: int, words: list[int], text: str) -> Answer:
        """Add a note to words."""
        return self._edit(version, lambda review: review.note(text, words=words))

    def on_undo(self, version: int) -> Answer:
        """Undo the last edit."""
        return self._edit(version, lambda review: review.undo())

    def on_redo(self, version: int) -> Answer:
        """Redo the last undone edit."""
        return self._edit(version, lambda review: review.redo())

    def on_mark(self, version: int, state: str) -> Answer:
        """Set the state of the review."""
        return self._edit(version, lambda review: review.mark(state))

    # -- how they are carried out

    def _first_to_review(self) -> str | None:
        from scribekit.corrections.people import review_states

        if not self._ids:
            raise OptionError("No recording of the corpus has a transcript yet. Collect the batch first: sk.collect(batch).")
        states = review_states(self._corpus)
        still = states.loc[states["state"] != DONE, "recording_id"].tolist()
        return str(still[0]) if still else self._ids[0]

    def _open(self, recording_id: str) -> None:
        self._review = reviewing.review(self._corpus, recording_id, who=self._who)
        self._rates_received: Mapping[str, float | None] | None = None
        source = self._source()
        no_sound = no_sound_reason(source)
        place = self._ids.index(recording_id)
        self._transcript: Transcript | None = None
        self._versions = Versions()
        self._is_shown = False
        duration_ms = max(self._shown_transcript().end_ms, round(1000 * (self._review.audio_duration_s or 0)))
        cache, sha256 = self._corpus.path / "peaks", self._sha256.get(recording_id)
        self._waveform = Waveform(Path(str(source)), cache, duration_ms / 1000, sha256) if no_sound is None else None
        with self.hold_sync():
            self.recording = {
                "recording_id": recording_id,
                "number": place + 1,
                "total": len(self._ids),
                "previous": self._ids[place - 1] if place else None,
                "next": self._ids[place + 1] if place + 1 < len(self._ids) else None,
                "duration_ms": duration_ms,
                "no_sound": no_sound,
            }
            self._publish_peaks()
            self.figures = {}
            self._publish_progress()

    def _start_background_work(self) -> None:
        """Read the sound, compute the waveform and the error rates: the page can show the turns before."""
        if self._waveform is not None:
            self.in_background(lambda: self._clips.read_to_end(self._source(), self.recording["duration_ms"] / 1000))
            if not self._waveform.is_complete:
                self._compute_in_steps(self._waveform, self._waveform.compute())
        self._measure_later()

    def _shown_transcript(self) -> Transcript:
        if self._transcript is None:
            self._transcript = transcript_of(self._review.current, self._review.turns)
        return self._transcript

    def _transcript_answer(self, since: int | None) -> Answer:
        if not self._versions.holds(self._version):
            self._versions.keep(self._version, self._shown_transcript())
        value, buffers = self._versions.message(self._version, since)
        return Answer({**value, "recording_id": self._review.recording_id}, buffers)

    def _edit(self, version: int, make: Callable[[reviewing.Review], Any]) -> Answer:
        """Make an edit of the version that the page shows, and return the change. The page must show the edits of others first."""
        if version != self._version:
            raise ScribekitError("The transcript has changed since. Look at it again, then repeat the edit.")
        try:
            make(self._review)
        finally:
            self._transcript = None
            self._publish_progress()
        self._measure_later()
        return self._transcript_answer(version)

    def _publish_progress(self) -> None:
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

    def _publish_peaks(self, problem: str | None = None) -> None:
        is_complete = self._waveform is None or self._waveform.is_complete
        self.peaks = {"known_ms": self._known_ms(), "is_complete": is_complete, "step_ms": STEP_MS, "factor": FACTOR, "problem": problem}

    def _compute_in_steps(self, waveform: Waveform, work: Iterator[None]) -> None:
        """Compute the waveform in the background in short steps, so that other work can run between them."""

        def step() -> None:
            if waveform is not self._waveform:
                return  # another recording was opened
            try:
                has_more = next(work, "end") != "end"
            except ScribekitError as problem:
                self._publish_peaks(str(problem))
                return
            if not has_more or waveform.known_ms - self.peaks["known_ms"] > _PUBLISH_EVERY_MS:
                self._publish_peaks()
            if has_more:
                self.in_background(step)

        self.in_background(step)

    def _clip(self, start_ms: float, end_ms: float) -> Answer:
        start_s = max(0.0, start_ms / 1000)
        return Answer({"start_ms": start_s * 1000}, [self._clips.clip(self._source(), start_s, end_ms / 1000)])

    def _source(self) -> Any:
        return self._sources.get(self._review.recording_id)

    def _measure_later(self) -> None:
        if self._reference is not None:
            asked = self._version
            self.in_background(lambda: self._measure() if asked == self._version else None)

    def _measure(self) -> None:
        """Measure the transcript against the reference, as received and as corrected."""
        review = self._review
        with self._corpus.reading() as view:
            found = read_references(self._reference, view, [review.recording_id]).get(review.recording_id)
        if found is None:
            return
        if self._rates_received is None:
            self._rates_received = _error_rates(found, frames.words_frame([(review.recording_id, review.received)]))
        self.figures = {"before": self._rates_received, "after": _error_rates(found, review.words)}


def _error_rates(reference: Reference, words: pd.DataFrame) -> Mapping[str, float | None]:
    """Return the error rates of words; None where a rate does not exist.

    Args:
        reference: What was said.
        words: Rows of ``schema.WORDS`` of the recording.
    """
    row = evaluation_frame([Recording("all", reference, words)], by_speaker=False, normaliser="basic", seed=0).iloc[0]
    return {name: None if pd.isna(row[name]) else float(row[name]) for name in _MEASURES}
