"""The limits of a run: how much at once, how often and how long. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from scribekit.base.errors import OptionError

FIRST_GUESS = 0.01
"""Seconds of processing per second of audio, until a run has measured less (an hour takes about 35 to 70 seconds)."""

EARLIEST_SHARE = 0.8
"""A job is due from this share of its expected time on."""

MAX_PAUSE = 4
"""The longest pause between two polls, as a multiple of ``poll_s``, however late the next job is due."""


@dataclass(frozen=True)
class Limits:
    """The pace of a batch; the defaults are those of a paid account.

    Attributes:
        concurrent_jobs: Jobs that the account may have in processing (a free account: 5). More are accepted by the service but wait there.
        requests_per_window: HTTP requests that the account may send in a window.
        window_s: Length of that window, in seconds.
        poll_s: Seconds between two requests for the service's list of transcripts.
        uploads: Files that are uploaded at the same time.
        queue_ahead: Jobs sent beyond ``concurrent_jobs``, so that no slot is idle. None: a quarter of ``concurrent_jobs``.
        tries: How often one step (an upload, a submission, a fetch) is tried while its failure may pass.
            A failure counts only when others go through meanwhile; one or two recordings that nothing can be compared with are given
            up after a 24th of ``patience_s``.
        backoff_s: The bound of the first pause after such a failure; it doubles each time, up to sixty times itself. During an outage the
            pauses between two looks grow from twice to 120 times this.
        patience_s: Seconds that a run waits for a network or a service that has gone away. Nothing is given up meanwhile, and it goes on
            by itself. When they are over, the call ends with one error and everything stays as it was. Only the first contact of a call
            does not wait.
        resubmissions: How often a job is created again after the service itself failed on it.
        settle_s: Seconds after a lost answer until the service's list counts as complete.
        job_timeout_s: Seconds that the service may take for one job, its queue included. After them the job ends with ``error_kind``
            ``timed_out``; ``sk.retry`` goes on waiting for it, and does not send it again.
        request_timeout_s: Seconds that a request may take until its answer begins, and again until the answer is complete. For an upload
            they count again from each piece of 256 KB, so one that makes progress is never cut.
        answer_mb: The largest transcript that is taken, in megabytes after unpacking (an hour takes about 2). A larger one ends its job
            with ``error_kind`` ``not_fetched``; after ``sk.retry`` it is fetched again with the limits of then. Other answers may have 8.

    Raises:
        OptionError: A figure is not positive.

    Example:
        >>> Limits(concurrent_jobs=5).in_flight
        7
    """

    concurrent_jobs: int = 200
    requests_per_window: int = 20_000
    window_s: float = 300.0
    poll_s: float = 3.0
    uploads: int = 8
    queue_ahead: int | None = None
    tries: int = 8
    backoff_s: float = 1.0
    patience_s: float = 6 * 3600.0
    resubmissions: int = 3
    settle_s: float = 5.0
    job_timeout_s: float = 6 * 3600.0
    request_timeout_s: float = 300.0
    answer_mb: float = 64.0

    def __post_init__(self) -> None:
        """Refuse a figure that is not a limit."""
        for item in fields(self):
            value = getattr(self, item.name)
            lowest = 0 if item.name in {"queue_ahead", "resubmissions", "settle_s"} else None
            if value is not None and not (value > 0 or value == lowest):
                raise OptionError(f"Limits({item.name}={value!r}): expected a number above zero.")

    @property
    def in_flight(self) -> int:
        """Jobs that this process has at the service at once: the slots, and enough waiting jobs to keep them busy."""
        ahead = self.queue_ahead if self.queue_ahead is not None else math.ceil(self.concurrent_jobs / 4)
        return self.concurrent_jobs + ahead


def check_limits(limits: object) -> None:
    """Refuse what is neither :class:`Limits` nor None.

    Raises:
        OptionError: It is something else.
    """
    if limits is not None and not isinstance(limits, Limits):
        raise OptionError(f"limits={limits!r}: expected sk.Limits(…), for example sk.Limits(concurrent_jobs=5).")
