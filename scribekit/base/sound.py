"""What is in the sound of a file: when it starts, and channels that cancel each other. Pure; FFmpeg's objects are only read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

OPPOSED = -0.8
"""Channels whose correlation is below this would cancel each other in a sum."""

_FAINT = 1e-6
"""Mean energy, of full scale, under which a channel has no sound (-60 dB)."""


_MUCH_FAINTER = 1e-4

_ATTACHED_PICTURE = 0x400  # FFmpeg's AV_DISPOSITION_ATTACHED_PIC


def starts_at_s(container: Any, stream: Any) -> float:
    """Return when the first sample of a track is heard, in seconds after the start of the recording: 0 but for sound after a picture.

    Args:
        container: An open file.
        stream: One of its tracks of sound.
    """
    tracks = [*container.streams.audio, *(video for video in container.streams.video if not is_cover(video))]
    starts = [float(track.start_time * track.time_base) for track in tracks if track.start_time is not None and track.time_base]
    return max(0.0, _start_s(stream) - min(starts, default=0.0))


def is_cover(stream: Any) -> bool:
    """Return whether a track of pictures is only the cover of a recording."""
    return bool(int(stream.disposition) & _ATTACHED_PICTURE)


def _start_s(stream: Any) -> float:
    return float(stream.start_time * stream.time_base) if stream.start_time is not None and stream.time_base else 0.0


def energy(samples: npt.NDArray[np.floating]) -> float:
    """Return the mean energy of the loudest channel: 1 for a square wave at full scale.

    Args:
        samples: Floats from -1 to 1, a row for each channel.
    """
    return float(np.mean(np.square(samples, dtype=np.float64), axis=1).max(initial=0.0)) if samples.size else 0.0


def first_audible(energies: Sequence[float]) -> int:
    """Return the number of the first track that is not much fainter (40 dB) than the loudest one.

    Args:
        energies: The energy of the loudest second of each track.

    Example:
        >>> first_audible([0.0, 0.01, 0.02]), first_audible([0.0, 0.0])
        (1, 0)
    """
    return next(track for track, loudness in enumerate(energies) if loudness >= _MUCH_FAINTER * max(energies))


def has_sound(samples: npt.NDArray[np.floating]) -> bool:
    """Return whether any channel is louder than -60 dB.

    Args:
        samples: Floats from -1 to 1, a row for each channel.
    """
    return energy(samples) > _FAINT


def signs(samples: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    """Return for each channel 1, or -1 where it must be turned over so that it does not cancel an earlier one.

    Args:
        samples: Floats from -1 to 1, a row for each channel.

    Example:
        >>> wave = np.sin(np.arange(1000))
        >>> signs(np.stack([wave, -wave, wave])).tolist()
        [1.0, -1.0, 1.0]
    """
    found = np.ones(len(samples), np.float32)
    if len(samples) < 2 or not samples.size:
        return found
    varying = samples - samples.mean(axis=1, keepdims=True)
    products = varying.astype(np.float64) @ varying.T.astype(np.float64)
    energies = np.diag(products)
    norms = np.sqrt(np.maximum(np.outer(energies, energies), np.finfo(float).tiny))
    for channel in range(1, len(samples)):
        row = products[channel, :channel] / norms[channel, :channel]
        strongest = int(np.argmax(np.abs(row) * np.sqrt(energies[:channel])))
        if abs(row[strongest]) > -OPPOSED:
            found[channel] = found[strongest] * np.sign(row[strongest])
    return found


def mixed(samples: npt.NDArray[np.float32], rate_hz: int) -> npt.NDArray[np.float32]:
    """Return the mean of the channels, second by second, in which none cancels another.

    Args:
        samples: A row for each channel.
        rate_hz: The sample rate.

    Returns:
        One row.

    Example:
        >>> wave = np.sin(np.arange(1000, dtype=np.float32))
        >>> bool(np.allclose(mixed(np.stack([wave, -wave]), 1000), wave))
        True
    """
    if len(samples) == 1:
        return samples
    found = np.empty((1, samples.shape[1]), np.float32)
    for start in range(0, samples.shape[1], rate_hz):
        second = samples[:, start : start + rate_hz]
        found[0, start : start + rate_hz] = signs(second) @ second / np.float32(len(samples))
    return found
