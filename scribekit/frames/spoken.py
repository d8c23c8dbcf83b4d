"""The words of one payload as columns, read into the leanest objects that hold them and checked. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from scribekit import wire
from scribekit.frames import clock
from scribekit.frames.reviewed import Reviewed, flags, read_review
from scribekit.frames.turns import Span, by_listed_words, by_time_alone

_Index = Sequence[int | None] | clock.Times | None


class _Word(msgspec.Struct, gc=False):
    """A word whose times are any whole numbers: they are checked by the column."""

    text: str
    start: int
    end: int
    confidence: float | None = None
    speaker: str | None = None
    channel: str | None = None


class _Bounds(Reviewed):
    audio_duration: float | None = None
    audio_start_from: Any = None
    audio_end_at: Any = None


class _Words(_Bounds):
    words: list[_Word] | None = None


class _WordsAndTurns(_Words):
    utterances: list[Span] | None = None


_bounds = msgspec.json.Decoder(_Bounds)
_words = msgspec.json.Decoder(_Words)
_words_and_turns = msgspec.json.Decoder(_WordsAndTurns)


@dataclass
class Spoken:
    """The words of one payload, a column each.

    Attributes:
        texts: The words as written.
        starts: Starts in ms, checked.
        ends: Ends in ms, checked.
        confidences: 0 to 1.
        speakers: Speaker labels.
        channels: Channel names.
        repaired: Which words had a time that could not be; None when no word had.
        utterances: The utterance that holds the word; None when it was not asked for or there are no utterances.
        turn_speakers: The speaker of each utterance, when each word has its utterance and that one's speaker.
        edited: Which words a person changed; None when none was.
        retimed: Which words have times by alignment; None when none has.
    """

    texts: list[str]
    starts: clock.Times
    ends: clock.Times
    confidences: list[float | None]
    speakers: list[str | None]
    channels: list[str | None]
    repaired: clock.Flags | None = None
    utterances: _Index = None
    turn_speakers: list[str | None] | None = None
    edited: clock.Flags | None = None
    retimed: clock.Flags | None = None

    def __len__(self) -> int:
        return len(self.texts)

    def mark(self, review: wire.Review | None) -> None:
        """Note what people changed."""
        if review is not None:
            self.edited = flags(review.edited_words, len(self))
            self.retimed = flags(review.retimed_words, len(self))

    def check_times(self, bounds: _Bounds, given: tuple[clock.Flags, clock.Flags] | None = None) -> None:
        """Put right what cannot be. The utterances must be found before, by the times that the payload gave."""
        is_trimmed = bool(bounds.audio_start_from or bounds.audio_end_at)
        latest = clock.latest_ms(bounds.audio_duration, is_trimmed=is_trimmed)
        if given is not None or not clock.are_sound(self.starts, self.ends, latest):
            self.starts, self.ends, repaired = clock.repair(self.starts, self.ends, self.channels, latest, given)
            self.repaired = repaired if repaired.any() else None


def read_spoken(body: bytes, *, with_utterances: bool = False) -> Spoken:
    """The words of a payload.

    Args:
        body: The JSON bytes as received.
        with_utterances: Find the utterance of each word too.

    Raises:
        msgspec.MsgspecError: The body is not a JSON transcript.
    """
    try:
        read = (_words_and_turns if with_utterances else _words).decode(body)
        spoken = _columns(read.words or ())
    except (msgspec.ValidationError, OverflowError):
        return _read_leniently(body, with_utterances=with_utterances)
    spans = read.utterances if isinstance(read, _WordsAndTurns) else None
    if spans and len(spoken):
        spoken.utterances = _by_time(spoken, spans)
        if spoken.utterances is None:
            return _read_leniently(body, with_utterances=True)
        spoken.turn_speakers = [span.speaker for span in spans]
    spoken.check_times(read)
    spoken.mark(read.scribekit)
    return spoken


def _columns(words: Sequence[_Word | wire.Word]) -> Spoken:
    texts, starts, ends, confidences, speakers, channels = [], [], [], [], [], []
    for word in words:  # one walk over the objects: measured quicker than one per column
        texts.append(word.text)
        starts.append(word.start)
        ends.append(word.end)
        confidences.append(word.confidence)
        speakers.append(word.speaker)
        channels.append(word.channel)
    count = len(texts)
    return Spoken(texts, np.fromiter(starts, np.int64, count), np.fromiter(ends, np.int64, count), confidences, speakers, channels)


def _by_time(spoken: Spoken, spans: Sequence[Span | wire.Utterance]) -> clock.Times | None:
    return by_time_alone(spoken.starts, spoken.ends, spoken.speakers, spoken.channels, spans)


def _read_leniently(body: bytes, *, with_utterances: bool) -> Spoken:
    transcript = wire.read_transcript(body)
    words = transcript.words or []
    spoken = _columns(words)
    if with_utterances and words and transcript.utterances:
        by_time = _by_time(spoken, transcript.utterances)
        spoken.utterances = by_listed_words(words, transcript.utterances) if by_time is None else by_time
    bounds = _read_bounds(body)
    spoken.check_times(bounds, _given(words))
    spoken.mark(bounds.scribekit)
    return spoken


def _read_bounds(body: bytes) -> _Bounds:
    try:
        return _bounds.decode(body)
    except msgspec.ValidationError:
        raw = msgspec.json.decode(body)
        return _Bounds(read_review(body), wire.as_number(raw.get("audio_duration")), raw.get("audio_start_from"), raw.get("audio_end_at"))


def _given(words: Sequence[wire.Word]) -> tuple[clock.Flags, clock.Flags] | None:
    if not any(isinstance(word, wire.MendedWord) for word in words):
        return None
    starts = [not isinstance(word, wire.MendedWord) or word.is_start_given for word in words]
    ends = [not isinstance(word, wire.MendedWord) or word.is_end_given for word in words]
    return np.array(starts, dtype=np.bool_), np.array(ends, dtype=np.bool_)
