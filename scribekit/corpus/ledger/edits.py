"""The journal of what people changed, kept by the content of a recording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scribekit.corpus.ledger.database import Store

_CONTENT = "COALESCE(jobs.sha256, jobs.source)"
_FIELDS = ("at", "who", "content", "transcript_id", "action", "detail")


class EditedMeanwhile(Exception):  # noqa: N818 -- it is a finding about one write, and always caught
    """A recording was edited since its journal was read; nothing was written."""


class Journal(Store):
    """Edits are appended and read back; none is ever altered."""

    def append_edits(self, rows: Sequence[Mapping[str, Any]], last: Mapping[str, int | None] | None = None) -> list[int]:
        """Append edits that belong together, all or none.

        Args:
            rows: ``at, who, content, transcript_id, action, detail`` each.
            last: For each content that nobody else may have edited meanwhile, what :meth:`last_edit` was when its journal was read.

        Returns:
            Their numbers. The first is the number of the group too.

        Raises:
            Overtaken: Somebody has; nothing was written.
        """
        with self.transaction() as db:
            if any(self.last_edit(content) != number for content, number in (last or {}).items()):
                raise EditedMeanwhile
            group = db.execute("SELECT COALESCE(MAX(edit_id), 0) + 1 FROM edits").fetchone()[0]
            sql = f"INSERT INTO edits ({', '.join(_FIELDS)}, edit_group) VALUES ({', '.join(':' + name for name in _FIELDS)}, :edit_group)"
            return [int(db.execute(sql, {**row, "edit_group": group}).lastrowid or 0) for row in rows]

    def edits(self, content: str | None = None) -> list[dict[str, Any]]:
        """The journal, oldest first: of one content, or all of it."""
        if content is None:
            return [dict(row) for row in self.rows("SELECT * FROM edits ORDER BY edit_id")]
        return [dict(row) for row in self.rows("SELECT * FROM edits WHERE content = ? ORDER BY edit_id", (content,))]

    def edits_of_group(self, group: int) -> list[dict[str, Any]]:
        """The edits that were made as one, oldest first."""
        return [dict(row) for row in self.rows("SELECT * FROM edits WHERE edit_group = ? ORDER BY edit_id", (group,))]

    def last_edit(self, content: str) -> int | None:
        """The number of the last edit of a content; None when nobody has edited it."""
        number = self.read("SELECT MAX(edit_id) FROM edits WHERE content = ?", (content,))[0][0]
        return None if number is None else int(number)

    def content_of(self, job_key: str) -> str:
        """What the journal keeps the edits of a job's recording by."""
        return str(self.read(f"SELECT {_CONTENT} FROM jobs WHERE key = ?", (job_key,))[0][0])

    def edit_stamps(self) -> dict[str, int]:
        """Job key → the number of the last edit of its recording; jobs whose recording nobody has edited are not in it.

        What was derived from a transcript and its edits is still good while the stamp is the same.
        """
        sql = f"SELECT jobs.key, MAX(edits.edit_id) FROM edits JOIN jobs ON {_CONTENT} = edits.content GROUP BY jobs.key"
        return {row[0]: row[1] for row in self.rows(sql)}
