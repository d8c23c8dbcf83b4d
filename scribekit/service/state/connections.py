"""The open connections: those that send no request in time are closed, and a fault can drop the connection of a request."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import h11
from starlette.types import Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

FIRST_REQUEST_S = 30.0
KEEP_ALIVE_S = 75
"""How long a client may take to send the head of its first request, and of each further one."""

_NO_LINGER = struct.pack("ii", 1, 0)


class _Open:
    """One open connection."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self.closed = asyncio.Event()
        self.requests = 0
        self.unsent_bytes = 0
        self.wait_for_request(FIRST_REQUEST_S)

    def wait_for_request(self, patience_s: float) -> None:
        self.timer = asyncio.get_running_loop().call_later(patience_s, self._close_unless_the_client_still_reads)

    def _close_unless_the_client_still_reads(self) -> None:
        before, self.unsent_bytes = self.unsent_bytes, self.transport.get_write_buffer_size()
        if is_still_reading(self.unsent_bytes, before):
            self.wait_for_request(KEEP_ALIVE_S)
        elif self.unsent_bytes:
            self.reset()
        else:
            self.transport.close()

    def reset(self) -> None:
        """Drop the connection at once, with all that is not sent yet."""
        raw: Any = self.transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self.transport.abort()


def is_still_reading(unsent_bytes: int, unsent_before: int) -> bool:
    """Whether a client has an answer before it of which it took a part since the last look.

    Example:
        >>> is_still_reading(500, 800), is_still_reading(800, 800), is_still_reading(0, 800)
        (True, False, False)
    """
    return unsent_bytes not in (0, unsent_before)


class Connections:
    """Open connections by the address of their client."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, int] | None, _Open] = {}

    def protocol(self) -> type[asyncio.Protocol]:
        """Return the server's HTTP protocol, which registers its connections here.

        It is always that of h11, whose limits on heads and chunks are known, whatever else is installed.
        """
        connections = self

        class Registered(H11Protocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
                super().connection_made(transport)
                connections._open[self.client] = _Open(transport)

            def connection_lost(self, exc: Exception | None) -> None:
                super().connection_lost(exc)
                lost = connections._open.pop(self.client)
                lost.timer.cancel()
                lost.closed.set()

            def send_400_response(self, msg: str) -> None:
                if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
                    super().send_400_response(msg)
                else:  # nonsense after the answer
                    self.transport.abort()

        return Registered

    @contextmanager
    def busy(self, scope: Scope) -> Iterator[None]:
        """Keep the connection of a request open while the block runs; from then on it waits for the next request."""
        found = self._open.get(scope["client"])
        if found is None:
            yield
            return
        found.timer.cancel()
        found.requests += 1
        try:
            yield
        finally:
            found.requests -= 1
            if not found.requests and not found.closed.is_set():
                found.wait_for_request(KEEP_ALIVE_S)

    async def reset(self, scope: Scope) -> None:
        """Drop the connection of a request so that the client sees a reset; do nothing when the client has left."""
        if (found := self._open.get(scope["client"])) is None:
            return
        found.reset()
        await found.closed.wait()

    async def close(self, scope: Scope) -> None:
        """Close the connection of a request after what was sent; do nothing when the client has left."""
        if (found := self._open.get(scope["client"])) is None:
            return
        found.transport.close()
        await found.closed.wait()
