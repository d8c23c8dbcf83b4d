"""A batch or corpus with its search index up to date, and the recordings in it that a verb is about."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self

import pandas as pd

from scribekit.base.errors import OptionError
from scribekit.base.progress import Progress
from scribekit.corpus import payloads
from scribekit.corpus.handles import Corpus
from scribekit.corpus.ledger import Ledger
from scribekit.corpus.view import CorpusView
from scribekit.fulltext.concordance import WORD_COLUMNS, CountedWords, Packed, Query, counted_words, pack
from scribekit.fulltext.concordance.lines import Integers
from scribekit.fulltext.index import Entry, Index
from scribekit.fulltext.translated import translated_words
from scribekit.tables.arrow import WhereRecordings, recordings_where
from scribekit.tables.store.reuse import Text, held_words
from scribekit.transcripts import frames

Where = WhereRecordings

_AS_RECEIVED = " as received"
_PAYLOADS_AT_A_TIME = 32
_LANGUAGE = re.compile(r"[a-z0-9_]{1,40}")


@dataclass(frozen=True)
class _LedgerState:
    """What the index needs to know of a batch or corpus; valid while the ledger's stamp is the same.

    Attributes:
        stamp: See ``Ledger.stamp``.
        entries: All documents of the whole corpus, numbered in the order in which their jobs were planned. Each stored transcript is
            one, by its job key, as people have corrected it; an edited transcript is another one as received.
        texts: The text of each document.
        reviewed: Recording id → number of its document, in manifest order.
        received: The same for the transcripts as received.
        is_ascending: Whether the numbers of ``reviewed`` and ``received`` ascend, so that the index finds them in manifest order.
        manifest: The whole manifest of the batch or corpus.
    """

    stamp: str
    entries: Mapping[str, Entry]
    texts: Mapping[str, Text]
    reviewed: Mapping[str, int]
    received: Mapping[str, int]
    is_ascending: bool
    manifest: pd.DataFrame


_Scope = tuple[Path, Path, tuple[int, ...]]
"""The corpus, the working folder (which decides how sources are written) and the batches."""

_MAX_STATES = 4
_states: dict[_Scope, _LedgerState] = {}


class IndexedCorpus:
    """The searchable recordings of a batch or corpus, in manifest order.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        where: Only some recordings, as for :func:`scribekit.search`.
        reviewed: Whether to take the transcripts as people have corrected them, or as received.
        language: Take the translations in this language instead of what was said.
        rebuild: Whether to delete the index first.
        progress: Whether to show progress while the index is built.

    Attributes:
        index: The open index.
        manifest: The whole manifest of the batch or corpus.
        recordings: Recording id → number of its document, of the recordings chosen.
        added: How many documents were added to the index.

    Raises:
        OptionError: ``where`` names no column of the manifest, or has a value that no recording can have; or ``language`` cannot be the
            code of a language.
        LedgerError: The corpus cannot be read, or its index cannot be written.
    """

    def __init__(
        self,
        batch_or_corpus: Corpus,
        where: Where | None = None,
        *,
        reviewed: bool = True,
        language: str | None = None,
        rebuild: bool = False,
        progress: bool = False,
    ) -> None:
        key = None if language is None else _checked(language)
        with batch_or_corpus.reading() as view:
            state = _ledger_state(view)
            self.manifest = state.manifest.copy(deep=False)
            chosen = None if where is None else recordings_where(self.manifest, where)
            self.index, self.added = _current_index(view.path, state, view.ledger, key, rebuild=rebuild, progress=progress)
        self._is_ascending = state.is_ascending
        self.recordings = state.reviewed if reviewed else state.received
        if chosen is not None:
            self.recordings = {name: number for name, number in self.recordings.items() if name in chosen}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.index.close()

    def matching(self, query: Query) -> Iterator[tuple[str, int]]:
        """Find the chosen recordings that answer a query, with their documents; one by one where the index has them in manifest order."""
        hits = self.index.matching(query)
        if self._is_ascending:
            names = {number: recording_id for recording_id, number in self.recordings.items()}
            return ((names[number], number) for number in hits if number in names)
        found = set(hits)
        return ((recording_id, number) for recording_id, number in self.recordings.items() if number in found)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Return recording id and terms of every chosen recording, one at a time."""
        return ((recording_id, self.index.text(number)) for recording_id, number in self.recordings.items())

    def counted(self) -> Iterator[tuple[str, str, CountedWords]]:
        """Return recording id, terms and counted words of every chosen recording, one at a time."""
        for recording_id, number in self.recordings.items():
            text = self.index.text(number)
            yield recording_id, text, counted_words(text, partial(self._words_of_terms, number))

    def _words_of_terms(self, number: int) -> Integers:
        return self.index.document(number).word_of_term


