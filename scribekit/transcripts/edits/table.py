"""The journal as a table for people to read. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scribekit.base.text import join_words
from scribekit.transcripts.edits.actions import APPLIED, Outcome
from scribekit.transcripts.edits.model import REDO, STATE, UNDO, Edit

UNDONE = "undone"


def rows(journal: Sequence[Edit], outcomes: Sequence[Outcome], undone: frozenset[int]) -> Iterator[dict[str, Any]]:
    """Yield one row per edit, oldest first: the columns of ``schema.EDITS`` without the recording, and times as Unix time.

    Args:
        journal: All edits of a recording.
        outcomes: The outcomes of the active ones.
        undone: The numbers of the undone ones.
    """
    known = {outcome.edit.edit_id: outcome for outcome in outcomes}
    for edit in journal:
        outcome = known.get(edit.edit_id)
        status = UNDONE if edit.edit_id in undone else outcome.status if outcome else APPLIED
        start, end = _span(edit.detail)
        old, new = _change(edit.action, edit.detail)
        yield {
            **{name: getattr(edit, name) for name in ("edit_id", "edit_group", "at", "who", "action", "transcript_id")},
            "status": status,
            "reason": outcome.reason if outcome else None,
            "start_ms": start,
            "end_ms": end,
            "old": old,
            "new": new,
        }


def _span(detail: Mapping[str, Any]) -> tuple[int | None, int | None]:
    words = detail.get("words")
    if words:
        return min(word[2] for word in words), max(word[3] for word in words)
    spans = [span for anchor in _speakers(detail) for span in anchor["spans"]]
    return (min(start for start, _ in spans), max(end for _, end in spans)) if spans else (None, None)


def _speakers(detail: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [detail["speaker"]] if "speaker" in detail else list(detail.get("speakers", ()))


def _change(action: str, detail: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Return the old and the new value: speakers for edits of speakers, otherwise text."""
    text = join_words([word[1] for word in detail.get("words") or ()]) or None
    if action in ("rename", "merge", "split"):
        to = detail["into"]["speaker"] if action == "merge" else detail["to"]
        return ", ".join(anchor["speaker"] for anchor in _speakers(detail)), to
    if action == "reassign":
        return ", ".join(name for name in detail["from"] if name) or None, detail["to"]["speaker"]
    if action in (UNDO, REDO):
        return None, f"group {detail['edit_group']}"
    if action == STATE:
        return None, detail["state"]
    return text, detail.get("text", detail.get("to"))
