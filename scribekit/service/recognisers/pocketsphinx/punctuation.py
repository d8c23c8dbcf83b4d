"""Adds capitals and full stops by rule: the decoder writes lower case without punctuation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scribekit.service.recognisers.base import SpokenWord


def as_sentence(words: Sequence[SpokenWord], *, capitals: bool, full_stop: bool) -> list[SpokenWord]:
    """Return the words of one passage, written as a sentence.

    Args:
        words: Words as the decoder writes them.
        capitals: Whether to write the first word and the word "I" with a capital.
        full_stop: Whether to end the last word with a full stop.

    Example:
        >>> words = [SpokenWord("so", 0, 100, 0.9), SpokenWord("i'm", 100, 200, 0.9)]
        >>> [word.text for word in as_sentence(words, capitals=True, full_stop=True)]
        ['So', "I'm."]
    """
    texts = [word.text for word in words]
    if capitals:
        texts = [_capital(text) if at == 0 or text.split("'")[0] == "i" else text for at, text in enumerate(texts)]
    if full_stop and texts:
        texts[-1] += "."
    return [replace(word, text=text) for word, text in zip(words, texts, strict=True)]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
