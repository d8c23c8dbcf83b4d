"""A batch or corpus with its search index up to date, and the recordings in it that a verb is about."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, Self, TypeVar

import pandas as pd

from scribekit.base.errors import OptionError
from scribekit.base.progress import Progress
from scribekit.corpus import payloads
from scribekit.corpus.handles import Corpus
from scribekit.corpus.ledger import Ledger
from scribekit.corpus.ledger.damage import EDITS, TRANSCRIPT
from scribekit.corpus.view import CorpusView
from scribekit.fulltext.concordance import WORD_COLUMNS, CountedWords, Packed, Query, counted_words, pack
from scribekit.fulltext.concordance.lines import Integers
from scribekit.fulltext.index import DamagedIndexError, Entry, Index, delete_index
from scribekit.fulltext.translated import translated_words
from scribekit.tables.arrow import WhereRecordings, recordings_where
from scribekit.tables.store.reuse import Text, held_words
from scribekit.transcripts import frames

Where = WhereRecordings
_P = ParamSpec("_P")
_R = TypeVar("_R")

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
        damaged: Recording id → what is damaged, of the recordings whose jobs cannot be read.
        others: Sentences about what else is damaged.
    """

    stamp: str
    entries: Mapping[str, Entry]
    texts: Mapping[str, Text]
    reviewed: Mapping[str, int]
    received: Mapping[str, int]
    is_ascending: bool
    manifest: pd.DataFrame
    damaged: Mapping[str, str]
    others: Sequence[str]


_Scope = tuple[Path, Path, tuple[int, ...]]
"""The corpus, the working folder (which decides how sources are written) and the batches."""

_MAX_STATES = 4
_states: dict[_Scope, _LedgerState] = {}


def with_whole_index(verb: Callable[_P, _R]) -> Callable[_P, _R]:
    """Make a verb that reads the index start once again if the index turns out to be damaged, which is then built again."""

    @functools.wraps(verb)
    def run(*given: _P.args, **named: _P.kwargs) -> _R:
        try:
            return verb(*given, **named)
        except DamagedIndexError as error:
            delete_index(error.path)
            return verb(*given, **named)

    return run


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
        recordings: Recording id → number of its document, of the recordings chosen. Of those that are the same file or address, only the
            first has one: what was said in them was said once.
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
            recordings = state.reviewed if reviewed else state.received
            self.recordings = _read_recordings(recordings, self.index, state, view.ledger)
        self._is_ascending = state.is_ascending
        if chosen is not None:
            self.recordings = {name: number for name, number in self.recordings.items() if name in chosen}
        self.recordings = _counted_once(self.recordings)

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
            yield recording_id, text, counted_words(text, functools.partial(self._words_of_terms, number))

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
        is_ascending = all(before < after for before, after in itertools.pairwise(_counted_once(reviewed).values()))
        manifest, damage = view.manifest, ledger.damage
        damaged, others = dict(damage.recordings), list(damage.others)
        state = _LedgerState(stamp, entries, texts, reviewed, received, is_ascending, manifest, damaged, others)
    _states[scope] = state
    for oldest in list(_states)[:-_MAX_STATES]:
        _states.pop(oldest, None)
    return state


def _counted_once(recordings: Mapping[str, int]) -> Mapping[str, int]:
    """Return the recordings without those that have the document of an earlier one."""
    first = {number: name for name, number in reversed(list(recordings.items()))}
    return recordings if len(first) == len(recordings) else {name: number for name, number in recordings.items() if first[number] == name}


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
            index.start_again()
        while not index.covers(state.stamp):
            missing = len(state.entries.items() - index.entries().items())
            with Progress(missing, unit="transcripts", description="Indexing", enabled=progress and missing > 0) as bar:
                added += index.update(state.stamp, state.entries, source, bar.update)
    except BaseException:
        index.close()
        raise
    return index, added


def _read_recordings(recordings: Mapping[str, int], index: Index, state: _LedgerState, ledger: Ledger) -> Mapping[str, int]:
    """Return the recordings without those that could not be read from the ledger, which are noted."""
    ledger.damage.recordings.update(state.damaged)
    ledger.damage.others += [sentence for sentence in state.others if sentence not in ledger.damage.others]
    unread = {state.entries[name][0]: name for name in index.unread() if name in state.entries}
    if not unread:
        return recordings
    for recording_id, number in recordings.items():
        if number in unread:
            has_edits_only = unread[number] + _AS_RECEIVED in state.entries and unread[number] + _AS_RECEIVED not in unread.values()
            ledger.damage.recordings[recording_id] = EDITS if has_edits_only else TRANSCRIPT
    return {recording_id: number for recording_id, number in recordings.items() if number not in unread}


def _packed(folder: Path, ledger: Ledger, texts: Mapping[str, Text], names: Sequence[str]) -> Iterator[tuple[str, Packed]]:
    """Pack documents from the derived tables where these hold them, and from the stored transcripts otherwise."""
    missing = {texts[name]: name for name in names}
    for held in held_words(folder, list(missing), WORD_COLUMNS):
        found = [missing.pop(text) for text in held.texts]
        yield from zip(found, pack(held.rows, held.recording_ids), strict=True)
    for read, bodies in _bodies(ledger, [(name, text) for text, name in missing.items()]):
        rows = frames.project(["words"], bodies)["words"]
        yield from zip(read, pack(rows, read), strict=True)


def _translated(ledger: Ledger, texts: Mapping[str, Text], names: Sequence[str], language: str) -> Iterator[tuple[str, Packed]]:
    """Pack the translations of documents into one language."""
    for read, bodies in _bodies(ledger, [(name, texts[name]) for name in names]):
        rows = translated_words(bodies, language)
        yield from zip(read, pack(rows, read), strict=True)


def _bodies(ledger: Ledger, wanted: Sequence[tuple[str, Text]]) -> Iterator[tuple[list[str], Iterator[tuple[str, bytes]]]]:
    """Yield the payloads of a few documents, until all have come, with a list that has the names of those that were read afterwards."""
    for is_edited in (False, True):
        rest = [(name, text.job_key) for name, text in wanted if (text.edit is not None) is is_edited]
        for start in range(0, len(rest), _PAYLOADS_AT_A_TIME):
            read: list[str] = []
            yield read, _noting(ledger, rest[start : start + _PAYLOADS_AT_A_TIME], read, is_edited=is_edited)


def _noting(ledger: Ledger, some: Sequence[tuple[str, str]], names: list[str], *, is_edited: bool) -> Iterator[tuple[str, bytes]]:
    """Yield payloads, and append the name of each to a list."""
    for name, body in payloads.payloads(ledger, some, reviewed=is_edited):
        names.append(name)
        yield name, body
    for name, _ in some:  # these are names of documents; those of their recordings are noted when the index is opened
        ledger.damage.recordings.pop(name, None)
