"""One reading of a payload for all the tables that are asked for: what they need is read once, all else is skipped. Pure."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from typing import Any

import msgspec

from scribekit import wire
from scribekit.frames import clock
from scribekit.frames.features import FEATURES
from scribekit.frames.layout import read_columns
from scribekit.frames.reviewed import review_of
from scribekit.frames.segments import Segmenter
from scribekit.frames.spoken import Spoken, read_words, spoken_leniently, spoken_of_columns
from scribekit.frames.turns import Span

_BOUNDS = ("audio_duration", "audio_start_from", "audio_end_at")
_HEAD = ("id", "status", "text", "confidence", "language_code", "speech_model_used", "engine")
_NEEDS: dict[str, tuple[str, ...]] = {
    "transcripts": (*_HEAD, *_BOUNDS, "words", "utterances"),
    "utterances": ("utterances",),
    "words": ("words", *_BOUNDS, "utterances"),
    "sentences": ("words", *_BOUNDS),
    "paragraphs": ("words", *_BOUNDS),
    **{name: feature.keys for name, feature in FEATURES.items()},
}
_NULL = msgspec.Raw(b"null")
_WORDS = re.compile(rb'"words": ?(?=\[\{)')
_BRACE = ord("}")
_IN_THEIR_STEAD = int.from_bytes(b"words", "big")


class _Anything(msgspec.Struct, gc=False):
    """An object of which nothing is read."""


class _Turn(Span, kw_only=True, gc=False):
    """A turn with all but the values of its words."""

    text: str
    confidence: float | None = None
    words: list[_Anything] | None = None


class Reading:
    """A payload, read as far as the tables of some levels need it.

    Attributes:
        payload: The other values of the payload that the levels need, by their names, as they are.
        spoken: The words, checked, with their utterances if ``words`` is among the levels.
        turns: The utterances.
        review: What people changed; None in a payload as received.

    Args:
        body: The JSON bytes.
        levels: Names of levels.

    Raises:
        msgspec.MsgspecError: The body is not a JSON transcript.
    """

    spoken: Spoken
    turns: list[Any]

    def __init__(self, body: bytes, levels: frozenset[str]) -> None:
        try:
            self._read(body, levels)
        except (msgspec.ValidationError, OverflowError):
            self._read_leniently(body, levels)

    @cached_property
    def segments(self) -> Segmenter:
        """The words cut into sentences and paragraphs."""
        return Segmenter(self.spoken)

    def _read(self, body: bytes, levels: frozenset[str]) -> None:
        payload, spoken = _parted(body, levels) or _whole(body, levels)
        self.payload = payload
        self.review = review_of(payload.scribekit)
        self.turns = getattr(payload, "utterances", None) or []
        if spoken is not None:
            self.spoken = spoken
            if "words" in levels and not self.spoken.find_utterances(self.turns):
                self.spoken, given = spoken_leniently(wire.read_transcript(body), with_utterances=True)
                self._check(given)
            else:
                self._check(None)

    def _read_leniently(self, body: bytes, levels: frozenset[str]) -> None:
        transcript = wire.read_transcript(body)
        self.payload = _decoder(levels, are_mended=True).decode(body)
        self.review = review_of(self.payload.scribekit)
        self.turns = transcript.utterances or []
        if any("words" in _NEEDS[level] for level in levels):
            self.spoken, given = spoken_leniently(transcript, with_utterances="words" in levels)
            self._check(given)

    def _check(self, given: tuple[clock.Flags, clock.Flags] | None) -> None:
        is_trimmed = bool(self.payload.audio_start_from or self.payload.audio_end_at)
        self.spoken.check_times(clock.latest_ms(wire.as_number(self.payload.audio_duration), is_trimmed=is_trimmed), given)
        self.spoken.mark(self.review)


def _parted(body: bytes, levels: frozenset[str]) -> tuple[Any, Spoken] | None:
    """The same as ``_whole``, quicker by what the decoder takes to pass over the words: they are cut out before.

    What was cut out is the transcript's words and all of them when they are written alike to their end, which no text within them can then
    be, and when the decoder finds in their stead what was put there. None where that is not so.
    """
    found = _WORDS.search(body)
    if found is None or not any("words" in _NEEDS[level] for level in levels):
        return None
    begin = found.end()
    end = body.find(b"]", begin) + 1
    while end and body[end - 2] != _BRACE:
        end = body.find(b"]", end) + 1
    columns = read_columns(body[begin:end])
    if columns is None:
        return None
    try:
        payload = _decoder(levels, words=int).decode(b"%b%d%b" % (body[:begin], _IN_THEIR_STEAD, body[end:]))
    except msgspec.MsgspecError:
        return None
    return (payload, spoken_of_columns(columns)) if payload.words == _IN_THEIR_STEAD else None


def _whole(body: bytes, levels: frozenset[str]) -> tuple[Any, Spoken | None]:
    payload = _decoder(levels).decode(body)
    return payload, read_words(payload.words) if hasattr(payload, "words") else None


@lru_cache(maxsize=256)
def _decoder(levels: frozenset[str], *, words: Any = msgspec.Raw, are_mended: bool = False) -> msgspec.json.Decoder[Any]:
    """Reads what the levels need; words and utterances not, when they were mended elsewhere. No other value can be wrong for it."""
    needs = dict.fromkeys(key for level in sorted(levels) for key in _NEEDS[level])
    turns: Any = list[_Turn] | None if "utterances" in levels else list[Span] | None
    typed: dict[str, tuple[str, Any, Any]] = {"words": ("words", words, _NULL), "utterances": ("utterances", turns, None)}
    plain = [(key, Any, None) for key in (*needs, "scribekit") if key not in typed]
    fields = plain if are_mended else [*plain, *(typed[key] for key in typed if key in needs)]
    return msgspec.json.Decoder(msgspec.defstruct("Payload", fields))
