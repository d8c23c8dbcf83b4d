"""A batch or corpus with its search index up to date, and those of its recordings that a verb is asked about."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import pandas as pd

from scribekit.concordance import Query
from scribekit.corpus import Corpus, manifest_of
from scribekit.errors import OptionError, nearest
from scribekit.fulltext import Index
from scribekit.ledger import Ledger
from scribekit.progress import Progress

Where = Mapping[str, Any] | Callable[[pd.DataFrame], Any]


class Indexed:
    """The searchable recordings of a batch or corpus, in manifest order.

    Attributes:
        index: The open index.
        manifest: The manifest of the batch or corpus, whole.
        recordings: Recording id → job key of the transcripts chosen.
    """

    def __init__(self, batch_or_corpus: Corpus, where: Where | None = None, *, rebuild: bool = False, progress: bool = False) -> None:
        with Ledger(batch_or_corpus.path) as ledger:
            own = ledger.transcript_ids(batch_or_corpus.batch_ids)
            whole = own if type(batch_or_corpus) is Corpus else ledger.transcript_ids(ledger.batches())
            self.manifest = manifest_of(batch_or_corpus, ledger)
            chosen = _chosen(self.manifest, where)
            wanted = {key: transcript_id for key, transcript_id in whole.values() if transcript_id}
            wanted |= {key: transcript_id for key, transcript_id in own.values() if transcript_id}  # a later batch may have other options
            self.index, self.added = _current_index(batch_or_corpus.path, wanted, ledger, rebuild=rebuild, progress=progress)
        self.recordings = {
            recording_id: key for recording_id, (key, _) in own.items() if key in wanted and (chosen is None or recording_id in chosen)
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.index.close()

    def matching(self, query: Query) -> Iterator[tuple[str, str]]:
        """Recording id and job key of the chosen recordings that answer a query."""
        hits = set(self.index.matching(query))
        return ((recording_id, key) for recording_id, key in self.recordings.items() if key in hits)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Recording id and terms of every chosen recording, one at a time."""
        return ((recording_id, self.index.text(key)) for recording_id, key in self.recordings.items())


def _current_index(folder: Path, wanted: Mapping[str, str], ledger: Ledger, *, rebuild: bool, progress: bool) -> tuple[Index, int]:
    index = Index(folder)
    try:
        if rebuild:
            index.clear()
        there = index.holds()
        if there == wanted:
            return index, 0
        missing = len(wanted.items() - there.items())
        with Progress(missing, unit="transcripts", description="Indexing", enabled=progress and missing > 0) as line:
            return index, index.update(wanted, ledger.payloads, line.update)
    except BaseException:
        index.close()
        raise


def _chosen(manifest: pd.DataFrame, where: Where | None) -> set[str] | None:
    """The recordings whose manifest row answers ``where``; None for all."""
    if where is None:
        return None
    if callable(where):
        return set(manifest.loc[where(manifest), "recording_id"])
    rows = pd.Series(data=True, index=manifest.index)
    for name, wanted in where.items():
        if name not in manifest:
            raise OptionError(f"The manifest has no column {name!r}.{nearest(str(name), map(str, manifest.columns))}")
        rows &= manifest[name].isin(wanted) if isinstance(wanted, (list, tuple, set, frozenset)) else manifest[name] == wanted
    return set(manifest.loc[rows, "recording_id"])
