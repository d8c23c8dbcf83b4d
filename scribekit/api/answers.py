"""What the service can answer to a request, and what silence leaves unknown."""

from __future__ import annotations

from dataclasses import dataclass


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
class StatusReport:
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
class NoAnswer:
    """No answer that can be read: ``sent`` says whether the request may have reached the service."""

    sent: bool
    unreadable: bool = False


@dataclass(frozen=True, slots=True)
class Unusable:
    """The local file cannot be sent (it vanished, or is not the file that the manifest knew)."""

    kind: str
    advice: str
