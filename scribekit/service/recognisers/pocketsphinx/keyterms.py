"""Key terms: words that the caller expects, in the caller's spelling.

Each pronunciation of a term is one token of its own (``kubernetes__k0``) in the recogniser's dictionary. So the term keeps its spelling,
capitals and spaces, even when the dictionary has another form of it.
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
    """The spelling of a term, and its phones; empty when the caller gave none."""

    spelling: str
    phones: str = ""


@dataclass(frozen=True)
class Alias:
    """One pronunciation of a term, as a token of the recogniser's dictionary."""

    token: str
    spelling: str
    phones: str


def key_terms(options: Mapping[str, Any]) -> tuple[KeyTerm, ...]:
    """Return the terms of a request: ``keyterms_prompt`` and the older ``word_boost``, at most 1,000.

    A term may end with an equals sign and its pronunciation in ARPABET; a term that is given twice has two pronunciations.
    Hyphens may separate the phones, because the contract allows at most six words in a term.

    Example:
        >>> key_terms({"keyterms_prompt": ["Kestrel Labs", "Kafka=K-AA-F-K-AH"]})
        (KeyTerm(spelling='Kestrel Labs', phones=''), KeyTerm(spelling='Kafka', phones='K AA F K AH'))
    """
    terms = [term for name in ("keyterms_prompt", "word_boost") for term in options.get(name) or ()]
    return tuple(dict.fromkeys(_read(str(term)) for term in terms if str(term).strip()))[:MOST_TERMS]


def _read(term: str) -> KeyTerm:
    spelling, equals, pronunciation = term.partition("=")
    phones = re.sub(r"\d", "", pronunciation.upper()).replace("-", " ").split()
    if equals and phones and PHONES.issuperset(phones):
        return KeyTerm(" ".join(spelling.split()), " ".join(phones))
    return KeyTerm(" ".join(term.split()))


def aliases(terms: Iterable[KeyTerm], lookup: Lookup) -> tuple[Alias, ...]:
    """Return an alias for each pronunciation of the terms; ``lookup`` is the recogniser's dictionary.

    Terms without a pronunciation are excluded.

    Example:
        >>> aliases([KeyTerm("Kafka", "K AA F K AH")], lambda word: None)
        (Alias(token='kafka__k0', spelling='Kafka', phones='K AA F K AH'),)
    """
    pronounced = (
        (term.spelling, phones) for term in terms for phones in ((term.phones,) if term.phones else pronunciations(term.spelling, lookup))
    )
    return tuple(Alias(f"{_token(spelling)}__k{number}", spelling, phones) for number, (spelling, phones) in enumerate(pronounced))


def _token(spelling: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", spelling.lower()).strip("_")
