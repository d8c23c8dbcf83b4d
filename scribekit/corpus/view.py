"""A batch or corpus whose ledger is open, so that a verb opens it once and hands it down."""

from __future__ import annotations

import functools
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from scribekit.api.embedded import MODEL_PREFIX
from scribekit.base import schema
from scribekit.base.errors import NotTranscribedWarning, warn_user
from scribekit.corpus.job import COMPLETED, ERROR, is_odd
from scribekit.corpus.ledger import Ledger
from scribekit.corpus.ledger.snapshot import count_fallbacks, take_snapshot
from scribekit.corpus.presence import waits_for
from scribekit.corpus.status import REFUSED, Snapshot, nothing_transcribed
from scribekit.recordings.locate import SourceLocator
from scribekit.recordings.manifest import public_source, with_public_sources

HELD = {
    "budget": "Held back: its estimated cost does not fit into what is left of the budget. "
    "Submit the same manifest again with a larger budget_usd= to go on.",
    "no_length": "Held back: its cost cannot be reserved, because its length or the rate of a model is unknown. "
    "Give the row a duration_s, or submit again with assume_duration_s=; where sk.estimate_cost says 'no rate' for the model, "
    "submit again with assume_usd_per_hour=, or without budget_usd=.",
    "options": "Held back: the service refused other recordings with the same options, and their error says why. "
    "Correct the options and submit again; if the service takes them by then, run sk.retry.",
}


_LENGTH_TOLERANCE = 0.02

_DAMAGED = {
    "status": ERROR,
    "error_kind": "damaged",
    "error": "What the ledger says of this recording is damaged. Run sk.check_corpus with repair=True.",
}


