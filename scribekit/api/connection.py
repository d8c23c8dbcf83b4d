"""The address and key of the service in use. Pure: settings and environment come in as arguments."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from scribekit.api.sdk_settings import KEY_VARIABLE, URL_VARIABLE
from scribekit.base.errors import NoConnectionError, OptionError

DEFAULT_BASE_URL = "https://api.assemblyai.com"
SHORTEST_KEY = 8
"""A key of this many characters or more is cut out of what is shown. Shorter ones, of an embedded service, may be a word."""
_EMBEDDED = "embedded:"
_QUOTES = "\"'`"
_HOST_NAME = re.compile(r"(?=.{1,253}\.?$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?", re.IGNORECASE)
_MAY_BE_A_KEY = re.compile(r"[^.:/]{16,}")
"""Text that is perhaps no address but a key in the wrong variable."""


@dataclass(frozen=True)
class Connection:
    """The address of a service and the key to it.

    Attributes:
        base_url: Scheme and host (and port, and the path of a gateway).
        api_key: Sent as the ``Authorization`` header; never shown.
        host: The name of the service in job keys, so that a rehearsal on one service is never mistaken for a job on another.
        forgets_jobs: The service costs nothing and forgets its jobs when it ends (the embedded one). A job that it no longer knows is
            sent again.
        model: The one model that answers here, whatever the request names; None where the request decides.
        variable: The setting that gave the address; None for the default address and for an embedded service.
    """

    base_url: str
    api_key: str = field(repr=False)
    host: str
    forgets_jobs: bool = False
    model: str | None = None
    variable: str | None = None

    @property
    def is_loopback(self) -> bool:
        """Whether the service is on this machine, so that no proxy is used."""
        return is_loopback(urlsplit(self.base_url).hostname or "")

    @property
    def is_readable_on_the_way(self) -> bool:
        """Whether key and recordings go unencrypted to another machine."""
        return urlsplit(self.base_url).scheme == "http" and not self.is_loopback


def is_loopback(host: str) -> bool:
    """Return whether a host, a name or an address, is this machine.

    Example:
        >>> [is_loopback(host) for host in ("localhost", "127.0.0.2", "::1", "127.0.0.1.example.com")]
        [True, True, True, False]
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.rstrip(".").lower() == "localhost"


def embedded_host(recogniser: str) -> str:
    """Return the name of the embedded service in job keys."""
    return _EMBEDDED + recogniser


def embedded_recogniser(host: str) -> str | None:
    """Return the recogniser of an embedded service, given its name in job keys; None for any other service."""
    return host.removeprefix(_EMBEDDED) if host.startswith(_EMBEDDED) else None


def resolve(*, settings_key: Any, settings_url: Any, environ: Mapping[str, str], local: Connection | None) -> Connection:
    """Return the connection to use: a local service that the user started, else the SDK's settings and environment variables.

    A local service comes first: it was started on purpose in this process (to rehearse, for example), while a key is set once and stays.

    Args:
        settings_key: What the user put into ``aai.settings.api_key``; None for nothing.
        settings_url: What the user put into ``aai.settings.base_url``; None, or the default address, for nothing.
        environ: The environment's variables.
        local: The local service.

    Raises:
        NoConnectionError: There is neither a key nor a local service.
        OptionError: The address, or the key, is malformed.
    """
    if local is not None:
        return local
    key = _checked_key("aai.settings.api_key", settings_key) if settings_key else _checked_key(KEY_VARIABLE, environ.get(KEY_VARIABLE, ""))
    if settings_url not in (None, DEFAULT_BASE_URL):
        variable, url = "aai.settings.base_url", settings_url
    elif URL_VARIABLE in environ:
        variable, url = URL_VARIABLE, environ[URL_VARIABLE]
    else:
        variable, url = None, DEFAULT_BASE_URL
    if variable is not None:
        url = _checked_url(variable, url, key)
    return Connection(base_url=url, api_key=key, host=urlsplit(url).netloc.lower(), variable=variable)


def _checked_key(variable: str, value: Any) -> str:
    key = value.strip() if isinstance(value, str) else value
    if key == "":
        raise NoConnectionError
    problem = _key_problem(key)
    if problem is not None:
        raise OptionError(f"The API key in {variable} {problem}. Set {variable} to the key itself.")
    return str(key)


def _key_problem(key: Any) -> str | None:
    """Return what is wrong with a key, without the key; None when it may be one."""
    if not isinstance(key, str):
        return f"is not text but {type(key).__name__}"
    if not (key.isascii() and key.isprintable()):
        return "holds characters that no key has (a placeholder such as '…', or a stray line break?)"
    if key[0] in _QUOTES or key[-1] in _QUOTES:
        return "has quotation marks around it"
    if key.lower().startswith("bearer "):
        return "begins with 'Bearer', which AssemblyAI does not take"
    if " " in key:
        return "holds a space"
    return None


def _checked_url(variable: str, value: Any, key: str) -> str:
    url = value.strip() if isinstance(value, str) else value
    problem = _url_problem(url)
    if problem is None:
        return str(url).rstrip("/")
    raise OptionError(
        f"{variable}{_quoted(url, key)} {problem}. Expected an http(s) address such as 'https://api.eu.assemblyai.com' or "
        f"'http://127.0.0.1:8000': set {variable} to the service's address, or unset it to use {DEFAULT_BASE_URL}."
    )


def _url_problem(url: Any) -> str | None:  # noqa: C901 -- one line for each thing that can be wrong
    """Return what is wrong with an address; None when nothing is."""
    if not isinstance(url, str):
        return f"is not text but {type(url).__name__}"
    if not url:
        return "is empty"
    if any(letter.isspace() or not letter.isprintable() for letter in url):
        return "holds a space or a line break"
    if url[0] in _QUOTES or url[-1] in _QUOTES:
        return "has quotation marks around it"
    if "://" not in url:
        return "does not begin with https://"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "has no port from 1 to 65535, or misplaced brackets"
    if parts.scheme not in ("http", "https"):
        return f"begins with {parts.scheme}://"
    if "@" in parts.netloc:
        return f"holds a name or password, which would be sent in place of the key. The key belongs into {KEY_VARIABLE}"
    if parts.query or parts.fragment or url[-1] in "?#":
        return "holds a query ('?') or a fragment ('#')"
    if port == 0:
        return "has no port from 1 to 65535"
    if not _is_host(host):
        return "names no host, or one with characters that are not ASCII (write such a name in its form with xn--)"
    if "/v2/" in f"{parts.path}/":
        return "holds the path '/v2', which scribekit adds by itself: give the address without it"
    return None


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return _HOST_NAME.fullmatch(host) is not None
    return True


def _quoted(url: Any, key: str) -> str:
    """Return a malformed address for an error message: without a name, password, query or key; empty when it may hold any of them."""
    if not isinstance(url, str) or "@" in url or (len(key) >= SHORTEST_KEY and key in url) or _MAY_BE_A_KEY.fullmatch(url):
        return ""
    return f" ({re.split('[?#]', url)[0][:100]!r})"
