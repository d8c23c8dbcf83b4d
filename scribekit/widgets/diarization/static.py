"""The diarization review without a kernel: who spoke when, and the most uncertain turns, as HTML. Pure."""

from __future__ import annotations

import html

from scribekit.base.display import shortened_apart
from scribekit.base.palette import LATER, speaker_colours
from scribekit.base.timecode import human
from scribekit.quality.turn_uncertainty import ranked
from scribekit.widgets.diarization.transcript import Transcript

_MOST_TURNS = 12


def picture(transcript: Transcript, duration_ms: int) -> str:
    """Return who spoke when, and the most uncertain turns, as HTML without scripts."""
    worst = [turn for turn in ranked(transcript.uncertainty) if transcript.reasons[turn]][:_MOST_TURNS]
    rows = "".join(
        f"<tr><td>{human(transcript.spans[turn][0])}</td><td>{html.escape(transcript.speaker_of(turn) or '–')}</td>"
        f"<td>{html.escape(', '.join(transcript.reasons[turn]))}</td><td>{html.escape(_cut(transcript.text_of(turn)))}</td></tr>"
        for turn in worst
    )
    head = "<tr>" + "".join(f'<th scope="col">{name}</th>' for name in ("Time", "Speaker", "Why", "Text")) + "</tr>"
    table = f"<p>Most uncertain:</p><table>{head}{rows}</table>" if worst else ""
    return _lanes(transcript, max(duration_ms, 1)) + table


def _lanes(transcript: Transcript, duration_ms: int) -> str:
    colours = speaker_colours(transcript.speakers)
    height, width, left = 18, 900, 110
    lanes: dict[str, list[str]] = {name: [] for name in transcript.speakers}
    for turn in range(len(transcript.turns)):
        speaker = transcript.speaker_of(turn)
        if speaker is not None:
            start, end = transcript.spans[turn]
            y = (transcript.speakers.index(speaker) + 0.5) * height
            lanes[speaker].append(f"M{left + start / duration_ms * width:.1f} {y:g}h{max((end - start) / duration_ms * width, 0.5):.1f}")
    marks = "".join(
        f'<path d="{"".join(strokes)}" stroke="{colours.get(name, LATER)}" stroke-width="{height - 6}"/>' for name, strokes in lanes.items()
    )
    names = "".join(
        f'<text x="0" y="{(number + 0.7) * height:.0f}" font-size="12" fill="currentColor">{html.escape(name)}</text>'
        for number, name in enumerate(shortened_apart(transcript.speakers, 16))
    )
    if not transcript.speakers:
        return ""
    box = f"0 0 {left + width} {len(transcript.speakers) * height}"
    label = html.escape(f"Who spoke when: {', '.join(transcript.speakers)}")
    return f'<svg viewBox="{box}" width="100%" role="img" aria-label="{label}" xmlns="http://www.w3.org/2000/svg">{names}{marks}</svg>'


def _cut(text: str, length: int = 90) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
