"""Cuts a recording into stretches of about two minutes, at silences. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from scribekit.service.recognisers.audio.media import RATE_HZ

MS: int = RATE_HZ // 1000
"""Samples of a millisecond."""
_LOOK_BACK = 60 * RATE_HZ
_QUIET = RATE_HZ // 10

Span = tuple[int, int]
"""First sample of speech, and the first one after it."""


def cut_at(speech: Sequence[Sequence[Span]], samples: NDArray[np.float32]) -> int:
    """Return the sample at which to cut, a whole millisecond in the last minute.

    It is the middle of the longest silence that all channels share; where somebody always speaks, it is the quietest tenth of a second.

    Args:
        speech: The speech of each channel, in order of time.
        samples: What was decoded so far, of shape (channels, samples).
    """
    size = samples.shape[1]
    first = max(0, size - _LOOK_BACK)
    silences = [(max(start, first), end) for start, end in _silences(speech, size) if end > first]
    if silences:
        start, end = max(silences, key=lambda silence: silence[1] - silence[0])
        return _whole_ms((start + end) // 2)
    return _whole_ms(first) + _quietest(samples[:, first:])


def _silences(speech: Sequence[Sequence[Span]], size: int) -> list[Span]:
    spans = sorted(span for channel in speech for span in channel)
    edges: list[Span] = []
    for start, end in spans:
        if edges and start <= edges[-1][1]:
            edges[-1] = (edges[-1][0], max(edges[-1][1], end))
        else:
            edges.append((start, end))
    bounds = [(0, 0), *edges, (size, size)]
    return [(before[1], after[0]) for before, after in pairwise(bounds) if after[0] > before[1]]


def _quietest(samples: NDArray[np.float32]) -> int:
    count = samples.shape[1] // _QUIET
    energy = (samples[:, : count * _QUIET].reshape(len(samples), count, _QUIET) ** 2).sum(axis=(0, 2))
    return _whole_ms(int(np.argmin(energy)) * _QUIET + _QUIET // 2) if count else 0


def _whole_ms(sample: int) -> int:
    return sample - sample % MS
