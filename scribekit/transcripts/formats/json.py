"""The native archive: the payload as received, only indented."""

from __future__ import annotations

import msgspec

from scribekit.base import contract
from scribekit.transcripts.formats.document import Document


def render(document: Document) -> str:
    """Return the payload's JSON, indented by one space. Every key, number and text is unchanged, known to scribekit or not.

    A payload that is not valid JSON is restored first (:func:`scribekit.base.contract.valid_json`).
    """
    try:
        return _indented(document.payload)
    except contract.DECODE_ERRORS:
        return _indented(contract.valid_json(document.payload))


def _indented(payload: bytes) -> str:
    return msgspec.json.format(payload, indent=1).decode() + "\n"
