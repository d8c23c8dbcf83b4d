"""Finds the speaker of each moment of one channel, by the voices in windows of its speech."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scribekit.base.voice_encoder import VoiceEncoder
from scribekit.service.recognisers.speakers.clusters import Labels, clustered

Floats = NDArray[np.float32]

BLOCK_MS = 100
"""How long one speaker is kept at least."""
_WIDTH_S = 0.4
"""How far a window counts: the standard deviation of its weight around its middle."""
_MS = 16


@dataclass(frozen=True)
class Voices:
    """The voices in some speech. Silence between spans is left out of the time of windows, so that a window is all speech.

    Attributes:
        spans_ms: Start and end of each span of speech in the recording.
        middles_s: The middle of each window, in seconds of speech.
        vectors: The voice of each window, of shape (windows, 256).
    """

    spans_ms: tuple[tuple[float, float], ...]
    middles_s: Floats
    vectors: Floats


def voices_in(encoder: VoiceEncoder, samples: Floats, spans: Sequence[tuple[int, int]], start_ms: float) -> Voices:
    """Return the voices in a stretch of one channel.

    Args:
        encoder: Describes voices.
        samples: The stretch, at 16 kHz.
        spans: First sample of each span of speech, and the first one after it.
        start_ms: Where the stretch begins in the recording.
    """
    middles, vectors = encoder.embed(np.concatenate([samples[start:end] for start, end in spans]))
    return Voices(tuple((start_ms + start / _MS, start_ms + end / _MS) for start, end in spans), middles, vectors)


class Speakers:
    """Who speaks when in one channel.

    Args:
        parts: The voices of its stretches, in order of time.
        minimum: The fewest speakers to find.
        maximum: The most speakers to find.
    """

    def __init__(self, parts: Sequence[Voices], minimum: int, maximum: int) -> None:
        spans = np.array([span for part in parts for span in part.spans_ms]).reshape(-1, 2)
        self._starts, self._ends = spans[:, 0], spans[:, 1]
        self._before = np.concatenate([[0.0], np.cumsum(self._ends - self._starts)])
        lengths = [sum(end - start for start, end in part.spans_ms) / 1000 for part in parts]
        offsets = np.concatenate([[0.0], np.cumsum(lengths)])
        self._middles = np.concatenate([part.middles_s + offset for part, offset in zip(parts, offsets[:-1], strict=True)])
        self._labels: Labels = clustered(np.concatenate([part.vectors for part in parts]), minimum, maximum)
        self._count = int(self._labels.max(initial=0)) + 1

    def of(self, start_ms: float, end_ms: float) -> int:
        """Return the speaker of most of a time of the recording."""
        times = np.arange(start_ms + BLOCK_MS / 2, max(end_ms, start_ms + BLOCK_MS), BLOCK_MS)
        said_s = np.array([self._in_speech_s(time) for time in (times if len(times) else [(start_ms + end_ms) / 2])])
        near = slice(*np.searchsorted(self._middles, (said_s[0] - 4 * _WIDTH_S, said_s[-1] + 4 * _WIDTH_S)))
        middles, labels = self._middles[near], self._labels[near]
        if not len(middles):
            return int(self._labels[int(np.argmin(np.abs(self._middles - said_s[0])))])
        weights = np.exp(-0.5 * ((said_s[:, None] - middles[None, :]) / _WIDTH_S) ** 2)
        votes = np.stack([weights[:, labels == speaker].sum(axis=1) for speaker in range(self._count)])
        return int(np.bincount(votes.argmax(axis=0)).argmax())

    def _in_speech_s(self, time_ms: float) -> float:
        """Return a time of the recording in seconds of speech; a time in a silence is where the silence is."""
        at = int(np.searchsorted(self._starts, time_ms, "right")) - 1
        if at < 0:
            return 0.0
        return float(self._before[at] + min(time_ms, self._ends[at]) - self._starts[at]) / 1000
