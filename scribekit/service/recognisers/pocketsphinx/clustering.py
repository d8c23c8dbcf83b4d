"""Clusters pieces of speech that sound alike, by the Bayesian information criterion.

Each piece is one Gaussian of its cepstra with full covariance. The nearest two are merged as long as that lowers the criterion (Chen and
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
"""Weight of the criterion's penalty for one more speaker. From 3 to 4.5 the number is right in every sample, noisy or clean."""
MOST_PIECES = 400
RIDGE = 1e-3
"""Added to each variance, so that no piece is too short for its covariance."""


@dataclass(frozen=True)
class Gaussians:
    """Sufficient statistics of n Gaussians: ``size`` (n), ``total`` (n, d), ``square`` (n, d, d) and the log determinants (n)."""

    size: Matrix
    total: Matrix
    square: Matrix
    log_det: Matrix

    @classmethod
    def of(cls, size: Matrix, total: Matrix, square: Matrix) -> Gaussians:
        """Return the Gaussians of these sums."""
        return cls(size, total, square, _log_det(size, total, square))

    def take(self, index: Any) -> Gaussians:
        """Return some of the Gaussians."""
        return Gaussians(self.size[index], self.total[index], self.square[index], self.log_det[index])

    def put(self, at: int, one: Gaussians) -> None:
        """Replace one of the Gaussians in place."""
        self.size[at], self.total[at] = one.size[0], one.total[0]
        self.square[at], self.log_det[at] = one.square[0], one.log_det[0]

    def merged(self, one: int, others: Any) -> Gaussians:
        """Return one of the Gaussians merged with each of the others."""
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


def clustered(parts: Sequence[Matrix], minimum: int, maximum: int) -> NDArray[np.intp]:
    """Return the cluster of each frame of the parts.

    At most 400 parts (ten minutes of speech) are compared with each other at once, and then the clusters of each 400. So the cost grows
    with the length of the recording, not with its square.

    Args:
        parts: Cepstra (frames, coefficients), at least two frames in each.
        minimum: The fewest clusters to return.
        maximum: The most clusters to return.
    """
    stats = _statistics(parts)
    cluster = np.arange(len(parts))
    while len(stats.size) > MOST_PIECES:
        groups = [_merge(stats.take(slice(at, at + MOST_PIECES)), 1, MOST_PIECES // 4) for at in range(0, len(stats.size), MOST_PIECES)]
        offsets = np.cumsum([0, *(len(group.size) for group, _ in groups)])
        cluster = np.concatenate([labels + offset for (_, labels), offset in zip(groups, offsets, strict=False)])[cluster]
        stats = _joined([group for group, _ in groups])
    _, labels = _merge(stats, minimum, maximum)
    return np.repeat(labels[cluster], [len(part) for part in parts])


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


def _merge(stats: Gaussians, minimum: int, maximum: int) -> tuple[Gaussians, NDArray[np.intp]]:
    """Merge the nearest two until the criterion stops, within the bounds; return the clusters, and the cluster of each input."""
    n = len(stats.size)
    stats = stats.take(np.arange(n))
    labels = np.arange(n)
    alive = np.ones(n, bool)
    cost = np.full((n, n), np.inf)
    for one in range(n - 1):
        cost[one, one + 1 :] = _criterion(stats, one, np.arange(one + 1, n))
    while alive.sum() > minimum:
        one, other = divmod(int(np.argmin(cost)), n)
        if cost[one, other] >= 0 and alive.sum() <= maximum:
            break
        stats.put(one, stats.merged(one, np.array([other])))
        labels[labels == other] = one
        alive[other] = False
        cost[other, :] = cost[:, other] = np.inf
        rest = np.flatnonzero(alive)
        rest = rest[rest != one]
        updated = _criterion(stats, one, rest)
        cost[np.minimum(rest, one), np.maximum(rest, one)] = updated
    kept = np.flatnonzero(alive)
    return stats.take(kept), np.searchsorted(kept, labels)


def _criterion(stats: Gaussians, one: int, others: NDArray[np.intp]) -> Matrix:
    """Return how the criterion changes when one is merged with each of the others: negative means merge."""
    if not len(others):
        return np.zeros(0)
    both = stats.merged(one, others)
    separate = stats.size[one] * stats.log_det[one] + stats.size[others] * stats.log_det[others]
    d = stats.total.shape[1]
    penalty = PENALTY * (d + d * (d + 1) / 2) * np.log(both.size)
    return np.asarray(0.5 * (both.size * both.log_det - separate - penalty))
