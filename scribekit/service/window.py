"""The request budget: so many requests per window, then 429 until the window ends. Pure; the time comes in."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass
class RequestWindow:
    """A fixed window that begins with its first request.

    Attributes:
        limit: Requests per window.
        length_s: Length of the window in seconds.
    """

    limit: int
    length_s: float
    _ends_at: float = -math.inf
    _used: int = 0

    def retry_after(self, now: float) -> int | None:
        """Takes one request from the budget: None when it may pass, else the whole seconds until the next window.

        Example:
            >>> window = RequestWindow(limit=1, length_s=10)
            >>> window.retry_after(0.0), window.retry_after(2.5), window.retry_after(10.0)
            (None, 8, None)
        """
        if now >= self._ends_at:
            self._ends_at, self._used = now + self.length_s, 0
        if self._used < self.limit:
            self._used += 1
            return None
        return max(1, math.ceil(self._ends_at - now))
