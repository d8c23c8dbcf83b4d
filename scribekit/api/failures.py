"""What each failure that the service can report means, and how to recover from it. Pure; the literals are rows of ``failures.toml``.

An undocumented literal gets :data:`UNKNOWN`: one retry, and then the job fails.
"""

from __future__ import annotations

import datetime as dt
import functools
import tomllib
from dataclasses import dataclass, replace
from enum import StrEnum
from importlib import resources

from scribekit.api.answers import Refused
from scribekit.base import contract
from scribekit.base.addresses import masked


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
    """A failure: its short name, the recovery, and the message for the user.

    Attributes:
        kind: Its short name.
        recovery: How to recover from it.
        advice: What it means and what to do next, and what the service said, if anything.
        said: The service's own sentence, shortened and without secrets; empty when it sent none.
    """

    kind: str
    recovery: Recovery
    advice: str
    said: str = ""


NETWORK = Failure(
    "network",
    Recovery.RETRY,
    "The service could not be reached. Check the network, then run the same call again: nothing is sent twice.",
)
CUT = Failure(
    "network",
    Recovery.GIVE_UP,
    "The connection broke each time that this recording was sent, while others went through. Try it again later with sk.retry.",
)
UNREADABLE = Failure(
    "unreadable_answer",
    Recovery.RETRY,
    "The service's answers could not be read. Try it again later with sk.retry.",
)
REDIRECTED = Failure(
    "redirect",
    Recovery.RETRY,
    "The address answers with a redirect, which is not followed, because the key would go there. The sign-in page of a network does this: "
    "open any page in a browser, then try it again with sk.retry.",
)
UNKNOWN = Failure("unknown", Recovery.RETRY_ONCE, "The service gave a reason that scribekit does not know.")
NO_REASON = Failure("unknown", Recovery.RETRY_ONCE, "The service gave no reason.")
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


LINK_FAILURES = frozenset({"download", "download_forbidden"})
"""The kinds of failures of a recording that the service could not fetch from its address. Another link may lead to it."""


def of_expired_link(failure: Failure, expired_at: dt.datetime) -> Failure:
    """Return the failure of a signed link that could not be fetched because it had expired.

    Example:
        >>> at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        >>> of_expired_link(Failure("download", Recovery.GIVE_UP, "Check the URL."), at).advice[:57]
        'The signed link expired on 2026-01-01 at 00:00 UTC, befor'
    """
    advice = (
        f"The signed link expired on {expired_at.astimezone(dt.UTC):%Y-%m-%d at %H:%M} UTC, before the service fetched it. Sign it again "
        "for longer and submit the manifest with the new link: it is the same recording, and what is done is not sent again."
    )
    return quoting(replace(failure, advice=advice), failure.said)


SAID = " The service said: "
"""Between our advice and the service's own sentence."""

LONGEST_SENTENCE, LONGEST_WORD = 1000, 200
"""Characters of the service's sentence, and of one word of it, that are shown. The longest that it is known to send lists its models."""


@functools.cache
def table(section: str) -> tuple[tuple[str, Failure], ...]:
    """Return the rows of one section (``http`` or ``job``): each case-folded literal with its failure."""
    rows = tomllib.loads(resources.files("scribekit.api").joinpath("failures.toml").read_text("utf-8"))[section]
    return tuple((row["literal"].casefold(), Failure(row["kind"], Recovery(row["recovery"]), row["advice"])) for row in rows)


def http_failure(status: int, error: str | None, points_to: str | None = None) -> Failure:
    """Return the failure of an HTTP answer other than 200.

    Args:
        status: Its status.
        error: The ``error`` of its body; None when it has none.
        points_to: The host that a redirect leads to.

    Example:
        >>> http_failure(503, None).recovery
        <Recovery.RETRY: 'retry'>
        >>> http_failure(401, "Authentication error, API token missing/invalid.").kind
        'authentication'
    """
    by_status = {401: contract.ERROR_TOKEN, 403: contract.ERROR_FORBIDDEN_UPLOAD, 404: "Not found"}
    if 300 <= status < 400:
        return replace(REDIRECTED, advice=f"{REDIRECTED.advice} (HTTP {status}, to {points_to or 'no address'})")
    if status >= 500:
        failure = _matching("http", contract.ERROR_SERVER)
    elif Refused(status, error).is_rate_limit:
        failure = _matching("http", contract.ERROR_TOO_MANY)
    elif status == 401 or (status in by_status and not error):
        failure = _matching("http", by_status[status])
    else:
        failure = _matching("http", error)
    if failure.kind == UNKNOWN.kind:
        failure = replace(failure, advice=f"{failure.advice} (HTTP {status})")
    return quoting(failure, error)


def job_failure(error: str | None) -> Failure:
    """Return the failure of a transcript whose ``status`` is ``error``.

    Example:
        >>> job_failure("Audio duration is too short.").kind
        'too_short'
    """
    return quoting(_matching("job", error), error)


def quoting(failure: Failure, error: str | None) -> Failure:
    """Return a failure whose advice is followed by the service's own sentence.

    Example:
        >>> quoting(NETWORK, None) == NETWORK
        True
        >>> quoting(Failure("corrupt", Recovery.GIVE_UP, "Convert it."), "Transcoding failed").advice
        'Convert it. The service said: Transcoding failed'
    """
    said = shown(error or "")
    return replace(failure, advice=f"{failure.advice}{SAID}{said}", said=said) if said else failure


def shown(error: str) -> str:
    """Return the service's sentence as it may be shown and logged: on one line, shortened, its addresses masked.

    Example:
        >>> shown("Download error, unable to download https://a.example/x.mp3?X-Amz-Signature=4f2a. Please make sure …")
        'Download error, unable to download https://a.example/x.mp3?…. Please make sure …'
    """
    words = masked(error).split()
    text = " ".join(word if len(word) <= LONGEST_WORD else word[: LONGEST_WORD - 1] + "…" for word in words)
    return text if len(text) <= LONGEST_SENTENCE else text[: LONGEST_SENTENCE - 1] + "…"


def _matching(section: str, error: str | None) -> Failure:
    folded = (error or "").casefold()
    for literal, failure in table(section):
        if literal in folded:
            return failure
    return UNKNOWN if folded.strip() else NO_REASON
