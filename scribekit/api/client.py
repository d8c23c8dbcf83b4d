"""The one owner of HTTP: the service's endpoints as calls that return the answers of :mod:`scribekit.api.answers`.

A call never raises for a failure of the service or the network; it returns what happened, and
:func:`scribekit.batch.steps.next_step` decides. Nothing here retries. No body, text, key or signed address is ever logged.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import math
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import Any, BinaryIO

import anyio
import httpx
import msgspec

from scribekit.api.answers import Accepted, NoAnswer, Refused, StatusReport, Unusable, Uploaded
from scribekit.api.connection import Connection
from scribekit.api.rate_limit import RateLimiter
from scribekit.base import contract
from scribekit.base.errors import reason
from scribekit.base.files import open_regular, size_of
from scribekit.base.request_logs import masked_requests

CHUNK_BYTES = 1 << 18
TIMEOUT = httpx.Timeout(30.0, connect=10.0, pool=None)
UPLOAD_TIMEOUT = httpx.Timeout(120.0, connect=10.0, pool=None)
CONNECTIONS = 16
"""Requests under way at once. The rest wait for a semaphore: the HTTP pool would search its whole queue for each of them."""

LONGEST_PAUSE_S = 3600.0
"""The longest pause that a ``Retry-After`` header can ask for."""

SHORTEST_SECRET = 8
"""A key or secret of this many characters or more is cut out of what the service says; a shorter one may be a word."""

_log = logging.getLogger("scribekit.api.client")

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL)


class _Created(msgspec.Struct):
    id: str
    status: str = "queued"


class _UploadAnswer(msgspec.Struct):
    upload_url: str


class _FileChangedError(Exception):
    """The size of a file has changed since its upload began."""


_CHANGED = Unusable("changed", "The file has changed since the manifest was read. Scan it again and submit the new manifest.")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A transcript as the service sent it: its head, and the body byte for byte."""

    head: contract.Head
    body: bytes

    @property
    def report(self) -> StatusReport:
        """The status of the job, as the service reports it."""
        return StatusReport(self.head.status, self.head.error)


class Client:
    """An open connection to one service. Use it as an asynchronous context manager.

    Args:
        connection: The service, and the key to it.
        limiter: Spreads the requests over time.
        secrets: What the service may repeat and nobody may read, beside the key.
    """

    def __init__(self, connection: Connection, limiter: RateLimiter, *, secrets: Sequence[str] = ()) -> None:
        self._limiter = limiter
        self._secrets = [secret for secret in (connection.api_key, *secrets) if len(secret) >= SHORTEST_SECRET]
        self._slots = asyncio.Semaphore(CONNECTIONS)
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
        """Upload a local file in pieces; return :class:`Unusable` when its SHA-256 is not the one in the manifest."""
        digest = hashlib.sha256()
        try:
            with await anyio.to_thread.run_sync(open_regular, path) as file:
                size = size_of(file)
                if size > contract.LARGEST_UPLOAD_BYTES:
                    return _CHANGED
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
                f"The file cannot be read any more ({reason(cause)}). Put it back, or give its new place with "
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
            delivery: The webhook options, or none.
        """
        body = json.dumps({"audio_url": audio_url, **json.loads(options), **delivery}).encode()
        answer = await self._send("POST", "/v2/transcript", content=body, headers={"content-type": "application/json"})
        if isinstance(answer, Refused | NoAnswer):
            return answer
        read = _decoded(answer, _Created)
        return read if isinstance(read, NoAnswer) else Accepted(read.id, read.status)

    async def get(self, transcript_id: str) -> Fetched | Refused | NoAnswer:
        """Fetch one transcript."""
        answer = await self._send("GET", f"/v2/transcript/{transcript_id}")
        if isinstance(answer, Refused | NoAnswer):
            return answer
        try:
            head = contract.read_head(answer)
        except contract.DECODE_ERRORS:
            return NoAnswer(sent=True, unreadable=True)
        head.error = self._without_secrets(head.error)
        return Fetched(head, answer)

    async def delete(self, transcript_id: str) -> bytes | Refused | NoAnswer:
        """Delete a transcript, and its uploaded audio, at the service."""
        return await self._send("DELETE", f"/v2/transcript/{transcript_id}")

    async def page(self, before_id: str | None = None) -> contract.ListPage | Refused | NoAnswer:
        """Fetch one page of the account's transcripts, newest first; with ``before_id`` those older than it."""
        params = {"limit": contract.LIST_LIMIT} | ({"before_id": before_id} if before_id else {})
        answer = await self._send("GET", "/v2/transcript", params=params)
        if isinstance(answer, Refused | NoAnswer):
            return answer
        try:
            page = contract.read_page(answer)
        except contract.DECODE_ERRORS:
            return NoAnswer(sent=True, unreadable=True)
        for item in page.transcripts:
            item.error = self._without_secrets(item.error)
        return page

    async def _send(self, method: str, path: str, **request: Any) -> bytes | Refused | NoAnswer:
        """Send a request; return the body of a success, or else what happened."""
        async with self._slots, self._limiter.request():
            try:
                with masked_requests():
                    async with self._http.stream(method, path, **request) as response:
                        # Not response.content: a response refers to itself and would keep its body until the garbage collector runs.
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
        refused = replace(refused, error=self._without_secrets(refused.error))
        if refused.retry_after_s is not None and refused.is_rate_limit:
            self._limiter.pause(refused.retry_after_s)
        _log.info("%s %s: HTTP %d", method, path, response.status_code)
        return refused

    def _without_secrets(self, text: str | None) -> str | None:
        for secret in self._secrets if text else ():
            text = (text or "").replace(secret, "…")
        return text


