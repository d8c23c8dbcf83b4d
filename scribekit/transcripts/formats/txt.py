"""Plain text: what was said and nothing else."""

from __future__ import annotations

from scribekit.transcripts.formats.document import Document
from scribekit.transcripts.formats.paragraphs import paragraphs_of


def render(document: Document) -> str:
    """Return one paragraph per turn (or group of sentences), each on one line, with an empty line between; empty when nothing was said."""
    return "\n".join(f"{paragraph.text}\n" for paragraph in paragraphs_of(document.transcript))
