"""Reads a transcript in OpenAI's form (``verbose_json``). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import msgspec

from scribekit.base import contract
from scribekit.base.text import is_unspaced, split_words
from scribekit.service.recognisers.base import SpokenWord
from scribekit.service.recognisers.openai.languages import language_code

_LETTER = re.compile(r"\w")
_EDGES = re.compile(r"^\W+|\W+$")


class Times(StrEnum):
    """What the times of the words come from."""

    WORDS = "words"
    """The server timed each word."""
    SEGMENTS = "segments"
    """The server timed segments; words are spread over their segment by length of the text."""
    NONE = "none"
    """The server gave a text without times; words are spread over the whole sound."""


@dataclass(frozen=True)
class Answer:
    """What the server heard.

    Attributes:
        words: The words, by start. They have a confidence only where the server says the probability of a word.
        times: What their times come from.
        language: The language that the server says; None when it says none that is known.
    """

    words: tuple[SpokenWord, ...]
    times: Times
    language: str | None


class NoTranscriptError(Exception):
    """The answer is no transcript; the message says what it is, as part of a sentence."""


def read_answer(body: bytes, start_ms: int, length_ms: int) -> Answer:
    """Read an answer. Times never go backwards, and stay within the sound.

    Args:
        body: The body of the answer.
        start_ms: Where the sound begins in the recording.
        length_ms: How long it is.

    Raises:
        NoTranscriptError: It is no transcript.

    Example:
        >>> found = read_answer(b'{"text": "Good day.", "segments": [{"start": 0, "end": 1, "text": " Good day."}]}', 500, 1000)
        >>> [(word.text, word.start_ms, word.end_ms, word.confidence) for word in found.words], found.times
        ([('Good', 500, 1000, None), ('day.', 1000, 1500, None)], <Times.SEGMENTS: 'segments'>)
    """
    try:
        answer = contract.read_json(body)
    except msgspec.MsgspecError:
        is_page = body.lstrip()[:1] == b"<"
        raise NoTranscriptError("a web page" if is_page else "something that is not JSON") from None
    if not isinstance(answer, dict) or not isinstance(answer.get("text"), str):
        raise NoTranscriptError("JSON without a 'text'")
    text, segments = answer["text"].strip(), _objects(answer.get("segments"))
    timed = _objects(answer.get("words")) or [word for segment in segments for word in _objects(segment.get("words"))]
    words = list(_timed(timed, start_ms, start_ms + length_ms))
    language = language_code(answer.get("language"))
    has_segments = any(contract.as_number(segment.get("end")) for segment in segments)
    written, is_whole = _as_written(words, text)
    if words and (is_whole or not has_segments):
        return Answer(tuple(written), Times.WORDS, language)
    if has_segments:
        return Answer(tuple(_spread_segments(segments, start_ms, start_ms + length_ms)), Times.SEGMENTS, language)
    return Answer(tuple(_spread(text, start_ms, start_ms + length_ms)), Times.NONE if text else Times.WORDS, language)


def _objects(values: Any) -> list[dict[str, Any]]:
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def _timed(words: Sequence[dict[str, Any]], start_ms: int, end_ms: int) -> Iterator[SpokenWord]:
    earliest = start_ms
    for word in words:
        text = contract.as_text(word.get("word") or word.get("text")) or ""
        if not text.strip():
            continue
        start, end = (_within(word.get(name), start_ms, earliest, end_ms) for name in ("start", "end"))
        yield SpokenWord(text.strip(), start, max(start, end), contract.as_confidence(word.get("probability")))
        earliest = start


def _within(seconds: Any, start_ms: int, earliest: int, latest: int) -> int:
    """Return a time in milliseconds of the recording; the earliest possible one for what is no time."""
    given = contract.as_number(seconds)
    return earliest if given is None else round(min(max(start_ms + given * 1000, earliest), latest))


def _as_written(words: Sequence[SpokenWord], text: str) -> tuple[list[SpokenWord], bool]:
    """Return the words as the text writes them, and whether none of it is missing. Some servers list words without punctuation, or parts.

    They stay as they are where the text has other words.

    Example:
        >>> parts = [SpokenWord("well", 0, 9, None), SpokenWord("known", 9, 20, None), SpokenWord("yes", 30, 40, None)]
        >>> [(word.text, word.end_ms) for word in _as_written(parts, "Well-known? “Yes”!")[0]]
        [('Well-known?', 20), ('“Yes”!', 40)]
        >>> _as_written(parts, "Well-known? “Yes”! And more.")[1]
        False
    """
    folded, at = text.lower(), 0
    found: list[SpokenWord] = []
    for word in words:
        core = _EDGES.sub("", word.text.lower())
        place = folded.find(core, at)
        if place < 0 or _LETTER.search(text, at, place) or len(folded) != len(text):
            return list(words), True
        if not core and found:
            found[-1] = replace(found[-1], end_ms=max(found[-1].end_ms, word.end_ms))
            continue
        start, end = place, place + len(core)
        while end < len(text) and not (text[end].isspace() or text[end].isalnum()):
            end += 1
        while start > at and not text[start - 1].isspace():
            start -= 1
        written = text[start:end]
        if found and start == at and not text[at - 1].isspace() and not is_unspaced(text[at - 1 : at + 1]):
            confidences = [part.confidence for part in (found[-1], word) if part.confidence is not None]
            merged = replace(found[-1], text=found[-1].text + written, end_ms=word.end_ms)
            found[-1] = replace(merged, confidence=min(confidences, default=None))
        else:
            found.append(replace(word, text=written))
        at = end
    return found, _LETTER.search(text, at) is None


def _spread_segments(segments: Sequence[dict[str, Any]], start_ms: int, end_ms: int) -> Iterator[SpokenWord]:
    earliest = start_ms
    for segment in segments:
        start, end = (_within(segment.get(name), start_ms, earliest, end_ms) for name in ("start", "end"))
        yield from _spread(contract.as_text(segment.get("text")) or "", start, max(start, end))
        earliest = start


def _spread(text: str, start_ms: int, end_ms: int) -> Iterator[SpokenWord]:
    """Yield the words of a text, each with a share of the time by its length."""
    words = split_words(text)
    letters, at = sum(map(len, words)), 0
    for word in words:
        start, at = at, at + len(word)
        first, last = (round(start_ms + (end_ms - start_ms) * place / letters) for place in (start, at))
        yield SpokenWord(word, first, last, None)
