"""Who speaks when, on one channel: clustering of cepstra by the Bayesian information criterion, then a Viterbi pass.

The speakers that clustering finds are fitted to the speech again, a tenth of a second at a time. Approximate: there is one speaker at any
time, and it is meant for two to four clear voices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scribekit.service.recognisers.pocketsphinx.clustering import RIDGE, Matrix, clustered

PIECE = 150
"""Frames of a piece that is clustered: 1.5 s."""
BLOCK = 10
"""Frames that share one speaker: 0.1 s."""
SWITCH_COST = 60.0
"""What a change of speaker costs, in log likelihood."""
FITS = 3
MOST_SPEAKERS = 30


@dataclass(frozen=True)
class SpeakerCount:
    """How many speakers may be found."""

    least: int = 1
    most: int = MOST_SPEAKERS

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> SpeakerCount:
        """The count that a request asks for: ``speakers_expected``, or else the bounds in ``speaker_options``.

        Example:
            >>> SpeakerCount.of({"speakers_expected": 2})
            SpeakerCount(least=2, most=2)
        """
        exact = options.get("speakers_expected")
        bounds = options.get("speaker_options") or {}
        least = max(1, int(exact or bounds.get("min_speakers_expected") or 1))
        most = int(exact or bounds.get("max_speakers_expected") or MOST_SPEAKERS)
        return cls(least, max(least, most))


def assign_speakers(segments: Sequence[Matrix], count: SpeakerCount | None = None) -> list[NDArray[np.intp]]:
    """The speaker of each frame.

    Args:
        segments: The cepstra (frames, coefficients) of each segment of speech, in order of time.
        count: How many speakers to find.

    Returns:
        For each segment an array with a number for each of its frames: 0 for who speaks first, 1 for the next one heard, and so on.
    """
    bounds = count or SpeakerCount()
    frames = np.concatenate([np.asarray(segment) for segment in segments]) if len(segments) else np.zeros((0, 1))
    if len(frames) < PIECE:
        return [np.zeros(len(segment), np.intp) for segment in segments]
    borders = np.cumsum([len(segment) for segment in segments])[:-1]
    labels = clustered(pieces(segments), bounds.least, bounds.most)
    for _ in range(FITS):
        labels = _fitted(frames, labels)
    return np.split(_by_appearance(labels), borders)


def pieces(segments: Sequence[Matrix]) -> list[Matrix]:
    """Each segment in equal parts of about 1.5 s."""
    return [
        piece
        for segment in segments
        if len(segment)
        for piece in np.array_split(np.asarray(segment, np.float64), max(1, round(len(segment) / PIECE)))
    ]


def _fitted(frames: Matrix, labels: NDArray[np.intp]) -> NDArray[np.intp]:
    """The best path through the speakers, each a Gaussian of the frames it has so far."""
    known = np.unique(labels)
    if len(known) < 2:
        return labels
    scores = np.stack([_log_likelihood(frames, frames[labels == speaker]) for speaker in known], axis=1)
    starts = np.arange(0, len(frames), BLOCK)
    path = _viterbi(np.add.reduceat(scores, starts, axis=0))
    return known[np.repeat(path, np.diff([*starts, len(frames)]))]


def _log_likelihood(frames: Matrix, own: Matrix) -> Matrix:
    mean = own.mean(axis=0)
    covariance = np.cov(own.T, bias=True) + RIDGE * np.eye(frames.shape[1])
    whitened = np.linalg.solve(np.linalg.cholesky(covariance), (frames - mean).T)
    return np.asarray(-0.5 * (np.sum(whitened**2, axis=0) + np.linalg.slogdet(covariance)[1]))


def _viterbi(scores: Matrix) -> NDArray[np.intp]:
    """The best path through (blocks, speakers) scores when a change of speaker costs ``SWITCH_COST``."""
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
    known, first, number = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(known), np.intp)
    rank[np.argsort(first)] = np.arange(len(known))
    return rank[number]


def label(number: int) -> str:
    """The name of a speaker: ``A`` to ``Z``, then ``AA``.

    Example:
        >>> label(0), label(25), label(26)
        ('A', 'Z', 'AA')
    """
    letter = chr(ord("A") + number % 26)
    return letter if number < 26 else label(number // 26 - 1) + letter
