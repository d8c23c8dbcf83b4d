"""The decision itself. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from scribekit.api import failures
from scribekit.api.answers import Accepted, NoAnswer, NotFound, Refused, StatusReport, Unusable, Uploaded
from scribekit.api.failures import Failure, Recovery
from scribekit.api.limits import Limits
from scribekit.corpus.job import AT_SERVICE, COMPLETED, ENDED, ERROR, PLANNED, PROCESSING, QUEUED, SUBMITTING, UPLOADED, Job


class Action(StrEnum):
    """What the driver does next."""

    UPLOAD = "upload"
    SUBMIT = "submit"
    LOOK = "look"
    """Look for the job in the service's list."""
    WATCH = "watch"
    """Wait until the service has finished it."""
    FETCH = "fetch"
    FINISH = "finish"
    """Store the payload; the job is completed."""
    FAIL = "fail"
    """The job ends in error."""
    STOP = "stop"
    """The whole batch pauses; the job stays as it is."""


@dataclass(frozen=True, slots=True)
class Step:
    """The job as it is to be recorded, and what to do with it after a pause."""

    job: Job
    action: Action
    after_s: float = 0.0
    event: str = ""
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """Nothing has been asked yet in this process."""


@dataclass(frozen=True, slots=True)
class Overdue:
    """The service has not finished within ``job_timeout_s``."""


Answer = Claimed | Uploaded | Accepted | NotFound | StatusReport | Refused | NoAnswer | Unusable | Overdue


@dataclass(frozen=True, slots=True)
class Context:
    """All that a decision depends on besides the job and the answer.

    Attributes:
        now: Unix time.
        jitter: A random number from 0 to 1.
        newest: Id of the newest transcript that the service has listed so far.
        limits: The user's limits.
        disposable: The service costs nothing and may have forgotten the job.
    """

    now: float
    jitter: float = 1.0
    newest: str | None = None
    limits: Limits = field(default_factory=Limits)
    forgets_jobs: bool = False


UPLOAD_LIVES_S = 20 * 3600.0
"""An upload that was never transcribed is removed after 24 hours."""

LOOK_PATIENCE_S = 900.0
"""A job whose fate cannot be looked up for so long pauses the batch; it stays in doubt and is looked for when the batch goes on."""

BARE_429 = 4
"""A 429 that does not say how long to wait is waited out like a fourth failure."""

BACKOFF_MOST = 60.0
"""The longest pause, as a multiple of the first."""


def next_step(job: Job, action: Action | None, answer: Answer, given: Context) -> Step:
    """What to do next, given the action that was performed (None at first) and the answer to it.

    Example:
        >>> step = next_step(Job("k", "https://a.example/a.mp3", "{}"), None, Claimed(), Context(now=0.0))
        >>> step.action, step.job.state
        (<Action.SUBMIT: 'submit'>, 'submitting')
    """
    match answer:
        case Claimed():
            return _resume(job, given)
        case Uploaded(upload_url):
            kept = replace(job, state=UPLOADED, upload_url=upload_url, uploaded_at=given.now, failures=0)
            return _submit(kept, given, "uploaded")
        case Accepted(transcript_id, status, found):
            return _accepted(job, transcript_id, status, found=found, given=given)
        case NotFound():
            return _not_found(job, given)
        case StatusReport(status, error):
            return _noticed(job, action, status, error, given)
        case Unusable(kind, advice):
            return _fail(job, Failure(kind, Recovery.GIVE_UP, advice))
        case Overdue():
            return _fail(job, failures.TOO_SLOW)
        case Refused() | NoAnswer():
            return _AFTER_FAILURE[action or Action.SUBMIT](job, answer, given)


def backoff_s(failures: int, jitter: float, first_s: float = 1.0) -> float:
    """The pause before the next try: full jitter under a doubling bound (AWS Architecture Blog, "Exponential Backoff and Jitter", 2015).

    Example:
        >>> [backoff_s(n, 1.0) for n in (1, 2, 3, 9)]
        [1.0, 2.0, 4.0, 60.0]
    """
    return jitter * first_s * min(BACKOFF_MOST, 2.0 ** (failures - 1))


