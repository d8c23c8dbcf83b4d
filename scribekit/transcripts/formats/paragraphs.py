"""The paragraphs of a transcript: its turns, or where there are none, words grouped by sentences and pauses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scribekit.base import contract
from scribekit.base.sentences import ends_sentence
from scribekit.base.text import clean, join_words

_PAUSE_MS = 1200
_LONG_CHARS = 600


@dataclass(frozen=True)
class Paragraph:
    """A piece of running text on one line.

    Attributes:
        start_ms: Start of its first word.
        text: Its text, not empty.
        speaker: The speaker's label.
        channel: The channel.
    """

    start_ms: int
    text: str
    speaker: str | None = None
    channel: str | None = None


def paragraphs_of(transcript: contract.Transcript) -> list[Paragraph]:
    """Return the paragraphs of a transcript, in its own order and without empty ones.

    With turns, each turn is one. Without, a paragraph ends with a sentence that is followed by a pause of 1.2 s or that makes it longer
    than 600 characters. A text without words (for example of a deleted transcript) is one paragraph.
    """
    if transcript.utterances:
        found = [Paragraph(u.start, clean(u.text), u.speaker, u.channel) for u in transcript.utterances]
    elif transcript.words:
        found = [Paragraph(group[0].start, _joined(group)) for group in _groups(transcript.words, transcript.language_code)]
    else:
        found = [Paragraph(0, clean(transcript.text or ""))]
    return [paragraph for paragraph in found if paragraph.text]


def has_speakers(transcript: contract.Transcript) -> bool:
    """Whether any turn has a speaker or a channel."""
    return any(u.speaker or u.channel for u in transcript.utterances or ())


def _groups(words: Sequence[contract.Word], language: str | None) -> Iterator[list[contract.Word]]:
    group: list[contract.Word] = []
    chars = 0
    for word, following in zip(words, [*words[1:], None], strict=True):
        group.append(word)
        chars += len(word.text) + 1
        if following is None or _ends_paragraph(word, following, chars, language):
            yield group
            group, chars = [], 0


def _ends_paragraph(word: contract.Word, following: contract.Word, chars: int, language: str | None) -> bool:
    is_over = following.start - word.end >= _PAUSE_MS or chars >= _LONG_CHARS
    return is_over and ends_sentence(word.text, following.text, language=language)


def _joined(words: Sequence[contract.Word]) -> str:
    return join_words([text for word in words if (text := clean(word.text))])
