"""The rows of one level for some recordings: from the derived tables if there are many recordings, else from the stored transcripts."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from scribekit.base import schema
from scribekit.base.errors import DamagedFileError, LedgerError
from scribekit.corpus import payloads
from scribekit.corpus.view import CorpusView, time_stamp
from scribekit.tables.arrow import dataset_schema, evaluation_error, filtered, to_arrow
from scribekit.tables.store import refresh
from scribekit.transcripts import frames

FEW = 20
"""Up to this many transcripts are read about as quickly as their tables, and no table has to be built."""

FROM_LEDGER: Mapping[str, Callable[[CorpusView], pd.DataFrame]] = {
    schema.JOBS.name: CorpusView.jobs,
    schema.EVENTS.name: CorpusView.events,
    schema.EDITS.name: payloads.edits_frame,
}
"""Levels that are not made from transcripts."""

_ORIGINS = ["recording_id", "transcript_id", "model", "language", "engine"]


class RowSelection:
    """Some recordings of a batch or corpus.

    Args:
        view: The batch or corpus, open.
        recording_ids: The recordings; None for all.
        reviewed: Apply the edits of people.
        progress: Show the progress of building tables when it takes more than two seconds.
    """

    def __init__(
        self,
        view: CorpusView,
        recording_ids: Sequence[str] | None = None,
        *,
        reviewed: bool = True,
        progress: bool = True,
    ) -> None:
        self._view = view
        self._ledger = view.ledger
        self._recording_ids = recording_ids
        self._reviewed = reviewed
        self._progress = progress
        self._own = refresh.wanted(view.ledger, view.batch_ids, recording_ids)

    def rows(
        self, level: str, columns: Sequence[str], condition: pc.Expression | None = None, *, provenance: bool = False
    ) -> tuple[pd.DataFrame, pd.DataFrame | None]:
        """Return columns of the rows of one level that meet a condition, in manifest order.

        Args:
            level: The level.
            columns: The names of its columns.
            condition: The condition on a row.
            provenance: Return the origin of the transcripts too.

        Returns:
            The rows, and the columns of ``schema.PROVENANCE`` for the recordings if ``provenance`` is set.

        Raises:
            OptionError: The condition cannot be evaluated on one of the rows.
        """
        if level in FROM_LEDGER:
            frame = _filtered(self._of_ledger(level), level, columns, condition)
            return frame, self.rows("transcripts", _ORIGINS, provenance=True)[1] if provenance else None
        if len(self._own) > FEW and level in refresh.DERIVED:
            for attempt in range(2):
                try:
                    tables = self._tables()
                    if tables is None:
                        break
                    frame = tables.frame(level, columns, condition)
                    return frame, self._provenance(tables.frame("transcripts", _ORIGINS, None)) if provenance else None
                except DamagedFileError:
                    if attempt == 0 and not self._forget_damaged():
                        break
                except LedgerError:  # a full disk, say: the transcripts can still be read
                    break
                except (pa.ArrowException, OSError) as cause:
                    if attempt == 0 and not self._forget_damaged() and not isinstance(cause, OSError):
                        if condition is not None:
                            raise evaluation_error(schema.LEVELS[level]) from None
                        break
        return self._of_payloads(level, columns, condition, provenance=provenance)

    def dataset(self, level: str) -> ds.Dataset:
        """Return the rows of one level as a dataset, in manifest order where that costs nothing.

        Raises:
            LedgerError: The tables cannot be written.
        """
        if level in refresh.DERIVED and (tables := self._tables()) is not None:
            try:
                return tables.dataset(level)
            except DamagedFileError:
                if self._forget_damaged() and (again := self._tables()) is not None:
                    return again.dataset(level)
        table = schema.LEVELS[level]
        return ds.dataset(to_arrow(self.rows(level, table.names)[0], table).cast(dataset_schema(table)))

    def tables_added(self) -> int:
        """Bring the tables up to date, and return how many transcripts were added."""
        tables = self._tables()
        return 0 if tables is None else tables.added

    def _tables(self) -> refresh.CurrentTables | None:
        is_whole = self._view.is_whole and self._recording_ids is None
        whole = self._own if is_whole else refresh.wanted(self._ledger, self._ledger.batches())
        return refresh.bring_up_to_date(self._view.path, self._ledger, self._own, whole, reviewed=self._reviewed, progress=self._progress)

    def _forget_damaged(self) -> bool:
        """Forget damaged tables, so that they are built again. Return whether that was possible."""
        with contextlib.suppress(LedgerError):
            return refresh.forget_damaged(self._view.path)
        return False

    def _of_ledger(self, level: str) -> pd.DataFrame:
        frame = FROM_LEDGER[level](self._view)
        if self._recording_ids is None:
            return frame
        return frame[frame["recording_id"].isin(self._recording_ids)].reset_index(drop=True)

    def _of_payloads(
        self, level: str, columns: Sequence[str], condition: pc.Expression | None, *, provenance: bool
    ) -> tuple[pd.DataFrame, pd.DataFrame | None]:
        origins: list[dict[str, str | None]] = []
        keys = [(one.transcript.recording_id, one.transcript.job_key) for one in self._own]
        bodies = payloads.payloads(self._ledger, keys, reviewed=self._reviewed)
        known = _with_origins(bodies, origins) if provenance else bodies
        frame = frames.unredacted_frame(level, known) if level in schema.UNREDACTED else frames.PROJECTIONS[level](known)
        rows = _filtered(frame, level, columns, condition)
        return rows, self._provenance(pd.DataFrame(origins, columns=_ORIGINS)) if provenance else None

    def _provenance(self, origins: pd.DataFrame) -> pd.DataFrame:
        """Return the origins, with the options and times that the ledger has."""
        jobs = {row["recording_id"]: row for row in self._ledger.job_rows(self._view.batch_ids, self._recording_ids)}
        rows = [jobs[name] for name in origins["recording_id"]]
        columns = {name: origins[name].tolist() for name in _ORIGINS}
        hashes = [hashlib.sha256(row["options"].encode()).hexdigest() for row in rows]
        times = [time_stamp(row["completed_at"]) for row in rows]
        return schema.PROVENANCE.frame({**columns, "options_hash": hashes, "collected_at": times} if rows else None)


def _with_origins(bodies: frames.Payloads, origins: list[dict[str, str | None]]) -> Iterator[tuple[str, bytes]]:
    """Yield the payloads, and append the origin of each to the list."""
    for recording_id, body in bodies:
        origins.append({"recording_id": recording_id, **frames.provenance_of(body)})
        yield recording_id, body


def _filtered(frame: pd.DataFrame, level: str, columns: Sequence[str], condition: pc.Expression | None) -> pd.DataFrame:
    rows = frame if condition is None else filtered(frame, schema.LEVELS[level], condition)
    return rows[list(columns)]
