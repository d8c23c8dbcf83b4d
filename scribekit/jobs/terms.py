"""The terms of the decision: the job, what can be done with it, what can come of that, and on what a decision depends. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from scribekit.limits import Limits
from scribekit.verdicts import Verdict

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
