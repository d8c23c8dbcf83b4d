r"""SubRip subtitles.

SubRip has no standard and no escape. Players misread three things in a text, so similar characters replace them: an arrow (it would be a
time line), the start of a tag, and braces (styling in ASS). ``\N``, ``\n`` and ``\h`` would be line breaks and spaces of ASS. An invisible
word joiner after the backslash keeps them text, as FFmpeg itself does it.
"""

from __future__ import annotations

import re

from scribekit.base import timecode
from scribekit.transcripts.captions import Cue
from scribekit.transcripts.formats.document import Document

_ARROW = re.compile(r"-{2,}>")
_TAG = re.compile(r"<(?=\s*[/!?A-Za-z])")
_ESCAPE = re.compile(r"\\(?=[Nnh])")
_BRACES = str.maketrans("{}", "()")


def render(document: Document, *, speakers: bool = False) -> str:
    """Return numbered cues without markup; empty when nothing was said.

    Args:
        document: The transcript.
        speakers: Begin each cue with its speaker, where there is one (``Speaker A: …``); the cues are cut so that lines have room for it.
    """
    cues = [
        f"{number}\n{timecode.srt(cue.start_ms)} --> {timecode.srt(cue.end_ms)}\n{_inert(cue)}\n"
        for number, cue in enumerate(document.named_cues if speakers else document.cues, 1)
    ]
    return "\n".join(cues)


def _inert(cue: Cue) -> str:
    text = _ARROW.sub("→", cue.name + "\n".join(cue.lines))
    return _ESCAPE.sub("\\\\\u2060", _TAG.sub("‹", text).translate(_BRACES))
