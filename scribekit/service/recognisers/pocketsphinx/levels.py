"""Evens the loudness of the audio, and removes steady noise.

The voice activity detector misses quiet speech, so every stretch is scaled to the same active level; a noisy one is denoised.
Samples are float32 in -1..1 at 16 kHz, one channel.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scribekit.service.recognisers.audio.media import RATE_HZ, filtered

Samples = NDArray[np.float32]

ACTIVE_DBFS = -23.0
PEAK = 0.95
ACTIVE_RANGE_DB = 30.0
NOISY_RANGE_DB = 30.0
STEADY_RANGE_DB = 3.0
DENOISE = "highpass=f=80,afftdn=nr=12:nf=-40:tn=1"
_FRAME = RATE_HZ // 50
_FLOOR = 1e-10


def prepare(samples: Samples) -> Samples:
    """Return the samples at the recogniser's level, and denoised if they are noisy."""
    levelled = to_active_level(samples)
    if not is_noisy(levelled):
        return levelled
    return to_active_level(filtered(levelled, DENOISE))


def frame_levels_db(samples: Samples) -> NDArray[np.float64]:
    """Return the level of each whole 20 ms frame in dB relative to full scale, never below -100 dB."""
    whole = len(samples) // _FRAME * _FRAME
    frames = samples[:whole].reshape(-1, _FRAME).astype(np.float64)
    return np.asarray(10 * np.log10(np.mean(frames**2, axis=1) + _FLOOR))


def to_active_level(samples: Samples) -> Samples:
    """Scale the samples so that active frames (within 30 dB of the loudest) average -23 dBFS, with peaks at 0.95 or below."""
    levels = frame_levels_db(samples)
    peak = float(np.max(np.abs(samples), initial=0.0))
    if not len(levels) or peak == 0:
        return samples
    active = levels[levels > levels.max() - ACTIVE_RANGE_DB]
    level = 10 * np.log10(np.mean(10 ** (active / 10)))
    gain = min(10 ** ((ACTIVE_DBFS - level) / 20), PEAK / peak)
    return (samples * np.float32(gain)).astype(np.float32)


def is_noisy(samples: Samples) -> bool:
    """Whether quiet and loud frames (5th and 95th percentile) are less than 30 dB apart."""
    return len(samples) >= _FRAME and _range_db(samples) < NOISY_RANGE_DB


def is_steady(samples: Samples) -> bool:
    """Whether a second or more of sound is too even for speech (within 3 dB): silence, hiss, a tone."""
    return len(samples) >= RATE_HZ and _range_db(samples) < STEADY_RANGE_DB


def _range_db(samples: Samples) -> float:
    levels = frame_levels_db(samples)
    quiet, loud = np.percentile(levels, [5, 95])
    return float(loud - quiet)
