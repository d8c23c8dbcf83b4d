"""Finds the audio of a job: an upload, a file on this machine, or a URL that may be fetched."""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import httpx

from scribekit.base.request_logs import masked_requests
from scribekit.service.faults.spec import job_error
from scribekit.service.recognisers.base import RecognitionError
from scribekit.service.state.uploads import TooLargeError, Uploads

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
        if urlsplit(audio_url).scheme not in ("http", "https") or self.upload_id(audio_url) is not None:
            yield self._file(audio_url)
        elif not fetch:
            yield None
        else:
            with masked_requests():
                path = await self._download(audio_url)
            try:
                yield path
            finally:
                path.unlink(missing_ok=True)

    async def close(self) -> None:
        """Close the connections that downloads have opened."""
        if self._client is not None:
            await self._client.aclose()

    def _file(self, audio_url: str) -> Path:
        upload_id = self.upload_id(audio_url)
        if upload_id is not None:
            upload = self._uploads.get(upload_id)
            path = upload.path if upload else None
        else:
            path = local_path(audio_url)
        if path is None or not path.is_file():
            raise download_error(audio_url)
        return path

    async def _download(self, audio_url: str) -> Path:
        self._client = self._client or httpx.AsyncClient(trust_env=False, timeout=TIMEOUT_S)
        url = audio_url
        try:
            for _ in range(REDIRECTS + 1):
                if not (self._allow_remote or is_loopback(url)):
                    raise download_error(audio_url)
                async with self._client.stream("GET", url) as response:
                    if response.is_redirect:
                        url = urljoin(url, response.headers["location"])
                        continue
                    _check_status(audio_url, response)
                    return await self._uploads.receive_download(response.aiter_bytes(), largest_bytes=LARGEST_DOWNLOAD_BYTES)
        except (httpx.HTTPError, httpx.InvalidURL, TooLargeError) as error:
            raise download_error(audio_url) from error
        raise download_error(audio_url)


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


def local_path(audio_url: str) -> Path | None:
    """Return the path in a ``file://`` URL, or an absolute path unchanged; None for anything else.

    Example:
        >>> local_path("file:///tmp/two%20words.wav").name
        'two words.wav'
    """
    parts = urlsplit(audio_url)
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        return Path(unquote(parts.path))
    path = Path(audio_url)
    return path if path.is_absolute() else None


def download_error(audio_url: str) -> RecognitionError:
    """Return the contract's error for audio that cannot be fetched."""
    return RecognitionError(job_error("download", audio_url))


def _check_status(audio_url: str, response: httpx.Response) -> None:
    if response.status_code == httpx.codes.FORBIDDEN:
        raise RecognitionError(job_error("forbidden", audio_url))
    if response.status_code != httpx.codes.OK:
        raise download_error(audio_url)
