"""The query language: words, phrases, prefixes, NEAR, AND, OR, NOT. Nothing that a user types reaches a database without being parsed."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from scribekit.base.errors import OptionError
from scribekit.fulltext.concordance.terms import terms

_DEFAULT_DISTANCE = 10
_MAX_DISTANCE = 1000
_MAX_DEPTH = 20
_MAX_TOKENS = 100
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})
_GERSHAYIM = r'(?<=[א-ת])"(?=[א-ת])'  # in Hebrew abbreviations a quotation mark is typed for gershayim
_TOKEN = re.compile(
    rf'"(?P<quoted>(?:[^"]|{_GERSHAYIM})*)"(?P<star>\*?)|(?P<bracket>[()])|(?P<unclosed>")|(?P<word>(?:[^\s()"]|{_GERSHAYIM})+)'
)
_NEAR = re.compile(r"NEAR(?:/(\d+))?|(?i:near)/(\d+)")
_OPERATORS = frozenset({"AND", "OR", "NOT"})
_MEANT = {"and": "AND", "or": "OR", "not": "NOT", "near": "NEAR"}
"""A word between two others → the operator that it may be meant for."""
_EXCLUDED = re.compile(r"[-!](?=\w)")
_NUMBER = re.compile(r"\d+")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A run of terms; with ``prefix``, the last is the beginning of a word."""

    terms: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """A phrase with each of the others at most ``distance`` words away."""

    first: Phrase
    others: tuple[Phrase, ...]
    distance: int


