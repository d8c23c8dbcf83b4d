"""Signed links: which parameters of an address are its signature, and until when it is valid. Pure.

A signature says who may fetch a recording and until when, not which recording it is: two links that differ in nothing else lead to the same
one. Parameters are known by the scheme that they belong to, because short names such as ``se`` or ``sp`` mean other things elsewhere: here
only what is a signature for certain counts, while :mod:`scribekit.base.addresses` hides whatever may be a secret.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, unquote_plus


@dataclass(frozen=True)
class _Scheme:
    """How one kind of link is signed.

    Attributes:
        marks: The parameters, one of which makes a link one of this kind.
        parts: The parameters that belong to the signature, as a pattern; those in ``marks`` do in any case.
        needs_name: Whether something else in the address must name the recording: if nothing does, such a parameter may be its name.
    """

    marks: frozenset[str]
    parts: re.Pattern[str]
    needs_name: bool = False


def _scheme(marks: str, parts: str = "", *, needs_name: bool = False) -> _Scheme:
    names = "|".join(re.escape(name) for name in marks.split())
    return _Scheme(frozenset(marks.split()), re.compile(f"{names}|{parts}" if parts else names), needs_name)


_SCHEMES = (
    # Amazon S3 and what speaks its protocol; Google Cloud Storage; Alibaba OSS; Tencent COS; Volcengine.
    _scheme("x-amz-signature", r"x-amz-.*|response-.*"),
    _scheme("x-goog-signature", r"x-goog-.*|response-.*|userproject"),
    _scheme("x-oss-signature", r"x-oss-.*|response-.*"),
    _scheme("x-tos-signature", r"x-tos-.*|response-.*"),
    _scheme("q-signature", r"q-(sign-algorithm|ak|sign-time|key-time|header-list|url-param-list)|x-cos-.*|response-.*"),
    # The older form of these, and Amazon CloudFront.
    _scheme("signature", r"expires|\w*access_?key_?id|googleaccessid|key-pair-id|policy|keyname|security-token|x-amz-.*|response-.*"),
    # Azure's shared access signatures.
    _scheme("sig", r"s[vseptri]|se|spr|sip|srt|ss|sdd|scid|ses|skoid|sktid|skt|ske|sks|skv|saoid|suoid|sduoid|skdutid|rsc[cdelt]"),
    # Content networks: Akamai, Cloudflare, Bunny, nginx, Discord.
    _scheme("hdnts hdnea hdntl __token__ __gda__"),
    _scheme("verify", needs_name=True),
    _scheme("md5 hmac st", r"expires|exp|e", needs_name=True),
    _scheme("hm", r"ex|is", needs_name=True),
    _scheme("token access_token auth_token jwt authorization auth", r"expires(_in)?|exp|expiry|token_path|bcdn_.*", needs_name=True),
    _scheme("expires", needs_name=True),
)  # fmt: skip

_NAMES_IT = re.compile(r"[^/]*\d[^/]*|[^/]*[^/.]\.(?!(?:php|aspx?|cgi|jsp|do)$)[a-z0-9]{2,5}", re.IGNORECASE)
_IS_A_NAME = re.compile(r"(?:.*[_-])?(?:id|uuid|guid|file|filename|name|path|key|object|track|episode|recording|asset|item)", re.IGNORECASE)


def signature_names(address: str) -> frozenset[str]:
    """Return the parameters of an address that belong to its signature, as they are written; none for one without a signature.

    Example:
        >>> sorted(signature_names("https://a.example/x.mp3?versionId=7&X-Amz-Signature=4f&X-Amz-Date=20260101T000000Z"))
        ['X-Amz-Date', 'X-Amz-Signature']
        >>> signature_names("https://a.example/get?token=which-recording")
        frozenset()
    """
    path, query, _ = _cut(address)
    names = {name: unquote(name).lower() for name, _ in _pairs(query)}
    plain = set(names.values())
    found = [scheme for scheme in _SCHEMES if scheme.marks & plain]
    schemes = found if _has_name(path, plain, found) else [scheme for scheme in found if not scheme.needs_name]
    return frozenset(name for name, lower in names.items() if any(scheme.parts.fullmatch(lower) for scheme in schemes))


def _has_name(path: str, names: Iterable[str], schemes: Sequence[_Scheme]) -> bool:
    """Return whether the path, or a parameter outside of the signature, names a recording."""
    others = (name for name in names if not any(scheme.parts.fullmatch(name) for scheme in schemes))
    last = unquote(path.partition("://")[2]).partition("/")[2].rpartition("/")[2]
    return _NAMES_IT.fullmatch(last) is not None or any(_IS_A_NAME.fullmatch(name) for name in others)


def without_signature(address: str) -> str:
    """Return an address without its signature: which recording it is. An address without a signature is returned unchanged.

    Example:
        >>> without_signature("https://a.example/x.mp3?track=2&Expires=1767225600&Signature=4f2a&Key-Pair-Id=K1")
        'https://a.example/x.mp3?track=2'
        >>> without_signature("https://a.example/x.mp3?se=1#t=5")
        'https://a.example/x.mp3?se=1#t=5'
    """
    signature = signature_names(address)
    if not signature:
        return address
    path, query, fragment = _cut(address)
    kept = "&".join(pair for pair in query.split("&") if pair and pair.partition("=")[0] not in signature)
    return f"{path}{'?' if kept else ''}{kept}{fragment}"


def expires_at(address: str) -> dt.datetime | None:
    """Return when a signed link expires; None where it has no signature, or does not say.

    Example:
        >>> expires_at("https://a.example/x.mp3?X-Amz-Signature=4f&X-Amz-Date=20260101T000000Z&X-Amz-Expires=3600")
        datetime.datetime(2026, 1, 1, 1, 0, tzinfo=datetime.timezone.utc)
        >>> expires_at("https://a.example/x.mp3?X-Amz-Signature=4f") is None
        True
    """
    signature = signature_names(address)
    values = {unquote(name).lower(): unquote_plus(value) for name, value in _pairs(_cut(address)[1]) if name in signature}
    for read in _EXPIRIES:
        try:
            found = read(values)
        except (ValueError, OverflowError, OSError):
            continue
        if found is not None:
            return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
    return None


def _cut(address: str) -> tuple[str, str, str]:
    """Return path, query and fragment, the last with its mark."""
    rest, mark, fragment = address.partition("#")
    path, _, query = rest.partition("?")
    return path, query, mark + fragment


def _pairs(query: str) -> list[tuple[str, str]]:
    return [(name, value) for name, _, value in (pair.partition("=") for pair in query.split("&")) if name]


def _from_date(date: str, lifetime: str) -> Callable[[Mapping[str, str]], dt.datetime | None]:
    def read(values: Mapping[str, str]) -> dt.datetime | None:
        if date not in values or lifetime not in values:
            return None
        return dt.datetime.strptime(values[date], "%Y%m%dT%H%M%S%z") + dt.timedelta(seconds=int(values[lifetime]))

    return read


def _unix_time(values: Mapping[str, str], names: Sequence[str], base: int = 10) -> dt.datetime | None:
    found = next((values[name] for name in names if name in values), None)
    return None if found is None else dt.datetime.fromtimestamp(int(found, base), dt.UTC)


_EXPIRIES: tuple[Callable[[Mapping[str, str]], dt.datetime | None], ...] = (
    *(_from_date(f"x-{name}-date", f"x-{name}-expires") for name in ("amz", "goog", "oss", "tos")),
    lambda values: dt.datetime.fromisoformat(values["se"]) if "se" in values else None,
    lambda values: _unix_time(values, ("expires", "exp", "expiry", "e")),
    lambda values: _unix_time(values, ("ex",), 16),
)
