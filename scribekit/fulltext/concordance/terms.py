"""What a word is looked up by: its terms, free of case, accents and punctuation.

The index holds nothing but terms, made here, so what a query finds never depends on the tokenizer of a database.

In scripts that are written without spaces every character is a term and a run of them a phrase. An index of trigrams would not find words
of one or two characters, of which Chinese and Japanese have most, and would need a second index beside that of the words.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from scribekit.base.text import is_unspaced

APOSTROPHE = "’"
_APOSTROPHES = frozenset("'’ʼ＇`‘‛′")
_ACUTE_ACCENT = str.maketrans("´", APOSTROPHE)  # as people type it; decomposed it would be a space
# After these an apostrophe is part of the word ("don't"); elsewhere it parts two words ("l'homme").
_CONTRACTED = frozenset({"s", "t", "m", "d", "re", "ve", "ll", "em"})
# Marks that make no other word of it: accents, points and vowel signs, and what makes a picture or a key of a sign (variation selectors).
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
# Letters with a stroke and the like, which do not come apart into a letter and its accent; the Arabic letter that only lengthens a word.
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "ـ": None})


@lru_cache(maxsize=1 << 18)
def terms(word: str) -> tuple[str, ...]:
    """The terms that a word of a transcript, or of a query, is found by.

    Case and accents are folded (the strokes of ł and ø too), punctuation is dropped, a hyphen parts two terms. In scripts without spaces
    every character is a term, so that a word is found inside a longer run however that was cut up. Symbols beyond ASCII (emoji, €) are
    terms of their own.

    Args:
        word: A word as written.

    Returns:
        None, one or several terms; they hold no white space and no ASCII punctuation.

    Example:
        >>> terms("Café-Besuch,"), terms("don't"), terms("l’homme"), terms("東京"), terms("—")
        (('cafe', 'besuch'), ('don’t',), ('l', 'homme'), ('東', '京'), ())
    """
    found: list[str] = []
    for piece in _pieces(_folded(word)):
        found.extend(_parted(piece))
    return tuple(found)


def text_of(all_terms: Iterable[str]) -> str:
    """Terms as one searchable text, with a space before and after each.

    Example:
        >>> text_of(["a", "b"]), text_of([])
        (' a b ', ' ')
    """
    joined = " ".join(all_terms)
    return f" {joined} " if joined else " "


def _folded(word: str) -> str:
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word.translate(_ACUTE_ACCENT)).casefold()).translate(_LETTERS)
    return unicodedata.normalize("NFKC", "".join(c for c in decomposed if not _within(ord(c), _MARKS)))


def _pieces(folded: str) -> list[str]:
    """Runs of letters, digits and inner apostrophes; symbols and characters of unspaced scripts one by one."""
    pieces, run = [], ""
    for character in folded:
        kind = unicodedata.category(character)
        if kind == "Cf":  # direction marks, soft hyphens and joiners are not seen, so they are not looked for
            continue
        alone = is_unspaced(character) or (kind in ("So", "Sc", "Sm") and character > "\x7f")
        if not alone and (kind[0] in "LNM" or character in _APOSTROPHES):
            run += APOSTROPHE if character in _APOSTROPHES else character
            continue
        pieces.append(run)
        run = ""
        if alone and kind[0] in "LNMS":
            pieces.append(character)
    return [*pieces, run]


def _parted(piece: str) -> list[str]:
    found: list[str] = []
    for part in filter(None, piece.split(APOSTROPHE)):
        if found and part in _CONTRACTED:
            found[-1] += APOSTROPHE + part
        else:
            found.append(part)
    return found


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code <= last for first, last in ranges)
