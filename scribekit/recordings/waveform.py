"""The peaks of a recording, to draw its waveform: computed piece by piece, and kept on disk."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scribekit.base.errors import ScribekitError, reason
from scribekit.recordings.locate import absolute_path
from scribekit.recordings.measure import track_to_hear
from scribekit.recordings.media import decoded_frames, open_media

STEP_MS = 10
"""The finest resolution: one peak for this long."""
FACTOR = 4
"""How many peaks of one level make one of the next coarser level."""

LATEST_S = 48 * 3600.0
"""A frame that a file claims to be later has no peak: a damaged time stamp must not ask for all memory. Recordings last at most 10 h."""

_PIECE_S = 2.0
_GAP_S = 0.05  # time stamps are rounded; frames farther apart have a hole in the recording between them
_READABLE_FORMATS = frozenset({"fltp", "flt", "s16p", "s16"})
_SUFFIX = ".peaks"
_MAGIC = b"scribekit peaks 2\n"
_DIGEST_BYTES = 16

Peaks = npt.NDArray[np.uint8]


class Waveform:
    """The peaks of one recording: from the cache, or from :meth:`compute`.

    Args:
        path: A local audio or video file.
        cache: A folder for computed peaks; it is made when it is needed, and may be deleted at any time.
        duration_s: The length of the recording, where it is known.
        sha256: The hash of the recording, where it is known: its peaks are found in the cache also after it was moved.

    Attributes:
        known_ms: Up to where the peaks are known.
        is_complete: Whether all peaks are known.
    """

    def __init__(self, path: Path, cache: Path, duration_s: float | None = None, sha256: str | None = None) -> None:
        self._path = absolute_path(path)
        self._cache_file = _cache_file(self._path, cache, sha256)
        self._peaks = np.zeros(max(0, round(min(duration_s or 0, LATEST_S) * 1000 / STEP_MS)), dtype=np.uint8)
        self.known_ms = 0
        self.is_complete = False
        cached = _read(self._cache_file)
        if cached is not None:
            self._peaks, self.known_ms, self.is_complete = cached, len(cached) * STEP_MS, True

    def level(self, number: int, first: int, count: int) -> bytes:
        """Return peaks of one level of detail, each a byte from 0 (silence) to 255 (full scale).

        Args:
            number: The level: 0 has a peak each 10 ms, 1 each 40 ms, 2 each 160 ms, and so on.
            first: The first peak.
            count: How many; there are fewer at the end of the recording.
        """
        width = FACTOR**number
        part = self._peaks[first * width : (first + count) * width]
        edges = np.arange(0, len(part), width)
        return np.maximum.reduceat(part, edges).tobytes() if len(part) else b""

    def compute(self, *, seconds_at_a_time: float = 0.05) -> Iterator[None]:
        """Compute the peaks that are not known. It yields after each stretch of work, so that others can use the thread in between.

        Args:
            seconds_at_a_time: The length of a stretch of work.

        Raises:
            ScribekitError: The file cannot be opened, or has no sound.
        """
        import av

        began = time.monotonic()
        try:
            for start_s, samples, rate in _pieces(self._path) if not self.is_complete else ():
                self._add(start_s, samples, rate)
                if time.monotonic() - began > seconds_at_a_time:
                    yield
                    began = time.monotonic()
        except (av.FFmpegError, OSError) as cause:
            raise ScribekitError(f"{str(self._path)!r} cannot be opened ({reason(cause)}). Is it still there?") from cause
        if not self.known_ms:
            raise ScribekitError(f"There is no sound in {str(self._path)!r}.")
        if not self.is_complete:
            self._peaks = self._peaks[: self.known_ms // STEP_MS]
            self.is_complete = True
            _write(self._cache_file, self._peaks)

    def _add(self, start_s: float, samples: Any, rate: int) -> None:
        """Add the peaks of a piece of sound; a peak that belongs to two pieces is the louder of both."""
        first = int(start_s * 1000 / STEP_MS)
        bounds = np.ceil((np.arange(first, first + len(samples) * 1000 / STEP_MS / rate + 1) * STEP_MS / 1000 - start_s) * rate)
        edges = np.maximum(0, bounds[bounds < len(samples)]).astype(np.intp)
        loudest = np.maximum(np.maximum.reduceat(samples, edges), -np.minimum.reduceat(samples, edges).astype(np.int32))
        values = np.minimum(255, loudest >> 7).astype(np.uint8)
        end = first + len(values)
        if end > len(self._peaks):
            self._peaks = np.concatenate([self._peaks, np.zeros(max(end - len(self._peaks), len(self._peaks) // 8), dtype=np.uint8)])
        np.maximum(self._peaks[first:end], values, out=self._peaks[first:end])
        self.known_ms = max(self.known_ms, end * STEP_MS)


def _pieces(path: Path) -> Iterator[tuple[float, Any, int]]:
    """Yield start in seconds, 16-bit samples (of the louder channel at each moment) and their rate, a few seconds at a time."""
    frames: list[Any] = []
    start_s, end_s, rate = 0.0, 0.0, 0
    for time_s, samples, sample_rate in _frames(path):
        is_next = abs(time_s - end_s) < _GAP_S and sample_rate == rate
        if frames and (not is_next or end_s - start_s > _PIECE_S):
            yield start_s, _loudest_channel(np.concatenate(frames, axis=1)), rate
            frames = []
        if not frames:
            start_s = end_s = end_s if is_next else time_s
            rate = sample_rate
        frames.append(samples)
        end_s += samples.shape[1] / sample_rate
    if frames:
        yield start_s, _loudest_channel(np.concatenate(frames, axis=1)), rate


def _frames(path: Path) -> Iterator[tuple[float, Any, int]]:
    """Decode a file: yield each frame's time, its samples with a row for each channel, and their rate."""
    import av

    with open_media(path) as container:
        stream = track_to_hear(path, container)
        if stream is None:
            return
        resampler = av.AudioResampler("s16p")
        for time_s, frame in decoded_frames(container, stream):
            if time_s > LATEST_S:
                continue
            ready = [frame] if frame.format.name in _READABLE_FORMATS else resampler.resample(frame)
            for piece in ready:
                yield max(0.0, time_s), _by_channel(piece), piece.sample_rate


