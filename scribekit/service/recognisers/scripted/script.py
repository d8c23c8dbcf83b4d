"""Reads the script of an audio: its length, speakers, words or failure.

A script comes from the query of the audio's URL (``?duration=1200&speakers=2``), from the body of an upload (``scripted:`` followed by
JSON), or from ``<file>.scripted.json`` beside a local file.
"""

from __future__ import annotations

import hashlib
import random
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from scribekit.base.files import open_regular

MARKER = b"scripted:"
SIDECAR = ".scripted.json"
LARGEST_SCRIPT_BYTES = 10_000_000

_MEDIAN_S = 1200.0
_SPREAD = 0.8
_SHORTEST_S, _LONGEST_S = 30.0, 4 * 3600.0
_LONGEST_DURATION, _MOST_DIGITS = 20, 3
_HASHED_BYTES = 1 << 20


class Turn(msgspec.Struct, frozen=True):
    """Words of one speaker, spread evenly over the time; milliseconds."""

    text: str
    start_ms: int
    end_ms: int
    speaker: str = "A"
    channel: str = "1"


class Script(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is known of an audio; the recogniser invents what is None.

    Attributes:
        duration_s: Its length in seconds.
        speakers: How many people speak.
        channels: How many channels it has.
        fail: The error that its transcription ends with.
        turns: What is said.
        answers: Further fields of the transcript, as the contract has them: translations, summaries and so on.
    """

    duration_s: float | None = None
    speakers: int | None = None
    channels: int | None = None
    fail: str | None = None
    turns: tuple[Turn, ...] | None = None
    answers: dict[str, Any] = {}


def script_of_url(url: str) -> Script:
    """Read the script in a URL's query; other parameters, and values that are not numbers or have too many digits, are ignored.

    Example:
        >>> script_of_url("http://127.0.0.1/a.mp3?duration=90.5&speakers=3").speakers
        3
    """
    query = dict(parse_qsl(urlsplit(url).query))
    duration, speakers, channels = (query.get(name, "") for name in ("duration", "speakers", "channels"))
    return Script(
        duration_s=float(duration) if duration.replace(".", "", 1).isdecimal() and len(duration) <= _LONGEST_DURATION else None,
        speakers=_count(speakers),
        channels=_count(channels),
        fail=query.get("fail"),
    )


def script_of_file(path: Path) -> Script | None:
    """Read the script in a file or beside it; None for a file that must be probed.

    Raises:
        msgspec.MsgspecError: The script cannot be read.
    """
    sidecar = path.with_name(path.name + SIDECAR)
    if sidecar.is_file():
        with open_regular(sidecar) as file:
            return msgspec.json.decode(file.read(LARGEST_SCRIPT_BYTES), type=Script)
    with open_regular(path) as file:
        if file.read(len(MARKER)) != MARKER:
            return None
        return msgspec.json.decode(file.read(LARGEST_SCRIPT_BYTES), type=Script)


def seed_of_url(url: str) -> int:
    """Return a number that is the same for the same URL, in every process."""
    return _number(url.encode())


def seed_of_file(path: Path) -> int:
    """Return a number that is the same for the same content (its size and its first megabyte)."""
    with open_regular(path) as file:
        return _number(str(path.stat().st_size).encode() + file.read(_HASHED_BYTES))


def invented_duration_s(seed: int) -> float:
    """Draw a length in seconds: log-normal around twenty minutes, from 30 s to 4 h."""
    drawn = random.Random(seed).lognormvariate(0.0, _SPREAD) * _MEDIAN_S  # noqa: S311 -- repeatable, no secret
    return round(min(max(drawn, _SHORTEST_S), _LONGEST_S), 3)


def _count(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else None


def _number(content: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest())
