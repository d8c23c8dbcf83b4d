"""The protocol between the service and a recogniser."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import ascii_uppercase
from typing import Any, Protocol

from scribekit.service.recognisers.abilities import Abilities


@dataclass(frozen=True)
class SpokenWord:
    """One recognised word.

    Attributes:
        text: As it is to be read, with its punctuation.
        start_ms: Its start in milliseconds of the whole recording.
        end_ms: Its end.
        confidence: The probability that it is right, 0 to 1; None where the recogniser knows none.
        speaker: Its speaker as the contract writes them, for example ``"A"``; None unless speakers are asked for.
        channel: Its channel, for example ``"1"``; None unless each channel is transcribed separately.
    """

    text: str
    start_ms: int
    end_ms: int
    confidence: float | None
    speaker: str | None = None
    channel: str | None = None


@dataclass(frozen=True)
class Recognition:
    """The result of a recogniser.

    Attributes:
        words: All words, sorted by start (for multichannel: merged over the channels). A sequence may make them on demand.
        duration_s: Length of the audio in seconds.
        channels: Number of channels of the audio.
        model: The transcript's ``speech_model_used``.
        engine: What made the transcript: ``name``, ``version``, ``quality``, ``note``. It becomes the transcript's ``engine`` unchanged.
        language_code: Language of the transcript.
        extra: Further fields of the transcript.
        unredacted: The words without masks; None unless they were asked for.
        warnings: What the transcript lacks of what was asked for, a sentence each.
    """

    words: Sequence[SpokenWord]
    duration_s: float
    channels: int
    model: str
    engine: Mapping[str, str]
    language_code: str = "en_us"
    extra: Mapping[str, Any] = field(default_factory=dict)
    unredacted: Sequence[SpokenWord] | None = None
    warnings: Sequence[str] = ()


@dataclass(frozen=True)
class Piece:
    """A part of a recording that is recognised, so that a recogniser that is started again goes on behind it.

    Attributes:
        end_ms: Where the next piece begins, in the time of the recording.
        content: What was recognised, in the recogniser's own form; it can be pickled.
    """

    end_ms: int
    content: Any


class RecognitionError(Exception):
    """The recording cannot be transcribed; the message is the literal ``error`` of the transcript."""


@dataclass(frozen=True)
class Audio:
    """One audio source on this machine.

    Attributes:
        path: The file, or None when only a URL is known (the scripted recogniser needs no bytes).
        url: The ``audio_url`` of the request.
    """

    path: Path | None
    url: str


Progress = Callable[[float], None]
"""Takes the share of a recording that is done, from 0 to 1; safe from any thread."""


def unreported(_share: float) -> None:
    """Take the share that is done, and tell nobody."""


class Recogniser(Protocol):
    """Turns audio into words.

    ``options`` is the request body as the client sent it (``speaker_labels``, ``multichannel``, ``keyterms_prompt``, …).
    ``abilities`` says what it does with each of them.
    """

    name: str
    needs_bytes: bool
    abilities: Abilities

    async def recognise(self, audio: Audio, options: Mapping[str, Any], progress: Progress = unreported) -> Recognition:
        """Recognise the words of the audio, and say now and then what share of it is done. Cancelling it frees what it holds at once.

        Raises:
            RecognitionError: The audio cannot be transcribed; the message is the service's literal.
        """
        ...

    def close(self) -> None:
        """End the processes that this recogniser has started."""
        ...


def speaker_label(number: int) -> str:
    """Return the label of a speaker: A to Z for 0 to 25, then AA, AB and so on.

    Example:
        >>> speaker_label(0), speaker_label(25), speaker_label(26)
        ('A', 'Z', 'AA')
    """
    round_, letter = divmod(number, len(ascii_uppercase))
    return (speaker_label(round_ - 1) if round_ else "") + ascii_uppercase[letter]
