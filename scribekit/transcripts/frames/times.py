"""Word times are checked when they are read. Impossible times are repaired, and the words with such a time are marked. Pure.

A start is trusted when the payload gave it as a number, it is within the recording, and it keeps the order: of the given starts of one
channel, the longest run that never goes back is kept, so one wrong time costs one word and not all that follow. A start that is not
trusted is placed between its trusted neighbours, in equal steps. An end is trusted when its start is trusted, it was given, it is within
the recording, and it is not before its start (a word may have no length). Any other end becomes the start of the channel's next word, or
a second after its own start if that is earlier. A word that lasts longer than half a minute, or longer than five seconds and into the
channel's next word, has an end that cannot be right: the word before a long silence may be long, but not one that others follow at once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from scribekit.base import contract

LONGEST_REPAIRED_MS = 1000
LONGEST_WORD_MS = 30_000
CUT_OFF_MS = 1000
"""The service gives lengths in whole seconds, and cuts the rest off."""
SURELY_POSSIBLE_MS = 5000
"""No word of this length has its end repaired because of its length."""

Times = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def latest_ms(audio_duration: float | None, *, is_trimmed: bool = False) -> int:
    """Return the last millisecond that a word can have.

    Args:
        audio_duration: The length in whole seconds, as the service reports it.
        is_trimmed: Only a part of the file was transcribed (``audio_start_from``, ``audio_end_at``), so the length does not count.

    Example:
        >>> latest_ms(60)
        61000
    """
    if audio_duration is None or is_trimmed or not 0 <= audio_duration < contract.LATEST_MS / 1000:
        return contract.LATEST_MS
    return int(audio_duration) * 1000 + CUT_OFF_MS


def given_times(words: Sequence[contract.Word]) -> tuple[Flags, Flags] | None:
    """Return for the starts and for the ends of words whether the payload gave a number; None when it always did."""
    if not any(isinstance(word, contract.RepairedWord) for word in words):
        return None
    starts = [not isinstance(word, contract.RepairedWord) or word.is_start_given for word in words]
    ends = [not isinstance(word, contract.RepairedWord) or word.is_end_given for word in words]
    return np.array(starts, dtype=np.bool_), np.array(ends, dtype=np.bool_)


def are_plausible(starts: Times, ends: Times, latest: int) -> bool:
    """Whether no time needs a repair, whatever the channels. This is fast, and true of nearly every payload."""
    if not len(starts):
        return True
    in_order = bool((starts[1:] >= starts[:-1]).all() and (ends >= starts).all())
    return in_order and int(starts[0]) >= 0 and int(ends.max()) <= latest and int((ends - starts).max()) <= SURELY_POSSIBLE_MS


def too_long(starts: Times, ends: Times, given: tuple[Flags, Flags] | None = None) -> npt.NDArray[np.intp]:
    """Return the positions of the words that last so long that their ends may be wrong."""
    is_long = ends - starts > SURELY_POSSIBLE_MS
    return np.flatnonzero(is_long if given is None else is_long & given[0] & given[1])


def repair_times(
    starts: Times, ends: Times, channels: Sequence[str | None], latest: int, given: tuple[Flags, Flags] | None = None
) -> tuple[Times, Times, Flags]:
    """Repair impossible times.

    Args:
        starts: Starts in ms, in the payload's order.
        ends: Ends in ms.
        channels: The channel of each word.
        latest: The end of the recording, in ms.
        given: For starts and for ends, whether the payload gave a number; None when it always did.

    Returns:
        Starts, ends, and whether the word's start or end was repaired.

    Example:
        >>> starts, ends, repaired = repair_times(np.array([0, 90000, 200]), np.array([100, 90100, 300]), [None] * 3, 61000)
        >>> starts.tolist(), ends.tolist(), repaired.tolist()
        ([0, 100, 200], [100, 200, 300], [False, True, False])
    """
    everything = np.ones(len(starts), dtype=np.bool_)
    given_starts, given_ends = given or (everything, everything)
    new_starts, new_ends = starts.copy(), ends.copy()
    possible = given_starts & (starts >= 0) & (starts <= latest)
    trusted = np.zeros(len(starts), dtype=np.bool_)
    is_short = ends - starts <= SURELY_POSSIBLE_MS
    names = np.array(["" if channel is None else channel for channel in channels], dtype=object)
    for channel in dict.fromkeys(names.tolist()):
        words = np.flatnonzero(names == channel)
        trusted[words] = possible[words] & _in_order(starts[words], possible[words])
        new_starts[words] = _between(starts[words], trusted[words])
        following = np.append(new_starts[words][1:], latest)
        new_ends[words] = np.maximum(new_starts[words], np.minimum(following, new_starts[words] + LONGEST_REPAIRED_MS))
        is_short[words] |= ends[words] <= np.minimum(following, new_starts[words] + LONGEST_WORD_MS)
    good_ends = trusted & given_ends & (ends >= starts) & (ends <= latest) & is_short
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
    """Return which starts are in the longest run of the possible ones that never goes back."""
    kept = np.zeros(len(starts), dtype=np.bool_)
    candidates = np.flatnonzero(possible)
    kept[candidates[longest_rising(starts[candidates].tolist())]] = True
    return kept


def longest_rising(values: Sequence[int]) -> list[int]:
    """Return the positions of a longest subsequence that never falls, in order (patience sorting).

    Example:
        >>> longest_rising([0, 100, 9000, 8000, 400, 500])
        [0, 1, 4, 5]
    """
    tails: list[int] = []  # the smallest last value of a subsequence of each length
    holders: list[int] = []  # and its position
    before: list[int] = []
    for position, value in enumerate(values):
        length = bisect_right(tails, value)
        before.append(holders[length - 1] if length else -1)
        tails[length : length + 1] = [value]
        holders[length : length + 1] = [position]
    found: list[int] = []
    position = holders[-1] if holders else -1
    while position >= 0:
        found.append(position)
        position = before[position]
    return found[::-1]
