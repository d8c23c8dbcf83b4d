"""Where the recordings of a corpus lie, seen from where the reader is now."""

from __future__ import annotations

import functools
import hashlib
import os
import stat
from pathlib import Path

_LEVELS = 4
"""So many folders are looked into for recordings that came along with the corpus: its own, and those above it."""

_MOST_BYTES = 1 << 30
"""So much is read in passing to make sure that recordings are those of the corpus; ``sk.relocate`` reads all there is, and keeps it."""


class SourceLocator:
    """Says for each source how to open it from the working folder.

    A manifest may name files relative to the folder that was the working folder then; the ledger keeps the whole path.

    Args:
        corpus: The corpus folder.
        working: The working folder.
    """

    def __init__(self, corpus: Path, working: Path) -> None:
        self._nearby = [corpus, *corpus.parents][:_LEVELS]
        self._working = f"{working}{os.sep}"
        self._names: dict[str, frozenset[str]] = {}
        self._bytes_left = _MOST_BYTES

    def resolve(self, given: str, kept: str, sha256: str | None) -> str:
        """A source that opens the recording from the working folder: as it was given wherever that will do, else the whole path.

        Args:
            given: As the manifest has it.
            kept: The whole path, as the ledger has it.
            sha256: Of the recording. What has another content is not taken for it, whatever its name.
        """
        plain = str(Path(given)) if "./" in given or "//" in given else given
        path = kept if self._is_there(kept) else self._moved_along(plain, kept, sha256)
        return given if path == self._working + plain else path

    def _moved_along(self, given: str, kept: str, sha256: str | None) -> str:
        """Where a recording is that was moved together with its corpus (a copied project, another mount); else the path that is kept."""
        if not kept.endswith(os.sep + given):
            return kept
        places = (str(folder / given) for folder in self._nearby)
        return next((place for place in places if self._is_there(place) and self._holds(place, sha256)), kept)

    def _is_there(self, path: str) -> bool:
        """Folders are listed once: a corpus may have very many recordings, and its folder be on a slow line."""
        folder, name = os.path.split(path)
        if folder not in self._names:
            try:
                with os.scandir(folder) as entries:
                    self._names[folder] = frozenset(entry.name for entry in entries)
            except OSError:
                self._names[folder] = frozenset()
        return name in self._names[folder]

    def _holds(self, path: str, sha256: str | None) -> bool:
        try:
            status = Path(path).stat()
            if not stat.S_ISREG(status.st_mode) or status.st_size > self._bytes_left:
                return False
            self._bytes_left -= status.st_size
            return _digest(path, status.st_size, status.st_mtime_ns) == sha256
        except OSError:
            return False


@functools.lru_cache(maxsize=100_000)
def _digest(path: str, size: int, modified_ns: int) -> str:  # noqa: ARG001 -- a file that has changed is read again
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
    """That a recording is not where it was, and what to do; None when it is."""
    path = absolute_path(source)
    if path.is_file():
        return None
    return (
        f"The recording {str(path)!r} is not there. If it was moved, sk.relocate(corpus, folder) finds it by its content "
        "wherever it is in that folder now, and whatever it is called."
    )
