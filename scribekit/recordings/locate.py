"""Where the recordings of a corpus are, seen from the working folder."""

from __future__ import annotations

import functools
import os
import stat
from pathlib import Path

from scribekit.base.files import open_regular, sha256_of, stamp

_LEVELS = 4
"""Recordings that were moved along with the corpus are searched in this many folders: its own, and those above it."""

MAX_VERIFIED_BYTES = 1 << 30
"""At most this much is read to verify that recordings are those of the corpus. ``sk.relocate`` reads all, and keeps what it found."""


class SourceLocator:
    """A resolver of sources: it says how to open each from the working folder.

    A manifest may name files relative to the working folder of that time; the ledger keeps the whole path.

    Args:
        corpus: The corpus folder.
        working: The working folder.
        max_verified_bytes: How much to read, to verify recordings that were moved.
    """

    def __init__(self, corpus: Path, working: Path, max_verified_bytes: int = MAX_VERIFIED_BYTES) -> None:
        self._nearby = [corpus, *corpus.parents][:_LEVELS]
        self._working = f"{working}{os.sep}"
        self._names: dict[str, frozenset[str]] = {}
        self._bytes_left = max_verified_bytes

    def resolve(self, given: str, kept: str, sha256: str | None) -> str:
        """Return a source that opens the recording from the working folder: as it was given where that works, else the whole path.

        Args:
            given: The source as in the manifest.
            kept: The whole path as in the ledger.
            sha256: The hash of the recording. A file of the same name with another content is not taken for it.
        """
        plain = str(Path(given)) if "./" in given or "//" in given else given
        path = kept if self._exists(kept) else self._moved_along(plain, kept, sha256)
        return given if path == self._working + plain else path

    def _moved_along(self, given: str, kept: str, sha256: str | None) -> str:
        """Return the path of a recording that was moved with its corpus (a copied project, another mount), else the path kept."""
        if not kept.endswith(os.sep + given):
            return kept
        candidates = (str(folder / given) for folder in self._nearby)
        return next((path for path in candidates if self._exists(path) and self._has_content(path, sha256)), kept)

    def _exists(self, path: str) -> bool:
        """Return whether a file exists. Each folder is listed once, since it may have many recordings and be on a slow network."""
        folder, name = os.path.split(path)
        if folder not in self._names:
            try:
                with os.scandir(folder) as entries:
                    self._names[folder] = frozenset(entry.name for entry in entries)
            except OSError:
                self._names[folder] = frozenset()
        return name in self._names[folder]

    def _has_content(self, path: str, sha256: str | None) -> bool:
        try:
            status = Path(path).stat()
            if not stat.S_ISREG(status.st_mode) or status.st_size > self._bytes_left:
                return False
            self._bytes_left -= status.st_size
            return _digest(path, stamp(status)) == sha256
        except OSError:
            return False


@functools.lru_cache(maxsize=100_000)
def _digest(path: str, state: str) -> str:  # noqa: ARG001 -- a file that has changed is read again
    with open_regular(path) as file:
        return sha256_of(file)


def expand_home(path: str) -> str:
    """Replace a leading ``~/`` by the home folder; a recording may well be called ``~draft.wav``.

    Example:
        >>> expand_home("~draft.wav"), expand_home("calls/a.wav")
        ('~draft.wav', 'calls/a.wav')
    """
    return str(Path(path).expanduser()) if path.startswith("~/") else path


def absolute_path(source: str | os.PathLike[str]) -> Path:
    """Return the whole path of a local file, seen from the working folder."""
    return Path(expand_home(os.fspath(source))).absolute()


def missing_file_message(source: str) -> str | None:
    """Return the message that a recording is not where it was, with what to do; None if it is there."""
    path = absolute_path(source)
    if path.is_file():
        return None
    return (
        f"The recording {str(path)!r} is not there. If it was moved, sk.relocate(corpus, folder) finds it by its content "
        "wherever it is in that folder now, and whatever it is called."
    )
