"""A plan beside what happened. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from scribekit.base import schema
from scribekit.batch.planning.history import Past, Trail, most_at_service, working_s
from scribekit.batch.planning.plan import Plan
from scribekit.batch.planning.stages import LONGEST, SLOTS, UPLOAD


@dataclass(frozen=True)
class Actual:
    """What happened.

    Attributes:
        rows: The completed jobs with their lengths and costs.
        trails: Their times, in the same order.
        past: What the events say of the corpus as a whole.
        began_at: When the batch was recorded, Unix time.
    """

    rows: pd.DataFrame
    trails: Sequence[Trail]
    past: Past
    began_at: float

    @property
    def wall_s(self) -> float:
        """From the recording of the batch to the last transcript at home."""
        return max(trail.stored for trail in self.trails) - self.began_at

    @property
    def upload_s(self) -> float:
        """From the recording of the batch to the last upload; NaN without one."""
        uploads = [trail.uploaded for trail in self.trails if math.isfinite(trail.uploaded)]
        return max(uploads) - self.began_at if uploads else math.nan

    def stages(self, slots: int) -> dict[str, float]:
        """What each stage took, as far as the events tell."""
        took = np.array(working_s(self.trails, slots))
        known = took[np.isfinite(took)]
        at_once = min(slots, most_at_service(self.trails)) or 1
        return {
            UPLOAD: self.upload_s,
            SLOTS: float(known.sum()) / at_once if len(known) > at_once else 0.0,
            LONGEST: float(known.max(initial=0.0)),
        }


def compare(plan: Plan, actual: Actual) -> pd.DataFrame:
    """The table of ``schema.COMPARISON``."""
    return schema.COMPARISON.frame([*_totals(plan, actual), *_requests(plan, actual), *_stages(plan, actual)])


def _totals(plan: Plan, actual: Actual) -> Iterator[dict[str, Any]]:
    said = plan.to_frame().to_dict("records")[0]
    failed = len(actual.past.trails) - len(actual.rows)
    others = f"; {failed:,} jobs that were not completed are in the time, but not in the plan" if failed else ""
    note = f"from submit_batch to the last transcript at home{others}"
    yield _row("wall time", said["wall_s_50"], actual.wall_s, "s", note, said["wall_s_90"])
    note = "nothing at the service between two jobs: a notebook that was closed, or a slow upload"
    yield _row("longest pause", 0.0, actual.past.longest_pause_s, "s", note)
    cost = actual.rows["cost_usd"].astype("float64")
    yield _row("cost", said["usd"] + said["assumed_usd"], cost.sum() if cost.notna().all() else math.nan, "USD", "; ".join(plan.cost_notes))
    hours = actual.rows["audio_duration_s"].astype("float64").sum() / 3600
    yield _row("audio", said["audio_hours"], hours, "h", "by the manifest; by the service")


def _requests(plan: Plan, actual: Actual) -> Iterator[dict[str, Any]]:
    uploads = int((plan.recordings()["upload_bytes"] > 0).sum())
    happened = actual.past
    made = {
        "uploads": (uploads, happened.uploads),
        "submissions": (len(actual.rows), happened.submissions),
        "fetches": (len(actual.rows), happened.fetches),
    }
    for measure, (planned, answered) in made.items():
        yield _row(measure, planned, answered, "requests", "those that were answered well")


def _stages(plan: Plan, actual: Actual) -> Iterator[dict[str, Any]]:
    took = actual.stages(plan.slots)
    planned = {row["stage"]: row for row in plan.stages().to_dict("records")}
    for stage, seconds in took.items():
        notes = plan.upload_notes if stage == UPLOAD else []
        yield _row(f"stage: {stage}", planned[stage]["alone_s"], seconds, "s", "; ".join([planned[stage]["meaning"], *notes]))
    worked = np.array(working_s(actual.trails, plan.slots))
    mean = float(np.nanmean(worked)) if np.isfinite(worked).any() else math.nan
    yield _row("processing", plan.recordings()["processing_s"].mean(), mean, "s", "mean time that the service worked on a job")
    at_once = min(plan.limits.in_flight, len(actual.rows))
    yield _row("at the service", at_once, most_at_service(actual.trails), "jobs", "at once, at most")
    slowest = max((stage for stage in took if math.isfinite(took[stage])), key=lambda stage: took[stage])
    yield _row("bottleneck", math.nan, math.nan, "", f"planned: {plan.bottleneck}; by what happened: {slowest}")


def _row(measure: str, planned: float, actual: float, unit: str, note: str, planned_90: float = math.nan) -> dict[str, Any]:
    ratio = actual / planned if planned else math.nan
    return {
        "measure": measure,
        "planned": planned,
        "planned_90": planned_90,
        "actual": actual,
        "ratio": ratio,
        "unit": unit,
        "note": note,
    }