@dataclass(frozen=True, slots=True)
class And:
    """Every part occurs in the recording."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of the parts occurs in the recording."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class AndNot:
    """``wanted`` occurs in the recording and ``excluded`` does not."""

    wanted: Query
    excluded: Query


Query = Phrase | Near | And | Or | AndNot


def parse(text: str) -> Query:
    """Parse a query.

    Args:
        text: See :func:`scribekit.search` for the language.

    Raises:
        OptionError: The query cannot be read; the message says where, and how to write it.

    Example:
        >>> parse('"climate chang*" NOT weather')
        AndNot(wanted=Phrase(terms=('climate', 'chang'), prefix=True), excluded=Phrase(terms=('weather',), prefix=False))
    """
    if not isinstance(text, str):
        raise OptionError(f"A query is a text, not {type(text).__name__}. Give a word, or a phrase in quotes: '\"climate change\"'.")
    return _Parser(text).query()


def taken_as_words(text: str) -> str | None:
    """Return what to tell of a query in which operators may have been meant that are looked for as words; None if there are none.

    Args:
        text: A query that can be parsed.

    Example:
        >>> taken_as_words("climate near change")
        "'near' is looked for as a word. If the operator is meant, write NEAR."
        >>> taken_as_words('"near change" NEAR/5 climate')
    """
    tokens = list(_TOKEN.finditer(text.translate(_QUOTES)))
    meant: dict[str, str] = {}
    for place in range(1, len(tokens)):
        word, before = tokens[place]["word"] or "", tokens[place - 1].group()
        is_between = place + 1 < len(tokens)
        if (operator := _MEANT.get(word.lower())) and word not in _OPERATORS and is_between and not _NEAR.fullmatch(word):
            meant[word] = operator
        elif _EXCLUDED.match(word):
            meant[word] = f"NOT {word[1:]}"
        elif before == "NEAR" and _NUMBER.fullmatch(word) and is_between:
            meant[word] = f"NEAR/{word}"
    sentences = [f"{word!r} is looked for as a word. If the operator is meant, write {operator}." for word, operator in meant.items()]
    return " ".join(sentences) or None


def fts_expression(query: Query) -> str:
    """Write the query for an FTS5 table of terms: quoted terms and our own operators, nothing else.

    It finds every recording in which :func:`spans` finds a match. With NEAR it finds a few more, because FTS5 takes one word for both
    phrases. So NOT before a NEAR is left to ``spans``.

    Example:
        >>> fts_expression(parse("clim* NEAR/5 change"))
        'NEAR("clim" * "change", 5)'
        >>> fts_expression(parse("climate NOT (weather NEAR/5 forecast)"))
        '"climate"'
    """
    match query:
        case Phrase(phrase_terms, prefix):
            return f'"{" ".join(phrase_terms)}"' + (" *" if prefix else "")
        case Near(first, others, distance):
            return " AND ".join(f"NEAR({fts_expression(first)} {fts_expression(other)}, {distance})" for other in others)
        case And(parts):
            return " AND ".join(f"({fts_expression(part)})" for part in parts)
        case Or(parts):
            return " OR ".join(f"({fts_expression(part)})" for part in parts)
        case AndNot(wanted, excluded):
            return fts_expression(wanted) if _has_near(excluded) else f"({fts_expression(wanted)}) NOT ({fts_expression(excluded)})"


def _has_near(query: Query) -> bool:
    match query:
        case Phrase():
            return False
        case Near():
            return True
        case And(parts) | Or(parts):
            return any(map(_has_near, parts))
        case AndNot(wanted, excluded):
            return _has_near(wanted) or _has_near(excluded)


def spans(query: Query, text: str) -> list[Span]:
    """Find the matches of a query in a recording, as ranges of terms in ascending order.

    AND, OR and NOT judge the whole recording, and give the matches of what they do not exclude. A match of NEAR reaches from its first
    word to its last. Each match of the phrase before NEAR gives one, with the nearest match of the others.

    Args:
        query: A parsed query.
        text: The recording as :func:`searchable_text` writes its terms.

    Returns:
        The first term of each match, and the term after its last; empty where the recording does not answer the query.

    Example:
        >>> spans(parse("a NEAR/1 d"), " a b c a b d ")
        [(3, 6)]
    """
    match query:
        case Phrase():
            return [(start, start + len(query.terms)) for start in _phrase_starts(query, text)]
        case Near():
            return sorted(_near_spans(query, text))
        case And(parts):
            found = [spans(part, text) for part in parts]
            return _union(found) if all(found) else []
        case Or(parts):
            return _union([spans(part, text) for part in parts])
        case AndNot(wanted, excluded):
            return [] if spans(excluded, text) else spans(wanted, text)


def _union(found: list[list[Span]]) -> list[Span]:
    return sorted({span for part in found for span in part})


def _phrase_starts(phrase: Phrase, text: str) -> list[int]:
    """Return the positions of the terms at which a phrase starts. Each term has one space before it, so spaces count terms."""
    wanted = f" {' '.join(phrase.terms)}" + ("" if phrase.prefix else " ")
    found: list[int] = []
    at, counted_to, position = text.find(wanted), 0, 0
    while at >= 0:
        position += text.count(" ", counted_to, at)
        found.append(position)
        counted_to = at
        at = text.find(wanted, at + 1)
    return found


def _near_spans(query: Near, text: str) -> set[Span]:
    starts_of_others = [_phrase_starts(phrase, text) for phrase in query.others]
    if not all(starts_of_others):
        return set()
    found: set[Span] = set()
    for start in _phrase_starts(query.first, text):
        end = start + len(query.first.terms)
        others = zip(query.others, starts_of_others, strict=True)
        nearest = [_nearest_span(start, end, len(phrase.terms), starts, query.distance) for phrase, starts in others]
        near = [span for span in nearest if span]
        if len(near) == len(nearest):
            found.add((min(start, *(span[0] for span in near)), max(end, *(span[1] for span in near))))
    return found


def _nearest_span(start: int, end: int, length: int, starts: list[int], distance: int) -> Span | None:
    """Return the nearest phrase beside [start, end) with at most ``distance`` terms between; of two as near, the one after it."""
    after = bisect_left(starts, end)
    before = bisect_right(starts, start - length) - 1
    gaps = []
    if after < len(starts):
        gaps.append((starts[after] - end, 0, starts[after]))
    if before >= 0:
        gaps.append((start - starts[before] - length, 1, starts[before]))
    gap, _, nearest = min(gaps, default=(distance + 1, 0, 0))
    return (nearest, nearest + length) if gap <= distance else None


class _Parser:
    """A recursive-descent parser. From the weakest to the strongest operator: OR; AND (written or not) and NOT; NEAR."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_TOKEN.finditer(text.translate(_QUOTES)))
        self._at = 0
        self._depth = 0
        if not self._tokens:
            raise OptionError("The query is empty. Give a word, or a phrase in quotes: '\"climate change\"'.")
        if len(self._tokens) > _MAX_TOKENS:
            raise OptionError(f"The query has {len(self._tokens)} words and signs, more than {_MAX_TOKENS}. Search in several steps.")

    def query(self) -> Query:
        query = self._or()
        if self._peek() is not None:
            raise OptionError("The query has a ')' without a '(' before it. Remove it, or add the '('.")
        return query

    def _peek(self) -> str | None:
        return self._tokens[self._at].group() if self._at < len(self._tokens) else None

    def _take(self, wanted: str) -> bool:
        taken = self._peek() == wanted
        self._at += taken
        return taken

    def _or(self) -> Query:
        parts = [self._and()]
        while self._take("OR"):
            parts.append(self._and())
        return _combined(Or, parts)

    def _and(self) -> Query:
        parts = [self._near()]
        while self._peek() not in (None, "OR", ")"):
            self._take("AND")
            if self._take("NOT"):
                parts = [AndNot(_combined(And, parts), self._near())]
            else:
                parts.append(self._near())
        return _combined(And, parts)

    def _near(self) -> Query:
        first = self._operand()
        others: list[Query] = []
        distances: list[int] = []
        while (sign := _NEAR.fullmatch(self._peek() or "")) is not None:
            self._at += 1
            distances.append(int(sign[1] or sign[2] or _DEFAULT_DISTANCE))
            others.append(self._operand())
        if not others:
            return first
        phrases = [part for part in others if isinstance(part, Phrase)]
        if not isinstance(first, Phrase) or len(phrases) < len(others):
            raise OptionError('NEAR goes between words or phrases, not brackets: climate NEAR/5 "sea level".')
        if len(set(distances)) > 1 or distances[0] > _MAX_DISTANCE:
            raise OptionError(f"One NEAR chain has one distance, of at most {_MAX_DISTANCE} words: climate NEAR/5 change NEAR/5 policy.")
        return Near(first, tuple(phrases), distances[0])

    def _operand(self) -> Query:
        token = self._tokens[self._at] if self._at < len(self._tokens) else None
        if token is None or token.group() == ")":
            raise OptionError(f"The query ends where a word is expected{self._after()}. Write the word, or remove the operator.")
        self._at += 1
        if token["unclosed"]:
            raise OptionError('A quotation mark is not closed. Add one at the end of the phrase: "climate change".')
        if token["bracket"]:
            return self._bracket()
        if token["word"] and (token["word"] in _OPERATORS or _NEAR.fullmatch(token["word"])):
            raise OptionError(f"{token['word']} goes between two words: climate {token['word']} change. To look for the word itself, "
                              "put it in quotes.")  # fmt: skip
        return _phrase(token)

    def _bracket(self) -> Query:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise OptionError(f"The query has more than {_MAX_DEPTH} brackets inside each other. Search in several steps.")
        query = self._or()
        if not self._take(")"):
            raise OptionError("A '(' is not closed. Add the ')', or write the phrase in quotes.")
        self._depth -= 1
        return query

    def _after(self) -> str:
        return f" after {self._tokens[self._at - 1].group()!r}" if self._at else ""


def _combined(operator: type[And | Or], parts: list[Query]) -> Query:
    return parts[0] if len(parts) == 1 else operator(tuple(parts))


def _phrase(token: re.Match[str]) -> Phrase:
    written = token["word"] if token["quoted"] is None else token["quoted"].strip() + token["star"]
    stem = written.removesuffix("*")
    phrase_terms = tuple(term for word in stem.split() for term in terms(word))
    if not phrase_terms:
        raise OptionError(f"{written!r} has nothing to look for: no letter, digit or symbol. Give a word, or a phrase in quotes.")
    if "*" in stem:
        beginning = next(filter(None, map(str.strip, stem.split("*"))))
        raise OptionError(
            f"{written!r} has a * before its end. Only beginnings of words can be searched for, with the * as the last sign: {beginning}*."
        )
    return Phrase(phrase_terms, prefix=written != stem)
