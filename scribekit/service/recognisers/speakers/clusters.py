"""Clusters vectors of voices by average linkage. Pure.

The recipe: the mean cosine distance of two clusters is at most 0.38; clusters with less than 4 % of the windows, or fewer than three, are
no speakers; all windows then go to the nearest of the speakers' centres, twice.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Labels = NDArray[np.intp]

CUT = 0.38
_MOST = 1500
"""The most vectors that are compared with each other; the others go to the nearest centre."""
_SMALL_SHARE, _SMALL_COUNT = 0.04, 3
_PASSES = 2


class Merge(NamedTuple):
    """Two clusters that become one: a vector of each, and their mean distance."""

    one: int
    other: int
    distance: float


def clustered(vectors: Floats, minimum: int, maximum: int) -> Labels:
    """Return the speaker of each vector, numbered from 0 in the order of their first vectors.

    Args:
        vectors: Vectors of length 1, of shape (windows, features).
        minimum: The fewest speakers to find.
        maximum: The most speakers to find.
    """
    if len(vectors) < 2:
        return np.zeros(len(vectors), np.intp)
    chosen = np.unique(np.linspace(0, len(vectors) - 1, min(len(vectors), _MOST)).astype(np.intp))
    sample = vectors[chosen]
    merges = linkage(sample)
    labels = labelled(len(sample), [merge for merge in merges if merge.distance <= CUT])
    count = len(_big(labels))
    if not minimum <= max(count, 1) <= maximum:
        labels = _with_count(len(sample), merges, min(max(count, minimum), maximum))
    centres = np.stack([sample[labels == label].mean(axis=0) for label in _big(labels)]) if _big(labels) else sample.mean(axis=0)[None]
    found = _nearest(vectors, centres)
    for _ in range(_PASSES):
        centres = np.stack([vectors[found == label].mean(axis=0) for label in np.unique(found)])
        found = _nearest(vectors, centres)
    return _by_appearance(found)


def linkage(vectors: Floats) -> list[Merge]:
    """Return the merges of average linkage by cosine distance, nearest first, by chains of nearest neighbours (Murtagh, 1983)."""
    count = len(vectors)
    distances = 1 - vectors @ vectors.T
    np.fill_diagonal(distances, np.inf)
    sizes, alive = np.ones(count), np.ones(count, bool)
    merges: list[Merge] = []
    chain: list[int] = []
    while len(merges) < count - 1:
        if not chain:
            chain.append(int(np.argmax(alive)))
        last = chain[-1]
        row = distances[last]
        nearest = int(np.argmin(row))
        if len(chain) > 1 and row[chain[-2]] <= row[nearest]:
            other = chain[-2]
            del chain[-2:]
            merges.append(Merge(last, other, float(row[other])))
            merged = (sizes[last] * row + sizes[other] * distances[other]) / (sizes[last] + sizes[other])
            merged[last] = np.inf
            sizes[last] += sizes[other]
            alive[other] = False
            distances[last] = distances[:, last] = np.where(alive, merged, np.inf)
            distances[other] = distances[:, other] = np.inf
        else:
            chain.append(nearest)
    return sorted(merges, key=lambda merge: merge.distance)


def labelled(count: int, merges: list[Merge]) -> Labels:
    """Return the cluster of each of ``count`` vectors after some merges."""
    parents = list(range(count))
    for merge in merges:
        parents[_root(parents, merge.other)] = _root(parents, merge.one)
    return np.unique([_root(parents, at) for at in range(count)], return_inverse=True)[1].astype(np.intp)


def _root(parents: list[int], at: int) -> int:
    while parents[at] != at:
        parents[at] = parents[parents[at]]
        at = parents[at]
    return at


def _big(labels: Labels) -> list[int]:
    """Return the clusters that are speakers."""
    sizes = np.bincount(labels)
    least = max(_SMALL_COUNT, _SMALL_SHARE * len(labels))
    return [label for label, size in enumerate(sizes.tolist()) if size >= least]


def _with_count(count: int, merges: list[Merge], speakers: int) -> Labels:
    """Return the last clusters of which so many are speakers; where there are none, as many clusters as speakers."""
    for last in range(len(merges), -1, -1):
        labels = labelled(count, merges[:last])
        if len(_big(labels)) == speakers:
            return labels
        if len(_big(labels)) > speakers or labels.max() + 1 > _MOST // 4:
            break
    return labelled(count, merges[: max(0, count - speakers)])


def _nearest(vectors: Floats, centres: Floats) -> Labels:
    directions = centres / np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-10)
    found: Labels = np.argmax(vectors @ directions.T, axis=1)
    return found


def _by_appearance(labels: Labels) -> Labels:
    found, first, number = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(found), np.intp)
    rank[np.argsort(first)] = np.arange(len(found))
    return rank[number]
