"""The native archive: the payload as received, only indented."""

from __future__ import annotations

import msgspec

from scribekit import wire
from scribekit.formats.base import Document


def render(document: Document) -> str:
    """The payload's JSON, indented by one space. Every key, number and text is written as it came, known to scribekit or not.

    A payload that is not quite JSON is restored first (:func:`scribekit.wire.restored`).
    """
    try:
        return _indented(document.payload)
    except wire.UNFIT:
        return _indented(wire.restored(document.payload))


def _indented(payload: bytes) -> str:
    return msgspec.json.format(payload, indent=1).decode() + "\n"
