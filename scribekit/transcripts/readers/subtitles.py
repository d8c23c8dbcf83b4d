"""Subtitles: SubRip and WebVTT, as this and other programs write them. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from scribekit.transcripts.readers.text import turns_of_lines
from scribekit.transcripts.readers.turns import Found, Turn

_TIME = r"(?:\d+:)?\d{1,2}:\d{1,2}(?:[.,]\d{1,3})?"
TIMES = re.compile(rf"^\s*(?P<start>{_TIME})\s*-->\s*(?P<end>{_TIME})(?:\s.*)?$", re.MULTILINE)
_PARTS = re.compile(r"(?:(\d+):)?(\d+):(\d+)(?:[.,](\d+))?")
_NUMBER = re.compile(r"\s*\d+\s*$")
_TAGS = re.compile(r"</?(?:[ibus]|font|c|ruby|rt|lang|b)(?:[.\s][^>]*)?>|<(?:\d+:)?\d+:\d+\.\d+>", re.IGNORECASE)
_STYLES = re.compile(r"\{\\[^}]*\}")  # of ASS, which players also read in SubRip
_VOICES = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>|</v>")
_INLINE_TIME = re.compile(r"<(?:\d+:)?\d+:\d+\.\d+>")
_SSA_BREAK = re.compile(r"\\[Nnh]")

Cue = tuple[int, int, list[str]]


def read_subtitles(text: str) -> Found:
    r"""Return the turns of SubRip or WebVTT subtitles, one for each cue, or for each voice in it.

    Example:
        >>> read_subtitles("1\n00:00:00,500 --> 00:00:01,000\nGood\nmorning.\n").turns
        (Turn(text='Good morning.', speaker=None, start_ms=500, end_ms=1000),)
    """
    is_vtt = text.lstrip("\ufeff \n\r").startswith("WEBVTT")
    cues = list(_cues(text.splitlines(), is_vtt=is_vtt))
    if is_vtt and _INLINE_TIME.search(text):
        cues = _without_repeats(cues)
    voiced = [(start, end, list(_voices(" ".join(lines)))) for start, end, lines in cues]
    if is_vtt and any(name for _, _, parts in voiced for name, _ in parts):
        turns = [Turn(_unescaped(_plain(said)), name, start, end) for start, end, parts in voiced for name, said in parts]
        return Found(tuple(turn for turn in turns if turn.text))
    if is_vtt:
        found = turns_of_lines([(_plain(" ".join(lines)), start, end) for start, end, lines in cues])  # an escaped tag is no voice
        return Found(
            tuple(replace(turn, text=_unescaped(turn.text), speaker=_unescaped(turn.speaker)) for turn in found.turns), found.doubts
        )
    return turns_of_lines([(_without_styles(_plain(" ".join(lines))), start, end) for start, end, lines in cues])


def _cues(lines: list[str], *, is_vtt: bool) -> Iterator[Cue]:
    times = [place for place, line in enumerate(lines) if TIMES.match(line)]
    for place, following in pairwise([*times, len(lines)]):
        found = TIMES.match(lines[place])
        said = lines[place + 1 : following]
        if following < len(lines):
            said = _without_name_of_next(said, is_vtt=is_vtt)
        if is_vtt:
            said = said[: next((at for at, line in enumerate(said) if not line.strip()), len(said))]
        if found:
            yield _ms(found["start"]), _ms(found["end"]), [line.strip() for line in said if line.strip()]


def _without_name_of_next(said: list[str], *, is_vtt: bool) -> list[str]:
    """Return the lines of a cue without the number or name of the one after it."""
    while said and not said[-1].strip():
        said = said[:-1]
    is_separate = len(said) == 1 or (len(said) > 1 and not said[-2].strip())
    return (
        said[:-1] if said and is_separate and (_NUMBER.match(said[-1]) or is_vtt) and (len(said) > 1 or _NUMBER.match(said[-1])) else said
    )


def _without_repeats(cues: list[Cue]) -> list[Cue]:
    """Return cues of rolling captions, which show each line two or three times, with each line once."""
    found: list[Cue] = []
    last = ""
    for start, end, lines in cues:
        fresh = []
        for line in lines:
            plain = _TAGS.sub("", line).strip()
            if plain and plain != last:
                fresh.append(line)
                last = plain
        if fresh:
            found.append((start, end, fresh))
    return found


def _voices(text: str) -> Iterator[tuple[str | None, str]]:
    """Yield the speaker and the text of each voice of a cue."""
    parts = _VOICES.split(text)
    yield from ((html.unescape(name).strip() if name else None, said) for name, said in zip([None, *parts[1::2]], parts[::2], strict=True))


def _plain(text: str) -> str:
    return " ".join(_TAGS.sub("", text).split())


def _unescaped(text: str | None) -> str | None:
    return text and " ".join(html.unescape(text).split())


def _without_styles(text: str) -> str:
    return " ".join(_SSA_BREAK.sub(" ", _STYLES.sub("", text)).split())


def _ms(text: str) -> int:
    parts = _PARTS.fullmatch(text)
    if parts is None:
        return 0
    hours, minutes, seconds, fraction = parts.groups()
    return ((int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int((fraction or "0").ljust(3, "0"))
