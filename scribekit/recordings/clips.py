"""A few seconds of a recording, decoded by seeking: as a WAV file, as samples, or as levels."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scribekit.base.errors import ScribekitError, explained, reason
from scribekit.base.sound import mixed
from scribekit.recordings.locate import absolute_path
from scribekit.recordings.measure import track_to_hear
from scribekit.recordings.media import decoded_frames, open_media

RATE_HZ = 16_000
_FRAME_MS = 20
_MARGIN_MS = 100  # the times of words are not more exact
_SECONDS_AT_A_TIME = 60.0
_SILENCE_DB = -100.0


def load_decoder() -> None:
    """Import FFmpeg, which takes a moment; call it before a user asks for sound."""
    import av  # noqa: F401


def wav_clip(path: Path, start_s: float, end_s: float) -> bytes:
    """Return a part of a recording as a WAV file of 16 kHz and one channel.

    Args:
        path: A local audio or video file.
        start_s: Where the part starts, in seconds.
        end_s: Where it ends; a part beyond the end of the recording is shorter.

    Raises:
        ScribekitError: The file cannot be opened, or has no sound at that time.
    """
    with Sound(path) as sound:
        return sound.clip(start_s, end_s)


def levels_db(path: Path, starts_ms: Any, ends_ms: Any) -> npt.NDArray[np.float64]:
    """Measure the level of the loudest 20 ms of each stretch of a recording, and of 100 ms on each side, to tell words from silence.

    The recording is decoded once, from the first stretch to the last, a minute at a time.

    Args:
        path: A local audio or video file.
        starts_ms: Starts in milliseconds.
        ends_ms: Ends in milliseconds.

    Returns:
        Decibels of full scale: 0 for the loudest square wave, -100 for digital silence, NaN where the file has no sound.

    Raises:
        ScribekitError: The file cannot be opened.
    """
    first_frames = np.maximum(0, np.asarray(starts_ms) - _MARGIN_MS) // _FRAME_MS
    end_frames = (np.asarray(ends_ms) + _MARGIN_MS) // _FRAME_MS + 1
    if not len(first_frames):
        return np.zeros(0)
    first, end_s = int(first_frames.min()), end_frames.max() * _FRAME_MS / 1000
    starts_s = np.arange(first * _FRAME_MS / 1000, end_s, _SECONDS_AT_A_TIME)
    with Sound(path) as sound:
        pieces = [sound.samples(start_s, min(start_s + _SECONDS_AT_A_TIME, end_s)) for start_s in starts_s]
    levels = np.concatenate([_frame_levels(piece) for piece in pieces])
    stretches = [levels[start:end] for start, end in zip((first_frames - first).tolist(), (end_frames - first).tolist(), strict=True)]
    return np.array([stretch.max() if len(stretch) else np.nan for stretch in stretches])


def _frame_levels(samples: Any) -> npt.NDArray[np.float64]:
    size = RATE_HZ * _FRAME_MS // 1000
    frames = samples[: len(samples) // size * size].reshape(-1, size) / 32768.0
    levels: npt.NDArray[np.float64] = 10 * np.log10(np.maximum(np.mean(frames**2, axis=1), 10 ** (_SILENCE_DB / 10)))
    return levels


class Sound:
    """An open recording, to listen to several parts of it.

    FFmpeg finds a place in an MP3 file only by reading up to it; an open file remembers the places that were passed.

    Args:
        path: A local audio or video file.

    Raises:
        ScribekitError: The file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._explained():
            self._container = open_media(absolute_path(path))
            self._stream = track_to_hear(absolute_path(path), self._container)

    def clip(self, start_s: float, end_s: float) -> bytes:
        """Return a part as a WAV file; see :func:`wav_clip`."""
        samples = self.samples(start_s, end_s)
        if not len(samples):
            raise ScribekitError(
                f"{str(self._path)!r} has no sound between {start_s:.1f} and {end_s:.1f} s. Is it the file that was transcribed?"
            )
        return _wav(samples)

    def samples(self, start_s: float, end_s: float) -> Any:
        """Return 16-bit samples of one channel at 16 kHz; none where there is no sound.

        Raises:
            ScribekitError: The file cannot be read.
        """
        with self._explained():
            parts = list(_parts(self._container, self._stream, start_s, end_s)) if self._stream else []
        if not parts:
            return np.zeros(0, dtype=np.int16)
        heard = mixed(np.concatenate(parts, axis=1)[:, : round((end_s - start_s) * RATE_HZ)], RATE_HZ)[0]
        return np.clip(np.rint(heard * 32768), -32768, 32767).astype(np.int16)

    def _explained(self) -> AbstractContextManager[None]:
        import av

        return explained(
            (av.FFmpegError, OSError),
            ScribekitError,
            lambda cause: f"{str(self._path)!r} cannot be played ({reason(cause)}). Is it still there?",
        )

    def close(self) -> None:
        """Close the file."""
        self._container.close()
        del self._container, self._stream  # they hold the file

    def __enter__(self) -> Sound:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _parts(container: Any, stream: Any, start_s: float, end_s: float) -> Iterator[Any]:
    """Yield the samples from ``start_s`` on, a row for each channel, until a packet begins after ``end_s``."""
    from av import AudioResampler

    resampler = AudioResampler("fltp", None, RATE_HZ)
    skip: int | None = None
    for time_s, frame in decoded_frames(container, stream, start_s):
        if time_s >= end_s:
            break
        if time_s + frame.samples / frame.sample_rate <= start_s:
            continue
        if skip is None:
            skip = round((start_s - time_s) * RATE_HZ)
        frame.pts = None
        for piece in resampler.resample(frame):
            samples = piece.to_ndarray()
            yield samples[:, max(skip, 0) :]
            skip -= samples.shape[1]
    if skip is not None:
        for piece in resampler.resample(None):
            yield piece.to_ndarray()[:, max(skip, 0) :]


def _wav(samples: Any) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.astype("<i2").tobytes())
    return buffer.getvalue()
