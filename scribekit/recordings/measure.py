"""Measure the sound of a file: its length by what can be read of it, when it starts, and what is odd about it.

What the header says is compared with the last packet that can be read. Only where they differ, and in formats whose length FFmpeg guesses,
is the file read to its end. A few seconds are decoded, to find channels that cancel each other and tracks that are silent.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scribekit.base.errors import reason
from scribekit.base.files import open_regular, size_of
from scribekit.base.sound import energy, first_audible, has_sound, is_cover, signs, starts_at_s
from scribekit.recordings.media import decoded_frames, open_media

# In these formats FFmpeg guesses the length from the bit rate of the first frames, or knows only one of several recordings in a file.
_GUESSED_LENGTH = frozenset({"mp3", "aac", "amr", "ac3", "eac3", "dts", "loas", "ogg"})
_LENGTH_TOLERANCE_S = 0.1  # a good mp3 header does not count the encoder's padding, but the packets do
_ODD_S = 1.0  # headers of some formats are half a second off
_PACKETS_TO_DECODE = 64
_TAIL_S = 2.0
_LISTEN_S = 2.0
_LISTEN_AT = (0.0, 1 / 3, 2 / 3)

WARNINGS = {
    "cut_off": "The file's header says {0}, but its sound can be read only to {1}: it may be cut off or damaged. "
    "Compare it with its original.",
    "chained": "The file has {0} of sound, but says no length: it is several recordings, one after the other. "
    "Check that the transcript goes to the end.",
    "longer": "The file's header says {0}, but {1} of sound can be read: it may be several recordings in one, or its header is wrong. "
    "Check that the transcript goes to the end.",
    "short_sound": "The sound ends at {1}, and the picture at {0}.",
    "late_sound": "The sound starts {0} after the picture. A service may count times from the first sound.",
    "out_of_phase": "Channels cancel each other (the same sound turned over), so that their sum is silent. "
    "Turn one over, or send one channel.",
    "silent_track": "Track 1 of {0} was silent where it was listened to, and another was not. A service may transcribe track 1: "
    "save the other as a file of its own.",
}
"""Kind of warning → the message."""


@dataclass(frozen=True, slots=True)
class Lengths:
    """The lengths of one file, in seconds; None where it is not known.

    Attributes:
        claimed_s: Where the sound ends, as the file says itself; None where it does not, or FFmpeg guesses.
        readable_s: Where the last packet of sound ends that can be read.
        picture_s: Where the picture ends.
        is_chained: The file is several recordings, one after the other.
    """

    claimed_s: float | None
    readable_s: float | None
    picture_s: float | None = None
    is_chained: bool = False


def warning(kind: str, *details: str) -> str:
    """Return a warning of a recording, as 'kind: sentence'.

    Example:
        >>> warning("late_sound", "5.0 s")
        'late_sound: The sound starts 5.0 s after the picture. A service may count times from the first sound.'
    """
    return f"{kind}: {WARNINGS[kind].format(*details)}"


def length_warning(lengths: Lengths) -> str | None:
    """Return the warning about lengths that do not agree, or None.

    Example:
        >>> length_warning(Lengths(claimed_s=48.0, readable_s=24.0))[:70]
        "cut_off: The file's header says 48.0 s, but its sound can be read only"
        >>> length_warning(Lengths(claimed_s=48.0, readable_s=47.5))
    """
    claimed, readable, picture = lengths.claimed_s, lengths.readable_s, lengths.picture_s
    if readable is None:
        return None
    if lengths.is_chained:
        return warning("chained", _seconds(readable))
    if claimed is not None and abs(claimed - readable) > _ODD_S:
        return warning("cut_off" if claimed > readable else "longer", _seconds(claimed), _seconds(readable))
    if picture is not None and picture - readable > max(_ODD_S, 0.02 * picture):
        return warning("short_sound", _seconds(picture), _seconds(readable))
    return None


def _seconds(length: float) -> str:
    return f"{length:.1f} s"


def measure(path: Path) -> dict[str, Any]:
    """Return facts about the sound of a file, by the names of :class:`~scribekit.recordings.manifest.Facts`.

    Raises:
        OSError: It is not a regular file that can be read.
        av.FFmpegError: It is not audio or video, or is damaged.
    """
    with open_media(path) as container:
        if not container.streams.audio:
            name = container.format.long_name or container.format.name
            return {"failure": "no_audio", "detail": f"The file ({name}) has no sound in it."}
        stream = container.streams.best("audio") or container.streams.audio[0]
        failure = _failure_to_decode(container, stream)
        if failure:
            return {"failure": "corrupt", "detail": failure}
        context = stream.codec_context
        starts_s, tracks = starts_at_s(container, stream), len(container.streams.audio)
        lengths = _lengths(path, container, stream, starts_s)
        channels = context.channels or None if context else None
        facts = {
            "channels": channels,
            "sample_rate_hz": context.sample_rate or None if context else None,
            "codec": context.codec.canonical_name if context else None,
        }
    length_s = lengths.readable_s
    said = [
        length_warning(lengths),
        warning("late_sound", _seconds(starts_s)) if starts_s > _ODD_S else None,
        _channel_warning(path, length_s or 0.0) if (channels or 0) > 1 or tracks > 1 else None,
    ]
    return {
        **facts,
        "duration_s": None if length_s is None else round(length_s, 3),
        "tracks": tracks,
        "starts_at_s": round(starts_s, 3),
        "warning": " ".join(filter(None, said)) or None,
    }


def _failure_to_decode(container: Any, stream: Any) -> str:
    """Decode packets until the first sound; return the last failure where there is none."""
    import av

    failure = ""
    # Damage in the middle of a file ends the reading but is not a failure: the service may still read all of the file.
    with contextlib.suppress(av.FFmpegError):
        for packet in itertools.islice(container.demux(stream), _PACKETS_TO_DECODE) if stream.codec_context else ():
            try:
                if any(frame.samples for frame in packet.decode()):
                    return ""
            except av.FFmpegError as cause:
                failure = f"FFmpeg: {reason(cause)}"
    return failure


def _lengths(path: Path, container: Any, stream: Any, starts_s: float) -> Lengths:
    formats = set(container.format.name.split(","))
    videos = [video for video in container.streams.video if not is_cover(video)]
    whole_s = None if container.duration is None else container.duration / 1e6
    picture_s = max(filter(None, (_own_length(video) for video in videos)), default=whole_s) if videos else None
    own_s = _own_length(stream)
    claimed_s = whole_s if own_s is None else own_s + starts_s
    if not formats & _GUESSED_LENGTH and claimed_s is not None and claimed_s > _TAIL_S:
        first_s = _first_s(container, stream)
        if own_s is None and not videos:
            claimed_s -= first_s  # the end of the file, by its own clock
        tail_s = _last_s(container, stream, first_s + claimed_s - starts_s - _TAIL_S)
        if "wav" in formats and (promised_s := _promised_by_wav(path)) is not None:  # FFmpeg corrects the header of a cut-off file
            return Lengths(promised_s, claimed_s)
        if tail_s is not None and abs(tail_s - first_s + starts_s - claimed_s) <= _LENGTH_TOLERANCE_S:
            return Lengths(claimed_s, claimed_s, picture_s)
    sound_s, shown_s = _read(path, stream.index)
    is_claim = not formats & _GUESSED_LENGTH or "ogg" in formats or _has_mp3_header(path)
    if own_s is None and shown_s is not None and picture_s is not None and abs(shown_s - picture_s) <= _ODD_S:
        is_claim = False  # what is claimed is the length of the picture, which is there
    return Lengths(claimed_s if is_claim else None, sound_s + starts_s, picture_s, is_chained="ogg" in formats and claimed_s is None)


def _own_length(stream: Any) -> float | None:
    return None if stream.duration is None or stream.time_base is None else float(stream.duration * stream.time_base)


def _first_s(container: Any, stream: Any) -> float:
    if stream.start_time is not None and stream.time_base is not None:
        return float(stream.start_time * stream.time_base)
    return (container.start_time or 0) / 1e6


def _last_s(container: Any, stream: Any, from_s: float) -> float | None:
    """Return where the last packet ends that can be read from a time on; None when there is none."""
    import av

    last_s: float | None = None
    with contextlib.suppress(av.FFmpegError):
        container.seek(max(0, int(from_s / stream.time_base)), stream=stream)
        for packet in container.demux(stream):
            if packet.pts is not None:
                last_s = max(last_s or 0.0, float((packet.pts + (packet.duration or 0)) * packet.time_base))
    return last_s


def _read(path: Path, index: int) -> tuple[float, float | None]:
    """Read a file to its end; return the length of the packets of one track of sound, and where the last picture ends."""
    import av

    sum_s, end_s, first_s, shown_s = 0.0, 0.0, None, None
    with open_media(path) as container, contextlib.suppress(av.FFmpegError):
        for packet in container.demux([container.streams[index], *container.streams.video]):
            if packet.pts is None or packet.time_base is None:
                continue
            start_s, length_s = float(packet.pts * packet.time_base), float((packet.duration or 0) * packet.time_base)
            if packet.stream.index == index:
                first_s = start_s if first_s is None else first_s
                sum_s, end_s = sum_s + length_s, start_s + length_s - first_s
            else:
                shown_s = max(shown_s or 0.0, start_s + length_s)
    return max(sum_s, end_s), shown_s


def _has_mp3_header(path: Path) -> bool:
    """Return whether an mp3 file has a header with its length; without one FFmpeg guesses it."""
    with open_regular(path) as file:
        tag = file.read(10)
        if tag.startswith(b"ID3"):
            file.seek(10 + sum((byte & 0x7F) << shift for byte, shift in zip(tag[6:], (21, 14, 7, 0), strict=False)))
        else:
            file.seek(0)
        start = file.read(4096)
    return any(mark in start for mark in (b"Xing", b"Info", b"VBRI"))


def _promised_by_wav(path: Path) -> float | None:
    """Return the length that a WAV file's header gives, where the file ends before that; else None."""
    with open_regular(path) as file:
        size, at, bytes_per_second = size_of(file), 12, 0
        while at + 8 <= size:
            file.seek(at)
            name, length = file.read(4), int.from_bytes(file.read(4), "little")
            if name == b"fmt ":
                bytes_per_second = int.from_bytes(file.read(12)[8:12], "little")
            if name == b"data":
                is_promise = 0 < length < 0xFFFFFFFF and bytes_per_second and at + 8 + length > size
                return length / bytes_per_second if is_promise else None
            at += 8 + length + length % 2
    return None


