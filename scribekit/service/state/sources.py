"""Finds the audio of a job: an upload, or an http(s) address that may be fetched. No other file of this machine is ever opened."""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from scribekit.base import contract
from scribekit.base.request_logs import masked_requests
from scribekit.service.faults.spec import job_error
from scribekit.service.recognisers.base import RecognitionError
from scribekit.service.state.uploads import NoRoomError, TooLargeError, Upload, Uploads

if TYPE_CHECKING:
    import httpx

LARGEST_DOWNLOAD_BYTES = 5_000_000_000
REDIRECTS = 5
TIMEOUT_S = 30.0


class Sources:
    """The audio that requests name.

    Args:
        uploads: Holds the uploaded files; downloads are written there too.
        base_url: The service's own address; its upload URLs begin with it.
        allow_remote: Whether audio may be fetched from other machines.
    """

    def __init__(self, uploads: Uploads, base_url: str, *, allow_remote: bool) -> None:
        self._uploads = uploads
        self._upload_prefix = f"{base_url}/upload/"
        self._allow_remote = allow_remote
        self._client: httpx.AsyncClient | None = None

    def upload_url(self, upload_id: str) -> str:
        """Return the URL of an upload, for use as ``audio_url``."""
        return self._upload_prefix + upload_id

    def upload_id(self, audio_url: str) -> str | None:
        """Return the id in one of the service's own upload URLs; None for any other address."""
        return audio_url.removeprefix(self._upload_prefix) if audio_url.startswith(self._upload_prefix) else None

    def key(self, audio_url: str) -> str:
        """Return the key of an audio in the counters: an upload's sha256, or else the address."""
        upload = self._uploads.get(self.upload_id(audio_url) or "")
        return upload.sha256 if upload else audio_url

    @asynccontextmanager
    async def local_copy(self, audio_url: str, *, fetch: bool) -> AsyncIterator[Path | None]:
        """Give the audio as a file on this machine while the block runs; None for a URL when ``fetch`` is false.

        Raises:
            RecognitionError: There is no such audio, or it may not be fetched; the message is the contract's.
        """
        upload_id = self.upload_id(audio_url)
        if upload_id is not None:
            upload = self._uploads.get(upload_id)
            if upload is None:
                raise download_error(audio_url)
            yield upload.path
        elif not fetch:
            yield None
        else:
            with masked_requests():
                download = await self._download(audio_url)
            try:
                yield download.path
            finally:
                self._uploads.delete(download)

    async def close(self) -> None:
        """Close the connections that downloads have opened."""
        if self._client is not None:
            await self._client.aclose()

    async def _download(self, audio_url: str) -> Upload:
        import httpx  # takes longer to import than all else of the service, and most never need it

        self._client = self._client or httpx.AsyncClient(trust_env=False, timeout=TIMEOUT_S)
        url, referrer = audio_url, None
        try:
            for _ in range(REDIRECTS + 1):
                if not may_fetch(url, referrer, allow_remote=self._allow_remote):
                    raise download_error(audio_url)
                async with self._client.stream("GET", url) as response:
                    if response.is_redirect:
                        url, referrer = urljoin(url, response.headers["location"]), url
                        continue
                    _check_status(audio_url, response.status_code)
                    return await self._uploads.receive_download(response.aiter_bytes(), largest_bytes=LARGEST_DOWNLOAD_BYTES)
        except (httpx.HTTPError, httpx.InvalidURL, TooLargeError) as error:
            raise download_error(audio_url) from error
        except NoRoomError as error:
            raise RecognitionError(contract.ERROR_SERVER) from error
        raise download_error(audio_url)


def may_fetch(url: str, referrer: str | None, *, allow_remote: bool) -> bool:
    """Whether an address may be fetched. No other machine may lead the service to one of this machine.

    Args:
        url: The address.
        referrer: The address that redirected to it; None for the address of the request itself.
        allow_remote: Whether audio may be fetched from other machines.

    Example:
        >>> may_fetch("http://127.0.0.1:8000/a.mp3", None, allow_remote=False)
        True
        >>> may_fetch("http://127.0.0.1:8000/a.mp3", "https://files.example/a.mp3", allow_remote=True)
        False
    """
    if is_loopback(url):
        return referrer is None or is_loopback(referrer)
    return allow_remote


def is_loopback(url: str) -> bool:
    """Whether the URL's host is this machine, judged by its name or number without a name server.

    Example:
        >>> is_loopback("http://127.0.0.1:8000/a.mp3"), is_loopback("http://127.0.0.1.example.org/a.mp3")
        (True, False)
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if parts.scheme not in ("http", "https"):
        return False
    host = parts.hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def download_error(audio_url: str) -> RecognitionError:
    """Return the contract's error for audio that cannot be fetched."""
    return RecognitionError(job_error("download", audio_url))


def _check_status(audio_url: str, status: int) -> None:
    if status == HTTPStatus.FORBIDDEN:
        raise RecognitionError(job_error("forbidden", audio_url))
    if status != HTTPStatus.OK:
        raise download_error(audio_url)
