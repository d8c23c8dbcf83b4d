"""The terms that a word is looked up by, free of case, accents and punctuation.

The index holds only terms, and they are made here, so what a query finds never depends on a database's tokenizer.

In scripts that are written without spaces every character is a term, and a run of characters is a phrase. An index of trigrams would not
find words of one or two characters, of which Chinese and Japanese have most, and it would need a second index beside that of the words.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from scribekit.base.text import is_unspaced

_APOSTROPHE = "’"
_APOSTROPHES = frozenset("'’ʼ＇`‘‛′")
_ACUTE_ACCENT = str.maketrans("´", _APOSTROPHE)  # people type it as an apostrophe; NFKD would make a space of it
# After these an apostrophe is part of the word ("don't"); elsewhere it separates two words ("l'homme").
_CONTRACTIONS = frozenset({"s", "t", "m", "d", "re", "ve", "ll", "em"})
# Marks that do not make another word: accents, points, vowel signs, and variation selectors, which make an emoji or a keycap of a sign.
_MARKS = (
    (0x0300, 0x036F),
    (0x0591, 0x05BD),
    (0x05BF, 0x05BF),
    (0x05C1, 0x05C2),
    (0x05C4, 0x05C5),
    (0x05C7, 0x05C7),
    (0x064B, 0x065F),
    (0x0670, 0x0670),
    (0x20D0, 0x20FF),
    (0xFE00, 0xFE0F),
    (0xE0100, 0xE01EF),
)
# Letters that NFKD does not decompose into a letter and its accent, and the Arabic tatweel, which only lengthens a word.
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "ـ": None})


@lru_cache(maxsize=1 << 18)
def terms(word: str) -> tuple[str, ...]:
    """Return the terms that a word of a transcript, or of a query, is found by.

    Case and accents are folded (the strokes of ł and ø too), punctuation is dropped, and a hyphen separates two terms. In scripts without
    spaces every character is a term, so that a word is found inside a longer run however that was split. Symbols beyond ASCII
    (emoji, €) are terms of their own.

    Args:
        word: A word as written.

    Returns:
        No, one or several terms; they hold no white space and no ASCII punctuation.

    Example:
        >>> terms("Café-Besuch,"), terms("don't"), terms("l’homme"), terms("東京"), terms("—")
        (('cafe', 'besuch'), ('don’t',), ('l', 'homme'), ('東', '京'), ())
    """
    found: list[str] = []
    for run in _runs(_fold(word)):
        found.extend(_split_at_apostrophes(run))
    return tuple(found)


def searchable_text(all_terms: Iterable[str]) -> str:
    """Return terms as one text, with a space before and after each.

    Example:
        >>> searchable_text(["a", "b"]), searchable_text([])
        (' a b ', ' ')
    """
    joined = " ".join(all_terms)
    return f" {joined} " if joined else " "


def _fold(word: str) -> str:
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word.translate(_ACUTE_ACCENT)).casefold()).translate(_LETTERS)
    return unicodedata.normalize("NFKC", "".join(c for c in decomposed if not _is_mark(c)))


def _runs(folded: str) -> list[str]:
    """Return the runs of letters, digits and apostrophes; symbols and characters of unspaced scripts are runs of one."""
    runs, run = [], ""
    for character in folded:
        category = unicodedata.category(character)
        if category == "Cf":  # direction marks, soft hyphens and joiners are invisible, so nobody searches for them
            continue
        is_single = is_unspaced(character) or (category in ("So", "Sc", "Sm") and character > "\x7f")
        if not is_single and (category[0] in "LNM" or character in _APOSTROPHES):
            run += _APOSTROPHE if character in _APOSTROPHES else character
            continue
        runs.append(run)
        run = ""
        if is_single and category[0] in "LNMS":
            runs.append(character)
    return [*runs, run]


def _split_at_apostrophes(run: str) -> list[str]:
    found: list[str] = []
    for part in filter(None, run.split(_APOSTROPHE)):
        if found and part in _CONTRACTIONS:
            found[-1] += _APOSTROPHE + part
        else:
            found.append(part)
    return found


def _is_mark(character: str) -> bool:
    return any(first <= ord(character) <= last for first, last in _MARKS)
