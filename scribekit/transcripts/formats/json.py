"""The native archive: the payload as received, only indented."""

from __future__ import annotations

import msgspec

from scribekit.base import contract
from scribekit.transcripts.formats.document import Document
from scribekit.transcripts.frames import without_unredacted


def render(document: Document) -> str:
    """Return the payload's JSON, indented by one space. Every key, number and text is unchanged, known to scribekit or not.

    Texts without masks (``unredacted_text`` and so on) are only in the file of a document that is to have them.
    A payload that is not valid JSON is restored first (:func:`scribekit.base.contract.valid_json`).
    """
    payload = document.payload if document.is_unredacted else without_unredacted(document.payload)
    try:
        return _indented(payload)
    except contract.DECODE_ERRORS:
        return _indented(contract.valid_json(payload))


def _indented(payload: bytes) -> str:
    return msgspec.json.format(payload, indent=1).decode() + "\n"
