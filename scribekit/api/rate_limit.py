"""The rate limiter that keeps the requests of this process within the account's window."""

from __future__ import annotations

import asyncio
import collections
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from scribekit.api.connection import Connection
from scribekit.api.limits import Limits

_limiters: dict[tuple[str, str], RateLimiter] = {}


def limiter_for(connection: Connection, limits: Limits) -> RateLimiter:
    """Return the one rate limiter of this process for an account at a service."""
    account = (connection.base_url, connection.api_key)
    limiter = _limiters.setdefault(account, RateLimiter(limits.requests_per_window, limits.window_s))
    limiter.allow(limits.requests_per_window, limits.window_s)
    return limiter


class RateLimiter:
    """Allows at most ``most`` requests in any ``window_s`` seconds, and none while the service asks for a pause.

    A request counts from its start until ``window_s`` after its end, because the service may count it at any time between
    its start and its end.

    Args:
        most: Requests in a window.
        window_s: Length of the window in seconds.
    """

    def __init__(self, most: int, window_s: float) -> None:
        self.allow(most, window_s)
        self._ended: collections.deque[float] = collections.deque()
        self._active = 0
        self._paused_until = 0.0
        self._queue = asyncio.Lock()
        self.sent = 0

    @asynccontextmanager
    async def request(self) -> AsyncIterator[None]:
        """Wait until a request is allowed, and count it while the context is open. First come, first served."""
        async with self._queue:
            while (pause := self._pause_s()) > 0:  # noqa: ASYNC110 -- room comes with time, not with an event
                await asyncio.sleep(pause)
            self._active += 1
            self.sent += 1
        try:
            yield
        finally:
            self._active -= 1
            self._ended.append(time.monotonic())

    def allow(self, most: int, window_s: float) -> None:
        """Change the window. Earlier requests still count."""
        self._most = most
        self._window_s = window_s

    def pause(self, seconds: float) -> None:
        """Start no request for this many seconds (the service answered 429)."""
        self._paused_until = max(self._paused_until, time.monotonic() + seconds)

    @property
    def paused_s(self) -> float:
        """Seconds until the service's pause is over; 0 when there is none."""
        return max(0.0, self._paused_until - time.monotonic())

    def _pause_s(self) -> float:
        now = time.monotonic()
        while self._ended and self._ended[0] <= now - self._window_s:
            self._ended.popleft()
        if now < self._paused_until:
            return self._paused_until - now
        if self._active + len(self._ended) < self._most:
            return 0.0
        return max(self._ended[0] + self._window_s - now, 0.001) if self._ended else 0.01
