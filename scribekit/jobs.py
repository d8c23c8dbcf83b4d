"""What to do next with a job: the one place that decides on retries, back-off, reconciliation and giving up. Pure.

A job moves through ``planned`` → (``uploaded``) → ``submitting`` → ``queued`` / ``processing`` → ``completed`` or
``error``. The driver performs the action of each :class:`Step`, hands the :data:`Answer` to :func:`next_step`, and does
nothing of its own accord. Two rules hold throughout:

- ``submitting`` is recorded before the request that creates the job at the service. While the fate of such a request is
  unknown, the only thing that may follow is a look into the service's list; a second request follows only when the job
  was not found there.
- An answer that says *no* (a status below 500) proves that nothing was created; silence, a cut connection or a status
  from 500 proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from scribekit import verdicts
from scribekit.limits import Limits
from scribekit.verdicts import Course, Verdict

PLANNED, UPLOADED, SUBMITTING, QUEUED, PROCESSING, COMPLETED, ERROR = (
    "planned",
    "uploaded",
    "submitting",
    "queued",
    "processing",
    "completed",
    "error",
)
AT_SERVICE = (QUEUED, PROCESSING)
ENDED = (COMPLETED, ERROR)

UPLOAD_LIVES_S = 20 * 3600.0
"""An upload that was never transcribed is removed after 24 hours."""

BARE_429 = 4
"""A 429 that does not say how long to wait is waited out like a fourth failure."""

BACKOFF_MOST = 60.0
"""The longest pause, as a multiple of the first."""


@dataclass(frozen=True, slots=True)
class Job:
    """Our durable intention to have one recording transcribed with one set of options by one service.

    Attributes:
        key: Content, effective options and host, hashed.
        source: Local path or URL.
        options: The effective options as canonical JSON.
        duration_s: Length of the audio, when known.
        sha256: Of the local file's bytes; None for a URL.
        estimate_usd: What it is expected to cost at most; None when its length or a model's rate is unknown.
        state: Where the job stands.
        upload_url: Where the service keeps the uploaded bytes.
        uploaded_at: When they were uploaded (Unix time).
        transcript_id: The service's id.
        attempts: How many times the job was created at the service.
        failures: Failures in a row of the step at hand.
        intent_at: When the last request to create it was about to be sent.
        bookmark: The newest transcript that the service listed before that; the job's own can only be newer.
        submitted_at: When the service had accepted it.
        completed_at: When the result was stored here.
        error_kind: Short name of what went wrong.
        error: What was found and what to do next.
    """

    key: str
    source: str
    options: str
    duration_s: float | None = None
    sha256: str | None = None
    estimate_usd: float | None = None
    state: str = PLANNED
    upload_url: str | None = None
    uploaded_at: float | None = None
    transcript_id: str | None = None
    attempts: int = 0
    failures: int = 0
    intent_at: float | None = None
    bookmark: str | None = None
    submitted_at: float | None = None
    completed_at: float | None = None
    error_kind: str | None = None
    error: str | None = None

    @property
    def is_local(self) -> bool:
        """Whether the audio must be uploaded."""
        return self.sha256 is not None

    @property
    def audio_url(self) -> str | None:
        """What the service is told to fetch."""
        return self.upload_url if self.is_local else self.source


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
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """Nothing has been asked yet in this process."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """The service has the bytes."""

    upload_url: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The service created the job, or it was found in the list."""

    transcript_id: str
    status: str
    found: bool = False


@dataclass(frozen=True, slots=True)
class NotFound:
    """The job is not in the service's list."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """The service's word on a job: its status, and the error text when it failed."""

    status: str
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """An HTTP status other than 200."""

    status: int
    error: str | None = None
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """No answer that can be read: ``sent`` says whether the request may have reached the service."""

    sent: bool
    unreadable: bool = False


@dataclass(frozen=True, slots=True)
class Unusable:
    """The local file cannot be sent (it vanished, or is not the file that the manifest knew)."""

    kind: str
    advice: str


@dataclass(frozen=True, slots=True)
class Overdue:
    """The service has not finished within ``job_timeout_s``."""


Answer = Claimed | Uploaded | Accepted | NotFound | Noticed | Refused | Lost | Unusable | Overdue


