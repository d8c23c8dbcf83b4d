"""Finds words and short phrases in a transcript. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scribekit.service.payload import PayloadWord

PHRASE_WORDS = 5
_PUNCTUATION = ".,;:!?…\"'“”‘’()[]¿¡"


def parse_queries(words: str) -> list[str]:
    """Split a comma-separated query into words and phrases.

    Raises:
        ValueError: There is none, or one has too many words.

    Example:
        >>> parse_queries("bridge, New York")
        ['bridge', 'New York']
    """
    queries = [query.strip() for query in words.split(",") if query.strip()]
    if not queries:
        raise ValueError("words must be a comma-separated list of words or phrases")
    for query in queries:
        if len(query.split()) > PHRASE_WORDS:
            raise ValueError(f"each phrase of words may have up to {PHRASE_WORDS} words; {query!r} has more")
    return queries


def find(words: Sequence[PayloadWord], queries: Sequence[str]) -> list[dict[str, Any]]:
    """Return the queries that occur in the words.

    Each is a dict with ``text``, ``count``, ``timestamps`` (``[start_ms, end_ms]``) and ``indexes`` into the words.
    """
    spoken = [_normalised(word.text) for word in words]
    matches = []
    for query in queries:
        phrase = [_normalised(part) for part in query.split()]
        size = len(phrase)
        indexes = [i for i in range(len(spoken) - size + 1) if spoken[i : i + size] == phrase]
        if indexes:
            timestamps = [[words[i].start, words[i + size - 1].end] for i in indexes]
            matches.append({"text": query, "count": len(indexes), "timestamps": timestamps, "indexes": indexes})
    return matches


def _normalised(word: str) -> str:
    return word.strip(_PUNCTUATION).casefold()
