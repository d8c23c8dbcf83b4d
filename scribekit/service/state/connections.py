"""The open connections, so that a fault can drop the connection of a request."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any

from starlette.types import Scope
from uvicorn.protocols.http.auto import AutoHTTPProtocol

_NO_LINGER = struct.pack("ii", 1, 0)


class Connections:
    """Open connections by the address of their client."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, int] | None, tuple[asyncio.Transport, asyncio.Event]] = {}

    def protocol(self) -> type[asyncio.Protocol]:
        """Return the server's HTTP protocol, which registers its connections here."""
        connections = self

        class Registered(AutoHTTPProtocol):  # type: ignore[misc, valid-type]  # chosen at import by what is installed
            def connection_made(self, transport: asyncio.Transport) -> None:
                super().connection_made(transport)
                connections._open[self.client] = (transport, asyncio.Event())

            def connection_lost(self, exc: Exception | None) -> None:
                super().connection_lost(exc)
                connections._open.pop(self.client)[1].set()

        return Registered

    async def reset(self, scope: Scope) -> None:
        """Drop the connection of a request so that the client sees a reset; do nothing when the client has left."""
        if (found := self._open.get(scope["client"])) is None:
            return
        transport, closed = found
        raw: Any = transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        transport.abort()
        await closed.wait()

    async def close(self, scope: Scope) -> None:
        """Close the connection of a request after what was sent; do nothing when the client has left."""
        if (found := self._open.get(scope["client"])) is None:
            return
        transport, closed = found
        transport.close()
        await closed.wait()