async def post_json(url: str, message: Mapping[str, Any]) -> None:
    """Post a short message to any other address, with a short timeout. The address is a secret as a whole: chat services take it for one.

    Raises:
        httpx.HTTPError: It was not delivered.
    """
    try:
        with masked_requests(whole=True):
            async with httpx.AsyncClient(timeout=httpx.Timeout(5.0)) as http:
                status = (await http.post(url, json=message)).status_code
    except httpx.HTTPError as cause:
        raise type(cause)("The message was not delivered.") from None
    if status >= 300:
        raise httpx.HTTPError(f"The message was not delivered (HTTP {status}).")


async def _pieces(file: BinaryIO, size: int, digest: Any) -> AsyncIterator[bytes]:
    """Yield the file's bytes, exactly ``size`` of them: the ``Content-Length`` header has announced that many."""
    left, stream = size, anyio.wrap_file(file)
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
    except contract.DECODE_ERRORS:
        return NoAnswer(sent=True, unreadable=True)


def _refusal(response: httpx.Response, body: bytes) -> Refused:
    error = None
    try:
        answer = json.loads(body)
        error = str(answer["error"]) if isinstance(answer, dict) and "error" in answer else None
    except ValueError:  # an HTML page of a proxy
        if contract.ERROR_TOO_MANY.casefold() in body.decode("utf-8", "replace").casefold():
            error = contract.ERROR_TOO_MANY
    return Refused(response.status_code, error, _retry_after_s(response.headers))


def _retry_after_s(headers: httpx.Headers) -> float | None:
    """Return the seconds of a ``Retry-After`` header, which may hold seconds or a date (RFC 9110, 10.2.3)."""
    value = headers.get("retry-after")
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = _seconds_until(value, headers.get("date", ""))
    return min(max(0.0, seconds), LONGEST_PAUSE_S) if math.isfinite(seconds) else None


def _seconds_until(date: str, now: str) -> float:
    """Return the seconds between two dates of the service's clock; NaN when one of them is not a date."""
    try:
        return (parsedate_to_datetime(date) - parsedate_to_datetime(now)).total_seconds()
    except (TypeError, ValueError):  # a TypeError when only one of them names its zone
        return math.nan
