"""Requests in time: the limit of each window, and the busiest window of all. Pure; the time comes in as an argument."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field


@dataclass
class RateWindow:
    """Limits the requests in a fixed window, which begins with its first request.

    Attributes:
        limit: Requests per window.
        length_s: Length of the window in seconds.
    """

    limit: int
    length_s: float
    _ends_at: float = -math.inf
    _used: int = 0

    def retry_after(self, now: float) -> int | None:
        """Count a request: return None when it may pass, or else the whole seconds until the next window.

        Example:
            >>> window = RateWindow(limit=1, length_s=10)
            >>> window.retry_after(0.0), window.retry_after(2.5), window.retry_after(10.0)
            (None, 8, None)
        """
        if now >= self._ends_at:
            self._ends_at, self._used = now + self.length_s, 0
        if self._used < self.limit:
            self._used += 1
            return None
        return max(1, math.ceil(self._ends_at - now))


@dataclass
class BusiestWindow:
    """The most events in any window of a given length, wherever it begins.

    Attributes:
        length_s: Length of the window in seconds; its end does not belong to it.
        most: The most events so far.

    Example:
        >>> busiest = BusiestWindow(10.0)
        >>> for now in (0.0, 6.0, 9.0, 10.0, 30.0):
        ...     busiest.note(now)
        >>> busiest.most
        3
    """

    length_s: float = 300.0
    most: int = 0
    _latest: deque[float] = field(default_factory=deque)

    def note(self, now: float) -> None:
        """Count an event; times must not decrease."""
        latest = self._latest
        latest.append(now)
        while latest[0] <= now - self.length_s:
            latest.popleft()
        self.most = max(self.most, len(latest))
