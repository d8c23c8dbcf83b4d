"""A few seconds out of a recording, decoded by seeking."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from scribekit.errors import ScribekitError

RATE_HZ = 16_000
_LEAD_S = 1.0  # decoders need some packets before the first good sample, and seeking is only so exact


def wav_clip(path: Path, start_s: float, end_s: float) -> bytes:
    """A part of a recording as a WAV file of 16 kHz and one channel.

    Args:
        path: A local audio or video file.
        start_s: Where it starts, in seconds.
        end_s: Where it ends; the end of the recording when that comes first.

    Raises:
        ScribekitError: The file cannot be opened, or has no sound at that time.
    """
    import av

    try:
        with av.open(str(path.expanduser().absolute()), metadata_errors="ignore", options={"protocol_whitelist": "file"}) as container:
            stream = container.streams.best("audio")
            parts = list(_parts(container, stream, start_s, end_s)) if stream else []
    except (av.FFmpegError, OSError) as cause:
        raise ScribekitError(f"{str(path)!r} cannot be played ({getattr(cause, 'strerror', None) or cause}). Is it still there?") from cause
    samples = np.concatenate(parts) if parts else np.zeros(0, dtype=np.int16)
    if not len(samples):
        raise ScribekitError(f"{str(path)!r} has no sound between {start_s:.1f} and {end_s:.1f} s. Is it the file that was transcribed?")
    return _wav(samples[: round((end_s - start_s) * RATE_HZ)])


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
