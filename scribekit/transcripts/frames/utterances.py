"""The utterance of each word, and the times of utterances. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from scribekit.base import contract
from scribekit.transcripts.frames import times

Times = npt.NDArray[np.int64]

_LOOK_BACK = 8  # no more people than this talk at once, and a limit keeps long recordings fast


class Span(msgspec.Struct, gc=False):
    """A turn without its words: half the objects, twice the speed."""

    start: contract.Milliseconds
    end: contract.Milliseconds
    speaker: str | None = None
    channel: str | None = None


def are_possible(spans: Sequence[Span | contract.Utterance], latest: int) -> bool:
    """Whether every turn ends after it starts, within the recording."""
    return all(span.start <= span.end <= latest for span in spans)


def possible_times(utterances: Sequence[contract.Utterance], latest: int) -> tuple[Times, Times, times.Flags]:
    """Return the starts and ends of turns, with impossible ones repaired, and which turns were repaired.

    A turn needs a repair when its start or end is missing or beyond the recording, or its end is before its start. It then lasts from the
    first start to the last end of the words that it lists, of those with possible times. Where it lists none, its times are placed between
    its neighbours' by the rule of ``frames.times``. The times of all other turns are unchanged.

    Args:
        utterances: The turns.
        latest: The end of the recording, in ms.

    Example:
        >>> heard = [contract.Word("so", 20, 40), contract.Word("on", 40, 70)]
        >>> turns = [contract.Utterance("so on", 90000, 5, words=heard), contract.Utterance("Yes.", 80, 95)]
        >>> starts, ends, repaired = possible_times(turns, 61000)
        >>> starts.tolist(), ends.tolist(), repaired.tolist()
        ([20, 80], [70, 95], [True, False])
    """
    starts, ends = _times(utterances)
    given = np.array([_given(one) for one in utterances], dtype=np.bool_).reshape(-1, 2)
    repaired = ~(given.all(axis=1) & (starts <= ends) & (ends <= latest))
    for index in np.flatnonzero(repaired).tolist():
        heard = [word for word in utterances[index].words or () if all(_given(word)) and word.start <= word.end <= latest]
        if heard:
            starts[index], ends[index] = min(word.start for word in heard), max(word.end for word in heard)
            given[index] = True
    left = repaired & ~(given.all(axis=1) & (starts <= ends) & (ends <= latest))
    if left.any():
        channels = [one.channel for one in utterances]
        between_starts, between_ends, _ = times.repair_times(starts, ends, channels, latest, (given[:, 0], given[:, 1]))
        starts[left], ends[left] = between_starts[left], between_ends[left]
    return starts, ends, repaired


def shortened(
    turns: tuple[Times, Times, times.Flags], ends: Times, cut: dict[int, int], indices: Sequence[int | None] | Times
) -> tuple[Times, Times, times.Flags]:
    """Return the times of turns, where a turn that lasted as long as a word of its own ends with its words when that word is cut.

    Args:
        turns: Starts, ends and which were repaired, from :func:`possible_times`.
        ends: The ends of the words, repaired.
        cut: Positions of words that lasted too long → the ends that the payload gives them.
        indices: The turn of each word; None where it has none.

    Example:
        >>> turns = np.array([0, 900]), np.array([1_900_000, 1200]), np.array([False, False])
        >>> starts, ends, repaired = shortened(turns, np.array([400, 1200]), {0: 1_900_000}, [0, 1])
        >>> ends.tolist(), repaired.tolist()
        ([400, 1200], [True, False])
    """
    starts, turn_ends, repaired = turns[0], turns[1].copy(), turns[2].copy()
    latest: dict[int, int] = {}
    for turn, end in zip(indices, ends.tolist(), strict=True):
        if turn is not None:
            latest[turn] = max(end, latest.get(turn, 0))
    for position, given_end in cut.items():
        turn = indices[position]
        if turn is not None and turns[1][turn] == given_end > latest[turn]:
            turn_ends[turn], repaired[turn] = max(latest[turn], starts[turn]), True
    return starts, turn_ends, repaired


def _given(item: contract.Word | contract.Utterance) -> tuple[bool, bool]:
    """Whether the payload gave the start, and the end."""
    return (
        (item.is_start_given, item.is_end_given) if isinstance(item, (contract.RepairedWord, contract.RepairedUtterance)) else (True, True)
    )


def by_time(starts: Times, ends: Times, speakers: Any, channels: Any, spans: Sequence[Span | contract.Utterance]) -> Times | None:
    """Return the utterance of each word by time; None when time does not decide for every word.

    Args:
        starts: Starts of the words, in ms.
        ends: Ends of them.
        speakers: Their speakers as an Arrow array; None when no word has one.
        channels: Their channels, likewise.
        spans: The utterances.
    """
    turn_starts, turn_ends = _times(spans)
    if (turn_ends[:-1] > turn_starts[1:]).any() or (turn_starts >= turn_ends).any():
        return None
    indices = _latest_before(starts, turn_starts)
    if (starts >= ends).any() or (indices < 0).any() or (ends > turn_ends[indices]).any():
        return None
    has_own_names = _are_of(speakers, [span.speaker for span in spans], indices) and _are_of(
        channels, [span.channel for span in spans], indices
    )
    return indices if has_own_names else None


def by_counts(starts: Times, ends: Times, spans: Sequence[Span | contract.Utterance], counts: Times) -> Times | None:
    """Return the utterance of each word, where the utterances list all words one after the other; None when a word is not within its own.

    Within their utterances, :func:`by_time` and :func:`by_listed_words` give the same.

    Args:
        starts: Starts of the words, in ms.
        ends: Ends of them.
        spans: The utterances.
        counts: How many words each lists.
    """
    indices = np.repeat(np.arange(len(spans)), counts)
    turn_starts, turn_ends = _times(spans)
    is_within = (starts >= turn_starts[indices]).all() and (ends <= turn_ends[indices]).all()
    return indices if is_within else None


def _times(spans: Sequence[Span | contract.Utterance]) -> tuple[Times, Times]:
    starts, ends = [span.start for span in spans], [span.end for span in spans]
    return np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64)


def _latest_before(starts: Times, turn_starts: Times) -> Times:
    """Return for each word the last turn that has begun; -1 before the first."""
    if (starts[1:] < starts[:-1]).any():
        return np.searchsorted(turn_starts, starts, side="right") - 1
    bounds = np.append(np.searchsorted(starts, turn_starts), len(starts))
    return np.repeat(np.arange(-1, len(turn_starts)), np.diff(bounds, prepend=0))


def _are_of(names: Any, turn_names: Sequence[str | None], indices: Times) -> bool:
    """Whether each word has the name of its turn: the first word of each run has it, and the name does not change within a run."""
    if names is None:
        return turn_names.count(None) == len(turn_names)
    begins = np.append(True, indices[1:] != indices[:-1])
    changes = pc.run_end_encode(names).run_ends.to_numpy()[:-1]
    first = np.flatnonzero(begins)
    return bool(begins[changes].all()) and names.take(pa.array(first)).equals(
        pa.array(turn_names, names.type).take(pa.array(indices[first]))
    )


def by_listed_words(words: Sequence[contract.Word], utterances: Sequence[contract.Utterance]) -> list[int | None]:
    """Return for each word the utterance that lists it, otherwise the one that contains its start, otherwise None."""
    listed = [_key(word) for utterance in utterances for word in utterance.words or ()]
    owners = [index for index, utterance in enumerate(utterances) for _ in utterance.words or ()]
    keys = [_key(word) for word in words]
    holders = dict(zip(listed, owners, strict=True))
    is_plain = len(holders) == len(listed) and len(set(keys)) == len(keys)
    found = map(holders.get, keys) if is_plain else _in_turn(zip(listed, owners, strict=True), keys)
    spans = _Spans(utterances)
    return [spans.holder(word) if index is None else index for word, index in zip(words, found, strict=True)]


def _key(word: contract.Word) -> str:
    """Return start and text in one: many tuples would trigger the garbage collector."""
    return f"{word.start} {word.text}"


def _in_turn(listed: Iterable[tuple[str, int]], keys: Iterable[str]) -> Iterator[int | None]:
    """Yield the utterance of each word: of equal words, the first is in the first utterance that lists such a word, and so on."""
    holders: defaultdict[str, deque[int]] = defaultdict(deque)
    for key, index in listed:
        holders[key].append(index)
    for key in keys:
        yield holders[key].popleft() if holders.get(key) else None


class _Spans:
    """Finds the latest utterance that contains a word's start, first among those of the word's own speaker and channel."""

    def __init__(self, utterances: Sequence[contract.Utterance]) -> None:
        self._groups: defaultdict[object, list[tuple[int, int, int]]] = defaultdict(list)
        for index, utterance in enumerate(utterances):
            span = (utterance.start, index, utterance.end)
            self._groups[utterance.speaker, utterance.channel].append(span)
            self._groups["anyone"].append(span)
        for spans in self._groups.values():
            spans.sort()

    def holder(self, word: contract.Word) -> int | None:
        for group in ((word.speaker, word.channel), "anyone"):
            spans = self._groups.get(group, [])
            position = bisect_right(spans, word.start, key=lambda span: span[0])
            for _, index, end in reversed(spans[max(0, position - _LOOK_BACK) : position]):
                if word.start <= end:
                    return index
        return None
