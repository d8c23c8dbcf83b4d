"""Text that recognisers are known to invent: loops, phrases of film credits, a script that the language is not written in. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from scribekit.base.text import is_unspaced, join_words, tokens

REPEATS = 4  # how many times in a row; a single word may do so in excitement, hence not 3
LONGEST_REPEAT_WORDS = 6
FOREIGN_SHARE = 0.5

_PHANTOMS = re.compile(
    r"\b(?:thank(?:s| you) (?:so much )?for (?:watching|listening)|(?:please )?subscribe to (?:my|our|the) channel|like and subscribe"
    r"|see you in the next (?:video|one)|subtitles by|amara org|transcript(?:ion)? by castingwords|untertitel (?:im auftrag|von)"
    r"|untertitelung des zdf|vielen dank fürs zuschauen|sous titres? (?:réalisés|par)|merci d'avoir regardé|subtítulos (?:realizados|por)"
    r"|gracias por ver|sottotitoli (?:creati|a cura)|legendas pela comunidade|редактор субтитров|продолжение следует)\b"
    r"|ご視聴ありがとうございました|请不吝点赞|字幕由"
)
# Of every phrase a word (a character, where words may be single ones), by which the few sentences that need a closer look are found.
_CUES = re.compile(
    "watching|listening|subscribe|next|subtitles|amara|castingwords|untertitel|zuschauen|titre|regardé|subtítulos|gracias|sottotitoli"
    "|legendas|субтитров|следует|聴|吝|幕"
)
PHANTOM_WORDS, PHANTOM_CHARACTERS = 15, 45  # a phrase in a longer part is part of what somebody says

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
    """Whether each word is in a run of 1 to 6 words that is said at least four times in a row in its recording."""
    written, forms = pd.factorize(words["text"])
    folded = pd.factorize(forms.str.casefold())[0]
    codes = pd.factorize(words["recording_id"])[0] * len(forms) + folded[written]
    mask = np.zeros(len(codes), dtype=bool)
    for period in range(1, LONGEST_REPEAT_WORDS + 1):
        same = np.concatenate([np.zeros(period, dtype=bool), codes[period:] == codes[:-period]])[: len(codes)]
        edges = np.flatnonzero(np.diff(np.concatenate([[False], same, [False]]).astype(np.int8)))
        for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            if end - start >= period * (REPEATS - 1):
                mask[start - period : end] = True
    return mask


def is_cue(plain: str) -> bool:
    """Whether a normalised word is such that a sentence may be a phantom phrase; without one none is.

    Example:
        >>> is_cue("watching"), is_cue("waiting")
        (True, False)
    """
    return bool(_CUES.search(plain))


def is_stock_phrase(text: str) -> bool:
    """Whether a sentence is short and holds a phrase that recognisers learnt from subtitles and say when nobody speaks.

    Short are 15 words, or 45 characters with those of scripts that are written without spaces. However these are spaced does not count.

    Example:
        >>> is_stock_phrase("Thanks for watching!"), is_stock_phrase("Thank you for waiting."), is_stock_phrase("请 不 吝 点赞")
        (True, False, True)
    """
    words = tokens(text)
    longest = PHANTOM_CHARACTERS if is_unspaced(text) else PHANTOM_WORDS
    return len(words) <= longest and bool(_PHANTOMS.search(join_words(words)))


def is_foreign(text: str, language: Any) -> bool:
    """Whether most letters are of a script that the language is not written in; False for languages that are not known here.

    Example:
        >>> is_foreign("Продолжение следует", "en_us"), is_foreign("Café in Köln", "en")
        (True, False)
    """
    expected = _SCRIPT_OF.get(str(language).lower().replace("_", "-").partition("-")[0])
    if expected is None or (expected == "LATIN" and text.isascii()):
        return False
    scripts = Counter(_script(letter) for letter in text if letter.isalpha())
    own = sum(scripts[script] for script in _WRITTEN_TOGETHER.get(expected, {expected}))
    return scripts.total() > 0 and 1 - own / scripts.total() > FOREIGN_SHARE


def _script(letter: str) -> str:
    name = unicodedata.name(letter, "UNKNOWN").split()[0].split("-")[0]
    return "KANA" if name in ("HIRAGANA", "KATAKANA") else name
