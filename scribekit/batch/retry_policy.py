"""How often, and after which pause, a request that failed is repeated. Pure; there is no other retry layer."""

from __future__ import annotations

from scribekit.api import failures
from scribekit.api.answers import NoAnswer, Refused
from scribekit.api.failures import Failure, Recovery
from scribekit.api.limits import Limits

BARE_429 = 4
"""After a 429 without ``Retry-After``, pause as after this many failures."""
BACKOFF_MOST = 60.0
"""The longest pause, as a multiple of the first."""
LOOK_MOST = 120.0
"""The longest pause between two looks whether an outage is over, as a multiple of ``limits.backoff_s``."""


def failure_of(answer: Refused | NoAnswer) -> Failure:
    """Return what an answer other than 200, or no answer, means."""
    if isinstance(answer, NoAnswer):
        return failures.because(failures.UNREADABLE, answer.why) if answer.unreadable else failures.NETWORK
    return failures.http_failure(answer.status, answer.error, answer.page.points_to if answer.page else None)


def tries(failure: Failure, limits: Limits) -> int:
    """Return how many times a request is sent in all."""
    return limits.tries if failure.recovery is Recovery.RETRY else 2


def resubmissions(failure: Failure, limits: Limits) -> int:
    """Return how many times a job that failed at the service is created again."""
    return limits.resubmissions if failure.recovery is Recovery.RETRY else int(failure.recovery is Recovery.RETRY_ONCE)


def backoff_s(n_failures: int, jitter: float, first_s: float = 1.0) -> float:
    """Return the pause before the next try: full jitter under a doubling bound.

    See AWS Architecture Blog, "Exponential Backoff and Jitter", 2015.

    Example:
        >>> [backoff_s(n, 1.0) for n in (1, 2, 3, 9)]
        [1.0, 2.0, 4.0, 60.0]
    """
    return jitter * first_s * min(BACKOFF_MOST, 2.0 ** (n_failures - 1))


def pause_s(n_failures: int, limits: Limits, jitter: float) -> float:
    """Return the pause after this many failures in a row."""
    return backoff_s(max(n_failures, 1), jitter, limits.backoff_s)


def look_pause_s(n_looks: int, limits: Limits, jitter: float) -> float:
    """Return the pause before the next look whether an outage is over, after this many: from one or two seconds to two minutes.

    Example:
        >>> [look_pause_s(n, Limits(), 1.0) for n in (0, 1, 2, 9)]
        [2.0, 4.0, 8.0, 120.0]
    """
    return (1 + jitter) / 2 * limits.backoff_s * min(LOOK_MOST, 2.0 ** (min(n_looks, 10) + 1))


def rate_limit_pause_s(answer: Refused, limits: Limits, jitter: float) -> float:
    """Return the pause after the service said that there are too many requests: its own ``Retry-After`` if it gave one."""
    return answer.retry_after_s if answer.retry_after_s is not None else pause_s(BARE_429, limits, jitter)


def retry_pause_s(answer: Refused | NoAnswer, n_failures: int, limits: Limits, jitter: float) -> float:
    """Return the pause before a request is repeated; longer after a 403 of an unknown sentence, which may mean too many requests."""
    if isinstance(answer, Refused) and answer.status == 403:
        return pause_s(BARE_429, limits, max(jitter, 0.5))
    return pause_s(n_failures, limits, jitter)