class CorpusView:
    """A batch or corpus whose ledger is open, from ``Corpus.reading()``. Each fact is read once, when it is first needed.

    Args:
        path: The corpus folder.
        ledger: The open ledger.
        batch: The number of the batch; None for the whole corpus.

    Attributes:
        path: The corpus folder.
        ledger: The open ledger.
        is_whole: Whether it is the whole corpus rather than one batch.
    """

    def __init__(self, path: Path, ledger: Ledger, batch: int | None = None) -> None:
        self.path = path
        self.ledger = ledger
        self.is_whole = batch is None
        self._batch = batch

    @functools.cached_property
    def batch_ids(self) -> list[int]:
        """The numbers of the batches, oldest first."""
        return self.ledger.batches() if self._batch is None else [self._batch]

    @functools.cached_property
    def completed(self) -> list[tuple[str, str]]:
        """Recording id and job key of every recording that has a transcript, in manifest order."""
        rows = self.ledger.job_rows(self.batch_ids)
        return [(row["recording_id"], row["job_key"]) for row in rows if row["state"] == COMPLETED]

    @functools.cached_property
    def distinct(self) -> list[tuple[str, str]]:
        """The same without recordings that have the transcript of an earlier one, being the same file or address: each is counted once."""
        first = {key: recording_id for recording_id, key in reversed(self.completed)}
        return [(recording_id, key) for recording_id, key in self.completed if first[key] == recording_id]

    def counted_once(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of a table without those of recordings that have the transcript of an earlier one."""
        if len(self.distinct) == len(self.completed):
            return rows
        names = [recording_id for recording_id, _ in self.distinct]
        return rows[rows["recording_id"].isin(names)].reset_index(drop=True)

    @property
    def manifest(self) -> pd.DataFrame:
        """The manifest rows as they were given, one per recording; file paths in ``source`` hold from the working folder.

        Addresses in ``source`` are masked (:func:`scribekit.recordings.manifest.public_source`).
        """
        return self._manifest.copy(deep=False)

    @functools.cached_property
    def _manifest(self) -> pd.DataFrame:
        frames = [self._manifest_of(number) for number in self.batch_ids]
        if not frames:
            return schema.MANIFEST.frame()
        joined = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
        rows = joined.drop_duplicates("recording_id", keep="last", ignore_index=True)
        if "source" in rows:
            rows["source"] = pd.Series(self._sources(rows), index=rows.index, dtype=rows["source"].dtype)
        return with_public_sources(rows)

    def _manifest_of(self, batch_id: int) -> pd.DataFrame:
        """Return the manifest of a batch; only names and sources if it is damaged."""
        stored = self.ledger.manifest(batch_id)
        if stored is not None:
            return pd.read_parquet(io.BytesIO(stored))
        self.ledger.damage.others.append(
            f"The manifest of batch {batch_id} is damaged, so its own columns are missing. Submit the same manifest again to bring them "
            "back: no transcript is paid for again."
        )
        rows = [(row["recording_id"], row["source"]) for row in self.ledger.job_rows([batch_id])]
        return schema.MANIFEST.frame(
            {"recording_id": [name for name, _ in rows], "source": [source for _, source in rows]} if rows else None
        )

    def _sources(self, rows: pd.DataFrame) -> list[Any]:
        recorded, locator = self.ledger.files(self.batch_ids), SourceLocator(self.path, Path.cwd())
        contents = rows["sha256"].tolist() if "sha256" in rows else [None] * len(rows)
        known = zip(rows["recording_id"].tolist(), rows["source"].tolist(), contents, strict=True)
        return [locator.resolve(given, recorded[name], content) if name in recorded else given for name, given, content in known]

    def jobs(self) -> pd.DataFrame:
        """Return the status of every recording: columns of ``schema.JOBS``, in manifest order."""
        return jobs_frame(self.ledger.job_rows(self.batch_ids))

    def events(self) -> pd.DataFrame:
        """Return what happened, oldest first: columns of ``schema.EVENTS``."""
        rows = self.ledger.events(self.batch_ids)
        return schema.EVENTS.frame([{**row, "at": time_stamp(row["at"])} for row in rows])

    def warn_if_nothing_is_transcribed(self) -> None:
        """Tell the user that a table is empty because nothing has been transcribed, if that is so."""
        if not self.completed:
            states = Counter(row["state"] or REFUSED for row in self.ledger.job_rows(self.batch_ids))
            warn_user(nothing_transcribed(states), NotTranscribedWarning)

    def snapshot(self, now: float) -> Snapshot:
        """Return the figures at a Unix time: counts, audio, dollars, pace, and what slows the batch down."""
        return replace(take_snapshot(self.ledger, self.batch_ids, now), outage=waits_for(self.path))

    def fallbacks(self) -> dict[str, int]:
        """Return how many jobs another model answered than the first asked for, by that model."""
        found = count_fallbacks(self.ledger, self.batch_ids, is_whole=self.is_whole)
        return {model: count for model, count in found.items() if not model.startswith(MODEL_PREFIX)}


def jobs_frame(rows: Iterable[Any]) -> pd.DataFrame:
    """Return rows of the ledger as ``schema.JOBS``; one row at a time is read, and only the columns are kept."""
    columns: dict[str, list[Any]] = {name: [] for name in schema.JOBS.names}
    for row in rows:
        for name, value in job_row(row).items():
            columns[name].append(value)
    return schema.JOBS.frame(columns)


def job_row(row: Any) -> dict[str, Any]:
    """Return a row of the ledger as a row of ``schema.JOBS``."""
    if is_odd(row):
        return {**dict.fromkeys(schema.JOBS.names), **{name: row[name] for name in ("recording_id", "source")}, **_DAMAGED}
    is_shared = row["job_key"] is not None and row["row_kind"] is not None
    is_free = is_shared or row["state"] in (None, ERROR)  # a failed job is not billed
    return {
        **{name: row[name] for name in ("recording_id", "transcript_id", "model", "language", "confidence")},
        "source": public_source(row["source"]),
        "status": row["state"] or REFUSED,
        "attempts": 0 if is_shared else row["attempts"] or 0,
        "error_kind": row["row_kind"] or row["error_kind"] or row["held"],
        "error": row["row_error"] or row["error"] or HELD.get(row["held"]),
        "audio_duration_s": row["audio_duration_s"],
        "warning": length_warning(row["duration_s"], row["audio_duration_s"], row["options"] or ""),
        "reserved_usd": 0.0 if is_shared else row["reserved_usd"] or 0.0,
        "cost_usd": 0.0 if is_free else row["cost_usd"],
        "submitted_at": time_stamp(row["submitted_at"]),
        "completed_at": time_stamp(row["completed_at"]),
    }


def length_warning(known_s: float | None, measured_s: float | None, options: str) -> str | None:
    """Return the warning that the service measured another length than the manifest has, by more than 2 %; None where it did not.

    A second does not count: services report whole ones. What a service reports of a part of a recording is not known.

    Args:
        known_s: The length in the manifest.
        measured_s: The length that the service reported.
        options: The options of the job as JSON.

    Example:
        >>> length_warning(48.0, 24.0, "{}").partition(". ")[0]
        'length: The service measured 24.0 s, and the manifest says 48.0 s (50.0 % less)'
        >>> length_warning(48.9, 48.0, "{}")
    """
    if known_s is None or measured_s is None or '"audio_start_from"' in options or '"audio_end_at"' in options:
        return None
    difference = abs(known_s - measured_s)
    if difference < 1 or difference <= _LENGTH_TOLERANCE * known_s:
        return None
    share = f" ({100 * difference / known_s:.1f} % {'less' if measured_s < known_s else 'more'})" if known_s else ""
    advice = "Check that the transcript goes to the end." if measured_s < known_s else "Check the length in the manifest."
    return f"length: The service measured {measured_s:.1f} s, and the manifest says {known_s:.1f} s{share}. {advice}"


def time_stamp(seconds: float | None) -> pd.Timestamp | None:
    """Return Unix time as a timestamp for a table."""
    return None if seconds is None else pd.Timestamp(seconds, unit="s", tz="UTC")
