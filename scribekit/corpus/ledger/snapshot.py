"""The figures of a batch or corpus, counted from indexes only: quick enough to be taken every second in a large corpus."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from scribekit.api.connection import embedded_recogniser
from scribekit.corpus.ledger.database import Database, placeholders
from scribekit.corpus.ledger.writes import OPEN
from scribekit.corpus.status import WINDOW_S, Snapshot

# Grouped in the order of the index, so that nothing has to be sorted.
_PLANNED = "SELECT state, COUNT(*), TOTAL(duration_s), COUNT(duration_s), TOTAL(estimate_usd) FROM jobs WHERE {} GROUP BY batch_id, state"
_HELD = "held IS NOT NULL AND lease_owner IS NULL"
_STOPPED = f"{_HELD} AND held = 'options'"
# The condition equals that of the index, so that SQLite can use it.
_MARKED = (
    "SELECT state, SUM(failures > 0), TOTAL(reserved_usd), TOTAL(reserved_usd - COALESCE(estimate_usd, 0)),"
    f" SUM({_HELD}), TOTAL(CASE WHEN {_HELD} THEN duration_s END), SUM({_HELD} AND duration_s IS NULL), SUM({_STOPPED})"
    f" FROM jobs INDEXED BY jobs_marked WHERE {OPEN} AND (held IS NOT NULL OR failures > 0 OR reserved_usd IS NOT NULL)"
    " AND {} GROUP BY state"
)
_UPLOADING = (
    "SELECT COUNT(*) FROM jobs INDEXED BY jobs_leased WHERE lease_owner IS NOT NULL AND state = 'planned' AND sha256 IS NOT NULL AND {}"
)
# Joined in the order of the keys, which is that of all three indexes.
_PAID_ELSEWHERE = (
    "FROM recordings r INDEXED BY recordings_job CROSS JOIN jobs j INDEXED BY jobs_payer ON j.key = r.job_key AND j.batch_id <> r.batch_id"
)

# A job is counted where its first model is known, and another is known to have answered.
_FALLBACKS = (
    "SELECT p.model, COUNT(*) AS jobs FROM payloads p CROSS JOIN jobs j ON j.key = p.job_key"
    " WHERE p.model <> json_extract(j.options, '$.speech_models[0]'){} GROUP BY p.model ORDER BY jobs DESC, p.model"
)

# With MAX, SQLite takes the other columns from the same row: the latest of the recording.
_BY_STATUS = (
    "SELECT j.state, COUNT(*), COUNT(DISTINCT l.job_key) FROM (SELECT recording_id, MAX(batch_id), job_key FROM recordings"
    " WHERE batch_id IN ({}) GROUP BY recording_id) l LEFT JOIN jobs j ON j.key = l.job_key GROUP BY j.state"
)

_Part = tuple[str, tuple[Any, ...]]


def take_snapshot(ledger: Database, batch_ids: Sequence[int], now: float) -> Snapshot:
    """Return the figures of the batches.

    A job of several batches counts in each of them. Its cost counts in the batch that pays for it.
    """
    return _Figures(ledger).snapshot(batch_ids, now)


def count_fallbacks(ledger: Database, batch_ids: Sequence[int], *, is_whole: bool) -> dict[str, int]:
    """Return how many jobs of the batches another model answered than the first asked for, by that model, the most frequent first.

    This reads the rows themselves, so it takes longer than the snapshot.
    """
    own = f" AND EXISTS (SELECT 1 FROM recordings r WHERE r.job_key = j.key AND r.batch_id IN ({placeholders(batch_ids)}))"
    rows = ledger.read(_FALLBACKS.format("" if is_whole else own), () if is_whole else tuple(batch_ids))
    return {row["model"]: row["jobs"] for row in rows}


class _Figures:
    def __init__(self, ledger: Database) -> None:
        self._ledger = ledger

    def snapshot(self, batch_ids: Sequence[int], now: float) -> Snapshot:
        ids = tuple(batch_ids)
        if not ids:  # SQLite refuses the statements: it has no use for the indexes that they name
            return Snapshot()
        is_whole = not self._value(f"SELECT COUNT(*) FROM batches WHERE batch_id NOT IN ({placeholders(ids)})", ids)
        parts = self._parts(ids, is_whole=is_whole)
        states: dict[str, int] = defaultdict(int)
        audio_s: dict[str, float] = defaultdict(float)
        usd: dict[str, float] = defaultdict(float)
        unknown = 0
        for state, count, seconds, known, estimate in self._over(_PLANNED, parts):
            states[state] += count
            audio_s[state] += seconds
            usd[state] += estimate
            unknown += 0 if state in ("completed", "error") else count - known
        marked = self._over(_MARKED, parts)
        for row in marked:
            usd[row[0]] += row[3]
        spent, unpriced = self._spent(ids, is_whole=is_whole)
        billed = {"completed": spent, "error": 0.0}  # a failed job is not billed
        budgets = self._ledger.read(
            f"SELECT SUM(budget_usd), COUNT(*) = COUNT(budget_usd) FROM batches WHERE batch_id IN ({placeholders(ids)})", ids
        )[0]
        refused = self._value(
            f"SELECT COUNT(DISTINCT recording_id) FROM recordings WHERE job_key IS NULL AND batch_id IN ({placeholders(ids)})", ids
        )
        statuses, shared = None, 0
        if not self._has_a_job_each(ids, sum(states.values()), refused):
            rows = self._ledger.read(_BY_STATUS.format(placeholders(ids)), ids)
            statuses = {row[0]: row[1] for row in rows if row[0] is not None}
            shared = sum(row[1] - row[2] for row in rows if row[0] is not None)
            refused = sum(row[1] for row in rows if row[0] is None)
        unpaid = self._unpaid_batches(ids)
        return Snapshot(
            states=dict(states),
            statuses=statuses,
            shared=shared,
            usd={state: billed.get(state, cost) for state, cost in usd.items()},
            audio_s=dict(audio_s),
            unknown=unknown - sum(row[6] for row in marked),
            refused=refused,
            recent=self._recent(ids, now),
            uploading=sum(row[0] for row in self._over(_UPLOADING, parts)),
            retrying=sum(row[1] for row in marked),
            rate_limited_at=self._value("SELECT MAX(at) FROM events WHERE event = 'rate limited'"),
            held=sum(row[4] - row[7] for row in marked),
            stopped=sum(row[7] for row in marked),
            held_audio_s=sum(row[5] for row in marked),
            reserved_usd=sum(row[2] for row in marked),
            spent_usd=spent,
            unpriced=unpriced,
            saved_usd=self._saved(ids, is_only_batch=is_whole and len(set(ids)) == 1),
            budget_usd=budgets[0] if budgets[1] else None,
            unpaid_usd=self._spent(unpaid, is_whole=False)[0] if unpaid else 0.0,
            is_unpaid=len(unpaid) == len(set(ids)),
        )

    def _has_a_job_each(self, ids: tuple[int, ...], jobs: int, refused: int) -> bool:
        """Return whether each recording that was not refused has a job of its own, and each job has one recording."""
        own = f"FROM recordings WHERE batch_id IN ({placeholders(ids)})"
        rows = self._value(f"SELECT COUNT(*) {own}", ids)
        names = self._value(f"SELECT COUNT(DISTINCT recording_id) {own}", ids) if len(set(ids)) > 1 else rows
        return bool(rows == names == jobs + refused)

    def _unpaid_batches(self, ids: tuple[int, ...]) -> tuple[int, ...]:
        """Return those of the batches that an embedded service does."""
        hosts = self._ledger.read(f"SELECT batch_id, host FROM batches WHERE batch_id IN ({placeholders(ids)})", ids)
        return tuple(number for number, host in hosts if embedded_recogniser(host) is not None)

    def _parts(self, ids: tuple[int, ...], *, is_whole: bool) -> list[_Part]:
        """Return the jobs of the batches as conditions: those that they pay for, and those that another batch pays for."""
        own = f"IN ({placeholders(ids)})"
        paid = (f"batch_id {own}", ids)
        if is_whole:
            return [paid]
        sql = f"SELECT DISTINCT job_key {_PAID_ELSEWHERE} WHERE r.batch_id {own} AND j.batch_id NOT {own}"
        shared = [row[0] for row in self._ledger.read(sql, (*ids, *ids))]
        return [paid, ("key IN (SELECT value FROM json_each(?))", (json.dumps(shared),))] if shared else [paid]

    def _over(self, sql: str, parts: Sequence[_Part]) -> list[Any]:
        return [row for condition, values in parts for row in self._ledger.read(sql.format(condition), values)]

    def _value(self, sql: str, values: tuple[Any, ...] = ()) -> Any:
        return self._ledger.read(sql, values)[0][0]

    def _recent(self, ids: tuple[int, ...], now: float) -> list[tuple[float, float]]:
        audio = "COALESCE(duration_s, (SELECT audio_duration_s FROM payloads WHERE job_key = jobs.key), 0)"
        own = f"IN ({placeholders(ids)})"
        shared = f"EXISTS (SELECT 1 FROM recordings r WHERE r.job_key = jobs.key AND r.batch_id {own})"
        sql = f"SELECT completed_at, {audio} FROM jobs WHERE completed_at > ? AND completed_at <= ? AND (batch_id {own} OR {shared})"
        sql += " ORDER BY completed_at"
        return [(row[0], row[1]) for row in self._ledger.read(sql, (now - WINDOW_S, now, *ids, *ids))]

    def _spent(self, ids: tuple[int, ...], *, is_whole: bool) -> tuple[float, int]:
        """Return the cost of what was completed, and how many of it have no known cost."""
        sql = "SELECT TOTAL(cost_usd), COUNT(*) - COUNT(cost_usd) FROM payloads p INDEXED BY payloads_figures"
        if not is_whole:
            sql += f" CROSS JOIN jobs j INDEXED BY jobs_payer ON j.key = p.job_key WHERE j.batch_id IN ({placeholders(ids)})"
        spent, unpriced = self._ledger.read(sql, () if is_whole else ids)[0]
        return float(spent), int(unpriced)

    def _saved(self, ids: tuple[int, ...], *, is_only_batch: bool) -> float:
        """Return the cost of rows that repeat another row of their manifest, and of rows that another batch pays for."""
        cost = f"CROSS JOIN payloads p INDEXED BY payloads_figures ON p.job_key = r.job_key WHERE r.batch_id IN ({placeholders(ids)})"
        own = "FROM recordings r INDEXED BY recordings_shared CROSS JOIN jobs j INDEXED BY jobs_payer ON j.key = r.job_key"
        repeated = f"SELECT TOTAL(p.cost_usd) {own} AND j.batch_id = r.batch_id {cost} AND r.error_kind IS NOT NULL"
        saved = self._value(repeated, ids)
        return float(saved if is_only_batch else saved + self._value(f"SELECT TOTAL(p.cost_usd) {_PAID_ELSEWHERE} {cost}", ids))
