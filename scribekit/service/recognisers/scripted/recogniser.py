"""The scripted recogniser: it plays the vendor's part for tests, rehearsals and load, without listening to the audio."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from scribekit.base import contract
from scribekit.base.models import DEFAULT_SPEECH_MODELS
from scribekit.base.options import is_too_short_for_threshold
from scribekit.service.payload import LazyWords
from scribekit.service.recognisers.audio.probing import probe
from scribekit.service.recognisers.base import Audio, Progress, Recognition, RecognitionError, unreported
from scribekit.service.recognisers.scripted.abilities import ABILITIES
from scribekit.service.recognisers.scripted.redaction import RedactedWords, masks_of
from scribekit.service.recognisers.scripted.script import (
    Script,
    invented_duration_s,
    script_of_file,
    script_of_url,
    seed_of_file,
    seed_of_url,
)
from scribekit.service.recognisers.scripted.speech import InventedWords, Labelling, ScriptedWords

LANGUAGE_CONFIDENCE = 0.99
ONLY_STOCK_NAMES = (
    "redact_pii masks in the words of a script only your own terms and what the sentences of the recogniser scripted have too"
)
ENGINE: Mapping[str, str] = {
    "name": "scripted",
    "version": "1",
    "quality": "scripted",
    "note": "Written beforehand or invented, for tests and rehearsals: nobody listened to the audio.",
}


class Scripted:
    """Words from a script, or invented from a seed: the audio's address or content.

    A job takes ``(overhead_s + seconds_per_hour * hours) / speed`` seconds. The defaults are near the examples in the
    vendor's documentation (1 h 03 min in 35 s, 8 h 21 min in 300 s).

    Args:
        speed: The time scale: 10 makes a rehearsal ten times as fast.
        seconds_per_hour: Processing time per hour of audio.
        overhead_s: Processing time of the shortest audio.
    """

    name = "scripted"
    needs_bytes = False
    abilities = ABILITIES

    def __init__(self, speed: float = 1.0, seconds_per_hour: float = 40.0, overhead_s: float = 3.0) -> None:
        self._speed = speed
        self._seconds_per_hour = seconds_per_hour
        self._overhead_s = overhead_s

    async def recognise(self, audio: Audio, options: Mapping[str, Any], progress: Progress = unreported) -> Recognition:  # noqa: ARG002 -- all at once
        """Return the scripted or invented words.

        Raises:
            RecognitionError: The script says so, or the file has no usable audio; the message is the script's or the contract's.
        """
        if audio.path is None:
            script, seed = script_of_url(audio.url), seed_of_url(audio.url)
        else:
            script, seed = await asyncio.to_thread(_script_and_seed, audio.path)
        duration_s = script.duration_s if script.duration_s is not None else _duration_s(script, seed)
        await asyncio.sleep((self._overhead_s + self._seconds_per_hour * duration_s / 3600) / self._speed)
        if script.fail:
            raise RecognitionError(script.fail)
        if duration_s * 1000 < contract.SHORTEST_MS:
            raise RecognitionError(contract.ERROR_TOO_SHORT)
        _check_thresholds(duration_s, options)
        return _recognition(script, seed, duration_s, options)

    def close(self) -> None:
        """Do nothing: no process was started."""


def _script_and_seed(path: Path) -> tuple[Script, int]:
    try:
        script = script_of_file(path)
    except msgspec.MsgspecError as error:
        raise RecognitionError(f"{contract.ERROR_TRANSCODING}. The script cannot be read: {error}") from error
    if script is None:
        duration_s, channels = probe(path)
        script = Script(duration_s=duration_s, channels=channels)
    return script, seed_of_file(path)


def _duration_s(script: Script, seed: int) -> float:
    return max(turn.end_ms for turn in script.turns) / 1000 if script.turns else invented_duration_s(seed)


def _check_thresholds(duration_s: float, options: Mapping[str, Any]) -> None:
    if is_too_short_for_threshold(options, duration_s):
        raise RecognitionError("speech_threshold needs at least 30 seconds of audio.")
    least = options.get("language_confidence_threshold")
    if least is not None and least > LANGUAGE_CONFIDENCE:
        raise RecognitionError(
            f"detected language 'en', confidence {LANGUAGE_CONFIDENCE}, is below the requested confidence threshold value of '{least}'"
        )


def _recognition(script: Script, seed: int, duration_s: float, options: Mapping[str, Any]) -> Recognition:
    labelling = _labelling(script, options)
    punctuate, format_text = options.get("punctuate", True), options.get("format_text", True)
    words: LazyWords
    if script.turns is not None:
        words = ScriptedWords(script.turns, labelling, punctuate, format_text)
    else:
        words = InventedWords(seed, int(duration_s * 1000), labelling, punctuate, format_text)
    detected = bool(options.get("language_detection"))
    masks = masks_of(options)
    wants_both = bool(masks) and bool(options.get("redact_pii_return_unredacted"))
    return Recognition(
        words=RedactedWords(words, masks, options.get("redact_pii_sub") == "entity_name") if masks else words,
        unredacted=words if wants_both else None,
        warnings=[ONLY_STOCK_NAMES] if script.turns is not None and options.get("redact_pii") else [],
        duration_s=duration_s,
        channels=labelling.channels,
        model=_model(options),
        engine=ENGINE,
        language_code="en" if detected else {"en": "en_us"}.get(code := options.get("language_code", "en_us"), code),
        extra=({"language_confidence": LANGUAGE_CONFIDENCE} if detected else {}) | script.answers,
    )


def _labelling(script: Script, options: Mapping[str, Any]) -> Labelling:
    split = bool(options.get("multichannel"))
    channels = script.channels or (2 if split else 1)
    bounds = options.get("speaker_options") or {}
    speakers = options.get("speakers_expected") or max(channels if split else 2, bounds.get("min_speakers_expected") or 1)
    speakers = min(speakers, bounds.get("max_speakers_expected") or speakers)
    return Labelling(bool(options.get("speaker_labels")), split, script.speakers or speakers, channels)


def _model(options: Mapping[str, Any]) -> str:
    models: Sequence[str] = options.get("speech_models") or [options.get("speech_model") or DEFAULT_SPEECH_MODELS[0]]
    return models[0]
