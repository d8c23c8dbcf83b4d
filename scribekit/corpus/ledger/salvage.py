"""Make a whole ledger of a damaged one: its rows are read from its pages, one by one, and written into a new file."""

from __future__ import annotations

import secrets
import shutil
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from scribekit.base.errors import LedgerError, explained, reason
from scribekit.corpus.job import COMPLETED, ERROR, PLANNED, QUEUED, STATES, SUBMITTING
from scribekit.corpus.ledger.database import FILE_NAME, Database
from scribekit.corpus.ledger.digests import FACTS, is_whole, recording_crc
from scribekit.corpus.ledger.file_pages import FilePages, StoredRow
from scribekit.corpus.ledger.stored import manifest_rows
from scribekit.corpus.ledger.writes import JOB_FIELDS
from scribekit.corpus.sqlite import SUFFIXES
from scribekit.recordings.manifest import public_source

_TABLES = {
    "batches": ("batch_id", "fingerprint", "host", "created_at", "budget_usd", "manifest"),
    "jobs": (*JOB_FIELDS, "batch_id", "reserved_usd", "held", "lease_owner", "lease_until"),
    "payloads": ("job_key", *FACTS, "body"),
    "edits": ("edit_id", "at", "who", "content", "transcript_id", "edit_group", "action", "detail", "digest"),
    "events": ("event_id", "at", "job_key", "transcript_id", "state", "event", "detail"),
    "recordings": ("batch_id", "position", "recording_id", "source", "job_key", "error_kind", "error", "crc"),
    "attempts": ("transcript_id", "job_key", "at"),
    "deletions": ("transcript_id", "job_key", "at"),
    "digests": ("name", "digest"),
}
"""The tables with their columns, in the order in which rows are stored."""
_NUMBERED = {"batches", "edits", "events"}
"""Tables whose first column is the number of the row, which is not stored again among its values."""
_NUMBERS = (int, float)

_LOST = ("damaged", "What the ledger said of this recording was damaged. Submit its manifest again.")

Rows = dict[str, dict[Any, tuple[Any, ...]]]
"""Table → key → values, with the number of the row in front."""


def salvage(folder: Path) -> Path:
    """Make a whole ledger of a damaged one.

    Args:
        folder: The corpus folder. No process may be at work on it.

    Returns:
        Where the damaged file is kept.

    Raises:
        LedgerError: The folder cannot be written.
    """
    path = folder / FILE_NAME
    draft = folder / f".salvage-{secrets.token_hex(8)}"
    with explained(OSError, LedgerError, lambda cause: f"The ledger {str(path)!r} cannot be repaired: {reason(cause)}."):
        log = path.with_name(f"{FILE_NAME}-wal")
        rows = _sorted_rows(FilePages(path.read_bytes(), log.read_bytes() if log.exists() else b""))
        try:
            with Database(draft, create=True) as ledger, ledger.transaction() as db:
                _insert(db, rows)
                _complete(db)
            kept = _free_name(path)
            for suffix in SUFFIXES:
                beside = path.with_name(path.name + suffix)
                if beside.exists():
                    beside.rename(kept.with_name(kept.name + suffix))
            (draft / FILE_NAME).rename(path)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return kept