def _ledger_state(view: CorpusView) -> _LedgerState:
    """Return what the index needs to know, read again only when the ledger's stamp has changed."""
    ledger = view.ledger
    stamp = ledger.stamp()
    scope = (view.path, Path.cwd(), tuple(view.batch_ids))
    state = _states.pop(scope, None)
    if state is None or state.stamp != stamp:
        documents = _documents(ledger)
        entries = {name: _entry(*document) for name, document in documents.items()}
        texts = {name: text for name, (_, text) in documents.items()}
        jobs = [(recording_id, key) for recording_id, (key, _) in ledger.transcript_ids(view.batch_ids).items() if key in entries]
        reviewed = {recording_id: entries[key][0] for recording_id, key in jobs}
        received = {recording_id: entries.get(key + _AS_RECEIVED, entries[key])[0] for recording_id, key in jobs}
        is_ascending = all(before < after for before, after in itertools.pairwise(reviewed.values()))
        state = _LedgerState(stamp, entries, texts, reviewed, received, is_ascending, view.manifest)
    _states[scope] = state
    for oldest in list(_states)[:-_MAX_STATES]:
        _states.pop(oldest, None)
    return state


def _documents(ledger: Ledger) -> dict[str, tuple[int, Text]]:
    """Return the name of every document, with its number and its text."""
    edits = ledger.edits.stamps()
    found: dict[str, tuple[int, Text]] = {}
    for number, key, transcript_id in ledger.transcripts():
        found[key] = (2 * number, Text(key, transcript_id, edits.get(key)))
        if key in edits:
            found[key + _AS_RECEIVED] = (2 * number + 1, Text(key, transcript_id))
    return found


def _entry(number: int, text: Text) -> Entry:
    return number, text.transcript_id if text.edit is None else f"{text.transcript_id} {text.edit}"


def _checked(language: str) -> str:
    """Return the key of a language, which becomes part of a file name."""
    key = frames.language_key(language)
    if not _LANGUAGE.fullmatch(key):
        raise OptionError("language= takes the code of a language that the service translated into: language='de'.")
    return key


def _current_index(
    folder: Path, state: _LedgerState, ledger: Ledger, language: str | None, *, rebuild: bool, progress: bool
) -> tuple[Index, int]:
    """Open the index, bring it up to date, and return it with the number of documents added."""
    index, added = Index(folder, language), 0

    def source(names: Sequence[str]) -> Iterator[tuple[str, Packed]]:
        return _packed(folder, ledger, state.texts, names) if language is None else _translated(ledger, state.texts, names, language)

    try:
        if rebuild:
            index.clear()
        while not index.covers(state.stamp):
            missing = len(state.entries.items() - index.entries().items())
            with Progress(missing, unit="transcripts", description="Indexing", enabled=progress and missing > 0) as bar:
                added += index.update(state.stamp, state.entries, source, bar.update)
    except BaseException:
        index.close()
        raise
    return index, added


def _packed(folder: Path, ledger: Ledger, texts: Mapping[str, Text], names: Sequence[str]) -> Iterator[tuple[str, Packed]]:
    """Pack documents from the derived tables where these hold them, and from the stored transcripts otherwise."""
    missing = {texts[name]: name for name in names}
    for held in held_words(folder, list(missing), WORD_COLUMNS):
        found = [missing.pop(text) for text in held.texts]
        yield from zip(found, pack(held.rows, held.recording_ids), strict=True)
    for some, bodies in _bodies(ledger, [(name, text) for text, name in missing.items()]):
        yield from zip(some, pack(frames.project(["words"], bodies)["words"], some), strict=True)


def _translated(ledger: Ledger, texts: Mapping[str, Text], names: Sequence[str], language: str) -> Iterator[tuple[str, Packed]]:
    """Pack the translations of documents into one language."""
    for some, bodies in _bodies(ledger, [(name, texts[name]) for name in names]):
        yield from zip(some, pack(translated_words(bodies, language), some), strict=True)


def _bodies(ledger: Ledger, wanted: Sequence[tuple[str, Text]]) -> Iterator[tuple[list[str], Iterator[tuple[str, bytes]]]]:
    """Yield the names of a few documents with their payloads, until all have come."""
    for is_edited in (False, True):
        rest = [(name, text.job_key) for name, text in wanted if (text.edit is not None) is is_edited]
        for start in range(0, len(rest), _PAYLOADS_AT_A_TIME):
            some = rest[start : start + _PAYLOADS_AT_A_TIME]
            yield [name for name, _ in some], payloads.payloads(ledger, some, reviewed=is_edited)
