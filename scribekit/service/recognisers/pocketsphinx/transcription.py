"""Transcribes one recording inside a worker process: all steps of the embedded recogniser."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from scribekit.service.recognisers.audio.media import RATE_HZ, Recording
from scribekit.service.recognisers.base import Recognition, SpokenWord, speaker_label
from scribekit.service.recognisers.pocketsphinx.cepstra import HOP
from scribekit.service.recognisers.pocketsphinx.decoding import decoder_for
from scribekit.service.recognisers.pocketsphinx.diarization import SpeakerCount, assign_speakers
from scribekit.service.recognisers.pocketsphinx.listening import Passage, Track
from scribekit.service.recognisers.pocketsphinx.punctuation import as_sentence
from scribekit.service.recognisers.pocketsphinx.request import Request
from scribekit.service.recognisers.workers import Transcriber

MODEL = "embedded-pocketsphinx"
NOTE = (
    "Demonstration: about 5 to 10 % word errors on generated speech, a third to a half of the words of human speech; US English only; "
    "punctuation and capitals are added by rule; speaker labels of single-channel audio are approximate."
)
_HOP_MS = HOP * 1000 / RATE_HZ


def transcriber() -> Transcriber:
    """Return what a worker process runs: the whole recording is one piece."""
    return lambda path, options, _done: iter([transcribe(path, options)])


def transcribe(path: Path, options: Mapping[str, Any]) -> Recognition:
    """Transcribe a recording.

    Memory does not grow with its length, except for the words and, when speakers are asked for, 17 MB of cepstra per hour of speech.

    Args:
        path: An audio or video file.
        options: The request body; see :class:`~scribekit.service.recognisers.pocketsphinx.request.Request` for what is used.

    Raises:
        RecognitionError: The file cannot be transcribed; the message is the service's literal.
    """
    request = Request.of(options)
    recording = Recording(path, split_channels=request.split_channels, span=request.span)
    channels = _passages(recording, request)
    words = [word for number, passages in enumerate(channels, 1) for word in _sentences(passages, number, request)]
    return Recognition(
        words=tuple(sorted(words, key=lambda word: word.start_ms)),
        duration_s=recording.duration_s,
        channels=recording.channels,
        model=MODEL,
        engine=engine(),
    )


def engine() -> dict[str, str]:
    """Return the transcript's ``engine``: what made it."""
    return {
        "name": "pocketsphinx en-us",
        "version": version("pocketsphinx"),
        "quality": "demonstration",
        "note": NOTE,
    }


def _passages(recording: Recording, request: Request) -> list[list[Passage]]:
    tracks: list[Track] = []
    passages: list[list[Passage]] = []
    for stretch, last in recording.stretches():
        if not tracks:
            decoder = decoder_for(request.terms)
            tracks = [Track(decoder, recording.first_sample, with_cepstra=request.label_speakers) for _ in stretch]
            passages = [[] for _ in stretch]
        for track, samples, of_track in zip(tracks, stretch, passages, strict=True):
            of_track.extend(track.process(samples, last=last))
    return passages


def _sentences(passages: Sequence[Passage], channel: int, request: Request) -> Iterator[SpokenWord]:
    """Yield the words of one channel with their speakers, written as sentences; a change of speaker ends a sentence."""
    labels = _speakers(passages, request.speakers) if request.label_speakers else [None for _ in passages]
    prefix = str(channel) if request.split_channels else ""
    for passage, speakers in zip(passages, labels, strict=True):
        words = [
            replace(
                word,
                speaker=f"{prefix}{speakers[at] if speakers else ''}" or None,
                channel=prefix or None,
            )
            for at, word in enumerate(passage.words)
        ]
        for _, turn in groupby(words, key=lambda word: word.speaker):
            yield from as_sentence(list(turn), capitals=request.capitals, full_stop=request.full_stops)


def _speakers(passages: Sequence[Passage], count: SpeakerCount) -> list[list[str]]:
    """Return the speaker of each word of each passage: the one of most of its frames."""
    speakers = assign_speakers([passage.cepstra for passage in passages], count)
    numbers = [
        [_main_speaker(frames, word, passage.start_ms) for word in passage.words]
        for passage, frames in zip(passages, speakers, strict=True)
    ]
    label = {number: speaker_label(rank) for rank, number in enumerate(dict.fromkeys(n for row in numbers for n in row))}
    return [[label[number] for number in row] for row in numbers]


def _main_speaker(frames: np.ndarray[Any, np.dtype[np.intp]], word: SpokenWord, start_ms: float) -> int:
    first = int((word.start_ms - start_ms) / _HOP_MS)
    last = max(first + 1, int((word.end_ms - start_ms) / _HOP_MS))
    own = frames[min(first, max(0, len(frames) - 1)) : last]
    return int(np.bincount(own).argmax()) if len(own) else 0
