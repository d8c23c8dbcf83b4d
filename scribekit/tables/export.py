"""Completed transcripts as files, one per recording and format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from scribekit.base.progress import QUIET_UNDER_S, Progress
from scribekit.corpus import payloads as stored
from scribekit.corpus.handles import Batch, Corpus
from scribekit.tables import files
from scribekit.transcripts.formats import Document, resolve

DEFAULT_FORMATS = ("txt", "srt", "vtt", "speakers", "json")


def export(
    batch_or_corpus: Batch | Corpus,
    folder: str | Path,
    formats: Sequence[str] = DEFAULT_FORMATS,
    *,
    reviewed: bool = True,
    progress: bool = True,
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
        progress: Show how far it has come when it takes more than two seconds.

    Returns:
        The files that were written: ``recording_id, format, path, bytes, sha256`` (``schema.WRITTEN``).

    Raises:
        OptionError: A format is not known.
        ExportError: The folder cannot be written.
    """
    chosen = resolve(formats)
    with batch_or_corpus.reading() as view:
        sources = {recording_id: source for recording_id, (source, _) in view.ledger.sources().items()}
        with Progress(len(view.completed), "recordings", "Exporting", enabled=progress, quiet_under_s=QUIET_UNDER_S) as bar:
            documents = _documents(stored.payloads(view.ledger, view.completed, reviewed=reviewed), sources, bar)
            return files.write_documents(Path(folder), documents, chosen, files.plan_names(sources))


def _documents(payloads: Iterable[tuple[str, bytes]], sources: Mapping[str, str], bar: Progress) -> Iterator[Document]:
    """What to write, one at a time; each counts as done when the next one is asked for."""
    for done, (name, payload) in enumerate(payloads, start=1):
        yield Document.from_payload(name, payload, source=sources[name])
        bar.update(done)
