"""Masks what a request asks to mask: what is personal in the stock sentences, and the caller's own terms.

In words of a script that the caller wrote, only what the stock sentences have too is known to be personal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from scribekit.service.payload import LazyWords, PayloadWord

# The policies of the contract that cover what the stock sentences have; the names of the masks are theirs.
_PERSONAL: Mapping[str, tuple[str, ...]] = {
    "person_name": ("maria",),
    "location": ("lisbon",),
    "location_city": ("lisbon",),
    "date": ("monday", "thursday", "march", "may"),
    "month": ("march", "may"),
    "day": ("monday", "thursday"),
    "time": ("noon",),
    "duration": ("three days", "forty minutes", "a year later"),
    "number_sequence": ("214",),
}


@dataclass(frozen=True, slots=True)
class Mask:
    """Words to mask, as they are compared, and what they are."""

    words: tuple[str, ...]
    label: str


@dataclass(frozen=True, slots=True)
class RedactedWords(LazyWords):
    """Words of a transcript with masks instead of those that were to be masked."""

    words: LazyWords
    masks: tuple[Mask, ...]
    uses_names: bool

    def payload(self) -> list[PayloadWord]:
        """Make all words, masked."""
        words = self.words.payload()
        for start, mask in _found(words, self.masks):
            for position in range(start, start + len(mask.words)):
                words[position] = msgspec.structs.replace(words[position], text=_masked(words[position].text, mask.label, self.uses_names))
        return words


def masks_of(options: Mapping[str, Any]) -> tuple[Mask, ...]:
    """Return what a request asks to mask; nothing unless it has ``redact_pii``.

    Example:
        >>> masks_of({"redact_pii": True, "redact_pii_policies": ["location"], "redact_static_entities": {"CODE": ["Blue Kestrel"]}})
        (Mask(words=('lisbon',), label='LOCATION'), Mask(words=('blue', 'kestrel'), label='CODE'))
    """
    if not options.get("redact_pii"):
        return ()
    known = [(term, policy.upper()) for policy in options.get("redact_pii_policies") or () for term in _PERSONAL.get(policy, ())]
    own = [(term, label) for label, terms in (options.get("redact_static_entities") or {}).items() for term in terms]
    masks = (Mask(tuple(filter(None, map(_plain, term.split()))), label) for term, label in (*known, *own))
    return tuple(mask for mask in masks if mask.words)


def _found(words: Sequence[PayloadWord], masks: Sequence[Mask]) -> Iterator[tuple[int, Mask]]:
    """Yield where each mask applies."""
    by_first: dict[str, list[Mask]] = {}
    for mask in masks:
        by_first.setdefault(mask.words[0], []).append(mask)
    plain = [_plain(word.text) for word in words]
    for position, first in enumerate(plain):
        for mask in by_first.get(first, ()):
            if tuple(plain[position : position + len(mask.words)]) == mask.words:
                yield position, mask


def _plain(word: str) -> str:
    return re.sub(r"\W", "", word).lower()


def _masked(word: str, label: str, uses_names: bool) -> str:
    """Return a word with its letters and digits masked; punctuation at its end stays.

    Example:
        >>> _masked("Lisbon,", "LOCATION", True), _masked("Lisbon,", "LOCATION", False)
        ('[LOCATION],', '######,')
    """
    core = word.rstrip(".,;:!?")
    return (f"[{label}]" if uses_names else "#" * len(core)) + word[len(core) :]
