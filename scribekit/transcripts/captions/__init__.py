"""Cues for subtitles, cut from word times: readable lines, natural breaks, never two cues at once. Pure.

``tokens`` prepares the words, ``breaks`` says how natural a break after each is, ``layout`` finds the cheapest cues and lines within the
limits of a ``profile``. Here the cues get their times.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scribekit.base import contract
from scribekit.transcripts.captions.breaks import Grammar, break_costs
from scribekit.transcripts.captions.layout import layout, segment
from scribekit.transcripts.captions.profile import DEFAULT, PLAIN, PROFILES, Profile
from scribekit.transcripts.captions.tokens import Names, Token, tokens_of
from scribekit.transcripts.frames.times import CUT_OFF_MS

__all__ = ["DEFAULT", "PLAIN", "PROFILES", "Cue", "Names", "Profile", "cues_of_transcript", "cues_of_words"]

_LATEST_START_MS = 1500  # the BBC's guidelines: a caption is never later than this


@dataclass(frozen=True)
class Cue:
    """One caption on screen.

    Attributes:
        start_ms: When it appears: the start of its first word.
        end_ms: When it disappears; the next cue does not start earlier.
        lines: Its lines, none of them empty.
        speaker: The speaker's label, if the words have one.
        channel: The channel, if the words have one.
        name: What is written before its first line; empty when cues have no names.
    """

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]
    speaker: str | None = None
    channel: str | None = None
    name: str = ""


def cues_of_transcript(
    transcript: contract.Transcript, profile: Profile = DEFAULT, *, latest_ms: int = contract.LATEST_MS, name_of: Names | None = None
) -> list[Cue]:
    """Return the cues of a transcript.

    With several channels each turn has cues of its own, so that crosstalk does not cut them into single words. They are in order of their
    starts. What is said while another turn's cue is shown appears when that has been said, but at most 1.5 seconds late.
    A transcript without words has no cues.

    Args:
        transcript: A payload as read by ``frames.read_with_repaired_times``.
        profile: The limits to keep.
        latest_ms: The end of the recording, as far as it is known; no cue ends later.
        name_of: Speaker and channel → what is to be written before a cue, so that the first line has room for it; None for nothing.
    """
    language, widest = transcript.language_code, profile.max_chars_per_line
    tokens = [tokens_of(turn, widest, language=language, latest_ms=latest_ms, name_of=name_of) for turn in _turns(transcript)]
    return _cues([_groups(turn, profile, language) for turn in tokens], profile, latest_ms)


def cues_of_words(words: Sequence[contract.Word], profile: Profile = DEFAULT, *, language: str | None = None) -> list[Cue]:
    """Cut words into cues: every word once, in order, and with cue times that come only from the words.

    A cue ends where a sentence, a clause or a breath ends, before a conjunction, and always at a change of speaker and at a long
    silence. Impossible word times (backwards, without a number, far away) are repaired by the rule of the tables (``frames.times``). Cues
    are always in order, never overlap and always have a length. A cue that is too short to be read stays longer, but only until the next
    cue.

    Args:
        words: Words in reading order, times in milliseconds.
        profile: The limits to keep.
        language: Language code, for abbreviations, and for the conjunctions and prepositions to break before; without one, or with an
            unknown one, breaks follow punctuation and pauses.

    Returns:
        Cues with strictly rising ``start_ms`` and ``end_ms`` no later than the next ``start_ms``. Words without text are left out.

    Example:
        >>> words = [contract.Word("Hello,", 0, 400), contract.Word("Ann.", 500, 900), contract.Word("Hi!", 5000, 5300)]
        >>> [(cue.start_ms, cue.end_ms, cue.lines) for cue in cues_of_words(words)]
        [(0, 900, ('Hello, Ann.',)), (5000, 5833, ('Hi!',))]
    """
    tokens = tokens_of(words, profile.max_chars_per_line, language=language)
    return _cues([_groups(tokens, profile, language)], profile, contract.LATEST_MS)


_Group = tuple[Sequence[Token], tuple[str, ...]]
"""The tokens of one cue, and its lines."""


def _groups(tokens: Sequence[Token], profile: Profile, language: str | None) -> list[_Group]:
    costs = break_costs(tokens, Grammar.of(language))
    return [(tokens[a:b], layout(tokens[a:b], costs[a:b], profile)) for a, b in segment(tokens, costs, profile)]


def _turns(transcript: contract.Transcript) -> Iterable[Sequence[contract.Word]]:
    """Return the words that are cut into cues together: all of them; with several channels those of each turn, or of each channel."""
    words = transcript.words or []
    if not any(word.channel for word in words):
        return [words]
    turns = [utterance.words or [] for utterance in transcript.utterances or ()]
    if sum(map(len, turns)) == len(words):
        return turns
    channels: defaultdict[str | None, list[contract.Word]] = defaultdict(list)
    for word in words:
        channels[word.channel].append(word)
    return channels.values()


def _cues(turns: Sequence[Sequence[_Group]], profile: Profile, latest_ms: int) -> list[Cue]:
    """Return the cues of all turns with their times, in order of their starts."""
    groups = sorted(((turn, *group) for turn, found in enumerate(turns) for group in found), key=lambda group: group[1][0].start_ms)
    starts: list[int] = []
    for position, (turn, tokens, _) in enumerate(groups):
        start = tokens[0].start_ms
        if position and turn != groups[position - 1][0]:
            shown_until = max(groups[position - 1][1][-1].end_ms, starts[-1] + profile.min_ms)
            start = max(start, min(shown_until, start + _LATEST_START_MS, latest_ms - profile.min_ms))
        starts.append(max([start, *(before + 1 for before in starts[-1:])]))
    cues: list[Cue] = []
    for position, (start, (_, tokens, lines)) in enumerate(zip(starts, groups, strict=True)):
        following = starts[position + 1] if position + 1 < len(starts) else None
        end, head = _end_ms(start, tokens, following, latest_ms, profile), tokens[0]
        cues.append(Cue(start, end, lines, head.speaker, head.channel, head.name))
    return cues


def _end_ms(start: int, tokens: Sequence[Token], following: int | None, latest_ms: int, profile: Profile) -> int:
    """Return when the cue of these tokens disappears, given when it appears and when the next one does."""
    said = max(tokens[-1].end_ms, start + 1)
    reading_ms = round(1000 * (tokens[0].name_width + sum(token.width for token in tokens)) / profile.max_cps)
    wanted = max(said, start + profile.min_ms, min(start + reading_ms, said + profile.max_tail_ms))
    end = min(wanted, start + profile.max_ms, max(said, latest_ms - CUT_OFF_MS))  # the last second may not be there
    if following is None or end <= following - profile.min_gap_ms:
        return end
    with_gap = following - profile.min_gap_ms
    return with_gap if with_gap - start > profile.min_gap_ms else min(end, following)
