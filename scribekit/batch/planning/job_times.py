"""How long the service works on a recording: published figures, and figures learned from a corpus's own events. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from scribekit.base.errors import OptionError
from scribekit.batch.pricing import rate_card

Numbers = npt.NDArray[np.float64]

MULTICHANNEL = 1.25
"""Multichannel jobs take about a quarter longer (AssemblyAI, meeting notetaker best practices)."""

FEWEST_TO_FIT = 3
_ROUNDS = 8  # each fit is weighted by the one before
_LEAST_UNCERTAINTY = 0.1
"""The service is not equally busy every day, however many jobs of one day are known."""


@dataclass(frozen=True)
class JobTimes:
    """Time in processing of a job: ``(overhead_s + per_hour_s · hours) · noise``, where noise is log-normal around 1.

    Attributes:
        overhead_s: Seconds that the shortest recording takes.
        per_hour_s: Seconds more for each hour of audio.
        spread: Standard deviation of the logarithm of a single job's time.
        doubt: The same for what all jobs of a batch share: how busy the service is, and the uncertainty of the figures.
        source: Where the figures come from, in words.
        jobs: Number of jobs that they were learned from; 0 for published figures.
        slots: The most jobs that this kind of service works on at once, when its machine limits that.

    Raises:
        OptionError: A figure is negative, or both times are zero.

    Example:
        >>> float(JobTimes(overhead_s=3, per_hour_s=40).seconds(1800.0))
        23.0
    """

    overhead_s: float
    per_hour_s: float
    spread: float = 0.0
    doubt: float = 0.0
    source: str = "as given"
    jobs: int = 0
    slots: int | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be a time."""
        for name in ("overhead_s", "per_hour_s", "spread", "doubt"):
            if not getattr(self, name) >= 0:
                raise OptionError(f"JobTimes({name}={getattr(self, name)!r}): expected a number that is not negative.")
        if self.overhead_s + self.per_hour_s <= 0:
            raise OptionError("JobTimes: expected overhead_s or per_hour_s above zero; no service takes no time.")

    def seconds(self, duration_s: Numbers | float) -> Numbers:
        """Return the expected seconds in processing for lengths in seconds."""
        return np.asarray(self.overhead_s + self.per_hour_s * np.asarray(duration_s, dtype=float) / 3600)

    @property
    def formula(self) -> str:
        """The figures as a sentence."""
        return f"{self.overhead_s:.1f} s + {self.per_hour_s:.1f} s per audio hour ({self.source})"


PUBLISHED = JobTimes(
    overhead_s=5.6,
    per_hour_s=35.7,
    spread=0.25,
    doubt=0.25,
    source="line through the vendor's samples: 1 h 03 min in 35 s, 3 h 15 min in 133 s, 8 h 21 min in 300 s",
)
"""AssemblyAI, "How long does it take to transcribe a file". Another page of the vendor says 15 to 30 % of the audio's length."""

EMBEDDED = JobTimes(
    overhead_s=1.0,
    per_hour_s=3600 / 5.4,
    spread=0.25,
    doubt=0.35,
    source="the embedded recogniser, measured at 5.4 times real time on each core",
)

BY_VENDOR: Mapping[str, JobTimes] = {"AssemblyAI": PUBLISHED, "embedded": EMBEDDED}


def embedded(cores: int) -> JobTimes:
    """Return the times of the embedded recogniser on a machine with this many cores."""
    return replace(EMBEDDED, slots=cores)


def vendor_of(model: str) -> str:
    """Return who runs a model. A model that is not in the rate card counts as a new one of AssemblyAI's."""
    return rate_card().vendor_of(model) or "AssemblyAI"


def learn(duration_s: Numbers, seconds: Numbers, known: JobTimes = PUBLISHED) -> JobTimes | None:
    """Fit the times of past jobs: the line with the least squared error relative to itself, both parts not negative.

    The error is relative to the fitted line, not to the measured times: polls measure some times too short and some too long, and those
    that seem short would outweigh the others.

    Args:
        duration_s: Length of each recording in seconds.
        seconds: How long the service worked on each; 0 for a job that began and ended between two polls.
        known: Gives the ratio of the two parts where the lengths are too similar to separate them.

    Returns:
        The times; None with fewer than three jobs to learn from.

    Example:
        >>> hours = np.arange(1.0, 9.0)
        >>> learned = learn(hours * 3600, 4 + 30 * hours)
        >>> round(learned.overhead_s, 6), round(learned.per_hour_s, 6)
        (4.0, 30.0)
    """
    usable = _usable(duration_s, seconds)
    hours, took = duration_s[usable] / 3600, seconds[usable]
    was_measured = took > 0
    if was_measured.sum() < FEWEST_TO_FIT:
        return None
    overhead_s, per_hour_s = _fit_line(hours, took, known)
    logs = np.log(took[was_measured] / (overhead_s + per_hour_s * hours[was_measured]))
    spread = float(np.std(logs, ddof=1))
    return replace(
        known,
        overhead_s=overhead_s,
        per_hour_s=per_hour_s,
        spread=spread,
        doubt=float(np.hypot(_LEAST_UNCERTAINTY, spread / np.sqrt(len(took)))),
        source=f"learned from {len(took):,} jobs of this corpus",
        jobs=len(took),
    )


def too_few(duration_s: Numbers, seconds: Numbers) -> str | None:
    """Return a note that :func:`learn` needs more jobs than these; None where they are enough.

    Example:
        >>> too_few(np.array([60.0, 90.0]), np.array([3.0, np.nan]))
        'too few jobs in the corpus to learn times from (1 of 3 needed)'
    """
    count = int((_usable(duration_s, seconds) & (seconds > 0)).sum())
    return None if count >= FEWEST_TO_FIT else f"too few jobs in the corpus to learn times from ({count} of {FEWEST_TO_FIT} needed)"


def _usable(duration_s: Numbers, seconds: Numbers) -> npt.NDArray[np.bool_]:
    return np.asarray((duration_s > 0) & (seconds >= 0) & np.isfinite(duration_s) & np.isfinite(seconds))


def _fit_line(hours: Numbers, took: Numbers, known: JobTimes) -> tuple[float, float]:
    parts, fitted = np.column_stack([np.ones_like(hours), hours]), known.seconds(hours * 3600)
    is_spread = np.ptp(hours) > 0.1 * hours.mean()
    for _ in range(_ROUNDS):
        (overhead_s, per_hour_s), *_ = np.linalg.lstsq(parts / fitted[:, np.newaxis], took / fitted)
        if not is_spread or overhead_s < 0 or per_hour_s < 0:
            break
        fitted = overhead_s + per_hour_s * hours
    else:
        return float(overhead_s), float(per_hour_s)
    if is_spread and per_hour_s >= 0:
        return 0.0, float((took / hours).mean())
    # Similar lengths, or no more time for longer ones: such jobs show how quick the service is, but not the time of a long recording.
    ratio = float(np.median((took / known.seconds(hours * 3600))[took > 0]))
    return known.overhead_s * ratio, known.per_hour_s * ratio
