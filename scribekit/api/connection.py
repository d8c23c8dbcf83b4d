"""The address and key of the service in use. Pure: settings and environment come in as arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from scribekit.api.sdk_settings import KEY_VARIABLE, URL_VARIABLE
from scribekit.base.errors import NoConnectionError, OptionError
from scribekit.base.service_address import address_problem, is_loopback, is_readable_on_the_way, key_problem, shown_address

DEFAULT_BASE_URL = "https://api.assemblyai.com"
_EMBEDDED = "embedded:"


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
        return is_readable_on_the_way(self.base_url)


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
    if isinstance(key, str) and key.lower().startswith("bearer "):
        return "begins with 'Bearer', which AssemblyAI does not take"
    return key_problem(key)


def _checked_url(variable: str, value: Any, key: str) -> str:
    url = value.strip() if isinstance(value, str) else value
    problem = address_problem(url, key_belongs=f"into {KEY_VARIABLE}") or _has_version(url)
    if problem is None:
        return str(url).rstrip("/")
    raise OptionError(
        f"{variable}{shown_address(url, key)} {problem}. Expected an http(s) address such as 'https://api.eu.assemblyai.com' or "
        f"'http://127.0.0.1:8000': set {variable} to the service's address, or unset it to use {DEFAULT_BASE_URL}."
    )


def _has_version(url: Any) -> str | None:
    is_there = "/v2/" in f"{urlsplit(url).path}/"
    return "holds the path '/v2', which scribekit adds by itself: give the address without it" if is_there else None