@dataclass(frozen=True, slots=True)
class Circumstances:
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
    disposable: bool = False


def next_step(job: Job, action: Action | None, answer: Answer, given: Circumstances) -> Step:
    """What to do next, given the action that was performed (None at first) and the answer to it.

    Example:
        >>> step = next_step(Job("k", "https://a.example/a.mp3", "{}"), None, Claimed(), Circumstances(now=0.0))
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
        case Noticed(status, error):
            return _noticed(job, action, status, error, given)
        case Unusable(kind, advice):
            return _fail(job, Verdict(kind, Course.NEVER, advice))
        case Overdue():
            return _fail(job, verdicts.TOO_SLOW)
        case Refused() | Lost():
            return _AFTER_FAILURE[action or Action.SUBMIT](job, answer, given)


def backoff_s(failures: int, jitter: float, first_s: float = 1.0) -> float:
    """The pause before the next try: full jitter under a doubling bound (AWS Architecture Blog, "Exponential Backoff and Jitter", 2015).

    Example:
        >>> [backoff_s(n, 1.0) for n in (1, 2, 3, 9)]
        [1.0, 2.0, 4.0, 60.0]
    """
    return jitter * first_s * min(BACKOFF_MOST, 2.0 ** (failures - 1))


def _pause(failures: int, given: Circumstances) -> float:
    return backoff_s(max(failures, 1), given.jitter, given.limits.backoff_s)


def _resume(job: Job, given: Circumstances) -> Step:
    if job.state in ENDED:
        raise ValueError(f"job {job.key} has ended")
    if job.state == SUBMITTING:
        return Step(job, Action.LOOK, event="in doubt")
    if job.state in AT_SERVICE:
        return Step(job, Action.WATCH)
    return _send(job, given)


def _send(job: Job, given: Circumstances, event: str = "", after_s: float = 0.0) -> Step:
    """Upload first when the service does not have the bytes, or may have removed them; then submit."""
    fresh = job.uploaded_at is not None and given.now - job.uploaded_at < UPLOAD_LIVES_S
    if job.is_local and not (job.upload_url and fresh):
        clean = replace(job, state=PLANNED, upload_url=None, uploaded_at=None, transcript_id=None)
        return Step(clean, Action.UPLOAD, after_s, event)
    return _submit(job, given, event, after_s)


def _submit(job: Job, given: Circumstances, event: str = "", after_s: float = 0.0) -> Step:
    intended = replace(job, state=SUBMITTING, transcript_id=None, intent_at=given.now + after_s, bookmark=given.newest)
    return Step(intended, Action.SUBMIT, after_s, event)


def _accepted(job: Job, transcript_id: str, status: str, *, found: bool, given: Circumstances) -> Step:
    state = PROCESSING if status in (PROCESSING, *ENDED) else QUEUED
    kept = replace(job, state=state, transcript_id=transcript_id, attempts=job.attempts + 1, failures=0, submitted_at=given.now)
    return Step(kept, Action.WATCH, event="found in the list" if found else "accepted")


def _not_found(job: Job, given: Circumstances) -> Step:
    """Post again only when the list has had time to show what the lost request may have created."""
    wait = (job.intent_at or given.now) + given.limits.settle_s - given.now
    if wait > 0:
        return Step(job, Action.LOOK, after_s=wait, event="not in the list yet")
    if job.failures >= given.limits.tries:
        return _fail(job, verdicts.of_http(500, None))
    return _send(job, given, "not in the list: sent again", _pause(job.failures, given))


def _noticed(job: Job, action: Action | None, status: str, error: str | None, given: Circumstances) -> Step:
    if status == ERROR:
        return _failed_at_service(job, verdicts.of_job(error), given)
    if status == COMPLETED:
        seen = replace(job, state=PROCESSING, failures=0)
        if action is Action.FETCH:
            return Step(replace(seen, state=COMPLETED, completed_at=given.now), Action.FINISH, event="completed")
        return Step(seen, Action.FETCH, event="finished at the service")
    state = PROCESSING if status == PROCESSING else QUEUED
    return Step(replace(job, state=state), Action.WATCH, event="" if state == job.state else state)


def _failed_at_service(job: Job, verdict: Verdict, given: Circumstances) -> Step:
    again = given.limits.resubmissions if verdict.course is Course.AGAIN else int(verdict.course is Course.ONCE)
    lost_upload = job.is_local and verdict.kind in ("download", "upload_forbidden") and job.attempts < 2
    if lost_upload:
        return _send(replace(job, upload_url=None), given, "upload gone: sent again")
    if job.attempts <= again:
        # The service promises nothing about an upload once its job has ended.
        pause = _pause(job.attempts, given)
        return _send(replace(job, upload_url=None), given, f"{verdict.kind}: sent again", pause)
    return _fail(job, verdict)


def _after_upload(job: Job, answer: Refused | Lost, given: Circumstances) -> Step:
    return _again(job, Action.UPLOAD, answer, given)


def _after_submit(job: Job, answer: Refused | Lost, given: Circumstances) -> Step:
    """The one request that costs money: after silence or a 5xx its fate is looked up, after a plain no it is known."""
    unknown_fate = answer.sent if isinstance(answer, Lost) else answer.status >= 500
    if unknown_fate:
        doubted = replace(job, failures=job.failures + 1)
        return Step(doubted, Action.LOOK, min(1.0, given.limits.settle_s), "answer lost")
    back = replace(job, state=UPLOADED if job.upload_url else PLANNED, intent_at=None)
    verdict = _verdict(answer)
    if verdict.kind == "upload_forbidden" and job.is_local and job.failures == 0:
        return _send(replace(back, upload_url=None, failures=1), given, "upload gone: sent again")
    step = _again(back, Action.SUBMIT, answer, given)
    if step.action is not Action.SUBMIT:
        return step
    return _submit(step.job, given, step.event, step.after_s)


def _after_look(job: Job, answer: Refused | Lost, given: Circumstances) -> Step:
    return _again(job, Action.LOOK, answer, given)


def _after_fetch(job: Job, answer: Refused | Lost, given: Circumstances) -> Step:
    verdict = _verdict(answer)
    if verdict.kind == "transcript_missing" and given.disposable:
        forgotten = replace(job, state=PLANNED, upload_url=None, transcript_id=None, attempts=0)
        return _send(forgotten, given, "forgotten by the local service: sent again")
    return _again(job, Action.FETCH, answer, given)


_AFTER_FAILURE: dict[Action, Callable[[Job, Refused | Lost, Circumstances], Step]] = {
    Action.UPLOAD: _after_upload,
    Action.SUBMIT: _after_submit,
    Action.LOOK: _after_look,
    Action.WATCH: _after_fetch,
    Action.FETCH: _after_fetch,
}


def _again(job: Job, action: Action, answer: Refused | Lost, given: Circumstances) -> Step:
    """Try the same step once more while that may help; else fail, or stop the batch when every job would meet the same."""
    verdict = _verdict(answer)
    if verdict.course is Course.STOP:
        return Step(replace(job, failures=0), Action.STOP, event=verdict.kind, verdict=verdict)
    if verdict.course is Course.NEVER:
        return _fail(job, verdict)
    if isinstance(answer, Refused) and answer.status == 429:
        # Not a failure of this job: the whole process pauses, and the request is sent again.
        pause = answer.retry_after_s if answer.retry_after_s is not None else _pause(BARE_429, given)
        return Step(job, action, pause, "rate limited")
    failed = replace(job, failures=job.failures + 1)
    tries = given.limits.tries if verdict.course is Course.AGAIN else 2
    if failed.failures < tries:
        return Step(failed, action, _pause(failed.failures, given), verdict.kind)
    if verdict.kind == verdicts.NETWORK.kind:
        return Step(replace(job, failures=0), Action.STOP, event=verdict.kind, verdict=verdict)
    return _fail(job, verdict)


def _fail(job: Job, verdict: Verdict) -> Step:
    ended = replace(job, state=ERROR, error_kind=verdict.kind, error=verdict.advice, failures=0)
    return Step(ended, Action.FAIL, event=verdict.kind, verdict=verdict)


def _verdict(answer: Refused | Lost) -> Verdict:
    if isinstance(answer, Lost):
        return verdicts.UNREADABLE if answer.unreadable else verdicts.NETWORK
    return verdicts.of_http(answer.status, answer.error)
