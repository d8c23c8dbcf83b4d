"""Addresses and keys of services, as people give them: what is wrong with them, and how they are shown. Pure."""

from __future__ import annotations

import ipaddress
import re
from typing import Any
from urllib.parse import urlsplit

from scribekit.base.errors import OptionError

SHORTEST_KEY = 8
"""A key of this many characters or more is cut out of what is shown. Shorter ones, of an embedded service, may be a word."""
_QUOTES = "\"'`"
_HOST_NAME = re.compile(r"(?=.{1,253}\.?$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?", re.IGNORECASE)
_MAY_BE_A_KEY = re.compile(r"[^.:/]{16,}")
"""Text that is perhaps no address but a key in the wrong place."""


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


def is_readable_on_the_way(url: str) -> bool:
    """Return whether what is sent to an address goes unencrypted to another machine.

    Example:
        >>> is_readable_on_the_way("http://lab:8000/v1"), is_readable_on_the_way("http://localhost:8000/v1")
        (True, False)
    """
    parts = urlsplit(url)
    return parts.scheme == "http" and not is_loopback(parts.hostname or "")


def readable_on_the_way(url: str) -> str:
    """Return the warning about recordings that go unencrypted to the speech server at an address.

    Example:
        >>> readable_on_the_way("http://lab:8000/v1")[:88]
        'url= begins with http://, so the recordings, and the key, go to lab:8000 unencrypted, fo'
    """
    return (
        f"url= begins with http://, so the recordings, and the key, go to {urlsplit(url).netloc} unencrypted, for everyone on the way to "
        "read. Use https:// unless that network is private."
    )


def speech_server(url: Any, key: str | None) -> str:
    """Return the address of the API of a speech server in one form, so that two ways to write it are one server.

    Args:
        url: What was given as ``url=``.
        key: The key of the server; None without one.

    Raises:
        OptionError: It is malformed.

    Example:
        >>> speech_server("http://LAB:8000/v1/", None)
        'http://lab:8000/v1'
    """
    given = url.strip() if isinstance(url, str) else url
    problem = address_problem(given, key_belongs="into key=")
    if problem is not None:
        raise OptionError(
            f"url{shown_address(given, key or '')} {problem}. Expected the address of an OpenAI-compatible API, such as "
            "'http://127.0.0.1:8000/v1'."
        )
    parts = urlsplit(given)
    return parts._replace(netloc=parts.netloc.lower()).geturl().rstrip("/")


def key_problem(key: Any) -> str | None:
    """Return what is wrong with a key, without the key; None when it may be one."""
    if not isinstance(key, str):
        return f"is not text but {type(key).__name__}"
    if not (key.isascii() and key.isprintable()):
        return "holds characters that no key has (a placeholder such as '…', or a stray line break?)"
    if key[0] in _QUOTES or key[-1] in _QUOTES:
        return "has quotation marks around it"
    if " " in key:
        return "holds a space"
    return None


def address_problem(url: Any, *, key_belongs: str) -> str | None:
    """Return what is wrong with the address of a service; None when nothing is.

    Args:
        url: What was given as the address.
        key_belongs: Where the key of the service belongs: part of a sentence.

    Example:
        >>> address_problem("lab:8000", key_belongs="into key="), address_problem("http://lab:8000/v1", key_belongs="into key=")
        ('does not begin with https://', None)
    """
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
        return f"holds a name or password, which would be sent in place of the key. The key belongs {key_belongs}"
    if parts.query or parts.fragment or url[-1] in "?#":
        return "holds a query ('?') or a fragment ('#')"
    if port == 0:
        return "has no port from 1 to 65535"
    if not _is_host(host):
        return "names no host, or one with characters that are not ASCII (write such a name in its form with xn--)"
    return None


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return _HOST_NAME.fullmatch(host) is not None
    return True


def shown_address(url: Any, key: str) -> str:
    """Return a malformed address for an error message: without a name, password, query or key; empty when it may hold any of them."""
    if not isinstance(url, str) or "@" in url or (len(key) >= SHORTEST_KEY and key in url) or _MAY_BE_A_KEY.fullmatch(url):
        return ""
    return f" ({re.split('[?#]', url)[0][:100]!r})"