def _pause(failures: int, given: Context) -> float:
    return backoff_s(max(failures, 1), given.jitter, given.limits.backoff_s)


def _resume(job: Job, given: Context) -> Step:
    if job.state in ENDED:
        raise ValueError(f"job {job.key} has ended")
    if job.state == SUBMITTING:
        return Step(job, Action.LOOK, event="in doubt")
    if job.state in AT_SERVICE:
        return Step(job, Action.WATCH)
    return _send(job, given)


def _send(job: Job, given: Context, event: str = "", after_s: float = 0.0) -> Step:
    """Upload first when the service does not have the bytes, or may have removed them; then submit."""
    fresh = job.uploaded_at is not None and given.now - job.uploaded_at < UPLOAD_LIVES_S
    if job.is_local and not (job.upload_url and fresh):
        clean = replace(job, state=PLANNED, upload_url=None, uploaded_at=None, transcript_id=None)
        return Step(clean, Action.UPLOAD, after_s, event)
    return _submit(job, given, event, after_s)


def _submit(job: Job, given: Context, event: str = "", after_s: float = 0.0) -> Step:
    intended = replace(job, state=SUBMITTING, transcript_id=None, intent_at=given.now + after_s, bookmark=given.newest)
    return Step(intended, Action.SUBMIT, after_s, event)


def _accepted(job: Job, transcript_id: str, status: str, *, found: bool, given: Context) -> Step:
    state = PROCESSING if status in (PROCESSING, *ENDED) else QUEUED
    kept = replace(job, state=state, transcript_id=transcript_id, attempts=job.attempts + 1, failures=0, submitted_at=given.now)
    return Step(kept, Action.WATCH, event="found in the list" if found else "accepted")


def _not_found(job: Job, given: Context) -> Step:
    """Post again only when the list has had time to show what the lost request may have created."""
    wait = (job.intent_at or given.now) + given.limits.settle_s - given.now
    if wait > 0:
        return Step(job, Action.LOOK, after_s=wait, event="not in the list yet")
    if job.failures >= given.limits.tries:
        return _fail(job, failures.http_failure(500, None))
    return _send(job, given, "not in the list: sent again", _pause(job.failures, given))


def _noticed(job: Job, action: Action | None, status: str, error: str | None, given: Context) -> Step:
    if status == ERROR:
        return _failed_at_service(job, failures.job_failure(error), given)
    if status == COMPLETED:
        seen = replace(job, state=PROCESSING, failures=0)
        if action is Action.FETCH:
            return Step(replace(seen, state=COMPLETED, completed_at=given.now), Action.FINISH, event="completed")
        return Step(seen, Action.FETCH, event="finished at the service")
    state = PROCESSING if status == PROCESSING else QUEUED
    return Step(replace(job, state=state), Action.WATCH, event="" if state == job.state else state)


def _failed_at_service(job: Job, failure: Failure, given: Context) -> Step:
    again = given.limits.resubmissions if failure.recovery is Recovery.RETRY else int(failure.recovery is Recovery.RETRY_ONCE)
    lost_upload = job.is_local and failure.kind in ("download", "upload_forbidden") and job.attempts < 2
    if lost_upload:
        return _send(replace(job, upload_url=None), given, "upload gone: sent again")
    if job.attempts <= again:
        # The service promises nothing about an upload once its job has ended.
        pause = _pause(job.attempts, given)
        return _send(replace(job, upload_url=None), given, f"{failure.kind}: sent again", pause)
    return _fail(job, failure)


def _after_upload(job: Job, answer: Refused | NoAnswer, given: Context) -> Step:
    return _again(job, Action.UPLOAD, answer, given)


