"""How a transcript travels to the page of its review: as arrays of bytes, and after an edit only what has changed. Pure."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scribekit.quality.turn_uncertainty import REASONS
from scribekit.widgets.diarization.transcript import Transcript

_VERSIONS_KEPT = 3  # several views of the widget can ask for the change, one after another
_NO_CONFIDENCE = 255
_NONE = -1
_Numbers = npt.NDArray[Any]


@dataclass(frozen=True)
class Packed:
    """A transcript as arrays of little-endian numbers.

    Attributes:
        speakers: All speakers, in order of appearance.
        turns: For each turn its number of words (u4), its utterance (i4; -1 for none), its speaker (i2; -1 for none), its uncertainty in
            units of 1/1000 (u2), and a bit for each reason (u1).
        words: For each word, turn by turn, its start, end and position in the transcript (u4), its confidence in units of 1/200 (u1;
            255 for none), and its flags (u1).
        texts: The texts of the words.
    """

    speakers: list[str]
    turns: tuple[_Numbers, ...]
    words: tuple[_Numbers, ...]
    texts: list[str]


def pack(transcript: Transcript) -> Packed:
    """Return a transcript as arrays."""
    number_of = {name: number for number, name in enumerate(transcript.speakers)}
    bits = {reason: 1 << number for number, reason in enumerate(REASONS)}
    order = np.array(list(itertools.chain.from_iterable(transcript.turns)), dtype="<u4")
    columns = transcript.columns
    scaled = np.rint(200 * np.clip(columns.confidence, 0, 1))
    confidence = np.where(np.isnan(scaled), _NO_CONFIDENCE, scaled).astype(np.uint8)
    turns = (
        np.array([len(positions) for positions in transcript.turns], dtype="<u4"),
        np.array([_NONE if number is None else number for number in transcript.utterances], dtype="<i4"),
        np.array([number_of.get(transcript.speaker_of(turn) or "", _NONE) for turn in range(len(transcript.turns))], dtype="<i2"),
        np.rint(1000 * np.array(transcript.uncertainty)).astype("<u2"),
        np.array([sum(bits[reason] for reason in reasons) for reasons in transcript.reasons], dtype=np.uint8),
    )
    words = (columns.starts[order].astype("<u4"), columns.ends[order].astype("<u4"), order, confidence[order], columns.flags[order])
    return Packed(list(transcript.speakers), turns, words, [transcript.words[position].text for position in order.tolist()])


class Versions:
    """The newest versions of a transcript: a page that shows one of them is sent only the change."""

    def __init__(self) -> None:
        self._kept: dict[int, Packed] = {}

    def holds(self, version: int) -> bool:
        """Return whether a version is kept."""
        return version in self._kept

    def keep(self, version: int, transcript: Transcript) -> None:
        """Keep a version, and drop the oldest ones."""
        self._kept[version] = pack(transcript)
        for old in sorted(self._kept)[:-_VERSIONS_KEPT]:
            del self._kept[old]

    def message(self, version: int, since: int | None) -> tuple[dict[str, Any], list[bytes]]:
        """Return a version for the page: as a change of the version ``since`` if that is kept, otherwise whole."""
        old = None if since is None else self._kept.get(since)
        value, buffers = whole(self._kept[version]) if old is None else changes(old, self._kept[version])
        return {**value, "version": version, "since": None if old is None else since}, buffers


def whole(new: Packed) -> tuple[dict[str, Any], list[bytes]]:
    """Return a whole transcript for the page: the :func:`changes` of one without words."""
    return _message(new, 0, 0, len(new.texts))


def changes(old: Packed, new: Packed) -> tuple[dict[str, Any], list[bytes]]:
    """Return the change from one transcript to another: all turns, and the words from the first to the last that differ.

    Returns:
        JSON values (``kept_first`` and ``kept_last``: the numbers of unchanged words at the beginning and at the end; the positions of
        the latter move by the difference in length), and the arrays of turns, of words, and the texts in UTF-8 with a NUL between two.
    """
    before, after = len(old.texts), len(new.texts)
    shortest = min(before, after)
    moved = (*new.words[:2], new.words[2].astype(np.int64) - (after - before), *new.words[3:])
    differ = _differ(old.texts[:shortest], new.texts[:shortest])
    for mine, other in zip(old.words, new.words, strict=True):
        differ |= mine[:shortest] != other[:shortest]
    first = int(differ.argmax()) if differ.any() else shortest
    rest = shortest - first
    differ = _differ(old.texts[before - rest :], new.texts[after - rest :])
    for mine, other in zip(old.words, moved, strict=True):
        differ |= mine[before - rest :] != other[after - rest :]
    last = int(differ[::-1].argmax()) if differ.any() else rest
    return _message(new, first, last, after - last)


def _differ(old: list[str], new: list[str]) -> npt.NDArray[np.bool_]:
    if old == new:
        return np.zeros(len(new), dtype=np.bool_)
    return np.array([mine != other for mine, other in zip(old, new, strict=True)], dtype=np.bool_)


def _message(new: Packed, first: int, last: int, end: int) -> tuple[dict[str, Any], list[bytes]]:
    texts = "\0".join(text.replace("\0", " ") for text in new.texts[first:end])
    value = {"speakers": new.speakers, "kept_first": first, "kept_last": last, "reasons": list(REASONS)}
    arrays = [*new.turns, *(column[first:end] for column in new.words)]
    return value, [*(array.tobytes() for array in arrays), texts.encode("utf-8", "replace")]
