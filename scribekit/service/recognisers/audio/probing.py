"""Reads the length of an audio file from its container, without decoding."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scribekit.base import contract
from scribekit.base.files import media_arguments
from scribekit.base.sound import starts_at_s
from scribekit.service.recognisers.audio.media_type import is_media, no_audio_error, no_file_error
from scribekit.service.recognisers.base import RecognitionError


def probe(path: Path) -> tuple[float, int]:
    """Return the length in seconds and the number of channels of a file's first audio stream.

    Raises:
        RecognitionError: The file has no audio, is damaged, or is too short; the message is the contract's.
    """
    import av

    try:
        with av.open(**media_arguments(path)) as container:
            if not container.streams.audio:
                raise no_audio_error(path)
            stream = container.streams.audio[0]
            duration_s = _duration_s(container, stream)
            channels = stream.codec_context.channels
    except (av.error.FFmpegError, ValueError) as error:
        if is_media(path):
            raise RecognitionError(f"{contract.ERROR_TRANSCODING}. The file is cut off or damaged.") from error
        raise no_audio_error(path) from error
    except OSError as missing:
        raise no_file_error() from missing
    if duration_s * 1000 < contract.SHORTEST_MS:
        raise RecognitionError(contract.ERROR_TOO_SHORT)
    return duration_s, max(1, channels)


def _duration_s(container: Any, stream: Any) -> float:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base) + starts_at_s(container, stream)
    if container.duration:
        return float(container.duration) / 1_000_000
    return sum(float((packet.duration or 0) * (packet.time_base or 0)) for packet in container.demux(stream))
