"""Whether an answer names what was asked for: ids, addresses and audio. Pure."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from scribekit.base import contract
from scribekit.base.signed_addresses import without_signature

LONGEST_ADDRESS = 4000
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,199}")


def is_id(value: object) -> bool:
    """Return whether a value may be a transcript's id: it becomes part of addresses.

    Example:
        >>> is_id("5551722-f677-48a6"), is_id("../upload"), is_id("")
        (True, False, False)
    """
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def is_address(value: object) -> bool:
    """Return whether a value may be the address of an upload.

    Example:
        >>> is_address("https://cdn.example/upload/5551722"), is_address("5551722"), is_address("file:///etc/passwd")
        (True, False, False)
    """
    if not isinstance(value, str) or len(value) > LONGEST_ADDRESS or not value.isprintable() or " " in value:
        return False
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def is_same_audio(asked: str, echoed: str | None) -> bool:
    """Return whether a transcript is of the audio that was asked for, by the address that it repeats.

    The service may write it in another form: how it escapes characters, the scheme, the signature (the link may have been signed again
    since) and a missing query do not count. A transcript that names no audio, or was deleted, may be of any.

    Example:
        >>> is_same_audio("https://a.example/my talk.mp3?sig=1", "https://A.example/my%20talk.mp3")
        True
        >>> is_same_audio("https://a.example/1.mp3", "https://a.example/2.mp3")
        False
    """
    if echoed in (None, contract.DELETED_URL) or echoed == asked:
        return True
    (place, query), (other_place, other_query) = _parts(without_signature(asked)), _parts(without_signature(echoed or ""))
    return place == other_place and other_query in ("", query)


def _parts(address: str) -> tuple[tuple[str, str], str]:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ("", address), ""
    return (parts.netloc.casefold().removesuffix(":443").removesuffix(":80"), unquote(parts.path)), unquote(parts.query)
