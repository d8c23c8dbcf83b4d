"""Addresses in what people see: signatures, tokens and passwords are masked. Pure.

The host and the path of an address say which recording it is. Its query is shown only when nothing in it looks like a secret.
"""

from __future__ import annotations

import functools
import re
from urllib.parse import unquote

# Quotes and brackets may be part of an address; those at its end belong to the sentence around it.
_URL = re.compile(r"\b[a-z][a-z0-9+.-]+:/{1,3}[^\s\"<>]*[^\s\"<>.,;:!?)'\]}]", re.IGNORECASE)
_SECRET_NAME = re.compile(
    r"sig|token|key|secret|cred|auth|pass|pwd|policy|expires|session|jwt|hmac|hash|hdnt|nonce|ticket|otp"
    r"|^(s[epv]|st|skoid|sktid|h|code|pin)$|^x-(amz|goog)-",
    re.IGNORECASE,
)
_LONGEST_PLAIN_VALUE = 20
_LONGEST_MIXED_VALUE = 7
"""A longer value may be a secret whatever its name; one of letters and digits together even when it is not much longer."""
_MIXED = re.compile(r"(?=.*[a-z])(?=.*\d)", re.IGNORECASE)

_SEPARATOR = re.compile("[&;?#]")
_PARTS = re.compile(r"([^?#;]*)([?#;]?)(.*)", re.DOTALL)
_SLASHES = re.compile(r"([^:]*)(:/+)(.*)", re.DOTALL)
_BROKEN_LOGIN = re.compile(r":(?!\d*$)")
"""A colon without a port: a password with a mark in it, which ends the host too early."""
_PAIR = re.compile(
    r"\b(x-(?:amz|goog)-[\w-]+|[\w-]*(?:signature|token|secret|password|api[_-]?key|credential|key-pair-id)|sig)=(?!…)[^\s&\"'<>]+",
    re.IGNORECASE,
)


def masked(text: str) -> str:
    """Return a text in which the addresses show no secrets: no name and password, and no query or fragment that may hold a signature.

    The rule does not depend on who signs: it knows the names that Amazon S3 and CloudFront, Google Cloud Storage, Azure, Akamai and others
    use, and takes every long value of a query for a secret.

    Example:
        >>> masked("no access to https://a.example/x.mp3?X-Amz-Signature=4f2a, it said")
        'no access to https://a.example/x.mp3?…, it said'
        >>> masked("https://ada:secret@a.example/x.mp3?track=2")
        'https://a.example/x.mp3?track=2'
    """
    if ":/" in text:
        text = _URL.sub(lambda match: _public(match[0]), text)
    return _PAIR.sub(r"\1=…", text) if "=" in text else text


def hosts_only(text: str) -> str:
    """Return a text in which the addresses show no more than their host.

    Example:
        >>> hosts_only("posted to https://chat.example.org/hooks/T02/B7")
        'posted to https://chat.example.org/…'
    """
    return _URL.sub(lambda match: re.sub(r"(?<=[^:/])[/?#;].*", "/…", _public(match[0])), text)


def without_login(host: str) -> str:
    """Return a host without the name and the password in front of it.

    Example:
        >>> without_login("ada:secret@api.example.com:8000")
        'api.example.com:8000'
    """
    return host.rpartition("@")[2]


def _public(url: str) -> str:
    address, mark, query = _PARTS.match(url).groups()  # type: ignore[union-attr]  # it matches every text
    scheme, slashes, rest = _SLASHES.match(address).groups()  # type: ignore[union-attr]  # an address has a scheme
    host, slash, path = rest.partition("/")
    shown = without_login(host)
    if _BROKEN_LOGIN.search(shown.rpartition("]")[2]):
        return f"{scheme}{slashes}…"
    return f"{scheme}{slashes}{shown}{slash}{path}{mark}{'…' if mark and _may_be_secret(query) else query}"


def _may_be_secret(query: str) -> bool:
    pairs = (pair.partition("=") for pair in _SEPARATOR.split(query))
    return any(_is_secret_name(name) or _is_long(unquote(value or name)) for name, _, value in pairs)


@functools.lru_cache(maxsize=256)
def _is_secret_name(name: str) -> bool:
    return _SECRET_NAME.search(unquote(name)) is not None


def _is_long(value: str) -> bool:
    return len(value) > _LONGEST_PLAIN_VALUE or (len(value) > _LONGEST_MIXED_VALUE and _MIXED.match(value) is not None)
