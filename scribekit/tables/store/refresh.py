"""The derived tables of a corpus, brought up to date for those of its recordings that a verb is asked about."""

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

from scribekit.base.errors import LedgerError
from scribekit.base.progress import QUIET_UNDER_S, Progress
from scribekit.corpus.job import COMPLETED
from scribekit.corpus.ledger import Ledger
from scribekit.tables.arrow import takes_dictionaries, to_pandas
from scribekit.tables.store import Catalogue, File, Folder, Part, StoredTranscript, maintain
from scribekit.tables.store.build import DERIVED, FINGERPRINT, Wanted, build, cut, length_s
from scribekit.tables.store.parquet import sorted_by_rank

__all__ = ["DERIVED", "PayloadReader", "Wanted", "bring_up_to_date", "forget", "forget_damaged", "wanted"]

_TRIES = 3  # another process may take away in the meantime what was just built

Parts = Mapping[int, Part]


@dataclass(frozen=True)
class PayloadReader:
    """Tables that are up to date, for some recordings.

    Attributes:
        folder: The folder of the tables.
        parts: The parts that hold the recordings.
        recording_ids: The recordings, in the order in which their rows are due.
        reviewed: Whether edits are applied.
        added: How many recordings had to be built.
    """

    folder: Folder
    parts: list[Part]
    recording_ids: list[str]
    reviewed: bool
    added: int

    def dataset(self, level: str) -> ds.Dataset:
        """One level, of these recordings alone; where it has no rows, of a file without any if one can be written."""
        files = self._files(level)
        if not files:
            with contextlib.suppress(LedgerError):
                files = [self.folder.empty(DERIVED[level])]
        return self._of(self.folder.dataset(files, DERIVED[level]))

    def _files(self, level: str) -> list[File]:
        editions = [part.edition(reviewed=self.reviewed) for part in self.parts]
        return [edition[level] for edition in editions if level in edition]

    def _of(self, dataset: ds.Dataset) -> ds.Dataset:
        if sum(len(part.holdings) for part in self.parts) == len(self.recording_ids):
            return dataset
        return dataset.filter(pc.field("recording_id").isin(pa.array(self.recording_ids, pa.large_string())))

    def frame(self, level: str, columns: Sequence[str], condition: pc.Expression | None) -> pd.DataFrame:
        """Columns of one level as a frame, the recordings in their order; only what is asked for is read.

        Raises:
            pyarrow.ArrowException: A file cannot be read, or the condition cannot be worked out on one of the rows.
            OSError: A file cannot be read.
        """
        table = DERIVED[level]
        dataset = self._of(self.folder.dataset(self._files(level), table, with_dictionaries=takes_dictionaries(condition, table)))
        if self._is_in_order():
            return to_pandas(dataset.to_table(columns=list(columns), filter=condition), table)
        rows = dataset.to_table(columns=[*columns, *({"recording_id"} - set(columns))], filter=condition)
        due = pa.array(self.recording_ids, pa.large_string())
        ranks = pc.index_in(rows.column("recording_id").cast(pa.large_string()), value_set=due)
        return to_pandas(sorted_by_rank(rows.select(list(columns)), ranks.to_numpy()), table)

    def _is_in_order(self) -> bool:
        ranks = {name: rank for rank, name in enumerate(self.recording_ids)}
        stored = [ranks[one.recording_id] for part in self.parts for one in part.holdings if one.recording_id in ranks]
        return all(first < second for first, second in pairwise(stored))


def wanted(ledger: Ledger, batch_ids: Sequence[int], recording_ids: Sequence[str] | None = None) -> list[Wanted]:
    """The recordings of batches that have a transcript, in manifest order; all of them, or those with one of the ids."""
    return [
        Wanted(StoredTranscript(row["recording_id"], row["job_key"], row["transcript_id"]), length_s(row["audio_duration_s"]))
        for row in ledger.job_rows(batch_ids, recording_ids)
        if row["state"] == COMPLETED
    ]


