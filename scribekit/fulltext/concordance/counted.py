"""The words that statistics count: the service's words, also where an index has each of their characters as a term. Pure."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from scribekit.base.text import is_unspaced
from scribekit.fulltext.concordance.lines import Integers


class CountedWords(NamedTuple):
    """The words of one recording.

    Attributes:
        words: As indexed (without case and accents).
        first_terms: The position of the first term of each word.
        word_of_term: The position of the word of each term.
    """

    words: list[str]
    first_terms: npt.NDArray[np.intp]
    word_of_term: npt.NDArray[np.intp]


def counted_words(text: str, words_of_terms: Callable[[], Integers]) -> CountedWords:
    """Return the words of a recording as they are counted.

    A term is a word, so a hyphenated word counts as two. In scripts that are written without spaces each character is a term, and the
    characters that follow each other in one word of the service are one word.

    Args:
        text: The terms of a recording as :func:`~scribekit.fulltext.concordance.searchable_text` writes them.
        words_of_terms: Returns the word of the service that each term comes from, as a number; called only where it is needed.

    Example:
        >>> counted_words(" well known 今 天 好 ", lambda: np.array([0, 0, 1, 1, 2])).words
        ['well', 'known', '今天', '好']
    """
    terms = text.split()
    if not is_unspaced(text):
        positions = np.arange(len(terms))
        return CountedWords(terms, positions, positions)
    source = np.asarray(words_of_terms())
    is_character = np.array([is_unspaced(term) for term in terms], dtype=bool)
    is_first = np.ones(len(terms), dtype=bool)
    is_first[1:] = (source[1:] != source[:-1]) | ~is_character[1:] | ~is_character[:-1]
    first_terms = np.flatnonzero(is_first)
    edges = [*first_terms.tolist(), len(terms)]
    words = ["".join(terms[start:end]) for start, end in pairwise(edges)]
    return CountedWords(words, first_terms, np.cumsum(is_first) - 1)
