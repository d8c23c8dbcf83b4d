"""Words as they are compared: normalised, cut into tokens, and joined again in scripts with and without spaces."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from itertools import pairwise

from scribekit.base.errors import OptionError, nearest

# Thai and Lao, Burmese, Khmer, kana, Han: written without spaces between words.
_UNSPACED = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3040, 0x30FF), (0x31F0, 0x31FF), (0x3400, 0x4DBF),
             (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))  # fmt: skip


_FIND_UNSPACED = re.compile("[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in _UNSPACED) + "]").search


def is_unspaced(text: str) -> bool:
    """Whether a text holds a character of a script that is written without spaces."""
    return _FIND_UNSPACED(text) is not None


def join_words(words: Sequence[str]) -> str:
    """Words as running text: with spaces, but not within scripts that have none.

    Example:
        >>> join_words(["we", "saw", "東", "京"])
        'we saw 東京'
    """
    text = " ".join(words)
    if not is_unspaced(text):
        return text
    parts: list[str] = []
    for before, word in zip(("", *words), words, strict=False):
        glued = not before or (is_unspaced(before[-1:]) and is_unspaced(word[:1]))
        parts.append(word if glued else f" {word}")
    return "".join(parts)


_DASHES = frozenset("-‐‑‒–—―/⁄")


_SIGNS = re.compile(r"[^\w\s]|_")


_GROUPED = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:,\d{2,3})*,\d{3}(?![\d,])")


_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")


_ALIKE = str.maketrans("’ʼ`−", "'''-")


def _verbatim(text: str) -> str:
    return " ".join(text.split())


def _basic(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).translate(_ALIKE)
    numbers = _DECIMAL_COMMA.sub(".", _GROUPED.sub(lambda number: number[0].replace(",", ""), folded))
    return " ".join(_SIGNS.sub(_kept, numbers).split())


def _kept(match: re.Match[str]) -> str:
    """What is left of a character that is no letter or digit: itself where it is part of a word or number, a space, or nothing."""
    sign, before, after = match[0], _base_before(match.string, match.start()), match.string[match.end() : match.end() + 1]
    if sign in _DASHES:
        is_minus = sign == "-" and after.isdecimal() and not before.isalnum() and before not in _DASHES
        return " -" if is_minus else " "
    if sign in (".", ":"):
        return sign if before.isdecimal() and after.isdecimal() else ""
    if sign == "'":
        return sign if before.isalnum() and after.isalnum() else ""
    return sign if _is_mark(sign) and before.isalpha() else ""


def _base_before(text: str, place: int) -> str:
    """The last character before a place that is no combining mark; an empty text at the start."""
    while place > 0 and _is_mark(text[place - 1]):
        place -= 1
    return text[place - 1 : place] if place > 0 else ""


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M")


NORMALISERS: dict[str, Callable[[str], str]] = {"basic": _basic, "none": _verbatim}


def normalise(text: str, normaliser: str = "basic") -> str:
    """A text as it is compared.

    ``"basic"`` applies Unicode NFKC and case folding, takes hyphens, dashes and slashes as spaces, and drops all other punctuation but
    apostrophes inside words, points and colons inside numbers and a minus in front of one. A decimal comma is taken as a point, and commas
    before the last three digits of a number, which group its thousands, are dropped. Vowel signs and other combining marks are part of
    their letter. Digits, fillers and spellings stay as they are. ``"none"`` only brings white space to single spaces.

    Raises:
        OptionError: There is no such normaliser.

    Example:
        >>> normalise("“Well-known,” she said – it’s 5 o'clock!")
        "well known she said it's 5 o'clock"
        >>> normalise("-3.5 °C, 1,250 m, की")
        '-3.5 c 1250 m की'
    """
    if normaliser not in NORMALISERS:
        raise OptionError(f"There is no normaliser {normaliser!r}.{nearest(str(normaliser), NORMALISERS)}")
    return NORMALISERS[normaliser](text)


def tokens(text: str, normaliser: str = "basic") -> list[str]:
    """The words of a text as they are compared; of scripts that are written without spaces, each character with its marks is one.

    Raises:
        OptionError: There is no such normaliser.

    Example:
        >>> tokens("Well-known!"), tokens("你好 iPhone吗")
        (['well', 'known'], ['你', '好', 'iphone', '吗'])
    """
    words = normalise(text, normaliser).split()
    return [token for word in words for token in (_characters(word) if is_unspaced(word) else [word])]


def _characters(word: str) -> list[str]:
    found: list[str] = []
    for character in word:
        is_parted = not found or is_unspaced(character) or is_unspaced(found[-1])
        if is_parted and not (found and _is_mark(character)):
            found.append(character)
        else:
            found[-1] += character
    return found


def is_lettered(word: str) -> bool:
    """Whether a word has letters, with their combining marks, and nothing else.

    Example:
        >>> is_lettered("किताब"), is_lettered("3rd"), is_lettered("")
        (True, False, False)
    """
    return word != "" and (word.isalpha() or all(character.isalpha() or _is_mark(character) for character in word))


def running(words: Sequence[str]) -> str:
    """Tokens as running text: with a space between two of them, unless both are of a script that is written without.

    Example:
        >>> running(["你", "好", "iphone", "吗"])
        '你好 iphone 吗'
    """
    glued = [is_unspaced(before) and is_unspaced(word) for before, word in pairwise(words)]
    spaces = ["", *("" if is_glued else " " for is_glued in glued)]
    return "".join(part for pair in zip(spaces, words, strict=False) for part in pair)
