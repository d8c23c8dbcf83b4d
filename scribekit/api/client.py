"""The one owner of HTTP: the service's endpoints as calls that answer in the terms of :mod:`scribekit.jobs`.

A call never raises for what a service or a network can do; it says what happened, and the decision is made elsewhere. Nothing here tries
again. No body, text or key is ever logged.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import math
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

import anyio
import httpx
import msgspec

from scribekit.api.answers import Accepted, NoAnswer, Refused, StatusReport, Unusable, Uploaded
from scribekit.api.connection import Connection
from scribekit.base import contract

CHUNK_BYTES = 1 << 18
TIMEOUT = httpx.Timeout(30.0, connect=10.0, pool=None)
UPLOAD_TIMEOUT = httpx.Timeout(120.0, connect=10.0, pool=None)
CONNECTIONS = 16
"""Requests under way at once. The rest wait here and not in the client's pool, which searches itself through for each that waits."""

LONGEST_PAUSE_S = 3600.0
"""However long the service asks to be left alone; it is asked again then."""

_log = logging.getLogger("scribekit.api.client")

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL)


class _Created(msgspec.Struct):
    id: str
    status: str = "queued"


class _UploadAnswer(msgspec.Struct):
    upload_url: str


class _FileChangedError(Exception):
    """A file has another size than when its upload began."""


_CHANGED = Unusable("changed", "The file has changed since the manifest was read. Scan it again and submit the new manifest.")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A transcript as the service has it: its head, and the body byte for byte."""

    head: contract.Head
    body: bytes

    @property
    def word(self) -> StatusReport:
        """The service's word on the job."""
        return StatusReport(self.head.status, self.head.error)


class Meter(Protocol):
    """Keeps requests within the account's window."""

    def request(self) -> AbstractAsyncContextManager[None]:
        """Wait for a place, and hold it while the request is under way."""
        ...

    def pause(self, seconds: float) -> None:
        """Start no request for so long."""
        ...


class Client:
    """An open connection to one service. Use it as an asynchronous context manager."""

    def __init__(self, connection: Connection, meter: Meter) -> None:
        self._meter = meter
        self._lanes = asyncio.Semaphore(CONNECTIONS)
        self._http = httpx.AsyncClient(
            base_url=connection.base_url,
            headers={"authorization": connection.api_key, "user-agent": "scribekit"},
            timeout=TIMEOUT,
            limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
            follow_redirects=False,
            trust_env=not connection.is_loopback,
        )

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def upload(self, path: str, sha256: str) -> Uploaded | Refused | NoAnswer | Unusable:
        """Stream a local file up, in pieces; refuse it when it is not the one that the manifest knew."""
        file = anyio.Path(path)
        try:
            size = (await file.stat()).st_size
            digest = hashlib.sha256()
            answer = await self._send(
                "POST",
                "/v2/upload",
                content=_pieces(file, size, digest),
                headers={"content-length": str(size), "content-type": "application/octet-stream"},
                timeout=UPLOAD_TIMEOUT,
            )
        except _FileChangedError:
            return _CHANGED
        except OSError as cause:
            return Unusable(
                "missing",
                f"The file cannot be read any more ({cause.strerror}). Put it back, or say where it lies now with "
                "sk.relocate(corpus, folder); then send it again with sk.retry.",
            )
        if isinstance(answer, Refused | NoAnswer):
            return answer
        if digest.hexdigest() != sha256:
            return _CHANGED
        read = _decoded(answer, _UploadAnswer)
        return read if isinstance(read, NoAnswer) else Uploaded(read.upload_url)

    async def create(self, audio_url: str, options: str, delivery: Mapping[str, str]) -> Accepted | Refused | NoAnswer:
        """Create a job. The one call that can cost money.

        Args:
            audio_url: What the service is to fetch.
            options: The effective options as JSON.
            delivery: How the service is to tell us, if at all (the webhook options).
        """
        body = json.dumps({"audio_url": audio_url, **json.loads(options), **delivery}).encode()
        answer = await self._send("POST", "/v2/transcript", content=body, headers={"content-type": "application/json"})
        if isinstance(answer, Refused | NoAnswer):
            return answer
        read = _decoded(answer, _Created)
        return read if isinstance(read, NoAnswer) else Accepted(read.id, read.status)

    async def get(self, transcript_id: str) -> Fetched | Refused | NoAnswer:
        """One transcript."""
        answer = await self._send("GET", f"/v2/transcript/{transcript_id}")
        if isinstance(answer, Refused | NoAnswer):
            return answer
        try:
            return Fetched(contract.read_head(answer), answer)
        except contract.UNFIT:
            return NoAnswer(sent=True, unreadable=True)

    async def delete(self, transcript_id: str) -> bytes | Refused | NoAnswer:
        """Delete a transcript, and its uploaded audio, at the service."""
        return await self._send("DELETE", f"/v2/transcript/{transcript_id}")

    async def page(self, before_id: str | None = None) -> contract.ListPage | Refused | NoAnswer:
        """One page of the account's transcripts, newest first; with ``before_id`` those older than it."""
        params = {"limit": contract.LIST_LIMIT} | ({"before_id": before_id} if before_id else {})
        answer = await self._send("GET", "/v2/transcript", params=params)
        if isinstance(answer, Refused | NoAnswer):
            return answer
        try:
            return contract.read_page(answer)
        except contract.UNFIT:
            return NoAnswer(sent=True, unreadable=True)

    async def _send(self, method: str, path: str, **request: Any) -> bytes | Refused | NoAnswer:
        """The body of a success, or what came instead."""
        async with self._lanes, self._meter.request():
            try:
                async with self._http.stream(method, path, **request) as response:
                    # Not response.content: a response refers to itself and would keep its body until the collector comes round.
                    body = b"".join([piece async for piece in response.aiter_bytes()])
            except _NEVER_SENT as cause:
                _log.info("%s %s: not sent (%s)", method, path, type(cause).__name__)
                return NoAnswer(sent=False)
            except httpx.HTTPError as cause:
                _log.info("%s %s: no answer (%s)", method, path, type(cause).__name__)
                return NoAnswer(sent=True)
        if response.is_success:
            return body
        refused = _refusal(response, body)
        if refused.retry_after_s is not None and refused.status == httpx.codes.TOO_MANY_REQUESTS:
            self._meter.pause(refused.retry_after_s)
        _log.info("%s %s: HTTP %d", method, path, response.status_code)
        return refused


