"""SubRip subtitles.

SubRip has no standard and no escape. Players misread three things in a text, so similar characters replace them: an arrow (it would be a
time line), the start of a tag, and braces (styling in ASS).
"""

from __future__ import annotations

import re

from scribekit.base import timecode
from scribekit.transcripts.formats.document import Document

_ARROW = re.compile(r"-{2,}>")
_TAG = re.compile(r"<(?=\s*[/!?A-Za-z])")
_BRACES = str.maketrans("{}", "()")


def render(document: Document) -> str:
    """Return numbered cues without speakers and without markup; empty when nothing was said."""
    cues = [
        f"{number}\n{timecode.srt(cue.start_ms)} --> {timecode.srt(cue.end_ms)}\n{_inert(cue.lines)}\n"
        for number, cue in enumerate(document.cues, 1)
    ]
    return "\n".join(cues)


def _inert(lines: tuple[str, ...]) -> str:
    text = _ARROW.sub("→", "\n".join(lines))
    return _TAG.sub("‹", text).translate(_BRACES)
