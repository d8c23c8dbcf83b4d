"""Bring the derived tables of a corpus up to date for the recordings that a verb asks for, and read them."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from scribekit.base.errors import DamagedFileError, LedgerError
from scribekit.base.progress import QUIET_UNDER_S, Progress
from scribekit.corpus.job import COMPLETED
from scribekit.corpus.ledger import Ledger
from scribekit.tables.arrow import takes_dictionaries, to_pandas
from scribekit.tables.store import Catalogue, File, Folder, Part, StoredTranscript, maintain
from scribekit.tables.store.build import DERIVED, FINGERPRINT, Wanted, build, length_s, split_into_chunks
from scribekit.tables.store.parquet import sorted_by_rank

__all__ = ["DERIVED", "CurrentTables", "Wanted", "bring_up_to_date", "forget", "forget_damaged", "wanted"]

_TRIES = 3  # another process may have removed what was just built

Parts = Mapping[int, Part]


@dataclass(frozen=True)
class CurrentTables:
    """Tables that are up to date, for some recordings.

    Attributes:
        folder: The folder of the tables.
        parts: The parts that have the recordings.
        recording_ids: The recordings, in the order that their rows should have.
        reviewed: Whether edits are applied.
        added: How many recordings had to be built.
    """

    folder: Folder
    parts: list[Part]
    recording_ids: list[str]
    reviewed: bool
    added: int

    def dataset(self, level: str) -> ds.Dataset:
        """Return one level of these recordings. If it has no rows, the dataset has an empty file, where one can be written.

        Raises:
            DamagedFileError: A file is damaged.
        """
        files = self._files(level)
        if not files:
            with contextlib.suppress(LedgerError):
                files = [self.folder.empty(DERIVED[level])]
        return self._only_these(self.folder.dataset(files, DERIVED[level]))

    def _files(self, level: str) -> list[File]:
        editions = [part.edition(reviewed=self.reviewed) for part in self.parts]
        return [edition[level] for edition in editions if level in edition]

    def _only_these(self, dataset: ds.Dataset) -> ds.Dataset:
        if sum(len(part.transcripts) for part in self.parts) == len(self.recording_ids):
            return dataset
        return dataset.filter(pc.field("recording_id").isin(pa.array(self.recording_ids, pa.large_string())))

    def frame(self, level: str, columns: Sequence[str], condition: pc.Expression | None) -> pd.DataFrame:
        """Return columns of one level as a frame, the recordings in their order. Only the requested columns and rows are read.

        Raises:
            DamagedFileError: A file is damaged.
            pyarrow.ArrowException: A file cannot be read, or the condition cannot be evaluated on one of the rows.
            OSError: A file cannot be read.
        """
        table = DERIVED[level]
        files = self.folder.dataset(self._files(level), table, with_dictionaries=takes_dictionaries(condition, table))
        dataset = self._only_these(files)
        if self._is_in_order():
            return to_pandas(dataset.to_table(columns=list(columns), filter=condition), table)
        rows = dataset.to_table(columns=[*columns, *({"recording_id"} - set(columns))], filter=condition)
        order = pa.array(self.recording_ids, pa.large_string())
        ranks = pc.index_in(rows.column("recording_id").cast(pa.large_string()), value_set=order)
        return to_pandas(sorted_by_rank(rows.select(list(columns)), ranks.to_numpy()), table)

    def _is_in_order(self) -> bool:
        ranks = {name: rank for rank, name in enumerate(self.recording_ids)}
        found = [ranks[one.recording_id] for part in self.parts for one in part.transcripts if one.recording_id in ranks]
        return all(first < second for first, second in pairwise(found))


def wanted(ledger: Ledger, batch_ids: Sequence[int], recording_ids: Sequence[str] | None = None) -> list[Wanted]:
    """Return the recordings of batches that have a transcript, in manifest order: all, or those with one of the ids."""
    return [
        Wanted(StoredTranscript(row["recording_id"], row["job_key"], row["transcript_id"]), length_s(row["audio_duration_s"]))
        for row in ledger.job_rows(batch_ids, recording_ids)
        if row["state"] == COMPLETED
    ]


def bring_up_to_date(
    corpus: Path, ledger: Ledger, own: Sequence[Wanted], whole: Sequence[Wanted], *, reviewed: bool = True, progress: bool = True
) -> CurrentTables | None:
    """Build the missing tables of some recordings.

    Args:
        corpus: The corpus folder.
        ledger: Its open ledger.
        own: The recordings, from :func:`wanted`.
        whole: All recordings of the corpus, from :func:`wanted`.
        reviewed: Apply the edits of people.
        progress: Show progress when it takes more than two seconds.

    Returns:
        The tables; None if a recording has another transcript than the latest of the corpus, because the tables have only the latest.

    Raises:
        LedgerError: The tables cannot be written.
    """
    current = {one.transcript.recording_id: one.transcript for one in whole}
    if own is not whole and any(current[one.transcript.recording_id] != one.transcript for one in own):
        return None
    for is_last in (False, True):
        try:
            return _bring_up_to_date(corpus, ledger, own, current, reviewed=reviewed, progress=progress)
        except DamagedFileError:
            if is_last or not forget_damaged(corpus):
                raise
    return None


def _bring_up_to_date(
    corpus: Path, ledger: Ledger, own: Sequence[Wanted], current: Mapping[str, StoredTranscript], *, reviewed: bool, progress: bool
) -> CurrentTables | None:
    names = [one.transcript.recording_id for one in own]
    folder, added = Folder(corpus), 0
    with Catalogue(folder.path, FINGERPRINT) as catalogue:
        for _ in range(_TRIES):
            parts = _usable_parts(folder, catalogue, current)
            missing = _missing(parts, own)
            if missing:
                _build(corpus, folder, catalogue, ledger, missing, progress=progress)
                maintain.merge_small(folder, catalogue, {name: rank for rank, name in enumerate(current)})
                parts = catalogue.parts()
                added += len(missing) - len(_missing(parts, missing))
            unread: set[str] = set()
            if reviewed:
                parts, unread = _reviewed(folder, catalogue, ledger, parts, set(names), progress=progress)
            left = {one.transcript.recording_id for one in _missing(parts, own)}
            if left <= ledger.damage.recordings.keys():
                names = [name for name in names if name not in left | unread]
                return CurrentTables(folder, _in_order(parts, names), names, reviewed, added)
    return None


def forget(corpus: Path, recording_ids: Collection[str] | None = None) -> None:
    """Forget the tables of a corpus, so that they are built again: all, or the parts that have one of the recordings.

    Raises:
        LedgerError: The tables cannot be written.
    """
    with Catalogue(Folder(corpus).path, FINGERPRINT) as catalogue:
        for number, part in catalogue.parts().items():
            if recording_ids is None or any(transcript.recording_id in recording_ids for transcript in part.transcripts):
                catalogue.replace([number])


def forget_damaged(corpus: Path) -> bool:
    """Read every file, and forget the parts that cannot be read, or all if the catalogue is damaged. Return whether there were any.

    Raises:
        LedgerError: The tables cannot be written.
    """
    folder = Folder(corpus)
    with Catalogue(folder.path, FINGERPRINT) as catalogue:
        try:
            numbers = list(maintain.damaged(folder, catalogue.parts()))
            for number in numbers:
                catalogue.replace([number])
        except DamagedFileError:
            catalogue.start_again()
            return True
    return bool(numbers)


def _usable_parts(folder: Folder, catalogue: Catalogue, current: Mapping[str, StoredTranscript]) -> Parts:
    parts = catalogue.parts()
    incomplete = maintain.incomplete(folder, parts)
    for number in incomplete:
        catalogue.replace([number])
    superseded = maintain.drop_superseded(folder, catalogue, parts, current)
    if not incomplete and not superseded:
        return parts
    folder.clean(catalogue.names())
    return catalogue.parts()


def _missing(parts: Parts, own: Sequence[Wanted]) -> list[Wanted]:
    present = {transcript for part in parts.values() for transcript in part.transcripts}
    return [one for one in own if one.transcript not in present]


def _build(corpus: Path, folder: Folder, catalogue: Catalogue, ledger: Ledger, missing: Sequence[Wanted], *, progress: bool) -> None:
    before = catalogue.count()
    with Progress(len(missing), "transcripts", "Making tables", progress, quiet_under_s=QUIET_UNDER_S) as line:
        build(corpus, folder, catalogue, ledger, split_into_chunks(missing), lambda: line.update(catalogue.count() - before))
    folder.clean(catalogue.names())


def _reviewed(
    folder: Folder, catalogue: Catalogue, ledger: Ledger, parts: Parts, names: Set[str], *, progress: bool
) -> tuple[Parts, set[str]]:
    """Apply new edits. Return the parts, and the recordings whose edits cannot be applied because something is damaged."""
    stamps = ledger.edits.stamps()
    own = [part for part in parts.values() if any(one.recording_id in names for one in part.transcripts)]
    stale = [part for part in own if maintain.expected_stamps(part, stamps) != part.stamps]
    if not stale:
        return parts, set()
    unread: set[str] = set()
    with Progress(len(stale), "parts", "Applying edits", progress, quiet_under_s=QUIET_UNDER_S) as line:
        for done, part in enumerate(stale, start=1):
            unread |= maintain.review(folder, catalogue, ledger, part, stamps)
            line.update(done)
    return catalogue.parts(), unread


def _in_order(parts: Parts, names: Sequence[str]) -> list[Part]:
    """Return the parts that have some of the recordings, sorted by the first of these."""
    ranks = {name: rank for rank, name in enumerate(names)}
    firsts = {
        number: min((ranks[one.recording_id] for one in part.transcripts if one.recording_id in ranks), default=None)
        for number, part in parts.items()
    }
    return [parts[number] for _, number in sorted((rank, number) for number, rank in firsts.items() if rank is not None)]
