"""Finds who speaks when on one channel: clusters cepstra by the Bayesian information criterion, then refines the result with Viterbi.

The clusters are the speakers; Viterbi fits them to the speech again in steps of a tenth of a second. The result is approximate: it assumes
one speaker at a time, and is meant for two to four clear voices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scribekit.service.recognisers.pocketsphinx.clustering import RIDGE, Matrix, clustered

PIECE = 150
"""Frames of each piece that is clustered: 1.5 s."""
BLOCK = 10
"""Frames that share one speaker: 0.1 s."""
SWITCH_COST = 60.0
"""The cost of a change of speaker, in log likelihood."""
REFITS = 3
MOST_SPEAKERS = 30


@dataclass(frozen=True)
class SpeakerCount:
    """The fewest and the most speakers to find."""

    minimum: int = 1
    maximum: int = MOST_SPEAKERS

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> SpeakerCount:
        """Return the count that a request asks for: ``speakers_expected``, or else the bounds in ``speaker_options``.

        Example:
            >>> SpeakerCount.of({"speakers_expected": 2})
            SpeakerCount(minimum=2, maximum=2)
        """
        exact = options.get("speakers_expected")
        bounds = options.get("speaker_options") or {}
        minimum = max(1, int(exact or bounds.get("min_speakers_expected") or 1))
        maximum = int(exact or bounds.get("max_speakers_expected") or MOST_SPEAKERS)
        return cls(minimum, max(minimum, maximum))


def assign_speakers(segments: Sequence[Matrix], count: SpeakerCount | None = None) -> list[NDArray[np.intp]]:
    """Find the speaker of each frame.

    Args:
        segments: The cepstra (frames, coefficients) of each segment of speech, in time order.
        count: How many speakers to find.

    Returns:
        For each segment an array with the speaker of each frame; speakers are numbered from 0 in the order of their first frames.
    """
    bounds = count or SpeakerCount()
    frames = np.concatenate([np.asarray(segment) for segment in segments]) if len(segments) else np.zeros((0, 1))
    if len(frames) < PIECE:
        return [np.zeros(len(segment), np.intp) for segment in segments]
    borders = np.cumsum([len(segment) for segment in segments])[:-1]
    labels = clustered(pieces(segments), bounds.minimum, bounds.maximum)
    for _ in range(REFITS):
        labels = _refitted(frames, labels)
    return np.split(_by_appearance(labels), borders)


def pieces(segments: Sequence[Matrix]) -> list[Matrix]:
    """Cut each segment into equal pieces of about 1.5 s."""
    return [
        piece
        for segment in segments
        if len(segment)
        for piece in np.array_split(np.asarray(segment, np.float64), max(1, round(len(segment) / PIECE)))
    ]


def _refitted(frames: Matrix, labels: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the best path through the speakers, each modelled as one Gaussian of its current frames."""
    speakers = np.unique(labels)
    if len(speakers) < 2:
        return labels
    scores = np.stack([_log_likelihood(frames, frames[labels == speaker]) for speaker in speakers], axis=1)
    starts = np.arange(0, len(frames), BLOCK)
    path = _viterbi(np.add.reduceat(scores, starts, axis=0))
    return speakers[np.repeat(path, np.diff([*starts, len(frames)]))]


def _log_likelihood(frames: Matrix, own: Matrix) -> Matrix:
    mean = own.mean(axis=0)
    covariance = np.cov(own.T, bias=True) + RIDGE * np.eye(frames.shape[1])
    whitened = np.linalg.solve(np.linalg.cholesky(covariance), (frames - mean).T)
    return np.asarray(-0.5 * (np.sum(whitened**2, axis=0) + np.linalg.slogdet(covariance)[1]))


def _viterbi(scores: Matrix) -> NDArray[np.intp]:
    """Return the best path through scores (blocks, speakers) when a change of speaker costs ``SWITCH_COST``."""
    best = scores[0].copy()
    came_from = np.zeros(scores.shape, np.intp)
    stay = np.arange(scores.shape[1])
    for at in range(1, len(scores)):
        leader = int(np.argmax(best))
        switched = best[leader] - SWITCH_COST > best
        came_from[at] = np.where(switched, leader, stay)
        best = np.maximum(best, best[leader] - SWITCH_COST) + scores[at]
    path = np.zeros(len(scores), np.intp)
    path[-1] = int(np.argmax(best))
    for at in range(len(scores) - 1, 0, -1):
        path[at - 1] = came_from[at, path[at]]
    return path


def _by_appearance(labels: NDArray[np.intp]) -> NDArray[np.intp]:
    speakers, first, number = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(speakers), np.intp)
    rank[np.argsort(first)] = np.arange(len(speakers))
    return rank[number]
