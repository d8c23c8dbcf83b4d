"""Speech that nobody spoke: words from a seed or from a script, made when they are asked for."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from string import ascii_uppercase

from msgspec import UNSET, UnsetType

from scribekit.service.payload import LazyWords, PayloadWord
from scribekit.service.recognisers.scripted.phrases import timed, timed_sentences
from scribekit.service.recognisers.scripted.script import Turn

PAUSE_MS = 380
LONGEST_TURN = 4
"""Sentences that one speaker says in a row, at most."""


@dataclass(frozen=True, slots=True)
class Voices:
    """How words are marked: which speakers there are and whether the channels are read apart."""

    labels: bool
    split: bool
    speakers: int
    channels: int

    def mark(self, speaker: int) -> tuple[str | None, str | UnsetType]:
        """The contract's speaker and channel values of the speaker with this number.

        Example:
            >>> Voices(labels=True, split=True, speakers=2, channels=2).mark(1)
            ('2A', '2')
        """
        if not self.split:
            return (letters(speaker) if self.labels else None), UNSET
        channel = str(speaker % self.channels + 1)
        return (f"{channel}{letters(speaker // self.channels)}" if self.labels else channel), channel


@dataclass(frozen=True, slots=True)
class InventedWords(LazyWords):
    """Speech from the sentence bank: the same seed gives the same words."""

    seed: int
    duration_ms: int
    voices: Voices
    punctuate: bool
    format_text: bool

    def payload(self) -> list[PayloadWord]:
        """All words; the last one ends within the duration."""
        words: list[PayloadWord] = []
        bank = timed_sentences(punctuate=self.punctuate, format_text=self.format_text)
        position = PAUSE_MS
        for choice, (speaker, channel) in self._sequence(len(bank)):
            sentence = bank[choice]
            room = self.duration_ms - position
            spoken = sentence.words if sentence.length_ms <= room else [w for w in sentence.words if w.end <= room]
            for text, start, end, confidence in spoken:
                words.append(PayloadWord(text, position + start, position + end, confidence, speaker, channel))
            position += sentence.length_ms + PAUSE_MS
            if position >= self.duration_ms:
                break
        return words

    def _sequence(self, size: int) -> Iterator[tuple[int, tuple[str | None, str | UnsetType]]]:
        draw = random.Random(self.seed).random  # noqa: S311 -- repeatable, no secret
        marks = [self.voices.mark(speaker) for speaker in range(self.voices.speakers)]
        speaker = 0
        while True:
            for _ in range(1 + int(draw() * LONGEST_TURN)):
                yield int(draw() * size), marks[speaker]
            speaker = (speaker + 1 + int(draw() * (len(marks) - 1))) % len(marks)


@dataclass(frozen=True, slots=True)
class WrittenWords(LazyWords):
    """The words of a script's turns."""

    turns: tuple[Turn, ...]
    voices: Voices
    punctuate: bool
    format_text: bool

    def payload(self) -> list[PayloadWord]:
        """All words, sorted by start."""
        words = [word for turn in self.turns for word in self._spoken(turn)]
        return sorted(words, key=lambda word: word.start)

    def _spoken(self, turn: Turn) -> Iterator[PayloadWord]:
        sentence = timed(turn.text, punctuate=self.punctuate, format_text=self.format_text)
        scale = (turn.end_ms - turn.start_ms) / max(1, sentence.length_ms)
        speaker = turn.speaker if self.voices.labels else None
        channel: str | UnsetType = UNSET
        if self.voices.split:
            channel = turn.channel
            speaker = f"{channel}{speaker}" if speaker else channel
        for word in sentence.words:
            start, end = round(turn.start_ms + word.start * scale), round(turn.start_ms + word.end * scale)
            yield PayloadWord(word.text, start, end, word.confidence, speaker, channel)


def letters(number: int) -> str:
    """The label of a speaker: A, B and so on to Z, then AA, AB.

    Example:
        >>> letters(0), letters(25), letters(26)
        ('A', 'Z', 'AA')
    """
    more, last = divmod(number, len(ascii_uppercase))
    return (letters(more - 1) if more else "") + ascii_uppercase[last]
