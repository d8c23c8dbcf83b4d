"""Where the recordings of a corpus lie, seen from where the reader is now."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

_LEVELS = 4
"""So many folders are looked into for recordings that came along with the corpus: its own, and those above it."""


class Whereabouts:
    """Says for each source how to open it from the working folder.

    A manifest may name files relative to the folder that was the working folder then; the ledger keeps the whole path.

    Args:
        corpus: The corpus folder.
        working: The working folder.
    """

    def __init__(self, corpus: Path, working: Path) -> None:
        self._nearby = [corpus, *corpus.parents][:_LEVELS]
        self._working = f"{working}{os.sep}"
        self._roots: dict[str, Path | None] = {}

    def seen_from_here(self, given: str, kept: str) -> str:
        """A source that opens the recording from the working folder: as it was given wherever that will do, else the whole path.

        Args:
            given: As the manifest has it.
            kept: The whole path, as the ledger has it.
        """
        path = self._with_the_corpus(given, kept)
        return given if path == self._working + given else path

    def _with_the_corpus(self, given: str, kept: str) -> str:
        """Where a recording is that was moved together with its corpus (a copied project, another mount); else the path that is kept."""
        if not kept.endswith(given) or given == kept:
            return kept
        root = kept.removesuffix(given)
        if root not in self._roots:
            self._roots[root] = None if Path(kept).exists() else next(_holding(self._nearby, given), None)
        moved = self._roots[root]
        return kept if moved is None else str(moved / given)


def _holding(folders: Iterable[Path], given: str) -> Iterator[Path]:
    return (folder for folder in folders if (folder / given).is_file())


def absence(source: str) -> str | None:
    """That a recording is not where it was, and what to do; None when it is."""
    path = Path(source).expanduser().absolute()
    if path.is_file():
        return None
    return (
        f"The recording {str(path)!r} is not there. If it was moved, sk.relocate(corpus, folder) finds it by its content "
        "wherever it is in that folder now, and whatever it is called."
    )
