"""Uploads that share a bandwidth, as they do on the way out of an office."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator


class Bandwidth:
    """Lets the bodies of all uploads together come in no faster than a line of so many megabits a second would carry them.

    What a client has sent ahead waits in its own and the system's buffers, as it would on a slow line.

    Args:
        mbps: Megabits per second; None for no limit.
    """

    def __init__(self, mbps: float | None) -> None:
        self._bytes_per_s = mbps * 1e6 / 8 if mbps else None
        self._free_at = 0.0

    async def paced(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The chunks, each when the line has carried it; chunks of several uploads take turns as they come."""
        clock = asyncio.get_running_loop().time
        async for chunk in chunks:
            if self._bytes_per_s:
                self._free_at = max(self._free_at, clock()) + len(chunk) / self._bytes_per_s
                await asyncio.sleep(self._free_at - clock())
            yield chunk
