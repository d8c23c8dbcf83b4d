"""Where a phrase is in a transcript, and what is left of the words that it is a part of. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from scribekit.base.text import is_unspaced, script_units
from scribekit.transcripts.edits.alignment import plain
from scribekit.transcripts.edits.turns import EditedWord


class Place(NamedTuple):
    """Words in which a phrase is found, once or several times.

    Attributes:
        positions: The positions of the words.
        found: The first and the last word of each time: the first from where it begins, the last to where it ends.
        kept: The other parts of the words: before the first time, between the times, and after the last.
    """

    positions: list[int]
    found: list[tuple[str, str]]
    kept: list[str]


class _Piece(NamedTuple):
    """A part of a word: how it is compared, and where it is."""

    form: str
    word: int
    start: int
    end: int


def places(words: Sequence[EditedWord], phrase: str) -> list[Place]:
    """Find a phrase. Case and punctuation are ignored, and places never overlap.

    Other signs count: "C++" is not "C". In scripts that are written without spaces a phrase is found however the text was cut into words,
    also inside a word; otherwise whole words are compared.

    Example:
        >>> words = [EditedWord("New", 0, 1), EditedWord("york,", 1, 2), EditedWord("お天気", 2, 3)]
        >>> [place.positions for place in places(words, "new york")], places(words, "天 気")
        ([[0, 1]], [Place(positions=[2], found=[('天気', 'お天気')], kept=['お', ''])])
    """
    wanted = [piece.form for number, chunk in enumerate(phrase.split()) for piece in _pieces(number, chunk)]
    pieces = [piece for number, word in enumerate(words) for piece in _pieces(number, word.text)]
    groups: list[list[tuple[_Piece, _Piece]]] = []
    for first, last in _matches([piece.form for piece in pieces], wanted):
        if groups and groups[-1][-1][1].word == pieces[first].word:
            groups[-1].append((pieces[first], pieces[last]))
        else:
            groups.append([(pieces[first], pieces[last])])
    return [_place(words, group) for group in groups]


def _place(words: Sequence[EditedWord], times: Sequence[tuple[_Piece, _Piece]]) -> Place:
    """Return the place where a phrase is found, of the first and the last piece of each time. Punctuation at its edges belongs to it."""
    (begin, _), (_, end) = times[0], times[-1]
    head, tail = words[begin.word].text[: begin.start], words[end.word].text[end.end :]
    spans = [[first.word, first.start, last.word, last.end] for first, last in times]
    if not _is_read(head):
        spans[0][1], head = 0, ""
    if not _is_read(tail):
        spans[-1][3], tail = len(words[end.word].text), ""
    found = [(words[first].text[start:], words[last].text[:stop]) for first, start, last, stop in spans]
    between = [words[last].text[stop:start] for (_, _, last, stop), (_, start, _, _) in pairwise(spans)]
    return Place(list(range(begin.word, end.word + 1)), found, [head, *between, tail])


def _matches(forms: Sequence[str], wanted: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last position of each time that a run of forms occurs, without overlaps."""
    position, length = 0, len(wanted)
    while wanted and position <= len(forms) - length:
        if forms[position] == wanted[0] and forms[position : position + length] == wanted:
            yield position, position + length - 1
            position += length
        else:
            position += 1


def _pieces(number: int, text: str) -> list[_Piece]:
    """Return the parts of a word that are compared: the word itself, or its letters in scripts without spaces."""
    if not is_unspaced(text):
        return [_Piece(plain(text, with_signs=True), number, 0, len(text))]
    found, end = [], 0
    for unit in script_units(text):
        start = text.index(unit, end)
        end = start + len(unit)
        if _is_read(unit):
            found.append(_Piece(plain(unit, with_signs=True), number, start, end))
    return found


def _is_read(text: str) -> bool:
    return any(map(str.isalnum, text))
