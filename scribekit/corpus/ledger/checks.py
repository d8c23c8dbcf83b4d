"""Whether the file of a ledger is whole: SQLite's own check, and values that no row can have."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping

from scribekit.corpus.job import STATES
from scribekit.corpus.ledger.digests import recording_crc
from scribekit.corpus.sqlite import ERRORS, damage_text, integrity_problems, is_damage

_STATES = ", ".join(f"'{state}'" for state in STATES)


def _not_numbers(*names: str) -> str:
    return " OR ".join(f"typeof({name}) NOT IN ('null', 'real', 'integer')" for name in names)


_ODD_ROWS = {
    "a job has a state, options or numbers that it cannot have": (
        f"SELECT COUNT(*) FROM jobs WHERE typeof(key) <> 'text' OR typeof(source) <> 'text' OR state NOT IN ({_STATES})"
        " OR CASE typeof(options) WHEN 'text' THEN NOT json_valid(options) ELSE 1 END"
        " OR typeof(attempts) <> 'integer' OR typeof(failures) <> 'integer' OR typeof(batch_id) <> 'integer'"
        f" OR {_not_numbers('lease_until', 'intent_at', 'submitted_at', 'completed_at', 'reserved_usd', 'duration_s')}"
    ),
    "a transcript has figures that are not numbers": (
        f"SELECT COUNT(*) FROM payloads WHERE {_not_numbers('audio_duration_s', 'confidence', 'cost_usd')}"
    ),
    "a recording has no name, source or place": (
        "SELECT COUNT(*) FROM recordings WHERE typeof(recording_id) <> 'text' OR typeof(source) <> 'text'"
        " OR typeof(batch_id) <> 'integer' OR typeof(position) <> 'integer'"
    ),
    "a recording has a job that is not there": (
        "SELECT COUNT(*) FROM recordings r WHERE r.job_key IS NOT NULL AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.key = r.job_key)"
    ),
    "an edit is about a recording that is not there": (
        "SELECT COUNT(*) FROM edits e WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE COALESCE(jobs.sha256, jobs.source) = e.content)"
    ),
}


def structure(db: sqlite3.Connection) -> dict[str, str]:
    """Return the tables and indexes of a file: name → how it was made, without comments and line ends."""
    made = db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {name: " ".join(re.sub("--.*", "", sql).split()) for name, sql in made}


def problems(db: sqlite3.Connection, expected: Mapping[str, str]) -> list[str]:
    """Return what is wrong with the file of a ledger, in a few words each; nothing if it is whole.

    Args:
        db: The open file.
        expected: The :func:`structure` that it should have, or more.
    """
    found = integrity_problems(db)
    if not found:
        try:
            own = structure(db)
            if changed := [name for name, made in expected.items() if own.get(name) != made]:
                return [f"the structure of {', '.join(changed)} is another than was written"]
            found = [name for name, sql in _ODD_ROWS.items() if db.execute(sql).fetchone()[0]]
            found += _changed_recordings(db)
            _read_texts(db)
        except ERRORS as cause:
            if is_damage(cause):
                return [damage_text(cause)]
            # Locked, say: then nobody knows.
    return found


def _read_texts(db: sqlite3.Connection) -> None:
    """Read every text of every table, which raises an error where one is not UTF-8."""
    tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
    for table in tables:
        texts = [name for _, name, kind, *_ in db.execute(f"PRAGMA table_info({table})") if kind == "TEXT"]
        for _ in db.execute(f"SELECT {', '.join(texts)} FROM {table}") if texts else ():
            pass


def _changed_recordings(db: sqlite3.Connection) -> list[str]:
    if not db.execute("SELECT 1 FROM pragma_table_info('recordings') WHERE name = 'crc'").fetchone():
        return []  # of an earlier version
    rows = db.execute("SELECT batch_id, position, recording_id, source, job_key, crc FROM recordings")
    count = sum(crc is not None and crc != recording_crc(*values) for *values, crc in rows)
    return [f"{count:,} recordings have other names, sources or jobs than were written"] if count else []
