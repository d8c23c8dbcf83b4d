"""The review of a recording without a kernel: who spoke when, and the turns in most doubt, as HTML. Pure."""

from __future__ import annotations

import html

from scribekit.base.palette import LATER, speaker_colours
from scribekit.base.timecode import human
from scribekit.quality.turn_uncertainty import ranked
from scribekit.widgets.diarization.transcript import Talk

_ROWS = 12


def picture(talk: Talk, duration_ms: int) -> str:
    """Who spoke when, and the turns in most doubt, as HTML without scripts."""
    worst = [turn for turn in ranked(talk.doubt) if talk.reasons[turn]][:_ROWS]
    rows = "".join(
        f"<tr><td>{human(talk.span_of(turn)[0])}</td><td>{html.escape(talk.speaker_of(turn) or '–')}</td>"
        f"<td>{html.escape(', '.join(talk.reasons[turn]))}</td><td>{html.escape(_shortened(talk.text_of(turn)))}</td></tr>"
        for turn in worst
    )
    head = "<tr>" + "".join(f'<th scope="col">{name}</th>' for name in ("Time", "Speaker", "Why", "Text")) + "</tr>"
    table = f"<p>Most in doubt:</p><table>{head}{rows}</table>" if worst else ""
    return _lanes(talk, max(duration_ms, 1)) + table


def _lanes(talk: Talk, duration_ms: int) -> str:
    colours = speaker_colours(talk.speakers)
    height, width, left = 18, 900, 110
    lanes: dict[str, list[str]] = {name: [] for name in talk.speakers}
    for turn in range(len(talk.turns)):
        speaker = talk.speaker_of(turn)
        if speaker is not None:
            start, end = talk.span_of(turn)
            y = (talk.speakers.index(speaker) + 0.5) * height
            lanes[speaker].append(f"M{left + start / duration_ms * width:.1f} {y:g}h{max((end - start) / duration_ms * width, 0.5):.1f}")
    marks = "".join(
        f'<path d="{"".join(strokes)}" stroke="{colours.get(name, LATER)}" stroke-width="{height - 6}"/>' for name, strokes in lanes.items()
    )
    names = "".join(
        f'<text x="0" y="{(number + 0.7) * height:.0f}" font-size="12" fill="currentColor">{html.escape(_shortened(name, 16))}</text>'
        for number, name in enumerate(talk.speakers)
    )
    if not talk.speakers:
        return ""
    box = f"0 0 {left + width} {len(talk.speakers) * height}"
    label = html.escape(f"Who spoke when: {', '.join(talk.speakers)}")
    return f'<svg viewBox="{box}" width="100%" role="img" aria-label="{label}" xmlns="http://www.w3.org/2000/svg">{names}{marks}</svg>'


def _shortened(text: str, length: int = 90) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
