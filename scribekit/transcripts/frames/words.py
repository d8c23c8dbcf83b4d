"""The words of one payload as columns, checked, and the marks of what people edited. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scribekit.base import contract
from scribekit.transcripts.frames import times
from scribekit.transcripts.frames.json_words import TEXT, WordColumns, read_columns
from scribekit.transcripts.frames.times import Flags, Times
from scribekit.transcripts.frames.utterances import Span, by_counts, by_listed_words, by_time

# -- what people edited -----------------------------------------------------------------------------------------------


def read_review(raw: Any) -> contract.Review | None:
    """Read the review of a payload value by value; what is not a position is dropped.

    Args:
        raw: What the payload has under ``scribekit``; nothing in a payload as received.

    Example:
        >>> read_review({"edited_words": [1, "x"]}).edited_words
        [1]
    """
    if not isinstance(raw, dict):
        return None
    return contract.Review(**{name: _positions(raw.get(name)) for name in contract.Review.__struct_fields__})


def is_edited(review: contract.Review | None) -> bool:
    """Whether a person changed anything."""
    return review is not None and any(msgspec.structs.astuple(review))


def flags(positions: Sequence[int], length: int) -> Flags:
    """Return a flag for each row: whether it is at one of the positions. Positions beyond the last row are ignored.

    Example:
        >>> flags([2, 7], 3).tolist()
        [False, False, True]
    """
    marked = np.zeros(length, dtype=np.bool_)
    marked[[position for position in positions if 0 <= position < length]] = True
    return marked


def _positions(values: Any) -> list[int]:
    return [value for value in values if type(value) is int] if isinstance(values, list) else []


# -- words ------------------------------------------------------------------------------------------------------------


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
        repaired: Which words had an impossible time; None when no word had.
        utterances: The utterance of each word; None when it was not asked for or there are no utterances.
        edited: Which words a person changed; None in a payload as received.
        retimed: Which words have times by alignment; None in a payload as received.
    """

    texts: Any
    starts: Times
    ends: Times
    confidences: Any
    speakers: Any
    channels: Any
    repaired: Flags | None = None
    utterances: Sequence[int | None] | Times | None = None
    edited: Flags | None = None
    retimed: Flags | None = None

    def __len__(self) -> int:
        return len(self.texts)

    def find_utterances(self, spans: Sequence[Span | contract.Utterance], counts: Times | None = None) -> bool:
        """Note the utterance of each word by its time; to be called before the times are repaired.

        Args:
            spans: The utterances.
            counts: How many words each lists, where they list all words one after the other: then these decide.

        Returns:
            Whether the utterance of every word was found.
        """
        if not len(self) or not spans:
            return True
        if counts is None:
            self.utterances = by_time(self.starts, self.ends, self.speakers, self.channels, spans)
        else:
            self.utterances = by_counts(self.starts, self.ends, spans, counts)
        return self.utterances is not None

    def mark(self, review: contract.Review | None) -> None:
        """Note what people changed."""
        if review is not None:
            self.edited = flags(review.edited_words, len(self))
            self.retimed = flags(review.retimed_words, len(self))

    def repair_times(self, latest: int, given: tuple[Flags, Flags] | None = None) -> None:
        """Replace impossible times.

        Args:
            latest: The end of the recording, in ms.
            given: For starts and for ends, whether the payload gave a number; None when it always did.
        """
        if given is not None or not times.are_plausible(self.starts, self.ends, latest):
            channels = [None] * len(self) if self.channels is None else self.channels.to_pylist()
            self.starts, self.ends, repaired = times.repair_times(self.starts, self.ends, channels, latest, given)
            self.repaired = repaired if repaired.any() else None


def read_words(written: bytes) -> Words:
    """Read the words of a payload, by the fast path where they are written alike.

    Args:
        written: The value of ``words``.

    Raises:
        msgspec.ValidationError: A word is missing a value or has an odd one.
        OverflowError: A time is too large for 64 bits.
    """
    columns = read_columns(written)
    return decode_words(written) if columns is None else words_of_columns(columns)


def words_of_columns(columns: WordColumns) -> Words:
    """Return the words that the fast path read."""
    starts, ends = columns.start.to_numpy(), columns.end.to_numpy()
    return Words(columns.text, starts, ends, _possible(columns.confidence), columns.speaker, columns.channel)


def decode_words(written: bytes) -> Words:
    """Decode the words of a payload one by one: what :func:`read_words` returns, by the plain path."""
    return _of_words(_words.decode(written) or ())


def read_words_leniently(transcript: contract.Transcript, *, with_utterances: bool) -> tuple[Words, tuple[Flags, Flags] | None]:
    """Return the words of a transcript that was read value by value, and which times the payload gave, if not all.

    Args:
        transcript: The whole transcript.
        with_utterances: Find the utterance of each word too.
    """
    listed, spans = transcript.words or [], transcript.utterances or []
    words = _of_words(listed)
    if with_utterances and not words.find_utterances(spans):
        words.utterances = by_listed_words(listed, spans)
    return words, times.given_times(listed)


def _of_words(words: Sequence[_Word | contract.Word]) -> Words:
    starts, ends = (np.array(values, dtype=np.int64) for values in ([word.start for word in words], [word.end for word in words]))
    confidences = _possible(pa.array([word.confidence for word in words], pa.float64()))
    texts, speakers, channels = (
        pa.array(values, TEXT)
        for values in ([word.text for word in words], [word.speaker for word in words], [word.channel for word in words])
    )
    return Words(texts, starts, ends, *(_unless_missing(column) for column in (confidences, speakers, channels)))


def _possible(confidences: Any) -> Any:
    """Return a column of confidences without those that are not from 0 to 1."""
    if confidences is None:
        return None
    ends = pc.min_max(confidences).as_py()
    if ends["min"] is None or 0 <= ends["min"] <= ends["max"] <= 1:
        return confidences
    is_possible = pc.and_(pc.greater_equal(confidences, 0), pc.less_equal(confidences, 1))
    return pc.if_else(is_possible, confidences, None)


def _unless_missing(column: Any) -> Any:
    return None if column.null_count == len(column) else column
