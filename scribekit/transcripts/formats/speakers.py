"""Text with times and speakers, as interviews are read."""

from __future__ import annotations

from scribekit.base import timecode
from scribekit.transcripts.formats.document import Document
from scribekit.transcripts.formats.paragraphs import has_speakers, paragraphs_of

NO_SPEAKERS = "No speakers: this recording was transcribed without speaker_labels and without multichannel."


def render(document: Document) -> str:
    """One paragraph per turn, ``[00:00:12] Speaker A: …``, with a blank line between; empty when nothing was said.

    Without speaker labels the first line says so, and the paragraphs have their times alone.
    """
    lines = []
    for paragraph in paragraphs_of(document.transcript):
        name = document.name_of(paragraph.speaker, paragraph.channel)
        who = f"{name}: " if name else ""
        lines.append(f"[{timecode.clock(paragraph.start_ms)}] {who}{paragraph.text}\n")
    if lines and not has_speakers(document.transcript):
        lines.insert(0, f"{NO_SPEAKERS}\n")
    return "\n".join(lines)
