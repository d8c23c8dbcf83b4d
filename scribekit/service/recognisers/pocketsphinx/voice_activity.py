"""Finds the segments of speech, with the voice activity detector that comes with Pocketsphinx."""

from __future__ import annotations

import io
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from scribekit.service.recognisers.audio.media import RATE_HZ
from scribekit.service.recognisers.pocketsphinx.levels import Samples

WINDOW_S = 0.2
RATIO = 0.8
MODE = 3
MARGIN = RATE_HZ // 5
"""Samples added to a segment on either side: the detector opens late and closes early."""


@dataclass(frozen=True)
class Segment:
    """Speech from sample ``start`` up to but not including sample ``end``."""

    start: int
    end: int


def speech_segments(samples: Samples) -> list[Segment]:
    """Return the segments of speech, each widened by 0.2 s on either side; two that would overlap meet half-way.

    Args:
        samples: One channel at 16 kHz, at the recogniser's level (see :mod:`~scribekit.service.recognisers.pocketsphinx.levels`).
    """
    from pocketsphinx import Segmenter

    segmenter = Segmenter(window=WINDOW_S, ratio=RATIO, vad_mode=MODE, sample_rate=RATE_HZ)
    stream = io.BytesIO(_padded(to_pcm(samples), segmenter.frame_bytes))
    segments = [Segment(round(part.start_time * RATE_HZ), round(part.end_time * RATE_HZ)) for part in segmenter.segment(stream)]
    return widened(segments, len(samples))


def widened(segments: list[Segment], size: int) -> list[Segment]:
    """Return each segment with its margins, within ``0..size`` and without overlap."""
    if not segments:
        return []
    borders = [(before.end + after.start) // 2 for before, after in pairwise(segments)]
    starts = [0, *borders]
    ends = [*borders, size]
    return [
        Segment(max(low, segment.start - MARGIN), min(high, segment.end + MARGIN))
        for segment, low, high in zip(segments, starts, ends, strict=True)
        if low < high
    ]


def to_pcm(samples: NDArray[np.floating]) -> bytes:
    """Return the samples as 16-bit integers, the only form that Pocketsphinx reads."""
    return bytes((np.clip(samples, -1, 1) * 32767).astype("<i2").data)


def _padded(pcm: bytes, frame_bytes: int) -> bytes:
    """Pad to whole frames and one sample: in a stream of whole frames, speech that runs to the end is lost."""
    return pcm + bytes(-len(pcm) % frame_bytes + 2)
