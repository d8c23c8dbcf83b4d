"""What a transcript file says: turns, with speakers and times where it has them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath


@dataclass(frozen=True)
class Turn:
    """One turn of a transcript.

    Attributes:
        text: What was said; None where only who spoke is known.
        speaker: Who said it; None when the file does not say.
        start_ms: Start in milliseconds; None without times.
        end_ms: End in milliseconds; None without times.
    """

    text: str | None
    speaker: str | None = None
    start_ms: int | None = None
    end_ms: int | None = None


@dataclass(frozen=True)
class Found:
    """What was found in a transcript file.

    Attributes:
        turns: The turns, in order.
        doubts: What was left out or decided although the file does not say so, as sentences for a warning.
    """

    turns: tuple[Turn, ...]
    doubts: tuple[str, ...] = ()


def in_order(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """Return turns by their starts, if all have one."""
    if any(turn.start_ms is None for turn in turns):
        return tuple(turns)
    return tuple(sorted(turns, key=lambda turn: turn.start_ms or 0))


def milliseconds(seconds: object) -> int | None:
    """Return a number of seconds, which may be a text with a decimal comma or an ``s`` behind it, as milliseconds; None if it is none."""
    try:
        return round(float(str(seconds).strip().removesuffix("s").replace(",", ".")) * 1000)
    except (ValueError, OverflowError):
        return None


def session_of(sessions: Sequence[str], recording: str | None) -> str | None:
    """Return which of the recordings in a file is meant; None where the file holds one at most.

    Raises:
        ValueError: There are several, and not one of them is the recording.
    """
    names = list(dict.fromkeys(sessions))
    if len(names) < 2:
        return None
    known = {recording, PurePath(recording).name, PurePath(recording).stem} if recording else set()
    wanted = [name for name in names if name in known or PurePath(name).stem in known]
    if len(wanted) != 1:
        raise ValueError(f"it holds several recordings ({', '.join(names[:3])} …), and not one of them is {recording!r}")
    return wanted[0]
