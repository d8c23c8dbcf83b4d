"""The words tables as a source for others, where they are up to date: quicker than reading the transcripts once more."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from scribekit.base import schema
from scribekit.base.errors import LedgerError
from scribekit.tables.store import AS_RECEIVED, FOLDER, REVIEWED, Catalogue, File, Folder, Part
from scribekit.tables.store.build import FINGERPRINT

_WORTH = 8  # a part is read for one in so many of its recordings, at least


class Text(NamedTuple):
    """One text of a job: as received (no edit), or with the edits of people up to and including the one of this number."""

    job_key: str
    transcript_id: str
    edit: int | None = None


class Held(NamedTuple):
    """Texts that lie in one table.

    Attributes:
        texts: Which.
        recording_ids: The recording id that the rows of each have.
        rows: The rows of these and, it may be, of others, each recording's together.
    """

    texts: list[Text]
    recording_ids: list[str]
    rows: pa.Table


def held_words(corpus: Path, texts: Sequence[Text], columns: Sequence[str]) -> Iterator[Held]:
    """Those of the texts whose words are in the derived tables, and worth reading there.

    Args:
        corpus: The corpus folder.
        texts: The texts, in the order in which they should come; each comes once at most.
        columns: The columns of ``schema.WORDS`` that are needed.
    """
    if not (corpus / FOLDER).exists():
        return
    folder, ranks = Folder(corpus), {text: rank for rank, text in enumerate(texts)}
    for file, found in _offers(_parts(folder), ranks):
        try:
            rows = folder.dataset([] if file is None else [file], schema.WORDS).to_table(columns=list(columns))
        except (pa.ArrowException, OSError):  # gone or damaged: the transcripts are there all the same
            continue
        yield Held(list(found), list(found.values()), rows)


def _parts(folder: Folder) -> list[Part]:
    with contextlib.suppress(LedgerError), Catalogue(folder.path, FINGERPRINT) as catalogue:
        return list(catalogue.parts().values())
    return []


def _offers(parts: Sequence[Part], ranks: dict[Text, int]) -> list[tuple[File | None, dict[Text, str]]]:
    """The files with the texts to be read from them and their recordings, by rank; no file where there are no words."""
    offers, taken = [], set[Text]()
    for part in parts:
        for edition in part.files:
            found = {text: name for text, name in _texts(part, edition).items() if text in ranks and text not in taken}
            if found and len(found) * _WORTH >= len(part.holdings):
                offers.append((part.files[edition].get(schema.WORDS.name), dict(sorted(found.items(), key=lambda one: ranks[one[0]]))))
                taken.update(found)
    return sorted(offers, key=lambda offer: min(map(ranks.__getitem__, offer[1])))


def _texts(part: Part, edition: str) -> dict[Text, str]:
    """What an edition holds, with the recordings; of the reviewed one, what is not in the other."""
    if edition == AS_RECEIVED:
        return {Text(one.job_key, one.transcript_id): one.recording_id for one in part.holdings}
    assert edition == REVIEWED
    stamps = part.stamps
    return {Text(one.job_key, one.transcript_id, stamps[one.job_key]): one.recording_id for one in part.holdings if one.job_key in stamps}
