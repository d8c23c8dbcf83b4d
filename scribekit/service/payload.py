"""Words and groups of words in the form of a payload, and the conversion of a recogniser's words to it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import overload

import msgspec
from msgspec import UNSET, UnsetType

from scribekit.service.recognisers.base import SpokenWord


class PayloadWord(msgspec.Struct, gc=False):
    """One word of a payload: times in milliseconds; ``channel`` is omitted unless each channel was transcribed separately."""

    text: str
    start: int
    end: int
    confidence: float | None
    speaker: str | None = None
    channel: str | UnsetType = UNSET


class PayloadGroup(msgspec.Struct):
    """Consecutive words: an utterance or a sentence."""

    text: str
    start: int
    end: int
    confidence: float | None
    words: list[PayloadWord]
    speaker: str | None = None
    channel: str | UnsetType = UNSET


class PayloadParagraph(msgspec.Struct):
    """Consecutive sentences. A paragraph of the contract has no speaker."""

    text: str
    start: int
    end: int
    confidence: float | None
    words: list[PayloadWord]


class LazyWords(Sequence[SpokenWord]):
    """Words that are made on demand, directly in the form of the payload.

    A rehearsal holds ten thousand transcripts of thousands of words: their seeds fit in memory, their words do not.
    """

    __slots__ = ()

    @abstractmethod
    def payload(self) -> list[PayloadWord]:
        """Make all words, sorted by start."""

    @overload
    def __getitem__(self, index: int) -> SpokenWord: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[SpokenWord]: ...
    def __getitem__(self, index: int | slice) -> SpokenWord | Sequence[SpokenWord]:
        return list(self)[index]

    def __iter__(self) -> Iterator[SpokenWord]:
        for word in self.payload():
            channel = None if word.channel is UNSET else word.channel
            yield SpokenWord(word.text, word.start, word.end, word.confidence, word.speaker, channel)

    def __len__(self) -> int:
        return len(self.payload())


def payload_words(words: Sequence[SpokenWord]) -> list[PayloadWord]:
    """Return the words in the form of a payload.

    Example:
        >>> payload_words([SpokenWord("Hi", 0, 250, 0.9, speaker="A")])[0].end
        250
    """
    if isinstance(words, LazyWords):
        return words.payload()
    return [
        PayloadWord(
            word.text,
            int(word.start_ms),
            int(word.end_ms),
            None if word.confidence is None else round(word.confidence, 4),
            word.speaker,
            UNSET if word.channel is None else word.channel,
        )
        for word in words
    ]


def mean_confidence(words: Sequence[PayloadWord]) -> float | None:
    """Return the mean confidence of the words that have one: None when none of them has; 0.0 without words.

    Example:
        >>> mean_confidence([PayloadWord("a", 0, 9, 0.5), PayloadWord("b", 9, 18, None)]), mean_confidence([PayloadWord("b", 9, 18, None)])
        (0.5, None)
    """
    known = [word.confidence for word in words if word.confidence is not None]
    return round(sum(known) / len(known), 5) if known else None if words else 0.0
