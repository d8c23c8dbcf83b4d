"""Asks an OpenAI-compatible server for a transcript. What goes wrong is one sentence, without the key."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Mapping, Sequence
from typing import BinaryIO
from urllib.parse import urlsplit

import httpx

from scribekit.base.answer_body import ACCEPTED, ERROR_BYTES, UnreadableBodyError, read_body
from scribekit.base.errors import reason
from scribekit.base.request_logs import masked_requests
from scribekit.base.retry_after import retry_after_s
from scribekit.base.service_address import speech_server
from scribekit.service.recognisers.base import RecognitionError

ATTEMPTS = 4
PAUSE_S = 1.0
LONGEST_PAUSE_S = 300.0
CONNECT_S = 10.0
PATIENCE_S = 600.0
PATIENCE_PER_S = 3.0
"""An answer may take this long for each second of sound, and ``PATIENCE_S`` more."""
LARGEST_ANSWER_BYTES = 200_000_000
"""Several times the words of the longest recording with all that servers say of each segment."""
_TEMPORARY = (408, 409, 425, 429)
_LONGEST_SAID = 200

Fields = Mapping[str, str | Sequence[str]]


class _TryAgainError(Exception):
    """The server did not answer for a reason that may pass; the message says what it did."""

    def __init__(self, sentence: str, pause_s: float | None = None) -> None:
        super().__init__(sentence)
        self.pause_s = pause_s


class Server:
    """The speech server.

    It is reached directly, never through a proxy, and no redirect is followed: the key would go there.

    Args:
        url: The address of its API, to which ``/audio/transcriptions`` is added.
        key: Its key; None when it wants none.
        pause_s: The pause before the second attempt, where the server asks for none; it doubles each time.
        patience_s: How long an answer may take, beside the time for the length of the sound.

    Raises:
        OptionError: The address is malformed.
    """

    def __init__(self, url: str, key: str | None, *, pause_s: float = PAUSE_S, patience_s: float = PATIENCE_S) -> None:
        self.url = speech_server(url, key)
        self.host = urlsplit(self.url).netloc
        self._key = key
        self._pause_s = pause_s
        self._patience_s = patience_s

    async def transcribe(self, sound: BinaryIO, fields: Fields, length_s: float) -> bytes:
        """Send a sound, and return the answer.

        Args:
            sound: A WAV file.
            fields: The fields of the form beside the file.
            length_s: The length of the sound.

        Raises:
            RecognitionError: There is no answer, or another one than 200.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._ask(sound, fields, self._patience_s + PATIENCE_PER_S * length_s)
            except _TryAgainError as trouble:
                if attempt == ATTEMPTS:
                    raise RecognitionError(f"{self._name} {trouble}, in each of {ATTEMPTS} attempts.") from None
                pause_s = self._pause_s * 2 ** (attempt - 1) if trouble.pause_s is None else trouble.pause_s
            await asyncio.sleep(pause_s)
        raise AssertionError("the last attempt returns or raises")

    @property
    def _name(self) -> str:
        return f"The speech server {self.host}"

    async def _ask(self, sound: BinaryIO, fields: Fields, patience_s: float) -> bytes:
        sound.seek(0)
        headers = {"accept-encoding": ACCEPTED} | ({"authorization": f"Bearer {self._key}"} if self._key else {})
        files = {"file": ("recording.wav", sound, "audio/wav")}
        address = f"{self.url}/audio/transcriptions"
        try:
            with masked_requests():
                async with (
                    asyncio.timeout(patience_s),
                    self._client() as client,
                    client.stream("POST", address, data=fields, files=files, headers=headers) as answer,
                ):
                    body = await self._body(answer, LARGEST_ANSWER_BYTES if answer.is_success else ERROR_BYTES)
        except TimeoutError:
            raise RecognitionError(f"{self._name} did not answer within {patience_s:,.0f} s.") from None
        except httpx.ConnectError as refused:
            why = "its certificate is not trusted" if "CERTIFICATE" in str(refused) else "is it running?"
            raise _TryAgainError(f"cannot be reached ({why})") from None
        except (httpx.HTTPError, ssl.SSLError):
            raise _TryAgainError("broke the connection off") from None
        if answer.status_code != httpx.codes.OK:
            raise self._refusal(answer, body, fields)
        return body

    def _client(self) -> httpx.AsyncClient:
        try:
            is_plain = self.url.startswith("http://")
            trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if is_plain else httpx.create_ssl_context()
        except OSError as wrong:
            raise RecognitionError(f"SSL_CERT_FILE has no certificates that can be read: {reason(wrong)}.") from None
        return httpx.AsyncClient(verify=trusted, trust_env=False, timeout=httpx.Timeout(None, connect=CONNECT_S))

    async def _body(self, answer: httpx.Response, most: int) -> bytes:
        try:
            return await read_body(answer.aiter_raw(), answer.headers.get("content-encoding", ""), most)
        except UnreadableBodyError as unreadable:
            if answer.is_success:
                raise RecognitionError(f"{self._name} gave an answer that {unreadable.why}.") from None
            return b""

    def _refusal(self, answer: httpx.Response, body: bytes, fields: Fields) -> Exception:
        """Return the error that an answer other than 200 is."""
        status = answer.status_code
        said = self._said(body, fields)
        if status in _TEMPORARY or status >= 500:
            pause_s = retry_after_s(answer.headers.get("retry-after"), answer.headers.get("date"), LONGEST_PAUSE_S)
            what = "has too much to do" if status == httpx.codes.TOO_MANY_REQUESTS else "failed"
            return _TryAgainError(f"{what} ({status}{said})", pause_s)
        if status in (401, 403):
            what = "refuses the key" if self._key else "wants a key"
            return RecognitionError(f"{self._name} {what} ({status}). Give its key as key=, or in SCRIBEKIT_OPENAI_KEY.")
        if status == httpx.codes.NOT_FOUND:
            return RecognitionError(
                f"{self._name} has no such address, or no model {fields['model']!r} (404{said}). "
                "Check model=, and url=, which most often ends with /v1."
            )
        if status == httpx.codes.REQUEST_ENTITY_TOO_LARGE:
            return RecognitionError(f"{self._name} does not take so large a recording (413). Raise its limit, or cut the recording.")
        if answer.is_redirect:
            return RecognitionError(
                f"{self._name} leads to another address ({status}), which is not followed, because the key would go there. "
                "Give that address as url=."
            )
        return RecognitionError(f"{self._name} refuses the request ({status}{said}).")

    def _said(self, body: bytes, fields: Fields) -> str:
        """Return the server's own sentence; nothing where it may quote the key, or what it was told of the recording."""
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError):
            return ""
        answer = answer if isinstance(answer, dict) else {}
        error = answer.get("error")
        found = (error.get("message") if isinstance(error, dict) else error) or answer.get("detail") or answer.get("message")
        if not isinstance(found, str) or any(secret in found for secret in (self._key, fields.get("prompt")) if isinstance(secret, str)):
            return ""
        text = " ".join(found.split())
        return f": {text if len(text) <= _LONGEST_SAID else text[: _LONGEST_SAID - 1] + '…'}"