def bring_up_to_date(
    corpus: Path, ledger: Ledger, own: Sequence[Wanted], whole: Sequence[Wanted], *, reviewed: bool = True, progress: bool = True
) -> PayloadReader | None:
    """Build what is missing of the tables of some recordings.

    Args:
        corpus: The corpus folder.
        ledger: Its open ledger.
        own: The recordings, as :func:`wanted` gives them.
        whole: All recordings of the corpus, likewise.
        reviewed: Read the tables with the edits of people applied.
        progress: Show how far it has come, when it takes more than two seconds.

    Returns:
        What to read; None when a recording has another transcript than the latest of the corpus, which the tables do not hold.

    Raises:
        LedgerError: The tables cannot be written.
    """
    current = {one.holding.recording_id: one.holding for one in whole}
    if own is not whole and any(current[one.holding.recording_id] != one.holding for one in own):
        return None
    names = [one.holding.recording_id for one in own]
    folder, added = Folder(corpus), 0
    with Catalogue(folder.path, FINGERPRINT) as catalogue:
        for _ in range(_TRIES):
            parts = _sound_parts(folder, catalogue, current)
            missing = _missing(parts, own)
            if missing:
                added += len(missing)
                _build(corpus, folder, catalogue, ledger, missing, progress=progress)
                maintain.merge_small(folder, catalogue, {name: rank for rank, name in enumerate(current)})
                parts = catalogue.parts()
            if reviewed:
                parts = _reviewed(folder, catalogue, ledger, parts, set(names), progress=progress)
            if not _missing(parts, own):
                return PayloadReader(folder, _in_order(parts, names), names, reviewed, added)
    return None


def forget(corpus: Path, recording_ids: Collection[str] | None = None) -> None:
    """Forget the tables of a corpus, so that they are built anew: all, or the parts that hold one of the recordings.

    Raises:
        LedgerError: The tables cannot be written.
    """
    with Catalogue(Folder(corpus).path, FINGERPRINT) as catalogue:
        for number, part in catalogue.parts().items():
            if recording_ids is None or any(holding.recording_id in recording_ids for holding in part.holdings):
                catalogue.replace([number])


def forget_damaged(corpus: Path) -> bool:
    """Forget the parts that cannot be read, which is looked into byte by byte. Whether there were any.

    Raises:
        LedgerError: The tables cannot be written.
    """
    folder = Folder(corpus)
    with Catalogue(folder.path, FINGERPRINT) as catalogue:
        numbers = maintain.broken(folder, catalogue.parts(), thoroughly=True)
        for number in numbers:
            catalogue.replace([number])
    return bool(numbers)


def _sound_parts(folder: Folder, catalogue: Catalogue, current: Mapping[str, StoredTranscript]) -> Parts:
    parts = catalogue.parts()
    broken = maintain.broken(folder, parts)
    for number in broken:
        catalogue.replace([number])
    superseded = maintain.drop_superseded(folder, catalogue, parts, current)
    if not broken and not superseded:
        return parts
    folder.clean(catalogue.names())
    return catalogue.parts()


def _missing(parts: Parts, own: Sequence[Wanted]) -> list[Wanted]:
    held = {holding for part in parts.values() for holding in part.holdings}
    return [one for one in own if one.holding not in held]


def _build(corpus: Path, folder: Folder, catalogue: Catalogue, ledger: Ledger, missing: Sequence[Wanted], *, progress: bool) -> None:
    before = catalogue.held()
    with Progress(len(missing), "transcripts", "Making tables", progress, quiet_under_s=QUIET_UNDER_S) as line:
        build(corpus, folder, catalogue, ledger, cut(missing), lambda: line.update(catalogue.held() - before))
    folder.clean(catalogue.names())


def _reviewed(folder: Folder, catalogue: Catalogue, ledger: Ledger, parts: Parts, names: Set[str], *, progress: bool) -> Parts:
    stamps = ledger.edits.stamps()
    concerned = [part for part in parts.values() if any(one.recording_id in names for one in part.holdings)]
    behind = [part for part in concerned if maintain.known_edits(part, stamps) != part.stamps]
    if not behind:
        return parts
    with Progress(len(behind), "parts", "Applying edits", progress, quiet_under_s=QUIET_UNDER_S) as line:
        for done, part in enumerate(behind, start=1):
            maintain.review(folder, catalogue, ledger, part, stamps)
            line.update(done)
    return catalogue.parts()


def _in_order(parts: Parts, names: Sequence[str]) -> list[Part]:
    """The parts that hold some of the recordings, by the first of these."""
    ranks = {name: rank for rank, name in enumerate(names)}
    firsts = {
        number: min((ranks[one.recording_id] for one in part.holdings if one.recording_id in ranks), default=None)
        for number, part in parts.items()
    }
    return [parts[number] for _, number in sorted((rank, number) for number, rank in firsts.items() if rank is not None)]
