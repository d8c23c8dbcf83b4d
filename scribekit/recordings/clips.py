"""A few seconds out of a recording, decoded by seeking."""

from __future__ import annotations

import contextlib
import io
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scribekit.base.errors import ScribekitError
from scribekit.recordings.locate import absolute_path

RATE_HZ = 16_000
_FRAME_MS = 20
_AROUND_MS = 100  # words' times are only so exact
_PIECE_S = 60.0
_QUIETEST_DB = -100.0
_LEAD_S = 1.0  # decoders need some packets before the first good sample, and seeking is only so exact


def load_decoder() -> None:
    """Load the library that decodes, which takes a moment: where sound is likely to be asked for, before it is."""
    import av  # noqa: F401


def wav_clip(path: Path, start_s: float, end_s: float) -> bytes:
    """A part of a recording as a WAV file of 16 kHz and one channel.

    Args:
        path: A local audio or video file.
        start_s: Where it starts, in seconds.
        end_s: Where it ends; the end of the recording when that comes first.

    Raises:
        ScribekitError: The file cannot be opened, or has no sound at that time.
    """
    with Sound(path) as sound:
        return sound.clip(start_s, end_s)


def levels_db(path: Path, starts_ms: Any, ends_ms: Any) -> npt.NDArray[np.float64]:
    """How loud the loudest 20 ms of each stretch of a recording are, to tell words from silence; 100 ms more on each side count too.

    The recording is decoded once from the first to the last of them, in pieces of a minute.

    Args:
        path: A local audio or video file.
        starts_ms: Starts in milliseconds.
        ends_ms: Ends in milliseconds.

    Returns:
        Decibels of full scale: 0 for the loudest square wave, -100 for nothing at all, NaN where the file has no sound.

    Raises:
        ScribekitError: The file cannot be opened.
    """
    first = np.maximum(0, np.asarray(starts_ms) - _AROUND_MS) // _FRAME_MS
    end = (np.asarray(ends_ms) + _AROUND_MS) // _FRAME_MS + 1
    if not len(first):
        return np.zeros(0)
    begin, until_s = int(first.min()), end.max() * _FRAME_MS / 1000
    with Sound(path) as sound:
        pieces = [sound.samples(at, min(at + _PIECE_S, until_s)) for at in np.arange(begin * _FRAME_MS / 1000, until_s, _PIECE_S)]
    levels = np.concatenate([_frame_levels(piece) for piece in pieces])
    stretches = [levels[start:stop] for start, stop in zip((first - begin).tolist(), (end - begin).tolist(), strict=True)]
    return np.array([stretch.max() if len(stretch) else np.nan for stretch in stretches])


def _frame_levels(samples: Any) -> npt.NDArray[np.float64]:
    size = RATE_HZ * _FRAME_MS // 1000
    frames = samples[: len(samples) // size * size].reshape(-1, size) / 32768.0
    levels: npt.NDArray[np.float64] = 10 * np.log10(np.maximum(np.mean(frames**2, axis=1), 10 ** (_QUIETEST_DB / 10)))
    return levels


class Sound:
    """A recording that is kept open, to listen here and there: what was once passed over is found again at once.

    (In an MP3 file, places are known only by reading up to them.)

    Args:
        path: A local audio or video file.

    Raises:
        ScribekitError: The file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        import av

        self._path = path
        with self._explained():
            self._container: Any = av.open(str(absolute_path(path)), metadata_errors="ignore", options={"protocol_whitelist": "file"})
        self._stream = self._container.streams.best("audio")

    def clip(self, start_s: float, end_s: float) -> bytes:
        """As :func:`wav_clip`."""
        samples = self.samples(start_s, end_s)
        if not len(samples):
            raise ScribekitError(
                f"{str(self._path)!r} has no sound between {start_s:.1f} and {end_s:.1f} s. Is it the file that was transcribed?"
            )
        return _wav(samples)

    def samples(self, start_s: float, end_s: float) -> Any:
        """16-bit samples of one channel at 16 kHz; none where there is no sound.

        Raises:
            ScribekitError: The file cannot be read.
        """
        with self._explained():
            parts = list(_parts(self._container, self._stream, start_s, end_s)) if self._stream else []
        samples = np.concatenate(parts) if parts else np.zeros(0, dtype=np.int16)
        return samples[: round((end_s - start_s) * RATE_HZ)]

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        import av

        try:
            yield
        except (av.FFmpegError, OSError) as cause:
            reason = getattr(cause, "strerror", None) or cause
            raise ScribekitError(f"{str(self._path)!r} cannot be played ({reason}). Is it still there?") from cause

    def close(self) -> None:
        """Let go of the file."""
        self._container.close()

    def __enter__(self) -> Sound:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _parts(container: Any, stream: Any, start_s: float, end_s: float) -> Iterator[Any]:
    """Samples from ``start_s`` on, until the packets pass ``end_s``."""
    from av import AudioResampler

    resampler = AudioResampler("s16", "mono", RATE_HZ)
    skip: int | None = None
    for time_s, frame in _frames(container, stream, start_s):
        if time_s >= end_s:
            break
        if time_s + frame.samples / frame.sample_rate <= start_s:
            continue
        if skip is None:
            skip = round((start_s - time_s) * RATE_HZ)
        frame.pts = None
        for piece in resampler.resample(frame):
            samples = piece.to_ndarray().reshape(-1)
            yield samples[max(skip, 0) :]
            skip -= len(samples)
    if skip is not None:
        for piece in resampler.resample(None):
            yield piece.to_ndarray().reshape(-1)[max(skip, 0) :]


def _frames(container: Any, stream: Any, start_s: float) -> Iterator[tuple[float, Any]]:
    """Decoded frames from a little before ``start_s`` on, with their time in the recording; damaged packets are passed over.

    The first sample of a stream need not be at time 0 (encoders of mp3 put silence before it): the vendor counts from that sample.
    """
    import av

    first_s = float((stream.start_time or 0) * stream.time_base)
    container.seek(max(0, int((max(0.0, start_s - _LEAD_S) + first_s) / stream.time_base)), stream=stream)
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.FFmpegError:
            continue
        for frame in frames:
            if frame.pts is not None:
                yield float(frame.pts * frame.time_base) - first_s, frame


def _wav(samples: Any) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.astype("<i2").tobytes())
    return buffer.getvalue()
