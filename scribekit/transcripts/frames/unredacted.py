"""The texts without masks that a payload may have beside those with masks. Pure.

Nothing but what is asked for by name reads them: no default table, file, index, measure or widget does.
"""

from __future__ import annotations

import msgspec

from scribekit.base import contract

_REPLACED = ("text", "words", "utterances")

_parts = msgspec.json.Decoder(dict[str, msgspec.Raw])


def unredacted_payload(body: bytes) -> bytes | None:
    """Return a payload whose text, words and utterances are those without masks, as received; None if it has none of them.

    Raises:
        msgspec.MsgspecError: The body is not a JSON object.

    Example:
        >>> unredacted_payload(b'{"id": "t", "text": "Hi ###.", "unredacted_text": "Hi Ann."}')
        b'{"id":"t","text":"Hi Ann."}'
    """
    parts = _read(body)
    plain = {name: parts[contract.UNREDACTED + name] for name in _REPLACED if _is_there(parts.get(contract.UNREDACTED + name))}
    if not plain:
        return None
    beside = (*_REPLACED, contract.REVIEW_KEY, contract.RECEIVED_TURNS_KEY)
    kept = {name: value for name, value in parts.items() if name not in beside and not name.startswith(contract.UNREDACTED)}
    return msgspec.json.encode(kept | plain)


def without_unredacted(body: bytes) -> bytes:
    """Return a payload without its texts without masks; the very same bytes if it has none.

    Raises:
        msgspec.MsgspecError: The body is not a JSON object.

    Example:
        >>> without_unredacted(b'{"id": "t", "text": "Hi ###.", "unredacted_text": "Hi Ann."}')
        b'{"id":"t","text":"Hi ###."}'
    """
    parts = _read(body)
    kept = {name: value for name, value in parts.items() if not name.startswith(contract.UNREDACTED)}
    return body if len(kept) == len(parts) else msgspec.json.encode(kept)


def _read(body: bytes) -> dict[str, msgspec.Raw]:
    try:
        return _parts.decode(body)
    except contract.DECODE_ERRORS:
        return _parts.decode(contract.valid_json(body))


def _is_there(value: msgspec.Raw | None) -> bool:
    return value is not None and bytes(value) not in (b"null", b'""', b"[]")
