"""The folder that holds uploaded and downloaded bodies while the service runs."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from scribekit.service.state.settings import ROOM_BYTES

CLAIM_S = 10.0
"""How long an upload is kept for the job that will name it."""


@dataclass(frozen=True)
class Upload:
    """One uploaded or downloaded body.

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


class NoRoomError(Exception):
    """There is no room for a body: the disk is full, or all that the service may use of it is taken by audio of unfinished jobs."""


class Uploads:
    """Bodies on disk; none of them is kept in memory, and no other user can read them.

    When their room is full, the oldest uploads are deleted, except those that an unfinished job needs or that came just now, before their
    job.

    Args:
        parent: Where the service makes its folder; None takes the system's folder for temporary files.
        room_bytes: How much room all bodies may take.
        needed: Returns the ids of uploads that must be kept.

    Attributes:
        folder: The service's own folder, deleted by :meth:`close`.
    """

    def __init__(
        self, parent: Path | None = None, *, room_bytes: int = ROOM_BYTES, needed: Callable[[], Collection[str]] = frozenset
    ) -> None:
        if parent is not None:
            parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = Path(tempfile.mkdtemp(prefix="scribekit-service-", dir=parent))
        self._room_bytes = room_bytes
        self._needed = needed
        self._taken_bytes = 0
        self._uploads: dict[str, Upload] = {}
        self._unclaimed: dict[str, float] = {}

    async def receive(self, chunks: AsyncIterator[bytes], *, largest_bytes: int) -> tuple[str, Upload]:
        """Write an uploaded body chunk by chunk and return its id. An incomplete body leaves no file.

        Raises:
            TooLargeError: The body is larger than ``largest_bytes``.
            NoRoomError: There is no room for it now.
        """
        upload_id = str(uuid.uuid4())
        upload = await self._write(self.folder / upload_id, chunks, largest_bytes)
        self._uploads[upload_id] = upload
        self._unclaimed[upload_id] = time.monotonic() + CLAIM_S
        return upload_id, upload

    def claim(self, upload_id: str) -> None:
        """Leave it to the jobs that name an upload how long it is needed; an unknown id is ignored."""
        self._unclaimed.pop(upload_id, None)

    async def receive_download(self, chunks: AsyncIterator[bytes], *, largest_bytes: int) -> Upload:
        """Write a downloaded body, which belongs to one job; the caller deletes it.

        Raises:
            TooLargeError: The body is larger than ``largest_bytes``.
            NoRoomError: There is no room for it now.
        """
        return await self._write(self.folder / f"download-{uuid.uuid4()}", chunks, largest_bytes)

    def get(self, upload_id: str) -> Upload | None:
        """Return the upload with this id; None when it is unknown or was discarded."""
        return self._uploads.get(upload_id)

    def discard(self, upload_id: str) -> None:
        """Delete an upload; an unknown id is ignored."""
        self.claim(upload_id)
        upload = self._uploads.pop(upload_id, None)
        if upload is not None:
            self.delete(upload)

    def delete(self, body: Upload) -> None:
        """Delete the file of a body and free its room."""
        body.path.unlink(missing_ok=True)
        self._taken_bytes -= body.size_bytes

    def close(self) -> None:
        """Delete everything."""
        shutil.rmtree(self.folder, ignore_errors=True)

    async def _write(self, path: Path, chunks: AsyncIterator[bytes], largest_bytes: int) -> Upload:
        digest = hashlib.sha256()
        size = 0
        try:
            # Writing to the page cache takes microseconds per chunk, less than handing it to a thread.
            with _new_file(path) as file:
                async for chunk in chunks:
                    if size + len(chunk) > largest_bytes:
                        raise TooLargeError
                    self._make_room(len(chunk))
                    size += len(chunk)
                    self._taken_bytes += len(chunk)
                    digest.update(chunk)
                    _write_whole(file, chunk)
        except BaseException:
            self.delete(Upload(path, "", size))
            raise
        return Upload(path, digest.hexdigest(), size)

    def _make_room(self, more_bytes: int) -> None:
        missing_bytes = self._taken_bytes + more_bytes - self._room_bytes
        if missing_bytes <= 0:
            return
        sizes = {upload_id: upload.size_bytes for upload_id, upload in self._uploads.items()}
        now = time.monotonic()
        expected = {upload_id for upload_id, until in self._unclaimed.items() if now < until}
        superseded = to_delete(sizes, expected.union(self._needed()), missing_bytes)
        if superseded is None:
            raise NoRoomError
        for upload_id in superseded:
            self.discard(upload_id)


def to_delete(sizes: Mapping[str, int], needed: Collection[str], missing_bytes: int) -> list[str] | None:
    """Return which uploads to delete for this much more room: the oldest that nobody needs. None when that is not enough.

    Args:
        sizes: The size of each upload in bytes, the oldest first.
        needed: Uploads that must be kept.
        missing_bytes: The room to gain.

    Example:
        >>> to_delete({"old": 10, "busy": 10, "new": 10}, {"busy"}, 12)
        ['old', 'new']
    """
    chosen = []
    for upload_id, size in sizes.items():
        if missing_bytes <= 0:
            break
        if upload_id not in needed:
            chosen.append(upload_id)
            missing_bytes -= size
    return chosen if missing_bytes <= 0 else None


def _new_file(path: Path) -> FileIO:
    try:
        return FileIO(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except OSError as full:
        raise NoRoomError from full


def _write_whole(file: FileIO, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        try:
            rest = rest[file.write(rest) :]
        except OSError as full:
            raise NoRoomError from full
