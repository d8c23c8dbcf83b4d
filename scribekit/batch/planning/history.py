"""What the events of a corpus tell of its jobs: how long the service worked on each, and how a batch went as a whole. Pure."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_ACCEPTED = ("accepted", "found in the list")
_SEEN_TO_END = "finished at the service"


@dataclass(slots=True)
class Trail:
    """The times of one job's last attempt, Unix; NaN for what did not happen, or was not seen.

    Attributes:
        uploaded: The service had the file.
        accepted: The service had the job.
        seen_working: We first saw that the service worked on it.
        ended: We saw that it had ended.
        stored: Its transcript was at home.
    """

    uploaded: float = math.nan
    accepted: float = math.nan
    seen_working: float = math.nan
    ended: float = math.nan
    stored: float = math.nan


@dataclass(frozen=True)
class Past:
    """What happened to the jobs of a corpus.

    Attributes:
        trails: Job key → its times.
        uploads: Files that were uploaded.
        submissions: Jobs that were created at the service.
        fetches: Transcripts that were fetched.
        rate_limited: How often the service said 429.
        longest_pause_s: The longest time with nothing at the service and nothing recorded, before the last job had ended.
    """

    trails: Mapping[str, Trail]
    uploads: int
    submissions: int
    fetches: int
    rate_limited: int
    longest_pause_s: float


def read(events: Iterable[Mapping[str, Any]]) -> Past:
    """Read the events of a ledger, oldest first (``at, job_key, event, state`` each)."""
    trails: dict[str, Trail] = {}
    counts = dict.fromkeys(("uploaded", "submitted", "completed", "rate limited"), 0)
    for row in events:
        event = "submitted" if row["event"] in _ACCEPTED else str(row["event"])
        if event in counts:
            counts[event] += 1
        if row["job_key"] is not None:
            _follow(trails.setdefault(row["job_key"], Trail()), event, str(row["state"]), float(row["at"]))
    uploads, submissions, fetches, rate_limited = counts.values()
    return Past(trails, uploads, submissions, fetches, rate_limited, _longest_pause_s(trails.values()))


def _follow(trail: Trail, event: str, state: str, at: float) -> None:
    if event == "submitted":
        # A new attempt: what was seen of the one before is no longer of interest.
        trail.accepted, trail.ended, trail.stored = at, math.nan, math.nan
        trail.seen_working = at if state == "processing" else math.nan
    elif event == "uploaded":
        trail.uploaded = at
    elif event == "processing":
        trail.seen_working = at
    elif event == _SEEN_TO_END:
        trail.ended = at
    elif event == "completed":
        trail.stored = at


def _longest_pause_s(trails: Iterable[Trail]) -> float:
    spans = sorted((t.accepted, t.stored) for t in trails if t.stored >= t.accepted)
    longest, busy_until = 0.0, math.inf
    for began, ended in spans:
        longest = max(longest, began - busy_until)
        busy_until = ended if math.isinf(busy_until) else max(busy_until, ended)
    return longest


def working_s(trails: Sequence[Trail], slots: int) -> list[float]:
    """For each job how long the service worked on it, NaN where that cannot be told.

    We see only what the service says when we look. Where we saw a job at work, its beginning and its end are both seen a little late,
    which cancels out. Where it was done between two looks, it cannot have begun before a slot was free: jobs are taken first come, first
    served. Where that was seen by the same look, the job has taken no time: the one before it seems so much longer.

    Args:
        trails: The jobs.
        slots: Jobs that the service worked on at once, at most.

    Example:
        >>> first = Trail(accepted=0.0, ended=10.0, stored=10.5)
        >>> second = Trail(accepted=0.0, ended=25.0, stored=25.5)
        >>> working_s([first, second], slots=1)
        [10.0, 15.0]
    """
    found = [math.nan] * len(trails)
    busy: list[float] = []
    for number in sorted((n for n, trail in enumerate(trails) if trail.ended >= trail.accepted), key=lambda n: trails[n].accepted):
        trail = trails[number]
        free = heapq.heappop(busy) if len(busy) >= slots else -math.inf
        heapq.heappush(busy, trail.ended)
        began = trail.seen_working if trail.seen_working <= trail.ended else max(trail.accepted, free)
        found[number] = max(trail.ended - began, 0.0)
    return found


def most_at_service(trails: Sequence[Trail]) -> int:
    """The most jobs that were at the service at once."""
    changes = [(t.accepted, 1) for t in trails if t.ended >= t.accepted] + [(t.ended, -1) for t in trails if t.ended >= t.accepted]
    most = now = 0
    for _, change in sorted(changes):
        now += change
        most = max(most, now)
    return most
