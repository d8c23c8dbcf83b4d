"""The options of a request that the embedded recogniser uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scribekit.service.recognisers.audio.media import Span
from scribekit.service.recognisers.pocketsphinx.diarization import SpeakerCount
from scribekit.service.recognisers.pocketsphinx.keyterms import KeyTerm, key_terms


@dataclass(frozen=True)
class Request:
    """The options that the embedded recogniser uses; it ignores all others.

    Attributes:
        split_channels: Whether to transcribe each channel separately (``multichannel``, or the older ``dual_channel``).
        label_speakers: Whether to tell the speakers of a channel apart by their voices (``speaker_labels``).
        speakers: How many speakers to find in each channel.
        terms: The caller's key terms.
        capitals: Whether sentences begin with a capital (``format_text``).
        full_stops: Whether sentences end with a full stop (``punctuate``).
        span: The part of the recording to transcribe (``audio_start_from``, ``audio_end_at``).
    """

    split_channels: bool
    label_speakers: bool
    speakers: SpeakerCount
    terms: tuple[KeyTerm, ...]
    capitals: bool
    full_stops: bool
    span: Span

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Request:
        """Read a request body; an option that is absent or null has the service's default."""
        end = options.get("audio_end_at")
        return cls(
            split_channels=bool(options.get("multichannel") or options.get("dual_channel")),
            label_speakers=bool(options.get("speaker_labels")),
            speakers=SpeakerCount.of(options),
            terms=key_terms(options),
            capitals=options.get("format_text") is not False,
            full_stops=options.get("punctuate") is not False,
            span=Span(max(0, int(options.get("audio_start_from") or 0)), None if end is None else int(end)),
        )
