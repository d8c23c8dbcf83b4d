"""Makes words on demand, from a seed or from a script."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from msgspec import UNSET, UnsetType

from scribekit.service.payload import LazyWords, PayloadWord
from scribekit.service.recognisers.base import speaker_label
from scribekit.service.recognisers.scripted.phrases import timed_sentence, timed_sentences
from scribekit.service.recognisers.scripted.script import Turn

PAUSE_MS = 380
LONGEST_TURN = 4
"""The most sentences that one speaker says in a row."""


@dataclass(frozen=True, slots=True)
class Labelling:
    """The speaker and channel of each word.

    Attributes:
        label_speakers: Whether speakers have labels.
        split_channels: Whether each channel is transcribed separately.
        speakers: The number of speakers.
        channels: The number of channels.
    """

    label_speakers: bool
    split_channels: bool
    speakers: int
    channels: int

    def of(self, speaker: int) -> tuple[str | None, str | UnsetType]:
        """Return the contract's ``speaker`` and ``channel`` of the speaker with this number.

        Example:
            >>> Labelling(label_speakers=True, split_channels=True, speakers=2, channels=2).of(1)
            ('2A', '2')
        """
        if not self.split_channels:
            return (speaker_label(speaker) if self.label_speakers else None), UNSET
        channel = str(speaker % self.channels + 1)
        return (f"{channel}{speaker_label(speaker // self.channels)}" if self.label_speakers else channel), channel


@dataclass(frozen=True, slots=True)
class InventedWords(LazyWords):
    """Words from the stock sentences: the same seed gives the same words."""

    seed: int
    duration_ms: int
    labelling: Labelling
    punctuate: bool
    format_text: bool

    def payload(self) -> list[PayloadWord]:
        """Make all words; the last one ends within the duration."""
        words: list[PayloadWord] = []
        sentences = timed_sentences(punctuate=self.punctuate, format_text=self.format_text)
        position = PAUSE_MS
        for choice, (speaker, channel) in self._sequence(len(sentences)):
            sentence = sentences[choice]
            room = self.duration_ms - position
            fitting = sentence.words if sentence.length_ms <= room else [word for word in sentence.words if word.end <= room]
            for text, start, end, confidence in fitting:
                words.append(PayloadWord(text, position + start, position + end, confidence, speaker, channel))
            position += sentence.length_ms + PAUSE_MS
            if position >= self.duration_ms:
                break
        return words

    def _sequence(self, size: int) -> Iterator[tuple[int, tuple[str | None, str | UnsetType]]]:
        draw = random.Random(self.seed).random  # noqa: S311 -- repeatable, no secret
        labels = [self.labelling.of(speaker) for speaker in range(self.labelling.speakers)]
        speaker = 0
        while True:
            for _ in range(1 + int(draw() * LONGEST_TURN)):
                yield int(draw() * size), labels[speaker]
            speaker = (speaker + 1 + int(draw() * (len(labels) - 1))) % len(labels)


@dataclass(frozen=True, slots=True)
class ScriptedWords(LazyWords):
    """The words of a script's turns."""

    turns: tuple[Turn, ...]
    labelling: Labelling
    punctuate: bool
    format_text: bool

    def payload(self) -> list[PayloadWord]:
        """Make all words, sorted by start."""
        words = [word for turn in self.turns for word in self._words_of(turn)]
        return sorted(words, key=lambda word: word.start)

    def _words_of(self, turn: Turn) -> Iterator[PayloadWord]:
        sentence = timed_sentence(turn.text, punctuate=self.punctuate, format_text=self.format_text)
        scale = (turn.end_ms - turn.start_ms) / max(1, sentence.length_ms)
        speaker = turn.speaker if self.labelling.label_speakers else None
        channel: str | UnsetType = UNSET
        if self.labelling.split_channels:
            channel = turn.channel
            speaker = f"{channel}{speaker}" if speaker else channel
        for word in sentence.words:
            start, end = round(turn.start_ms + word.start * scale), round(turn.start_ms + word.end * scale)
            yield PayloadWord(word.text, start, end, word.confidence, speaker, channel)
