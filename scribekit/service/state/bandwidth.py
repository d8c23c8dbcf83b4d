"""Limits the bandwidth that all uploads share, as the line of an office does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator


class Bandwidth:
    """Receives the bodies of all uploads together no faster than a line of this bandwidth would.

    The rest of what a client has sent waits in buffers of the client and the system, as on a slow line.

    Args:
        mbps: Megabits per second; None for no limit.
    """

    def __init__(self, mbps: float | None) -> None:
        self._bytes_per_s = mbps * 1e6 / 8 if mbps else None
        self._free_at = 0.0

    async def paced(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Yield each chunk when the line has carried it; chunks of several uploads take turns in order of arrival."""
        clock = asyncio.get_running_loop().time
        async for chunk in chunks:
            if self._bytes_per_s:
                self._free_at = max(self._free_at, clock()) + len(chunk) / self._bytes_per_s
                await asyncio.sleep(self._free_at - clock())
            yield chunk
