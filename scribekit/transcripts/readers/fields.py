"""Files of one line per turn or word: STM, CTM and RTTM. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

from scribekit.transcripts.readers.turns import Found, Turn, in_order, milliseconds, session_of

_STM = re.compile(
    r"(?P<session>\S+)\s+(?P<channel>\S+)\s+(?P<speaker>\S+)\s+(?P<start>\d+(?:\.\d+)?)\s+(?P<end>\d+(?:\.\d+)?)(?:\s+<[^>]*>)?(?:\s+(?P<text>.*))?"
)
_RTTM = re.compile(
    r"(?:SEGMENT|NOSCORE|NO_RT_METADATA|LEXEME|NON-LEX|NON-SPEECH|FILLER|EDIT|SU|IP|CB|A/P|SPEAKER|SPKR-INFO)\s+\S+\s+\S+\s+\S+\s+\S+\s.*"
)
_CTM = re.compile(
    r"(?P<session>\S+)\s+(?P<channel>\S+)\s+(?P<start>\d+(?:\.\d+)?)\s+(?P<length>\d+(?:\.\d+)?)\s+(?P<word>\S+)(?:\s+[\d.]+)?.*"
)
_IGNORED = frozenset({"ignore_time_segment_in_scoring", "inter_segment_gap", "<eps>", "<NA>"})
_Row = TypeVar("_Row")


def field_lines(text: str) -> list[str]:
    """Return the lines of a file of fields, without comments."""
    return [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith(";;")]


def is_stm(lines: Sequence[str]) -> bool:
    """Whether all lines are those of an STM file."""
    return bool(lines) and all(map(_STM.fullmatch, lines))


def is_rttm(lines: Sequence[str]) -> bool:
    """Whether all lines are those of an RTTM file."""
    return bool(lines) and all(map(_RTTM.fullmatch, lines))


def read_stm(lines: Sequence[str], recording: str | None) -> Found:
    """Return the turns of a recording in an STM file.

    Example:
        >>> read_stm(["call 1 Ann 0.5 1.25 <o,f0> good morning"], None).turns
        (Turn(text='good morning', speaker='Ann', start_ms=500, end_ms=1250),)
    """
    rows = [row for row in map(_STM.fullmatch, lines) if row]
    turns = []
    for row in _of_recording([(row["session"], row) for row in rows], recording):
        text = " ".join(part for part in (row["text"] or "").split() if part not in _IGNORED)
        if text and row["speaker"] not in _IGNORED:
            turns.append(Turn(text, row["speaker"], milliseconds(row["start"]), milliseconds(row["end"])))
    return Found(in_order(turns))


def read_ctm(lines: Sequence[str], recording: str | None) -> Found:
    """Return the words of a recording in a CTM file, each as a turn without a speaker.

    Raises:
        ValueError: A line has other fields.
    """
    rows = []
    for line in lines:
        row = _CTM.fullmatch(line)
        if row is None:
            raise ValueError(f"it is not a CTM file: the line {line[:60]!r} does not have the fields session, channel, start, length, word")
        rows.append((row["session"], row))
    turns = []
    for row in _of_recording(rows, recording):
        start, length = milliseconds(row["start"]) or 0, milliseconds(row["length"]) or 0
        if row["word"] not in _IGNORED:
            turns.append(Turn(row["word"], None, start, start + length))
    return Found(in_order(turns))


def read_rttm(lines: Sequence[str], recording: str | None) -> Found:
    """Return the turns of a recording in an RTTM file: with the words where it has any, otherwise with speakers and times only.

    Example:
        >>> read_rttm(["SPEAKER call 1 0.5 0.75 <NA> <NA> Ann <NA> <NA>"], None).turns
        (Turn(text=None, speaker='Ann', start_ms=500, end_ms=1250),)
    """
    rows = [(kind, session, start, length, rest) for kind, session, _, start, length, *rest in (line.split() for line in lines)]
    found = _of_recording([(row[1], row) for row in rows if row[0] in ("SPEAKER", "LEXEME")], recording)
    words = [row for row in found if row[0] == "LEXEME" and row[4] and row[4][0] not in _IGNORED]
    spoken = [row for row in found if row[0] == "SPEAKER"]
    turns = []
    for _, _, start, length, rest in words or spoken:
        orthography, speaker = rest[0] if rest else "<NA>", _speaker(rest)
        start_ms, length_ms = milliseconds(start), milliseconds(length)
        end_ms = None if start_ms is None or length_ms is None else start_ms + length_ms
        text = None if orthography in _IGNORED else orthography.replace("_", " ")
        turns.append(Turn(text, speaker, start_ms, end_ms))
    if any(turn.text is not None for turn in turns):
        turns = [Turn(turn.text or "", turn.speaker, turn.start_ms, turn.end_ms) for turn in turns if turn.text]
    return Found(in_order(turns))


def _speaker(rest: Sequence[str]) -> str | None:
    return rest[2] if len(rest) > 2 and rest[2] not in _IGNORED else None


def _of_recording(rows: Sequence[tuple[str, _Row]], recording: str | None) -> list[_Row]:
    """Return the rows of a recording; those of the only one where there is only one."""
    wanted = session_of([session for session, _ in rows], recording)
    return [row for session, row in rows if wanted in (None, session)]
