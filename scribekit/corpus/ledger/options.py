"""The options of the jobs: which the service has accepted or refused, who tries others, and the jobs that wait because of that."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from scribekit.corpus.ledger.budgets import UNSENT
from scribekit.corpus.ledger.database import Database, placeholders

# Made when it is first needed: what is in it holds only while processes are at work, so a ledger without it is as good.
_TURNS = "CREATE TABLE IF NOT EXISTS trials (host TEXT PRIMARY KEY, owner TEXT NOT NULL) WITHOUT ROWID"
_AT_HOST = "batch_id IN (SELECT batch_id FROM batches WHERE host = ?)"


def _condition(options: str, *, is_whole: bool) -> tuple[str, tuple[str, ...]]:
    """The condition for jobs with these options, and its values: with no others, or with these among others."""
    if is_whole:
        return "options = ?", (options,)
    names = list(json.loads(options))
    same = " AND ".join("json_extract(options, ?) IS json_extract(?, ?)" for _ in names)
    return same, tuple(value for name in names for value in (f'$."{name}"', options, f'$."{name}"'))


class OptionGroups:
    """What the engine reads and writes about the options of jobs.

    Args:
        database: The open file of the ledger.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def groups(self, host: str, least: int, since: float) -> dict[str, tuple[int, bool]]:
        """Options → how many unsent jobs of a service have them, and whether it has accepted one with them since a time.

        Only those of at least ``least`` jobs without a transcript.
        """
        sql = (
            f"SELECT options, SUM({UNSENT} AND held IS NOT 'options') AS unsent, TOTAL(submitted_at >= ?) > 0 FROM jobs"
            f" WHERE {_AT_HOST} AND state <> 'completed' GROUP BY options HAVING unsent > 0 AND COUNT(*) >= ?"
        )
        groups = {row[0]: (row[1], bool(row[2])) for row in self._database.rows(sql, (since, host, least))}
        accepted = f"SELECT DISTINCT options FROM jobs WHERE state = 'completed' AND submitted_at >= ? AND {_AT_HOST}"
        trusted = {row[0] for row in self._database.rows(accepted, (since, host)) if row[0] in groups} if groups else set()
        return {options: (unsent, is_trusted or options in trusted) for options, (unsent, is_trusted) in groups.items()}

    def has_accepted(self, host: str, since: float) -> bool:
        """Whether a service has accepted any job of this corpus since a time."""
        return bool(self._database.read(f"SELECT EXISTS (SELECT 1 FROM jobs WHERE submitted_at >= ? AND {_AT_HOST})", (since, host))[0][0])

    def refused_jobs(self, host: str, kinds: Sequence[str]) -> Iterator[tuple[str, str, bool, str, str]]:
        """Key, options, whether it is a file, error and kind of failure of every job that a service refused for one of the kinds."""
        sql = (
            "SELECT key, options, sha256 IS NOT NULL, error, error_kind FROM jobs WHERE state = 'error' AND attempts = 0"
            f" AND {_AT_HOST} AND error_kind IN ({placeholders(kinds)})"
        )
        return ((row[0], row[1], bool(row[2]), row[3], row[4]) for row in self._database.rows(sql, (host, *kinds)))

    def is_shared(self, batch_ids: Sequence[int], options: str) -> bool:
        """Whether all unsent jobs of the batches have these options among theirs."""
        same, values = _condition(options, is_whole=False)
        others = (
            f"SELECT 1 FROM jobs WHERE {UNSENT} AND held IS NOT 'options' AND NOT ({same})"
            f" AND EXISTS (SELECT 1 FROM recordings r WHERE r.job_key = jobs.key AND r.batch_id IN ({placeholders(batch_ids)}))"
        )
        return not self._database.read(f"SELECT EXISTS ({others})", (*values, *batch_ids))[0][0]

    def are_held(self, batch_ids: Sequence[int]) -> bool:
        """Whether jobs of the batches are held back, because the service refuses their options."""
        sql = (
            f"SELECT EXISTS (SELECT 1 FROM jobs JOIN recordings r ON r.job_key = jobs.key WHERE r.batch_id IN ({placeholders(batch_ids)})"
            f" AND {UNSENT} AND held = 'options' AND lease_owner IS NULL)"
        )
        return bool(self._database.read(sql, tuple(batch_ids))[0][0])

    def take_turn(self, owner: str, host: str, now: float) -> bool:
        """Let a process be the only one that tries options at a service; return False while another one is.

        The turn of a process whose claims have all run out, or were released, is over.
        """
        sql = (
            "INSERT INTO trials (host, owner) VALUES (?, ?) ON CONFLICT (host) DO UPDATE SET owner = excluded.owner"
            " WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE lease_owner = trials.owner AND lease_until >= ?)"
        )
        with self._database.transaction() as db:
            db.execute(_TURNS)
            db.execute(sql, (host, owner, now))
            return bool(db.execute("SELECT owner = ? FROM trials WHERE host = ?", (owner, host)).fetchone()[0])

    def end_turn(self, owner: str) -> None:
        """Let other processes try options."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM trials WHERE owner = ?", (owner,))

    def hold(self, owner: str, host: str, options: str, *, is_whole: bool) -> None:
        """Hold back the unsent jobs of a service with these options, except those that another process has claimed."""
        same, values = _condition(options, is_whole=is_whole)
        with self._database.transaction() as db:
            db.execute(
                f"UPDATE jobs SET held = 'options', reserved_usd = NULL WHERE {UNSENT} AND {_AT_HOST}"
                f" AND (lease_owner IS NULL OR lease_owner = ?) AND {same}",
                (host, owner, *values),
            )
