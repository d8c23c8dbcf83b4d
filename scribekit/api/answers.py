"""The possible answers to a request, and what is unknown when there is none."""

from __future__ import annotations

from dataclasses import dataclass

from scribekit.base import contract


@dataclass(frozen=True, slots=True)
class Uploaded:
    """The service has the bytes."""

    upload_url: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The service created the job, or its transcript was found in the list."""

    transcript_id: str
    status: str
    found: bool = False


@dataclass(frozen=True, slots=True)
class NotFound:
    """The job's transcript is not in the service's list."""


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What the service reports about a job: its status, and the error text when it failed."""

    status: str
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """An HTTP status other than 200."""

    status: int
    error: str | None = None
    retry_after_s: float | None = None

    @property
    def is_rate_limit(self) -> bool:
        """Whether the account's request limit is used up: a 429, or a 403 that says so."""
        is_said = self.status == 403 and contract.ERROR_TOO_MANY.casefold() in (self.error or "").casefold()
        return self.status == 429 or is_said


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """No readable answer; ``sent`` says whether the request may have reached the service."""

    sent: bool
    unreadable: bool = False


@dataclass(frozen=True, slots=True)
class Unusable:
    """The local file cannot be sent: it is missing, or has other bytes than the manifest says."""

    kind: str
    advice: str
