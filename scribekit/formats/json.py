"""The native archive: the payload as received, only indented."""

from __future__ import annotations

import msgspec

from scribekit.formats.base import Document


def render(document: Document) -> str:
    """The payload's JSON, indented by one space. Every key, number and text is written as it came, known to scribekit or not."""
    return msgspec.json.format(document.payload, indent=1).decode() + "\n"
