"""Which words share a cue, and which share a line: the cheapest of all ways to break, within a profile's limits. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from scribekit.transcripts.captions.breaks import SENTENCE_END
from scribekit.transcripts.captions.profile import Profile
from scribekit.transcripts.captions.tokens import Token

_EACH_CUE = 3.0  # fewer cues are calmer
_SENTENCE_INSIDE = 3.0  # a cue should not hold the end of one sentence and the start of the next
_TOO_SHORT = 10.0
_TOO_FAST = 4.0
_UNEVEN_LINES = 0.2  # per column of difference


def segment(tokens: Sequence[Token], costs: Sequence[float], profile: Profile) -> list[tuple[int, int]]:
    """Find the cheapest way to cut tokens into cues.

    Every way is compared, in time proportional to the number of tokens (dynamic programming, as Knuth and Plass break paragraphs).

    Args:
        tokens: Tokens in order.
        costs: The cost of a break after each.
        profile: Limits; a single token may exceed them.

    Returns:
        Pairs of first token and token after the last, in order, covering every token once.
    """
    always = [_must_break(left, right, profile) for left, right in pairwise(tokens)]
    cheapest = [0.0] + [math.inf] * len(tokens)
    came_from = [0] * (len(tokens) + 1)
    for first in range(len(tokens)):
        for end, sentences, columns in _candidates(tokens, always, first, profile):
            forced = end == len(tokens) or always[end - 1]
            cost = cheapest[first] + (SENTENCE_END if forced else costs[end - 1]) + _EACH_CUE + _SENTENCE_INSIDE * sentences
            cost += _cost_of_haste(tokens, first, end, columns, profile)
            if cost < cheapest[end]:
                cheapest[end], came_from[end] = cost, first
    return _walk_back(came_from)


def layout(tokens: Sequence[Token], costs: Sequence[float], profile: Profile) -> tuple[str, ...]:
    """Return the lines of one cue: as few as fit, broken where it is natural and the lines have similar widths.

    The first line leaves room for the name of the first token, and does not have it.

    Args:
        tokens: The cue's tokens.
        costs: The cost of a break after each.
        profile: The width of a line.
    """
    count = _lines_needed(tokens, profile.max_chars_per_line)
    ways = (_spans(len(tokens), inner) for inner in combinations(range(1, len(tokens)), count - 1))
    best = min(
        (way for way in ways if all(_fits(tokens, a, b, profile) for a, b in way)),
        key=lambda way: sum(costs[b - 1] for _, b in way[:-1]) + _UNEVEN_LINES * _unevenness(tokens, way),
    )
    return tuple(_text(tokens[a:b]) for a, b in best)


def _must_break(left: Token, right: Token, profile: Profile) -> bool:
    speaker_changes = (left.speaker, left.channel) != (right.speaker, right.channel)
    return speaker_changes or right.start_ms - left.end_ms > profile.max_pause_ms


def _candidates(tokens: Sequence[Token], always: Sequence[bool], first: int, profile: Profile) -> Iterator[tuple[int, int, int]]:
    """Yield where a cue that starts at ``first`` may end, how many sentences end inside it, and its width without line breaks."""
    start = tokens[first].start_ms
    lines, used, sentences, columns = 1, 0, 0, tokens[first].name_width
    for position in range(first, len(tokens)):
        token = tokens[position]
        bare = token.width - len(token.separator) + (token.name_width if position == first else 0)
        if used and used + token.width > profile.max_chars_per_line:
            lines, used = lines + 1, bare
        else:
            used += token.width if used else bare
        if position > first and (lines > profile.max_lines or token.end_ms - start > profile.max_ms):
            return
        columns += token.width
        yield position + 1, sentences, columns
        if position < len(always) and always[position]:
            return
        sentences += token.ends_sentence


def _cost_of_haste(tokens: Sequence[Token], first: int, end: int, columns: int, profile: Profile) -> float:
    """Return the cost of a cue that cannot stay long enough to be seen or read."""
    start, said = tokens[first].start_ms, tokens[end - 1].end_ms
    room = (tokens[end].start_ms if end < len(tokens) else math.inf) - start
    cost = _TOO_SHORT * (1 - room / profile.min_ms) if room < profile.min_ms else 0.0
    readable = min(room, said - start + profile.max_tail_ms) * profile.max_cps / 1000
    return cost + (_TOO_FAST * min(columns / readable - 1, 2.0) if columns > readable else 0.0)


def _walk_back(came_from: Sequence[int]) -> list[tuple[int, int]]:
    groups: list[tuple[int, int]] = []
    end = len(came_from) - 1
    while end > 0:
        groups.append((came_from[end], end))
        end = came_from[end]
    return groups[::-1]


def _lines_needed(tokens: Sequence[Token], widest: int) -> int:
    lines, used = 1, 0
    for position, token in enumerate(tokens):
        bare = token.width - len(token.separator) + (0 if position else token.name_width)
        if used and used + token.width > widest:
            lines, used = lines + 1, bare
        else:
            used += token.width if used else bare
    return lines


def _spans(length: int, inner: Sequence[int]) -> list[tuple[int, int]]:
    return list(zip([0, *inner], [*inner, length], strict=True))


def _fits(tokens: Sequence[Token], first: int, end: int, profile: Profile) -> bool:
    return end - first == 1 or _width(tokens, first, end) <= profile.max_chars_per_line


def _width(tokens: Sequence[Token], first: int, end: int) -> int:
    """Return the width of a line of a cue."""
    return sum(token.width for token in tokens[first:end]) - len(tokens[first].separator) + (0 if first else tokens[0].name_width)


def _unevenness(tokens: Sequence[Token], way: Sequence[tuple[int, int]]) -> int:
    widths = [_width(tokens, a, b) for a, b in way]
    return max(widths) - min(widths)


def _text(tokens: Sequence[Token]) -> str:
    return "".join(token.separator + token.text for token in tokens).removeprefix(tokens[0].separator)
