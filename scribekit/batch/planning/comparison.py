"""What happened to the jobs of a corpus, read from its events; and a plan compared with it. Pure."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from scribekit.base import schema
from scribekit.batch.planning.plan import Plan
from scribekit.batch.planning.simulation import LONGEST, SLOTS, UPLOAD

_ACCEPTED = ("accepted", "found in the list")
_SEEN_TO_END = "finished at the service"


@dataclass(slots=True)
class Timeline:
    """The times of one job's last attempt, Unix; NaN for what did not happen, or was not seen.

    Attributes:
        uploaded: The service had the file.
        accepted: The service had the job.
        processing: A poll first showed that the service worked on it.
        ended: A poll showed that it had ended.
        stored: Its transcript was stored here.
    """

    uploaded: float = math.nan
    accepted: float = math.nan
    processing: float = math.nan
    ended: float = math.nan
    stored: float = math.nan


@dataclass(frozen=True)
class History:
    """What happened to the jobs of a corpus.

    Attributes:
        timelines: Job key → its times.
        uploads: Files that were uploaded.
        submissions: Jobs that were created at the service.
        fetches: Transcripts that were fetched.
        rate_limited: How often the service answered 429.
        longest_pause_s: The longest time with nothing at the service and nothing recorded, before the last job had ended.
    """

    timelines: Mapping[str, Timeline]
    uploads: int
    submissions: int
    fetches: int
    rate_limited: int
    longest_pause_s: float


def read_history(events: Iterable[Mapping[str, Any]]) -> History:
    """Read the events of a ledger, oldest first (``at, job_key, event, state`` each)."""
    timelines: dict[str, Timeline] = {}
    counts = dict.fromkeys(("uploaded", "submitted", "completed", "rate limited"), 0)
    for row in events:
        event = "submitted" if row["event"] in _ACCEPTED else str(row["event"])
        if event in counts:
            counts[event] += 1
        if row["job_key"] is not None:
            _add(timelines.setdefault(row["job_key"], Timeline()), event, str(row["state"]), float(row["at"]))
    uploads, submissions, fetches, rate_limited = counts.values()
    return History(timelines, uploads, submissions, fetches, rate_limited, _longest_pause_s(timelines.values()))


def _add(timeline: Timeline, event: str, state: str, at: float) -> None:
    if event == "submitted":
        # A new attempt: the times of the one before no longer count.
        timeline.accepted, timeline.ended, timeline.stored = at, math.nan, math.nan
        timeline.processing = at if state == "processing" else math.nan
    elif event == "uploaded":
        timeline.uploaded = at
    elif event == "processing":
        timeline.processing = at
    elif event == _SEEN_TO_END:
        timeline.ended = at
    elif event == "completed":
        timeline.stored = at


def _longest_pause_s(timelines: Iterable[Timeline]) -> float:
    spans = sorted((times.accepted, times.stored) for times in timelines if times.stored >= times.accepted)
    longest, busy_until = 0.0, math.inf
    for began, ended in spans:
        longest = max(longest, began - busy_until)
        busy_until = ended if math.isinf(busy_until) else max(busy_until, ended)
    return longest


def processing_s(timelines: Sequence[Timeline], slots: int) -> list[float]:
    """Return for each job how long the service worked on it; NaN where the polls do not show it.

    Polls show the status of a job only now and then. When a poll showed a job in processing, its start and its end are
    both seen a little late, and the two delays cancel out. When a job was done between two polls, it cannot have started
    before a slot was free: jobs are taken first come, first served. When one poll showed both that a slot was free and
    that the job had ended, the job counts as taking no time, and the job before it as taking that much longer.

    Args:
        timelines: The jobs.
        slots: Jobs that the service worked on at once, at most.

    Example:
        >>> first = Timeline(accepted=0.0, ended=10.0, stored=10.5)
        >>> second = Timeline(accepted=0.0, ended=25.0, stored=25.5)
        >>> processing_s([first, second], slots=1)
        [10.0, 15.0]
    """
    found = [math.nan] * len(timelines)
    busy: list[float] = []
    ended = (number for number, times in enumerate(timelines) if times.ended >= times.accepted)
    for number in sorted(ended, key=lambda number: timelines[number].accepted):
        times = timelines[number]
        free = heapq.heappop(busy) if len(busy) >= slots else -math.inf
        heapq.heappush(busy, times.ended)
        began = times.processing if times.processing <= times.ended else max(times.accepted, free)
        found[number] = max(times.ended - began, 0.0)
    return found


def peak_at_service(timelines: Sequence[Timeline]) -> int:
    """Return the largest number of jobs that were at the service at once."""
    ended = [times for times in timelines if times.ended >= times.accepted]
    most = now = 0
    for _, change in sorted([(times.accepted, 1) for times in ended] + [(times.ended, -1) for times in ended]):
        now += change
        most = max(most, now)
    return most


@dataclass(frozen=True)
class Actual:
    """What happened to a batch.

    Attributes:
        rows: The completed jobs with their lengths and costs.
        timelines: Their times, in the same order.
        history: What the events say of the corpus as a whole.
        began_at: When the batch was recorded, Unix time.
    """

    rows: pd.DataFrame
    timelines: Sequence[Timeline]
    history: History
    began_at: float

    @property
    def wall_s(self) -> float:
        """From the recording of the batch to its last stored transcript."""
        return max(times.stored for times in self.timelines) - self.began_at

    @property
    def upload_s(self) -> float:
        """From the recording of the batch to the last upload; NaN without one."""
        uploads = [times.uploaded for times in self.timelines if math.isfinite(times.uploaded)]
        return max(uploads) - self.began_at if uploads else math.nan

    def stages(self, slots: int) -> dict[str, float]:
        """Return what each stage took, where the events show it."""
        took = np.array(processing_s(self.timelines, slots))
        known = took[np.isfinite(took)]
        at_once = min(slots, peak_at_service(self.timelines)) or 1
        return {
            UPLOAD: self.upload_s,
            SLOTS: float(known.sum()) / at_once if len(known) > at_once else 0.0,
            LONGEST: float(known.max(initial=0.0)),
        }


def compare(plan: Plan, actual: Actual) -> pd.DataFrame:
    """Compare a plan with what happened, in the columns of ``schema.COMPARISON``."""
    return schema.COMPARISON.frame([*_totals(plan, actual), *_requests(plan, actual), *_stages(plan, actual)])


def _totals(plan: Plan, actual: Actual) -> Iterator[dict[str, Any]]:
    planned = plan.to_frame().to_dict("records")[0]
    failed = len(actual.history.timelines) - len(actual.rows)
    others = f"; {failed:,} jobs that were not completed are in the time, but not in the plan" if failed else ""
    note = f"from submit_batch to the last stored transcript{others}"
    yield _row("wall time", planned["wall_s_50"], actual.wall_s, "s", note, planned["wall_s_90"])
    note = "nothing at the service between two jobs: a notebook that was closed, or a slow upload"
    yield _row("longest pause", 0.0, actual.history.longest_pause_s, "s", note)
    cost = actual.rows["cost_usd"].astype("float64")
    planned_usd, actual_usd = planned["usd"] + planned["assumed_usd"], cost.sum() if cost.notna().all() else math.nan
    yield _row("cost", planned_usd, actual_usd, "USD", "; ".join(plan.cost_notes))
    hours = actual.rows["audio_duration_s"].astype("float64").sum() / 3600
    yield _row("audio", planned["audio_hours"], hours, "h", "by the manifest; by the service")


def _requests(plan: Plan, actual: Actual) -> Iterator[dict[str, Any]]:
    uploads = int((plan.recordings()["upload_bytes"] > 0).sum())
    history = actual.history
    counts = {
        "uploads": (uploads, history.uploads),
        "submissions": (len(actual.rows), history.submissions),
        "fetches": (len(actual.rows), history.fetches),
    }
    for measure, (planned, succeeded) in counts.items():
        yield _row(measure, planned, succeeded, "requests", "those that succeeded")


def _stages(plan: Plan, actual: Actual) -> Iterator[dict[str, Any]]:
    took = actual.stages(plan.slots)
    planned = {row["stage"]: row for row in plan.stages().to_dict("records")}
    for stage, seconds in took.items():
        notes = plan.upload_notes if stage == UPLOAD else []
        yield _row(f"stage: {stage}", planned[stage]["alone_s"], seconds, "s", "; ".join([planned[stage]["meaning"], *notes]))
    worked = np.array(processing_s(actual.timelines, plan.slots))
    mean = float(np.nanmean(worked)) if np.isfinite(worked).any() else math.nan
    yield _row("processing", plan.recordings()["processing_s"].mean(), mean, "s", "mean time that the service worked on a job")
    at_once = min(plan.limits.in_flight, len(actual.rows))
    yield _row("at the service", at_once, peak_at_service(actual.timelines), "jobs", "at once, at most")
    slowest = max((stage for stage in took if math.isfinite(took[stage])), key=lambda stage: took[stage])
    yield _row("bottleneck", math.nan, math.nan, "", f"planned: {plan.bottleneck}; actual: {slowest}")


def _row(measure: str, planned: float, actual: float, unit: str, note: str, planned_90: float = math.nan) -> dict[str, Any]:
    return {
        "measure": measure,
        "planned": planned,
        "planned_90": planned_90,
        "actual": actual,
        "ratio": actual / planned if planned else math.nan,
        "unit": unit,
        "note": note,
    }
