"""Stored transcripts for tables, files and the index: as received, or as people have corrected them."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from scribekit.base import schema
from scribekit.base.errors import DamagedFileError
from scribekit.corpus.ledger import Ledger
from scribekit.corpus.ledger.damage import EDITS
from scribekit.corpus.view import CorpusView, time_stamp
from scribekit.transcripts import edits
from scribekit.transcripts.edits import table


def payloads(ledger: Ledger, keys: Sequence[tuple[str, str]], *, reviewed: bool = True) -> Iterator[tuple[str, bytes]]:
    """Yield the recording id and the transcript as JSON bytes for each (recording id, job key) that has one, one at a time.

    Args:
        ledger: The open ledger.
        keys: Recording ids and job keys.
        reviewed: Apply the edits of people: still a payload, with one more key (:class:`scribekit.base.contract.Review`). False gives every
            payload as received.

    What is damaged, a payload or the edits of a recording, is left out and noted in ``ledger.damage``.
    """
    stamps = ledger.edits.stamps() if reviewed else {}
    for recording_id, key in keys:
        for _, body in ledger.payloads([(recording_id, key)]):
            if key not in stamps:
                yield recording_id, body
            elif (entries := _journal_or_note(ledger, recording_id, key, stamps[key])) is not None:
                yield recording_id, edits.reviewed_payload(body, entries)


def journal(ledger: Ledger, job_key: str) -> list[edits.Edit]:
    """Return all edits of a job's recording, oldest first.

    Raises:
        DamagedFileError: One of them is damaged, or gone.
    """
    return [edits.Edit.from_row(row) for row in ledger.edits.of(ledger.edits.content_of(job_key))]


def _journal_or_note(ledger: Ledger, recording_id: str, job_key: str, last: int) -> list[edits.Edit] | None:
    """Return the edits of a recording up to at least a number; None, and a note, if they are damaged."""
    with contextlib.suppress(DamagedFileError):
        entries = journal(ledger, job_key)
        if entries and entries[-1].edit_id >= last:
            return entries
    ledger.damage.recordings[recording_id] = EDITS
    return None


def reviewed_words(ledger: Ledger, keys: Sequence[tuple[str, str]]) -> Iterator[tuple[str, dict[int, bool]]]:
    """Yield which words people judged, for each (recording id, job key) that they edited: position in the payload → whether it is right.

    A word is right if a person accepted it, or kept it in a correction. It is wrong if it was replaced or rejected.
    """
    return ((recording_id, result.state.judgements) for recording_id, _, _, result in replayed(ledger, keys))


def settled_words(ledger: Ledger, keys: Sequence[tuple[str, str]]) -> Iterator[tuple[str, Sequence[int]]]:
    """Yield which words need no more review, for each (recording id, job key) that people edited: positions in the corrected transcript.

    These are the words whose text people typed or judged, and all words of a recording that they marked as done.
    """
    for recording_id, _, _, result in replayed(ledger, keys):
        is_done = result.history.state == edits.DONE
        yield recording_id, range(len(result.state.words)) if is_done else result.state.settled()


def edit_rows(recording_id: str, journal: Sequence[edits.Edit], result: edits.Replayed) -> list[dict[str, Any]]:
    """Return the journal of one recording, with the outcome of each edit: the columns of ``schema.EDITS``."""
    found = table.rows(journal, result.outcomes, result.history.undone)
    return [{**row, "recording_id": recording_id, "at": time_stamp(row["at"])} for row in found]


def replayed(ledger: Ledger, keys: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str, list[edits.Edit], edits.Replayed]]:
    """Yield the id, job key, journal and corrected transcript of each recording that was edited."""
    stamps = ledger.edits.stamps()
    for recording_id, key in keys:
        for _, body in ledger.payloads([(recording_id, key)] if key in stamps else []):
            entries = _journal_or_note(ledger, recording_id, key, stamps[key])
            if entries is not None:
                yield recording_id, key, entries, edits.replayed(body, entries)


def edits_frame(view: CorpusView) -> pd.DataFrame:
    """Return every edit of the recordings that have a transcript, oldest first: columns of ``schema.EDITS``."""
    found = replayed(view.ledger, view.completed)
    rows = [row for name, _, entries, result in found for row in edit_rows(name, entries, result)]
    return schema.EDITS.frame(sorted(rows, key=lambda row: row["edit_id"]))


def undo_or_redo(ledger: Ledger, action: str, group: int, *, who: str, at: float, last: Mapping[str, int | None]) -> None:
    """Undo or redo a group of edits in every recording that has some of them.

    Args:
        ledger: The open ledger.
        action: ``edits.UNDO`` or ``edits.REDO``.
        group: The number of the group.
        who: The person who does it.
        at: Unix time.
        last: The last edit of each content as it was read (see ``EditJournal.append``).

    Raises:
        EditedMeanwhile: One of those contents was edited since; nothing was written.
    """
    detail = json.dumps({"edit_group": group})
    contents = dict.fromkeys((row["content"], row["transcript_id"]) for row in ledger.edits.of_group(group))
    rows = [{"at": at, "who": who, "content": content, "transcript_id": transcript} for content, transcript in contents]
    ledger.edits.append([{**row, "action": action, "detail": detail} for row in rows], last)
