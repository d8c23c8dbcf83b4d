"""The forecast of a workload under some limits: times with their band, the bottleneck, requests and dollars. Pure and deterministic."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from scribekit.api.limits import EARLIEST_SHARE, FIRST_GUESS, MAX_PAUSE, Limits
from scribekit.batch.planning.job_times import BY_VENDOR, MULTICHANNEL, JobTimes, Numbers, vendor_of
from scribekit.batch.planning.simulation import NOTHING, Pipeline, SimulatedRun, Stage, request_count, simulate, stages
from scribekit.batch.planning.workload import Offer, Workload
from scribekit.batch.pricing import check_amounts

REQUEST_S = 0.01
"""A hundred requests a second: sixteen at once that take 0.16 s each over the network, or the engine's work for each on this machine."""

STORED_BYTES_PER_HOUR = 230_000
"""Compressed transcripts with speakers: the median of the sample recordings, as the embedded recogniser transcribes them."""

FEW_JOBS, RUNS_OF_FEW, RUNS_OF_MANY = 1_000, 21, 5
LEAST_SAMPLE, SAMPLE_PER_SLOT = 4_000, 40
POINTS = 61

Positions = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Setting:
    """The settings of a plan.

    Attributes:
        limits: The pace.
        upload_mbps: Upload bandwidth in Mbit/s; None when it is not limited, or not known.
        speech_models: The models for all recordings; None for those of their own options.
        budget_usd: The most that may be spent.
        assume_usd_per_hour: The price of an hour of audio where none is known.
        length_is_named: The user has given the length to assume where none is known.
        times: Vendor → how long jobs take there, where it differs from the published figures.
        stored_bytes_per_hour: Disk space of an hour's transcript.
        request_s: Seconds for which a request keeps the next one waiting.
        notes: What else a reader of the plan should know, in sentences.

    Raises:
        OptionError: A figure is not positive.
    """

    limits: Limits = field(default_factory=Limits)
    upload_mbps: float | None = None
    speech_models: tuple[str, ...] | None = None
    budget_usd: float | None = None
    assume_usd_per_hour: float | None = None
    length_is_named: bool = False
    times: Mapping[str, JobTimes] = field(default_factory=dict)
    stored_bytes_per_hour: float = STORED_BYTES_PER_HOUR
    request_s: float = REQUEST_S
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a figure that is not positive."""
        check_amounts(
            **{name: getattr(self, name) for name in ("upload_mbps", "budget_usd", "assume_usd_per_hour", "stored_bytes_per_hour")}
        )

    def times_for(self, model: str) -> JobTimes:
        """Return how long jobs of a model take."""
        vendor = vendor_of(model)
        return self.times.get(vendor, BY_VENDOR[vendor])


class Forecast:
    """The forecast of a workload under one setting. Each figure is computed when it is first used.

    Args:
        work: The workload.
        setting: The settings.
    """

    def __init__(self, work: Workload, setting: Setting) -> None:
        self.work = work
        self.setting = setting

    @functools.cached_property
    def offers(self) -> Sequence[Offer]:
        """The models and the price of each kind of recordings."""
        return [kind.offer(self.setting.speech_models, self.setting.assume_usd_per_hour) for kind in self.work.kinds]

    @functools.cached_property
    def jobs(self) -> Positions:
        """Positions of what is sent, in the order of sending, without what the budget holds back."""
        sent, budget = self.work.sent, self.setting.budget_usd
        if budget is None:
            return sent
        most = self._by_job([offer.most_usd_per_hour for offer in self.offers], sent) * self._hours(sent)
        if not self.setting.length_is_named:
            most = np.where(self.work.assumed[sent], math.nan, most)
        fits = np.isfinite(most) & (np.cumsum(np.nan_to_num(most)) <= budget + 1e-9)
        return sent[fits]

    @functools.cached_property
    def times(self) -> Sequence[JobTimes]:
        """How long jobs of each kind take."""
        return [self.setting.times_for(offer.models[0]) for offer in self.offers]

    @functools.cached_property
    def pipeline(self) -> Pipeline:
        """What the jobs pass through."""
        limits, mbps = self.setting.limits, self.setting.upload_mbps
        own_slots = [times.slots for times in self.times if times.slots is not None]
        return Pipeline(
            slots=min([limits.concurrent_jobs, *own_slots]),
            in_flight=limits.in_flight,
            requests=limits.requests_per_window,
            window_s=limits.window_s,
            poll_s=limits.poll_s,
            uploads=limits.uploads,
            request_s=self.setting.request_s,
            bytes_per_s=mbps * 1e6 / 8 if mbps else math.inf,
            first_pause_s=self._first_pause_s,
        )

    @property
    def _first_pause_s(self) -> float:
        """The pause between polls until the first job has ended: as long as not even the shortest job is due, by the first guess."""
        limits = self.setting.limits
        shortest_s = float(self.work.duration_s[self.jobs[: limits.in_flight]].min(initial=math.inf))
        return min(max(EARLIEST_SHARE * FIRST_GUESS * shortest_s, limits.poll_s), MAX_PAUSE * limits.poll_s)

    def work_s(self, positions: Positions) -> Numbers:
        """Return the expected seconds in processing."""
        found = np.zeros(len(positions))
        for number, (kind, times) in enumerate(zip(self.work.kinds, self.times, strict=True)):
            mine = self.work.kind[positions] == number
            found[mine] = times.seconds(self.work.duration_s[positions[mine]])
            if kind.is_multichannel and not times.jobs:
                found[mine] *= MULTICHANNEL
        return found

    @functools.cached_property
    def sample(self) -> Positions:
        """Every n-th job in the order of sending, of a batch that is too large to simulate whole: the same mix, in less time."""
        most = max(LEAST_SAMPLE, SAMPLE_PER_SLOT * self.pipeline.slots)
        if len(self.jobs) <= most:
            return self.jobs
        return self.jobs[((np.arange(most) + 0.5) * len(self.jobs) / most).astype(np.intp)]

    @property
    def share(self) -> float:
        """The part of the jobs that is in the sample."""
        return len(self.sample) / len(self.jobs) if len(self.jobs) else 1.0

    @functools.cached_property
    def runs(self) -> Sequence[SimulatedRun]:
        """Simulated runs, from a quick service to a slow one."""
        work_s, upload_bytes = self.work_s(self.sample), self.work.upload_bytes[self.sample]
        spread = self._by_job([times.spread for times in self.times], self.sample)
        uncertainty = max((times.doubt for times in self.times), default=0.0)
        count = 1 if uncertainty == 0 and not spread.any() else RUNS_OF_FEW if len(work_s) <= FEW_JOBS else RUNS_OF_MANY
        runs = []
        for number in range(count):
            busy = math.exp(uncertainty * NormalDist().inv_cdf((number + 0.5) / count))
            noise = np.exp(spread * np.random.default_rng(number).standard_normal(len(work_s)) - spread**2 / 2)
            runs.append(self._run(work_s * busy * noise, upload_bytes))
        return runs

    def _run(self, work_s: Numbers, upload_bytes: Numbers) -> SimulatedRun:
        """Simulate the sample, and stretch the result to all jobs: each waits for more jobs before it, but takes no longer itself."""
        run = simulate(work_s, upload_bytes, self.pipeline)
        if self.share == 1.0:
            return run
        waits_s = np.maximum(run.stored_s - work_s, 0.0)
        return SimulatedRun(waits_s / self.share + work_s, round(run.polls / self.share))

    def wall_s(self, chance: float) -> float:
        """Return the time within which the batch ends with this chance."""
        walls = [run.wall_s for run in self.runs]
        return float(np.quantile(walls, chance, method="hazen"))

    @functools.cached_property
    def polls(self) -> int:
        """Requests for the list."""
        return round(float(np.median([run.polls for run in self.runs])))

    @property
    def requests(self) -> int:
        """All requests."""
        return request_count(self.work.upload_bytes[self.sample], self.share) + self.polls

    @functools.cached_property
    def stages(self) -> list[Stage]:
        """The stages, the slowest first."""
        return stages(self.work_s(self.sample), self.work.upload_bytes[self.sample], self.pipeline, self.polls, self.share)

    @property
    def bottleneck(self) -> str:
        """The slowest stage."""
        return self.stages[0].name if self.stages else NOTHING

    @functools.cached_property
    def curve(self) -> tuple[Numbers, Numbers]:
        """Hours of audio, and when each number of hours is done: a row each for 10, 50 and 90 % of the runs."""
        hours = self.work.duration_s[self.sample] / 3600
        levels = np.linspace(0.0, 1.0, POINTS)
        times = []
        for run in self.runs:
            order = np.argsort(run.stored_s, kind="stable")
            done = np.concatenate([[0.0], np.cumsum(hours[order])])
            at = np.concatenate([[0.0], run.stored_s[order]])
            times.append(np.interp(levels * done[-1], done, at))
        band = np.quantile(np.array(times), [0.1, 0.5, 0.9], axis=0, method="hazen")
        return levels * float(self._hours(self.jobs).sum()), band

    @functools.cached_property
    def ready_s(self) -> Numbers:
        """When each job's transcript is stored (median), in the order of sending."""
        by_run = np.array([run.stored_s for run in self.runs])
        stored: Numbers = np.asarray(np.median(by_run, axis=0), dtype=np.float64)
        if len(self.sample) == len(self.jobs):
            return stored
        ranks = (np.arange(len(self.sample)) + 0.5) / self.share
        return np.asarray(np.interp(np.arange(len(self.jobs)), ranks, stored), dtype=np.float64)

    def usd(self, positions: Positions) -> Numbers:
        """Return the cost with the first model; NaN without a rate."""
        return self._by_job([offer.usd_per_hour for offer in self.offers], positions) * self._hours(positions)

    def _hours(self, positions: Positions) -> Numbers:
        hours: Numbers = self.work.duration_s[positions] / 3600
        return hours

    def _by_job(self, by_kind: Sequence[float], positions: Positions) -> Numbers:
        values: Numbers = np.array(by_kind, dtype=float)[self.work.kind[positions]]
        return values
