"""The protocol between the service and a recogniser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True)
class SpokenWord:
    """One recognised word; times in milliseconds, speaker and channel as the contract writes them (``"A"``, ``"1"``)."""

    text: str
    start_ms: int
    end_ms: int
    confidence: float
    speaker: str | None = None
    channel: str | None = None


@dataclass(frozen=True)
class Recognition:
    """What a recogniser heard.

    Attributes:
        words: All words, sorted by start (for multichannel: merged over the channels). A sequence may make them when they are asked for.
        duration_s: Length of the audio in seconds.
        channels: Number of channels of the audio.
        model: What the transcript's ``speech_model_used`` says.
        engine: What made the transcript: ``name``, ``version``, ``quality``, ``note``. The service puts it into the transcript as it is.
        language_code: Language of the transcript.
    """

    words: Sequence[SpokenWord]
    duration_s: float
    channels: int
    model: str
    engine: Mapping[str, str]
    language_code: str = "en_us"
    extra: Mapping[str, Any] = field(default_factory=dict)


class RecognitionError(Exception):
    """The recording cannot be transcribed; the message is the literal that goes into the transcript's ``error``."""


@dataclass(frozen=True)
class Audio:
    """One audio source on this machine.

    Attributes:
        path: The file, or None when only a URL is known (the scripted recogniser needs no bytes).
        url: The ``audio_url`` of the request.
    """

    path: Path | None
    url: str


class Recogniser(Protocol):
    """Turns audio into words.

    ``options`` is the request body as the client sent it (``speaker_labels``, ``multichannel``, ``keyterms_prompt``, …).
    """

    name: str
    needs_bytes: bool

    async def recognise(self, audio: Audio, options: Mapping[str, Any]) -> Recognition:
        """The words of the audio. Raises :class:`RecognitionError` with the service's literal when it cannot."""
        ...

    def close(self) -> None:
        """End the processes that this recogniser started."""
        ...
