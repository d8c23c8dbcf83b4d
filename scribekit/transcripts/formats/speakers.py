"""Text with times and speakers, as interviews are read."""

from __future__ import annotations

from scribekit.base import timecode
from scribekit.transcripts.formats.document import Document
from scribekit.transcripts.formats.paragraphs import has_speakers, paragraphs_of

NO_SPEAKERS = "No speakers: this recording was transcribed without speaker_labels and without multichannel."


def render(document: Document) -> str:
    """Return one paragraph per turn, ``[00:00:12] Speaker A: …``, with an empty line between; empty when nothing was said.

    Without speaker labels the first line says so, and the paragraphs have only their times.
    """
    lines = []
    for paragraph in paragraphs_of(document.transcript):
        name = document.name_of(paragraph.speaker, paragraph.channel)
        prefix = f"{name}: " if name else ""
        lines.append(f"[{timecode.clock(paragraph.start_ms)}] {prefix}{paragraph.text}\n")
    if lines and not has_speakers(document.transcript):
        lines.insert(0, f"{NO_SPEAKERS}\n")
    return "\n".join(lines)
