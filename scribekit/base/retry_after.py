"""The ``Retry-After`` header of an answer. Pure."""

from __future__ import annotations

import math
from email.utils import parsedate_to_datetime


def retry_after_s(value: str | None, now: str | None, longest_s: float) -> float | None:
    """Return the seconds of a ``Retry-After`` header, which may hold seconds or a date (RFC 9110, 10.2.3); None without them.

    Args:
        value: The header; None when the answer has none.
        now: The answer's ``Date`` header: the time by the clock of the server.
        longest_s: The longest time that counts.

    Example:
        >>> retry_after_s("7", None, 60), retry_after_s("900", None, 60), retry_after_s("soon", None, 60)
        (7.0, 60, None)
        >>> retry_after_s("Tue, 01 Dec 2026 10:00:09 GMT", "Tue, 01 Dec 2026 10:00:00 GMT", 60)
        9.0
    """
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = _seconds_until(value, now or "")
    return min(max(0.0, seconds), longest_s) if math.isfinite(seconds) else None


def _seconds_until(date: str, now: str) -> float:
    """Return the seconds between two dates of the server's clock; NaN when one of them is not a date."""
    try:
        return (parsedate_to_datetime(date) - parsedate_to_datetime(now)).total_seconds()
    except (TypeError, ValueError):  # a TypeError when only one of them names its zone
        return math.nan
