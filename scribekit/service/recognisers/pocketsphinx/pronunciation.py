"""The pronunciation of a term: from the recogniser's dictionary, letter by letter for acronyms, by letter-to-sound rules for the rest.

Phones are ARPABET without stress, as in the recogniser's dictionary (``"K UW B"``). The letter-to-sound rules are learned from that
dictionary by ``benchmarks/build_letter_to_sound.py``; on held-out words they get about nine phones of ten right.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files

Lookup = Callable[[str], str | None]
"""Returns the phones of a lower-case word, or None when the dictionary does not have it."""

_VOWEL_PHONES = frozenset({"AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"})
_CONSONANT_PHONES = frozenset(
    {"B", "CH", "D", "DH", "F", "G", "HH", "JH", "K", "L", "M", "N", "NG", "P", "R", "S", "SH", "T", "TH", "V", "W", "Y", "Z", "ZH"}
)
RULES_FILE = files("scribekit.service.recognisers.pocketsphinx").joinpath("data", "letter_to_sound.txt.gz")

PHONES = _VOWEL_PHONES | _CONSONANT_PHONES
CONTEXTS = ((0, 0), (0, 1), (1, 1), (1, 2), (2, 2), (2, 3), (3, 3), (3, 4))
"""The number of letters to the left and right of a letter that a rule sees, from the narrowest rule to the widest."""
NARROW = CONTEXTS[:3]
"""Rules that see at most one letter on either side. They make a second guess, which is often better for an unusual name."""
Contexts = Sequence[tuple[int, int]]

_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_PARTS = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z']+|[A-Z]+|[0-9]")
_VOWELS = frozenset("AEIOUY")
_LONGEST_SPELLED = 3


def pronunciations(term: str, lookup: Lookup) -> tuple[str, ...]:
    """Return the pronunciations of a term of one or more words: one, or two when letter-to-sound rules had to guess.

    Args:
        term: The spelling of the term, for example ``"Kestrel Labs"`` or ``"PostgreSQL"``.
        lookup: The recogniser's dictionary.

    Returns:
        Phones separated by spaces; empty when nothing in the term can be spoken.

    Example:
        >>> pronunciations("Labs", {"labs": "L AE B Z"}.get)
        ('L AE B Z',)
        >>> pronunciations("B2B", {"b.": "B IY", "two": "T UW"}.get)
        ('B IY T UW B IY',)
    """
    guesses = (_pronounced(term, lookup, contexts) for contexts in (CONTEXTS, NARROW))
    return tuple(dict.fromkeys(phones for phones in guesses if phones))


def _pronounced(term: str, lookup: Lookup, contexts: Contexts) -> str:
    words = term.replace("-", " ").replace("_", " ").split()
    return " ".join(phones for word in words if (phones := _word(word, lookup, contexts)))


def _word(word: str, lookup: Lookup, contexts: Contexts) -> str:
    bare = word.strip(".,;:!?\"'()")
    phones = None if _is_spelled(bare) else lookup(bare.lower())
    if phones:
        return phones
    return " ".join(part_phones for part in _PARTS.findall(bare) if (part_phones := _part(part, lookup, contexts)))


def _part(part: str, lookup: Lookup, contexts: Contexts) -> str:
    if part.isdigit():
        return lookup(_DIGITS[int(part)]) or ""
    if _is_spelled(part):
        return " ".join(phones for letter in part.lower() if (phones := lookup(f"{letter}.")))
    return lookup(part.lower()) or letters_to_phones(part, rules(), contexts)


def _is_spelled(part: str) -> bool:
    return part.isupper() and part.isalpha() and (len(part) <= _LONGEST_SPELLED or not _VOWELS & set(part))


def letters_to_phones(word: str, table: Mapping[str, str], contexts: Contexts = CONTEXTS) -> str:
    """Return the phones of a word by letter-to-sound rules; letters outside a to z are silent.

    Args:
        word: One word, in any case.
        table: From a letter in its context (the letter itself as a capital, ``#`` for the edge of the word) to its phones.
        contexts: The contexts to try; the widest one that has a rule decides.

    Example:
        >>> letters_to_phones("shy", {"S": "S", "Sh": "SH", "sH": "", "sHy": "", "Y": "AY"})
        'SH AY'
    """
    letters = re.sub(r"[^a-z]", "", word.lower())
    return " ".join(phones for at in range(len(letters)) if (phones := _sound(letters, at, table, contexts)))


def _sound(letters: str, at: int, table: Mapping[str, str], contexts: Contexts) -> str:
    for left, right in reversed(contexts):
        phones = table.get(context(letters, at, left, right))
        if phones is not None:
            return phones
    return ""


def context(letters: str, at: int, left: int, right: int) -> str:
    """Return a letter between its neighbours: the key of a letter-to-sound rule.

    Example:
        >>> context("queue", 0, 2, 2)
        '##Que'
    """
    padded = "#" * left + letters + "#" * right
    return f"{padded[at : at + left]}{letters[at].upper()}{padded[at + left + 1 : at + left + 1 + right]}"


@cache
def rules() -> Mapping[str, str]:
    """Read the shipped letter-to-sound rules: one per line, the context, a space, the phones (none for a silent letter)."""
    lines = gzip.decompress(RULES_FILE.read_bytes()).decode("ascii").splitlines()
    return dict(line.split(" ", 1) for line in lines)
