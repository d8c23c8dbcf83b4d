"""The options of a request that Whisper uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scribekit.base.options import base_language
from scribekit.service.recognisers.audio.media import Span
from scribekit.service.recognisers.hints import hints
from scribekit.service.recognisers.pocketsphinx.diarization import SpeakerCount
from scribekit.service.recognisers.whisper.abilities import translates_only_into_english


@dataclass(frozen=True)
class Request:
    """The options that Whisper uses; it ignores all others.

    Attributes:
        split_channels: Whether to transcribe each channel separately (``multichannel``, or the older ``dual_channel``).
        label_speakers: Whether to tell the speakers of a channel apart by their voices (``speaker_labels``).
        speakers: How many speakers to find in each channel.
        hints: What the model is told before each part: the prompt and the key terms; None for nothing.
        temperature: The first temperature to decode with.
        capitals: Whether capitals stay (``format_text``).
        punctuation: Whether punctuation stays (``punctuate``).
        language: The language, without a region; None to detect it.
        language_given: ``language_code`` as the request has it.
        expected: The languages that may be detected; empty for all.
        fallback: The language to take where none of those is detected; None for the likeliest of them.
        least_confidence: The least confidence of a detected language; None for any.
        translates: Whether to translate into English too.
        span: The part of the recording to transcribe (``audio_start_from``, ``audio_end_at``).
    """

    split_channels: bool
    label_speakers: bool
    speakers: SpeakerCount
    hints: str | None
    temperature: float
    capitals: bool
    punctuation: bool
    language: str | None
    language_given: str | None
    expected: tuple[str, ...]
    fallback: str | None
    least_confidence: float | None
    translates: bool
    span: Span

    @classmethod
    def of(cls, options: Mapping[str, Any], language: str | None = None) -> Request:
        """Read a request body; an option that is absent or null has the service's default.

        Args:
            options: The request body.
            language: The language of requests that neither name one nor ask to detect it; None to detect it.
        """
        end, given = options.get("audio_end_at"), options.get("language_code")
        named = given or (None if options.get("language_detection") else language)
        detection = options.get("language_detection_options") or {}
        expected = [base_language(code) for code in detection.get("expected_languages") or () if code != "all"]
        fallback = detection.get("fallback_language")
        return cls(
            split_channels=bool(options.get("multichannel") or options.get("dual_channel")),
            label_speakers=bool(options.get("speaker_labels")),
            speakers=SpeakerCount.of(options),
            hints=hints(options),
            temperature=float(options.get("temperature") or 0),
            capitals=options.get("format_text") is not False,
            punctuation=options.get("punctuate") is not False,
            language=None if named is None else base_language(named),
            language_given=given,
            expected=tuple(expected),
            fallback=base_language(fallback) if fallback and fallback != "auto" else None,
            least_confidence=options.get("language_confidence_threshold"),
            translates=translates_only_into_english(options.get("speech_understanding")),
            span=Span(max(0, int(options.get("audio_start_from") or 0)), None if end is None else int(end)),
        )
