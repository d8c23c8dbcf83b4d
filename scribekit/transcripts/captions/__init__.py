"""Cues for subtitles, cut from word times: readable lines, natural breaks, never two cues at once. Pure.

``tokens`` prepares the words, ``breaks`` says how natural a break after each is, ``layout`` finds the cheapest cues and lines within the
limits of a ``profile``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scribekit.base import contract
from scribekit.transcripts.captions.breaks import Grammar, break_costs
from scribekit.transcripts.captions.layout import layout, segment
from scribekit.transcripts.captions.profile import DEFAULT, PLAIN, PROFILES, Profile
from scribekit.transcripts.captions.tokens import Token, tokens_of

__all__ = ["DEFAULT", "PLAIN", "PROFILES", "Cue", "Profile", "cues_of_transcript", "cues_of_words"]


@dataclass(frozen=True)
class Cue:
    """One caption on screen.

    Attributes:
        start_ms: When it appears: the start of its first word.
        end_ms: When it disappears; the next cue does not start earlier.
        lines: Its lines, none of them empty.
        speaker: The speaker's label, if the words have one.
        channel: The channel, if the words have one.
    """

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]
    speaker: str | None = None
    channel: str | None = None


def cues_of_transcript(transcript: contract.Transcript, profile: Profile = DEFAULT) -> list[Cue]:
    """Return the cues of a transcript.

    With several channels the cues follow the turns, so that crosstalk does not cut them into single words; what is said at the same time
    is then shown one after the other. Otherwise they follow the words. A transcript without words has no cues.

    Args:
        transcript: A payload as read by ``contract.read_transcript``.
        profile: The limits to keep.
    """
    return cues_of_words(_reading_order(transcript), profile, language=transcript.language_code)


def cues_of_words(words: Sequence[contract.Word], profile: Profile = DEFAULT, *, language: str | None = None) -> list[Cue]:
    """Cut words into cues: every word once, in order, and with cue times that come only from the words.

    A cue ends where a sentence, a clause or a breath ends, before a conjunction, and always at a change of speaker and at a long
    silence. Impossible word times (backwards, equal, without length, far away) are repaired first, so that cues are always in order,
    never overlap and always have a length. A cue that is too short to be read stays longer, but only until the next cue.

    Args:
        words: Words in reading order, times in milliseconds.
        profile: The limits to keep.
        language: Language code, for the conjunctions and prepositions to break before; without one, or with an unknown one, breaks follow
            punctuation and pauses.

    Returns:
        Cues with strictly rising ``start_ms`` and ``end_ms`` no later than the next ``start_ms``. Words without text are left out.

    Example:
        >>> words = [contract.Word("Hello,", 0, 400), contract.Word("Ann.", 500, 900), contract.Word("Hi!", 5000, 5300)]
        >>> [(cue.start_ms, cue.end_ms, cue.lines) for cue in cues_of_words(words)]
        [(0, 900, ('Hello, Ann.',)), (5000, 5833, ('Hi!',))]
    """
    tokens = tokens_of(words, profile.max_chars_per_line)
    costs = break_costs(tokens, Grammar.of(language))
    groups = segment(tokens, costs, profile)
    cues: list[Cue] = []
    for position, (first, last) in enumerate(groups):
        following = tokens[groups[position + 1][0]].start_ms if position + 1 < len(groups) else None
        lines = layout(tokens[first:last], costs[first:last], profile)
        head = tokens[first]
        end_ms = _end_ms(tokens[first:last], following, profile)
        cues.append(Cue(head.start_ms, end_ms, lines, head.speaker, head.channel))
    return cues


def _reading_order(transcript: contract.Transcript) -> Sequence[contract.Word]:
    words = transcript.words or []
    if any(word.channel for word in words):
        listed = [word for utterance in transcript.utterances or () for word in utterance.words or ()]
        if len(listed) == len(words):
            return listed
    return words


def _end_ms(tokens: Sequence[Token], following: int | None, profile: Profile) -> int:
    """Return when the cue of these tokens disappears, given when the next one appears."""
    start, said = tokens[0].start_ms, tokens[-1].end_ms
    reading_ms = round(1000 * sum(token.width for token in tokens) / profile.max_cps)
    wanted = max(said, start + profile.min_ms, min(start + reading_ms, said + profile.max_tail_ms))
    end = min(wanted, start + profile.max_ms)
    if following is None or end <= following - profile.min_gap_ms:
        return end
    with_gap = following - profile.min_gap_ms
    return with_gap if with_gap - start > profile.min_gap_ms else min(end, following)
