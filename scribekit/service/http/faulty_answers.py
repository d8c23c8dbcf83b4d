"""Answers the requests that a fault has hit."""

from __future__ import annotations

import asyncio
import functools
import uuid
import zlib
from contextlib import suppress
from http import HTTPStatus

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Send

from scribekit.base import contract
from scribekit.service.http.bodies import BodyError
from scribekit.service.http.endpoints import Endpoint, error_response, too_many_response
from scribekit.service.state.connections import Connections
from scribekit.service.state.service import Service

DRIP_S = 0.1
BOMB_PIECE_BYTES, BOMB_PIECES = 10_000_000, 150


class FaultyAnswers:
    """Plays the faults of requests.

    Args:
        service: The parts that the endpoints work on.
        connections: The open connections, for the faults that drop one.
    """

    def __init__(self, service: Service, connections: Connections) -> None:
        self._service = service
        self._connections = connections

    async def answer(self, fault: str, endpoint: Endpoint, request: Request, transcript_id: str, send: Send) -> int | None:
        """Answer a request as the fault demands; return the status that was sent, or None for a dropped connection."""
        if fault == "reset_before":
            await self._connections.reset(request.scope)
            return None
        if fault == "late":
            await self._drop_and_work_later(endpoint, request, transcript_id)
            return None
        if (error := self._error(fault)) is not None:
            await drain(request)
            await error(request.scope, request.receive, send)
            return error.status_code
        response = await endpoint(self._service, request, transcript_id)
        if fault == "reset_after":
            await self._connections.reset(request.scope)
            return None
        await self._send_damaged(fault, response, request, send)
        return response.status_code

    async def _drop_and_work_later(self, endpoint: Endpoint, request: Request, transcript_id: str) -> None:
        await request.body()  # kept by the request, for the endpoint that runs when the connection is gone
        await self._connections.reset(request.scope)

        async def work() -> None:
            await asyncio.sleep(self._service.fault_draws.faults.late_s)
            await endpoint(self._service, request, transcript_id)

        self._service.background.start(work())

    def _error(self, fault: str) -> Response | None:
        if fault in ("too_many", "too_many_403"):
            return too_many_response(self._service.fault_draws.faults.retry_after_s, 403 if fault == "too_many_403" else 429)
        if fault == "too_many_bare":
            return error_response(contract.ERROR_TOO_MANY, 429)
        form, _, code = fault.partition("_")
        if form not in ("http", "html"):
            return None
        status = HTTPStatus(int(code))
        if form == "html":
            return Response(_web_page(status), status, media_type="text/html")
        return error_response(contract.ERROR_SERVER if status == HTTPStatus.INTERNAL_SERVER_ERROR else status.phrase, status)

    async def _send_damaged(self, fault: str, response: Response, request: Request, send: Send) -> None:
        if fault == "drip":
            await self._drip(response, request, send)
            return
        if fault in ("bomb", "other_id"):
            packed = {"content-encoding": "gzip"} if fault == "bomb" else None
            body = await asyncio.to_thread(_bomb) if fault == "bomb" else _with_other_id(response.body)
            await Response(body, response.status_code, packed, response.media_type)(request.scope, request.receive, send)
            return
        half = len(response.body) // 2
        if fault == "cut_json":
            await Response(response.body[:half], response.status_code, media_type=response.media_type)(request.scope, request.receive, send)
            return
        await send({"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers})
        await send({"type": "http.response.body", "body": response.body[:half], "more_body": True})
        if fault == "truncate":
            await self._connections.close(request.scope)
            return
        await asyncio.sleep(self._service.fault_draws.faults.slow_body_s)
        await send({"type": "http.response.body", "body": response.body[half:]})

    async def _drip(self, response: Response, request: Request, send: Send) -> None:
        await send({"type": "http.response.start", "status": response.status_code, "headers": [(b"content-type", b"application/json")]})
        while not await request.is_disconnected():
            await send({"type": "http.response.body", "body": b" ", "more_body": True})
            await asyncio.sleep(DRIP_S)


async def drain(request: Request) -> None:
    """Read an unwanted body to its end, if it has one: an answer in the middle of it would be lost when the connection closes."""
    with suppress(BodyError):
        async for _ in request.stream():
            pass


@functools.cache
def _bomb() -> bytes:
    packer, piece = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16), b" " * BOMB_PIECE_BYTES
    return b"".join([*(packer.compress(piece) for _ in range(BOMB_PIECES)), packer.flush()])


def _with_other_id(body: bytes | memoryview) -> bytes:
    values = msgspec.json.decode(body)
    return msgspec.json.encode({**values, "id": str(uuid.uuid4())} if "id" in values else values)


def _web_page(status: HTTPStatus) -> str:
    title = f"{status.value} {status.phrase}"
    return f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