def _channel_warning(path: Path, length_s: float) -> str | None:
    """Listen to a few seconds of each track; return the warning about channels or tracks that give no words."""
    tracks = list(_excerpts(path, length_s))
    first = first_audible(list(map(_loudest, tracks)))
    sounding = [second for second in tracks[first] if has_sound(second)]
    opposed = sum(bool((signs(second) < 0).any()) for second in sounding)
    said = [
        warning("silent_track", str(len(tracks))) if first else None,
        warning("out_of_phase") if sounding and 3 * opposed >= len(sounding) else None,
    ]
    return " ".join(filter(None, said)) or None


def track_to_hear(path: Path, container: Any) -> Any:
    """Return the track of sound of an open file to play and draw: of several, the first that has sound; None where there is none.

    Args:
        path: The file.
        container: The same file, opened.
    """
    tracks = container.streams.audio
    if len(tracks) < 2:
        return tracks[0] if tracks else None
    return tracks[first_audible([_loudest(seconds) for seconds in _excerpts(path, (container.duration or 0) / 1e6)])]


def _loudest(seconds: Sequence[Any]) -> float:
    return max(map(energy, seconds), default=0.0)


def _excerpts(path: Path, length_s: float) -> Iterator[list[Any]]:
    """Yield for each track of sound its excerpts, second by second: arrays with a row for each channel."""
    import av

    places = _LISTEN_AT if length_s > 3 * _LISTEN_S else _LISTEN_AT[:1]
    with open_media(path) as container:
        for stream in container.streams.audio:
            seconds: list[Any] = []
            with contextlib.suppress(av.FFmpegError):
                starts_s = starts_at_s(container, stream)
                for place in places:
                    seconds += _seconds_from(container, stream, starts_s + place * (length_s - starts_s))
            yield seconds


def _seconds_from(container: Any, stream: Any, start_s: float) -> Iterator[Any]:
    import av

    resampler, parts, end_s = av.AudioResampler("fltp"), [], start_s + _LISTEN_S
    for time_s, frame in decoded_frames(container, stream, start_s):
        if time_s >= end_s:
            break
        if time_s >= start_s:
            parts += [piece.to_ndarray() for piece in resampler.resample(frame)]
    if parts:
        rate = stream.codec_context.sample_rate
        samples = np.concatenate(parts, axis=1)
        yield from (samples[:, first : first + rate] for first in range(0, samples.shape[1], rate) if samples.shape[1] - first > rate // 4)
