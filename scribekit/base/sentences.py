"""Where sentences end: the one rule of tables, captions and the embedded service. Pure.

A word ends a sentence when it ends with a mark such as ``. ? ! …`` or the mark of another script; closing quotes and brackets may follow.
A point does not end one after a title, an abbreviation, an initial or an ordinal number. Which words these are depends on the language
(``abbreviations.toml``), and for many the word after decides ("in the U.S. Army", "in the U.S. He").
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

SENTENCE_ENDS = (
    ".?!…‽‼⁇⁈⁉．｡。？！"  # of Latin, Greek and Cyrillic, of Chinese and Japanese
    "։।॥۔؟؞܀܁܂߹"  # Armenian, Devanagari, Urdu, Arabic, Syriac, N'Ko
    "።፧፨။។៕།༎༏༐༑༔"  # Ethiopic, Burmese, Khmer, Tibetan
    "᠃᠉᥄᥅᪨᪩᪪᪫᭚᭛᭞᭟᰻᰼᱾᱿෴꓿꘎꘏꛳꛷꡶꡷꣎꣏꤯꧈꧉꩝꩞꩟꫰꫱꯫᙮᜵᜶"  # Mongolian, Limbu, Tai Tham, Balinese, Santali and others
)
"""Punctuation that ends a sentence."""
CLOSING = "\"'”’“‘»«›‹)]}」』）］】》〉〕〗〙〛｝｣"
"""Quotes and brackets that may follow the end of a sentence, in the same word or as a word of their own."""
SENTENCE_WORDS = 40
"""A sentence ends after this many words at the latest."""
PARAGRAPH_SENTENCES = 5
"""A paragraph ends after this many sentences at the latest."""
PARAGRAPH_PAUSE_MS = 1500
"""A pause this long ends a paragraph."""
BREATH_MS = 500
"""Within one channel, a gap this long in which another channel begins a word ends a turn."""

_OPENING = "\"'“„”«»‹›‘‚([{¿¡「『（《〈"
_LETTER = r"[^\W\d_]"
_LETTER_OR_TWO = re.compile(rf"{_LETTER}(-{_LETTER})?")
_INITIALS = re.compile(rf"({_LETTER}\.-?)+,?")
_CHAINED = re.compile(rf"({_LETTER}{{1,3}}\.)+,?")  # the rest of "z. B.", "p. ex.", "т. д."
_END_OF_CHAIN = re.compile(rf"[^\W\d_]\. {_LETTER}{{1,3}}")
_LETTERS_WITH_POINTS = re.compile(rf"(?=(.*\.)?{_LETTER}(\.|$))({_LETTER}{{1,4}}\.-?)+{_LETTER}{{1,4}}")  # one of the parts is one letter
_FIGURE = re.compile(r"[\d#№]|([IVXLCDM]{2,}|[VX])\b")  # "No. I" is an answer
_NUMBER = re.compile(r"\d+|[IVXLC]{1,6}")
_DAY = re.compile(r"\d{1,2}\.")
_PARTICLES = frozenset(
    ["de", "der", "den", "del", "della", "di", "da", "do", "dos", "das", "du", "la", "le", "les", "el", "los", "van", "von", "y"]
)  # "J. de Vries"


@dataclass(frozen=True)
class Language:
    """What is known of a language; see the table.

    Attributes:
        marks: The characters that end a sentence.
        never: Words whose point ends none.
        before_figures: Words whose point ends none before a figure.
        sometimes: Words whose point ends one only at the end of a turn or before a starter.
        starters: Words that begin sentences.
        has_ordinals: Whether a number with a point is an ordinal.
        ordinals_after: Words after which it is one.
        ordinals_before: Words before which it is one.
    """

    marks: str = SENTENCE_ENDS
    never: frozenset[str] = frozenset()
    before_figures: frozenset[str] = frozenset()
    sometimes: frozenset[str] = frozenset()
    starters: frozenset[str] = frozenset()
    has_ordinals: bool = False
    ordinals_after: frozenset[str] = frozenset()
    ordinals_before: frozenset[str] = frozenset()


def ends_sentence(word: str, following: str = "", *, before: str = "", language: str | None = None) -> bool:
    """Whether a word ends a sentence, by its punctuation and the words beside it.

    Args:
        word: The word as written.
        following: The next word of the turn; empty at its end.
        before: The word before it in the turn; empty at its beginning.
        language: Language code such as ``en_us``; None when it is not known.

    Example:
        >>> [ends_sentence(word) for word in ('said."', "said,", "Dr.", "好。")]
        [True, False, False, True]
        >>> ends_sentence("U.S.", "Army"), ends_sentence("U.S.", "He"), ends_sentence("3.", "Oktober", language="de")
        (False, True, False)
    """
    return word.rstrip(CLOSING).endswith(tuple(marks_of(language))) and not is_inside(word, following, before=before, language=language)


def is_inside(word: str, following: str = "", *, before: str = "", language: str | None = None) -> bool:
    """Whether the mark at the end of a word ends no sentence: it belongs to an abbreviation, an initial or an ordinal.

    Args:
        word: A word that ends with a mark, and perhaps closing quotes or brackets.
        following: The next word of the turn; empty at its end.
        before: The word before it in the turn; empty at its beginning.
        language: Language code such as ``en_us``; None when it is not known.

    Example:
        >>> [is_inside(word) for word in ("Dr.", "U.S.", "J.", "I.", "so.")]
        [True, True, True, False, False]
    """
    bare = word.rstrip(CLOSING)
    before, following = before.lstrip(_OPENING), following.lstrip(_OPENING)
    if bare.endswith(("…", "..")):
        return bare == word and _is_lower(following)
    if not bare.endswith("."):
        return False
    stem, known = bare[:-1].lstrip(_OPENING), _language(language)
    if bare != word and not _is_lower(following):  # "(… for Smith & Co.) Then"
        return False
    return _is_ordinal(stem, following, before, known) or _is_abbreviation(stem, following, before, known)


def marks_of(language: str | None) -> str:
    """Return the characters that end a sentence in a language.

    Example:
        >>> ";" in marks_of("el"), ";" in marks_of("en")
        (True, False)
    """
    return _language(language).marks


def _is_abbreviation(stem: str, following: str, before: str, known: Language) -> bool:
    if _has(known.never, stem):
        return True
    if _has(known.before_figures, stem) and _FIGURE.match(following):
        return True
    if _LETTER_OR_TWO.fullmatch(stem) and _is_initial(stem, following, before, known):
        return True
    is_chained = before[:1].islower() and _END_OF_CHAIN.fullmatch(f"{before} {stem}") is not None
    if is_chained or _LETTERS_WITH_POINTS.fullmatch(stem):
        return not _starts(following, known)
    return following != "" and _has(known.sometimes, stem) and not _starts(following, known)


def _is_initial(letter: str, following: str, before: str, known: Language) -> bool:
    """Whether a single letter with a point belongs to the word after it: "J. Brooks", "z. B."."""
    if letter[-1].isupper():
        is_pronoun = letter == "I" and "i" in known.starters and not _INITIALS.fullmatch(before)
        return _INITIALS.fullmatch(following) is not None or not (is_pronoun or _begins_after_initial(following, known))
    return letter.islower() and _CHAINED.fullmatch(following) is not None and not _starts(following, known)


def _begins_after_initial(following: str, known: Language) -> bool:
    return _starts(following, known) and following.lower() not in _PARTICLES


def _is_ordinal(stem: str, following: str, before: str, known: Language) -> bool:
    """Whether a number with a point is an ordinal: "am 3. Oktober", "Ludwig XIV. war", "3. 10. 1990"."""
    if not following or not _NUMBER.fullmatch(stem):
        return False
    if following.rstrip(",;:.?!").lower() in known.ordinals_before:
        return True
    if not known.has_ordinals or _is_lower(following):
        return known.has_ordinals
    is_after = before.lower() in known.ordinals_after or _DAY.fullmatch(before) is not None
    return is_after and not _starts(following, known)


def _starts(following: str, known: Language) -> bool:
    """Whether a word begins a sentence: it is written with a capital, and is one of the words that do."""
    return following[:1].isupper() and following.rstrip(".,;:?!…").lower().replace("’", "'") in known.starters


def _is_lower(following: str) -> bool:
    return following[:1].islower()


def _has(words: frozenset[str], stem: str) -> bool:
    """Whether a set has a word: as written, in lower case, or, for a word in capitals only, with its first letter as the only capital."""
    return stem in words or stem.lower() in words or (len(stem) > 1 and stem.isupper() and stem.capitalize() in words)


@functools.lru_cache(maxsize=256)
def _language(code: str | None) -> Language:
    languages, same, unknown = _table()
    name = (code or "").replace("-", "_").lower().split("_")[0]
    return languages.get(same.get(name, name), unknown)


@functools.cache
def _table() -> tuple[Mapping[str, Language], Mapping[str, str], Language]:
    """Return the languages by their codes, codes that are read as others, and what holds for a language that is not listed."""
    raw = tomllib.loads(resources.files("scribekit.base").joinpath("abbreviations.toml").read_text("utf-8"))
    same, mixed = raw.pop("same"), raw.pop("unknown")
    languages = {code: _read(entry) for code, entry in raw.items()}
    return languages, same, _union([languages[code] for code in mixed])


def _read(entry: Mapping[str, Any]) -> Language:
    def words(name: str) -> frozenset[str]:
        return frozenset(entry.get(name, "").split())

    return Language(
        marks=SENTENCE_ENDS + entry.get("marks", ""),
        never=words("never"),
        before_figures=words("before_figures"),
        sometimes=words("sometimes"),
        starters=words("starters"),
        has_ordinals=entry.get("ordinals", False),
        ordinals_after=words("ordinals_after"),
        ordinals_before=frozenset(map(str.lower, words("ordinals_before"))),
    )


def _union(parts: Sequence[Language]) -> Language:
    return Language(
        never=frozenset().union(*(part.never for part in parts)),
        before_figures=frozenset().union(*(part.before_figures for part in parts)),
        sometimes=frozenset().union(*(part.sometimes for part in parts)),
        starters=frozenset().union(*(part.starters for part in parts)),
        ordinals_before=frozenset().union(*(part.ordinals_before for part in parts)),
    )
