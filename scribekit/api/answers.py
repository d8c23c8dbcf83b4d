"""The possible answers to a request, and what is unknown when there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from scribekit.base import contract


class Trouble(StrEnum):
    """Why there is no answer, as far as is known."""

    NO_SUCH_HOST = "no such host"
    REFUSED = "connection refused"
    UNREACHABLE = "no route"
    CONNECT_TIMEOUT = "no connection in time"
    SILENT = "no answer in time"
    NOT_TLS = "not TLS"
    NOT_HTTP = "not HTTP"
    CUT = "connection lost"
    UNTRUSTED = "certificate of an unknown authority"
    EXPIRED = "expired certificate"
    NOT_YET_VALID = "certificate that is not valid yet"
    OTHER_NAME = "certificate for another name"
    BAD_CERTIFICATE = "bad certificate"
    CLIENT_CERTIFICATE = "client certificate wanted"
    PROXY = "the proxy refused"


@dataclass(frozen=True, slots=True)
class Page:
    """What an answer looks like, for an answer that may not be the service's.

    Attributes:
        status: The HTTP status.
        content_type: The media type, without parameters; empty when none is given.
        said: Its title or first line, shortened and without secrets; empty when it has none.
        points_to: The host that a redirect leads to.
        is_secure: The redirect leads to an ``https://`` address.
    """

    status: int
    content_type: str = ""
    said: str = ""
    points_to: str | None = None
    is_secure: bool = False


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
class Fetched:
    """A transcript as the service sent it: its head, and the body byte for byte."""

    head: contract.Head
    body: bytes

    @property
    def report(self) -> StatusReport | Refused:
        """The status of the job, as the service reports it. What is left of a deleted transcript is no transcript."""
        if self.head.audio_url == contract.DELETED_URL and contract.DELETED_TEXT.encode() in self.body:
            return Refused(404, contract.DELETED_TEXT)
        return StatusReport(self.head.status, self.head.error)


@dataclass(frozen=True, slots=True)
class Refused:
    """An HTTP status other than 200; ``error`` is the service's own sentence, ``page`` what the answer looks like."""

    status: int
    error: str | None = None
    retry_after_s: float | None = None
    page: Page | None = field(default=None, compare=False)

    @property
    def is_rate_limit(self) -> bool:
        """Whether the account's request limit is used up: a 429, or a 403 that says so."""
        is_said = self.status == 403 and contract.ERROR_TOO_MANY.casefold() in (self.error or "").casefold()
        return self.status == 429 or is_said


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """No readable answer.

    Attributes:
        sent: The request may have reached the service.
        unreadable: There was an answer, but not one of the service's.
        why: What was wrong with it, as a clause such as "was larger than 8 MB"; empty when it was no answer in the service's form.
        trouble: Why there was none.
        said: The proxy's own words.
        page: What the unreadable answer looks like.
    """

    sent: bool
    unreadable: bool = False
    why: str = field(default="", compare=False)
    trouble: Trouble | None = field(default=None, compare=False)
    said: str = field(default="", compare=False)
    page: Page | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Unusable:
    """The local file cannot be sent: it is missing, or has other bytes than the manifest says."""

    kind: str
    advice: str
