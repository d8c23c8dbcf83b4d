"""What to do next with a job, whether it succeeded or failed. Pure.

A job moves through ``planned`` → (``uploaded``) → ``submitting`` → ``queued`` / ``processing`` → ``completed`` or
``error``. The engine performs the action of each :class:`Step`, hands the :data:`Answer` to :func:`next_step`, and
decides nothing itself. :mod:`retry_policy` says how often and after which pause a failed request is repeated. Two rules always hold:

- ``submitting`` is recorded before the request that creates the job at the service. While it is unknown whether such a
  request took effect, the only action is to search the service's list for its transcript. A second request follows only
  when the transcript is not in the list.
- A refusal (a status from 300 to 499) proves that nothing was created. Silence, a cut connection or a status from 500
  proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from scribekit.api import failures
from scribekit.api.answers import Accepted, NoAnswer, NotFound, Refused, StatusReport, Unusable, Uploaded
from scribekit.api.failures import Failure, Recovery
from scribekit.api.limits import Limits
from scribekit.base.signed_addresses import expires_at
from scribekit.batch.retry_policy import BACKOFF_MOST, failure_of, pause_s, rate_limit_pause_s, resubmissions, retry_pause_s, tries
from scribekit.corpus.job import AT_SERVICE, COMPLETED, ENDED, ERROR, PLANNED, PROCESSING, QUEUED, SUBMITTING, UPLOADED, Job


class Action(StrEnum):
    """What the engine does next."""

    UPLOAD = "upload"
    SUBMIT = "submit"
    RECONCILE = "reconcile"
    """Search the service's list for the transcript of a request whose answer was lost."""
    WAIT = "wait"
    """Wait until the service has finished the job."""
    FETCH = "fetch"
    FINISH = "finish"
    """Store the payload; the job is completed."""
    FAIL = "fail"
    """The job ends in error."""
    STOP = "stop"
    """The whole batch stops; the job keeps its state."""


@dataclass(frozen=True, slots=True)
class Step:
    """The job as it is to be recorded, and the action that follows after a pause.

    Attributes:
        job: The job as it is to be recorded.
        action: What follows.
        after_s: The pause before it.
        event: What has happened, in a word or two; empty when it is nothing to report.
        failure: What went wrong, if anything.
    """

    job: Job
    action: Action
    after_s: float = 0.0
    event: str = ""
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """This process has claimed the job and has sent no request for it yet."""


@dataclass(frozen=True, slots=True)
class Overdue:
    """The service has not finished within ``job_timeout_s``; ``why`` is a clause about its last answer, if that was odd."""

    why: str = ""


Answer = Claimed | Uploaded | Accepted | NotFound | StatusReport | Refused | NoAnswer | Unusable | Overdue


@dataclass(frozen=True, slots=True)
class Context:
    """What a decision depends on besides the job and the answer.

    Attributes:
        now: Unix time.
        jitter: A random number from 0 to 1.
        newest: Id of the newest transcript that the service has listed so far.
        limits: The user's limits.
        forgets_jobs: The service costs nothing and may have forgotten the job.
        in_doubt_s: Seconds since this process claimed the job, or last asked for it to be created; by a clock that never jumps.
        is_own: A failure is the recording's own: others went through meanwhile.
    """

    now: float
    jitter: float = 1.0
    newest: str | None = None
    limits: Limits = field(default_factory=Limits)
    forgets_jobs: bool = False
    in_doubt_s: float = 0.0
    is_own: bool = True


UPLOAD_LIVES_S = 20 * 3600.0
"""The service removes an upload that was never transcribed after 24 hours."""


def next_step(job: Job, action: Action | None, answer: Answer, context: Context) -> Step:
    """Decide what to do next, given the action that was performed (None at first) and the answer to it.

    Example:
        >>> step = next_step(Job("k", "https://a.example/a.mp3", "{}"), None, Claimed(), Context(now=0.0))
        >>> step.action, step.job.state
        (<Action.SUBMIT: 'submit'>, 'submitting')
    """
    match answer:
        case Claimed():
            return _resume(job, context)
        case Uploaded(upload_url):
            uploaded = replace(job, state=UPLOADED, upload_url=upload_url, uploaded_at=context.now, failures=0)
            return _submit(uploaded, context, "uploaded")
        case Accepted(transcript_id, status, found):
            return _accepted(job, transcript_id, status, found=found, context=context)
        case NotFound():
            return _not_found(job, context)
        case StatusReport(status, error):
            return _after_report(job, action, status, error, context)
        case Unusable(kind, advice):
            return failed(job, Failure(kind, Recovery.GIVE_UP, advice))
        case Overdue(why):
            return failed(job, failures.because(failures.TOO_SLOW, why))
        case Refused() | NoAnswer():
            return _AFTER_FAILURE[action or Action.SUBMIT](job, answer, context)


