"""A batch or corpus with its search index up to date, and those of its recordings that a verb is asked about."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pandas as pd

from scribekit import stored
from scribekit.concordance import Query
from scribekit.corpus import Corpus, manifest_of
from scribekit.errors import OptionError, nearest
from scribekit.fulltext import Index
from scribekit.ledger import Ledger
from scribekit.progress import Progress

Where = Mapping[str, Any] | Callable[[pd.DataFrame], Any]

_AS_RECEIVED = " as received"


@dataclass(frozen=True)
class _State:
    """What the ledger says of a batch or corpus, until its stamp changes.

    Attributes:
        stamp: See ``Ledger.stamp``.
        jobs: Recording id → job key, in manifest order.
        wanted: Name → stamp of all documents of the whole corpus: the job key of each stored transcript, in the words of the people
            who edited it, and of those who were edited the transcript as received as well.
        manifest: The manifest of the batch or corpus, whole.
    """

    stamp: str
    jobs: Mapping[str, str]
    wanted: Mapping[str, str]
    manifest: pd.DataFrame

    def name(self, key: str, *, reviewed: bool) -> str:
        """The document of a job."""
        received = key + _AS_RECEIVED
        return received if not reviewed and received in self.wanted else key


@dataclass(frozen=True)
class _Order:
    """The documents of a batch or corpus in manifest order, as one edition of the index has them.

    Attributes:
        edition: See ``Index.edition``.
        recordings: Recording id → document.
        is_ascending: Whether their numbers ascend, so that the index finds them in this order.
    """

    edition: str
    recordings: Mapping[str, int]
    is_ascending: bool


_Scope = tuple[Path, tuple[int, ...]]

_MOST_KNOWN = 8
_states: dict[_Scope, _State] = {}
_orders: dict[tuple[_Scope, bool], _Order] = {}


class Indexed:
    """The searchable recordings of a batch or corpus, in manifest order.

    Attributes:
        index: The open index.
        manifest: The manifest of the batch or corpus, whole.
        recordings: Recording id → the id of its document, of the transcripts chosen.
        added: How many documents the index lacked.
    """

    def __init__(
        self, batch_or_corpus: Corpus, where: Where | None = None, *, reviewed: bool = True, rebuild: bool = False, progress: bool = False
    ) -> None:
        with Ledger(batch_or_corpus.path) as ledger:
            batches = ledger.batches() if type(batch_or_corpus) is Corpus else batch_or_corpus.batch_ids
            scope = (batch_or_corpus.path, tuple(batches))
            state = _state(batch_or_corpus, scope, ledger)
            self.manifest = state.manifest.copy(deep=False)
            chosen = _chosen(self.manifest, where)
            self.index, edition, self.added = _current_index(batch_or_corpus.path, state, ledger, rebuild=rebuild, progress=progress)
        order = _order(self.index, edition, scope, state, reviewed=reviewed)
        self._is_ascending = order.is_ascending
        self.recordings = order.recordings
        if chosen is not None:
            self.recordings = {name: number for name, number in order.recordings.items() if name in chosen}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.index.close()

    def matching(self, query: Query) -> Iterator[tuple[str, int]]:
        """Recording id and document of the chosen recordings that answer a query; found one by one where that is their order anyway."""
        hits = self.index.matching(query)
        if self._is_ascending:
            names = {number: recording_id for recording_id, number in self.recordings.items()}
            return ((names[number], number) for number in hits if number in names)
        found = set(hits)
        return ((recording_id, number) for recording_id, number in self.recordings.items() if number in found)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Recording id and terms of every chosen recording, one at a time."""
        return ((recording_id, self.index.text(number)) for recording_id, number in self.recordings.items())


def _state(batch_or_corpus: Corpus, scope: _Scope, ledger: Ledger) -> _State:
    """What the ledger says, read anew only when its stamp is another than last time."""
    stamp = ledger.stamp()
    known = _states.get(scope)
    if known is None or known.stamp != stamp:
        jobs = {recording_id: key for recording_id, (key, _) in ledger.transcript_ids(scope[1]).items()}
        known = _State(stamp, jobs, _wanted(ledger), manifest_of(batch_or_corpus, ledger))
        _keep(_states, scope, known)
    return known


def _order(index: Index, edition: str, scope: _Scope, state: _State, *, reviewed: bool) -> _Order:
    """The documents in manifest order, read anew only when the index is another edition than last time."""
    known = _orders.get((scope, reviewed))
    if known is None or known.edition != edition:
        ids = index.ids()
        names = ((recording_id, state.name(key, reviewed=reviewed)) for recording_id, key in state.jobs.items())
        recordings = {recording_id: ids[name] for recording_id, name in names if name in ids}
        is_ascending = all(before < after for before, after in itertools.pairwise(recordings.values()))
        known = _Order(edition, recordings, is_ascending)
        _keep(_orders, (scope, reviewed), known)
    return known


def _keep(memory: dict[Any, Any], key: Any, value: Any) -> None:
    """Remember, and forget the oldest."""
    memory.pop(key, None)
    memory[key] = value
    for oldest in list(memory)[:-_MOST_KNOWN]:
        memory.pop(oldest, None)


def _wanted(ledger: Ledger) -> dict[str, str]:
    edits = ledger.edit_stamps()
    wanted: dict[str, str] = {}
    for key, transcript_id in ledger.transcripts().items():
        wanted[key] = f"{transcript_id} {edits[key]}" if key in edits else transcript_id
        if key in edits:
            wanted[key + _AS_RECEIVED] = transcript_id
    return wanted


def _current_index(folder: Path, state: _State, ledger: Ledger, *, rebuild: bool, progress: bool) -> tuple[Index, str, int]:
    index, added = Index(folder), 0
    try:
        if rebuild:
            index.clear()
        while (edition := index.edition(state.stamp)) is None:
            missing = len(state.wanted.items() - index.holds().items())
            with Progress(missing, unit="transcripts", description="Indexing", enabled=progress and missing > 0) as line:
                added += index.update(state.stamp, state.wanted, lambda names: _payloads(ledger, names), line.update)
    except BaseException:
        index.close()
        raise
    return index, edition, added


def _payloads(ledger: Ledger, names: Sequence[str]) -> Iterable[tuple[str, bytes]]:
    for is_received, group in itertools.groupby(names, key=lambda name: name.endswith(_AS_RECEIVED)):
        yield from stored.payloads(ledger, [(name, name.removesuffix(_AS_RECEIVED)) for name in group], reviewed=not is_received)


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
