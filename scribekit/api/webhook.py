"""Webhooks: where the service tells this process that a job has ended, and the receiver of its calls.

A call only passes on a hint. The receiver checks the secret of each call; the engine then asks the service itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlencode, urlsplit

from scribekit.api.identity import is_id
from scribekit.base.errors import MissingExtraError, OptionError, ServiceStoppedError

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

HEADER = "X-Scribekit-Secret"
JOB_PARAMETER = "job"
MAX_BODY_BYTES = 65_536
BODY_TIMEOUT_S = 10.0
"""The service itself gives up a call after ten seconds."""
MOST_CONNECTIONS = 500
"""More are answered 503. Calls that get lost so cost nothing: polling makes up for them."""
START_TIMEOUT_S = 5.0

Reception = Literal["accepted", "repeated", "unknown"]
Hint = Callable[[str], Reception]
"""Takes a transcript id. Returns whether a job waits for it, had it already, or nobody knows it."""


@dataclass(frozen=True)
class Webhook:
    """Where the service reaches this process, while ``submit_batch`` and ``collect`` wait.

    A call is only a hint: what it says is checked with the service. Slow polling makes up for calls that never come.

    Attributes:
        public_url: The http(s) URL that the service calls; a tunnel or proxy must lead from there to ``host`` and ``port``.
        host: The address to listen on.
        port: The port to listen on.
        secret: Comes back in a header of each genuine call; made at random. Neither it nor the URL is shown.
        calls: How many calls came, by what they were: ``accepted``, ``repeated``, ``unknown``, ``forged``, ``malformed``.

    Raises:
        OptionError: ``public_url`` is not an http(s) URL, or has a query or fragment of its own.

    Example:
        >>> Webhook("https://hooks.example.org/scribekit", port=8765).url_for("4f2a")
        'https://hooks.example.org/scribekit?job=4f2a'
    """

    public_url: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 8765
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    calls: Counter[str] = field(default_factory=Counter, compare=False)

    def __post_init__(self) -> None:
        """Refuse a URL that no call could come back through."""
        parts = urlsplit(self.public_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise OptionError(
                f"Webhook(public_url={self.public_url!r}): expected an http(s) URL without query or fragment, "
                "for example 'https://hooks.example.org/scribekit'."
            )

    def url_for(self, job_key: str) -> str:
        """Return the URL that the service calls when this job has ended."""
        return f"{self.public_url}?{urlencode({JOB_PARAMETER: job_key})}"

    def options_for(self, job_key: str) -> dict[str, str]:
        """Return the webhook options of the request that creates the job."""
        return {
            "webhook_url": self.url_for(job_key),
            "webhook_auth_header_name": HEADER,
            "webhook_auth_header_value": self.secret,
        }


@contextlib.asynccontextmanager
async def listening(webhook: Webhook, hint: Hint) -> AsyncIterator[None]:
    """Listen for calls while the context is open.

    Args:
        webhook: Where to listen, the secret of genuine calls, and the count of calls.
        hint: Is called with the transcript id of each genuine call.

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
        limit_concurrency=MOST_CONNECTIONS,
    )
    server = uvicorn.Server(config)
    # uvicorn ends the process when it cannot bind; in a notebook that must be an error instead.
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
    deadline = asyncio.get_running_loop().time() + START_TIMEOUT_S
    while not server.started:  # type: ignore[attr-defined]
        if serving.done() or asyncio.get_running_loop().time() > deadline:
            raise ServiceStoppedError(
                "webhook_port",
                f"The webhook receiver cannot listen on {webhook.host}:{webhook.port}; another program may use the port. "
                "Give Webhook(port=…) a free one, or drop webhook=: polling does the same, a little later.",
            )
        await asyncio.sleep(0.01)


def application(webhook: Webhook, hint: Hint) -> Starlette:
    """Return the application that answers the calls: 401 to a forged one, 400 to a malformed one, else 200."""
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
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            async for piece in request.stream():
                body += piece
                if len(body) > MAX_BODY_BYTES:
                    return None
        value = json.loads(body)["transcript_id"]
    except (TimeoutError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return value if is_id(value) else None
