"""Times as transcripts have them: ``[00:00:12]``, ``(0:12)``, ``#00:01:02-3#``, ``00:12``, and ranges. Pure."""

from __future__ import annotations

import re

_TIME = r"\d{1,3}:\d{2}(?::\d{2})?(?:[.,:-]\d{1,3})?"
_RANGE = rf"(?P<start>{_TIME})(?:\s*(?:-->|[-–—→])\s*(?P<end>{_TIME}))?"
BRACKETED = re.compile(rf"(?:\[\s*{_RANGE}\s*\]|#{_RANGE.replace('<start>', '<start_2>').replace('<end>', '<end_2>')}#)")
"""A time that nobody says: it is left out wherever it is."""
ROUND = re.compile(rf"\(\s*{_RANGE}\s*\)")
BARE = re.compile(rf"{_RANGE}(?=\s|$)")
_PARTS = re.compile(r"(?:(\d+):)?(\d+):(\d+)(?:[.,:-](\d+))?")

Span = tuple[int | None, int | None]


def span_of(found: re.Match[str]) -> Span:
    """Return the start and end of a stamp in milliseconds."""
    groups = found.groupdict()
    return _ms(groups["start"] or groups.get("start_2")), _ms(groups["end"] or groups.get("end_2"))


def _ms(text: str | None) -> int | None:
    parts = _PARTS.fullmatch(text) if text else None
    if parts is None:
        return None
    hours, minutes, seconds, fraction = parts.groups()
    return ((int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int((fraction or "0").ljust(3, "0"))
