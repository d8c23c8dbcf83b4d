"""Replace words: each new word takes time and speaker from the old word it aligns with. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher

from scribekit.transcripts.edits.turns import EditedWord

SHORTEST_MS = 60
"""A typed word gets at least this much of a pause; in a shorter pause it shares the time of its neighbour."""
LONGEST_MS = 5 * SHORTEST_MS
"""A typed word gets at most this much of a pause."""

_LETTERS = "LMN"  # Unicode classes: marks too, which are the vowels of many scripts
_LETTERS_AND_SIGNS = _LETTERS + "S"
_SIGNS = frozenset("#%‰&@*§")  # punctuation by class, but read aloud


def plain(text: str, *, with_signs: bool = False) -> str:
    """Return a word for comparison: without case and punctuation, unless it is nothing else. Encodings of an accent are equal.

    Args:
        text: The word.
        with_signs: Keep mathematical and other signs that are not punctuation.

    Example:
        >>> plain("Hello,"), plain("..."), plain("can't"), plain("की,"), plain("C++."), plain("C++.", with_signs=True)
        ('hello', '...', 'cant', 'की', 'c', 'c++')
    """
    folded = unicodedata.normalize("NFC", text).casefold()
    kept = "".join(filter(_is_read if with_signs else _is_letter, folded))
    return kept if any(map(str.isalnum, kept)) else text


def plain_before(text: str) -> str:
    """Return a word for comparison as earlier versions did, which dropped marks: what they wrote down keeps its meaning."""
    return "".join(filter(str.isalnum, text.casefold())) or text


def edges(text: str) -> tuple[str, str]:
    """Return the punctuation before and after a text.

    Example:
        >>> edges("“(Kovic),”"), edges("C++"), edges("5%."), edges("...")
        (('“(', '),”'), ('', ''), ('', '.'), ('', ''))
    """
    inside = [place for place, character in enumerate(text) if _is_read(character)]
    return (text[: inside[0]], text[inside[-1] + 1 :]) if inside else ("", "")


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in _LETTERS


def _is_read(character: str) -> bool:
    return unicodedata.category(character)[0] in _LETTERS_AND_SIGNS or character in _SIGNS


def cut_before(text: str, *, has_spaces: bool) -> list[str]:
    """Cut a typed text into words as earlier versions did, which did not write the words down: at its spaces, or into characters.

    Example:
        >>> cut_before(" two  words ", has_spaces=True), cut_before("你好", has_spaces=False)
        (['two', 'words'], ['你', '好'])
    """
    return text.split() if has_spaces else [character for character in text if not character.isspace()]


def reworded(
    old: Sequence[EditedWord],
    texts: Sequence[str],
    before: int | None = None,
    after: int | None = None,
    *,
    compared: Callable[[str], str] = plain,
) -> list[EditedWord]:
    """Replace a run of words by other ones.

    Words that stay (except for case and punctuation) keep their times. Where the numbers of old and new words are equal, each new word
    takes the time of the one it replaces. Otherwise the time of the replaced words is divided by length of text. Inserted words take the
    pause around them, up to 300 ms a word. When it is shorter than 60 ms a word, they share the time of the word before them (the first
    ones: after them). When more words than milliseconds share a time, some have no length.

    Args:
        old: The words, at least one, in order.
        texts: The new ones.
        before: The end of the channel's word before them, in ms, 0 at the beginning; None when the pause in front must not be used.
        after: The start of the channel's next word, in ms, or the end of the recording; None when it is not known.
        compared: Returns a word as it is compared with others.

    Example:
        >>> old = [EditedWord("their", 0, 300, confidence=0.4, origin=0), EditedWord("is", 300, 400, confidence=0.9, origin=1)]
        >>> [(word.text, word.start, word.end, word.confidence) for word in reworded(old, ["There", "she", "is."])]
        [('There', 0, 187, None), ('she', 187, 300, None), ('is.', 300, 400, 0.9)]
    """
    matcher = SequenceMatcher(None, [compared(word.text) for word in old], list(map(compared, texts)), autojunk=False)
    new: list[EditedWord] = []
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind == "equal" or (kind == "replace" and i2 - i1 == j2 - j1):
            new += [
                _retexted(word, text, is_same_word=compared(text) == compared(word.text))
                for word, text in zip(old[i1:i2], texts[j1:j2], strict=True)
            ]
        elif kind == "replace":
            new += _divided(old[i1].start, max(word.end for word in old[i1:i2]), texts[j1:j2], old[i1])
        elif kind == "insert":
            following = old[i1].start if i1 < len(old) else after
            new = _inserted(new, texts[j1:j2], following, old[min(i1, len(old) - 1)])
    return _with_room_in_front(new, before)


def _retexted(word: EditedWord, text: str, *, is_same_word: bool) -> EditedWord:
    if text == word.text:
        return word
    return word.altered(text=text) if is_same_word else word.altered(text=text, confidence=None, origin=None)


def _divided(start: int, end: int, texts: Sequence[str], model: EditedWord) -> list[EditedWord]:
    """Return words over a span of time, each with the part of it that is its share of the letters."""
    letters, total = 0, sum(map(len, texts))
    words = []
    for text in texts:
        first = start + (end - start) * letters // total
        letters += len(text)
        last = start + (end - start) * letters // total
        words.append(model.altered(text=text, start=first, end=last, confidence=None, origin=None, is_retimed=True))
    return words


def _inserted(before: list[EditedWord], texts: Sequence[str], following: int | None, neighbour: EditedWord) -> list[EditedWord]:
    start = before[-1].end if before else None
    if start is not None and (following is None or following - start >= SHORTEST_MS * len(texts)):
        longest = start + LONGEST_MS * len(texts)
        return [*before, *_divided(start, longest if following is None else min(following, longest), texts, before[-1])]
    if before:
        last = before[-1]
        shared = _divided(last.start, last.end, [last.text, *texts], last)
        return [*before[:-1], _retimed(last, shared[0]), *shared[1:]]
    return _divided(neighbour.start, neighbour.start, texts, neighbour)


def _with_room_in_front(words: list[EditedWord], before: int | None) -> list[EditedWord]:
    """Give the typed words before the first old one a time: the pause in front of it, or a share of its time."""
    first = next((place for place, word in enumerate(words) if word.end > word.start), 0)
    if first == 0 or not words[0].is_retimed:
        return words
    word = words[first]
    if before is not None and word.start - before >= SHORTEST_MS * first:
        start = max(before, word.start - LONGEST_MS * first)
        return [*_divided(start, word.start, [other.text for other in words[:first]], words[0]), *words[first:]]
    shares = _divided(word.start, word.end, [other.text for other in words[: first + 1]], word)
    return [*shares[:first], _retimed(word, shares[first]), *words[first + 1 :]]


def _retimed(word: EditedWord, share: EditedWord) -> EditedWord:
    retimed = word.altered(start=share.start, end=share.end, is_retimed=True)
    retimed.is_edited = word.is_edited
    return retimed
