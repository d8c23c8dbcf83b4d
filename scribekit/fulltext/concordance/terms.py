"""The terms that a word is looked up by, free of case, accents and punctuation.

The index holds only terms, and they are made here, so what a query finds never depends on a database's tokenizer.

In scripts that are written without spaces every character is a term, and a run of characters is a phrase. An index of trigrams would not
find words of one or two characters, of which Chinese and Japanese have most, and it would need a second index beside that of the words.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from scribekit.base.folding import APOSTROPHE, fold, with_names
from scribekit.base.text import is_unspaced

_APOSTROPHE = "’"
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
# Letters that NFKD does not decompose into a letter and its accent.
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "æ": "ae", "œ": "oe"})
_NAME_SIGNS = "＋＃"
_OF_NUMBERS = "⁄∕−"  # fraction slashes, as in ¼, and the minus: dropped as / and - are


@lru_cache(maxsize=1 << 18)
def terms(word: str) -> tuple[str, ...]:
    """Return the terms that a word of a transcript, or of a query, is found by.

    Folded is what evaluation folds too (``scribekit.base.folding``), and accents (the strokes of ł and ø too). Punctuation is dropped, and
    a hyphen separates two terms; ``C++``, ``C#`` and ``C`` are three. In scripts without spaces every character is a term, so that a word
    is found inside a longer run however that was split. Symbols beyond ASCII (emoji, €) are terms of their own.

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
    folded = fold(word)
    if not folded.isascii():
        decomposed = unicodedata.normalize("NFKD", folded).translate(_LETTERS)
        folded = unicodedata.normalize("NFKC", "".join(c for c in decomposed if not _is_mark(c)))
    return with_names(folded).replace(APOSTROPHE, _APOSTROPHE)


def _runs(folded: str) -> list[str]:
    """Return the runs of letters, digits and apostrophes; symbols and characters of unspaced scripts are runs of one."""
    runs, run = [], ""
    for character in folded:
        category = unicodedata.category(character)
        if category == "Cf":  # direction marks, soft hyphens and joiners are invisible, so nobody searches for them
            continue
        is_symbol = category in ("So", "Sc", "Sm") and character > "\x7f" and character not in _NAME_SIGNS + _OF_NUMBERS
        is_single = is_unspaced(character) or is_symbol
        if not is_single and (category[0] in "LNM" or character in _APOSTROPHE + _NAME_SIGNS):
            run += character
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
