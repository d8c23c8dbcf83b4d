"""The address and key of the service in use. Pure: settings and environment come in as arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from scribekit.base.errors import NoConnectionError, OptionError

DEFAULT_BASE_URL = "https://api.assemblyai.com"
_EMBEDDED = "embedded:"


@dataclass(frozen=True)
class Connection:
    """The address of a service and the key to it.

    Attributes:
        base_url: Scheme and host (and port), without a path.
        api_key: Sent as the ``Authorization`` header; never shown.
        host: The name of the service in job keys, so that a rehearsal on one service is never mistaken for a job on another.
        forgets_jobs: The service costs nothing and forgets its jobs when it ends (the embedded one). A job that it no longer knows is
            sent again.
        model: The one model that answers here, whatever the request names; None where the request decides.
    """

    base_url: str
    api_key: str = field(repr=False)
    host: str
    forgets_jobs: bool = False
    model: str | None = None

    @property
    def is_loopback(self) -> bool:
        """Whether the service is on this machine, so that no proxy is used."""
        name = urlsplit(self.base_url).hostname or ""
        return name in ("localhost", "::1") or name.startswith("127.")


def embedded_host(recogniser: str) -> str:
    """Return the name of the embedded service in job keys."""
    return _EMBEDDED + recogniser


def embedded_recogniser(host: str) -> str | None:
    """Return the recogniser of an embedded service, given its name in job keys; None for any other service."""
    return host.removeprefix(_EMBEDDED) if host.startswith(_EMBEDDED) else None


def resolve(*, settings_key: str | None, settings_url: str | None, environ: Mapping[str, str], local: Connection | None) -> Connection:
    """Return the connection to use: a local service that the user started, else the SDK's settings and environment variables.

    A local service comes first: it was started on purpose in this process (to rehearse, for example), while a key is set once and stays.

    Raises:
        NoConnectionError: There is neither a key nor a local service.
        OptionError: The address, or the key, is malformed.
    """
    if local is not None:
        return local
    key = (settings_key or environ.get("ASSEMBLYAI_API_KEY") or "").strip()
    if not key:
        raise NoConnectionError
    if not (key.isascii() and key.isprintable()):
        raise OptionError(
            "The API key holds characters that no key has (a placeholder such as '…', or a stray line break?). "
            "Set ASSEMBLYAI_API_KEY (or aai.settings.api_key) to the key itself."
        )
    url = settings_url or DEFAULT_BASE_URL
    if url == DEFAULT_BASE_URL:
        url = environ.get("ASSEMBLYAI_BASE_URL") or url
    url = url.rstrip("/")
    _check_url(url)
    return Connection(base_url=url, api_key=key, host=urlsplit(url).netloc.lower() or url)


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        is_valid = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:  # the port is not a number
        is_valid = False
    if not is_valid:
        raise OptionError(
            f"ASSEMBLYAI_BASE_URL (or aai.settings.base_url) is {url!r}; expected an http(s) address "
            "such as 'https://api.eu.assemblyai.com' or 'http://127.0.0.1:8000'."
        )
