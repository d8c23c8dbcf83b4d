"""A seeded library of recordings that exists only as addresses: the scripted service reads a recording's length from its address."""

from __future__ import annotations

import inspect
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from scribekit.service.recognisers.scripted.recogniser import Scripted

MEDIAN_S = 20 * 60.0
SPREAD = 0.8
SHORTEST_S, LONGEST_S = 30.0, 4 * 3600.0
_PACE = inspect.signature(Scripted).parameters


@dataclass(frozen=True)
class Library:
    """So many recordings of log-normal lengths around twenty minutes, from half a minute to four hours."""

    count: int
    seed: int

    @cached_property
    def durations_s(self) -> list[float]:
        """The lengths; equal for equal seeds."""
        draw = random.Random(self.seed).lognormvariate
        return [round(min(max(MEDIAN_S * draw(0.0, SPREAD), SHORTEST_S), LONGEST_S), 3) for _ in range(self.count)]

    @property
    def urls(self) -> list[str]:
        """The addresses, all different."""
        return [f"https://library.example/{number:06d}.mp3?duration={s}" for number, s in enumerate(self.durations_s)]

    @property
    def rows(self) -> list[dict[str, object]]:
        """A manifest with the lengths known."""
        return [{"url": url, "duration_s": s} for url, s in zip(self.urls, self.durations_s, strict=True)]


def lower_bound_s(durations_s: Sequence[float], slots: int, speed: float) -> float:
    """The least wall time in which the scripted service can do the jobs: all slots busy to the end, or the longest job alone."""
    overhead_s, per_hour_s = _PACE["overhead_s"].default, _PACE["seconds_per_hour"].default
    jobs_s = [(overhead_s + per_hour_s * duration / 3600) / speed for duration in durations_s]
    return max(sum(jobs_s) / slots, *jobs_s)
