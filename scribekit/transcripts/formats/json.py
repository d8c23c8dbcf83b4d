"""The native archive: the payload as received, only indented, its addresses masked."""

from __future__ import annotations

import msgspec

from scribekit.base import contract
from scribekit.base.addresses import masked
from scribekit.transcripts.formats.document import Document
from scribekit.transcripts.frames import without_unredacted

_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])  # values are copied as they were written
_HEADER_VALUE = "webhook_auth_header_value"


def render(document: Document) -> str:
    """Return the payload's JSON, indented by one space. Every key, number and text is unchanged, known to scribekit or not.

    Only in addresses (``audio_url``, ``webhook_url`` and the like) secrets are masked, and the webhook's secret is.
    Texts without masks (``unredacted_text`` and so on) are only in the file of a document that is to have them.
    A payload that is not valid JSON is restored first (:func:`scribekit.base.contract.valid_json`).
    """
    payload = document.payload if document.is_unredacted else without_unredacted(document.payload)
    try:
        return _indented(payload)
    except contract.DECODE_ERRORS:
        return _indented(contract.valid_json(payload))


def _indented(payload: bytes) -> str:
    fields = _fields.decode(payload)
    for name, value in fields.items():
        if name.endswith("url") or name == _HEADER_VALUE:
            text = msgspec.json.decode(value)
            shown = "…" if name == _HEADER_VALUE else masked(text) if isinstance(text, str) else text
            if text not in (None, shown):
                fields[name] = msgspec.Raw(msgspec.json.encode(shown))
    return msgspec.json.format(msgspec.json.encode(fields), indent=1).decode() + "\n"
