"""The words of one payload as columns, checked. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from scribekit.base import contract
from scribekit.transcripts.frames import times as clock
from scribekit.transcripts.frames.edit_marks import flags
from scribekit.transcripts.frames.json_words import TEXT, WordColumns, read_columns
from scribekit.transcripts.frames.utterances import Span, by_counts, by_listed_words, by_time


class _Word(msgspec.Struct, gc=False):
    """A word whose times are any whole numbers: they are checked by the column."""

    text: str
    start: int
    end: int
    confidence: float | None = None
    speaker: str | None = None
    channel: str | None = None


_words = msgspec.json.Decoder(list[_Word] | None)


@dataclass
class Words:
    """The words of one payload, a column each.

    Attributes:
        texts: The words as written, as an Arrow array.
        starts: Starts in ms, checked.
        ends: Ends in ms, checked.
        confidences: 0 to 1, as an Arrow array; None when no word has one.
        speakers: Speaker labels, as an Arrow array; None when no word has one.
        channels: Channel names, as an Arrow array; None when no word has one.
        repaired: Which words had a time that could not be; None when no word had.
        utterances: The utterance that holds the word; None when it was not asked for or there are no utterances.
        edited: Which words a person changed; None when none was.
        retimed: Which words have times by alignment; None when none has.
    """

    texts: Any
    starts: clock.Times
    ends: clock.Times
    confidences: Any
    speakers: Any
    channels: Any
    repaired: clock.Flags | None = None
    utterances: Sequence[int | None] | clock.Times | None = None
    edited: clock.Flags | None = None
    retimed: clock.Flags | None = None

    def __len__(self) -> int:
        return len(self.texts)

    def find_utterances(self, spans: Sequence[Span | contract.Utterance], counts: clock.Times | None = None) -> bool:
        """Note the utterance of each word where its time says which; whether it does. To be called before the times are checked.

        Args:
            spans: The utterances.
            counts: How many words each lists, where they list all words one after the other.
        """
        if not len(self) or not spans:
            return True
        if counts is not None:
            self.utterances = by_counts(self.starts, self.ends, spans, counts)
        if self.utterances is None:
            self.utterances = by_time(self.starts, self.ends, self.speakers, self.channels, spans)
        return self.utterances is not None

    def mark(self, review: contract.Review | None) -> None:
        """Note what people changed."""
        if review is not None:
            self.edited = flags(review.edited_words, len(self))
            self.retimed = flags(review.retimed_words, len(self))

    def repair_times(self, latest: int, given: tuple[clock.Flags, clock.Flags] | None = None) -> None:
        """Put right what cannot be.

        Args:
            latest: The end of the recording, in ms.
            given: For starts and for ends, whether the payload gave a number; None when it always did.
        """
        if given is not None or not clock.are_plausible(self.starts, self.ends, latest):
            channels = [None] * len(self) if self.channels is None else self.channels.to_pylist()
            self.starts, self.ends, repaired = clock.repair(self.starts, self.ends, channels, latest, given)
            self.repaired = repaired if repaired.any() else None


def read_words(raw: msgspec.Raw) -> Words:
    """The words of a payload as it gives them.

    Args:
        raw: The value of ``words``.

    Raises:
        msgspec.ValidationError: A word has not got what it must, or odd values.
        OverflowError: A time is beyond all bounds.
    """
    written = bytes(raw)
    columns = read_columns(written)
    return spoken_of(_words.decode(written) or ()) if columns is None else spoken_of_columns(columns)


def spoken_of(words: Sequence[_Word | contract.Word]) -> Words:
    """Words that were read one by one, as columns."""
    starts, ends = (np.array(times, dtype=np.int64) for times in ([word.start for word in words], [word.end for word in words]))
    confidences = pa.array([word.confidence for word in words], pa.float64())
    texts, speakers, channels = (
        pa.array(values, TEXT)
        for values in ([word.text for word in words], [word.speaker for word in words], [word.channel for word in words])
    )
    return Words(texts, starts, ends, *(_unless_missing(column) for column in (confidences, speakers, channels)))


def spoken_leniently(transcript: contract.Transcript, *, with_utterances: bool) -> tuple[Words, tuple[clock.Flags, clock.Flags] | None]:
    """The words of a transcript that was read value by value, and which times the payload gave, if not all.

    Args:
        transcript: The whole transcript.
        with_utterances: Find the utterance of each word too.
    """
    words, spans = transcript.words or [], transcript.utterances or []
    spoken = spoken_of(words)
    if with_utterances and not spoken.find_utterances(spans):
        spoken.utterances = by_listed_words(words, spans)
    return spoken, _given(words)


def spoken_of_columns(columns: WordColumns) -> Words:
    """Words that are written alike."""
    starts, ends = columns.start.to_numpy(), columns.end.to_numpy()
    return Words(columns.text, starts, ends, columns.confidence, columns.speaker, columns.channel)


def _unless_missing(column: Any) -> Any:
    return None if column.null_count == len(column) else column


def _given(words: Sequence[contract.Word]) -> tuple[clock.Flags, clock.Flags] | None:
    if not any(isinstance(word, contract.RepairedWord) for word in words):
        return None
    starts = [not isinstance(word, contract.RepairedWord) or word.is_start_given for word in words]
    ends = [not isinstance(word, contract.RepairedWord) or word.is_end_given for word in words]
    return np.array(starts, dtype=np.bool_), np.array(ends, dtype=np.bool_)
