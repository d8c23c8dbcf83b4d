"""The document that every export format renders, and the description of a format. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from scribekit.base import contract
from scribekit.base.text import clean
from scribekit.transcripts.captions import Cue, cues_of_transcript

_LETTER_OR_NUMBER = re.compile(r"\d*[A-Z]{0,2}|UNKNOWN")


@dataclass(frozen=True)
class Document:
    """One transcript to be exported.

    Attributes:
        recording_id: The recording's name.
        transcript: The payload as read.
        payload: The payload as received.
        source: Local path or URL of the audio.
        speaker_names: Speaker label → the name to write instead.
    """

    recording_id: str
    transcript: contract.Transcript
    payload: bytes
    source: str | None = None
    speaker_names: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_payload(
        cls, recording_id: str, payload: bytes, *, source: str | None = None, speaker_names: Mapping[str, str] | None = None
    ) -> Document:
        """Make a document of a payload as received.

        Raises:
            msgspec.MsgspecError: The payload is not a JSON transcript.

        Example:
            >>> Document.from_payload("a.mp3", b'{"id": "t1", "status": "completed", "text": "Hi."}').transcript.text
            'Hi.'
        """
        return cls(recording_id, contract.read_transcript(payload), payload, source, speaker_names or {})

    @cached_property
    def cues(self) -> list[Cue]:
        """The transcript's captions, cut once for all the subtitle formats."""
        return cues_of_transcript(self.transcript)

    def name_of(self, speaker: str | None, channel: str | None = None) -> str | None:
        """Return how to call a speaker: by the name given, "Channel 1", "Speaker A" or, where the label is a name already, the label.

        Example:
            >>> document = Document.from_payload("a", b'{"id": "t", "status": "completed"}', speaker_names={"B": "Ann"})
            >>> document.name_of("A"), document.name_of("B"), document.name_of("1", "1"), document.name_of("Host")
            ('Speaker A', 'Ann', 'Channel 1', 'Host')
        """
        if speaker is not None and speaker in self.speaker_names:
            return clean(self.speaker_names[speaker])
        label = clean(speaker or "")
        if not label:
            return f"Channel {clean(channel)}" if channel else None
        if speaker == channel:
            return f"Channel {label}"
        return f"Speaker {label}" if _LETTER_OR_NUMBER.fullmatch(label) else label


@dataclass(frozen=True)
class Format:
    """One kind of export file.

    Attributes:
        name: What users call it.
        suffix: What is added to the recording's name.
        render: Returns the file's text, for UTF-8 with LF line ends; the same text for the same document.
    """

    name: str
    suffix: str
    render: Callable[[Document], str]
