"""How a term is spoken: the recogniser's dictionary first, letters spelt out for acronyms, letter-to-sound rules for the rest.

Phones are ARPABET without stress, as the dictionary of the recogniser writes them (``"K UW B"``). The letter-to-sound rules are learned
from that same dictionary by ``benchmarks/build_letter_to_sound.py``; on words kept apart they get about nine phones of ten right.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files

Lookup = Callable[[str], str | None]
"""Gives the phones of a lower-case word, or None when the dictionary does not know it."""

_VOWEL_PHONES = frozenset({"AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"})
_CONSONANT_PHONES = frozenset(
    {"B", "CH", "D", "DH", "F", "G", "HH", "JH", "K", "L", "M", "N", "NG", "P", "R", "S", "SH", "T", "TH", "V", "W", "Y", "Z", "ZH"}
)
PHONES = _VOWEL_PHONES | _CONSONANT_PHONES
CONTEXTS = ((0, 0), (0, 1), (1, 1), (1, 2), (2, 2), (2, 3), (3, 3), (3, 4))
"""Letters seen to the left and to the right of the letter in question, from the narrowest rule to the widest."""
NARROW = CONTEXTS[:3]
"""Rules that see one letter on either side say a strange name more plainly: a second guess where the first may be too clever."""
Contexts = Sequence[tuple[int, int]]

_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_PARTS = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z']+|[A-Z]+|[0-9]")
_VOWELS = frozenset("AEIOUY")
_LONGEST_SPELT = 3


def pronunciations(term: str, lookup: Lookup) -> tuple[str, ...]:
    """The phones of a term of one or more words: one way to say it, or two when letter-to-sound rules had to guess.

    Args:
        term: The term as it is to be written, for example ``"Kestrel Labs"`` or ``"PostgreSQL"``.
        lookup: The dictionary of the recogniser.

    Returns:
        Phones separated by spaces; nothing when nothing in the term can be spoken.

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
    known = None if _is_spelt(bare) else lookup(bare.lower())
    if known:
        return known
    return " ".join(phones for part in _PARTS.findall(bare) if (phones := _part(part, lookup, contexts)))


def _part(part: str, lookup: Lookup, contexts: Contexts) -> str:
    if part.isdigit():
        return lookup(_DIGITS[int(part)]) or ""
    if _is_spelt(part):
        return " ".join(phones for letter in part.lower() if (phones := lookup(f"{letter}.")))
    return lookup(part.lower()) or letters_to_phones(part, rules(), contexts)


def _is_spelt(part: str) -> bool:
    return part.isupper() and part.isalpha() and (len(part) <= _LONGEST_SPELT or not _VOWELS & set(part))


def letters_to_phones(word: str, table: Mapping[str, str], contexts: Contexts = CONTEXTS) -> str:
    """The phones that letter-to-sound rules give to a word; letters outside a to z are silent.

    Args:
        word: One word, in any case.
        table: From a letter in its context (the letter itself as a capital, ``#`` for the edge of the word) to its phones.
        contexts: The contexts to look at; the widest one that has a rule decides.

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
    """A letter between its neighbours: the key of a letter-to-sound rule.

    Example:
        >>> context("queue", 0, 2, 2)
        '##Que'
    """
    padded = "#" * left + letters + "#" * right
    return f"{padded[at : at + left]}{letters[at].upper()}{padded[at + left + 1 : at + left + 1 + right]}"


@cache
def rules() -> Mapping[str, str]:
    """The shipped letter-to-sound rules: one line each, the context, a space, the phones (none for a silent letter)."""
    packed = files("scribekit.service.recognisers.pocketsphinx").joinpath("data", "letter_to_sound.txt.gz").read_bytes()
    lines = gzip.decompress(packed).decode("ascii").splitlines()
    return dict(line.split(" ", 1) for line in lines)
