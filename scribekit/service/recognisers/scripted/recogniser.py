"""The scripted recogniser: it plays the vendor's part for tests, rehearsals and load. It listens to nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from scribekit.base import contract
from scribekit.service.payload import LazyWords
from scribekit.service.recognisers.audio.probing import probe
from scribekit.service.recognisers.base import Audio, Recognition, RecognitionError
from scribekit.service.recognisers.scripted.script import (
    Script,
    invented_duration_s,
    script_of_file,
    script_of_url,
    seed_of_file,
    seed_of_url,
)
from scribekit.service.recognisers.scripted.speech import InventedWords, Voices, WrittenWords

DEFAULT_MODEL = "universal-3-pro"
ENGINE: Mapping[str, str] = {
    "name": "scripted",
    "version": "1",
    "quality": "scripted",
    "note": "Written beforehand or invented, for tests and rehearsals: nobody listened to the audio.",
}


class Scripted:
    """Words from a script, or invented from a seed that the audio's address or content gives.

    A job takes ``(overhead_s + seconds_per_hour * hours) / speed`` seconds. The defaults are near the samples that the vendor's
    documentation gives (1 h 03 min in 35 s, 8 h 21 min in 300 s).

    Args:
        speed: The time scale: 10 makes a rehearsal ten times as quick.
        seconds_per_hour: Processing time per hour of audio.
        overhead_s: Processing time of the shortest audio.
    """

    name = "scripted"
    needs_bytes = False

    def __init__(self, speed: float = 1.0, seconds_per_hour: float = 40.0, overhead_s: float = 3.0) -> None:
        self._speed = speed
        self._seconds_per_hour = seconds_per_hour
        self._overhead_s = overhead_s

    async def recognise(self, audio: Audio, options: Mapping[str, Any]) -> Recognition:
        """The scripted or invented words. Raises :class:`RecognitionError` with the script's or the contract's sentence."""
        if audio.path is None:
            script, seed = script_of_url(audio.url), seed_of_url(audio.url)
        else:
            script, seed = await asyncio.to_thread(_examined, audio.path)
        duration_s = script.duration_s if script.duration_s is not None else _length_s(script, seed)
        await asyncio.sleep((self._overhead_s + self._seconds_per_hour * duration_s / 3600) / self._speed)
        if script.fail:
            raise RecognitionError(script.fail)
        if duration_s * 1000 < contract.SHORTEST_MS:
            raise RecognitionError(contract.ERROR_TOO_SHORT)
        return _recognition(script, seed, duration_s, options)

    def close(self) -> None:
        """Nothing was started."""


def _examined(path: Path) -> tuple[Script, int]:
    try:
        script = script_of_file(path)
    except msgspec.MsgspecError as error:
        raise RecognitionError(f"{contract.ERROR_TRANSCODING}. The script cannot be read: {error}") from error
    if script is None:
        duration_s, channels = probe(path)
        script = Script(duration_s=duration_s, channels=channels)
    return script, seed_of_file(path)


def _length_s(script: Script, seed: int) -> float:
    return max(turn.end_ms for turn in script.turns) / 1000 if script.turns else invented_duration_s(seed)


def _recognition(script: Script, seed: int, duration_s: float, options: Mapping[str, Any]) -> Recognition:
    voices = _voices(script, options)
    punctuate, format_text = options.get("punctuate", True), options.get("format_text", True)
    words: LazyWords
    if script.turns is not None:
        words = WrittenWords(script.turns, voices, punctuate, format_text)
    else:
        words = InventedWords(seed, int(duration_s * 1000), voices, punctuate, format_text)
    detected = bool(options.get("language_detection"))
    return Recognition(
        words=words,
        duration_s=duration_s,
        channels=voices.channels,
        model=_model(options),
        engine=ENGINE,
        language_code="en" if detected else {"en": "en_us"}.get(code := options.get("language_code", "en_us"), code),
        extra={"language_confidence": 0.99} if detected else {},
    )


def _voices(script: Script, options: Mapping[str, Any]) -> Voices:
    split = bool(options.get("multichannel"))
    channels = script.channels or (2 if split else 1)
    speakers = script.speakers or options.get("speakers_expected") or (channels if split else 2)
    return Voices(bool(options.get("speaker_labels")), split, speakers, channels)


def _model(options: Mapping[str, Any]) -> str:
    models: Sequence[str] = options.get("speech_models") or [options.get("speech_model") or DEFAULT_MODEL]
    return models[0]
