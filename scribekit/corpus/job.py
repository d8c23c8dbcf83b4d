"""One transcription job, the states that it passes through, and the manifest row that asks for it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One row of a manifest: its job, or the reason why it has none. A duplicate has both: it shares the job of the row that it repeats."""

    recording_id: str
    source: str = field(repr=False)
    job_key: str | None
    error_kind: str | None = None
    error: str | None = None


PLANNED, UPLOADED, SUBMITTING, QUEUED, PROCESSING, COMPLETED, ERROR = (
    "planned",
    "uploaded",
    "submitting",
    "queued",
    "processing",
    "completed",
    "error",
)
STATES = (PLANNED, UPLOADED, SUBMITTING, QUEUED, PROCESSING, COMPLETED, ERROR)
AT_SERVICE = (QUEUED, PROCESSING)
ENDED = (COMPLETED, ERROR)
_NUMBERS = ("attempts", "submitted_at", "completed_at", "reserved_usd", "duration_s", "audio_duration_s", "confidence", "cost_usd")


def is_odd(row: Any) -> bool:
    """Return whether a row of the ledger about a recording and its job holds what no job can have: it is damaged.

    Args:
        row: The columns ``job_key``, ``state`` and all numbers of a job and its transcript, by name.
    """
    if row["job_key"] is None:
        return False
    return row["state"] not in STATES or any(not isinstance(row[name], int | float | None) for name in _NUMBERS)


@dataclass(frozen=True, slots=True)
class Job:
    """Our durable intention to have one recording transcribed with one set of options by one service.

    Attributes:
        key: Content, effective options and host, hashed.
        source: Local path, or URL without its signature.
        options: The effective options as canonical JSON.
        duration_s: Length of the audio, when known.
        sha256: Of the local file's bytes; None for a URL.
        estimate_usd: The most that it is expected to cost; None when its length or a model's rate is unknown.
        state: One of the states above.
        upload_url: Where the service fetches the audio, if not from the source: the uploaded bytes, or the newest signed link.
        uploaded_at: When they were uploaded (Unix time).
        transcript_id: The service's id.
        attempts: How many times the job was created at the service.
        failures: Failures in a row of the current step.
        intent_at: When the last request to create it was about to be sent.
        bookmark: The newest transcript that the service listed before that; the job's own can only be newer.
        submitted_at: When the service had accepted it.
        completed_at: When the transcript was stored.
        error_kind: Short name of what went wrong.
        error: What went wrong and what to do next.
    """

    key: str
    source: str = field(repr=False)
    options: str
    duration_s: float | None = None
    sha256: str | None = None
    estimate_usd: float | None = None
    state: str = PLANNED
    upload_url: str | None = field(default=None, repr=False)
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
        """The URL that the service fetches the audio from."""
        return self.upload_url if self.is_local else self.upload_url or self.source

    def without_upload(self) -> Job:
        """Return the job without the uploaded bytes, which have to be sent again. The link of an address is kept."""
        return replace(self, upload_url=None) if self.is_local else self
