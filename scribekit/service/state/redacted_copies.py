"""The copies of recordings in which personal data are masked, behind signed addresses that need no key. Here they are silent."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode

PATH = "/redacted-audio/"
VALID_S = 24 * 3600
RATE_HZ = 8000
_SILENCE = bytes([128]) * (1 << 16)
"""Eight bits a sample: 128 is the middle."""


class RedactedCopies:
    """Signs addresses of copies, and knows its own signatures again."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)

    def address(self, transcript_id: str, now: float) -> str:
        """Return the signed address of a transcript's copy, relative to the service."""
        name = f"{transcript_id}.wav"
        expires = str(int(now) + VALID_S)
        return f"{PATH}{name}?{urlencode({'Expires': expires, 'Signature': self._signature(name, expires)})}"

    def is_signed(self, name: str, query: str, now: float | None = None) -> bool:
        """Return whether an address has a signature of this service and is not too old.

        Example:
            >>> copies = RedactedCopies()
            >>> name, _, query = copies.address("8c2f", now=0.0).removeprefix(PATH).partition("?")
            >>> copies.is_signed(name, query, now=60.0), copies.is_signed("other.wav", query, now=60.0)
            (True, False)
        """
        given = dict(parse_qsl(query))
        expires, signature = given.get("Expires", ""), given.get("Signature", "")
        if not hmac.compare_digest(signature.encode(), self._signature(name, expires).encode()):
            return False
        return (time.time() if now is None else now) < int(expires)

    def _signature(self, name: str, expires: str) -> str:
        return hmac.new(self._secret, f"{name} {expires}".encode(), hashlib.sha256).hexdigest()


def silent_wav(duration_s: float) -> Iterator[bytes]:
    """Yield a WAV file of silence: mono, eight bits, 8 kHz.

    Example:
        >>> len(b"".join(silent_wav(0.5)))
        4044
    """
    left = round(duration_s * RATE_HZ)
    yield b"RIFF" + (36 + left).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
    yield b"".join(number.to_bytes(size, "little") for number, size in ((1, 2), (1, 2), (RATE_HZ, 4), (RATE_HZ, 4), (1, 2), (8, 2)))
    yield b"data" + left.to_bytes(4, "little")
    while left > 0:
        yield _SILENCE[:left]
        left -= len(_SILENCE)
