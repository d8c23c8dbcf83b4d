"""The ASGI application: what happens to a request before and after its endpoint."""

from __future__ import annotations

import asyncio
import time
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from scribekit.base import contract
from scribekit.service.http import access
from scribekit.service.http.bodies import LARGEST_JSON_BYTES, Body, BodyError
from scribekit.service.http.endpoints import CONTRACT, CONTROL, OWN, SIGNED, error_response, too_many_response
from scribekit.service.http.faulty_answers import FaultyAnswers, drain
from scribekit.service.state import redacted_copies
from scribekit.service.state.connections import Connections
from scribekit.service.state.service import Service

OTHER = "other"
"""The kind of requests for addresses that are not in the contract."""

UPLOAD = "POST /v2/upload"
SEND_S = 60.0
"""How long a client may take to receive a part of its answer."""


class App:
    """Routes and counts requests, checks who asks and the request limit, and injects faults.

    Args:
        service: The parts that the endpoints work on.
        connections: The open connections: those that wait too long are closed, and some faults drop one.
    """

    def __init__(self, service: Service, connections: Connections) -> None:
        self._service = service
        self._connections = connections
        self._faulty_answers = FaultyAnswers(service, connections)
        self._uncounted = {**SIGNED, **OWN, **(CONTROL if service.settings.control else {})}
        self._hosts = access.own_hosts(urlsplit(service.settings.base_url).port or 80)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        kind, transcript_id = route(scope["method"], scope["path"])
        request = Request(scope, Body(receive, contract.LARGEST_UPLOAD_BYTES if kind == UPLOAD else LARGEST_JSON_BYTES))

        async def send_in_time(message: Message) -> None:
            try:
                async with asyncio.timeout(SEND_S):
                    await send(message)
            except TimeoutError:
                await self._connections.reset(scope)
                raise ClientDisconnect from None

        with self._connections.busy(scope):
            try:
                if kind in self._uncounted:
                    response = await self._uncounted_response(kind, transcript_id, request)
                    await response(scope, receive, send_in_time)
                else:
                    await self._answer(kind, transcript_id, request, receive, send_in_time)
            except ClientDisconnect:
                return

    async def _uncounted_response(self, kind: str, transcript_id: str, request: Request) -> Response:
        refused = self._refused(request, needs_key=kind not in SIGNED)
        if refused is not None:
            await drain(request)
            return error_response(refused.error, refused.status)
        try:
            return await self._uncounted[kind](self._service, request, transcript_id)
        except BodyError as error:
            return _unread(error)

    async def _answer(self, kind: str, transcript_id: str, request: Request, receive: Receive, send: Send) -> None:
        endpoint = CONTRACT.get(kind)
        if endpoint is None:
            kind = OTHER
        counters, now = self._service.counters, time.monotonic()
        counters.asked(kind, now)
        refusal = self._refusal(request, now)
        try:
            if refusal is not None or endpoint is None:
                await drain(request)
                response = refusal or error_response("Not found", 404)
            elif fault := self._service.fault_draws.for_request(kind):
                counters.faults[fault] += 1
                counters.answered(kind, await self._faulty_answers.answer(fault, endpoint, request, transcript_id, send))
                return
            else:
                response = await endpoint(self._service, request, transcript_id)
        except BodyError as error:
            response = _unread(error)
        counters.answered(kind, response.status_code)
        await response(request.scope, receive, send)

    def _refusal(self, request: Request, now: float) -> Response | None:
        refused = self._refused(request, needs_key=True)
        if refused is not None:
            return error_response(refused.error, refused.status)
        wait_s = self._service.rate_window.retry_after(now)
        return None if wait_s is None else too_many_response(wait_s)

    def _refused(self, request: Request, *, needs_key: bool) -> access.Refusal | None:
        refused = access.misdirected(request.headers, self._hosts)
        if refused is None and needs_key:
            refused = access.keyless(request.headers, self._service.settings.api_key)
        return refused


def _unread(error: BodyError) -> Response:
    return error_response(str(error), error.status, {"connection": "close"})


def route(method: str, path: str) -> tuple[str, str]:
    """Return the kind of a request, and the transcript id (or the name of a copy) in its path.

    Example:
        >>> route("GET", "/v2/transcript/8c2f/srt")
        ('GET /v2/transcript/{id}/srt', '8c2f')
    """
    parts = path.rstrip("/").split("/")
    if path.startswith(redacted_copies.PATH):
        return f"{method} {redacted_copies.PATH}{{name}}", path.removeprefix(redacted_copies.PATH)
    if parts[:3] != ["", "v2", "transcript"] or len(parts) == 3:
        return f"{method} {'/'.join(parts)}", ""
    transcript_id, parts[3] = parts[3], "{id}"
    return f"{method} {'/'.join(parts)}", transcript_id