def failed(job: Job, failure: Failure) -> Step:
    """Return the step that ends a job in error."""
    ended = replace(job, state=ERROR, error_kind=failure.kind, error=failure.advice, failures=0)
    return Step(ended, Action.FAIL, event=failure.kind, failure=failure)


def _resume(job: Job, context: Context) -> Step:
    if job.state in ENDED:
        raise ValueError(f"job {job.key} has ended")
    if job.state == SUBMITTING:
        # The request may have left long after its intent was recorded, and just before the process ended.
        return Step(job, Action.RECONCILE, event="in doubt")
    if job.state in AT_SERVICE:
        return Step(job, Action.WAIT)
    return _send(job, context)


def _send(job: Job, context: Context, event: str = "", after_s: float = 0.0) -> Step:
    """Upload first when the service does not have the bytes, or may have removed them; then submit."""
    is_fresh = job.uploaded_at is not None and abs(context.now - job.uploaded_at) < UPLOAD_LIVES_S  # in the future: a clock has jumped
    if job.is_local and not (job.upload_url and is_fresh):
        reset = replace(job, state=PLANNED, upload_url=None, uploaded_at=None, transcript_id=None)
        return Step(reset, Action.UPLOAD, after_s, event)
    return _submit(job, context, event, after_s)


def _submit(job: Job, context: Context, event: str = "", after_s: float = 0.0) -> Step:
    intended = replace(job, state=SUBMITTING, transcript_id=None, intent_at=context.now + after_s, bookmark=context.newest)
    return Step(intended, Action.SUBMIT, after_s, event)


def _accepted(job: Job, transcript_id: str, status: str, *, found: bool, context: Context) -> Step:
    state = PROCESSING if status in (PROCESSING, *ENDED) else QUEUED
    accepted = replace(job, state=state, transcript_id=transcript_id, attempts=job.attempts + 1, failures=0, submitted_at=context.now)
    return Step(accepted, Action.WAIT, event="found in the list" if found else "accepted")


def _not_found(job: Job, context: Context) -> Step:
    """Submit again only when the list has had time to show what the lost request may have created."""
    wait = context.limits.settle_s - context.in_doubt_s
    if wait > 0:
        return Step(job, Action.RECONCILE, after_s=wait, event="not in the list yet")
    if job.failures >= context.limits.tries:
        return failed(job, failures.http_failure(500, None))
    return _send(job, context, "not in the list: sent again", pause_s(job.failures, context.limits, context.jitter))


def _after_report(job: Job, action: Action | None, status: str, error: str | None, context: Context) -> Step:
    """Believe that a job has ended only what the transcript itself says: a failed one is sent, and perhaps paid for, again."""
    if status in ENDED and action is not Action.FETCH:
        event = "finished at the service" if status == COMPLETED else ""
        return Step(replace(job, state=PROCESSING, failures=0), Action.FETCH, event=event)
    if status == ERROR:
        return _failed_at_service(job, failures.job_failure(error), context)
    if status == COMPLETED:
        return Step(replace(job, state=COMPLETED, failures=0, completed_at=context.now), Action.FINISH, event="completed")
    state = PROCESSING if status == PROCESSING else QUEUED
    event = "not finished after all" if action is Action.FETCH else "" if state == job.state else state
    return Step(replace(job, state=state), Action.WAIT, event=event)


def _failed_at_service(job: Job, failure: Failure, context: Context) -> Step:
    expiry = None if job.is_local or failure.kind not in failures.LINK_FAILURES else expires_at(job.audio_url or "")
    if expiry is not None and expiry.timestamp() <= context.now:
        failure = failures.of_expired_link(failure, expiry)
    is_upload_lost = job.is_local and failure.kind in ("download", "upload_forbidden") and job.attempts < 2
    if is_upload_lost:
        return replace(_send(job.without_upload(), context, "upload gone: sent again"), failure=failure)
    if job.attempts <= resubmissions(failure, context.limits):
        # The service promises nothing about an upload once its job has ended.
        again = _send(job.without_upload(), context, f"{failure.kind}: sent again", pause_s(job.attempts, context.limits, context.jitter))
        return replace(again, failure=failure)
    return failed(job, failure)


def _after_upload(job: Job, answer: Refused | NoAnswer, context: Context) -> Step:
    return _retry(job, Action.UPLOAD, answer, context)


