"""Read a payload once for all the tables that are asked for: what they need is decoded, all else is skipped. Pure."""

from __future__ import annotations

from functools import cached_property, lru_cache
from types import SimpleNamespace
from typing import Any

import msgspec
import numpy as np

from scribekit.base import contract
from scribekit.transcripts.frames import times
from scribekit.transcripts.frames.features import FEATURES
from scribekit.transcripts.frames.json_words import cut_out_words
from scribekit.transcripts.frames.sentences import Segmenter
from scribekit.transcripts.frames.times import Flags, Times
from scribekit.transcripts.frames.utterances import Span, are_possible, possible_times, shortened
from scribekit.transcripts.frames.words import Words, read_review, read_words, read_words_leniently, words_of_columns

_BOUNDS = ("audio_duration", "audio_start_from", "audio_end_at")
_HEAD = ("id", "status", "text", "confidence", "audio_channels", "language_code", "speech_model_used", "summary", "engine")
_NOTES = ("domain", "metadata")
_NEEDS: dict[str, tuple[str, ...]] = {
    "transcripts": (*_HEAD, *_NOTES, *_BOUNDS, "words", "utterances"),
    "utterances": ("utterances", *_BOUNDS),
    "words": ("words", *_BOUNDS, "utterances"),
    "sentences": ("words", *_BOUNDS, "language_code"),
    "paragraphs": ("words", *_BOUNDS, "language_code"),
    "translations": (contract.TRANSLATED_TEXTS, "utterances", contract.RECEIVED_TURNS_KEY),
    **{name: feature.keys for name, feature in FEATURES.items()},
}
_NULL = msgspec.Raw(b"null")


class _Anything(msgspec.Struct, gc=False):
    """An object of which nothing is read."""


class _Sound(msgspec.Struct, gc=False):
    """A word of which only the times are read."""

    start: int
    end: int


class _TranslatedTurn(Span, kw_only=True, gc=False):
    """An utterance with its translations."""

    translated_texts: Any = None


class _Turn(_TranslatedTurn, kw_only=True, gc=False):
    """An utterance with everything but the values of its words."""

    text: str
    confidence: float | None = None
    words: list[_Sound] | None = None


class _List(msgspec.Struct):
    """An utterance of which only the list of words is read, as it is written."""

    words: msgspec.Raw = _NULL


class _Lists(msgspec.Struct):
    """The words of a payload and the lists of its utterances, as they are written."""

    words: msgspec.Raw = _NULL
    utterances: list[_List] | None = None


_lists = msgspec.json.Decoder(_Lists)
_list = msgspec.json.Decoder(list[_Anything] | None)


