"""The one owner of HTTP: the service's endpoints as calls that return the answers of :mod:`scribekit.api.answers`.

A call never raises for a failure of the service or the network; it returns what happened, and
:func:`scribekit.batch.steps.next_step` decides. Nothing here retries. No body, text, key or signed address is ever logged.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import hashlib
import importlib.util
import json
import logging
import os
import ssl
import urllib.request
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import anyio
import httpx
import msgspec

from scribekit.api import answer_reading, first_contact
from scribekit.api.answer_reading import WrongAnswerError
from scribekit.api.answers import Accepted, Fetched, NoAnswer, Page, Refused, Trouble, Unusable, Uploaded
from scribekit.api.connection import Connection
from scribekit.api.failures import Failure
from scribekit.api.limits import Limits
from scribekit.api.proxies import Proxy, proxy_for
from scribekit.api.rate_limit import RateLimiter
from scribekit.base import contract
from scribekit.base.answer_body import ACCEPTED, ERROR_BYTES, SMALL_BYTES, UnreadableBodyError, read_body
from scribekit.base.errors import MissingExtraError, OptionError, reason
from scribekit.base.files import open_regular, size_of
from scribekit.base.request_logs import masked_requests
from scribekit.base.retry_after import retry_after_s
from scribekit.base.service_address import SHORTEST_KEY

T = TypeVar("T")

CHUNK_BYTES = 1 << 18
TIMEOUT = httpx.Timeout(30.0, connect=10.0, pool=None)
UPLOAD_TIMEOUT = httpx.Timeout(120.0, connect=10.0, pool=None)
PIECE_S = 120.0
"""How long ``CHUNK_BYTES`` of a download may take."""
ALERT_S = 15.0
CONNECTIONS = 16
"""Requests under way at once. The rest wait for a semaphore: the HTTP pool would search its whole queue for each of them."""

LONGEST_PAUSE_S = 3600.0
"""The longest pause that a ``Retry-After`` header can ask for."""

FIRST_CONTACT_S = 4.0
"""How long an address that has never answered may take until its answer begins. The embedded service is known to be there, only busy."""
FIRST_TIMEOUT = httpx.Timeout(FIRST_CONTACT_S, connect=0.75 * FIRST_CONTACT_S, pool=None)

_AS_IT_IS = {"accept-encoding": "identity"}

_log = logging.getLogger("scribekit.api.client")

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.UnsupportedProtocol, httpx.InvalidURL)
_TROUBLES = (
    (httpx.ProxyError, Trouble.PROXY),
    (httpx.ConnectTimeout, Trouble.CONNECT_TIMEOUT),
    (httpx.TimeoutException, Trouble.SILENT),
    (httpx.ConnectError, Trouble.UNREACHABLE),
    (httpx.RemoteProtocolError, Trouble.NOT_HTTP),
)
"""What an error of the HTTP library means where no error of the system says more."""


class _RedactedAudio(msgspec.Struct):
    redacted_audio_url: str | None = None


class _FileChangedError(Exception):
    """The size of a file has changed since its upload began."""


CHANGED = Unusable("changed", "The file has changed since the manifest was read. Scan it again and submit the new manifest.")
"""The answer to an upload of bytes that are not those of the manifest."""


@dataclass(frozen=True, slots=True)
class RedactedAudio:
    """The copy of a recording in which personal data are masked.

    Attributes:
        url: A signed address that anyone may fetch it from; None while it is not ready.
    """

    url: str | None = field(repr=False)


class TooLargeError(Exception):
    """A download is larger than allowed."""


class Client:
    """An open connection to one service. Use it as an asynchronous context manager.

    Proxies and certificates are those that the environment names when it is made.

    Args:
        connection: The service, and the key to it.
        limiter: Spreads the requests over time.
        secrets: What the service may repeat and nobody may read, beside the key.

    Raises:
        OptionError: A proxy's variable or ``SSL_CERT_FILE`` is not right.
        MissingExtraError: There is a SOCKS proxy, and no library for it.
    """

    def __init__(self, connection: Connection, limiter: RateLimiter, limits: Limits | None = None, *, secrets: Sequence[str] = ()) -> None:
        self._limiter = limiter
        self._limits = limits or Limits()
        self._connection = connection
        self._secrets = [secret for secret in (connection.api_key, *secrets) if len(secret) >= SHORTEST_KEY]
        self._has_answered = connection.forgets_jobs
        self._slots = asyncio.Semaphore(CONNECTIONS)
        self._proxy = _proxy_for(connection.base_url)
        self._http = _http(
            connection.base_url,
            self._proxy,
            base_url=connection.base_url,
            headers={"authorization": connection.api_key, "user-agent": "scribekit", "accept-encoding": ACCEPTED},
            timeout=TIMEOUT,
            limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
        )

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    def first_contact_failure(self, answer: Refused | NoAnswer) -> Failure:
        """Return what the answer to the first request says about the address; its recovery is ``RETRY`` when it may pass in a moment."""
        return first_contact.failure_of(answer, self._connection, self._proxy)

    async def upload(self, path: str, sha256: str) -> Uploaded | Refused | NoAnswer | Unusable:
        """Upload a local file in pieces; return :class:`Unusable` when its SHA-256 is not the one in the manifest."""
        digest = hashlib.sha256()
        try:
            with await anyio.to_thread.run_sync(open_regular, path) as file:
                size = size_of(file)
                if size > contract.LARGEST_UPLOAD_BYTES:
                    return CHANGED
                answer = await self._send(
                    "POST",
                    "/v2/upload",
                    content=_pieces(file, size, digest),
                    headers={"content-length": str(size), "content-type": "application/octet-stream"},
                    timeout=UPLOAD_TIMEOUT,
                    read=answer_reading.uploaded,
                )
        except _FileChangedError:
            return CHANGED
        except OSError as cause:
            return Unusable(
                "missing",
                f"The file cannot be read any more ({reason(cause)}). Put it back, or give its new place with "
                "sk.relocate(corpus, folder); then send it again with sk.retry.",
            )
        if isinstance(answer, Uploaded) and digest.hexdigest() != sha256:
            return CHANGED
        return answer

    async def create(self, audio_url: str, options: str, delivery: Mapping[str, str]) -> Accepted | Refused | NoAnswer:
        """Create a job. The one call that can cost money.

        Args:
            audio_url: What the service is to fetch.
            options: The effective options as JSON.
            delivery: The webhook options, or none.
        """
        body = json.dumps({"audio_url": audio_url, **json.loads(options), **delivery}).encode()
        read = functools.partial(answer_reading.accepted, audio_url)
        return await self._send("POST", "/v2/transcript", content=body, headers={"content-type": "application/json"}, read=read)

    async def get(self, transcript_id: str, audio_url: str | None = None) -> Fetched | Refused | NoAnswer:
        """Fetch one transcript; one with another id, or of other audio than ``audio_url`` where that is given, is not an answer."""
        return await self._transcript("GET", transcript_id, audio_url)

    async def delete(self, transcript_id: str) -> Fetched | Refused | NoAnswer:
        """Delete a transcript, and its uploaded audio, at the service; return what it keeps of it."""
        return await self._transcript("DELETE", transcript_id, None)

    async def _transcript(self, method: str, transcript_id: str, audio_url: str | None) -> Fetched | Refused | NoAnswer:
        read = functools.partial(self._fetched, transcript_id, audio_url)
        return await self._send(method, f"/v2/transcript/{transcript_id}", read=read, most=int(self._limits.answer_mb * 1e6))

    async def redacted_audio(self, transcript_id: str) -> RedactedAudio | Refused | NoAnswer:
        """Ask for the masked copy of a recording. The service answers 202 while it is not ready."""
        return await self._send("GET", f"/v2/transcript/{transcript_id}/redacted-audio", read=_redacted_audio)

    async def page(self, before_id: str | None = None) -> contract.ListPage | Refused | NoAnswer:
        """Fetch one page of the account's transcripts, newest first; with ``before_id`` those older than it."""
        params = {"limit": contract.LIST_LIMIT} | ({"before_id": before_id} if before_id else {})
        return await self._send("GET", "/v2/transcript", params=params, read=self._listed)

    async def _send(
        self, method: str, path: str, *, read: Callable[[bytes], T], most: int = SMALL_BYTES, **request: Any
    ) -> T | Refused | NoAnswer:
        """Send a request; return the body of a success, as ``read`` reads it, or else what happened.

        Args:
            method: The HTTP method.
            path: The path at the service.
            read: Reads the body.
            most: The most bytes that the body may have.
            request: More for the HTTP library; asynchronous ``content`` is an upload.
        """
        response, body = None, b""
        seconds = self._limits.request_timeout_s
        async with self._slots, self._limiter.request():
            is_first = not self._has_answered and method != "POST"
            if is_first:
                request["timeout"] = FIRST_TIMEOUT
            try:
                with masked_requests():
                    async with asyncio.timeout(min(FIRST_CONTACT_S, seconds) if is_first else seconds) as patience:
                        if isinstance(request.get("content"), AsyncIterator):
                            request["content"] = _each_in_time(request["content"], patience, seconds)
                        async with self._http.stream(method, path, **request) as response:
                            _extend(patience, seconds)
                            self._has_answered = True
                            packing = response.headers.get("content-encoding", "")
                            body = await read_body(response.aiter_raw(), packing, most if response.is_success else ERROR_BYTES)
            except Exception as cause:
                if response is None or response.is_success:
                    answer = _spoilt(cause, patience, seconds) if response else _no_answer(cause, has_timed_out=patience.expired())
                    if answer is None:
                        raise
                    _log.info("%s %s: %s (%s)", method, path, "no answer" if answer.sent else "not sent", type(cause).__name__)
                    return answer
        if response.is_success:
            try:
                return read(body)
            except WrongAnswerError as wrong:
                return NoAnswer(sent=True, unreadable=True, why=str(wrong))
            except contract.DECODE_ERRORS:
                page = _page(response, body, self._secrets)
                return NoAnswer(sent=True, unreadable=True, why=_described(page), page=page)
        refused = _refusal(response, body, self._secrets)
        if refused.retry_after_s is not None and refused.is_rate_limit:
            self._limiter.pause(refused.retry_after_s)
        _log.info("%s %s: HTTP %d", method, path, response.status_code)
        return refused

    def _fetched(self, transcript_id: str, audio_url: str | None, body: bytes) -> Fetched:
        found = answer_reading.fetched(transcript_id, audio_url, body)
        found.head.error = found.head.error and _without(self._secrets, found.head.error)
        return found

    def _listed(self, body: bytes) -> contract.ListPage:
        page = answer_reading.listed(body)
        for item in page.transcripts:
            item.error = item.error and _without(self._secrets, item.error)
        return page