def _after_submit(job: Job, answer: Refused | NoAnswer, given: Context) -> Step:
    """The one request that costs money: after silence or a 5xx its fate is looked up, after a plain no it is known."""
    unknown_fate = answer.sent if isinstance(answer, NoAnswer) else answer.status >= 500
    if unknown_fate:
        doubted = replace(job, failures=job.failures + 1)
        return Step(doubted, Action.LOOK, min(1.0, given.limits.settle_s), "answer lost")
    back = replace(job, state=UPLOADED if job.upload_url else PLANNED, intent_at=None)
    failure = _failure_of(answer)
    if failure.kind == "upload_forbidden" and job.is_local and job.failures == 0:
        return _send(replace(back, upload_url=None, failures=1), given, "upload gone: sent again")
    step = _again(back, Action.SUBMIT, answer, given)
    if step.action is not Action.SUBMIT:
        return step
    return _submit(step.job, given, step.event, step.after_s)


def _after_look(job: Job, answer: Refused | NoAnswer, given: Context) -> Step:
    """A look costs nothing and may never be left out: it is repeated, ever more rarely, until the batch must be thought cut off."""
    failure = _failure_of(answer)
    if failure.recovery in (Recovery.STOP_BATCH, Recovery.GIVE_UP):
        return Step(job, Action.STOP, event=failure.kind, failure=failure)
    waited = max(given.now - (job.intent_at or given.now), 0.0)
    if waited > LOOK_PATIENCE_S:
        return Step(job, Action.STOP, event=failure.kind, failure=failure)
    pause = min(max(given.limits.backoff_s, waited / 4), BACKOFF_MOST * given.limits.backoff_s)
    retry_after = answer.retry_after_s if isinstance(answer, Refused) else None
    return Step(job, Action.LOOK, retry_after if retry_after is not None else given.jitter * pause, failure.kind)


def _after_fetch(job: Job, answer: Refused | NoAnswer, given: Context) -> Step:
    failure = _failure_of(answer)
    if failure.kind == "transcript_missing" and given.forgets_jobs:
        forgotten = replace(job, state=PLANNED, upload_url=None, transcript_id=None, attempts=0)
        return _send(forgotten, given, "forgotten by the local service: sent again")
    step = _again(job, Action.FETCH, answer, given)
    if step.action is Action.FAIL and failure.recovery is not Recovery.GIVE_UP:
        return _fail(job, replace(failures.NOT_FETCHED, advice=f"{failures.NOT_FETCHED.advice} ({failure.kind})"))
    return step


_AFTER_FAILURE: dict[Action, Callable[[Job, Refused | NoAnswer, Context], Step]] = {
    Action.UPLOAD: _after_upload,
    Action.SUBMIT: _after_submit,
    Action.LOOK: _after_look,
    Action.WATCH: _after_fetch,
    Action.FETCH: _after_fetch,
}


def _again(job: Job, action: Action, answer: Refused | NoAnswer, given: Context) -> Step:
    """Try the same step once more while that may help; else fail, or stop the batch when every job would meet the same."""
    failure = _failure_of(answer)
    if failure.recovery is Recovery.STOP_BATCH:
        return Step(replace(job, failures=0), Action.STOP, event=failure.kind, failure=failure)
    if failure.recovery is Recovery.GIVE_UP:
        return _fail(job, failure)
    if isinstance(answer, Refused) and answer.status == 429:
        # Not a failure of this job: the whole process pauses, and the request is sent again.
        pause = answer.retry_after_s if answer.retry_after_s is not None else _pause(BARE_429, given)
        return Step(job, action, pause, "rate limited")
    failed = replace(job, failures=job.failures + 1)
    tries = given.limits.tries if failure.recovery is Recovery.RETRY else 2
    if failed.failures < tries:
        return Step(failed, action, _pause(failed.failures, given), failure.kind)
    if failure.kind == failures.NETWORK.kind:
        return Step(replace(job, failures=0), Action.STOP, event=failure.kind, failure=failure)
    return _fail(job, failure)


def _fail(job: Job, failure: Failure) -> Step:
    ended = replace(job, state=ERROR, error_kind=failure.kind, error=failure.advice, failures=0)
    return Step(ended, Action.FAIL, event=failure.kind, failure=failure)


def _failure_of(answer: Refused | NoAnswer) -> Failure:
    if isinstance(answer, NoAnswer):
        return failures.UNREADABLE if answer.unreadable else failures.NETWORK
    return failures.http_failure(answer.status, answer.error)
