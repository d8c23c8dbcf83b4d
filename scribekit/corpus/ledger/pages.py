"""Read one page of the jobs table, filtered and sorted in the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scribekit.corpus.ledger.database import Database, placeholders
from scribekit.corpus.ledger.reads import JOB_COLUMNS, JOB_TABLES
from scribekit.corpus.status import REFUSED

SORTS = {
    "recording_id": "r.recording_id",
    "status": f"COALESCE(j.state, '{REFUSED}')",
    "audio_duration_s": "COALESCE(j.duration_s, (SELECT audio_duration_s FROM payloads WHERE job_key = r.job_key))",
    "attempts": "j.attempts",
    "submitted_at": "j.submitted_at",
    "completed_at": "j.completed_at",
}
"""The columns by which a page can be sorted, with their SQL."""

_WITH_JOBS = " LEFT JOIN jobs j ON j.key = r.job_key"


def _in_states(states: Sequence[str]) -> str:
    """Return the table of recordings in these states. It starts from the jobs, because people mostly ask for the few that failed."""
    columns = "r.batch_id, r.position, r.recording_id, r.job_key"
    every = "j.batch_id IN (SELECT batch_id FROM batches)"  # the first column of the index jobs_figures
    jobs = f"jobs j CROSS JOIN recordings r ON r.job_key = j.key WHERE {every} AND j.state IN ({placeholders(states)})"
    refused = f" UNION ALL SELECT {columns} FROM recordings r WHERE r.job_key IS NULL" if REFUSED in states else ""
    return f"(SELECT {columns} FROM {jobs}{refused})"


def _matching(batch_ids: Sequence[int], states: Sequence[str], text: str) -> tuple[str, str, tuple[Any, ...]]:
    """Return the FROM clause, the condition and its values for the requested recordings."""
    condition = f"WHERE r.batch_id IN ({placeholders(batch_ids)})"
    values: tuple[Any, ...] = (*states, *batch_ids)
    if len(batch_ids) > 1:
        later = f"l.recording_id = r.recording_id AND l.batch_id > r.batch_id AND l.batch_id IN ({placeholders(batch_ids)})"
        condition += f" AND NOT EXISTS (SELECT 1 FROM recordings l WHERE {later})"
        values += tuple(batch_ids)
    if text:
        condition += " AND instr(lower(r.recording_id), lower(?))"
        values += (text,)
    return f"FROM {_in_states(states) if states else 'recordings'} r", condition, values


def job_page(
    ledger: Database,
    batch_ids: Sequence[int],
    *,
    states: Sequence[str] = (),
    text: str = "",
    sort: str | None = None,
    descending: bool = False,
    first: int = 0,
    count: int = 50,
) -> tuple[int, list[Any]]:
    """Return some of the rows of ``Ledger.job_rows``, without reading the others. A recording of several batches is taken from the latest.

    Args:
        ledger: The open ledger.
        batch_ids: The batches.
        states: Only recordings in these states (``refused`` for those never sent); all by default.
        text: Only recordings with this text in their id; case is ignored.
        sort: One of :data:`SORTS`; missing values come last. Manifest order by default.
        descending: Sort in descending order.
        first: How many rows to skip.
        count: How many rows to return.

    Returns:
        How many rows there are in all, and the rows of the page.
    """
    if len(batch_ids) == 1 and not (states or text or sort):
        return _as_planned(ledger, batch_ids[0], first, count)
    tables, condition, values = _matching(batch_ids, states, text)
    total = ledger.read(f"SELECT COUNT(*) {tables} {condition}", values)[0][0]
    key = f"{SORTS[sort]} {'DESC' if descending else 'ASC'} NULLS LAST, " if sort else ""
    if sort:
        tables += _WITH_JOBS
    # Only the rows of the page are joined with the other tables, because payloads are large.
    page = f"SELECT r.batch_id, r.position {tables} {condition} ORDER BY {key}r.batch_id, r.position LIMIT ? OFFSET ?"
    keys = ledger.read(page, (*values, count, first))
    one = f"SELECT {JOB_COLUMNS} {JOB_TABLES} WHERE r.batch_id = ? AND r.position = ?"
    return total, [ledger.read(one, tuple(found))[0] for found in keys]


def _as_planned(ledger: Database, batch_id: int, first: int, count: int) -> tuple[int, list[Any]]:
    """Return a page of one batch in manifest order. Positions have no gaps, so no row is counted or skipped."""
    total = ledger.read("SELECT MAX(position) + 1 FROM recordings WHERE batch_id = ?", (batch_id,))[0][0] or 0
    span = "WHERE r.batch_id = ? AND r.position >= ? AND r.position < ? ORDER BY r.position"
    return total, ledger.read(f"SELECT {JOB_COLUMNS} {JOB_TABLES} {span}", (batch_id, first, first + count))
