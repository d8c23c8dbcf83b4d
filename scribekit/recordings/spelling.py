"""Paths as people write and copy them: found on the disk in the spelling that they have there, or the near hit that was meant."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

from scribekit.base.addresses import masked
from scribekit.recordings.locate import expand_home

_QUOTES = {'"': '"', "'": "'", "“": "”", "„": "“", "«": "»", "‘": "’", "<": ">"}
_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\")
_HOST = re.compile(r"(?:www\.[\w-]+\.|(?:[\w-]+\.)+(?:com|org|net|edu|gov|io|co|eu|info|de|fr|uk)/)[^\s\\]*", re.IGNORECASE)


def plain(text: str) -> str:
    r"""Return a path or address without what copying adds: quotes around it, spaces and invisible marks at its ends.

    Example:
        >>> plain('"C:\\calls\\a.wav"'), plain("\u202aa.wav\u00a0 ")
        ('C:\\calls\\a.wav', 'a.wav')
    """
    return list(_peeled(text))[-1]


def spellings(text: str) -> list[str]:
    r"""Return how a path may be spelled on the disk, as it was written first: without what copying adds, with slashes, composed or not.

    Example:
        >>> spellings('"calls/a.wav"'), spellings("calls\\a.wav")
        (['"calls/a.wav"', 'calls/a.wav'], ['calls\\a.wav', 'calls/a.wav'])
    """
    found = []
    for written in _peeled(text):
        for path in (written, written.replace("\\", "/")) if os.sep == "/" else (written,):
            found += [path] if path.isascii() else [path, unicodedata.normalize("NFC", path), unicodedata.normalize("NFD", path)]
    return list(dict.fromkeys(found))


def _peeled(text: str) -> Iterator[str]:
    """Yield a path without one thing after the other that may not belong to it: a name on the disk may begin with a space."""
    while True:
        unmarked = _stripped(text, _is_mark)
        bare = _stripped(unmarked, _is_unseen)
        yield from (text, unmarked, unmarked[: unmarked.rindex(bare) + len(bare)], unmarked[unmarked.index(bare) :], bare)
        if len(bare) < 3 or _QUOTES.get(bare[0]) != bare[-1]:
            return
        text = bare[1:-1]


def _stripped(text: str, is_left_out: Callable[[str], bool]) -> str:
    start, end = 0, len(text)
    while start < end and is_left_out(text[start]):
        start += 1
    while end > start and is_left_out(text[end - 1]):
        end -= 1
    return text[start:end]


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in ("Cf", "Cc")


def _is_unseen(character: str) -> bool:
    return character.isspace() or _is_mark(character)


class Folder:
    """The folder that the paths of a table start from.

    Args:
        base: The folder.
    """

    def __init__(self, base: Path) -> None:
        self._base = base
        self._names: dict[str, dict[str, list[str]]] = {}

    def spelled(self, text: str) -> str:
        """Return a path in the spelling that is on the disk; the plain one where there is none.

        It is relative to the folder if it was written so.
        """
        known = (path for path in map(expand_home, spellings(text)) if os.path.lexists(self._base / path))
        return next(known, None) or expand_home(plain(text)) or text

    def hint(self, text: str) -> str:
        """Return the sentence on what a path may have been meant for, of which there is no file; empty where nothing is like it.

        A file is named, not taken: on this disk, names in another case are other names.
        """
        path = plain(text)
        near = next((found for tail in _tails(path) if (found := self._near(tail))), None)
        if near is not None:
            return f" There is {near!r}: write it so, if that is meant."
        return masked(f" If it is an address, write 'https://{path}'.") if _HOST.match(path) else ""

    def _near(self, path: str) -> str | None:
        """Return the only path that differs from this one in case, spaces and forms of letters at most."""
        parts = [part for part in path.split("/") if part not in ("", ".")]
        found = "/" if path.startswith("/") else ""
        for part in parts:
            if part == "..":
                found += "../"
                continue
            names = self._listed(found).get(_folded(part), [])
            if part not in names and len(names) != 1:
                return None
            found += (part if part in names else names[0]) + "/"
        return found.rstrip("/") if parts and (self._base / found.rstrip("/")).is_file() else None

    def _listed(self, folder: str) -> dict[str, list[str]]:
        """Return the names in a folder by their folded form. Each folder is listed once."""
        if folder not in self._names:
            names: dict[str, list[str]] = {}
            try:
                for path in (self._base / folder).iterdir():
                    names.setdefault(_folded(path.name), []).append(path.name)
            except (OSError, ValueError):
                pass
            self._names[folder] = names
        return self._names[folder]


def _tails(path: str) -> Iterator[str]:
    """Yield a path, and of a whole path, which may be one of another machine, what is left of it without its first folders."""
    slashed = path.replace("\\", "/")
    yield slashed
    if _WINDOWS.match(path) or slashed.startswith("/"):
        parts = [part for part in slashed.split("/") if part][:64]
        yield from ("/".join(parts[first:]) for first in range(1, len(parts)))


def _folded(name: str) -> str:
    seen = (" " if _is_unseen(character) else character for character in unicodedata.normalize("NFKC", name).casefold())
    return " ".join("".join(seen).split())
