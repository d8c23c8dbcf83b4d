"""The handles that a person holds: a corpus (a folder) and a batch (a selection of the jobs in it). They hold no truth but the folder's."""

from __future__ import annotations

import io
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from scribekit.api.limits import Limits
from scribekit.api.webhook import Webhook
from scribekit.base import schema
from scribekit.base.errors import ScribekitError
from scribekit.corpus import status
from scribekit.corpus.job import ERROR
from scribekit.corpus.ledger import Ledger
from scribekit.corpus.status import REFUSED, Snapshot
from scribekit.recordings.locate import SourceLocator

HELD = {
    "budget": "Held back: its estimated cost does not fit into what is left of the budget. "
    "Submit the same manifest again with a larger budget_usd= to go on.",
    "no_length": "Held back: its cost cannot be reserved, because its length or the rate of a model is unknown. "
    "Give the row a duration_s, or submit again with assume_duration_s=; where sk.estimate_cost says 'no rate' for the model, "
    "submit again without budget_usd=.",
}


class Corpus:
    """A folder with everything that was asked, paid for and received; open it with :func:`open_corpus`.

    Every verb that takes a batch also takes a corpus, and then works on all its batches; a recording that is in several
    of them counts as in the latest.

    Attributes:
        path: The folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().absolute()  # the handle outlives a change of the working folder

    @property
    def batch_ids(self) -> list[int]:
        """The numbers of the batches that this handle stands for."""
        with Ledger(self.path) as ledger:
            return ledger.batches()

    def batch(self, number: int) -> Batch:
        """One batch of the corpus by its number (see :attr:`batch_ids`).

        Raises:
            ScribekitError: There is no such batch.
        """
        numbers = Corpus(self.path).batch_ids
        if number not in numbers:
            raise ScribekitError(f"There is no batch {number} in {str(self.path)!r}; it has {numbers or 'none yet'}.")
        return Batch(self.path, number)

    def jobs(self) -> pd.DataFrame:
        """Where every recording stands, without asking the service: columns of ``schema.JOBS``, in manifest order."""
        with Ledger(self.path) as ledger:
            return jobs_frame(ledger.job_rows(self.batch_ids))

    def counts(self) -> Counter[str]:
        """How many recordings stand where, by status."""
        return Counter(self.jobs()["status"].tolist())

    def events(self) -> pd.DataFrame:
        """What happened, oldest first: columns of ``schema.EVENTS``."""
        with Ledger(self.path) as ledger:
            rows = ledger.events(self.batch_ids)
        return schema.EVENTS.frame([{**row, "at": time_stamp(row["at"])} for row in rows])

    def snapshot(self) -> Snapshot:
        """The figures behind the ``repr``: counts, audio, dollars, pace, and what holds things up."""
        with Ledger(self.path) as ledger:
            return ledger.snapshot(self.batch_ids, time.time())

    @property
    def title(self) -> str:
        """What it is called in a ``repr`` or a widget."""
        return f"Corpus {self._shown_path}"

    @property
    def _shown_path(self) -> Path:
        return self.path.relative_to(Path.cwd()) if self.path.is_relative_to(Path.cwd()) else self.path

    def __repr__(self) -> str:
        return status.sentence(self.title, self.snapshot(), time.time())

    def _repr_html_(self) -> str:
        return status.table(self.title, self.snapshot(), time.time())


class Batch(Corpus):
    """The recordings of one ``submit_batch``.

    Attributes:
        path: The corpus folder.
        number: The batch's number in the corpus.
        limits: The pace that it was submitted with.
        webhook: The webhook that it was submitted with.
    """

    def __init__(self, path: Path, number: int, limits: Limits | None = None, webhook: Webhook | None = None) -> None:
        super().__init__(path)
        self.number = number
        self.limits = limits
        self.webhook = webhook

    @property
    def batch_ids(self) -> list[int]:
        """This batch's number alone."""
        return [self.number]

    @property
    def title(self) -> str:
        """What it is called in a ``repr`` or a widget."""
        return f"Batch {self.number} in {self._shown_path}"


