"""SRT and WebVTT texts from words. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from scribekit.base import timecode
from scribekit.base.text import join_words, separator
from scribekit.service.http.sentences import sentences
from scribekit.service.payload import PayloadWord

CHARS_PER_CAPTION = 84
"""The vendor documents no default; this is two lines of the usual 42 characters."""

Cue = tuple[int, int, str]


def srt(words: Sequence[PayloadWord], chars_per_caption: int = CHARS_PER_CAPTION, language: str | None = None) -> str:
    r"""Return the words as SubRip text.

    Example:
        >>> srt([PayloadWord("Hi.", 0, 1500, 1.0)])
        '1\n00:00:00,000 --> 00:00:01,500\nHi.\n'
    """
    blocks = (
        f"{number}\n{timecode.srt(start)} --> {timecode.srt(end)}\n{text}\n"
        for number, (start, end, text) in enumerate(cues(words, chars_per_caption, language), 1)
    )
    return "\n".join(blocks)


def vtt(words: Sequence[PayloadWord], chars_per_caption: int = CHARS_PER_CAPTION, language: str | None = None) -> str:
    r"""Return the words as WebVTT text, with hours in its times only from the first hour on.

    Example:
        >>> vtt([PayloadWord("A<B.", 0, 1500, 1.0)])
        'WEBVTT\n\n00:00.000 --> 00:01.500\nA&lt;B.\n'
    """
    blocks = (
        f"{_vtt_time(start)} --> {_vtt_time(end)}\n{escape(text, quote=False)}\n"
        for start, end, text in cues(words, chars_per_caption, language)
    )
    return "\n".join(["WEBVTT\n", *blocks])


def cues(words: Sequence[PayloadWord], chars_per_caption: int, language: str | None = None) -> Iterator[Cue]:
    """Yield ``(start_ms, end_ms, text)`` of each caption.

    A caption holds words of one sentence, up to this many characters; a longer word is a caption of its own.
    """
    for sentence in sentences(words, language):
        run: list[PayloadWord] = []
        length = 0
        for word in sentence.words:
            added = len(separator(run[-1].text, word.text) if run else "") + len(word.text)
            if run and length + added > chars_per_caption:
                yield _cue(run)
                run, length, added = [], 0, len(word.text)
            length += added
            run.append(word)
        yield _cue(run)


def _cue(run: list[PayloadWord]) -> Cue:
    return run[0].start, run[-1].end, join_words([word.text for word in run])


def _vtt_time(ms: int) -> str:
    return timecode.vtt(ms).removeprefix("00:")
