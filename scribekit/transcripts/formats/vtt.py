"""WebVTT subtitles with a voice per cue (https://www.w3.org/TR/webvtt1/)."""

from __future__ import annotations

from scribekit.base import timecode
from scribekit.transcripts.captions import Cue
from scribekit.transcripts.formats.document import Document

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def render(document: Document, *, speakers: bool = True) -> str:
    """Return cues with the speaker as ``<v Speaker A>`` where there is one; only the header when nothing was said.

    Args:
        document: The transcript.
        speakers: Name the speaker of each cue.
    """
    cues = (
        f"\n{timecode.vtt(cue.start_ms)} --> {timecode.vtt(cue.end_ms)}\n{_voice(document, cue) if speakers else ''}{_escaped(cue.lines)}\n"
        for cue in document.cues
    )
    return "WEBVTT\n" + "".join(cues)


def _voice(document: Document, cue: Cue) -> str:
    name = document.name_of(cue.speaker, cue.channel)
    return f"<v {name.translate(_ESCAPES)}>" if name else ""


def _escaped(lines: tuple[str, ...]) -> str:
    return "\n".join(lines).translate(_ESCAPES)
