"""Listens for the service's webhook calls, on the engine's own loop. It checks where a call comes from, and passes on a hint."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Literal

from scribekit.api.webhook import HEADER, Webhook
from scribekit.base.errors import MissingExtraError, ServiceStoppedError

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

MOST_BYTES = 65_536
START_S = 5.0

Reception = Literal["accepted", "repeated", "unknown"]
Hint = Callable[[str], Reception]
"""Takes a transcript id; says whether someone waits for it, has had it already, or never heard of it."""


@contextlib.asynccontextmanager
async def listening(webhook: Webhook, hint: Hint) -> AsyncIterator[None]:
    """Listen while the context is open.

    Args:
        webhook: Where to listen, the secret of genuine calls, and the count of what came.
        hint: Is given the transcript id of each genuine call.

    Raises:
        MissingExtraError: starlette or uvicorn is not installed.
        ServiceStoppedError: The port cannot be listened on.
    """
    try:
        import uvicorn
    except ImportError:
        raise MissingExtraError("local", "Receiving webhooks") from None
    config = uvicorn.Config(
        application(webhook, hint),
        host=webhook.host,
        port=webhook.port,
        log_level="critical",
        access_log=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    # uvicorn ends the process when it cannot bind; in somebody's notebook that must be an error instead.
    serving = asyncio.create_task(_serve(server))
    try:
        await _started(server, serving, webhook)
        yield
    finally:
        server.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await serving


async def _serve(server: object) -> None:
    with contextlib.suppress(SystemExit):
        await server.serve()  # type: ignore[attr-defined]  # uvicorn.Server, which is imported only when it is needed


async def _started(server: object, serving: asyncio.Task[None], webhook: Webhook) -> None:
    deadline = asyncio.get_running_loop().time() + START_S
    while not server.started:  # type: ignore[attr-defined]
        if serving.done() or asyncio.get_running_loop().time() > deadline:
            raise ServiceStoppedError(
                "webhook_port",
                f"The webhook receiver cannot listen on {webhook.host}:{webhook.port}; another program may use the port. "
                "Give Webhook(port=…) a free one, or leave webhook= out: polling does the same, a little later.",
            )
        await asyncio.sleep(0.01)


def application(webhook: Webhook, hint: Hint) -> Starlette:
    """The application that answers the calls: 401 to a forged one, 400 to one that makes no sense, else 200."""
    from starlette.applications import Starlette
    from starlette.responses import Response
    from starlette.routing import Route

    async def receive(request: Request) -> Response:
        if not hmac.compare_digest(request.headers.get(HEADER, "").encode(), webhook.secret.encode()):
            webhook.calls["forged"] += 1
            return Response(status_code=401)
        transcript_id = await _transcript_id(request)
        if transcript_id is None:
            webhook.calls["malformed"] += 1
            return Response(status_code=400)
        webhook.calls[hint(transcript_id)] += 1
        return Response(status_code=200)

    return Starlette(routes=[Route("/{path:path}", receive, methods=["POST"])])


async def _transcript_id(request: Request) -> str | None:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            return None
    try:
        value = json.loads(body)["transcript_id"]
    except (ValueError, KeyError, TypeError):
        return None
    return value if isinstance(value, str) else None
