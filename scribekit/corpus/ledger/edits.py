"""The journal of edits in the ledger: rows are appended and read, never changed."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scribekit.base.errors import DamagedFileError
from scribekit.corpus.ledger.database import Database
from scribekit.corpus.ledger.digests import KEEP_DIGEST, changed_edits, edit_digest, is_unbroken

_CONTENT = "COALESCE(jobs.sha256, jobs.source)"
_FIELDS = ("edit_id", "at", "who", "content", "transcript_id", "edit_group", "action", "detail")
_COLUMNS = (*_FIELDS, "digest")
_INSERT = f"INSERT INTO edits ({', '.join(_COLUMNS)}) VALUES ({', '.join(':' + name for name in _COLUMNS)})"


_HEAD = "edits "
"""The checksum of the last edit of a content is kept under this and the content: it shows that the last edits are all there."""

SET_ASIDE = "damaged"
"""The action of an edit that was damaged. No version knows what it does, so it is shown as a conflict and changes nothing."""


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
            yield [self._insert(db, {**row, "edit_id": number, "edit_group": group}) for number, row in enumerate(rows, start=group)]

    def _insert(self, db: sqlite3.Connection, row: Mapping[str, Any]) -> int:
        last = "SELECT digest FROM edits WHERE content = ? ORDER BY edit_id DESC LIMIT 1"
        before = db.execute(last, (row["content"],)).fetchone()
        digest = edit_digest(before and before[0], row)
        db.execute(_INSERT, {**row, "digest": digest})
        db.execute(KEEP_DIGEST, (_HEAD + row["content"], digest))
        return int(row["edit_id"])

    def all(self) -> list[dict[str, Any]]:
        """Return every edit of the corpus, oldest first."""
        return self._read("ORDER BY edit_id")

    def of(self, content: str) -> list[dict[str, Any]]:
        """Return the edits of one content, oldest first.

        Raises:
            DamagedFileError: One of them is damaged, or gone.
        """
        found = self._read("WHERE content = ? ORDER BY edit_id", (content,))
        if not is_unbroken(found, self._heads("name = ?", (_HEAD + content,)).get(content)):
            raise DamagedFileError(
                f"The edits of a recording in the corpus {str(self._database.folder)!r} are damaged. With reviewed=False the recording is "
                f"read as received; sk.check_corpus({str(self._database.folder)!r}, repair=True) sets the damaged edits aside."
            )
        return found

    def of_group(self, group: int) -> list[dict[str, Any]]:
        """Return the edits that were made together, oldest first."""
        return self._read("WHERE edit_group = ? ORDER BY edit_id", (group,))

    def harmed(self) -> dict[str, list[int]]:
        """Return content → the numbers of its damaged edits, for each content with a damaged edit or a missing one."""
        heads = self._heads("name >= ? AND name < ?", (_HEAD, _HEAD[:-1] + chr(ord(_HEAD[-1]) + 1)))
        by_content: dict[str, list[dict[str, Any]]] = {content: [] for content in heads}
        for row in self.all():
            by_content.setdefault(row["content"], []).append(row)
        return {content: changed_edits(rows) for content, rows in by_content.items() if not is_unbroken(rows, heads.get(content))}

    def _heads(self, condition: str, values: Sequence[Any]) -> dict[str, bytes]:
        """Return content → the checksum of its last edit, where one was kept."""
        if not self._database.has_digests:
            return {}
        rows = self._database.read(f"SELECT name, digest FROM digests WHERE {condition}", values)
        return {row[0].removeprefix(_HEAD): row[1] for row in rows}

    def set_aside(self, content: str) -> None:
        """Make a damaged journal readable: a damaged edit stays, as one that cannot be applied (:data:`SET_ASIDE`)."""
        with self._database.transaction() as db:
            rows = self._read("WHERE content = ? ORDER BY edit_id", (content,))
            changed, before = set(changed_edits(rows)), None
            for row in rows:
                if row["edit_id"] in changed:
                    row |= {"action": SET_ASIDE, "detail": json.dumps({"action": str(row["action"]), "detail": str(row["detail"])})}
                before = edit_digest(before, row)
                sql = "UPDATE edits SET action = ?, detail = ?, digest = ? WHERE edit_id = ?"
                db.execute(sql, (row["action"], row["detail"], before, row["edit_id"]))
            if before is None:
                db.execute("DELETE FROM digests WHERE name = ?", (_HEAD + content,))
            else:
                db.execute(KEEP_DIGEST, (_HEAD + content, before))

    def _read(self, condition: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        columns = ", ".join(_COLUMNS if self._database.has_digests else (*_FIELDS, "NULL AS digest"))
        return [dict(row) for row in self._database.rows(f"SELECT {columns} FROM edits {condition}", values)]

    def last(self, content: str) -> int | None:
        """Return the number of the last edit of a content; None when nobody has edited it."""
        number = self._database.read("SELECT MAX(edit_id) FROM edits WHERE content = ?", (content,))[0][0]
        return None if number is None else int(number)

    def content_of(self, job_key: str) -> str:
        """Return the content under which the edits of a job's recording are kept."""
        return str(self._database.read(f"SELECT {_CONTENT} FROM jobs WHERE key = ?", (job_key,))[0][0])

    def recordings_of(self, content: str) -> list[str]:
        """Return the ids of the recordings with a content."""
        sql = f"SELECT DISTINCT r.recording_id FROM recordings r JOIN jobs ON jobs.key = r.job_key WHERE {_CONTENT} = ?"
        return [row[0] for row in self._database.read(sql, (content,))]

    def stamps(self) -> dict[str, int]:
        """Return job key → number of the last edit of its recording, for the recordings that were edited.

        Data derived from a transcript and its edits is current while the stamp is the same. The edits are read one after the other, and
        not from their index, so that none is missed.
        """
        last = "SELECT content, MAX(edit_id) AS last FROM edits NOT INDEXED GROUP BY content"
        rows = self._database.read(f"SELECT jobs.key, e.last FROM ({last}) e LEFT JOIN jobs ON {_CONTENT} = e.content")
        if any(row[0] is None for row in rows):  # an edit of no job: the index of the jobs is damaged
            rows = self._database.read(f"SELECT jobs.key, e.last FROM ({last}) e JOIN jobs NOT INDEXED ON {_CONTENT} = e.content")
        return {row[0]: row[1] for row in rows}