async def post_json(url: str, message: Mapping[str, Any]) -> None:
    """Post a short message to any other address, with a short timeout. The address is a secret as a whole: chat services take it for one.

    Raises:
        httpx.HTTPError: It was not delivered.
    """
    try:
        with masked_requests(whole=True):
            # The body of the answer, which may be of any size, is not read.
            async with (
                asyncio.timeout(ALERT_S),
                _http(url, _proxy_for(url), timeout=httpx.Timeout(5.0)) as http,
                http.stream("POST", url, json=message) as response,
            ):
                status = response.status_code
    except TimeoutError:
        raise httpx.ReadTimeout("The message was not delivered.") from None
    except httpx.HTTPError as cause:
        raise type(cause)("The message was not delivered.") from None
    if status >= 300:
        raise httpx.HTTPError(f"The message was not delivered (HTTP {status}).")


async def download(url: str, path: Path, largest_bytes: int) -> Refused | NoAnswer | None:
    """Write what is at a signed address of the service to a file, which must not be there. No key is sent.

    Raises:
        TooLargeError: There is more than ``largest_bytes``.
        OSError: The file cannot be written.
    """
    written = 0
    async with await anyio.open_file(path, "xb") as file:
        try:
            with masked_requests():
                async with (
                    asyncio.timeout(PIECE_S) as patience,
                    _http(url, _proxy_for(url), timeout=TIMEOUT) as http,
                    http.stream("GET", url, headers=_AS_IT_IS) as response,
                ):
                    if not response.is_success:
                        return Refused(response.status_code, None)
                    async for piece in response.aiter_raw(CHUNK_BYTES):
                        _extend(patience, PIECE_S)
                        written += len(piece)
                        if written > largest_bytes:
                            raise TooLargeError
                        await file.write(piece)
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as cause:
            return _no_answer(cause, has_timed_out=False) or NoAnswer(sent=True)
        except TimeoutError:
            return NoAnswer(sent=True, trouble=Trouble.SILENT)
    return None


