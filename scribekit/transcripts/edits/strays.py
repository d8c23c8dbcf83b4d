"""What a stray turn and a close turn change are: the only definition, for proposals and for reviews. Pure.

A stray turn is most likely a slip of the diarizer: a word or two of one speaker in the middle of what another one says. After the end of a
sentence or a question it is an answer. At a close turn change the boundary is often wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from scribekit.base.sentences import CLOSING, ends_sentence
from scribekit.transcripts.edits.state import State

STRAY_WORDS = 2
"""A stray turn has at most this many words, unless the caller says otherwise."""
STRAY_PAUSE_MS = 1000
"""Neither pause around a stray turn is longer: a word after a silence is an answer, not a slip."""
CLOSE_CHANGE_MS = 150
"""A turn change is close when the pause is shorter: a listener needs about 200 ms to answer."""

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
NOBODY = -1
_LAST_WORDS = 5  # quotes and brackets may be words of their own


@dataclass(frozen=True)
class TurnSpans:
    """Turns in the order in which they are read, an array each.

    Attributes:
        starts: In ms.
        ends: In ms.
        speakers: The speaker of each turn as a number; -1 where nobody is named.
        n_words: The number of words of each turn.
        recordings: The recording of each turn as a number that never falls; None for turns of one recording.
        channels: The channel of each turn as a number; None for turns of one channel.
        end_sentences: Whether each turn ends a sentence (:func:`ends_a_sentence`); None where the texts are not known.
    """

    starts: Numbers
    ends: Numbers
    speakers: Numbers
    n_words: Numbers
    recordings: Numbers | None = field(default=None, kw_only=True)
    channels: Numbers | None = field(default=None, kw_only=True)
    end_sentences: Flags | None = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True)
class Stray:
    """A turn that may belong to the speaker around it.

    Attributes:
        positions: Its words.
        speaker: The speaker that it has.
        to: The speaker before and after it.
    """

    positions: tuple[int, ...]
    speaker: str
    to: str


def stray_turns(turns: TurnSpans, *, max_words: int = STRAY_WORDS, max_pause_ms: int = STRAY_PAUSE_MS) -> Flags:
    """Return which turns are stray: short, between two turns of one other speaker on the same channel, without a long pause around them.

    The nearest longer turn on either side is that speaker's too: where short turns alternate, one of them says nothing about the other.
    A short turn after one that ends a sentence or a question is an answer, and not stray. Turns without a named speaker are passed over.

    Args:
        turns: The turns.
        max_words: A longer turn is not stray.
        max_pause_ms: A turn with a longer pause before or after it is not stray.

    Example:
        >>> stray_turns(TurnSpans(*(np.array(values) for values in ([0, 2000, 2500], [1900, 2400, 5000], [0, 1, 0], [6, 1, 8])))).tolist()
        [False, True, False]
    """
    found = np.zeros(len(turns.starts), dtype=np.bool_)
    named = np.flatnonzero(turns.speakers != NOBODY)
    if len(named) < 3:
        return found
    speakers, places, n_words = turns.speakers[named], _places(turns)[named], turns.n_words[named]
    voices = places * (int(speakers.max()) + 1) + speakers
    before, own, after = slice(0, -2), slice(1, -1), slice(2, None)
    pauses = turns.starts[named][1:] - turns.ends[named][:-1]
    is_short = (n_words[own] <= max_words) & (np.maximum(pauses[:-1], pauses[1:]) <= max_pause_ms)
    is_between = (voices[before] == voices[after]) & (voices[own] != voices[before]) & (places[own] == places[before])
    if turns.end_sentences is not None:
        is_between &= ~turns.end_sentences[named][before]
    longer_before = _last_longer(voices, n_words > max_words)[own]
    longer_after = _last_longer(voices[::-1], n_words[::-1] > max_words)[::-1][own]
    found[named[own]] = is_short & is_between & (longer_before == voices[before]) & (longer_after == voices[before])
    return found


def ends_a_sentence(texts: Sequence[str]) -> bool:
    """Return whether a turn with these words ends a sentence or a question; quotes and brackets may follow the end.

    Example:
        >>> ends_a_sentence(["Did", "you", "see", "him?", "”"]), ends_a_sentence(["we", "saw", "Dr."])
        (True, False)
    """
    *before, last = ["", *(text for text in texts[-_LAST_WORDS:] if text.strip(CLOSING))]
    return ends_sentence(last, before=before[-1] if before else "")


def change_pauses(turns: TurnSpans) -> npt.NDArray[np.float64]:
    """Return the pause before each turn at which one named speaker follows another, in ms; negative where both talk at once.

    It is counted from the latest end of all turns before it. At any other turn it is infinite.
    """
    pauses = np.full(len(turns.starts), np.inf)
    if len(pauses) > 1:
        recordings = np.zeros_like(turns.starts) if turns.recordings is None else turns.recordings
        apart = recordings * (int(turns.ends.max()) + 1)  # so that no end of one recording is as late as any of the next
        since = (turns.starts + apart)[1:] - np.maximum.accumulate(turns.ends + apart)[:-1]
        is_change = (turns.speakers[1:] != turns.speakers[:-1]) & (np.minimum(turns.speakers[1:], turns.speakers[:-1]) != NOBODY)
        is_change &= recordings[1:] == recordings[:-1]
        pauses[1:][is_change] = since[is_change]
    return pauses


def close_changes(turns: TurnSpans) -> Flags:
    """Return which turns begin at a close turn change: less than 150 ms after another speaker, or before that one ends."""
    close: Flags = change_pauses(turns) < CLOSE_CHANGE_MS
    return close


def strays(state: State, *, max_words: int, max_gap_ms: int) -> Iterator[Stray]:
    """Return the stray turns of a transcript, by the rule of :func:`stray_turns`."""
    turns = state.turns()
    firsts, lasts = [state.words[turn[0]] for turn in turns], [state.words[turn[-1]] for turn in turns]
    names = [word.speaker for word in firsts]
    spans = TurnSpans(
        starts=_numbers(word.start for word in firsts),
        ends=_numbers(word.end for word in lasts),
        speakers=_codes(names),
        n_words=_numbers(map(len, turns)),
        channels=_codes([word.channel for word in firsts]),
        end_sentences=np.array([ends_a_sentence([state.words[place].text for place in turn]) for turn in turns], dtype=np.bool_),
    )
    for turn in np.flatnonzero(stray_turns(spans, max_words=max_words, max_pause_ms=max_gap_ms)).tolist():
        to = next(name for place in range(turn - 1, -1, -1) if (name := names[place]))
        yield Stray(tuple(turns[turn]), str(names[turn]), to)


def _numbers(values: Iterable[int]) -> Numbers:
    return np.array(list(values), dtype=np.int64)


def _codes(names: Sequence[str | None]) -> Numbers:
    """Return a number for each name, and -1 for none."""
    numbers = {name: number for number, name in enumerate(filter(None, dict.fromkeys(names)))}
    return _numbers(numbers[name] if name else NOBODY for name in names)


def _places(turns: TurnSpans) -> Numbers:
    """Return a number for each turn that is equal for turns of one recording and channel."""
    places = np.zeros_like(turns.starts)
    for codes in (turns.recordings, turns.channels):
        if codes is not None:
            places = places * (int(codes.max(initial=NOBODY)) + 2) + codes - NOBODY
    return places


def _last_longer(voices: Numbers, is_longer: Flags) -> Numbers:
    """Return for each turn the voice of the last longer turn before it; -1 where there is none."""
    last = np.append(NOBODY, np.maximum.accumulate(np.where(is_longer, np.arange(len(voices)), NOBODY))[:-1])
    return np.where(last == NOBODY, NOBODY, voices[last])
