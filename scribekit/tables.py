"""The verbs that turn a corpus into tables and files: projections of the stored transcripts, which ask the service for nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pandas as pd

from scribekit import files, frames, schema, stored
from scribekit.corpus import Batch, Corpus, manifest_of, time_stamp
from scribekit.errors import OptionError, nearest
from scribekit.formats import Document, resolve
from scribekit.ledger import Ledger

Level = Literal[
    "jobs",
    "events",
    "transcripts",
    "utterances",
    "words",
    "sentences",
    "paragraphs",
    "chapters",
    "entities",
    "sentiments",
    "topics",
    "highlights",
    "content_safety",
    "languages",
    "edits",
]

DEFAULT_FORMATS = ("txt", "srt", "vtt", "speakers", "json")


def to_frame(
    batch_or_corpus: Batch | Corpus,
    level: Level = "transcripts",
    *,
    with_manifest: bool = False,
    provenance: bool = False,
    reviewed: bool = True,
) -> pd.DataFrame:
    """The completed transcripts as one table.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        level: ``"transcripts"`` (one row per recording), ``"utterances"`` (one per turn), ``"words"``, ``"jobs"`` (where
            every recording stands) or ``"events"`` (what happened, oldest first); ``"sentences"`` and ``"paragraphs"``, which are cut
            from the words (``frames.segments`` says how); and what the service found when it was asked to: ``"chapters"``,
            ``"entities"``, ``"sentiments"``, ``"topics"``, ``"highlights"``, ``"content_safety"``, ``"languages"``. Without it, or
            where it was off, such a table is empty. ``"edits"`` is what people changed, oldest first.
        with_manifest: Add the manifest's columns (the user's own included) to every row, by ``recording_id``. A manifest
            column that has the name of one of the table's comes with the suffix ``_manifest``.
        provenance: Add to every row what its transcript came from: the columns of ``schema.PROVENANCE`` that the table has not got
            (model, language, engine, ``options_hash``, ``transcript_id``, ``collected_at``).
        reviewed: As people have corrected it (``edited`` says which rows); false gives every transcript as received.

    Returns:
        The columns of ``schema.LEVELS[level]``, in manifest order, then by time. Equal in names, order and dtypes also when empty.

    Raises:
        OptionError: There is no such level.
        LedgerError: The corpus cannot be read.
    """
    if level not in schema.LEVELS:
        raise OptionError(f"There is no level {level!r}.{nearest(str(level), schema.LEVELS)}")
    frame = _frame(batch_or_corpus, level, reviewed=reviewed)
    if provenance:
        origins = _provenance(batch_or_corpus)
        lacking = [name for name in origins if name not in frame]
        frame = frame.merge(origins[["recording_id", *lacking]], on="recording_id", how="left")
    if not with_manifest:
        return frame
    with Ledger(batch_or_corpus.path) as ledger:
        manifest = manifest_of(batch_or_corpus, ledger)
    return frame.merge(manifest, on="recording_id", how="left", suffixes=("", "_manifest"))


def _frame(batch_or_corpus: Corpus, level: str, *, reviewed: bool) -> pd.DataFrame:
    if level == schema.JOBS.name:
        return batch_or_corpus.jobs()
    if level == schema.EVENTS.name:
        return batch_or_corpus.events()
    if level == schema.EDITS.name:
        return stored.edits_frame(batch_or_corpus)
    with Ledger(batch_or_corpus.path) as ledger:
        return frames.PROJECTIONS[level](stored.payloads(ledger, stored.completed(batch_or_corpus, ledger), reviewed=reviewed))


def _provenance(batch_or_corpus: Corpus) -> pd.DataFrame:
    with Ledger(batch_or_corpus.path) as ledger:
        jobs = {row["recording_id"]: row for row in ledger.job_rows(batch_or_corpus.batch_ids)}
        rows = [
            {
                **frames.provenance_of(payload),
                "recording_id": recording_id,
                "options_hash": hashlib.sha256(jobs[recording_id]["options"].encode()).hexdigest(),
                "collected_at": time_stamp(jobs[recording_id]["completed_at"]),
            }
            for recording_id, payload in ledger.payloads(stored.completed(batch_or_corpus, ledger))
        ]
    return schema.PROVENANCE.frame(rows)


def export(
    batch_or_corpus: Batch | Corpus,
    folder: str | Path,
    formats: Sequence[str] = DEFAULT_FORMATS,
    *,
    reviewed: bool = True,
) -> pd.DataFrame:
    """Write the completed transcripts as files, one per recording and format.

    A recording's files mirror its ``recording_id`` (``2019/interview.mp3`` → ``2019/interview.mp3.srt``), so no two
    recordings ever share a name. Each file is written whole or not at all. Nothing is sent anywhere: export again as
    often as you like.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        folder: Where to write; it is made when it does not exist.
        formats: Any of ``txt``, ``srt``, ``vtt``, ``speakers``, ``json``.
        reviewed: As people have corrected it; false writes every transcript as received.

    Returns:
        The files that were written: ``recording_id, format, path, bytes, sha256`` (``schema.WRITTEN``).

    Raises:
        OptionError: A format is not known.
        ExportError: The folder cannot be written.
    """
    chosen = resolve(formats)
    with Ledger(batch_or_corpus.path) as ledger:
        sources = {recording_id: source for recording_id, (source, _) in ledger.sources().items()}
        payloads = stored.payloads(ledger, stored.completed(batch_or_corpus, ledger), reviewed=reviewed)
        documents = (Document.from_payload(name, payload, source=sources[name]) for name, payload in payloads)
        return files.write_documents(Path(folder), documents, chosen, files.plan_names(sources))
