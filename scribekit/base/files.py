"""Files that somebody else made, opened without surprises.

Only regular files are opened, so that a pipe, a device or a socket in the place of a recording holds nothing up. FFmpeg gets the bytes of
one file and nothing else: it may not open any other file or address, and reads only formats that hold their own sound. No playlist, script,
image sequence or reference to other files is ever followed.
"""

from __future__ import annotations

import hashlib
import os
import stat
from errno import EINVAL, EISDIR
from pathlib import Path
from typing import Any, BinaryIO

_NO_SURPRISES = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)  # a pipe without a writer opens at once
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_HASHED_AT_A_TIME = 1 << 18

NOT_A_FILE = "it is a device or a pipe, not a file"
"""The reason that errors and problems give."""

MEDIA_FORMATS = (
    "aac,ac3,aiff,amr,ape,asf,asf_o,au,avi,caf,dsf,dss,dts,dtshd,dv,eac3,flac,flv,g722,gsm,gxf,"
    "iff,ilbc,ircam,live_flv,loas,lc3,matroska,mlp,mov,mp3,mpc,mpc8,mpeg,mpegts,mxf,nistsphere,nut,"
    "ogg,oma,qcp,rm,shn,sox,tak,truehd,tta,voc,w64,wav,webm,wtv,wv,xwma"
)
"""The formats that FFmpeg may read, by its own names: each holds its sound in the one file."""

OPEN_TIMEOUT_S = 120.0
"""How long FFmpeg may search a file for its streams."""


def regular_file(path: str | os.PathLike[str]) -> int:
    """Open a regular file for reading, and return its descriptor. What was opened is checked, so nothing can take its place in between.

    Raises:
        OSError: There is no file, it cannot be read, or it is a folder, a pipe, a device or a socket.
    """
    descriptor = os.open(path, _NO_SURPRISES)
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(EISDIR, os.strerror(EISDIR), os.fspath(path))
        if not stat.S_ISREG(mode):
            raise OSError(EINVAL, NOT_A_FILE, os.fspath(path))
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def open_regular(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a regular file for reading; see :func:`regular_file`.

    Raises:
        OSError: There is no file, it cannot be read, or it is a folder, a pipe, a device or a socket.

    Example:
        >>> open_regular("/dev/null")
        Traceback (most recent call last):
        OSError: [Errno 22] it is a device or a pipe, not a file: '/dev/null'
    """
    return os.fdopen(regular_file(path), "rb")


def cache_folder() -> Path:
    """Return the folder of what can be made or fetched again: ``SCRIBEKIT_CACHE``, else ``scribekit`` in the user's cache folder."""
    if own := os.environ.get("SCRIBEKIT_CACHE"):
        return Path(own).expanduser()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "scribekit"


def size_of(file: BinaryIO) -> int:
    """Return the size of an open file."""
    return os.fstat(file.fileno()).st_size


def stamp(status: os.stat_result) -> str:
    """Return what changes when a file's content does: its size, its times of change, and its inode.

    Tag editors and copying programs may set the time of the content back, but not that of the file itself.

    Example:
        >>> stamp(Path(__file__).stat()) == stamp(Path(__file__).stat())
        True
    """
    return f"{status.st_size}|{status.st_mtime_ns}|{status.st_ctime_ns}|{status.st_ino}"


def sha256_of(file: BinaryIO) -> str:
    """Return the SHA-256 of an open file, hexadecimal, as long as the file is now: a file that grows all the time has an end."""
    digest, left = hashlib.sha256(), size_of(file)
    while piece := file.read(min(_HASHED_AT_A_TIME, left)):
        digest.update(piece)
        left -= len(piece)
    return digest.hexdigest()


class _MediaFile:
    """A regular file as FFmpeg reads it: as long as it was when it was opened. It is closed with its last reader."""

    def __init__(self, path: Path) -> None:
        self._descriptor = regular_file(path)
        self._size = os.fstat(self._descriptor).st_size
        self._at = 0
        self.name = os.fsencode(path.name).decode("utf-8", "replace")  # only its ending is looked at

    def read(self, count: int) -> bytes:
        piece = os.read(self._descriptor, max(0, min(count, self._size - self._at)))
        self._at += len(piece)
        return piece

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = os.lseek(self._descriptor, start + offset, os.SEEK_SET)
        return self._at

    def tell(self) -> int:
        return self._at

    def __del__(self) -> None:
        if hasattr(self, "_descriptor"):
            os.close(self._descriptor)


def media_arguments(path: Path) -> dict[str, Any]:
    """Return the arguments of ``av.open`` for a local file: every file that FFmpeg reads is opened with these.

    Raises:
        OSError: It is not a regular file that can be read.
    """
    return {
        "file": _MediaFile(path),
        "mode": "r",
        "metadata_errors": "ignore",
        "options": {"format_whitelist": MEDIA_FORMATS, "protocol_whitelist": "none"},
        "timeout": (OPEN_TIMEOUT_S, None),
    }
