"""The meter that keeps every request of this process within the account's window."""

from __future__ import annotations

import asyncio
import collections
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from scribekit.api.connection import Connection
from scribekit.api.limits import Limits

_meters: dict[tuple[str, str], RateLimiter] = {}


def limiter_for(connection: Connection, limits: Limits) -> RateLimiter:
    """The one meter of this process for an account at a service."""
    account = (connection.base_url, connection.api_key)
    meter = _meters.setdefault(account, RateLimiter(limits.requests_per_window, limits.window_s))
    meter.allow(limits.requests_per_window, limits.window_s)
    return meter


class RateLimiter:
    """Lets at most ``most`` requests into any stretch of ``window_s`` seconds, and none while the service asks for a pause.

    A request counts from its start until ``window_s`` after its end: wherever between the two the service counts it,
    the account's window is kept.

    Args:
        most: Requests in a window.
        window_s: Length of the window in seconds.
    """

    def __init__(self, most: int, window_s: float) -> None:
        self.allow(most, window_s)
        self._ended: collections.deque[float] = collections.deque()
        self._under_way = 0
        self._paused_until = 0.0
        self._turn = asyncio.Lock()
        self.sent = 0

    @asynccontextmanager
    async def request(self) -> AsyncIterator[None]:
        """Wait for a place, then hold it while the request is under way. First come, first served."""
        async with self._turn:
            while (pause := self._pause_s()) > 0:  # noqa: ASYNC110 -- a place falls free with time, not with an event
                await asyncio.sleep(pause)
            self._under_way += 1
            self.sent += 1
        try:
            yield
        finally:
            self._under_way -= 1
            self._ended.append(time.monotonic())

    def allow(self, most: int, window_s: float) -> None:
        """Change the window; what was sent before still counts."""
        self._most = most
        self._window_s = window_s

    def pause(self, seconds: float) -> None:
        """Start no request for so long (the service answered 429)."""
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
        if self._under_way + len(self._ended) < self._most:
            return 0.0
        return max(self._ended[0] + self._window_s - now, 0.001) if self._ended else 0.01
