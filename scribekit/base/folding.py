"""Ways of writing that make no other word: the one table by which evaluation compares words and search finds them. Pure.

Folded are case (Turkish İ, I, ı and i are one letter), compatibility forms (Unicode NFKC), digits of all scripts, letters that Arabic
and Persian keyboards write differently, and every character that people type for an apostrophe. Characters that no file may hold are
dropped, so that a text and its export are one. Accents stay: only search drops them.
"""

from __future__ import annotations

import re
import unicodedata

APOSTROPHE = "'"
_APOSTROPHES = "’ʼ`‘‛′ʹʻʽˈꞌ׳՚´΄᾽᾿῾`´＇"
_BEFORE_NFKC = str.maketrans(dict.fromkeys(_APOSTROPHES, APOSTROPHE))  # of some, NFKC would make a space with an accent
_LETTERS = str.maketrans({
    "ı": "i",
    "ي": "ی", "ى": "ی", "ك": "ک", "ہ": "ه", "ۀ": "هٔ", "ۂ": "هٔ", "ـ": None,
    "٫": ".", "٬": ",", "٪": "%", "،": ",", "؛": ";", "؟": "?",
})  # fmt: skip
_DOTTED_I = re.compile("(?<=i)([\u0316-\u0333]*)\u0307")  # what case folding leaves of İ
_OTHER_DIGIT = re.compile(r"[^\D0-9]")
_SIGNED = re.compile(r"(?<![\w'])(?P<letter>[^\W\d_])(?P<signs>\+{1,2}|#)(?![\w+#])")
_SIGNS = str.maketrans({"+": "＋", "#": "＃"})
# Not allowed in XML 1.0 (section 2.2), or unseen instructions to a terminal.
_ILLEGAL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]")


def without_illegal(text: str) -> str:
    r"""Return a text without the characters that no file may hold, and that nobody sees.

    Example:
        >>> without_illegal("no\x00on\x1b[1m")
        'noon[1m'
    """
    return text if text.isprintable() else _ILLEGAL.sub("", text)


def fold(text: str) -> str:
    """Return a text in which ways of writing that make no other word are one.

    Example:
        >>> fold("İSTANBUL, Istanbul"), fold("۱۲۳ ١٢٣"), fold("علي") == fold("علی"), fold("O‘Brien don´t")
        ('istanbul, istanbul', '123 123', True, "o'brien don't")
    """
    text = without_illegal(text)
    if text.isascii():
        return text.lower().replace("`", APOSTROPHE)
    folded = unicodedata.normalize("NFKC", text.translate(_BEFORE_NFKC))
    folded = _DOTTED_I.sub(r"\1", unicodedata.normalize("NFKC", folded.casefold())).translate(_BEFORE_NFKC).translate(_LETTERS)
    return _OTHER_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), folded)


def with_names(folded: str) -> str:
    """Return a folded text in which the signs of names such as ``C++``, ``C#`` and ``A+`` are wide, so that they count as letters.

    Example:
        >>> with_names("c++, c# and c + d")
        'c＋＋, c＃ and c + d'
    """
    return _SIGNED.sub(lambda name: name["letter"] + name["signs"].translate(_SIGNS), folded)
