"""Groups words into utterances, sentences and paragraphs, by the rule of the client's tables. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import chain, groupby
from operator import attrgetter

from msgspec import UNSET

from scribekit.base.sentences import (
    BREATH_MS,
    CLOSING,
    PARAGRAPH_PAUSE_MS,
    PARAGRAPH_SENTENCES,
    SENTENCE_WORDS,
    ends_sentence,
)
from scribekit.base.text import join_words
from scribekit.service.payload import PayloadGroup, PayloadParagraph, PayloadWord, mean_confidence

Runs = list[list[PayloadWord]]


def utterances(words: Sequence[PayloadWord]) -> list[PayloadGroup]:
    """Return utterances in order of their start; a change of speaker begins a new one.

    Channels are read one by one, so that people who speak at the same time do not cut each other into single words.

    Example:
        >>> [turn.text for turn in utterances([PayloadWord("Hi", 0, 9, 1.0, "A"), PayloadWord("Yes", 20, 30, 1.0, "B")])]
        ['Hi', 'Yes']
    """
    return [_group(run) for run in turns(words)]


def sentences(words: Sequence[PayloadWord], language: str | None = None) -> list[PayloadGroup]:
    """Return sentences in order of their start; each has one speaker.

    Args:
        words: The words of a transcript.
        language: Its language code; None when it is not known.
    """
    runs = chain.from_iterable(_sentences(turn, language) for turn in turns(words))
    return [_group(run) for run in sorted(runs, key=lambda run: run[0].start)]


def paragraphs(words: Sequence[PayloadWord], language: str | None = None) -> list[PayloadParagraph]:
    """Return paragraphs: up to five sentences of one speaker without a long pause between them.

    Args:
        words: The words of a transcript.
        language: Its language code; None when it is not known.
    """
    found: list[list[PayloadGroup]] = []
    for sentence in sentences(words, language):
        if not found or _begins_paragraph(found[-1], sentence):
            found.append([])
        found[-1].append(sentence)
    return [_paragraph(group) for group in found]


def turns(words: Sequence[PayloadWord]) -> Runs:
    """Return the words of each turn, in order of the turns' starts."""
    if not any(word.channel is not UNSET for word in words):
        return [list(run) for _, run in groupby(words, key=attrgetter("speaker"))]
    channels: dict[object, list[PayloadWord]] = defaultdict(list)
    for word in words:
        channels[word.channel].append(word)
    runs = chain.from_iterable(_channel_turns(channel, words) for channel in channels.values())
    return sorted(runs, key=lambda run: run[0].start)


def _channel_turns(channel: list[PayloadWord], words: Sequence[PayloadWord]) -> Runs:
    others = [word.start for word in words if word.channel != channel[0].channel]

    def is_next_turn(run: list[PayloadWord], word: PayloadWord) -> bool:
        end = run[-1].end
        interrupted = bisect_left(others, end) < bisect_left(others, word.start)
        return run[-1].speaker != word.speaker or (interrupted and word.start - end >= BREATH_MS)

    return _split(channel, is_next_turn)


def _split(words: Sequence[PayloadWord], is_boundary: Callable[[list[PayloadWord], PayloadWord], bool]) -> Runs:
    runs: Runs = []
    for word in words:
        if not runs or is_boundary(runs[-1], word):
            runs.append([])
        runs[-1].append(word)
    return runs


def _sentences(turn: Sequence[PayloadWord], language: str | None) -> Runs:
    runs: Runs = [[]]
    is_over = False
    texts = ["", *(word.text for word in turn), ""]
    for word, before, following in zip(turn, texts, texts[2:], strict=False):
        is_closing = not word.text.strip(CLOSING) and word.text != ""
        if runs[-1] and ((is_over and not is_closing) or len(runs[-1]) >= SENTENCE_WORDS):
            runs.append([])
        runs[-1].append(word)
        is_over = is_over if is_closing else ends_sentence(word.text, following, before=before, language=language)
    return runs


def _begins_paragraph(paragraph: list[PayloadGroup], sentence: PayloadGroup) -> bool:
    last = paragraph[-1]
    pause = sentence.start - last.end
    return sentence.speaker != last.speaker or pause >= PARAGRAPH_PAUSE_MS or len(paragraph) >= PARAGRAPH_SENTENCES


def _group(run: list[PayloadWord]) -> PayloadGroup:
    first, last = run[0], run[-1]
    text = join_words([word.text for word in run])
    return PayloadGroup(text, first.start, last.end, mean_confidence(run), run, first.speaker, first.channel)


def _paragraph(group: list[PayloadGroup]) -> PayloadParagraph:
    words = [word for sentence in group for word in sentence.words]
    text = join_words([word.text for word in words])
    return PayloadParagraph(text, words[0].start, words[-1].end, mean_confidence(words), words)
