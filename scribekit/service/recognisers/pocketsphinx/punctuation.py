"""Capitals and full stops by rule: the recogniser itself writes lower case without punctuation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scribekit.service.recognisers.base import SpokenWord


def as_sentence(words: Sequence[SpokenWord], *, capitals: bool, full_stop: bool) -> list[SpokenWord]:
    """The words of one passage written as a sentence.

    Args:
        words: Words as recognised.
        capitals: Write the first word and the word "I" with a capital.
        full_stop: End the last word with a full stop.

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