async def post_json(url: str, message: Mapping[str, Any]) -> None:
    """Post a short message to some other address, with a short patience.

    Raises:
        httpx.HTTPError: It was not delivered.
    """
    async with httpx.AsyncClient(timeout=httpx.Timeout(5.0)) as http:
        (await http.post(url, json=message)).raise_for_status()


async def _pieces(file: anyio.Path, size: int, digest: Any) -> AsyncIterator[bytes]:
    """The file's bytes, exactly ``size`` of them: that many were announced."""
    left = size
    async with await anyio.open_file(file, "rb") as stream:
        while piece := await stream.read(CHUNK_BYTES):
            left -= len(piece)
            if left < 0:
                raise _FileChangedError
            digest.update(piece)
            yield piece
    if left:
        raise _FileChangedError


def _decoded(body: bytes, shape: type[Any]) -> Any:
    try:
        return msgspec.json.decode(body, type=shape)
    except contract.UNFIT:
        return NoAnswer(sent=True, unreadable=True)


def _refusal(response: httpx.Response, body: bytes) -> Refused:
    error = None
    try:
        said = json.loads(body)
        error = str(said["error"]) if isinstance(said, dict) and "error" in said else None
    except ValueError:  # an HTML page from something in between
        pass
    return Refused(response.status_code, error, _retry_after_s(response.headers))


def _retry_after_s(headers: httpx.Headers) -> float | None:
    """Seconds from a ``Retry-After`` header, which may hold seconds or a date (RFC 9110, 10.2.3)."""
    value = headers.get("retry-after")
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = _seconds_until(value, headers.get("date", ""))
    return min(max(0.0, seconds), LONGEST_PAUSE_S) if math.isfinite(seconds) else None


def _seconds_until(date: str, now: str) -> float:
    """By the service's own clock; not a number when one of the two is no date."""
    try:
        return (parsedate_to_datetime(date) - parsedate_to_datetime(now)).total_seconds()
    except (TypeError, ValueError):  # a TypeError when only one of them names its zone
        return math.nan
