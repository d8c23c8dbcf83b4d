"""The ASGI application: what happens to a request before and after its endpoint."""

from __future__ import annotations

import hmac
import time

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from scribekit.base import contract
from scribekit.service.http.endpoints import CONTRACT, CONTROL, PUBLIC, error_response, too_many_response
from scribekit.service.http.faulty_answers import FaultyAnswers, drain
from scribekit.service.state import redacted_copies
from scribekit.service.state.connections import Connections
from scribekit.service.state.service import Service

OTHER = "other"
"""The kind of requests for addresses that are not in the contract."""


class App:
    """Routes and counts requests, checks the key and the request limit, and injects faults.

    Args:
        service: The parts that the endpoints work on.
        connections: The open connections, for the faults that drop one.
    """

    def __init__(self, service: Service, connections: Connections) -> None:
        self._service = service
        self._faulty_answers = FaultyAnswers(service, connections)
        self._public = {**PUBLIC, **CONTROL} if service.settings.control else PUBLIC

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        kind, transcript_id = route(request.method, scope["path"])
        endpoint = self._public.get(kind)
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
        if endpoint is None:
            kind = OTHER
        counters, now = self._service.counters, time.monotonic()
        counters.asked(kind, now)
        refusal = self._refusal(request, now)
        if refusal is not None or endpoint is None:
            await drain(request)
            response = refusal or error_response("Not found", 404)
        elif fault := self._service.fault_draws.for_request(kind):
            counters.faults[fault] += 1
            counters.answered(kind, await self._faulty_answers.answer(fault, endpoint, request, transcript_id, send))
            return
        else:
            response = await endpoint(self._service, request, transcript_id)
        counters.answered(kind, response.status_code)
        await response(request.scope, request.receive, send)

    def _refusal(self, request: Request, now: float) -> Response | None:
        if not _is_key(request.headers.get("authorization", ""), self._service.settings.api_key):
            return error_response(contract.ERROR_TOKEN, 401)
        wait_s = self._service.rate_window.retry_after(now)
        return None if wait_s is None else too_many_response(wait_s)


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


def _is_key(key: str, expected: str | None) -> bool:
    return bool(key.strip()) if expected is None else hmac.compare_digest(key.encode(), expected.encode())
