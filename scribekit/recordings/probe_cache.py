"""The facts of files that were probed, cached by path and by what changes when a file does: its size, its times and its inode.

The cache is optional: where it cannot be written, everything works without it. A file can change and keep all of that (where a disk has no
time of change of its own, say): what an upload finds to be other bytes is forgotten (:func:`forget`).
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import msgspec

from scribekit.base.files import cache_folder
from scribekit.recordings.manifest import Facts

_TABLE = "probes_2"  # raise the number when Facts or their meaning change


class ProbeCache:
    """Facts by path and stamp, in the user's cache folder; where that cannot be written, nothing is cached. Use it as a context manager."""

    def __init__(self) -> None:
        self._connection: sqlite3.Connection | None = None

    def __enter__(self) -> ProbeCache:
        with contextlib.suppress(OSError, sqlite3.Error, RuntimeError):  # RuntimeError: there is no home folder
            folder = cache_folder()
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir(mode=0o700, exist_ok=True)
            connection = sqlite3.connect(folder / "probes.sqlite3", timeout=5)
            try:
                connection.execute(f"CREATE TABLE IF NOT EXISTS {_TABLE} (path BLOB PRIMARY KEY, stamp TEXT, facts BLOB)")
            except sqlite3.Error:
                connection.close()
                raise
            self._connection = connection
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._connection is not None:
            self._connection.close()

    def read(self, stamps: Mapping[str, str]) -> dict[str, Facts]:
        """Return the facts of the paths that have not changed since they were probed.

        Args:
            stamps: Path → the file's stamp as it is now (:func:`scribekit.base.files.stamp`).
        """
        found: dict[str, Facts] = {}
        if self._connection is None:
            return found
        query = f"SELECT facts FROM {_TABLE} WHERE path = ? AND stamp = ?"  # noqa: S608 -- a constant
        with contextlib.suppress(sqlite3.Error, msgspec.MsgspecError):
            for path, stamp in stamps.items():
                row = self._connection.execute(query, (_key(path), stamp)).fetchone()
                if row:
                    found[path] = msgspec.json.decode(row[0], type=Facts)
        return found

    def write(self, found: Mapping[str, tuple[str, Facts]]) -> None:
        """Write facts with the stamp that the file had before it was read; they replace older ones of the same paths."""
        if self._connection is None or not found:
            return
        rows = [(_key(path), stamp, msgspec.json.encode(facts)) for path, (stamp, facts) in found.items()]
        with contextlib.suppress(sqlite3.Error), self._connection:
            self._connection.executemany(f"INSERT OR REPLACE INTO {_TABLE} VALUES (?, ?, ?)", rows)  # noqa: S608 -- a constant

    def delete(self, path: str) -> None:
        """Delete the facts of a path."""
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error), self._connection:
                self._connection.execute(f"DELETE FROM {_TABLE} WHERE path = ?", (_key(path),))  # noqa: S608 -- a constant


def forget(path: str) -> None:
    """Forget the facts of a file whose content is not what they say, so that it is read again.

    Example:
        >>> forget("calls/a.mp3")
    """
    with ProbeCache() as cache:
        cache.delete(path)


def _key(path: str) -> bytes:
    return os.fsencode(Path(path).absolute())