async def _each_in_time(pieces: AsyncIterator[bytes], patience: asyncio.Timeout, seconds: float) -> AsyncIterator[bytes]:
    """Yield the pieces of an upload; each, and then the beginning of the answer, may take that many seconds."""
    async for piece in pieces:
        yield piece
        _extend(patience, seconds)


def _extend(patience: asyncio.Timeout, seconds: float) -> None:
    patience.reschedule(asyncio.get_running_loop().time() + seconds)


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


def _proxy_for(url: str) -> Proxy | None:
    return proxy_for(url, os.environ, urllib.request.getproxies())


def _http(url: str, proxy: Proxy | None, **settings: Any) -> httpx.AsyncClient:
    """Make a client for one address, that trusts whom the environment names. No redirect is followed.

    ``trust_env`` is not used: it raises raw errors, and treats this machine's own addresses like all others.
    """
    is_encrypted = url.lower().startswith("https://") or (proxy is not None and proxy.url.startswith("https://"))
    trusted = _trusted() if is_encrypted else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if proxy is not None and proxy.is_socks and importlib.util.find_spec("socksio") is None:
        raise MissingExtraError("socks", f"The SOCKS proxy in {proxy.variable}")
    way = None
    if proxy is not None:
        way = httpx.Proxy(proxy.url, auth=proxy.login, ssl_context=trusted if proxy.url.startswith("https://") else None)
    return httpx.AsyncClient(proxy=way, verify=trusted, trust_env=False, follow_redirects=False, **settings)


