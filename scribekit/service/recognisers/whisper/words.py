"""Words as faster-whisper gives them, in the service's form. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from scribekit.base.text import is_unspaced
from scribekit.service.recognisers.base import SpokenWord

_EDGES = re.compile(r"^[^\w']+|[^\w']+$")


def spoken_words(segments: Iterable[Any], start_ms: float, end_ms: float) -> Iterator[SpokenWord]:
    """Yield the words of segments. A mark that belongs to the word before it, such as a percent sign, is joined to it.

    Times never go backwards, and stay within the sound that was decoded.

    Args:
        segments: Segments of faster-whisper, with words.
        start_ms: Where the decoded sound begins in the recording.
        end_ms: Where it ends.
    """
    last: SpokenWord | None = None
    for segment in segments:
        for number, heard in enumerate(segment.words or ()):
            text = heard.word.strip()
            if not text:
                continue
            earliest = start_ms if last is None else last.start_ms
            start = min(max(start_ms + float(heard.start) * 1000, earliest), end_ms)
            end = min(max(start_ms + float(heard.end) * 1000, start), end_ms)
            confidence = min(1.0, max(0.0, float(heard.probability)))
            if last is not None and number and not heard.word[0].isspace() and not is_unspaced(text[0]) and not is_unspaced(last.text[-1]):
                last = replace(last, text=last.text + text, end_ms=round(end), confidence=min(last.confidence or 0.0, confidence))
                continue
            if last is not None:
                yield last
            last = SpokenWord(text, round(start), round(end), confidence)
    if last is not None:
        yield last


def written(words: Iterable[SpokenWord], *, capitals: bool, punctuation: bool) -> Iterator[SpokenWord]:
    """Yield the words as the request wants them written; a word that is only punctuation goes with it.

    Example:
        >>> [word.text for word in written([SpokenWord("Yes,", 0, 1, 1), SpokenWord("–", 1, 2, 1)], capitals=False, punctuation=False)]
        ['yes']
    """
    for word in words:
        text = word.text if capitals else word.text.lower()
        text = text if punctuation else _EDGES.sub("", text)
        if text:
            yield replace(word, text=text)
