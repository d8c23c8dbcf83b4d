"""The limits of subtitles, as style guides give them. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    """Limits for cues. Widths count an East Asian wide character twice, and spaces like any other character.

    Attributes:
        max_chars_per_line: Widest line; only a single longer word may exceed it.
        max_lines: Most lines in a cue.
        max_cps: Reading speed to aim at, in characters per second, line breaks not counted.
        min_ms: Shortest cue, where the next one leaves room for it.
        max_ms: Longest cue.
        min_gap_ms: Pause between two cues that follow each other closely.
        max_pause_ms: A longer silence always ends the cue.
        max_tail_ms: How long a cue may stay after its last word so that it can be read.
    """

    max_chars_per_line: int = 42
    max_lines: int = 2
    max_cps: float = 20.0
    min_ms: int = 833
    max_ms: int = 7000
    min_gap_ms: int = 83
    max_pause_ms: int = 1500
    max_tail_ms: int = 500


# Netflix Timed Text Style Guide, General Requirements and English guide: 42 characters, 2 lines, 20 characters per second,
# 5/6 s to 7 s, 2 frames between cues, out-times up to 12 frames after the speech (frames at 24 per second).
DEFAULT = Profile()

# One line per cue and the words' own times: for programs that read the file, not for people who watch it.
PLAIN = Profile(max_chars_per_line=84, max_lines=1, min_ms=1, min_gap_ms=0, max_tail_ms=0)

PROFILES: dict[str, Profile] = {"default": DEFAULT, "plain": PLAIN}
