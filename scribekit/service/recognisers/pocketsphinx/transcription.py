"""One recording to a :class:`Recognition`: the whole way through the embedded recogniser, inside one worker process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from scribekit.service.recognisers.audio.media import RATE_HZ, Recording
from scribekit.service.recognisers.base import Recognition, SpokenWord
from scribekit.service.recognisers.pocketsphinx.cepstra import HOP
from scribekit.service.recognisers.pocketsphinx.decoding import decoder_for
from scribekit.service.recognisers.pocketsphinx.diarization import SpeakerCount, assign_speakers, label
from scribekit.service.recognisers.pocketsphinx.listening import Passage, Track
from scribekit.service.recognisers.pocketsphinx.punctuation import as_sentence
from scribekit.service.recognisers.pocketsphinx.request import Request

MODEL = "embedded-pocketsphinx"
NOTE = (
    "Embedded recogniser: about 5 to 10 % word errors on generated speech, about 30 % on read human speech; US English only; "
    "punctuation and capitals are added by rule; speaker labels of single-channel audio are approximate."
)
_HOP_MS = HOP * 1000 / RATE_HZ


def transcribe(path: Path, options: Mapping[str, Any]) -> Recognition:
    """The words of a recording.

    Memory stays bounded however long the recording is, but for its words and, when speakers are asked for, 17 MB of cepstra
    for an hour of speech.

    Args:
        path: An audio or video file.
        options: The request body; see :class:`~scribekit.service.recognisers.pocketsphinx.request.Request` for what is honoured.

    Raises:
        RecognitionError: The file cannot be transcribed; the message is the service's literal.
    """
    request = Request.of(options)
    recording = Recording(path, split_channels=request.split_channels, span=request.span)
    channels = _passages(recording, request)
    words = [word for number, passages in enumerate(channels, 1) for word in _written(passages, number, request)]
    return Recognition(
        words=tuple(sorted(words, key=lambda word: word.start_ms)),
        duration_s=recording.duration_s,
        channels=recording.channels,
        model=MODEL,
        engine=engine(),
    )


def engine() -> dict[str, str]:
    """What made the transcript, for the transcript itself to say."""
    return {
        "name": "pocketsphinx en-us",
        "version": version("pocketsphinx"),
        "quality": "demonstration",
        "note": NOTE,
    }


def _passages(recording: Recording, request: Request) -> list[list[Passage]]:
    tracks: list[Track] = []
    found: list[list[Passage]] = []
    for stretch, last in recording.stretches():
        if not tracks:
            decoder = decoder_for(request.terms)
            first = request.span.first_sample
            tracks = [Track(decoder, first, with_voices=request.label_speakers) for _ in stretch]
            found = [[] for _ in stretch]
        for track, samples, passages in zip(tracks, stretch, found, strict=True):
            passages.extend(track.hear(samples, last=last))
    return found


def _written(passages: Sequence[Passage], channel: int, request: Request) -> Iterator[SpokenWord]:
    """The words of one channel with their speakers, as sentences; a change of speaker ends a sentence."""
    names = _speakers(passages, request.speakers) if request.label_speakers else [None for _ in passages]
    prefix = str(channel) if request.split_channels else ""
    for passage, voices in zip(passages, names, strict=True):
        spoken = [
            replace(
                word,
                speaker=f"{prefix}{voices[at] if voices else ''}" or None,
                channel=prefix or None,
            )
            for at, word in enumerate(passage.words)
        ]
        for _, turn in groupby(spoken, key=lambda word: word.speaker):
            yield from as_sentence(list(turn), capitals=request.capitals, full_stop=request.full_stops)


def _speakers(passages: Sequence[Passage], count: SpeakerCount) -> list[list[str]]:
    """The speaker of each word of each passage: who is heard for most of the word."""
    heard = assign_speakers([passage.voice for passage in passages], count)
    numbers = [
        [_main_speaker(frames, word, passage.start_ms) for word in passage.words] for passage, frames in zip(passages, heard, strict=True)
    ]
    order = {number: label(rank) for rank, number in enumerate(dict.fromkeys(n for row in numbers for n in row))}
    return [[order[number] for number in row] for row in numbers]


def _main_speaker(frames: np.ndarray[Any, np.dtype[np.intp]], word: SpokenWord, start_ms: float) -> int:
    first = int((word.start_ms - start_ms) / _HOP_MS)
    last = max(first + 1, int((word.end_ms - start_ms) / _HOP_MS))
    own = frames[min(first, max(0, len(frames) - 1)) : last]
    return int(np.bincount(own).argmax()) if len(own) else 0
