"""The ASGI application: what happens to a request before and after its endpoint."""

from __future__ import annotations

import asyncio
import hmac
import time

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from scribekit import wire
from scribekit.service.connections import Connections
from scribekit.service.endpoints import CONTRACT, CONTROL, OPEN, Endpoint, error_response
from scribekit.service.service import Service


class App:
    """Routes, counts, checks the key and the request budget, and makes the faults that were asked for.

    Args:
        service: The parts that the endpoints work on.
        connections: The open connections, for the faults that drop one.
    """

    def __init__(self, service: Service, connections: Connections) -> None:
        self._service = service
        self._connections = connections
        self._open = {**OPEN, **CONTROL} if service.settings.control else OPEN

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        request = Request(scope, receive)
        kind, transcript_id = route(request.method, scope["path"])
        endpoint = self._open.get(kind)
        try:
            if endpoint is not None:
                response = await endpoint(self._service, request, transcript_id)
                await response(scope, receive, send)
            else:
                await self._answer(kind, transcript_id, request, send)
        except ClientDisconnect:
            return

    async def _answer(self, kind: str, transcript_id: str, request: Request, send: Send) -> None:
        endpoint = CONTRACT.get(kind)
        self._service.books.requests[kind if endpoint else "other"] += 1
        refusal = self._refusal(request)
        if refusal is not None or endpoint is None:
            await _drain(request)
            await (refusal or error_response("Not found", 404))(request.scope, request.receive, send)
            return
        fault = self._service.plan.for_request(kind)
        if fault == "reset_before":
            await self._connections.reset(request.scope)
            return
        response = await self._work(fault, endpoint, request, transcript_id)
        await self._send(fault, response, request, send)

    def _refusal(self, request: Request) -> Response | None:
        if not _is_key(request.headers.get("authorization", ""), self._service.settings.api_key):
            return error_response(wire.ERROR_TOKEN, 401)
        wait_s = self._service.window.retry_after(time.monotonic())
        return None if wait_s is None else _too_many(wait_s)

    async def _work(self, fault: str | None, endpoint: Endpoint, request: Request, transcript_id: str) -> Response:
        if fault in ("http_500", "http_503", "too_many"):
            await _drain(request)
            if fault == "too_many":
                return _too_many(self._service.plan.faults.retry_after_s)
            return error_response(wire.ERROR_SERVER, 500) if fault == "http_500" else Response("unavailable", 503)
        return await endpoint(self._service, request, transcript_id)

    async def _send(self, fault: str | None, response: Response, request: Request, send: Send) -> None:
        if fault == "reset_after":
            await self._connections.reset(request.scope)
        elif fault in ("truncate", "slow_body"):
            await send({"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers})
            half = len(response.body) // 2
            await send({"type": "http.response.body", "body": response.body[:half], "more_body": True})
            if fault == "truncate":
                await self._connections.close(request.scope)
                return
            await asyncio.sleep(self._service.plan.faults.slow_body_s)
            await send({"type": "http.response.body", "body": response.body[half:]})
        else:
            await response(request.scope, request.receive, send)


def route(method: str, path: str) -> tuple[str, str]:
    """The kind of a request, and the transcript id in its path.

    Example:
        >>> route("GET", "/v2/transcript/8c2f/srt")
        ('GET /v2/transcript/{id}/srt', '8c2f')
    """
    parts = path.rstrip("/").split("/")
    if parts[:3] != ["", "v2", "transcript"] or len(parts) == 3:
        return f"{method} {'/'.join(parts)}", ""
    transcript_id, parts[3] = parts[3], "{id}"
    return f"{method} {'/'.join(parts)}", transcript_id


def _is_key(given: str, wanted: str | None) -> bool:
    return bool(given.strip()) if wanted is None else hmac.compare_digest(given.encode(), wanted.encode())


def _too_many(wait_s: int) -> Response:
    return error_response(wire.ERROR_TOO_MANY, 429, {"retry-after": str(wait_s)})


async def _drain(request: Request) -> None:
    """Reads an unwanted body to its end: an answer in the middle of it would be lost when the connection closes."""
    async for _ in request.stream():
        pass
