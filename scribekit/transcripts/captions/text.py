"""Text as it may stand on one line of a file or a screen."""

from __future__ import annotations

import re
import unicodedata

# Everything that some reader takes for the end of a line or a field; no-break spaces are not among it.
_BREAKS = re.compile(r"[ \t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
# Not allowed in XML 1.0 (section 2.2), or unseen instructions to a terminal.
_ILLEGAL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]")

# Scripts written without spaces, by first and last character: Thai and Lao, Burmese, Khmer, CJK punctuation and kana, Han, wide forms.
_SPACELESS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
)


def clean(text: str) -> str:
    r"""Text on one line: composed (NFC), every run of breaks and spaces one space, without characters that XML forbids.

    Example:
        >>> clean("Cafe\u0301\n at\x00 noon ")
        'Café at noon'
    """
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    return unicodedata.normalize("NFC", _BREAKS.sub(" ", _ILLEGAL.sub("", text))).strip()


def width(text: str) -> int:
    """Columns that a text takes on screen: two for East Asian wide characters, none for combining marks.

    Example:
        >>> width("word"), width("世界")
        (4, 4)
    """
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(unicodedata.combining(character) > 0 for character in text)


def glue(left: str, right: str) -> str:
    """What stands between two words: nothing between two characters of scripts without spaces, else a space.

    Example:
        >>> glue("one", "two"), glue("世", "界")
        (' ', '')
    """
    return "" if _SPACELESS.match(left[-1]) and _SPACELESS.match(right[0]) else " "


def pieces(text: str, widest: int) -> list[str]:
    """A word of a script without spaces, cut into pieces no wider than ``widest``; any other word is one piece.

    Example:
        >>> pieces("世界和平", 4)
        ['世界', '和平']
    """
    if width(text) <= widest or not _SPACELESS.search(text):
        return [text]
    cut = [""]
    for character in text:
        if width(cut[-1] + character) > widest and not unicodedata.category(character).startswith("M"):
            cut.append("")
        cut[-1] += character
    return [piece for piece in map(str.strip, cut) if piece]