def _trusted() -> ssl.SSLContext:
    try:
        return httpx.create_ssl_context()
    except OSError as cause:
        raise OptionError(
            f"SSL_CERT_FILE ({os.environ.get('SSL_CERT_FILE')!r}) cannot be used: {_certificate_problem(cause)}. Expected a PEM file with "
            "the certificates of the authorities to trust. Set it to such a file, or unset it to trust the usual ones."
        ) from None


def _certificate_problem(cause: OSError) -> str:
    return "there is no certificate in it" if isinstance(cause, ssl.SSLError) else reason(cause)


def _no_answer(cause: Exception, *, has_timed_out: bool) -> NoAnswer | None:
    """Return what an error of a request means; None when it is not one of the network (the file that is sent cannot be read, for example).

    The HTTP library lets errors of TLS and of the SOCKS library through, the latter as assertions too.
    """
    if has_timed_out:
        return NoAnswer(sent=True, trouble=Trouble.SILENT)
    if isinstance(cause, httpx.HTTPError | httpx.InvalidURL):
        by_library = next((trouble for kind, trouble in _TROUBLES if isinstance(cause, kind)), Trouble.CUT)
        said = str(cause) if isinstance(cause, httpx.ProxyError) else ""
        return NoAnswer(sent=not isinstance(cause, _NEVER_SENT), trouble=first_contact.trouble_of(cause) or by_library, said=said)
    if isinstance(cause, ssl.SSLError):
        return NoAnswer(sent=True, trouble=first_contact.trouble_of(cause))
    is_of_socks = isinstance(cause, AssertionError) or type(cause).__module__.startswith("socksio")
    return NoAnswer(sent=False, trouble=Trouble.PROXY, said="no answer in the SOCKS protocol") if is_of_socks else None


def _spoilt(cause: Exception, patience: asyncio.Timeout, seconds: float) -> NoAnswer | None:
    """Return what an error means that came after an answer had begun; None when it is not one of the answer."""
    if isinstance(cause, UnreadableBodyError):
        return NoAnswer(sent=True, unreadable=True, why=cause.why)
    if patience.expired():
        return NoAnswer(sent=True, unreadable=True, why=f"did not end within {seconds:g} s")
    answer = _no_answer(cause, has_timed_out=False)
    return answer and replace(answer, sent=True)


def _described(page: Page) -> str:
    """Return what an unreadable answer was, as a clause."""
    return f"was not JSON but {page.content_type}" if page.content_type not in ("", "application/json") else "was not what it should be"


def _redacted_audio(body: bytes) -> RedactedAudio:
    return RedactedAudio(msgspec.json.decode(body, type=_RedactedAudio).redacted_audio_url if body.strip() else None)


def _page(response: httpx.Response, body: bytes, secrets: Sequence[str]) -> Page:
    headers = response.headers
    text = _without(secrets, body[: first_contact.HEAD_BYTES].decode("utf-8", "replace"))
    return first_contact.page_of(
        response.status_code, headers.get("content-type", ""), headers.get("location"), text, str(response.request.url)
    )


def _without(secrets: Sequence[str], text: str) -> str:
    return functools.reduce(lambda left, secret: left.replace(secret, "…"), secrets, text)


def _refusal(response: httpx.Response, body: bytes, secrets: Sequence[str]) -> Refused:
    error = None
    with contextlib.suppress(ValueError, RecursionError):  # a web page of a proxy
        answer = json.loads(body)
        said = answer.get("error") if isinstance(answer, dict) else None
        error = None if said is None else _without(secrets, str(said))
    if error is None and contract.ERROR_TOO_MANY.casefold() in body.decode("utf-8", "replace").casefold():
        error = contract.ERROR_TOO_MANY
    headers = response.headers
    return Refused(
        response.status_code,
        error,
        retry_after_s(headers.get("retry-after"), headers.get("date"), LONGEST_PAUSE_S),
        _page(response, body, secrets),
    )
