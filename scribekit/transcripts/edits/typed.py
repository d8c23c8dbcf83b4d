"""Typed text cut into words: those of the service that are in it stay as they are. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from scribekit.base.text import is_unspaced, script_units
from scribekit.transcripts.edits.alignment import plain

_OPENING = ("Ps", "Pi")  # Unicode classes: brackets and quotes that belong to the next word


class _Unit(NamedTuple):
    text: str
    is_after_space: bool


def typed_words(text: str, old: Sequence[str]) -> list[str]:
    """Cut a typed text into words: at its spaces, and by script.

    An old word that is in the text unchanged stays one word. In scripts that are written without spaces the other characters become words
    of one character, or of several where the words that they replace have several. Runs of other scripts stay whole, vowels and marks stay
    with their letter, and punctuation with the word beside it.

    Args:
        text: The text that replaces the old words.
        old: The old words, as the service gave them or as people corrected them.

    Example:
        >>> typed_words("私はiPhone を", ["私は", "iPone", "を"]), typed_words("天候", ["天", "気"]), typed_words("天候", ["天気"])
        (['私は', 'iPhone', 'を'], ['天', '候'], ['天候'])
    """
    if not is_unspaced(text):
        return text.split()
    units = [_Unit(unit, place == 0) for chunk in text.split() for place, unit in enumerate(script_units(chunk))]
    given = [script_units(word) for word in old]
    kept = _kept_words(units, given)
    words: list[str] = []
    is_open = False  # whether the last word is an opening sign, which takes the next unit
    place, after = 0, 0
    for number, (start, end) in [*kept.items(), (len(old), (len(units), len(units)))]:
        for unit, is_after_space in _cut(units[place:start], given[after:number] or given):
            is_sign = not any(map(str.isalnum, unit))
            is_opening = is_sign and unicodedata.category(unit[0]) in _OPENING
            if words and not is_after_space and (is_open or (is_sign and not is_opening)):
                words[-1] += unit
            else:
                words.append(unit)
            is_open = is_opening
        if start < end:
            whole = "".join(unit.text for unit in units[start:end])
            if is_open and not units[start].is_after_space:
                words[-1] += whole
            else:
                words.append(whole)
            is_open = False
        place, after = end, number + 1
    return words


def _kept_words(units: Sequence[_Unit], given: Sequence[Sequence[str]]) -> Mapping[int, tuple[int, int]]:
    """Return the old words that are in a text, each by its number with its first unit and the one after its last."""
    flat = [plain(unit) for word in given for unit in word]
    matcher = SequenceMatcher(None, flat, [plain(unit.text) for unit in units], autojunk=False)
    typed = {block.a + step: block.b + step for block in matcher.get_matching_blocks() for step in range(block.size)}
    kept, first = {}, 0
    for number, word in enumerate(given):
        places = [typed.get(first + step, -1) for step in range(len(word))]
        first += len(word)
        if not places or places[0] < 0 or places != list(range(places[0], places[0] + len(word))):
            continue
        if not any(units[place].is_after_space for place in places[1:]):
            kept[number] = (places[0], places[-1] + 1)
    return kept


def _cut(units: Sequence[_Unit], given: Sequence[Sequence[str]]) -> list[tuple[str, bool]]:
    """Cut the units that replace old words into words, each with whether it is after a space."""
    sizes = [len(word) for word in given]
    is_long = any(sum(map(is_unspaced, word)) > 1 for word in given)
    edges = {sum(sizes[:count]) for count in range(len(sizes))} if sum(sizes) == len(units) else set()
    words: list[tuple[str, bool]] = []
    for place, unit in enumerate(units):
        is_joined = is_long and place > 0 and is_unspaced(unit.text) and is_unspaced(units[place - 1].text)
        if is_joined and not unit.is_after_space and place not in edges:
            words[-1] = (words[-1][0] + unit.text, words[-1][1])
        else:
            words.append((unit.text, unit.is_after_space))
    return words
