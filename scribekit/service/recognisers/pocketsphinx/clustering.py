"""Pieces of speech to clusters that sound alike, by the Bayesian information criterion.

Each piece is one Gaussian of its cepstra with full covariance; the nearest two are merged while that lowers the criterion (Chen and
Gopalakrishnan, "Speaker, environment and channel change detection and clustering via the Bayesian information criterion", 1998).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.floating]

PENALTY = 4.0
"""Weight of the criterion's penalty for one more speaker; from 3 to 4.5 it finds the right number in every sample, noisy or clean."""
MOST_PIECES = 400
RIDGE = 1e-3
"""Added to every variance, so that no piece is too short for its covariance."""


@dataclass(frozen=True)
class Gaussians:
    """Sufficient statistics of n Gaussians: ``size`` (n), ``total`` (n, d), ``square`` (n, d, d) and the log determinants (n)."""

    size: Matrix
    total: Matrix
    square: Matrix
    log_det: Matrix

    @classmethod
    def of(cls, size: Matrix, total: Matrix, square: Matrix) -> Gaussians:
        """Gaussians from their sums."""
        return cls(size, total, square, _log_det(size, total, square))

    def take(self, index: Any) -> Gaussians:
        """Some of them."""
        return Gaussians(self.size[index], self.total[index], self.square[index], self.log_det[index])

    def put(self, at: int, one: Gaussians) -> None:
        """Replace one of them in place."""
        self.size[at], self.total[at] = one.size[0], one.total[0]
        self.square[at], self.log_det[at] = one.square[0], one.log_det[0]

    def merged(self, one: int, others: Any) -> Gaussians:
        """One of them merged with each of the others."""
        return Gaussians.of(
            self.size[one] + self.size[others],
            self.total[one] + self.total[others],
            self.square[one] + self.square[others],
        )


def _log_det(size: Matrix, total: Matrix, square: Matrix) -> Matrix:
    mean = total / size[:, None]
    covariance = square / size[:, None, None] - mean[:, :, None] * mean[:, None, :]
    covariance += RIDGE * np.eye(total.shape[1])
    return np.asarray(np.linalg.slogdet(covariance)[1])


def clustered(parts: Sequence[Matrix], least: int, most: int) -> NDArray[np.intp]:
    """The cluster of each frame of the parts.

    At most 400 parts are compared with each other at once (ten minutes of speech); what they merge to is compared again, so that the
    cost grows with the length of the recording and not with its square.

    Args:
        parts: Cepstra (frames, coefficients), at least two frames in each.
        least: The fewest clusters to end with.
        most: The most clusters to end with.
    """
    stats = _statistics(parts)
    member = np.arange(len(parts))
    while len(stats.size) > MOST_PIECES:
        groups = [_merge(stats.take(slice(at, at + MOST_PIECES)), 1, MOST_PIECES // 4) for at in range(0, len(stats.size), MOST_PIECES)]
        offsets = np.cumsum([0, *(len(group.size) for group, _ in groups)])
        member = np.concatenate([labels + offset for (_, labels), offset in zip(groups, offsets, strict=False)])[member]
        stats = _joined([group for group, _ in groups])
    _, labels = _merge(stats, least, most)
    return np.repeat(labels[member], [len(part) for part in parts])


def _statistics(parts: Sequence[Matrix]) -> Gaussians:
    return Gaussians.of(
        np.array([float(len(part)) for part in parts]),
        np.array([part.sum(axis=0) for part in parts]),
        np.array([part.T @ part for part in parts]),
    )


def _joined(groups: Sequence[Gaussians]) -> Gaussians:
    return Gaussians(
        np.concatenate([group.size for group in groups]),
        np.concatenate([group.total for group in groups]),
        np.concatenate([group.square for group in groups]),
        np.concatenate([group.log_det for group in groups]),
    )


def _merge(stats: Gaussians, least: int, most: int) -> tuple[Gaussians, NDArray[np.intp]]:
    """Merge the nearest two until the criterion says stop, within the bounds; the clusters, and the cluster of each input."""
    n = len(stats.size)
    stats = stats.take(np.arange(n))
    labels = np.arange(n)
    alive = np.ones(n, bool)
    cost = np.full((n, n), np.inf)
    for one in range(n - 1):
        cost[one, one + 1 :] = _criterion(stats, one, np.arange(one + 1, n))
    while alive.sum() > least:
        one, other = divmod(int(np.argmin(cost)), n)
        if cost[one, other] >= 0 and alive.sum() <= most:
            break
        stats.put(one, stats.merged(one, np.array([other])))
        labels[labels == other] = one
        alive[other] = False
        cost[other, :] = cost[:, other] = np.inf
        rest = np.flatnonzero(alive)
        rest = rest[rest != one]
        fresh = _criterion(stats, one, rest)
        cost[np.minimum(rest, one), np.maximum(rest, one)] = fresh
    kept = np.flatnonzero(alive)
    return stats.take(kept), np.searchsorted(kept, labels)


def _criterion(stats: Gaussians, one: int, others: NDArray[np.intp]) -> Matrix:
    """Change of the information criterion when two are taken for one voice: negative says merge."""
    if not len(others):
        return np.zeros(0)
    both = stats.merged(one, others)
    apart = stats.size[one] * stats.log_det[one] + stats.size[others] * stats.log_det[others]
    d = stats.total.shape[1]
    penalty = PENALTY * (d + d * (d + 1) / 2) * np.log(both.size)
    return np.asarray(0.5 * (both.size * both.log_det - apart - penalty))
