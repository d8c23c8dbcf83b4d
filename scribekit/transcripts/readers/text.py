"""Plain text: with speakers and times, as people and other programs write them, or without. Pure."""

from __future__ import annotations

import re

from scribekit.transcripts.readers.labels import Line, speakers_among, take_apart
from scribekit.transcripts.readers.turns import Found, Turn

_FOOTERS = re.compile(r"transcribed by https?://\S+|\[?end of (?:transcript|recording|audio)\]?", re.IGNORECASE)
_REMARK = re.compile(r"No speakers: this recording was transcribed without speaker_labels and without multichannel\.")
_HEADING = re.compile(r"^#{1,6}\s|[^.?!…。？！:：,;\"'”’)]$")


def read_text(text: str) -> Found:
    r"""Return the turns of a plain text.

    A line without a speaker continues the turn before it, if the file names speakers. Otherwise each line is a turn.

    Example:
        >>> [(turn.speaker, turn.text) for turn in read_text("A: Good\nmorning.\nB: Hello.").turns]
        [('A', 'Good morning.'), ('B', 'Hello.')]
        >>> read_text("Remember: always wear a helmet").turns[0].speaker
    """
    lines, is_first = [], True
    for written in text.splitlines():
        if not written.strip():
            is_first = True
        elif not (_FOOTERS.fullmatch(written.strip()) or _REMARK.fullmatch(written.strip())):
            lines.append(take_apart(written, is_first=is_first))
            is_first = False
    return _turns(lines)


def turns_of_lines(texts: list[tuple[str, int | None, int | None]]) -> Found:
    """Return the turns of texts that have times, as cues have, and may begin with a speaker.

    A text without a speaker is a turn without one; its speaker is not known.
    """
    lines = [take_apart(text, is_first=True) for text, _, _ in texts]
    names, unclear = speakers_among([line for line in lines if line.whole or line.name])
    turns = []
    for line, (text, start, end) in zip(lines, texts, strict=True):
        is_named = line.name in names
        said = line.text if is_named else text.strip()
        if said:
            turns.append(Turn(said, line.name if is_named else None, start, end))
    return Found(tuple(turns), _doubts(unclear))


def _turns(lines: list[Line]) -> Found:
    names, unclear = speakers_among(lines)
    doubts = _doubts(unclear)
    turns: list[Turn] = []
    is_open = False  # whether a line continues the turn before it
    first = next((place for place, line in enumerate(lines) if line.name in names), 0)
    heading = (
        lines[:first] if names and first and lines[first].is_first and all(_HEADING.search(line.whole) for line in lines[:first]) else []
    )
    if heading:
        shown = " / ".join(line.whole for line in heading)
        doubts += (f"{shown[:80]!r} before the first speaker is taken for a heading, and left out",)
    for line in lines[len(heading) :]:
        if line.name in names:
            turns.append(Turn(line.text, line.name, *line.span))
            is_open = True
        elif is_open and (names or not line.is_first):
            last = turns[-1]
            start_ms = last.start_ms if last.start_ms is not None else line.span[0]
            turns[-1] = Turn(f"{last.text} {line.whole}".strip(), last.speaker, start_ms, last.end_ms)
        elif line.whole or line.span[0] is not None:
            turns.append(Turn(line.whole, None, *line.span))
            is_open = not line.whole
    return Found(tuple(turn for turn in turns if turn.text), doubts)


def _doubts(unclear: tuple[str, ...]) -> tuple[str, ...]:
    if not unclear:
        return ()
    return (f"{', '.join(f'{name}:' for name in unclear[:3])} is taken for words that were said, not for a speaker",)
