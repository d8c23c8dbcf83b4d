"""Addresses in what people see: signatures, tokens and passwords are masked. Pure.

The host and the path of an address say which recording it is. Its query is shown only when nothing in it looks like a secret.
"""

from __future__ import annotations

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
    scheme, slashes, rest = re.split(r"(:/+)", url, maxsplit=1)
    address, mark, query = re.split(r"([?#;]|$)", rest, maxsplit=1)
    host, slash, path = address.partition("/")
    shown = f"{scheme}{slashes}{without_login(host)}"
    if re.search(r":(?!\d*$)", host.rpartition("@")[2].rpartition("]")[2]):  # a password with a mark in it, which ends the host too early
        return f"{scheme}{slashes}…"
    return f"{shown}{slash}{path}{mark}{'…' if mark and _may_be_secret(query) else query}"


def _may_be_secret(query: str) -> bool:
    pairs = (pair.partition("=") for pair in re.split("[&;?#]", query))
    return any(_SECRET_NAME.search(unquote(name)) or _is_long(unquote(value or name)) for name, _, value in pairs)


def _is_long(value: str) -> bool:
    return len(value) > _LONGEST_PLAIN_VALUE or (len(value) > _LONGEST_MIXED_VALUE and _MIXED.match(value) is not None)
