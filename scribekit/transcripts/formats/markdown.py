"""Notes in Markdown: the summary, what is to be done, and what was said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scribekit.base import timecode
from scribekit.base.display import escape_markdown
from scribekit.base.schema import is_missing
from scribekit.base.text import clean
from scribekit.transcripts import frames
from scribekit.transcripts.formats.document import Document
from scribekit.transcripts.formats.paragraphs import paragraphs_of

_LEVELS = ("transcripts", "summaries", "action_items")


def render(document: Document) -> str:
    """Return the recording's name, its summaries and action items where the service made some, and one paragraph per turn.

    The heading of the transcript is there also when nothing was said: it tells the file from notes that a person wrote.
    """
    tables = frames.project(_LEVELS, [(document.recording_id, document.payload)])
    rows = {level: table.to_pylist() for level, table in tables.items()}
    sections = {
        "Summary": [*_summary(rows["transcripts"][0]), *_parts(rows["summaries"])],
        "Action items": ["\n".join(map(_action_item, rows["action_items"]))],
        "Transcript": [_paragraph(document, one) for one in paragraphs_of(document.transcript)],
    }
    blocks = [f"# {_plain(document.recording_id)}"]
    for heading, found in sections.items():
        written = [block for block in found if block]
        blocks += [f"## {heading}", *written] if written or heading == "Transcript" else []
    return "\n\n".join(blocks) + "\n"


def _summary(transcript: dict[str, Any]) -> Iterator[str]:
    if transcript["summary"]:
        yield _plain(transcript["summary"])


def _parts(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the headline of each part, then its paragraph, or its bullets as one list."""
    bullets: list[str] = []
    last: Any = None
    for row in rows:
        if bullets and row["summary_index"] != last:
            yield "\n".join(bullets)
            bullets = []
        if row["headline"] and row["summary_index"] != last:
            yield f"**{_plain(row['headline'])}**{_time(row['start_ms'])}"
        last = row["summary_index"]
        if row["text"] and is_missing(row["bullet_index"]):
            yield _plain(row["text"])
        elif row["text"]:
            bullets.append(f"- {_plain(row['text'])}")
    if bullets:
        yield "\n".join(bullets)


def _action_item(row: dict[str, Any]) -> str:
    quote = f" “{_plain(row['quote'])}”" if row["quote"] else ""
    return f"- [ ] {_plain(row['action_item'] or '')}{quote}{_time(row['start_ms'])}"


def _paragraph(document: Document, paragraph: Any) -> str:
    name = document.name_of(paragraph.speaker, paragraph.channel)
    speaker = f"**{escape_markdown(name)}** " if name else ""
    return f"{speaker}[{timecode.clock(paragraph.start_ms)}] {escape_markdown(paragraph.text)}"


def _time(start_ms: int | None) -> str:
    return "" if start_ms is None else f" [{timecode.clock(start_ms)}]"


def _plain(text: str) -> str:
    return escape_markdown(clean(text))