def _free_name(path: Path) -> Path:
    number = 1
    while (found := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    return found


def table_of(row: StoredRow) -> str | None:
    """Return the table of a row, by its shape; None if it is of an index. A deletion has the shape of an attempt.

    Example:
        >>> table_of(StoredRow(2, None, ("t-1", "job", 5.0))), table_of(StoredRow(2, None, ("a.mp3", 1, 0)))
        ('attempts', None)
    """
    values, count = row.values, len(row.values)
    if row.rowid is None:
        if count in (7, 8) and all(isinstance(value, int) for value in values[:2]) and all(isinstance(value, str) for value in values[2:4]):
            return "recordings"
        if count == 3 and isinstance(values[0], str) and isinstance(values[1], str) and isinstance(values[2], _NUMBERS):
            return "attempts"
        return "digests" if count == 2 and isinstance(values[0], str) and isinstance(values[1], bytes) else None
    if count == 9 and isinstance(values[0], str):
        return "payloads"
    return {6: "batches", 7: "events", 8: "edits", 9: "edits", 23: "jobs"}.get(count)


def _sorted_rows(pages: FilePages) -> Rows:
    """Return the rows of each table. Of two with the same key, the one that was written later counts."""
    found: Rows = {name: {} for name in _TABLES}
    stored = list(pages.rows())
    roots = [row.values[3] for row in stored if len(row.values) == 5 and row.values[1] == "deletions" and isinstance(row.values[3], int)]
    deletions = set[int]().union(*(pages.below(root) for root in roots))
    for row in sorted(stored, key=lambda row: row.rowid or 0):
        name = table_of(row)
        if name == "attempts" and row.page in deletions:
            name = "deletions"
        if name is not None:
            values = (row.rowid, *row.values[1:]) if name in _NUMBERED else row.values
            key = values[:2] if name == "recordings" else values[0]
            found[name][key] = (row.rowid, *values)
    return found


def _insert(db: sqlite3.Connection, rows: Rows) -> None:
    for name, columns in _TABLES.items():
        has_number = name in ("jobs", "payloads")
        names = ("rowid", *columns) if has_number else columns
        sql = f"INSERT OR REPLACE INTO {name} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        for number, *values in _with_own_numbers(rows[name].values()) if has_number else rows[name].values():
            filled = [*values, *[None] * (len(columns) - len(values))]  # a column that a later version added
            try:
                db.execute(sql, [number, *filled] if has_number else filled)
            except sqlite3.IntegrityError:  # a value that the table cannot have: the row is damaged
                continue


def _with_own_numbers(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return rows with different numbers. Of two with the same, one is damaged: the second gets a new number, and comes last.

    Example:
        >>> _with_own_numbers([(1, "a"), (1, "b"), (2, "c")])
        [(1, 'a'), (2, 'c'), (None, 'b')]
    """
    taken: set[int] = set()
    first, others = [], []
    for number, *values in rows:
        if number in taken:
            others.append((None, *values))
        else:
            taken.add(number)
            first.append((number, *values))
    return [*first, *others]


def _complete(db: sqlite3.Connection) -> None:
    """Give jobs the state that the rest of the ledger proves, and make those again that are lost but have a transcript."""
    known = f"({', '.join(repr(state) for state in STATES)})"
    has_payload = "EXISTS (SELECT 1 FROM payloads p WHERE p.job_key = jobs.key)"
    db.execute(
        f"UPDATE jobs SET state = CASE WHEN {has_payload} THEN '{COMPLETED}' WHEN error_kind IS NOT NULL THEN '{ERROR}'"
        f" WHEN transcript_id IS NOT NULL THEN '{QUEUED}' WHEN intent_at IS NOT NULL THEN '{SUBMITTING}' ELSE '{PLANNED}' END"
        f" WHERE state NOT IN {known}"
    )
    db.execute("UPDATE jobs SET options = '{}' WHERE NOT json_valid(options)")
    db.execute("UPDATE jobs SET lease_owner = NULL, lease_until = NULL")
    db.execute(  # without its manifest; the same one submitted again is another batch, whose jobs are these
        "INSERT INTO batches (batch_id, fingerprint, host, created_at, manifest) SELECT DISTINCT batch_id, 'lost ' || batch_id,"
        " COALESCE((SELECT host FROM batches LIMIT 1), ''), 0, X'' FROM recordings WHERE batch_id NOT IN (SELECT batch_id FROM batches)"
    )
    _give_transcripts_back(db)
    manifests = {row["batch_id"]: manifest_rows(row["manifest"]) for row in db.execute("SELECT batch_id, manifest FROM batches").fetchall()}
    for batch_id, rows in manifests.items():
        for position, row in enumerate(rows):
            _restore_recording(db, batch_id, position, row)
    named = db.execute("SELECT batch_id, position, recording_id, source, job_key FROM recordings").fetchall()
    seal = "UPDATE recordings SET crc = ? WHERE batch_id = ? AND position = ?"
    db.executemany(seal, [(recording_crc(*row), row["batch_id"], row["position"]) for row in named])
    lost = db.execute(
        "SELECT recording_id, source, job_key, batch_id, position FROM recordings"
        " WHERE job_key IS NOT NULL AND job_key NOT IN (SELECT key FROM jobs) GROUP BY job_key ORDER BY batch_id"
    ).fetchall()
    for row in lost:
        rows = manifests[row["batch_id"]]
        _restore_job(db, row, rows[row["position"]].get("sha256") if row["position"] < len(rows) else None)


def _give_transcripts_back(db: sqlite3.Connection) -> None:
    """Give transcripts of unknown jobs to those jobs without one whose checksum they have: only the key was damaged."""
    strays = db.execute("SELECT rowid, * FROM payloads WHERE job_key NOT IN (SELECT key FROM jobs)").fetchall()
    lonely = "SELECT name, digest FROM digests WHERE name IN (SELECT key FROM jobs) AND name NOT IN (SELECT job_key FROM payloads)"
    for row in strays:
        for name, digest in db.execute(lonely).fetchall():
            if is_whole(digest, name, row, row["body"]):
                db.execute("UPDATE payloads SET job_key = ? WHERE rowid = ?", (name, row["rowid"]))


def _restore_recording(db: sqlite3.Connection, batch_id: int, position: int, row: Mapping[str, Any]) -> None:
    """Write a recording as in its manifest, if its row is damaged or lost. Its job is the one that it had, or else that of its content."""
    sql = "SELECT recording_id, source, job_key, error_kind, error, crc FROM recordings WHERE batch_id = ? AND position = ?"
    known = db.execute(sql, (batch_id, position)).fetchone()
    if known is not None and known["crc"] == recording_crc(batch_id, position, known["recording_id"], known["source"], known["job_key"]):
        return
    keys = db.execute(
        "SELECT key FROM jobs WHERE COALESCE(sha256, source) = ? ORDER BY key IN (SELECT job_key FROM recordings), batch_id <> ?",
        (row.get("sha256") or row["source"], batch_id),
    ).fetchall()
    is_known = known is not None and db.execute("SELECT 1 FROM jobs WHERE key = ?", (known["job_key"],)).fetchone() is not None
    key = known["job_key"] if is_known else keys[0][0] if keys else None
    error = (None, None) if key is not None else _LOST
    db.execute(
        "INSERT OR REPLACE INTO recordings (batch_id, position, recording_id, source, job_key, error_kind, error)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (batch_id, position, row["recording_id"], public_source(row["source"]), key, *(known[3:5] if known is not None else error)),
    )


def _restore_job(db: sqlite3.Connection, row: Mapping[str, Any], sha256: str | None) -> None:
    """Make the job of a recording again if there is a transcript of it, here or at the service. Its options are not known any more."""
    key = row["job_key"]
    payload = db.execute("SELECT transcript_id FROM payloads WHERE job_key = ?", (key,)).fetchone()
    attempt = db.execute("SELECT transcript_id FROM attempts WHERE job_key = ? ORDER BY at DESC", (key,)).fetchone()
    if payload or attempt:
        db.execute(
            "INSERT INTO jobs (key, source, options, sha256, state, transcript_id, attempts, failures, batch_id)"
            " VALUES (?, ?, '{}', ?, ?, ?, 1, 0, ?)",
            (key, row["source"], sha256, COMPLETED if payload else QUEUED, (payload or attempt)[0], row["batch_id"]),
        )
