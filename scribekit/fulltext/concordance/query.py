"""The query language: words, phrases, prefixes, NEAR, AND, OR, NOT. Parsed here: nothing that a user types reaches a database as is."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from scribekit.base.errors import OptionError
from scribekit.fulltext.concordance.terms import terms

NEAR_DISTANCE = 10
_FARTHEST = 1000
_DEEPEST = 20
_MOST_WORDS = 100
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})
_INNER = r'(?<=[א-ת])"(?=[א-ת])'  # in Hebrew abbreviations the sign that is typed for gershayim
_TOKEN = re.compile(rf'"(?P<quoted>(?:[^"]|{_INNER})*)"(?P<star>\*?)|(?P<bracket>[()])|(?P<unclosed>")|(?P<word>(?:[^\s()"]|{_INNER})+)')
_NEAR = re.compile(r"NEAR(?:/(\d+))?")
_OPERATORS = frozenset({"AND", "OR", "NOT"})

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Terms in a row; the last may be the beginning of a word."""

    terms: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """A phrase that has every other one at most ``distance`` words away."""

    first: Phrase
    others: tuple[Phrase, ...]
    distance: int


@dataclass(frozen=True, slots=True)
class All:
    """Every part occurs in the recording."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of the parts occurs in the recording."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """One occurs in the recording and the other does not."""

    keep: Query
    drop: Query


Query = Phrase | Near | All | Either | Without


def parse(text: str) -> Query:
    """Read a query.

    Args:
        text: See :func:`scribekit.search` for the language.

    Raises:
        OptionError: It cannot be read; the sentence says where and how to write it.

    Example:
        >>> parse('"climate chang*" NOT weather')
        Without(keep=Phrase(terms=('climate', 'chang'), prefix=True), drop=Phrase(terms=('weather',), prefix=False))
    """
    if not isinstance(text, str):
        raise OptionError(f"A query is a text, not {type(text).__name__}. Give a word, or a phrase in quotes: '\"climate change\"'.")
    return _Parser(text).query()


def expression(query: Query) -> str:
    """The query for an FTS5 table of terms: quoted terms and our own operators, nothing else.

    It finds every recording in which :func:`spans` finds a place, and with NEAR a few more: there FTS5 takes one place for two phrases. So
    NOT before a NEAR is left to ``spans``.

    Example:
        >>> expression(parse("clim* NEAR/5 change"))
        'NEAR("clim" * "change", 5)'
        >>> expression(parse("climate NOT (weather NEAR/5 forecast)"))
        '"climate"'
    """
    match query:
        case Phrase(found, prefix):
            return f'"{" ".join(found)}"' + (" *" if prefix else "")
        case Near(first, others, distance):
            return " AND ".join(f"NEAR({expression(first)} {expression(other)}, {distance})" for other in others)
        case All(parts):
            return " AND ".join(f"({expression(part)})" for part in parts)
        case Either(parts):
            return " OR ".join(f"({expression(part)})" for part in parts)
        case Without(keep, drop):
            return expression(keep) if _has_near(drop) else f"({expression(keep)}) NOT ({expression(drop)})"


def _has_near(query: Query) -> bool:
    match query:
        case Phrase():
            return False
        case Near():
            return True
        case All(parts) | Either(parts):
            return any(map(_has_near, parts))
        case Without(keep, drop):
            return _has_near(keep) or _has_near(drop)


def spans(query: Query, text: str) -> list[Span]:
    """Where a recording answers the query: first term and the one after the last, in order; empty when it does not.

    AND, OR and NOT judge the whole recording, and give the places of what they do not exclude. A place of NEAR reaches from its first
    word to its last; there is one for each place of the phrase before NEAR, with the nearest place of the others.

    Args:
        query: What :func:`parse` gave.
        text: The recording as :func:`text_of` writes its terms.

    Example:
        >>> spans(parse("a NEAR/1 d"), " a b c a b d ")
        [(3, 6)]
    """
    match query:
        case Phrase():
            return [(start, start + len(query.terms)) for start in _starts(query, text)]
        case Near():
            return sorted(_near(query, text))
        case All(parts):
            found = [spans(part, text) for part in parts]
            return _united(found) if all(found) else []
        case Either(parts):
            return _united([spans(part, text) for part in parts])
        case Without(keep, drop):
            return [] if spans(drop, text) else spans(keep, text)


def _united(found: list[list[Span]]) -> list[Span]:
    return sorted({span for part in found for span in part})


def _starts(phrase: Phrase, text: str) -> list[int]:
    """The numbers of the terms at which a phrase starts; each term has one space before it, so spaces count terms."""
    wanted = f" {' '.join(phrase.terms)}" + ("" if phrase.prefix else " ")
    found: list[int] = []
    at, counted, number = text.find(wanted), 0, 0
    while at >= 0:
        number += text.count(" ", counted, at)
        found.append(number)
        counted = at
        at = text.find(wanted, at + 1)
    return found


def _near(query: Near, text: str) -> set[Span]:
    places = [_starts(phrase, text) for phrase in query.others]
    if not all(places):
        return set()
    found: set[Span] = set()
    for start in _starts(query.first, text):
        end = start + len(query.first.terms)
        nearest = [_nearest(start, end, len(p.terms), at, query.distance) for p, at in zip(query.others, places, strict=True)]
        met = [span for span in nearest if span]
        if len(met) == len(nearest):
            found.add((min(start, *(span[0] for span in met)), max(end, *(span[1] for span in met))))
    return found


def _nearest(start: int, end: int, length: int, places: list[int], distance: int) -> Span | None:
    """The nearest place beside [start, end) with at most ``distance`` terms between; the one after it when both are as near."""
    after = bisect_left(places, end)
    before = bisect_right(places, start - length) - 1
    gaps = []
    if after < len(places):
        gaps.append((places[after] - end, 0, places[after]))
    if before >= 0:
        gaps.append((start - places[before] - length, 1, places[before]))
    gap, _, place = min(gaps, default=(distance + 1, 0, 0))
    return (place, place + length) if gap <= distance else None


class _Parser:
    """Recursive descent: OR binds less than AND (also unwritten), then NOT, then NEAR."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_TOKEN.finditer(text.translate(_QUOTES)))
        self._at = 0
        self._depth = 0
        if not self._tokens:
            raise OptionError("The query is empty. Give a word, or a phrase in quotes: '\"climate change\"'.")
        if len(self._tokens) > _MOST_WORDS:
            raise OptionError(f"The query has {len(self._tokens)} words and signs, more than {_MOST_WORDS}. Search in several steps.")

    def query(self) -> Query:
        query = self._either()
        if self._peek() is not None:
            raise OptionError("The query has a ')' without a '(' before it. Take it away, or put the '(' in.")
        return query

    def _peek(self) -> str | None:
        return self._tokens[self._at].group() if self._at < len(self._tokens) else None

    def _take(self, wanted: str) -> bool:
        taken = self._peek() == wanted
        self._at += taken
        return taken

    def _either(self) -> Query:
        parts = [self._all()]
        while self._take("OR"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _all(self) -> Query:
        query = self._near()
        parts = [query]
        while self._peek() not in (None, "OR", ")"):
            self._take("AND")
            if self._take("NOT"):
                keep = parts[0] if len(parts) == 1 else All(tuple(parts))
                parts = [Without(keep, self._near())]
            else:
                parts.append(self._near())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _near(self) -> Query:
        first = self._one()
        others: list[Query] = []
        distances: list[int] = []
        while (sign := _NEAR.fullmatch(self._peek() or "")) is not None:
            self._at += 1
            distances.append(int(sign[1]) if sign[1] else NEAR_DISTANCE)
            others.append(self._one())
        if not others:
            return first
        phrases = [part for part in others if isinstance(part, Phrase)]
        if not isinstance(first, Phrase) or len(phrases) < len(others):
            raise OptionError('NEAR stands between words or phrases, not brackets: climate NEAR/5 "sea level".')
        if len(set(distances)) > 1 or distances[0] > _FARTHEST:
            raise OptionError(f"One NEAR chain has one distance, of at most {_FARTHEST} words: climate NEAR/5 change NEAR/5 policy.")
        return Near(first, tuple(phrases), distances[0])

    def _one(self) -> Query:
        token = self._tokens[self._at] if self._at < len(self._tokens) else None
        if token is None or token.group() == ")":
            raise OptionError(f"The query ends where a word is expected{self._after()}. Write the word, or take the operator away.")
        self._at += 1
        if token["unclosed"]:
            raise OptionError('A quotation mark is not closed. Put one at the end of the phrase: "climate change".')
        if token["bracket"]:
            return self._bracket()
        if token["word"] and (token["word"] in _OPERATORS or _NEAR.fullmatch(token["word"])):
            raise OptionError(f"{token['word']} stands between two words: climate {token['word']} change. To look for the word itself, "
                              "write it in small letters.")  # fmt: skip
        return _phrase(token)

    def _bracket(self) -> Query:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise OptionError(f"The query has more than {_DEEPEST} brackets inside each other. Search in several steps.")
        query = self._either()
        if not self._take(")"):
            raise OptionError("A '(' is not closed. Put the ')' in, or write the phrase in quotes.")
        self._depth -= 1
        return query

    def _after(self) -> str:
        return f" after {self._tokens[self._at - 1].group()!r}" if self._at else ""


def _phrase(token: re.Match[str]) -> Phrase:
    written = token["word"] if token["quoted"] is None else token["quoted"].strip() + token["star"]
    stem = written.removesuffix("*")
    found = tuple(term for word in stem.split() for term in terms(word))
    if not found:
        raise OptionError(f"{written!r} holds nothing to look for: no letter, digit or symbol. Give a word, or a phrase in quotes.")
    if "*" in stem:
        begun = next(filter(None, map(str.strip, stem.split("*"))))
        raise OptionError(f"{written!r} has a * before its end. Only beginnings can be looked for, with the * as the last sign: {begun}*.")
    return Phrase(found, prefix=written != stem)