def _by_channel(frame: Any) -> Any:
    samples = frame.to_ndarray()
    return samples if frame.format.is_planar else samples.reshape(-1, frame.layout.nb_channels).T


def _loudest_channel(channels: Any) -> Any:
    """Return one channel of 16-bit samples: at each moment the value that is farthest from 0."""
    high, low = (channels[0], channels[0]) if len(channels) == 1 else (channels.max(axis=0), channels.min(axis=0))
    loudest = np.where(high > -low.astype(np.float32), high, low) if len(channels) > 1 else high
    return np.clip(loudest * 32767, -32767, 32767).astype(np.int16) if loudest.dtype.kind == "f" else loudest


def _cache_file(path: Path, cache: Path, sha256: str | None) -> Path | None:
    """Return where the peaks of a file are kept. The name depends on size and time of change too: the file may not be what was hashed."""
    try:
        status = path.stat()
    except OSError:
        return None
    name = f"{sha256 or os.fsdecode(path)}|{status.st_size}|{status.st_mtime_ns}"
    return cache / f"{hashlib.sha256(name.encode('utf-8', 'surrogateescape')).hexdigest()[:32]}{_SUFFIX}"


def _read(cache_file: Path | None) -> Peaks | None:
    if cache_file is None:
        return None
    with contextlib.suppress(OSError):
        content = cache_file.read_bytes()
        if _is_whole(content):
            return np.frombuffer(content, dtype=np.uint8, offset=len(_MAGIC) + _DIGEST_BYTES)
    return None


def damaged_peaks(cache: Path) -> list[Path]:
    """Read every file of a cache, and return those whose peaks are damaged. They are computed again when they are needed."""
    found = []
    for path in sorted(cache.glob(f"*{_SUFFIX}")):
        try:
            is_whole = _is_whole(path.read_bytes())
        except OSError:
            is_whole = False
        if not is_whole:
            found.append(path)
    return found


def _is_whole(content: bytes) -> bool:
    peaks = memoryview(content)[len(_MAGIC) + _DIGEST_BYTES :]
    return content.startswith(_MAGIC + _digest(peaks))


def _digest(peaks: memoryview | bytes) -> bytes:
    return hashlib.sha256(peaks).digest()[:_DIGEST_BYTES]


def _write(cache_file: Path | None, peaks: Peaks) -> None:
    """Write the peaks, all or none; where they cannot be written they are computed again next time."""
    if cache_file is None:
        return
    with contextlib.suppress(OSError):
        cache_file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=cache_file.parent, suffix=".tmp", delete=False) as file:
            file.write(_MAGIC + _digest(peaks.tobytes()) + peaks.tobytes())
        Path(file.name).replace(cache_file)
