"""Maintain the parts: drop superseded transcripts, find damaged files, apply new edits, merge small parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import pyarrow as pa

from scribekit.corpus.ledger import Ledger
from scribekit.tables.store import AS_RECEIVED, REVIEWED, Catalogue, File, Folder, Part, StoredTranscript
from scribekit.tables.store.build import DERIVED, PART_AUDIO_S, PART_RECORDINGS, project
from scribekit.tables.store.parquet import rows_of

MANY = 8
"""This many small parts in a row become one."""


def incomplete(folder: Folder, parts: Mapping[int, Part]) -> list[int]:
    """Return the numbers of the parts that have a file which is missing or has another size."""
    return [number for number, part in parts.items() if folder.missing(_files(part))]


def damaged(folder: Folder, parts: Mapping[int, Part]) -> dict[int, set[str]]:
    """Read every byte, and return the numbers of the parts that have missing or damaged files, with the names of these."""
    return {number: names for number, part in parts.items() if (names := folder.damaged(_files(part)))}


def _files(part: Part) -> list[File]:
    return [file for edition in part.files.values() for file in edition.values()]


def drop_superseded(folder: Folder, catalogue: Catalogue, parts: Mapping[int, Part], current: Mapping[str, StoredTranscript]) -> bool:
    """Remove the recordings that have another transcript now, or are gone. Return whether there were any."""
    found = False
    for part in parts.values():
        kept = [transcript for transcript in part.transcripts if current.get(transcript.recording_id) == transcript]
        if len(kept) < len(part.transcripts):
            _rewrite(folder, catalogue, [part], kept)
            found = True
    return found


def merge_small(folder: Folder, catalogue: Catalogue, ranks: Mapping[str, int]) -> None:
    """Merge many small parts into one. They come from small batches, and from tables that are read while a batch is running.

    Parts with a large part between them are not merged, so that rows stay in manifest order.

    Args:
        folder: The folder of the tables.
        catalogue: The open catalogue.
        ranks: Recording id → its position in manifest order.
    """

    def rank(transcript: StoredTranscript) -> int:
        return ranks.get(transcript.recording_id, len(ranks))

    for run in _runs(list(catalogue.parts().values()), rank):
        for group in _groups(run) if len(run) >= MANY else ():
            _rewrite(folder, catalogue, group, sorted((transcript for part in group for transcript in part.transcripts), key=rank))


def _runs(parts: Sequence[Part], rank: Callable[[StoredTranscript], int]) -> list[list[Part]]:
    """Return the small parts in order, split where a large one is between two of them."""
    places = {part.number: sorted(map(rank, part.transcripts)) for part in parts}
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
    return part.audio_s < PART_AUDIO_S / 4 and len(part.transcripts) < PART_RECORDINGS / 4


def expected_stamps(part: Part, stamps: Mapping[str, int]) -> dict[str, int]:
    """Return the stamps of a reviewed edition that is up to date."""
    return {transcript.job_key: stamps[transcript.job_key] for transcript in part.transcripts if transcript.job_key in stamps}


def review(folder: Folder, catalogue: Catalogue, ledger: Ledger, part: Part, stamps: Mapping[str, int]) -> set[str]:
    """Bring the reviewed edition of a part up to date. Only recordings with newer edits are read again.

    Args:
        folder: The folder of the tables.
        catalogue: The open catalogue.
        ledger: The open ledger.
        part: The part.
        stamps: Job key → the number of the last edit of its recording.

    Returns:
        The recordings whose edits cannot be applied, because a transcript or its edits are damaged. Their rows are not up to date.
    """
    expected = expected_stamps(part, stamps)
    changed = [transcript for transcript in part.transcripts if expected.get(transcript.job_key) != part.stamps.get(transcript.job_key)]
    fresh, read = project(ledger, changed, reviewed=True)
    unread = {transcript.recording_id: transcript.job_key for transcript in changed if transcript not in read}
    if not read:
        return set(unread)
    stale = {transcript.recording_id for transcript in changed}
    names = [transcript.recording_id for transcript in part.transcripts]
    base = part.edition(reviewed=True)
    tables = {}
    for level, rows in fresh.items():
        others = [rows_of(folder.read(base[level]), [name for name in names if name not in stale])] if level in base else []
        tables[level] = rows_of(pa.concat_tables([*others, rows]), names)
    applied = {key: number for key, number in expected.items() if key not in unread.values()}
    catalogue.set_reviewed(part.number, applied, folder.write(tables))
    folder.release(part.files.get(REVIEWED, {}).values())
    return set(unread)


def _groups(parts: Sequence[Part]) -> Iterator[list[Part]]:
    group: list[Part] = []
    for part in parts:
        together = [*group, part]
        is_full = sum(one.audio_s for one in together) > PART_AUDIO_S or sum(len(one.transcripts) for one in together) > PART_RECORDINGS
        if is_full:
            yield group
        group = [part] if is_full else together
    yield group


def _rewrite(folder: Folder, catalogue: Catalogue, parts: Sequence[Part], transcripts: Sequence[StoredTranscript]) -> None:
    """Make one part of several, with these of their recordings, in this order. No payload is read."""
    names = [transcript.recording_id for transcript in transcripts]
    tables = {}
    for level in DERIVED if transcripts else ():
        files = [part.files[AS_RECEIVED][level] for part in parts if level in part.files.get(AS_RECEIVED, {})]
        if files:
            tables[level] = rows_of(pa.concat_tables([folder.read(file) for file in files]), names)
    share = len(transcripts) / sum(len(part.transcripts) for part in parts)
    audio_s = sum(part.audio_s for part in parts) * share
    catalogue.replace([part.number for part in parts], transcripts, folder.write(tables), audio_s=audio_s)
    folder.release([file for part in parts for file in _files(part)])