class PayloadReader:
    """A payload, read as far as the tables of some levels need it.

    Attributes:
        payload: The other values of the payload that the levels need, by their names, unchanged.
        words: The words, checked, with their utterances if ``words`` is among the levels.
        turns: The utterances.
        received_turns: The utterances as received, as objects of the payload, if ``translations`` is among the levels.
        turn_times: Their starts and ends, and which of them were repaired, if ``utterances`` is among the levels; None where none was.
        review: What people changed; None in a payload as received.

    Args:
        body: The JSON bytes.
        levels: Names of levels.

    Raises:
        msgspec.MsgspecError: The body is not a JSON transcript.
    """

    words: Words
    turns: list[Any]
    received_turns: list[Any]
    turn_times: tuple[Times, Times, Flags] | None = None

    def __init__(self, body: bytes, levels: frozenset[str]) -> None:
        try:
            self._read(body, levels)
        except contract.DECODE_ERRORS:
            self._read_leniently(body, levels)

    @cached_property
    def segmenter(self) -> Segmenter:
        """The words cut into sentences and paragraphs."""
        return Segmenter(self.words, contract.as_text(self.payload.language_code))

    def _read(self, body: bytes, levels: frozenset[str]) -> None:
        self.payload, words = _decode_without_words(body, levels) or _decode(body, levels)
        self.review = read_review(self.payload.scribekit)
        self.turns = getattr(self.payload, "utterances", None) or []
        if "translations" in levels:
            self.received_turns = self._received([_as_object(turn) for turn in self.turns])
        if "utterances" in levels and not (are_possible(self.turns, self.latest_ms) and _are_surely_short(self.turns)):
            self._read_leniently(body, levels)
            return
        if words is None:
            return
        self.words, given = words, None
        if "words" in levels and not self._find_utterances(body):
            self.words, given = read_words_leniently(contract.read_transcript(body), with_utterances=True)
        self._check_words(given)

    def _read_leniently(self, body: bytes, levels: frozenset[str]) -> None:
        raw = contract.read_json(body)
        transcript = contract.repaired(raw)
        self.payload = SimpleNamespace(**{key: raw.get(key) for key in _needs(levels)})
        self.review = read_review(self.payload.scribekit)
        self.turns = transcript.utterances or []
        self.received_turns = self._received(raw.get("utterances"))
        if "utterances" in levels:
            self.turn_times = self._turn_times(transcript)
        if any("words" in _NEEDS[level] for level in levels):
            self.words, given = read_words_leniently(transcript, with_utterances="words" in levels)
            self._check_words(given)

    def _turn_times(self, transcript: contract.Transcript) -> tuple[Times, Times, Flags]:
        """Return the times of the turns, repaired, and which were."""
        listed = transcript.words or [word for turn in self.turns for word in turn.words or ()]
        words, given = read_words_leniently(msgspec.structs.replace(transcript, words=listed), with_utterances=True)
        long = times.too_long(words.starts, words.ends, given)
        given_ends = words.ends
        words.repair_times(self.latest_ms, given)
        cut = {place: int(given_ends[place]) for place in long.tolist() if words.ends[place] < given_ends[place]}
        indices = [None] * len(words) if words.utterances is None else words.utterances
        return shortened(possible_times(self.turns, self.latest_ms), words.ends, cut, indices)

    def _received(self, turns: Any) -> list[Any]:
        """Return the utterances as received; in a corrected transcript, which has others, they are under a key of their own."""
        received = getattr(self.payload, contract.RECEIVED_TURNS_KEY, None)
        found = turns if received is None else received
        return [turn for turn in found if isinstance(turn, dict)] if isinstance(found, list) else []

    def _find_utterances(self, body: bytes) -> bool:
        if self.words.find_utterances(self.turns):
            return True
        counts = _counts_of_lists(body)
        return counts is not None and self.words.find_utterances(self.turns, counts)

    def _check_words(self, given: tuple[Flags, Flags] | None) -> None:
        self.words.repair_times(self.latest_ms, given)
        self.words.mark(self.review)

    @cached_property
    def latest_ms(self) -> int:
        """The end of the recording, in ms, as far as it is known."""
        is_trimmed = bool(self.payload.audio_start_from or self.payload.audio_end_at)
        return times.latest_ms(contract.as_number(self.payload.audio_duration), is_trimmed=is_trimmed)


def _decode_without_words(body: bytes, levels: frozenset[str]) -> tuple[Any, Words] | None:
    """Return what :func:`_decode` returns, by the fast path; None when it cannot be taken."""
    cut = cut_out_words(body) if "words" in _needs(levels) else None
    if cut is None:
        return None
    columns, rest = cut
    try:
        payload = _decoder(levels).decode(rest)
    except contract.DECODE_ERRORS:
        return None
    return (payload, words_of_columns(columns)) if payload.words == _NULL else None


def _decode(body: bytes, levels: frozenset[str]) -> tuple[Any, Words | None]:
    payload = _decoder(levels).decode(body)
    return payload, read_words(bytes(payload.words)) if hasattr(payload, "words") else None


def _as_object(turn: _TranslatedTurn) -> dict[str, Any]:
    return msgspec.structs.asdict(turn) if turn.translated_texts else {}


def _are_surely_short(turns: list[_Turn]) -> bool:
    """Whether no word of the turns lasts so long that its end may be wrong."""
    return all(word.end - word.start <= times.SURELY_POSSIBLE_MS for turn in turns for word in turn.words or ())


def _counts_of_lists(body: bytes) -> Times | None:
    """Count the words that each utterance lists; None unless the lists are the transcript's own words, one after the other."""
    found = _lists.decode(body)
    written = [bytes(turn.words) for turn in found.utterances or ()]
    items = [one[1:-1] for one in written if one not in (b"[]", b"null")]
    if bytes(found.words)[1:-1] not in (b",".join(items), b", ".join(items)):
        return None
    return np.array([len(_list.decode(one) or ()) for one in written], dtype=np.int64)


@lru_cache(maxsize=256)
def _decoder(levels: frozenset[str]) -> msgspec.json.Decoder[Any]:
    """Return the decoder of what the levels need. It refuses odd words and utterances, and takes any other value."""
    turns: Any = list[_Turn] if "utterances" in levels else list[_TranslatedTurn] if "translations" in levels else list[Span]
    typed: dict[str, tuple[str, Any, Any]] = {"words": ("words", msgspec.Raw, _NULL), "utterances": ("utterances", turns | None, None)}
    return msgspec.json.Decoder(msgspec.defstruct("Payload", [typed.get(key, (key, Any, None)) for key in _needs(levels)]))


def _needs(levels: frozenset[str]) -> list[str]:
    """Return the keys of a payload that the levels need."""
    return list(dict.fromkeys([*(key for level in sorted(levels) for key in _NEEDS[level]), contract.REVIEW_KEY]))
