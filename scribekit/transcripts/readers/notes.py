"""Notes in Markdown, as the export writes them: only the part that was said. Pure."""

from __future__ import annotations

import re

from scribekit.base.display import unescape_markdown
from scribekit.transcripts.readers.stamps import BRACKETED, span_of
from scribekit.transcripts.readers.turns import Found, Turn

_SECTION = re.compile(r"^# .*?^## Transcript\s*$(?P<text>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_PARAGRAPH = re.compile(r"^(?:\*\*(?P<speaker>(?:[^*\\]|\\.)+)\*\* )?(?=\[\d+:\d)(?P<rest>.*)$")


def read_notes(text: str) -> Found | None:
    """Return the turns of notes that the export wrote; None if these are none."""
    section = _SECTION.match(text)
    if section is None:
        return None
    turns = []
    for line in filter(None, map(str.strip, section["text"].splitlines())):
        paragraph = _PARAGRAPH.match(line)
        stamp = BRACKETED.match(paragraph["rest"]) if paragraph else None
        if paragraph is None or stamp is None:
            return None
        speaker = paragraph["speaker"]
        said = unescape_markdown(paragraph["rest"][stamp.end() :].strip())
        turns.append(Turn(said, unescape_markdown(speaker) if speaker else None, *span_of(stamp)))
    return Found(tuple(turns))
