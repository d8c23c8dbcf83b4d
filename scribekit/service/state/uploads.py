"""The folder in which uploads and downloads lie until the service ends."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Upload:
    """One uploaded body.

    Attributes:
        path: Where it lies.
        sha256: Of its bytes.
        size_bytes: Its size.
    """

    path: Path
    sha256: str
    size_bytes: int


class TooLargeError(Exception):
    """A body is larger than the service takes."""


class Spool:
    """Bodies on disk; nothing of them is kept in memory.

    Args:
        parent: The folder to work in; None takes the system's folder for temporary files. The service makes a folder of its own in it.
    """

    def __init__(self, parent: Path | None = None) -> None:
        if parent is not None:
            parent.mkdir(parents=True, exist_ok=True)
        self.folder = Path(tempfile.mkdtemp(prefix="scribekit-service-", dir=parent))
        self._uploads: dict[str, Upload] = {}

    async def receive(self, chunks: AsyncIterator[bytes], *, largest_bytes: int) -> tuple[str, Upload]:
        """Writes a body chunk by chunk and gives its id. Raises :class:`TooLargeError`; a broken body leaves no file."""
        upload_id = str(uuid.uuid4())
        upload = await self._write(self.folder / upload_id, chunks, largest_bytes)
        self._uploads[upload_id] = upload
        return upload_id, upload

    async def receive_download(self, chunks: AsyncIterator[bytes], *, largest_bytes: int) -> Path:
        """Writes a body that belongs to one job only; the caller deletes it. Raises :class:`TooLargeError`."""
        return (await self._write(self.folder / f"download-{uuid.uuid4()}", chunks, largest_bytes)).path

    def get(self, upload_id: str) -> Upload | None:
        """The upload with this id, if it is still there."""
        return self._uploads.get(upload_id)

    def discard(self, upload_id: str) -> None:
        """Deletes an upload."""
        upload = self._uploads.pop(upload_id, None)
        if upload is not None:
            self._delete(upload.path)

    def close(self) -> None:
        """Deletes the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _delete(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    async def _write(self, path: Path, chunks: AsyncIterator[bytes], largest_bytes: int) -> Upload:
        digest = hashlib.sha256()
        size = 0
        try:
            # Writing to the page cache takes microseconds per chunk, less than handing it to a thread.
            with path.open("wb") as file:
                async for chunk in chunks:
                    size += len(chunk)
                    if size > largest_bytes:
                        raise TooLargeError
                    digest.update(chunk)
                    file.write(chunk)
        except BaseException:
            self._delete(path)
            raise
        return Upload(path, digest.hexdigest(), size)
