"""Hallucinated text: loops, stock phrases from subtitles, and letters of a script that the language is not written in. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from scribekit.base.text import is_unspaced, join_words, tokens

REPEATS = 4  # times in a row; an excited speaker may say one word 3 times
LONGEST_REPEAT_WORDS = 6
OTHER_SCRIPT_SHARE = 0.5

_STOCK_PHRASES = re.compile(
    r"\b(?:thank(?:s| you) (?:so much )?for (?:watching|listening)|(?:please )?subscribe to (?:my|our|the) channel|like and subscribe"
    r"|see you in the next (?:video|one)|subtitles by|amara org|transcript(?:ion)? by castingwords|untertitel (?:im auftrag|von)"
    r"|untertitelung des zdf|vielen dank fürs zuschauen|sous titres? (?:réalisés|par)|merci d'avoir regardé|subtítulos (?:realizados|por)"
    r"|gracias por ver|sottotitoli (?:creati|a cura)|legendas pela comunidade|редактор субтитров|продолжение следует)\b"
    r"|ご視聴ありがとうございました|请不吝点赞|字幕由"
)
# One word of every phrase (one character, where words may be single characters): it finds the few sentences that are worth matching.
_HINTS = re.compile(
    "watching|listening|subscribe|next|subtitles|amara|castingwords|untertitel|zuschauen|titre|regardé|subtítulos|gracias|sottotitoli"
    "|legendas|субтитров|следует|聴|吝|幕"
)
STOCK_PHRASE_WORDS, STOCK_PHRASE_CHARACTERS = 15, 45  # in a longer sentence the phrase is part of real speech

_SCRIPTS = {
    "CYRILLIC": ("ru", "uk", "bg", "be", "mk", "sr", "kk", "mn"),
    "GREEK": ("el",),
    "ARABIC": ("ar", "fa", "ur", "ps"),
    "HEBREW": ("he", "yi"),
    "DEVANAGARI": ("hi", "mr", "ne"),
    "THAI": ("th",),
    "HANGUL": ("ko",),
    "CJK": ("zh", "yue"),
    "KANA": ("ja",),
    "LATIN": ("en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "no", "fi", "pl", "cs", "tr", "ro", "hu", "id", "vi"),
}
_SCRIPT_OF = {language: script for script, languages in _SCRIPTS.items() for language in languages}
_WRITTEN_TOGETHER = {"KANA": {"KANA", "CJK"}, "HANGUL": {"HANGUL", "CJK"}}


def repeated(words: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return whether each word is part of a loop: 1 to 6 words that occur at least four times in a row in the recording."""
    written, forms = pd.factorize(words["text"])
    folded = pd.factorize(forms.str.casefold())[0]
    codes = pd.factorize(words["recording_id"])[0] * len(forms) + folded[written]
    is_repeated = np.zeros(len(codes), dtype=bool)
    for period in range(1, LONGEST_REPEAT_WORDS + 1):
        same = np.concatenate([np.zeros(period, dtype=bool), codes[period:] == codes[:-period]])[: len(codes)]
        edges = np.flatnonzero(np.diff(np.concatenate([[False], same, [False]]).astype(np.int8)))
        for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            if end - start >= period * (REPEATS - 1):
                is_repeated[start - period : end] = True
    return is_repeated


def hints_at_stock_phrase(plain: str) -> bool:
    """Return whether a sentence with this normalised word may be a stock phrase. A sentence without any such word is not one.

    Example:
        >>> hints_at_stock_phrase("watching"), hints_at_stock_phrase("waiting")
        (True, False)
    """
    return bool(_HINTS.search(plain))


def is_stock_phrase(text: str) -> bool:
    """Return whether a sentence is short and contains a phrase that recognisers learnt from subtitles and produce when nobody speaks.

    Short means at most 15 words, or 45 characters in scripts that are written without spaces; spaces in such scripts are ignored.

    Example:
        >>> is_stock_phrase("Thanks for watching!"), is_stock_phrase("Thank you for waiting."), is_stock_phrase("请 不 吝 点赞")
        (True, False, True)
    """
    words = tokens(text)
    longest = STOCK_PHRASE_CHARACTERS if is_unspaced(text) else STOCK_PHRASE_WORDS
    return len(words) <= longest and bool(_STOCK_PHRASES.search(join_words(words)))


def is_other_script(text: str, language: Any) -> bool:
    """Return whether most letters are of a script that the language is not written in; False for languages not listed here.

    Example:
        >>> is_other_script("Продолжение следует", "en_us"), is_other_script("Café in Köln", "en")
        (True, False)
    """
    expected = _SCRIPT_OF.get(str(language).lower().replace("_", "-").partition("-")[0])
    if expected is None or (expected == "LATIN" and text.isascii()):
        return False
    scripts = Counter(_script(letter) for letter in text if letter.isalpha())
    own = sum(scripts[script] for script in _WRITTEN_TOGETHER.get(expected, {expected}))
    return scripts.total() > 0 and 1 - own / scripts.total() > OTHER_SCRIPT_SHARE


def _script(letter: str) -> str:
    name = unicodedata.name(letter, "UNKNOWN").split()[0].split("-")[0]
    return "KANA" if name in ("HIRAGANA", "KATAKANA") else name
