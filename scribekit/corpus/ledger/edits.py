"""The journal of edits in the ledger: rows are appended and read, never changed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scribekit.corpus.ledger.database import Database

_CONTENT = "COALESCE(jobs.sha256, jobs.source)"
_FIELDS = ("at", "who", "content", "transcript_id", "action", "detail")


class EditedMeanwhile(Exception):  # noqa: N818 -- it is a finding about one write, and always caught
    """A recording was edited since its journal was read, so nothing was written."""


class EditJournal:
    """The journal of edits. The key of a recording is its content: its SHA-256, or its URL.

    Args:
        database: The open file of the ledger.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, rows: Sequence[Mapping[str, Any]], last: Mapping[str, int | None] | None = None) -> list[int]:
        """Append edits as one group, all or none.

        Args:
            rows: ``at, who, content, transcript_id, action, detail`` each.
            last: For each content that nobody else may have edited meanwhile, what :meth:`last` was when its journal was read.

        Returns:
            Their numbers. The first is also the number of the group.

        Raises:
            EditedMeanwhile: Somebody else has edited one of the contents; nothing was written.
        """
        with self.appending(rows, last) as numbers:
            return numbers

    @contextlib.contextmanager
    def appending(self, rows: Sequence[Mapping[str, Any]], last: Mapping[str, int | None] | None = None) -> Iterator[list[int]]:
        """Append edits as :meth:`append` does. The block can read them; if it raises an error, they are not kept."""
        with self._database.transaction() as db:
            if any(self.last(content) != number for content, number in (last or {}).items()):
                raise EditedMeanwhile
            group = db.execute("SELECT COALESCE(MAX(edit_id), 0) + 1 FROM edits").fetchone()[0]
            sql = f"INSERT INTO edits ({', '.join(_FIELDS)}, edit_group) VALUES ({', '.join(':' + name for name in _FIELDS)}, :edit_group)"
            yield [int(db.execute(sql, {**row, "edit_group": group}).lastrowid or 0) for row in rows]

    def all(self) -> list[dict[str, Any]]:
        """Return every edit of the corpus, oldest first."""
        return [dict(row) for row in self._database.rows("SELECT * FROM edits ORDER BY edit_id")]

    def of(self, content: str) -> list[dict[str, Any]]:
        """Return the edits of one content, oldest first."""
        return [dict(row) for row in self._database.rows("SELECT * FROM edits WHERE content = ? ORDER BY edit_id", (content,))]

    def of_group(self, group: int) -> list[dict[str, Any]]:
        """Return the edits that were made together, oldest first."""
        return [dict(row) for row in self._database.rows("SELECT * FROM edits WHERE edit_group = ? ORDER BY edit_id", (group,))]

    def last(self, content: str) -> int | None:
        """Return the number of the last edit of a content; None when nobody has edited it."""
        number = self._database.read("SELECT MAX(edit_id) FROM edits WHERE content = ?", (content,))[0][0]
        return None if number is None else int(number)

    def content_of(self, job_key: str) -> str:
        """Return the content under which the edits of a job's recording are kept."""
        return str(self._database.read(f"SELECT {_CONTENT} FROM jobs WHERE key = ?", (job_key,))[0][0])

    def stamps(self) -> dict[str, int]:
        """Return job key → number of the last edit of its recording, for the recordings that were edited.

        Data derived from a transcript and its edits is current while the stamp is the same.
        """
        sql = f"SELECT jobs.key, MAX(edits.edit_id) FROM edits JOIN jobs ON {_CONTENT} = edits.content GROUP BY jobs.key"
        return {row[0]: row[1] for row in self._database.rows(sql)}
