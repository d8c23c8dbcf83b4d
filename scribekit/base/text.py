"""The rules of written text that every room shares.

This module owns how words join to running text, how text fits on one line of a file or a screen, and how words are normalised before
they are compared. Where sentences end is in ``sentences``. Client and service use the same functions, so that they agree.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain, pairwise

from scribekit.base.errors import OptionError
from scribekit.base.folding import APOSTROPHE, fold, with_names, without_illegal
from scribekit.base.number_words import LANGUAGES, with_digits

# -- words as running text --------------------------------------------------------------------------------------------

# Thai and Lao, Burmese, Khmer, ideographic letters and numerals, kana, Han, half-width katakana: written without spaces between words.
_UNSPACED = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3005, 0x3007), (0x3021, 0x302D), (0x3031, 0x3035),
             (0x3038, 0x303C), (0x3040, 0x30FF), (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF),
             (0xFF66, 0xFF9F), (0x20000, 0x3FFFF))  # fmt: skip
# Punctuation of Chinese and Japanese, as wide as a letter: the space around it is part of the character.
_WIDE = ((0x3001, 0x3003), (0x3008, 0x3020), (0x3030, 0x3030), (0x303D, 0x303D), (0xFF01, 0xFF0F), (0xFF1A, 0xFF20), (0xFF3B, 0xFF40),
         (0xFF5B, 0xFF65))  # fmt: skip
_EITHER = "“”‘’…—·"  # punctuation of scripts with and without spaces: the letter beside it decides
_IS_SPACED, _IS_UNSPACED, _IS_WIDE = range(3)
_SEPARATORS = ((" ", " ", ""), (" ", "", ""), ("", "", ""))  # by the kinds of the characters before and after


def _ranges(ranges: Sequence[tuple[int, int]]) -> str:
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


_find_unspaced = re.compile(f"[{_ranges(_UNSPACED)}]").search
_RUNS = re.compile(f"[{_ranges(_UNSPACED)}]+|[^{_ranges(_UNSPACED)}]+")
_find_wide = re.compile(f"[{_ranges(_WIDE)}]").search
_find_either = re.compile(f"[{_ranges(_UNSPACED)}{_ranges(_WIDE)}]").search


def is_unspaced(text: str) -> bool:
    """Whether a text has a character of a script that is written without spaces."""
    return _find_unspaced(text) is not None


def is_spaced(text: str) -> bool:
    """Whether all words of a text are joined with spaces.

    Example:
        >>> is_spaced("we saw Tokyo"), is_spaced("we saw 東京")
        (True, False)
    """
    return text.isascii() or _find_either(text) is None


def separator(left: str, right: str) -> str:
    """Return what is written between two words: a space or nothing.

    Nothing is written between two characters of scripts without spaces, and beside wide punctuation. Quotes and the like at the edge of a
    word count as the character next to them.

    Example:
        >>> [separator(*pair) for pair in (("one", "two"), ("世", "界"), ("界。", "OK"), ("“世”", "界"), ("iPhone", "を"))]
        [' ', '', '', '', ' ']
    """
    return separators([left, right])[1]


def separators(words: Sequence[str]) -> list[str]:
    """Return what is written before each word of a running text; nothing before the first.

    Example:
        >>> separators(["we", "saw", "東", "京"])
        ['', ' ', ' ', '']
    """
    sides = [_sides(word) for word in words]
    return ["", *(_SEPARATORS[end][start] for (_, end), (start, _) in pairwise(sides))][: len(words)]


@lru_cache(maxsize=1 << 16)
def _sides(word: str) -> tuple[int, int]:
    """Return the kinds of the first and the last character of a word."""
    return _kind(word.lstrip(_EITHER)[:1]), _kind(word.rstrip(_EITHER)[-1:])


def _kind(character: str) -> int:
    return _IS_WIDE if _find_wide(character) else _IS_UNSPACED if is_unspaced(character) else _IS_SPACED


def join_words(words: Sequence[str]) -> str:
    """Join words to running text: with spaces, except within scripts that have none.

    Example:
        >>> join_words(["we", "saw", "東", "京"])
        'we saw 東京'
    """
    text = " ".join(words)
    if is_spaced(text):
        return text
    return "".join(chain.from_iterable(zip(separators(words), words, strict=True)))


# -- text on one line -------------------------------------------------------------------------------------------------

# Everything that some reader takes for the end of a line or a field; no-break spaces are not among it.
_BREAKS = re.compile(r"[ \t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")


def clean(text: str) -> str:
    r"""Return a text on one line: composed (NFC), every run of breaks and spaces one space, without characters that XML forbids.

    Example:
        >>> clean("Cafe\u0301\n at\x00 noon ")
        'Café at noon'
    """
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    return unicodedata.normalize("NFC", _BREAKS.sub(" ", without_illegal(text))).strip()


def width(text: str) -> int:
    """Count the columns that a text takes on screen: two for East Asian wide characters, none for combining marks.

    Example:
        >>> width("word"), width("世界")
        (4, 4)
    """
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(unicodedata.combining(character) > 0 for character in text)


def pieces(word: str, widest: int) -> list[str]:
    """Cut a word of a script without spaces into pieces no wider than ``widest``; any other word is one piece.

    Example:
        >>> pieces("世界和平", 4)
        ['世界', '和平']
    """
    if width(word) <= widest or not is_unspaced(word):
        return [word]
    cut = [""]
    for character in word:
        if width(cut[-1] + character) > widest and not _is_mark(character):
            cut.append("")
        cut[-1] += character
    return [piece for piece in map(str.strip, cut) if piece]


def split_words(text: str) -> list[str]:
    """Cut a text into words: at spaces and, in scripts without spaces, into characters with their marks.

    Example:
        >>> split_words(" So  it's 東京, OK? ")
        ['So', "it's", '東', '京', ',', 'OK?']
    """
    return [piece for chunk in clean(text).split() for run in _RUNS.findall(chunk) for piece in pieces(run, 1)]


# Vowels and signs of Thai and Lao, joiners and half-width voice marks: written with the letter before them.
_FOLLOWING = frozenset("\u0e30\u0e32\u0e33\u0e45\u0e46\u0e2f\u0eb0\u0eb2\u0eb3\u0ec6\u0eaf\u200c\u200d\uff9e\uff9f")
# Vowels of Thai and Lao, and signs that stack Burmese and Khmer consonants: written with the letter after them.
_LEADING = frozenset("\u0e40\u0e41\u0e42\u0e43\u0e44\u0ec0\u0ec1\u0ec2\u0ec3\u0ec4\u1039\u17d2")


def script_units(text: str) -> list[str]:
    """Cut a text at its spaces and by script: scripts without spaces into letters with their vowels and marks, other runs stay whole.

    Punctuation beside a letter of a script without spaces is a unit of its own.

    Example:
        >>> script_units("私はiPhone を、OK?"), script_units("เมือง"), script_units("it's so")
        (['私', 'は', 'iPhone', 'を', '、', 'OK?'], ['เมื', 'อ', 'ง'], ["it's", 'so'])
    """
    return [unit for chunk in text.split() for unit in (_chunk_units(chunk) if is_unspaced(chunk) else [chunk])]


def _chunk_units(chunk: str) -> list[str]:
    found: list[str] = []
    is_open = False  # whether the next letter or digit continues the run
    for character in chunk:
        is_part = found and (_is_mark(character) or character in _FOLLOWING or (found[-1][-1] in _LEADING and is_unspaced(character)))
        if is_part or (is_open and _kind(character) == _IS_SPACED):
            found[-1] += character
        else:
            is_open = _kind(character) == _IS_SPACED and (not found or unicodedata.category(character)[0] != "P")
            found.append(character)
    return found


def edge_kinds(left: str, right: str) -> tuple[int, int]:
    """Return the kinds of the characters on both sides of the border of two words; :func:`separator` depends on nothing else.

    Example:
        >>> edge_kinds("iPhone", "を") == edge_kinds("an", "世") != edge_kinds("一", "世")
        True
    """
    return _sides(left)[1], _sides(right)[0]


# -- words as they are compared ---------------------------------------------------------------------------------------

_DASHES = frozenset("-‐‑‒–—―/⁄")
_MINUS = str.maketrans("−", "-")
_SIGNS = re.compile(r"[^\w\s]|_")
_THIN_GROUPED = re.compile(r"(?<!\d)(?<!\d[.,])[1-9]\d{0,2}(?:[\u00a0\u2009\u202f]\d{3})+(?!\d)")
_GROUPED = re.compile(
    r"(?<!\d)(?<!\d[.,])(?:[1-9]\d{0,2}(?:,\d{2,3})*,\d{3}(?!\d|,\d)|[1-9]\d{0,2}(?:'\d{3})+(?!\d)|[1-9]\d{0,2}(?:\.\d{3}){2,}(?!\d|\.\d))"
)
_GROUPING = re.compile(r"[,.'\u00a0\u2009\u202f]")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
_DEGREES = frozenset(("ph.d", "d.sc", "b.sc", "m.sc", "m.ed", "b.ed"))
_JOINING = frozenset("&@*·‧_")  # signs inside names: "AT&T", "col·lega"
_WIDE_SIGNS = {"＋": "+", "＃": "#"}


def normalise(text: str, normaliser: str = "basic") -> str:
    """Normalise a text before it is compared.

    ``"basic"`` folds case, apostrophes, and the digits and letters of keyboards and scripts (``scribekit.base.folding``). Punctuation,
    hyphens, dashes and slashes end words, and are dropped: except apostrophes inside words, points inside abbreviations (``U.S.`` is
    ``us``), points and colons inside numbers, a minus in front of one, and the signs of ``C++``, ``C#`` and ``A+``. A decimal comma
    becomes a point. Signs that group the thousands of a number are dropped. Vowel signs and other combining marks are part of their
    letter. Digits, fillers and spellings stay as they are. ``"numbers-en"`` (also ``da, de, es, fr, it, nl, pt``) is ``"basic"``, and
    numbers that are written as words are digits: ``fifty`` and ``50``, ``3.2 million`` and ``3,200,000`` are the same (text2num).
    ``"none"`` only reduces white space to single spaces.

    Raises:
        OptionError: The normaliser is unknown.
        MissingExtraError: It needs text2num, which is not installed.

    Example:
        >>> normalise("“Well-known,” she said – it’s 5 o'clock!")
        "well known she said it's 5 o'clock"
        >>> normalise("-3.5 °C, 1,250 m, की")
        '-3.5 c 1250 m की'
    """
    if normaliser not in NORMALISERS:
        names = ", ".join(map(repr, NORMALISERS))
        raise OptionError(f"The normaliser {normaliser!r} is not known. Use one of {names}.")
    return NORMALISERS[normaliser](text)


def tokens(text: str, normaliser: str = "basic") -> list[str]:
    """Return the normalised words of a text; in scripts without spaces each character, with its marks, is one.

    Raises:
        OptionError: The normaliser is unknown.

    Example:
        >>> tokens("Well-known!"), tokens("你好 iPhone吗")
        (['well', 'known'], ['你', '好', 'iphone', '吗'])
    """
    words = normalise(text, normaliser).split()
    return [token for word in words for token in (_characters(word) if is_unspaced(word) else [word])]


def is_lettered(word: str) -> bool:
    """Whether a word consists of letters, with their combining marks, and nothing else.

    Example:
        >>> is_lettered("किताब"), is_lettered("3rd"), is_lettered("")
        (True, False, False)
    """
    return word != "" and (word.isalpha() or all(character.isalpha() or _is_mark(character) for character in word))


def _verbatim(text: str) -> str:
    return " ".join(text.split())


def _basic(text: str) -> str:
    folded = with_names(fold(_THIN_GROUPED.sub(_ungrouped, text))).translate(_MINUS)
    numbers = _DECIMAL_COMMA.sub(".", _GROUPED.sub(_ungrouped, folded))
    return " ".join(_SIGNS.sub(_kept, numbers).split())


def _ungrouped(number: re.Match[str]) -> str:
    return _GROUPING.sub("", number[0])


def _in_digits(language: str, text: str) -> str:
    return " ".join(with_digits(_basic(text).split(), language)[0])


NORMALISERS: dict[str, Callable[[str], str]] = {
    "basic": _basic,
    "none": _verbatim,
    **{f"numbers-{language}": functools.partial(_in_digits, language) for language in LANGUAGES},
}


def numbers_language(normaliser: str) -> str | None:
    """Return the language in which a normaliser writes numbers as digits; None when it leaves them.

    Example:
        >>> numbers_language("numbers-de"), numbers_language("basic")
        ('de', None)
    """
    return normaliser.removeprefix("numbers-") if normaliser in NORMALISERS and normaliser.startswith("numbers-") else None


def _kept(match: re.Match[str]) -> str:
    """Return what is left of a character that is not a letter or digit: itself inside a word or number, a space, or nothing."""
    sign, place, text = match[0], match.start(), match.string
    before, after = _base_before(text, place), text[place + 1 : place + 2]
    if sign in _DASHES:
        is_minus = sign == "-" and after.isdecimal() and not before.isalnum() and before not in _DASHES
        return " -" if is_minus else " "
    if sign in (".", ":") and before.isdecimal() and after.isdecimal():
        return sign
    if sign == ".":
        return "" if _is_abbreviating(text, place) else " "
    if sign == APOSTROPHE:
        return sign if before.isalnum() and after.isalnum() else ""
    if _is_mark(sign):
        return sign if before.isalpha() else ""
    return _WIDE_SIGNS.get(sign, "" if sign in _JOINING or _is_unseen(sign) or _is_gershayim(sign, before, after) else " ")


def _is_abbreviating(text: str, place: int) -> bool:
    """Whether a point is between two parts of an abbreviation: single letters ("U.S.", "p.m."), or as in "Ph.D."."""
    before = _few_letters(text, place - 1, -1)[::-1]
    after = _few_letters(text, place + 1, 1)
    return (len(before) == len(after) == 1) or f"{before}.{after}" in _DEGREES


def _few_letters(text: str, place: int, step: int) -> str:
    """Return the letters beside a point if they are few, without marks; an empty text if they are many, or digits are among them."""
    found = ""
    while 0 <= place < len(text) and len(found) < 4 and (text[place].isalnum() or _is_mark(text[place])):
        found += "" if _is_mark(text[place]) else text[place]
        place += step
    return found if found.isalpha() and len(found) < 4 else ""


def _is_unseen(sign: str) -> bool:
    return unicodedata.category(sign) == "Cf"


def _is_gershayim(sign: str, before: str, after: str) -> bool:
    """Whether a quotation mark is inside a Hebrew abbreviation."""
    return sign in ('"', "״") and "א" <= before <= "ת" and "א" <= after <= "ת"


def _base_before(text: str, place: int) -> str:
    """Return the last character before a place that is not a combining mark; an empty text at the start."""
    while place > 0 and _is_mark(text[place - 1]):
        place -= 1
    return text[place - 1 : place] if place > 0 else ""


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M")


def _characters(word: str) -> list[str]:
    found: list[str] = []
    for character in word:
        begins = not found or is_unspaced(character) or is_unspaced(found[-1])
        if begins and not (found and _is_mark(character)):
            found.append(character)
        else:
            found[-1] += character
    return found