def _after_submit(job: Job, answer: Refused | NoAnswer, context: Context) -> Step:
    """Search the list after silence or a 5xx: the request, the only one that costs money, may have taken effect."""
    may_have_worked = answer.sent if isinstance(answer, NoAnswer) else answer.status >= 500
    if may_have_worked:
        in_doubt = replace(job, failures=job.failures + context.is_own)
        return Step(in_doubt, Action.RECONCILE, min(1.0, context.limits.settle_s), "answer lost", failure_of(answer))
    back = replace(job, state=UPLOADED if job.is_local and job.upload_url else PLANNED, intent_at=None)
    failure = failure_of(answer)
    if failure.kind == "upload_forbidden" and job.is_local and job.failures == 0:
        return replace(_send(replace(back, upload_url=None, failures=1), context, "upload gone: sent again"), failure=failure)
    if isinstance(answer, Refused) and answer.status == 400 and failure.kind == failures.UNKNOWN.kind and failure.said:
        return failed(back, failure)  # the same request is refused again
    step = _retry(back, Action.SUBMIT, answer, context)
    if step.action is not Action.SUBMIT:
        return step
    return replace(_submit(step.job, context, step.event, step.after_s), failure=step.failure)


def _after_reconcile(job: Job, answer: Refused | NoAnswer, context: Context) -> Step:
    """Search again after ever longer pauses: the search costs nothing and must never be skipped.

    Where others go through, and the list cannot be read to its end for this job, it ends. Nothing is sent again.
    """
    failure = failure_of(answer)
    if failure.recovery in (Recovery.STOP_BATCH, Recovery.GIVE_UP):
        return Step(job, Action.STOP, event=failure.kind, failure=failure)
    waited = context.in_doubt_s
    if context.is_own:
        is_unreadable = failure.kind == failures.UNREADABLE.kind
        job = replace(job, failures=job.failures + is_unreadable)
        if waited > context.limits.job_timeout_s or (is_unreadable and job.failures >= context.limits.tries):
            return failed(job, failures.because(failures.IN_DOUBT, failure.why))
    pause = min(max(context.limits.backoff_s, waited / 4), BACKOFF_MOST * context.limits.backoff_s)
    retry_after = answer.retry_after_s if isinstance(answer, Refused) else None
    return Step(job, Action.RECONCILE, retry_after if retry_after is not None else context.jitter * pause, failure.kind, failure)


def _after_fetch(job: Job, answer: Refused | NoAnswer, context: Context) -> Step:
    failure = failure_of(answer)
    if failure.kind == "transcript_missing" and context.forgets_jobs:
        forgotten = replace(job.without_upload(), state=PLANNED, transcript_id=None, attempts=0)
        return _send(forgotten, context, "forgotten by the local service: sent again")
    step = _retry(job, Action.FETCH, answer, context)
    if step.action is Action.FAIL and failure.recovery is not Recovery.GIVE_UP:
        not_fetched = replace(failures.NOT_FETCHED, advice=f"{failures.NOT_FETCHED.advice} ({failure.kind})")
        return failed(job, failures.because(failures.quoting(not_fetched, failure.said), failure.why))
    return step


_AFTER_FAILURE: dict[Action, Callable[[Job, Refused | NoAnswer, Context], Step]] = {
    Action.UPLOAD: _after_upload,
    Action.SUBMIT: _after_submit,
    Action.RECONCILE: _after_reconcile,
    Action.WAIT: _after_fetch,
    Action.FETCH: _after_fetch,
}


def _retry(job: Job, action: Action, answer: Refused | NoAnswer, context: Context) -> Step:
    """Repeat the action while that may help; else fail the job, or stop the batch when every job would fail alike."""
    failure = failure_of(answer)
    if failure.recovery is Recovery.STOP_BATCH:
        return Step(replace(job, failures=0), Action.STOP, event=failure.kind, failure=failure)
    if failure.recovery is Recovery.GIVE_UP:
        return failed(job, failure)
    if isinstance(answer, Refused) and answer.is_rate_limit:
        # Not a failure of this job: the whole process pauses, and the request is sent again.
        return Step(job, action, rate_limit_pause_s(answer, context.limits, context.jitter), "rate limited", failure)
    worn = replace(job, failures=job.failures + context.is_own)
    if not context.is_own or worn.failures < tries(failure, context.limits):
        return Step(worn, action, retry_pause_s(answer, worn.failures, context.limits, context.jitter), failure.kind, failure)
    return failed(job, failures.CUT if failure.kind == failures.NETWORK.kind else failure)
