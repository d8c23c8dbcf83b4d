"""Milliseconds as text and back: the time codes of SubRip and WebVTT, and times for people."""

from __future__ import annotations

import re

from scribekit.base.errors import TimecodeError

_TIMECODE = re.compile(r"(?:(?P<h>\d+):)?(?P<m>[0-5]?\d):(?P<s>[0-5]\d)(?:[.,](?P<ms>\d{1,3}))?", re.ASCII)


def srt(ms: int) -> str:
    """Format a SubRip time code; hours may exceed 99.

    Args:
        ms: Milliseconds, not negative.

    Raises:
        TimecodeError: The time is negative.

    Example:
        >>> srt(3_723_045)
        '01:02:03,045'
    """
    return f"{clock(ms)},{ms % 1000:03d}"


def vtt(ms: int) -> str:
    """Format a WebVTT time code, always with hours.

    Args:
        ms: Milliseconds, not negative.

    Raises:
        TimecodeError: The time is negative.

    Example:
        >>> vtt(3_723_045)
        '01:02:03.045'
    """
    return f"{clock(ms)}.{ms % 1000:03d}"


def clock(ms: int) -> str:
    """Format hours, minutes and whole seconds (truncated), two digits each.

    Args:
        ms: Milliseconds, not negative.

    Raises:
        TimecodeError: The time is negative.

    Example:
        >>> clock(12_999)
        '00:00:12'
    """
    hours, minutes, seconds = _parts(ms)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}"


def human(ms: int) -> str:
    """Format hours, minutes and whole seconds (truncated) as people write them.

    Args:
        ms: Milliseconds, not negative.

    Raises:
        TimecodeError: The time is negative.

    Example:
        >>> human(12_999)
        '0:00:12'
    """
    hours, minutes, seconds = _parts(ms)
    return f"{hours}:{minutes:02d}:{seconds:02d}"


def parse(text: str) -> int:
    """Read milliseconds from any time code that this module writes, and from WebVTT's form without hours.

    Args:
        text: For example ``01:02:03,045``, ``02:03.045`` or ``1:02:03``.

    Raises:
        TimecodeError: The text is not a time code.

    Example:
        >>> parse("02:03.5")
        123500
    """
    found = _TIMECODE.fullmatch(text.strip())
    if found is None:
        raise TimecodeError(f"{text!r} is not a time code. Write it as h:mm:ss, mm:ss.mmm or hh:mm:ss,mmm.")
    hours, minutes, seconds = (int(found[part] or 0) for part in ("h", "m", "s"))
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + int((found["ms"] or "").ljust(3, "0"))


def _parts(ms: int) -> tuple[int, int, int]:
    if ms < 0:
        raise TimecodeError(f"A time code cannot be negative, found {ms} ms. Count from the start of the recording.")
    minutes, seconds = divmod(ms // 1000, 60)
    return *divmod(minutes, 60), seconds
