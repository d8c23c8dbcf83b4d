"""Mel-frequency cepstra: the sound of a voice in each ten milliseconds."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from scribekit.service.recognisers.audio.media import RATE_HZ
from scribekit.service.recognisers.pocketsphinx.levels import Samples

HOP = RATE_HZ // 100
COEFFICIENTS = 12
_FRAME = RATE_HZ // 40
_FFT = 512
_FILTERS = 30
_LOWEST_HZ, _HIGHEST_HZ = 80.0, 7600.0
_PRE_EMPHASIS = 0.97
_CHUNK = 4096


def cepstra(samples: Samples) -> NDArray[np.float32]:
    """Return the mel-frequency cepstral coefficients 1 to 12, one row per 10 ms; the loudness (coefficient 0) is excluded.

    Args:
        samples: One channel at 16 kHz.
    """
    if len(samples) < _FRAME:
        return np.zeros((0, COEFFICIENTS), np.float32)
    emphasised = np.append(samples[0], samples[1:] - _PRE_EMPHASIS * samples[:-1]).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(emphasised, _FRAME)[::HOP]
    parts = [_cepstra(frames[at : at + _CHUNK]) for at in range(0, len(frames), _CHUNK)]
    return np.concatenate(parts).astype(np.float32)


def _cepstra(frames: NDArray[np.float32]) -> NDArray[np.floating]:
    power = np.abs(np.fft.rfft(frames * np.hamming(_FRAME), _FFT)) ** 2
    return np.asarray(np.log(power @ _mel_filters() + 1e-8) @ _cosines())


@cache
def _mel_filters() -> NDArray[np.float64]:
    """Return triangular filters, evenly spaced on O'Shaughnessy's mel scale, as a matrix (bins, filters)."""
    low, high = (2595 * np.log10(1 + hertz / 700) for hertz in (_LOWEST_HZ, _HIGHEST_HZ))
    edges = 700 * (10 ** (np.linspace(low, high, _FILTERS + 2) / 2595) - 1)
    bins = np.fft.rfftfreq(_FFT, 1 / RATE_HZ)[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    return np.asarray(np.maximum(0, np.minimum(rising, falling)))


@cache
def _cosines() -> NDArray[np.float64]:
    """Return the orthonormal DCT-II without its first row, as a matrix (filters, coefficients)."""
    order = np.arange(1, COEFFICIENTS + 1)[None, :]
    place = (np.arange(_FILTERS)[:, None] + 0.5) / _FILTERS
    return np.asarray(np.sqrt(2 / _FILTERS) * np.cos(np.pi * place * order))
