"""Parts that are no longer as they should be: superseded, broken, behind the edits, or too small to stay alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import pyarrow as pa

from scribekit.corpus.ledger import Ledger
from scribekit.tables.store import AS_RECEIVED, REVIEWED, Catalogue, Folder, Part, StoredTranscript
from scribekit.tables.store.build import DERIVED, PART_AUDIO_S, PART_RECORDINGS, project
from scribekit.tables.store.parquet import rows_of

MANY = 8
"""So many small parts in a row become one."""


def broken(folder: Folder, parts: Mapping[int, Part], *, thoroughly: bool = False) -> list[int]:
    """The numbers of parts that a file is missing of, or damaged."""
    return [
        number
        for number, part in parts.items()
        if folder.broken([file for edition in part.files.values() for file in edition.values()], thoroughly=thoroughly)
    ]


def drop_superseded(folder: Folder, catalogue: Catalogue, parts: Mapping[int, Part], current: Mapping[str, StoredTranscript]) -> bool:
    """Take out the recordings that have another transcript by now, or are gone. Whether there were any."""
    found = False
    for part in parts.values():
        kept = [holding for holding in part.holdings if current.get(holding.recording_id) == holding]
        if len(kept) < len(part.holdings):
            _rewrite(folder, catalogue, [part], kept)
            found = True
    return found


def merge_small(folder: Folder, catalogue: Catalogue, ranks: Mapping[str, int]) -> None:
    """Make one part of many small ones, as many small batches bring them, and reading tables while a batch is under way.

    Parts are not put together over a large one that lies between them, so that rows stay in the order in which they are due.

    Args:
        folder: The folder of the tables.
        catalogue: The open catalogue.
        ranks: Recording id → its place in the order of all.
    """

    def rank(holding: StoredTranscript) -> int:
        return ranks.get(holding.recording_id, len(ranks))

    for run in _runs(list(catalogue.parts().values()), rank):
        for group in _groups(run) if len(run) >= MANY else ():
            _rewrite(folder, catalogue, group, sorted((holding for part in group for holding in part.holdings), key=rank))


def _runs(parts: Sequence[Part], rank: Callable[[StoredTranscript], int]) -> list[list[Part]]:
    """The small parts in order, parted where a large one lies between two of them."""
    places = {part.number: sorted(map(rank, part.holdings)) for part in parts}
    large = [places[part.number] for part in parts if not _is_small(part)]
    runs: list[list[Part]] = []
    end = -1
    for part in sorted(filter(_is_small, parts), key=lambda part: places[part.number]):
        begin = places[part.number][0]
        if not runs or any(end < own[0] and own[-1] < begin for own in large):
            runs.append([])
        runs[-1].append(part)
        end = places[part.number][-1]
    return runs


def _is_small(part: Part) -> bool:
    return part.audio_s < PART_AUDIO_S / 4 and len(part.holdings) < PART_RECORDINGS / 4


def known_edits(part: Part, stamps: Mapping[str, int]) -> dict[str, int]:
    """The stamps that the reviewed edition of a part is to bear."""
    return {holding.job_key: stamps[holding.job_key] for holding in part.holdings if holding.job_key in stamps}


def review(folder: Folder, catalogue: Catalogue, ledger: Ledger, part: Part, stamps: Mapping[str, int]) -> None:
    """Bring the reviewed edition of a part up to date: only recordings with edits that it does not know of are read again.

    Args:
        folder: The folder of the tables.
        catalogue: The open catalogue.
        ledger: The open ledger.
        part: The part.
        stamps: Job key → the number of the last edit of its recording.
    """
    known = known_edits(part, stamps)
    changed = [holding for holding in part.holdings if known.get(holding.job_key) != part.stamps.get(holding.job_key)]
    fresh = project(ledger, changed, reviewed=True)
    stale = {holding.recording_id for holding in changed}
    names = [holding.recording_id for holding in part.holdings]
    base = part.edition(reviewed=True)
    tables = {}
    for level, rows in fresh.items():
        others = [rows_of(folder.read(base[level]), [name for name in names if name not in stale])] if level in base else []
        tables[level] = rows_of(pa.concat_tables([*others, rows]), names)
    catalogue.set_reviewed(part.number, known, folder.write(tables))
    folder.release(part.files.get(REVIEWED, {}).values())


def _groups(parts: Sequence[Part]) -> Iterator[list[Part]]:
    group: list[Part] = []
    for part in parts:
        together = [*group, part]
        is_full = sum(one.audio_s for one in together) > PART_AUDIO_S or sum(len(one.holdings) for one in together) > PART_RECORDINGS
        if is_full:
            yield group
        group = [part] if is_full else together
    yield group


def _rewrite(folder: Folder, catalogue: Catalogue, parts: Sequence[Part], holdings: Sequence[StoredTranscript]) -> None:
    """Make one part of parts, with these of their recordings, in this order. No payload is read."""
    names = [holding.recording_id for holding in holdings]
    tables = {}
    for level in DERIVED if holdings else ():
        files = [part.files[AS_RECEIVED][level] for part in parts if level in part.files.get(AS_RECEIVED, {})]
        if files:
            tables[level] = rows_of(pa.concat_tables([folder.read(file) for file in files]), names)
    share = len(holdings) / sum(len(part.holdings) for part in parts)
    audio_s = sum(part.audio_s for part in parts) * share
    catalogue.replace([part.number for part in parts], holdings, folder.write(tables), audio_s=audio_s)
    folder.release([file for part in parts for edition in part.files.values() for file in edition.values()])
