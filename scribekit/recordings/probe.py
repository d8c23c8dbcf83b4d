"""Length, channels, codec and content hash of recordings, and what is wrong with a file, without transcribing it.

``measure`` listens to the sound. Results are cached (``probe_cache``), so that probing a library again costs only a ``stat`` per file.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from scribekit.base import contract
from scribekit.base.errors import reason
from scribekit.base.files import NOT_A_FILE, open_regular, sha256_of, stamp
from scribekit.recordings.manifest import Facts
from scribekit.recordings.measure import measure
from scribekit.recordings.probe_cache import ProbeCache

_FILES_AT_A_TIME = 256


def probe(path: str | os.PathLike[str]) -> Facts:
    """Probe one file without the cache. It never raises for what is wrong with the file: see :attr:`Facts.failure`.

    Args:
        path: A local file.

    Example:
        >>> probe("no/such/file.mp3").failure
        'missing'
    """
    name = os.fspath(path)
    status = _status(name)
    return status if isinstance(status, Facts) else _probe_file(name, status.st_size)


def probe_all(paths: Sequence[str], *, on_done: Callable[[int], object] | None = None) -> list[Facts]:
    """Probe many files, in parallel and with the cache.

    Args:
        paths: Local files; a path that is given twice is probed once.
        on_done: Called in this thread with the number of paths done so far.

    Returns:
        The facts of each path, in order.
    """
    statuses = {path: _status(path) for path in paths}
    known = {path: status for path, status in statuses.items() if isinstance(status, Facts)}
    files = {path: status for path, status in statuses.items() if not isinstance(status, Facts)}
    with ProbeCache() as cache:
        known |= cache.read({path: stamp(status) for path, status in files.items()})
        for path, facts in _probe_files({path: status for path, status in files.items() if path not in known}, cache):
            known[path] = facts
            if on_done:
                on_done(len(known))
    return [known[path] for path in paths]


def _probe_files(files: Mapping[str, os.stat_result], cache: ProbeCache) -> Iterator[tuple[str, Facts]]:
    """Yield the facts of files, in order. They are cached group by group, so an interrupted scan continues where it stopped."""
    paths = list(files)
    pool = ThreadPoolExecutor(max_workers=min(32, 2 * (os.cpu_count() or 1)), thread_name_prefix="scribekit-audio")
    try:
        for start in range(0, len(paths), _FILES_AT_A_TIME):
            group = paths[start : start + _FILES_AT_A_TIME]
            found: dict[str, Facts] = {}
            try:
                for path, facts in zip(group, pool.map(_probe_file, group, [files[path].st_size for path in group]), strict=True):
                    found[path] = facts
                    yield path, facts
            finally:
                cache.write({path: (stamp(files[path]), facts) for path, facts in found.items() if facts.failure != "unreadable"})
    finally:
        pool.shutdown(cancel_futures=True)


def _status(path: str) -> os.stat_result | Facts:
    try:
        status = Path(path).stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return Facts(failure="missing", detail=path)
    except OSError as cause:
        if cause.errno == errno.ENAMETOOLONG:
            return Facts(failure="missing", detail=path)
        return Facts(failure="unreadable", detail=reason(cause))
    if stat.S_ISDIR(status.st_mode):
        return Facts(failure="is_folder", detail=path)
    if not stat.S_ISREG(status.st_mode):
        return Facts(failure="unreadable", detail=NOT_A_FILE)
    return status


def _probe_file(path: str, size: int) -> Facts:
    """Probe one file. What is too large to be sent is not opened at all: its size says so."""
    if size == 0:
        return Facts(size_bytes=0, failure="empty")
    if size > contract.LARGEST_UPLOAD_BYTES:
        return Facts(size_bytes=size)
    try:
        with open_regular(path) as file:
            start = file.read(512)
            file.seek(0)
            sha256 = sha256_of(file)
    except OSError as cause:
        return Facts(size_bytes=size, failure="unreadable", detail=reason(cause))
    return Facts(size_bytes=size, sha256=sha256, **_sound(path, start))


def _sound(path: str, start: bytes) -> dict[str, Any]:
    """Return the facts about the sound in a file, as FFmpeg reports them."""
    import av

    try:
        return measure(Path(path))
    except av.ArgumentError:  # a format that holds no sound of its own, or is not known to
        return _failure("no_audio", f"The file is {_text_kind(start) or 'in another format'}, not audio.")
    except (av.FFmpegError, UnicodeDecodeError, OSError) as cause:
        if text := _text_kind(start):
            return _failure("no_audio", f"The file is {text}, not audio.")
        return _failure("corrupt", f"FFmpeg: {reason(cause)}")


def _failure(kind: str, detail: str) -> dict[str, Any]:
    return {"failure": kind, "detail": detail}


def _text_kind(start: bytes) -> str | None:
    """Return the kind of text that a file starts with, None for binary data. A saved error page is the usual case."""
    if b"\0" in start:
        return None
    if any(mark in start.lower() for mark in (b"<!doctype html", b"<html")):
        return "a web page"
    if start.lstrip(b"\xef\xbb\xbf \r\n").startswith((b"ffconcat", b"#EXTM3U", b"[playlist]", b"<?xml", b"<MPD")):
        return "a playlist, which names recordings in other places"
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as cause:
        if cause.end < len(start) - 3:  # a character that is cut off at the end is not a sign of binary data
            return None
    return "text"
