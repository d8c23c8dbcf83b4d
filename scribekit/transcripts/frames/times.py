"""Word times are checked on the way in, and what cannot be is put right: marked, never silently. Pure.

A start is trusted when the payload gave it as a number, within the recording, and it does not break the order: of the given starts of one
channel, the longest run that never goes back is kept, so one stray time costs one word and not all that follow. A start that is not
trusted is put between its trusted neighbours, in equal steps. An end is trusted when its start is, and it was given, is within the
recording and not before its start (a word without length is as the service sent it). Another end becomes the start of the channel's
next word, or a second after its own start if that comes first.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from scribekit.base import contract

LONGEST_REPAIRED_MS = 1000

Times = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def latest_ms(audio_duration: float | None, *, is_trimmed: bool = False) -> int:
    """The last millisecond that a word can have.

    Args:
        audio_duration: Whole seconds as the service says; it leaves out the rest of a second.
        is_trimmed: Only a part of the file was transcribed (``audio_start_from``, ``audio_end_at``), so its length says nothing.

    Example:
        >>> latest_ms(60)
        61000
    """
    if audio_duration is None or is_trimmed or not 0 <= audio_duration < contract.LATEST_MS / 1000:
        return contract.LATEST_MS
    return int(audio_duration + 1) * 1000


def are_plausible(starts: Times, ends: Times, latest: int) -> bool:
    """Whether no time needs a repair, whatever the channels; quick, and true of nearly every payload."""
    if not len(starts):
        return True
    in_order = bool((starts[1:] >= starts[:-1]).all() and (ends >= starts).all())
    return in_order and int(starts[0]) >= 0 and int(ends.max()) <= latest


def repair(
    starts: Times, ends: Times, channels: Sequence[str | None], latest: int, given: tuple[Flags, Flags] | None = None
) -> tuple[Times, Times, Flags]:
    """The times put right, and which words had one that was not.

    Args:
        starts: Starts in ms, in the payload's order.
        ends: Ends in ms.
        channels: The channel of each word.
        latest: The end of the recording, in ms.
        given: For starts and for ends, whether the payload gave a number; None when it always did.

    Returns:
        Starts, ends, and whether the word's start or end was repaired.

    Example:
        >>> starts, ends, repaired = repair(np.array([0, 90000, 200]), np.array([100, 90100, 300]), [None] * 3, 61000)
        >>> starts.tolist(), ends.tolist(), repaired.tolist()
        ([0, 100, 200], [100, 200, 300], [False, True, False])
    """
    everything = np.ones(len(starts), dtype=np.bool_)
    given_starts, given_ends = given or (everything, everything)
    new_starts, new_ends = starts.copy(), ends.copy()
    possible = given_starts & (starts >= 0) & (starts <= latest)
    trusted = np.zeros(len(starts), dtype=np.bool_)
    names = np.array(["" if channel is None else channel for channel in channels], dtype=object)
    for channel in dict.fromkeys(names.tolist()):
        words = np.flatnonzero(names == channel)
        trusted[words] = possible[words] & _in_order(starts[words], possible[words])
        new_starts[words] = _between(starts[words], trusted[words])
        following = np.append(new_starts[words][1:], latest)
        new_ends[words] = np.maximum(new_starts[words], np.minimum(following, new_starts[words] + LONGEST_REPAIRED_MS))
    good_ends = trusted & given_ends & (ends >= starts) & (ends <= latest)
    new_ends[good_ends] = ends[good_ends]
    return new_starts, new_ends, ~good_ends


def _between(starts: Times, trusted: Flags) -> Times:
    if trusted.all():
        return starts
    if not trusted.any():
        return np.zeros_like(starts)
    known = np.flatnonzero(trusted)
    steps: Times = np.interp(np.arange(len(starts)), known, starts[known]).round().astype(np.int64)
    return steps


def _in_order(starts: Times, possible: Flags) -> Flags:
    """The members of the longest subsequence of the possible starts that never goes back (patience sorting)."""
    kept = np.zeros(len(starts), dtype=np.bool_)
    tails: list[int] = []  # the smallest last start of a run of each length
    holders: list[int] = []  # and the word that has it
    before: dict[int, int] = {}
    for word in np.flatnonzero(possible).tolist():
        start = int(starts[word])
        length = bisect_right(tails, start)
        tails[length : length + 1] = [start]
        holders[length : length + 1] = [word]
        if length:
            before[word] = holders[length - 1]
    word = holders[-1] if holders else -1
    while word >= 0:
        kept[word] = True
        word = before.get(word, -1)
    return kept
