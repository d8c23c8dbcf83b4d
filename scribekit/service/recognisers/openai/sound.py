"""A recording as the files that are sent to a speech server: WAV, 16 kHz, one channel each, which every such server reads."""

from __future__ import annotations

import contextlib
import tempfile
import threading
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from scribekit.base import contract
from scribekit.base.errors import reason
from scribekit.service.recognisers.audio.media import RATE_HZ, Recording, Span
from scribekit.service.recognisers.base import RecognitionError

_LOUDEST = np.iinfo(np.int16).max


@dataclass(frozen=True)
class Sound:
    """What is sent of a recording.

    Attributes:
        files: One file for each channel, or one for all of them.
        start_ms: Where the sound begins in the recording.
        length_ms: How long it is.
        duration_s: Length of the whole recording in seconds.
        channels: Channels of the recording.
    """

    files: tuple[BinaryIO, ...]
    start_ms: int
    length_ms: int
    duration_s: float
    channels: int

    def close(self) -> None:
        """Delete the files."""
        for file in self.files:
            file.close()


def read_sound(path: Path, *, split_channels: bool, span: Span, stopped: threading.Event) -> Sound:
    """Write the files, beside the recording; they have no names, and are gone when they are closed.

    Args:
        path: The recording.
        split_channels: Whether each channel gets a file of its own; otherwise they are mixed.
        span: The part of the recording.
        stopped: Ends it at the next two minutes of sound, when it is set.

    Raises:
        RecognitionError: It is no recording, or the disk is full.
    """
    with contextlib.ExitStack() as files:
        try:
            recording = Recording(path, split_channels=split_channels, span=span)
            written: list[BinaryIO] = []
            count = 0
            with contextlib.ExitStack() as writers:
                writing: list[wave.Wave_write] = []
                for samples, _ in recording.stretches():
                    if stopped.is_set():
                        raise RecognitionError(contract.ERROR_SERVER)
                    for channel in samples[len(writing) :]:  # noqa: B007 -- as many files as channels
                        written.append(files.enter_context(tempfile.TemporaryFile(dir=path.parent)))
                        writing.append(writers.enter_context(_wav(written[-1])))
                    for channel, file in zip(samples, writing, strict=True):
                        file.writeframes((np.clip(channel, -1, 1) * _LOUDEST).astype("<i2").tobytes())
                    count += samples.shape[1]
        except OSError as full:
            raise RecognitionError(f"{contract.ERROR_SERVER}. No copy of the recording could be written: {reason(full)}.") from full
        start_ms = recording.first_sample * 1000 // RATE_HZ
        sound = Sound(tuple(written), start_ms, count * 1000 // RATE_HZ, recording.duration_s, recording.channels)
        files.pop_all()
        return sound


@contextlib.contextmanager
def _wav(file: BinaryIO) -> Iterator[wave.Wave_write]:
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE_HZ)
        yield writer
