"""A server that speaks OpenAI's API, behind the protocol of all recognisers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scribekit.base import contract
from scribekit.base.options import base_language
from scribekit.service.recognisers.audio.media import Span
from scribekit.service.recognisers.base import Audio, Progress, Recognition, RecognitionError, SpokenWord, unreported
from scribekit.service.recognisers.hints import hints
from scribekit.service.recognisers.openai.abilities import ABILITIES
from scribekit.service.recognisers.openai.answer import Answer, NoTranscriptError, Times, read_answer
from scribekit.service.recognisers.openai.server import Fields, Server
from scribekit.service.recognisers.openai.sound import Sound, read_sound
from scribekit.service.recognisers.whisper.words import written

_NOTES = {
    Times.WORDS: "The server timed each word.",
    Times.SEGMENTS: "The server timed segments only: times of words are spread over their segment by length of the text.",
    Times.NONE: "The server gave a text without times: times of words are spread over the recording by length of the text.",
}
_BEST_FIRST = list(Times)


class OpenAI:
    """Has a server transcribe recordings.

    Args:
        server: The server.
        model: The model that it shall use, by the server's name.
    """

    name = "openai"
    needs_bytes = True
    abilities = ABILITIES

    def __init__(self, server: Server, model: str) -> None:
        self._server = server
        self._model = model

    async def recognise(self, audio: Audio, options: Mapping[str, Any], progress: Progress = unreported) -> Recognition:
        """Have a recording transcribed, each channel by itself when that is asked for. Cancelling it closes the connection.

        Args:
            audio: A recording with a path.
            options: The request body.
            progress: Called when the sound is ready, and with each channel that is done.

        Raises:
            RecognitionError: It is no recording, or the server does not transcribe it.
        """
        if audio.path is None:
            raise RecognitionError(f"{contract.ERROR_DOWNLOAD}. The recogniser openai needs the file of {audio.url}")
        split = bool(options.get("multichannel") or options.get("dual_channel"))
        end = options.get("audio_end_at")
        span = Span(max(0, int(options.get("audio_start_from") or 0)), None if end is None else int(end))
        stopped = threading.Event()
        try:
            sound = await asyncio.to_thread(read_sound, audio.path, split_channels=split, span=span, stopped=stopped)
        finally:
            stopped.set()
        try:
            progress(0.0)
            answers = []
            for number, file in enumerate(sound.files, 1):
                body = await self._server.transcribe(file, form(self._model, options), sound.length_ms / 1000)
                answers.append(self._read(body, sound))
                progress(number / len(sound.files))
        finally:
            sound.close()
        return self._recognition(answers, sound, options, split=split)

    def close(self) -> None:
        """Do nothing: a connection ends with its recording."""

    def _read(self, body: bytes, sound: Sound) -> Answer:
        try:
            return read_answer(body, sound.start_ms, sound.length_ms)
        except NoTranscriptError as other:
            raise RecognitionError(
                f"The speech server {self._server.host} answered with {other}, not with a transcript. "
                "Check url=, which most often ends with /v1."
            ) from None

    def _recognition(self, answers: list[Answer], sound: Sound, options: Mapping[str, Any], *, split: bool) -> Recognition:
        given = options.get("language_code")
        words: list[SpokenWord] = []
        for number, answer in enumerate(answers, 1):
            channel = str(number) if split else None
            words += [replace(word, speaker=channel, channel=channel) for word in answer.words]
        shown = written(
            sorted(words, key=lambda word: word.start_ms),
            capitals=options.get("format_text") is not False,
            punctuation=options.get("punctuate") is not False,
        )
        times = max((answer.times for answer in answers if answer.words), key=_BEST_FIRST.index, default=Times.WORDS)
        longest = max(answers, key=lambda answer: len(answer.words))
        return Recognition(
            words=tuple(shown),
            duration_s=sound.duration_s,
            channels=sound.channels,
            model=f"embedded-openai-{self._model}",
            engine=self._engine(times, has_confidence=any(word.confidence is not None for word in words)),
            extra={} if given else {"language_code": longest.language},
            language_code=given or "en",
        )

    def _engine(self, times: Times, *, has_confidence: bool) -> dict[str, str]:
        confidence = "" if has_confidence else " It does not say how sure it is of a word: there is no confidence."
        return {
            "name": f"openai {self._model}",
            "version": f"at {self._server.host}",
            "quality": f"accuracy not measured, times of {times}" if times is not Times.NONE else "accuracy not measured, no times",
            "note": _NOTES[times] + confidence,
            "times": times.value,
        }


def form(model: str, options: Mapping[str, Any]) -> Fields:
    """Return the fields of the form for a request.

    Example:
        >>> form("small", {"language_code": "de_at", "keyterms_prompt": ["Ada"]})["language"]
        'de'
    """
    fields: dict[str, str | list[str]] = {
        "model": model,
        "response_format": "verbose_json",
        "timestamp_granularities[]": ["word", "segment"],
    }
    told = {
        "language": base_language(options["language_code"]) if options.get("language_code") else None,
        "prompt": hints(options),
        "temperature": None if options.get("temperature") is None else str(options["temperature"]),
    }
    return fields | {name: value for name, value in told.items() if value is not None}
