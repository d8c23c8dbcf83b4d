"""The folder that holds uploaded and downloaded bodies while the service runs."""

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
        path: Its file.
        sha256: Of its bytes.
        size_bytes: Its size.
    """

    path: Path
    sha256: str
    size_bytes: int


class TooLargeError(Exception):
    """A body is larger than the service takes."""


class Uploads:
    """Bodies on disk; none of them is kept in memory.

    Args:
        parent: Where the service makes its folder; None takes the system's folder for temporary files.

    Attributes:
        folder: The service's own folder, deleted by :meth:`close`.
    """

    def __init__(self, parent: Path | None = None) -> None:
        if parent is not None:
            parent.mkdir(parents=True, exist_ok=True)
        self.folder = Path(tempfile.mkdtemp(prefix="scribekit-service-", dir=parent))
        self._uploads: dict[str, Upload] = {}

    async def receive(self, chunks: AsyncIterator[bytes], *, largest_bytes: int) -> tuple[str, Upload]:
        """Write an uploaded body chunk by chunk and return its id. An incomplete body leaves no file.

        Raises:
            TooLargeError: The body is larger than ``largest_bytes``.
        """
        upload_id = str(uuid.uuid4())
        upload = await self._write(self.folder / upload_id, chunks, largest_bytes)
        self._uploads[upload_id] = upload
        return upload_id, upload

    async def receive_download(self, chunks: AsyncIterator[bytes], *, largest_bytes: int) -> Path:
        """Write a downloaded body, which belongs to one job; the caller deletes it.

        Raises:
            TooLargeError: The body is larger than ``largest_bytes``.
        """
        return (await self._write(self.folder / f"download-{uuid.uuid4()}", chunks, largest_bytes)).path

    def get(self, upload_id: str) -> Upload | None:
        """Return the upload with this id; None when it is unknown or was discarded."""
        return self._uploads.get(upload_id)

    def discard(self, upload_id: str) -> None:
        """Delete an upload; an unknown id is ignored."""
        upload = self._uploads.pop(upload_id, None)
        if upload is not None:
            _delete(upload.path)

    def close(self) -> None:
        """Delete the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

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
            _delete(path)
            raise
        return Upload(path, digest.hexdigest(), size)


def _delete(path: Path) -> None:
    path.unlink(missing_ok=True)
