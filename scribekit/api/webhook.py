"""How the service may tell us that a job has ended, before we ask. Pure; the receiver is another room."""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from scribekit.base.errors import OptionError

HEADER = "X-Scribekit-Secret"
JOB_PARAMETER = "job"


@dataclass(frozen=True)
class Webhook:
    """Where the service reaches this process, for as long as ``submit_batch`` and ``collect`` wait.

    A call is only a hint: what it says is checked with the service, and calls that never come are made up for by slow polling.

    Attributes:
        public_url: The http(s) URL that the service calls; a tunnel or proxy must lead from there to ``host`` and ``port``.
        host: The address to listen on.
        port: The port to listen on.
        secret: Comes back in a header of each genuine call; made at random, never shown.
        calls: How many calls came, by what they were: ``accepted``, ``repeated``, ``unknown``, ``forged``, ``malformed``.

    Raises:
        OptionError: ``public_url`` is not an http(s) URL, or has a query or fragment of its own.

    Example:
        >>> Webhook("https://hooks.example.org/scribekit", port=8765).url_for("4f2a")
        'https://hooks.example.org/scribekit?job=4f2a'
    """

    public_url: str
    host: str = "127.0.0.1"
    port: int = 8765
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    calls: Counter[str] = field(default_factory=Counter, compare=False)

    def __post_init__(self) -> None:
        """Refuse a URL that no call could come back through."""
        parts = urlsplit(self.public_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise OptionError(
                f"Webhook(public_url={self.public_url!r}): expected an http(s) URL without query or fragment, "
                "for example 'https://hooks.example.org/scribekit'."
            )

    def url_for(self, job_key: str) -> str:
        """The URL that the service calls when this job has ended."""
        return f"{self.public_url}?{urlencode({JOB_PARAMETER: job_key})}"

    def options_for(self, job_key: str) -> dict[str, str]:
        """What is added to the request that creates the job."""
        return {
            "webhook_url": self.url_for(job_key),
            "webhook_auth_header_name": HEADER,
            "webhook_auth_header_value": self.secret,
        }
