"""Check the derived tables of a corpus, byte by byte, and forget what is damaged (for ``sk.check_corpus``)."""

from __future__ import annotations

from pathlib import Path

from scribekit.tables.store import FOLDER, Catalogue, Folder, maintain, refresh
from scribekit.tables.store.build import FINGERPRINT
from scribekit.tables.store.catalogue import FILE_NAME


def check_tables(corpus: Path) -> dict[str, str | None]:
    """Read all tables.

    Args:
        corpus: The corpus folder.

    Returns:
        File, relative to the corpus folder → what is wrong with it, or None. Without tables it is empty.
    """
    if not (corpus / FOLDER / FILE_NAME).exists():
        return {}
    folder, name = Folder(corpus), f"{FOLDER}/{FILE_NAME}"
    with Catalogue(folder.path, FINGERPRINT, as_it_is=True) as catalogue:
        problems = catalogue.problems()
        if problems:
            return {name: problems[0]}
        if not catalogue.is_up_to_date:
            return {name: None}
        parts = catalogue.read_parts()
    harmed = {file for files in maintain.damaged(folder, parts).values() for file in files}
    names = {file.name for part in parts.values() for edition in part.files.values() for file in edition.values()}
    found = {file: "It has other bytes than were written, or is missing." if file in harmed else None for file in sorted(names)}
    return {name: None, **{f"{FOLDER}/{file}": problem for file, problem in found.items()}}


def forget_tables(corpus: Path) -> None:
    """Forget all tables, so that they are built again.

    Raises:
        LedgerError: The tables cannot be written.
    """
    with Catalogue(Folder(corpus).path, FINGERPRINT) as catalogue:
        catalogue.start_again()


def forget_damaged_tables(corpus: Path) -> None:
    """Forget what :func:`check_tables` finds damaged, so that it is built again.

    Raises:
        LedgerError: The tables cannot be written.
    """
    with Catalogue(Folder(corpus).path, FINGERPRINT) as catalogue:
        if catalogue.problems():
            catalogue.start_again()
    refresh.forget_damaged(corpus)
