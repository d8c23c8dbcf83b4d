"""Numbers that are written as words (``fifty``, ``3.2 million``) as digits, by the library text2num. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from scribekit.base.errors import MissingExtraError

LANGUAGES = ("da", "de", "en", "es", "fr", "it", "nl", "pt")
"""The languages whose numbers are known."""

_SCALES = frozenset({1e3, 1e6, 1e9, 1e12})
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def with_digits(words: Sequence[str], language: str, turns: Sequence[int] | None = None) -> tuple[list[str], list[int]]:
    """Return normalised words with their numbers as digits, and the place of the first word that each comes from.

    A number and the scale behind it are one (``3.2 million`` is ``3200000``), and so is an English year (``nineteen ninety eight``).

    Args:
        words: The words.
        language: One of ``LANGUAGES``.
        turns: The turn of each word: no number goes on in the next turn. By default all are of one.

    Raises:
        MissingExtraError: text2num is not installed.

    Example:
        >>> with_digits("twenty five or 3.2 million in nineteen ninety eight".split(), "en")
        (['25', 'or', '3200000', 'in', '1998'], [0, 2, 3, 5, 6])
    """
    try:
        import text_to_num
    except ImportError:
        raise MissingExtraError("numbers", f"The normaliser 'numbers-{language}'") from None

    class Word(text_to_num.Token):  # type: ignore[misc]  # the library has no types
        def __init__(self, place: int) -> None:
            self.place = place

        def text(self) -> str:
            return words[self.place]

        def nt_separated(self, previous: Any) -> bool:
            return turns is not None and turns[self.place] != turns[previous.place]

    found = {number.start: number for number in text_to_num.find_numbers([Word(place) for place in range(len(words))], language, 0.0)}
    digits: list[str] = []
    places: list[int] = []
    place, before = 0, None  # the number that was written last, if it was written as words
    while place < len(words):
        number = found.get(place)
        is_joined = bool(places) and (turns is None or turns[place] == turns[places[-1]])
        if number is None:
            digits.append(words[place])
            places.append(place)
        elif is_joined and number.value in _SCALES and number.end == place + 1 and _NUMBER.fullmatch(digits[-1]):
            digits[-1] = _as_text(float(digits[-1]) * number.value)
        elif is_joined and language == "en" and before is not None and 10 < before <= 20 and 10 <= number.value < 100:
            digits[-1] += number.text
        else:
            digits.append(number.text)
            places.append(place)
        before = number.value if number is not None and digits[-1] == number.text and not number.is_ordinal else None
        place = place + 1 if number is None else number.end
    return digits, places


def _as_text(number: float) -> str:
    return str(round(number)) if abs(number - round(number)) < 1e-6 else repr(number)
