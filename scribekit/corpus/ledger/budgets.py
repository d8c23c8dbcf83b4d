"""What the budgets of the batches still allow to be sent, decided in the transaction that claims the jobs."""

from __future__ import annotations

import sqlite3

UNSENT = "state IN ('planned', 'uploaded')"
SEND_ORDER = f"{UNSENT}, COALESCE(duration_s, 3600) DESC, rowid"
"""What is at the service first, then the longest; a recording of unknown length counts as an hour."""
SHORTEST_FIRST = f"{UNSENT} DESC, COALESCE(duration_s, 3600), rowid DESC"
"""The reverse of :data:`SEND_ORDER`: the same index is read from its other end."""
_CENT_FRACTION = 1e-9
"""Sums of floating-point dollars may be off by this much."""


class Budgets:
    """What is left of the budgets of the batches, within one transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        limits = db.execute("SELECT batch_id, budget_usd FROM batches WHERE budget_usd IS NOT NULL").fetchall()
        self._left = {batch: budget - self._committed(batch) + _CENT_FRACTION for batch, budget in limits}
        self._full: set[int] = set()
        self._unknown: list[str] = []

    def _committed(self, batch_id: int) -> float:
        spent_and_reserved = (
            "SELECT TOTAL(CASE WHEN jobs.state = 'completed' THEN COALESCE(p.cost_usd, jobs.estimate_usd) ELSE jobs.reserved_usd END)"
            " FROM jobs LEFT JOIN payloads p ON p.job_key = jobs.key WHERE jobs.batch_id = ?"
        )
        return float(self._db.execute(spent_and_reserved, (batch_id,)).fetchone()[0])

    def release_affordable(self) -> None:
        """Release the held jobs of a batch if the next one fits now, because another failed or cost less than reserved."""
        for batch, left in self._left.items():
            following = f"SELECT estimate_usd FROM jobs WHERE batch_id = ? AND held = 'budget' ORDER BY {SEND_ORDER} LIMIT 1"
            job = self._db.execute(following, (batch,)).fetchone()
            if job and job["estimate_usd"] <= left:
                self._db.execute("UPDATE jobs SET held = NULL WHERE batch_id = ? AND held = 'budget'", (batch,))

    def allows(self, job: sqlite3.Row) -> bool:
        """Return whether the job may be sent; if so, subtract its estimate from what is left."""
        batch = job["batch_id"]
        if batch not in self._left or not job["unsent"] or job["reserved_usd"] is not None:
            return True
        if job["estimate_usd"] is None:
            self._unknown.append(job["key"])
            return False
        if batch in self._full or job["estimate_usd"] > self._left[batch]:
            self._full.add(batch)
            return False
        self._left[batch] -= job["estimate_usd"]
        return True

    def mark_held(self) -> None:
        """Mark the jobs that are held back, so that later claims skip them and tables can show the reason."""
        for batch in self._full:
            self._db.execute(
                f"UPDATE jobs SET held = 'budget' WHERE batch_id = ? AND {UNSENT} AND reserved_usd IS NULL"
                " AND held IS NULL AND lease_owner IS NULL AND estimate_usd IS NOT NULL",
                (batch,),
            )
        self._db.executemany("UPDATE jobs SET held = 'no_length' WHERE key = ?", ((key,) for key in self._unknown))
