"""The document that every export format renders, and the description of a format. Pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import msgspec

from scribekit.base import contract
from scribekit.base.text import clean, join_words, split_words, width
from scribekit.transcripts import frames
from scribekit.transcripts.captions import Cue, cues_of_transcript

_LETTER_OR_NUMBER = re.compile(r"\d*[A-Z]{0,2}|UNKNOWN")


@dataclass(frozen=True)
class Document:
    """One transcript to be exported.

    Attributes:
        recording_id: The recording's name.
        transcript: The payload as read, with the times of the tables.
        payload: The payload as received.
        source: Local path or URL of the audio.
        speaker_names: Speaker label → the name to write instead.
        latest_ms: The end of the recording, as far as it is known.
        is_unredacted: Whether to write the texts without masks.
        has_times: Whether it is known when each part was said.
    """

    recording_id: str
    transcript: contract.Transcript
    payload: bytes
    source: str | None = None
    speaker_names: Mapping[str, str] = field(default_factory=dict)
    latest_ms: int = contract.LATEST_MS
    is_unredacted: bool = False
    has_times: bool = True

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
        transcript, latest_ms = frames.read_with_repaired_times(payload)
        return cls(recording_id, transcript, payload, source, speaker_names or {}, latest_ms)

    def translated(self, language: str) -> Document | None:
        """Return the document of a translation; None if the transcript has none in that language."""
        turns = frames.translated_turns(self.payload, language)
        if not turns:
            return None
        text, has_times = join_words([turn.text for turn in turns]), all(turn.utterance is not None for turn in turns)
        transcript = msgspec.structs.replace(self.transcript, text=text, words=None, utterances=None, language_code=language)
        if has_times:
            transcript.utterances = [_utterance(turn) for turn in turns]
            transcript.words = [word for utterance in transcript.utterances for word in utterance.words or ()]
        return replace(self, transcript=transcript, has_times=has_times)

    def unredacted(self) -> Document | None:
        """Return the document of the texts without masks, as received; None if the transcript has none."""
        plain = frames.unredacted_payload(self.payload)
        return None if plain is None else replace(self, transcript=frames.read_with_repaired_times(plain)[0], is_unredacted=True)

    @cached_property
    def cues(self) -> list[Cue]:
        """The transcript's captions, cut once for all the subtitle formats."""
        return cues_of_transcript(self.transcript, latest_ms=self.latest_ms)

    @cached_property
    def named_cues(self) -> list[Cue]:
        """The transcript's captions with the speaker's name before each, where there is one."""
        return cues_of_transcript(self.transcript, latest_ms=self.latest_ms, name_of=self._prefix)

    def _prefix(self, speaker: str | None, channel: str | None) -> str | None:
        name = self.name_of(speaker, channel)
        return name and f"{name}: "

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
        needs_times: Whether it is nothing without times.
        is_of_words: Whether it has only what was said, so that a translation can be written in it.
        render: Returns the file's text, for UTF-8 with LF line ends; the same text for the same document.
        options: What can be switched on or off, with what holds otherwise; keywords of ``render``.
    """

    name: str
    suffix: str
    render: Callable[..., str]
    is_of_words: bool = True
    needs_times: bool = False
    options: Mapping[str, bool] = field(default_factory=dict)


def _utterance(turn: frames.TranslatedTurn) -> contract.Utterance:
    """Return a translated turn in the shape of an utterance; its words share its time by their widths, so that cues can be cut."""
    texts = split_words(turn.text)
    edges = [0, *itertools.accumulate(width(text) + 1 for text in texts)]
    times = [turn.start_ms + (turn.end_ms - turn.start_ms) * edge // max(1, edges[-1]) for edge in edges]
    words = [
        contract.Word(text, start, end, speaker=turn.speaker, channel=turn.channel)
        for text, (start, end) in zip(texts, itertools.pairwise(times), strict=True)
    ]
    return contract.Utterance(turn.text, turn.start_ms, turn.end_ms, speaker=turn.speaker, channel=turn.channel, words=words)
