"""The HTTP server: one process, one event loop, one loopback address."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from scribekit.service.http.app import App
from scribekit.service.recognisers.base import Recogniser
from scribekit.service.state.connections import KEEP_ALIVE_S, Connections
from scribekit.service.state.service import Service
from scribekit.service.state.settings import Settings

HOST = "127.0.0.1"
BACKLOG = 2048
GRACE_S = 1
STDIN = 0
HEADERS = (("cross-origin-resource-policy", "same-origin"), ("x-content-type-options", "nosniff"), ("cache-control", "no-store"))
"""No web page may embed, guess at or keep what this service answers."""


def listen(port: int) -> socket.socket:
    """Return a socket that listens on loopback; port 0 takes a free port.

    Raises:
        OSError: The port is in use.
    """
    # asyncio sets TCP_NODELAY only when the protocol is named; without it every answer on a kept connection is 40 ms late.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener


def address(listener: socket.socket) -> str:
    """Return the base URL of the listener."""
    return f"http://{HOST}:{listener.getsockname()[1]}"


async def serve(
    listener: socket.socket,
    settings: Settings,
    recogniser: Recogniser,
    *,
    upload_dir: Path | None = None,
    exit_with_parent: bool = False,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Answer requests until SIGTERM or SIGINT, or, with ``exit_with_parent``, until standard input ends.

    Args:
        listener: From :func:`listen`.
        settings: How the service behaves.
        recogniser: Turns audio into words; closed at the end.
        upload_dir: Where the service makes its folder for uploads.
        exit_with_parent: Whether to end with the process that holds the other end of standard input. Keyboard interrupts are then
            left to that process.
        ready: Called when requests can be answered.
    """
    service = Service(settings, recogniser, upload_dir)
    connections = Connections()
    server = _Server(
        uvicorn.Config(
            App(service, connections),
            http=connections.protocol(),
            ws="none",
            lifespan="off",
            log_level="error",
            headers=list(HEADERS),
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=GRACE_S,
        )
    )
    signal.signal(signal.SIGTERM, server.handle_exit)
    signal.signal(signal.SIGINT, signal.SIG_IGN if exit_with_parent else server.handle_exit)
    if exit_with_parent:
        threading.Thread(target=_stop_at_end_of_input, args=(server,), daemon=True).start()
    try:
        ready()
        await server.serve(sockets=[listener])
    finally:
        await service.close()


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Do nothing: uvicorn would raise a caught signal again before the uploads are deleted."""
        yield


def _stop_at_end_of_input(server: uvicorn.Server) -> None:
    while os.read(STDIN, 4096):  # not sys.stdin: this thread would hold its lock for ever and crash the interpreter's exit
        pass
    server.should_exit = True
