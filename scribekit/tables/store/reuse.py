"""Read words from the derived tables where they are up to date, which is quicker than reading the transcripts again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from scribekit.base import schema
from scribekit.base.errors import DamagedFileError, LedgerError
from scribekit.tables.store import AS_RECEIVED, FOLDER, REVIEWED, Catalogue, File, Folder, Part
from scribekit.tables.store.build import FINGERPRINT

ONE_IN = 8
"""A part is read only if at least one in this many of its recordings is needed."""


class Text(NamedTuple):
    """One text of a job: as received (no edit), or with the edits of people up to and including this edit."""

    job_key: str
    transcript_id: str
    edit: int | None = None


class Held(NamedTuple):
    """Texts that are in one table.

    Attributes:
        texts: The texts.
        recording_ids: The recording id of the rows of each.
        rows: The rows of these, and perhaps of other texts. The rows of a recording are together.
    """

    texts: list[Text]
    recording_ids: list[str]
    rows: pa.Table


def held_words(corpus: Path, texts: Sequence[Text], columns: Sequence[str]) -> Iterator[Held]:
    """Yield those of the texts whose words are in the derived tables, where reading a table is worth it.

    Args:
        corpus: The corpus folder.
        texts: The texts, in the order in which they should come. Each comes at most once.
        columns: The columns of ``schema.WORDS`` that are needed.
    """
    if not (corpus / FOLDER).exists():
        return
    folder, ranks = Folder(corpus), {text: rank for rank, text in enumerate(texts)}
    for file, found in _offers(_parts(folder), ranks):
        try:
            rows = folder.dataset([] if file is None else [file], schema.WORDS).to_table(columns=list(columns))
        except (pa.ArrowException, OSError, DamagedFileError):  # missing or damaged: the caller reads the transcripts instead
            continue
        yield Held(list(found), list(found.values()), rows)


def _parts(folder: Folder) -> list[Part]:
    with contextlib.suppress(LedgerError), Catalogue(folder.path, FINGERPRINT) as catalogue:
        return list(catalogue.parts().values())
    return []


def _offers(parts: Sequence[Part], ranks: dict[Text, int]) -> list[tuple[File | None, dict[Text, str]]]:
    """Return the files to read with their texts and recordings, sorted by rank. The file is None where there are no words."""
    offers, taken = [], set[Text]()
    for part in parts:
        for edition in part.files:
            found = {text: name for text, name in _texts(part, edition).items() if text in ranks and text not in taken}
            if found and len(found) * ONE_IN >= len(part.transcripts):
                offers.append((part.files[edition].get(schema.WORDS.name), dict(sorted(found.items(), key=lambda one: ranks[one[0]]))))
                taken.update(found)
    return sorted(offers, key=lambda offer: min(map(ranks.__getitem__, offer[1])))


def _texts(part: Part, edition: str) -> dict[Text, str]:
    """Return text → recording id of an edition; for the reviewed edition, only the texts that have edits."""
    if edition == AS_RECEIVED:
        return {Text(one.job_key, one.transcript_id): one.recording_id for one in part.transcripts}
    assert edition == REVIEWED
    edited = [one for one in part.transcripts if one.job_key in part.stamps]
    return {Text(one.job_key, one.transcript_id, part.stamps[one.job_key]): one.recording_id for one in edited}
