"""Key terms: words that the caller expects, with the spelling that the caller wants.

The recogniser knows each pronunciation of a term as one token of its own (``kubernetes__k0``), so that the term's spelling, capitals and
spaces survive whatever the dictionary thinks of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from scribekit.service.recognisers.pocketsphinx.pronunciation import PHONES, Lookup, pronunciations

MOST_TERMS = 1000


@dataclass(frozen=True)
class KeyTerm:
    """A term as it is to be written, and its phones when the caller gave them (otherwise empty)."""

    spelling: str
    phones: str = ""


@dataclass(frozen=True)
class Alias:
    """One pronunciation of a term, as a token of the recogniser's dictionary."""

    token: str
    spelling: str
    phones: str


def key_terms(options: Mapping[str, Any]) -> tuple[KeyTerm, ...]:
    """The terms of a request: ``keyterms_prompt`` and the older ``word_boost``, at most 1,000.

    A term may carry its pronunciation in ARPABET behind an equals sign; a term that is given twice has two pronunciations.
    Hyphens may part the phones, since the contract counts the words of a term and takes no more than six.

    Example:
        >>> key_terms({"keyterms_prompt": ["Kestrel Labs", "Kafka=K-AA-F-K-AH"]})
        (KeyTerm(spelling='Kestrel Labs', phones=''), KeyTerm(spelling='Kafka', phones='K AA F K AH'))
    """
    given = [term for name in ("keyterms_prompt", "word_boost") for term in options.get(name) or ()]
    return tuple(dict.fromkeys(_read(str(term)) for term in given if str(term).strip()))[:MOST_TERMS]


def _read(term: str) -> KeyTerm:
    spelling, equals, spoken = term.partition("=")
    phones = re.sub(r"\d", "", spoken.upper()).replace("-", " ").split()
    if equals and phones and PHONES.issuperset(phones):
        return KeyTerm(" ".join(spelling.split()), " ".join(phones))
    return KeyTerm(" ".join(term.split()))


def aliases(terms: Iterable[KeyTerm], lookup: Lookup) -> tuple[Alias, ...]:
    """An alias for each pronunciation of the terms that can be spoken; ``lookup`` is the dictionary of the recogniser.

    Example:
        >>> aliases([KeyTerm("Kafka", "K AA F K AH")], lambda word: None)
        (Alias(token='kafka__k0', spelling='Kafka', phones='K AA F K AH'),)
    """
    spoken = (
        (term.spelling, phones) for term in terms for phones in ((term.phones,) if term.phones else pronunciations(term.spelling, lookup))
    )
    return tuple(Alias(f"{_plain(spelling)}__k{number}", spelling, phones) for number, (spelling, phones) in enumerate(spoken))


def _plain(spelling: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", spelling.lower()).strip("_")
