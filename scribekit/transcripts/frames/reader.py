"""One reading of a payload for all the tables that are asked for: what they need is read once, all else is skipped. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from types import SimpleNamespace
from typing import Any, TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt

from scribekit.base import contract
from scribekit.transcripts.frames import times
from scribekit.transcripts.frames.edit_marks import review_of
from scribekit.transcripts.frames.features import FEATURES
from scribekit.transcripts.frames.json_split import IN_THEIR_STEAD, part
from scribekit.transcripts.frames.sentences import Segmenter
from scribekit.transcripts.frames.utterances import Span, are_possible, possible_times
from scribekit.transcripts.frames.words import Words, read_words, spoken_leniently, spoken_of_columns

Counts: TypeAlias = npt.NDArray[np.int64]

_BOUNDS = ("audio_duration", "audio_start_from", "audio_end_at")
_HEAD = ("id", "status", "text", "confidence", "audio_channels", "language_code", "speech_model_used", "summary", "engine")
_NEEDS: dict[str, tuple[str, ...]] = {
    "transcripts": (*_HEAD, *_BOUNDS, "words", "utterances"),
    "utterances": ("utterances", *_BOUNDS),
    "words": ("words", *_BOUNDS, "utterances"),
    "sentences": ("words", *_BOUNDS),
    "paragraphs": ("words", *_BOUNDS),
    **{name: feature.keys for name, feature in FEATURES.items()},
}
_NULL = msgspec.Raw(b"null")


class _Anything(msgspec.Struct, gc=False):
    """An object of which nothing is read."""


class _Listing(Span, kw_only=True, gc=False):
    """A turn with what stands for its words: objects of which nothing is read, or a number where they were cut out."""

    words: int | list[_Anything] | None = None


class _Turn(_Listing, kw_only=True, gc=False):
    """A turn with all but the values of its words."""

    text: str
    confidence: float | None = None


class PayloadReader:
    """A payload, read as far as the tables of some levels need it.

    Attributes:
        payload: The other values of the payload that the levels need, by their names, as they are.
        spoken: The words, checked, with their utterances if ``words`` is among the levels.
        turns: The utterances.
        turn_times: Their starts and ends, and which of them were repaired, if ``utterances`` is among the levels; None where none was.
        review: What people changed; None in a payload as received.

    Args:
        body: The JSON bytes.
        levels: Names of levels.

    Raises:
        msgspec.MsgspecError: The body is not a JSON transcript.
    """

    spoken: Words
    turns: list[Any]
    turn_times: tuple[times.Times, times.Times, times.Flags] | None = None
    _listed: Counts | None

    def __init__(self, body: bytes, levels: frozenset[str]) -> None:
        try:
            self._read(body, levels)
        except contract.DECODE_ERRORS:
            self._read_leniently(body, levels)

    @property
    def listed(self) -> Sequence[int]:
        """How many words each utterance lists."""
        return [len(turn.words or ()) for turn in self.turns] if self._listed is None else self._listed.tolist()

    @cached_property
    def segments(self) -> Segmenter:
        """The words cut into sentences and paragraphs."""
        return Segmenter(self.spoken)

    def _read(self, body: bytes, levels: frozenset[str]) -> None:
        payload, spoken, self._listed = _parted(body, levels) or (*_whole(body, levels), None)
        self.payload = payload
        self.review = review_of(payload.scribekit)
        self.turns = getattr(payload, "utterances", None) or []
        if "utterances" in levels and not are_possible(self.turns, self._latest()):
            self._read_leniently(body, levels)
            return
        if spoken is None:
            return
        self.spoken, given = spoken, None
        if "words" in levels and not self.spoken.find_utterances(self.turns, self._listed):
            self.spoken, given = spoken_leniently(contract.read_transcript(body), with_utterances=True)
        self._check(given)

    def _read_leniently(self, body: bytes, levels: frozenset[str]) -> None:
        raw = contract.read_json(body)
        transcript = contract.repaired(raw)
        self.payload = SimpleNamespace(**{key: raw.get(key) for key in _needs(levels)})
        self._listed = None
        self.review = review_of(self.payload.scribekit)
        self.turns = transcript.utterances or []
        if "utterances" in levels:
            self.turn_times = possible_times(self.turns, self._latest())
        if any("words" in _NEEDS[level] for level in levels):
            self.spoken, given = spoken_leniently(transcript, with_utterances="words" in levels)
            self._check(given)

    def _check(self, given: tuple[times.Flags, times.Flags] | None) -> None:
        self.spoken.repair_times(self._latest(), given)
        self.spoken.mark(self.review)

    def _latest(self) -> int:
        """The end of the recording, in ms."""
        is_trimmed = bool(self.payload.audio_start_from or self.payload.audio_end_at)
        return times.latest_ms(contract.as_number(self.payload.audio_duration), is_trimmed=is_trimmed)


def _parted(body: bytes, levels: frozenset[str]) -> tuple[Any, Words, Counts | None] | None:
    """The same as ``_whole``, several times as quick; None where what was cut out is not what the decoder then misses.

    Returns:
        The payload, its words, and how many of them each utterance lists where together they list all.
    """
    parted = part(body) if any("words" in _NEEDS[level] for level in levels) else None
    if parted is None:
        return None
    has_lists_cut = parted.listed is not None
    try:
        payload = _decoder(levels, words=int, has_lists_cut=has_lists_cut).decode(parted.rest)
    except msgspec.MsgspecError:
        return None
    counts = _counts(payload.utterances or [], parted.listed) if parted.listed is not None else None
    is_proven = payload.words == IN_THEIR_STEAD and (counts is not None) == has_lists_cut
    return (payload, spoken_of_columns(parted.columns), counts) if is_proven else None


def _counts(turns: list[Any], listed: Counts) -> Counts | None:
    """How many words each utterance lists; None when what was put in their stead was not all found there."""
    stand_ins = [turn.words for turn in turns]
    if stand_ins.count(IN_THEIR_STEAD) != len(listed):
        return None
    counts = np.zeros(len(turns), dtype=np.int64)
    counts[[value == IN_THEIR_STEAD for value in stand_ins]] = listed
    return counts


def _whole(body: bytes, levels: frozenset[str]) -> tuple[Any, Words | None]:
    payload = _decoder(levels).decode(body)
    return payload, read_words(payload.words) if hasattr(payload, "words") else None


@lru_cache(maxsize=256)
def _decoder(levels: frozenset[str], *, words: Any = msgspec.Raw, has_lists_cut: bool = False) -> msgspec.json.Decoder[Any]:
    """Reads what the levels need. Nothing but words and utterances can be wrong for it."""
    needs = dict.fromkeys([*_needs(levels), "utterances"] if has_lists_cut else _needs(levels))
    turns: Any = list[_Turn] if "utterances" in levels else list[_Listing] if has_lists_cut else list[Span]
    typed: dict[str, tuple[str, Any, Any]] = {"words": ("words", words, _NULL), "utterances": ("utterances", turns | None, None)}
    plain = [(key, Any, None) for key in needs if key not in typed]
    return msgspec.json.Decoder(msgspec.defstruct("Payload", [*plain, *(typed[key] for key in typed if key in needs)]))


def _needs(levels: frozenset[str]) -> list[str]:
    """The keys of a payload that the levels need."""
    return list(dict.fromkeys([*(key for level in sorted(levels) for key in _NEEDS[level]), contract.REVIEW_KEY]))
