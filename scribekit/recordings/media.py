"""Local audio and video files, opened and decoded with FFmpeg."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scribekit.base.files import media_arguments
from scribekit.base.sound import starts_at_s

_LEAD_S = 1.0  # decoders need some packets before the first good sample, and seeking is not exact


def open_media(path: Path) -> Any:
    """Open a local file as a PyAV container.

    FFmpeg gets the bytes of this one file, never a name or an address; see :mod:`scribekit.base.files`.

    Raises:
        OSError: It is not a regular file that can be read.
        av.FFmpegError: It is not audio or video, or is damaged.
    """
    import av

    return av.open(**media_arguments(path))


def decoded_frames(container: Any, stream: Any, from_s: float | None = None) -> Iterator[tuple[float, Any]]:
    """Decode a stream, and yield each frame with its time in the recording. Damaged packets are skipped.

    Time 0 is the first sample of the stream (encoders of mp3 put silence before it), or the start of a picture that is shown before it.

    Args:
        container: An open file.
        stream: One of its audio streams.
        from_s: Seek to a little before this time; without it, decode from where the container is.
    """
    import av

    unit_s = stream.time_base
    first_s = float((stream.start_time or 0) * unit_s) - starts_at_s(container, stream)
    numerator, denominator = unit_s.numerator, unit_s.denominator  # a product of fractions would be slow
    if from_s is not None:
        container.seek(max(0, int((max(0.0, from_s - _LEAD_S) + first_s) / unit_s)), stream=stream)
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.FFmpegError:
            continue
        for frame in frames:
            if frame.pts is not None:
                yield frame.pts * numerator / denominator - first_s, frame
