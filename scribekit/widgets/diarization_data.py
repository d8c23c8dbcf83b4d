"""What the review of a recording sends to its page: every turn with its words, as arrays. Pure."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scribekit.edits import Spoken, State
from scribekit.palette import LATER, speaker_colours
from scribekit.timecode import human
from scribekit.turn_doubt import Turns, doubts, ranked

EDITED, RETIMED, SETTLED = 1, 2, 4
"""Flags of a word: a person changed it; its times come from an alignment; a person found it right, or typed it."""

_PAUSE_MS = 1000
_LONGEST = 60  # words, where nobody tells turns apart
_NO_CONFIDENCE = 255
_STATIC_ROWS = 12


@dataclass(frozen=True)
class Talk:
    """A transcript as the page shows it.

    Attributes:
        words: All words, in the transcript's order.
        turns: The positions of each turn's words, in order of time.
        utterances: The utterance that each turn is; None for one that was made for the page.
        settled: Whether a person has judged each word.
        doubt: How doubtful each turn is, 0 to 1.
        reasons: Why.
        speakers: Everyone who speaks, in order of appearance.
    """

    words: Sequence[Spoken]
    turns: Sequence[Sequence[int]]
    utterances: Sequence[int | None]
    settled: Sequence[bool]
    doubt: Sequence[float]
    reasons: Sequence[Sequence[str]]
    speakers: Sequence[str]

    def speaker_of(self, turn: int) -> str | None:
        """Who speaks in a turn."""
        return self.words[self.turns[turn][0]].speaker

    def text_of(self, turn: int) -> str:
        """What is said in a turn."""
        return " ".join(self.words[position].text for position in self.turns[turn])

    def span_of(self, turn: int) -> tuple[int, int]:
        """Start and end of a turn in ms."""
        words = [self.words[position] for position in self.turns[turn]]
        return min(word.start for word in words), max(word.end for word in words)


def talk_of(state: State, turns: Sequence[Sequence[int]]) -> Talk:
    """A transcript with its turns; words that no utterance holds are gathered between pauses.

    Args:
        state: The words as they stand.
        turns: The positions of the words of each utterance; empty where the service told no speakers apart.
    """
    words = state.words
    held = {position for positions in turns for position in positions}
    stray = [position for position in range(len(words)) if position not in held]
    shown: list[tuple[Sequence[int], int | None]] = [(positions, number) for number, positions in enumerate(turns) if positions]
    shown += [(run, None) for run in _runs(words, stray)]
    shown.sort(key=lambda turn: words[turn[0][0]].start)
    settled = [word.origin is None or word.origin in state.verdicts for word in words]
    doubt, reasons = doubts(_figures(words, [positions for positions, _ in shown], settled, state.speakers()))
    return Talk(
        words, [positions for positions, _ in shown], [number for _, number in shown], settled, doubt.tolist(), reasons, state.speakers()
    )


def _runs(words: Sequence[Spoken], positions: Sequence[int]) -> Iterator[list[int]]:
    run: list[int] = []
    for position in positions:
        if run and _is_break(words[run[-1]], words[position], len(run)):
            yield run
            run = []
        run.append(position)
    if run:
        yield run


def _is_break(last: Spoken, word: Spoken, length: int) -> bool:
    is_sentence = length >= _LONGEST // 2 and last.text.endswith((".", "?", "!"))
    return word.start - last.end > _PAUSE_MS or word.speaker != last.speaker or is_sentence or length >= _LONGEST


def _figures(words: Sequence[Spoken], turns: Sequence[Sequence[int]], settled: Sequence[bool], speakers: Sequence[str]) -> Turns:
    numbers = {name: number for number, name in enumerate(speakers)}
    confidence = np.array([np.nan if word.confidence is None else word.confidence for word in words], dtype=np.float64)
    open_ = ~np.array(settled, dtype=np.bool_) & ~np.isnan(confidence)
    owner = np.repeat(np.arange(len(turns)), [len(positions) for positions in turns])
    order = np.array([position for positions in turns for position in positions], dtype=np.intp)
    counts = np.bincount(owner, open_[order], minlength=len(turns))
    sums = np.bincount(owner, np.where(open_, confidence, 0.0)[order], minlength=len(turns))
    with np.errstate(invalid="ignore"):
        mean = sums / counts
    return Turns(
        starts=np.array([min(words[position].start for position in positions) for positions in turns], dtype=np.int64),
        ends=np.array([max(words[position].end for position in positions) for positions in turns], dtype=np.int64),
        speakers=np.array([numbers.get(words[positions[0]].speaker or "", -1) for positions in turns], dtype=np.int64),
        n_words=np.array([len(positions) for positions in turns], dtype=np.int64),
        confidence=mean,
        is_settled=np.bincount(owner, ~np.array(settled, dtype=np.bool_)[order], minlength=len(turns)) == 0,
    )


def packed(talk: Talk) -> tuple[dict[str, Any], list[bytes]]:
    """The transcript for the page: the turns as JSON values, and the words, turn by turn, as bytes.

    Returns:
        The values, and six buffers with an entry for each word: start, end and position (32 bits each, little-endian), confidence (in
        units of 1/200; 255 where there is none), flags, and the texts (UTF-8, a NUL between two).
    """
    order = [position for positions in talk.turns for position in positions]
    words = [talk.words[position] for position in order]
    numbers = {name: number for number, name in enumerate(talk.speakers)}
    confidence = [_NO_CONFIDENCE if word.confidence is None else round(200 * min(max(word.confidence, 0), 1)) for word in words]
    settled = [talk.settled[position] for position in order]
    flags = [EDITED * word.is_edited | RETIMED * word.is_retimed | SETTLED * done for word, done in zip(words, settled, strict=True)]
    value = {
        "speakers": list(talk.speakers),
        "turn_speakers": [numbers.get(talk.speaker_of(turn) or "", -1) for turn in range(len(talk.turns))],
        "turn_sizes": [len(positions) for positions in talk.turns],
        "utterances": list(talk.utterances),
        "doubt": [round(doubt, 3) for doubt in talk.doubt],
        "reasons": [list(reasons) for reasons in talk.reasons],
    }
    return value, [
        np.array([word.start for word in words], dtype="<u4").tobytes(),
        np.array([word.end for word in words], dtype="<u4").tobytes(),
        np.array(order, dtype="<u4").tobytes(),
        bytes(confidence),
        bytes(flags),
        "\0".join(word.text.replace("\0", " ") for word in words).encode("utf-8", "replace"),
    ]


def picture(talk: Talk, duration_ms: int) -> str:
    """Who spoke when, and the turns in most doubt, as HTML without scripts."""
    worst = [turn for turn in ranked(talk.doubt) if talk.doubt[turn] > 0][:_STATIC_ROWS]
    rows = "".join(
        f"<tr><td>{human(talk.span_of(turn)[0])}</td><td>{html.escape(talk.speaker_of(turn) or '–')}</td>"
        f"<td>{html.escape(', '.join(talk.reasons[turn]) or '–')}</td><td>{html.escape(_shortened(talk.text_of(turn)))}</td></tr>"
        for turn in worst
    )
    head = "<tr>" + "".join(f'<th scope="col">{name}</th>' for name in ("Time", "Speaker", "Why", "Text")) + "</tr>"
    table = f"<p>Most in doubt:</p><table>{head}{rows}</table>" if worst else ""
    return _lanes(talk, max(duration_ms, 1)) + table


def _lanes(talk: Talk, duration_ms: int) -> str:
    colours = speaker_colours(talk.speakers)
    height, width, left = 18, 900, 110
    marks = []
    for turn in range(len(talk.turns)):
        speaker = talk.speaker_of(turn)
        if speaker is not None:
            start, end = talk.span_of(turn)
            x, length = start / duration_ms * width, max((end - start) / duration_ms * width, 0.5)
            y = talk.speakers.index(speaker) * height + 3
            colour = colours.get(speaker, LATER)
            marks.append(f'<rect x="{left + x:.1f}" y="{y}" width="{length:.1f}" height="{height - 6}" fill="{colour}"/>')
    names = "".join(
        f'<text x="0" y="{(number + 0.7) * height:.0f}" font-size="12" fill="currentColor">{html.escape(_shortened(name, 16))}</text>'
        for number, name in enumerate(talk.speakers)
    )
    if not talk.speakers:
        return ""
    box = f"0 0 {left + width} {len(talk.speakers) * height}"
    label = html.escape(f"Who spoke when: {', '.join(talk.speakers)}")
    return f'<svg viewBox="{box}" width="100%" role="img" aria-label="{label}" xmlns="http://www.w3.org/2000/svg">{names}{"".join(marks)}</svg>'


def _shortened(text: str, length: int = 90) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
