"""Who has no name yet, what to play of them, and the static picture. Pure."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from scribekit.base.timecode import human
from scribekit.corrections.people import is_label

MOST_LINES = 5
LONGEST_MS = 12_000
"""A longer line is played up to here: who speaks is heard by then."""
_SHORTEST_MS = 3_000
_MOST_NAMES = 200
_MOST_SHOWN = 20
_LONGEST_TEXT = 300


@dataclass(frozen=True)
class Speaker:
    """A speaker of one recording, under the label that the service gave.

    Attributes:
        recording_id: The recording.
        label: The label.
        n_turns: How often the speaker speaks.
        speaking_s: For how many seconds.
    """

    recording_id: str
    label: str
    n_turns: int
    speaking_s: float


def without_name(people: pd.DataFrame) -> list[Speaker]:
    """Return who has no name, in the order of the table.

    Args:
        people: The table of :func:`scribekit.people`.
    """
    rows = people[["recording_id", "name", "label", "n_turns", "speaking_s"]].itertuples(index=False)
    return [
        Speaker(recording_id, name, int(n_turns), float(speaking_s))
        for recording_id, name, label, n_turns, speaking_s in rows
        if name == label and is_label(name)
    ]


def known_names(people: pd.DataFrame) -> list[str]:
    """Return the names that people have been given, those of most recordings first."""
    return [name for name in people["name"].value_counts().index.tolist() if not is_label(name)][:_MOST_NAMES]


def lines_to_play(turns: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the lines by which a speaker is known best: long enough to hear a voice, the most confident first; then the longest.

    Args:
        turns: The speaker's rows of ``to_frame(…, "utterances")``.

    Returns:
        ``start_ms``, ``end_ms`` (of what is to be played) and ``text`` of each.
    """
    timed = turns[turns["start_ms"].notna() & turns["end_ms"].notna()]
    lengths = (timed["end_ms"] - timed["start_ms"]).astype("int64")
    ranked = timed.assign(
        is_long=lengths >= _SHORTEST_MS,
        rank=timed["confidence"].astype("float64").fillna(0.0).where(lengths >= _SHORTEST_MS, lengths),
    ).sort_values(["is_long", "rank", "start_ms"], ascending=[False, False, True], kind="stable")
    first = ranked[["start_ms", "end_ms", "text"]].head(MOST_LINES).itertuples(index=False)
    return [
        {"start_ms": int(start), "end_ms": min(int(end), int(start) + LONGEST_MS), "text": _cut("" if pd.isna(text) else str(text))}
        for start, end, text in first
    ]


def as_text(left: Sequence[Speaker], n_named: int) -> str:
    """Return how many have no name yet, in a sentence."""
    count, recordings = len(left), len({speaker.recording_id for speaker in left})
    if not count:
        return "Who is this? Every speaker has a name." if n_named else "Who is this? No speaker is without a name."
    return (
        f"Who is this? {count:,} speaker{'s' * (count > 1)} without a name in {recordings:,} recording{'s' * (recordings > 1)}"
        f"{f', {n_named:,} named' if n_named else ''}."
    )


def as_html(left: Sequence[Speaker], n_named: int) -> str:
    """Return the same with a table of the first of them."""
    rows = "".join(
        f"<tr><td>{html.escape(speaker.recording_id)}</td><td>{html.escape(speaker.label)}</td><td>{speaker.n_turns:,}</td>"
        f"<td>{human(round(1000 * speaker.speaking_s))}</td></tr>"
        for speaker in left[:_MOST_SHOWN]
    )
    head = "<tr>" + "".join(f'<th scope="col">{name}</th>' for name in ("Recording", "Speaker", "Turns", "Speaks for")) + "</tr>"
    more = f"<p>… and {len(left) - _MOST_SHOWN:,} more.</p>" if len(left) > _MOST_SHOWN else ""
    return f"<p>{html.escape(as_text(left, n_named))}</p>" + (f"<table>{head}{rows}</table>{more}" if left else "")


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 1]}…"
