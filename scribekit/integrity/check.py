"""Check a corpus byte by byte, and repair what can be repaired (``sk.check_corpus``)."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pandas as pd

from scribekit.base.errors import DamagedFileError, LedgerError
from scribekit.base.progress import QUIET_UNDER_S, Progress
from scribekit.base.schema import INTEGRITY
from scribekit.corpus import presence
from scribekit.corpus.handles import Corpus, folder_of
from scribekit.corpus.job import COMPLETED
from scribekit.corpus.ledger import FILE_NAME, Ledger
from scribekit.corpus.ledger.salvage import salvage
from scribekit.corpus.ledger.stored import DAMAGED, UNSEALED, WHOLE
from scribekit.fulltext import index
from scribekit.recordings.waveform import damaged_peaks
from scribekit.tables.store.check import check_tables, forget_damaged_tables, forget_tables

MISSING, REPAIRED, TO_BE_FETCHED = "missing", "repaired", "to be fetched"
_PEAKS = "peaks"
_REPAIR = "Run sk.check_corpus with repair=True."
_OF_THE_OLD_LEDGER = "It was made from the damaged ledger, whose rows may have been others."
_MADE_AGAIN = "It is made again by itself when it is next needed."


def check_corpus(batch_or_corpus: str | os.PathLike[str] | Corpus, *, repair: bool = False, progress: bool = True) -> pd.DataFrame:
    """Read every byte of a corpus, and return what is whole and what is damaged.

    Stored transcripts, manifests, edits, table files, the search index and peaks have checksums. The other rows of the ledger (jobs,
    events, attempts) are checked with SQLite's own integrity check: it does not see a changed letter in a value that is in no index, such
    as the sentence of an error. Transcripts that an earlier version stored have no checksum until they are first read; they get it here.

    With ``repair``, a damaged ledger is made again from what its pages hold, and the damaged file is kept beside it. Damaged transcripts
    are made ready to be fetched again by :func:`collect`, which costs nothing while the service has them (30 days by default). Damaged
    edits are set aside: they stay in the journal as conflicts, and change nothing. Tables, the index and peaks are deleted: they are made
    again by themselves. Nothing else is deleted, and nothing is sent.

    Args:
        batch_or_corpus: The folder, or what ``submit_batch`` or ``open_corpus`` gave; the whole corpus is checked in either case.
        repair: Repair what can be repaired. No process may be at work on the corpus.
        progress: Show progress.

    Returns:
        One row for each transcript and each file: columns of ``schema.INTEGRITY`` (``what, recording_id, file, state, problem,
        advice``). All is well if every ``state`` is ``whole``.

    Raises:
        OptionError: It is neither.
        LedgerError: There is no corpus, it was made by a newer version, a process is at work on it, or it cannot be written.

    Example:
        >>> found = sk.check_corpus("corpus")                    # doctest: +SKIP
        >>> found[found["state"] != "whole"]                     # doctest: +SKIP
    """
    folder = folder_of(batch_or_corpus)
    if repair and (owners := presence.at_work(folder)):
        raise LedgerError(
            f"The corpus {str(folder)!r} cannot be repaired while another process uses it: {presence.description(owners[0])}."
        )
    report = _Report(folder, repair=repair)
    if report.check_ledger():
        with Ledger(folder) as ledger:
            report.check_transcripts(ledger, progress=progress)
            report.check_manifests(ledger)
            report.check_edits(ledger)
    report.check_tables()
    report.check_indexes()
    report.check_peaks()
    return INTEGRITY.frame(report.rows)


class _Report:
    """The rows of the table, as they are found.

    Args:
        folder: The corpus folder.
        repair: Whether to repair.
    """

    def __init__(self, folder: Path, *, repair: bool) -> None:
        self.rows: list[dict[str, Any]] = []
        self._folder = folder
        self._repair = repair
        self._is_ledger_new = False

    def _add(self, what: str, file: str, problem: str | None = None, advice: str | None = None, **others: Any) -> None:
        state = WHOLE if problem is None else DAMAGED
        self.rows.append({"what": what, "file": file, "state": state, "problem": problem, "advice": advice} | others)

    def check_ledger(self) -> bool:
        """Check the ledger. Return whether its transcripts can be read."""
        problem, can_be_read = self._ledger_problem()
        if problem is None:
            self._add("ledger", FILE_NAME)
        elif not (self._folder / FILE_NAME).exists() or not (self._folder / FILE_NAME).stat().st_size:
            self._add("ledger", FILE_NAME, problem, "Bring it back from a backup.", state=MISSING)
        elif self._repair:
            kept = salvage(self._folder)
            self._is_ledger_new = True
            advice = f"It was made again from what the damaged file holds. That is kept as {kept.name!r}."
            self._add("ledger", FILE_NAME, problem, advice, state=REPAIRED)
            return True
        else:
            self._add("ledger", FILE_NAME, problem, _REPAIR)
        return can_be_read

    def _ledger_problem(self) -> tuple[str | None, bool]:
        """Return what is wrong with the ledger, and whether it can be opened."""
        try:
            with Ledger(self._folder) as ledger:
                problems = ledger.problems()
                return (problems[0] if problems else None), True
        except DamagedFileError as error:
            return str(error), False

    def check_transcripts(self, ledger: Ledger, *, progress: bool) -> None:
        """Read every stored transcript."""
        try:
            jobs = [(row["recording_id"], row["job_key"]) for row in ledger.job_rows(ledger.batches()) if row["state"] == COMPLETED]
        except DamagedFileError:  # it is in the row of the ledger
            return
        states: dict[str, str] = {}
        with Progress(len(jobs), "transcripts", "Checking", progress, quiet_under_s=QUIET_UNDER_S) as line:
            for done, (_, key) in enumerate(jobs, start=1):
                if key not in states:
                    states[key] = ledger.transcript_state(key)
                line.update(done)
        harmed = [key for key, state in states.items() if state not in (WHOLE, UNSEALED)]
        fetched = ledger.fetch_again(harmed, time.time()) if self._repair and harmed else set()
        for recording_id, key in jobs:
            self._add(
                "transcript", FILE_NAME, **_transcript(states[key], is_fetched=key in fetched, repair=self._repair, name=recording_id)
            )

    def check_manifests(self, ledger: Ledger) -> None:
        """Read every manifest."""
        for number in ledger.batches():
            is_whole = ledger.manifest(number) is not None
            problem = None if is_whole else f"The manifest of batch {number} has other bytes than were written."
            self._add(
                "manifest", FILE_NAME, problem, None if is_whole else "Submit the same manifest again: no transcript is paid for again."
            )

    def check_edits(self, ledger: Ledger) -> None:
        """Read the journal of edits."""
        try:
            harmed = ledger.edits.harmed()
        except DamagedFileError:  # it is in the row of the ledger
            return
        if not harmed:
            self._add("edits", FILE_NAME)
        for content, numbers in harmed.items():
            problem = f"Edits {', '.join(map(str, numbers))} have other values than were written." if numbers else "An edit is missing."
            names: list[str | None] = [*ledger.edits.recordings_of(content)] or [None]
            if self._repair:
                ledger.edits.set_aside(content)
            advice = "The damaged edits are conflicts now: see sk.review(…).conflicts, and make them again." if self._repair else _REPAIR
            for name in names:
                self._add("edits", FILE_NAME, problem, advice, recording_id=name, state=REPAIRED if self._repair else DAMAGED)

    def check_tables(self) -> None:
        """Read every file of the derived tables."""
        found = check_tables(self._folder)
        if self._is_ledger_new:
            found = {file: problem or _OF_THE_OLD_LEDGER for file, problem in found.items()}
        for file, problem in found.items():
            self._derived("catalogue" if file.endswith(".sqlite") else "table", file, problem)
        if self._is_ledger_new and found:
            forget_tables(self._folder)
        elif self._repair and any(found.values()):
            forget_damaged_tables(self._folder)

    def check_indexes(self) -> None:
        """Read the search indexes."""
        for language in index.indexed_languages(self._folder):
            path = index.index_path(self._folder, language)
            with index.Index(self._folder, language, as_it_is=True) as opened:
                problems = opened.problems() or [_OF_THE_OLD_LEDGER] * self._is_ledger_new
            self._derived("search index", path.name, problems[0] if problems else None)
            if self._repair and problems:
                index.delete_index(path)

    def check_peaks(self) -> None:
        """Read the peaks of every waveform."""
        damaged = damaged_peaks(self._folder / _PEAKS)
        for path in sorted((self._folder / _PEAKS).glob("*.peaks")):
            self._derived("peaks", f"{_PEAKS}/{path.name}", "It has other bytes than were written." if path in damaged else None)
        for path in damaged if self._repair else ():
            path.unlink(missing_ok=True)

    def _derived(self, what: str, file: str, problem: str | None) -> None:
        """Add the row of a file that is made again when it is needed."""
        is_repaired = self._repair and problem is not None
        advice = None if problem is None else _MADE_AGAIN
        self._add(what, file, problem, advice, state=REPAIRED if is_repaired else DAMAGED if problem else WHOLE)


def _transcript(state: str, *, is_fetched: bool, repair: bool, name: str) -> dict[str, Any]:
    """Return the row of a transcript."""
    row: dict[str, Any] = {"recording_id": name}
    if state == UNSEALED:
        return row | {
            "advice": "It was stored by an earlier version, without a checksum. It has one from now on, if the folder can be written."
        }
    if state == WHOLE:
        return row
    row |= {"state": state, "problem": "It has other bytes than were received." if state == DAMAGED else "It is not in the ledger."}
    if is_fetched:
        return row | {"state": TO_BE_FETCHED, "advice": "Run sk.collect: it fetches the transcript again, which costs nothing."}
    deleted = "It was deleted at the service, so it cannot be fetched again. sk.retry transcribes, and pays for, it again."
    return row | {
        "advice": deleted if repair else f"{_REPAIR[:-1]}, then sk.collect: it fetches the transcript again, which costs nothing."
    }
