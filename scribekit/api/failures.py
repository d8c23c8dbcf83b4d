"""What each failure that the service can report means, and how to recover from it. Pure; the literals are rows of ``failures.toml``.

An undocumented literal gets :data:`UNKNOWN`: one retry, and then the job fails.
"""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass, replace
from enum import StrEnum
from importlib import resources

from scribekit.base import contract


class Recovery(StrEnum):
    """How to recover from a failure."""

    RETRY = "retry"
    """It is temporary: repeat the request, after growing pauses."""
    RETRY_ONCE = "retry once"
    """It is unknown: repeat the request once, then fail the job."""
    GIVE_UP = "give up"
    """It is permanent: this recording cannot be transcribed with these options."""
    STOP_BATCH = "stop batch"
    """It affects every job: the batch stops."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure: its short name, the recovery, and the message for the user."""

    kind: str
    recovery: Recovery
    advice: str


NETWORK = Failure(
    "network",
    Recovery.RETRY,
    "The service could not be reached. Check the network, then run the same call again: nothing is sent twice.",
)
UNREADABLE = Failure(
    "unreadable_answer",
    Recovery.RETRY,
    "The service's answers could not be read. Try it again later with sk.retry.",
)
UNKNOWN = Failure("unknown", Recovery.RETRY_ONCE, "The service gave a reason that scribekit does not know.")
NOT_FETCHED = Failure(
    "not_fetched",
    Recovery.GIVE_UP,
    "The service has made the transcript, but it could not be fetched. Run sk.retry to fetch it later: it is not sent, or paid for, again.",
)
TOO_SLOW = Failure(
    "timed_out",
    Recovery.GIVE_UP,
    "The service had not finished within the time allowed for a job (limits.job_timeout_s). "
    "It may still finish: run sk.retry to go on waiting.",
)


@functools.cache
def table(section: str) -> tuple[tuple[str, Failure], ...]:
    """Return the rows of one section (``http`` or ``job``): each case-folded literal with its failure."""
    rows = tomllib.loads(resources.files("scribekit.api").joinpath("failures.toml").read_text("utf-8"))[section]
    return tuple((row["literal"].casefold(), Failure(row["kind"], Recovery(row["recovery"]), row["advice"])) for row in rows)


def http_failure(status: int, error: str | None) -> Failure:
    """Return the failure of an HTTP answer other than 200, by its status and the ``error`` of its body (None when it has none).

    Example:
        >>> http_failure(503, None).recovery
        <Recovery.RETRY: 'retry'>
        >>> http_failure(401, "Authentication error, API token missing/invalid.").kind
        'authentication'
    """
    if status >= 500:
        return _matching("http", contract.ERROR_SERVER)
    by_status = {401: contract.ERROR_TOKEN, 403: contract.ERROR_FORBIDDEN_UPLOAD, 404: "Not found", 429: contract.ERROR_TOO_MANY}
    if status in (401, 429) or (status in by_status and not error):
        return _matching("http", by_status[status])
    failure = _matching("http", error)
    return replace(failure, advice=f"{failure.advice} (HTTP {status})") if failure.kind == UNKNOWN.kind else failure


def job_failure(error: str | None) -> Failure:
    """Return the failure of a transcript whose ``status`` is ``error``.

    Example:
        >>> job_failure("Audio duration is too short.").kind
        'too_short'
    """
    return _matching("job", error)


def _matching(section: str, error: str | None) -> Failure:
    folded = (error or "").casefold()
    for literal, failure in table(section):
        if literal in folded:
            return failure
    return replace(UNKNOWN, advice=f"{UNKNOWN.advice} It said: {_short(error)}")


def _short(error: str | None) -> str:
    """Return the service's sentence, shortened for tables and logs."""
    text = " ".join((error or "no reason").split())
    return text if len(text) <= 200 else text[:199] + "…"
