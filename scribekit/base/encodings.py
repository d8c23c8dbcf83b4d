"""The text in files that other programs wrote: in any Unicode encoding, or Western. Pure."""

from __future__ import annotations

import re

_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
)
_NOT_WESTERN = re.compile(r"(?!(.)\1{3})[^\x00-\x7f]{4}")


def decoded(content: bytes) -> tuple[str, bool]:
    """Return the text in a file, and whether its encoding was guessed: Windows-1252, which Western Excel writes.

    Raises:
        UnicodeDecodeError: It is neither Unicode nor a Western text.

    Example:
        >>> decoded("été".encode("cp1252")), decoded("été".encode("utf-16"))
        (('été', True), ('été', False))
    """
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), None) or _unmarked_utf16(content)
    if encoding is not None:
        return content.decode(encoding), False
    try:
        return content.decode("utf-8"), False
    except UnicodeDecodeError:
        text = content.decode("cp1252")
        if _NOT_WESTERN.search(text):  # other scripts, read as Western, are long runs of accented letters and signs
            raise
        return text, True


def _unmarked_utf16(content: bytes) -> str | None:
    """Return the UTF-16 that a text without a byte order mark is in; None when it is in something else."""
    start = content[:200]
    if not start or len(content) % 2:
        return None
    first, second = start[::2].count(0), start[1::2].count(0)
    if max(first, second) <= len(start) // 8 or 4 * min(first, second) > max(first, second):
        return None
    return "utf-16-be" if first > second else "utf-16-le"