def open_corpus(path: str | Path) -> Corpus:
    """Open the corpus in a folder, after a restart or on another machine.

    Where the folder cannot be written (an archive, a share that is mounted for reading) it is open for reading alone: tables, exports to
    elsewhere, sound, and search when the index is up to date. What would change it says that it cannot.

    Args:
        path: The folder that was given to ``submit_batch`` as ``corpus``.

    Returns:
        The corpus: its ``repr`` says what stands where; give it to ``collect``, ``to_frame`` and ``export``.

    Raises:
        LedgerError: There is no corpus in the folder, or it cannot be read.
    """
    folder = Path(path).expanduser()
    Ledger(folder).close()
    return Corpus(folder)


def jobs_frame(rows: Iterable[Any]) -> pd.DataFrame:
    """The rows of the ledger as ``schema.JOBS``; they are taken one at a time, and only the columns are kept."""
    columns: dict[str, list[Any]] = {name: [] for name in schema.JOBS.names}
    for row in rows:
        for name, value in job_row(row).items():
            columns[name].append(value)
    return schema.JOBS.frame(columns)


def job_row(row: Any) -> dict[str, Any]:
    """A row of the ledger as a row of ``schema.JOBS``."""
    shared = row["job_key"] is not None and row["row_kind"] is not None
    free = shared or row["state"] in (None, ERROR)  # what fails is not billed
    return {
        **{name: row[name] for name in ("recording_id", "source", "transcript_id", "model", "language", "confidence")},
        "status": row["state"] or REFUSED,
        "attempts": 0 if shared else row["attempts"] or 0,
        "error_kind": row["row_kind"] or row["error_kind"] or row["held"],
        "error": row["row_error"] or row["error"] or HELD.get(row["held"]),
        "audio_duration_s": row["audio_duration_s"],
        "reserved_usd": 0.0 if shared else row["reserved_usd"] or 0.0,
        "cost_usd": 0.0 if free else row["cost_usd"],
        "submitted_at": time_stamp(row["submitted_at"]),
        "completed_at": time_stamp(row["completed_at"]),
    }


def time_stamp(seconds: float | None) -> pd.Timestamp | None:
    """Unix time as a table shows it."""
    return None if seconds is None else pd.Timestamp(seconds, unit="s", tz="UTC")


def manifest_to_bytes(manifest: pd.DataFrame) -> bytes:
    """A manifest as Parquet; a column that Parquet cannot hold (of mixed types, say) goes as text."""
    kept = manifest.copy(deep=False)
    kept.attrs = {}
    try:
        return _parquet(kept)
    except _NOT_STORABLE:
        return _parquet(kept.apply(_storable))


_NOT_STORABLE = (pa.ArrowException, TypeError, ValueError, OverflowError)


def _parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False, compression=None)
    return buffer.getvalue()


def _storable(column: pd.Series[Any]) -> pd.Series[Any]:
    try:
        _parquet(column.to_frame())
    except _NOT_STORABLE:
        return column.astype("object").map(_as_text)
    return column


def _as_text(value: Any) -> str | None:
    return None if schema.is_missing(value) else str(value)


def manifest_of(corpus: Corpus, ledger: Ledger) -> pd.DataFrame:
    """The manifest rows of a batch or corpus, one per recording, as they were given; ``source`` opens a file from the working folder."""
    frames = [pd.read_parquet(io.BytesIO(ledger.manifest(number))) for number in corpus.batch_ids]
    if not frames:
        return schema.MANIFEST.frame()
    joined = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
    rows = joined.drop_duplicates("recording_id", keep="last", ignore_index=True)
    if "source" in rows:
        rows["source"] = pd.Series(_sources(corpus, ledger, rows), index=rows.index, dtype=rows["source"].dtype)
    return rows


def _sources(corpus: Corpus, ledger: Ledger, rows: pd.DataFrame) -> list[Any]:
    kept, places = ledger.files(corpus.batch_ids), SourceLocator(corpus.path, Path.cwd())
    contents = rows["sha256"].tolist() if "sha256" in rows else [None] * len(rows)
    known = zip(rows["recording_id"].tolist(), rows["source"].tolist(), contents, strict=True)
    return [places.resolve(given, kept[name], content) if name in kept else given for name, given, content in known]
