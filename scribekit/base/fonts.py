"""Fonts for plots: those of the machine that have the letters which the font in use lacks, else the name of one to install."""

from __future__ import annotations

import functools
import re
import unicodedata
import warnings
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from scribekit.base.errors import FontWarning, warn_user

_NOT_FOR_READING = re.compile(r"last ?resort|\bblank\b|unifont|color ?emoji", re.IGNORECASE)
"""Fonts with a sign for every letter instead of the letter, or with pictures, which plots cannot draw."""
_HAN = frozenset(("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC", "FULLWIDTH", "HALFWIDTH"))
_KINDS = "SMALL|CAPITAL|LETTER|SYLLABLE|CHARACTER|VOWEL|CONSONANT|SIGN|DIGIT|NUMBER|INDIC|MARK"
_SCRIPT = re.compile(rf"(?!CJK|IDEOGRAPHIC|FULLWIDTH|HALFWIDTH)(.+?)[ -](?:{_KINDS})\b")
_REGIONS = (("HANGUL", "KR"), ("HIRAGANA", "JP"), ("KATAKANA", "JP"))

_REGULAR = (400, "normal", "regular", "book")

_named: set[str] = set()


def fonts_for(letters: Iterable[str], families: Sequence[str]) -> list[str]:
    """Return the families of fonts to add to those in use, so that all letters are drawn.

    Args:
        letters: The letters of all texts.
        families: The families in use.

    Warns:
        FontWarning: No font of the machine has some of the letters; it names a font that has them, once in a session.
    """
    shown = {letter for letter in letters if not letter.isascii() and letter.isprintable()}
    missing = {letter for letter in shown if ord(letter) not in _known_to(families)} if shown else shown
    if not missing:
        return []
    chosen, boxes = choose(missing, _machine_fonts(missing))
    if boxes:
        _name_fonts(boxes)
    return chosen


def choose(missing: Iterable[str], fonts: Mapping[str, Collection[int]]) -> tuple[list[str], set[str]]:
    """Choose few families that have the missing letters; return them, and the letters that none has. Pure.

    Args:
        missing: The letters.
        fonts: Family → the numbers of its letters, the preferred families first.

    Example:
        >>> choose("ไ世", {"Thai": {0xE44}, "Han": {0x4E16}})
        (['Thai', 'Han'], set())
        >>> choose("क", {"Thai": {0xE44}})
        ([], {'क'})
    """
    left, chosen = set(missing), list[str]()
    while left:
        counts = {family: sum(ord(letter) in known for letter in left) for family, known in fonts.items()}
        best = max(counts, key=lambda family: counts[family], default="")
        if not counts.get(best):
            break
        chosen.append(best)
        left = {letter for letter in left if ord(letter) not in fonts[best]}
    return chosen, left


def font_to_install(letter: str) -> str:
    """Return the name of a free font that has a letter.

    Example:
        >>> [font_to_install(letter) for letter in "世한ไक"]
        ['Noto Sans CJK', 'Noto Sans CJK', 'Noto Sans Thai', 'Noto Sans Devanagari']
        >>> [font_to_install(letter) for letter in "ع♫😀"]
        ['Noto Sans Arabic', 'Noto Sans Symbols 2', 'Noto Emoji']
    """
    name = unicodedata.name(letter, "")
    if _script(name) in _HAN:
        return "Noto Sans CJK"
    if unicodedata.category(letter)[0] not in "LMN":
        return "Noto Emoji" if ord(letter) >= 0x1F000 else "Noto Sans Symbols 2"
    return f"Noto Sans {_script(name).title()}"


def _script(name: str) -> str:
    """Return the script that the Unicode name of a letter begins with."""
    found = _SCRIPT.match(name)
    script = found[1] if found else name.partition(" ")[0]
    return script.partition("-")[0]


def _known_to(families: Sequence[str]) -> set[int]:
    from matplotlib.font_manager import FontProperties, findfont

    return set().union(*(_letters_of(findfont(FontProperties(family=[family]))) for family in families))


@functools.lru_cache(maxsize=4096)
def _letters_of(path: Any) -> frozenset[int]:
    """Return the numbers of the letters that a file of a font has; none if it cannot be read."""
    from matplotlib.font_manager import get_font

    try:
        return frozenset(get_font(path).get_charmap())
    except (ValueError, OSError, RuntimeError):
        return frozenset()


def _machine_fonts(missing: Collection[str]) -> dict[str, frozenset[int]]:
    """Return the letters of each family of the machine, also of those installed after matplotlib listed them; preferred ones first."""
    from matplotlib import font_manager

    manager = font_manager.fontManager
    listed = {str(entry.fname) for entry in manager.ttflist}
    for path in set(font_manager.findSystemFonts()) - listed:
        try:
            manager.addfont(path)
        except (OSError, RuntimeError):  # a font that matplotlib cannot read
            continue
    scripts = {_script(unicodedata.name(letter, "")) for letter in missing}
    region = next((region for script, region in _REGIONS if script in scripts), "SC")

    def rank(family: str) -> tuple[bool, bool, bool, str]:
        """Sort fonts of the letters' region first, then those without serifs."""
        return not family.endswith(f" {region}"), "Serif" in family or "Mono" in family, "Sans" not in family, family

    upright = [entry for entry in manager.ttflist if entry.style == "normal" and not _NOT_FOR_READING.search(entry.name)]
    regular = {entry.name: str(entry.fname) for entry in upright if entry.weight in _REGULAR}
    return {family: _letters_of(regular[family]) for family in sorted(regular, key=rank)}


def _name_fonts(boxes: Collection[str]) -> None:
    """Say which fonts to install; matplotlib need not say the same of each letter."""
    numbers = "|".join(str(ord(letter)) for letter in sorted(boxes))
    warnings.filterwarnings("ignore", message=rf"Glyph ({numbers}) ", category=UserWarning)
    wanted = sorted({font_to_install(letter) for letter in boxes} - _named)
    if wanted:
        _named.update(wanted)
        warn_user(
            "No font of this machine has some letters of this plot, so they are boxes. Install these fonts, and start the kernel again: "
            f"{', '.join(wanted)}.",
            FontWarning,
        )
