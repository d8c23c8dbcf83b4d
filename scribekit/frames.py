"""Stored payloads become columns: one frame per level, for one recording or for a whole corpus.

Payloads are read one by one and only their columns are kept, as Arrow arrays, so memory holds the answer and one payload.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from scribekit import wire
from scribekit.schema import TRANSCRIPTS, UTTERANCES, WORDS, Table

REMOTE_ENGINE = "AssemblyAI"
_LOOK_BACK = 8  # more people than this do not talk at once, and a bound keeps long recordings quick

_ARROW = {"str": pa.large_string(), "int64": pa.int64(), "Int64": pa.int64(), "float64": pa.float64()}

Payloads = Iterable[tuple[str, bytes]]
_Indices = npt.NDArray[np.int64]


class _Span(msgspec.Struct, gc=False):
    """A turn without its words: reading half the objects is twice as quick."""

    start: wire.Milliseconds
    end: wire.Milliseconds
    speaker: str | None = None
    channel: str | None = None


class _WordsOnly(msgspec.Struct):
    words: list[wire.Word] | None = None
    utterances: list[_Span] | None = None


_words_only = msgspec.json.Decoder(_WordsOnly)


def transcripts_frame(payloads: Payloads) -> pd.DataFrame:
    """One row per payload, with the columns of ``schema.TRANSCRIPTS``.

    A transcript that was deleted at the service keeps its row, with the text "Deleted by user." and no words.

    Args:
        payloads: Pairs of ``recording_id`` and the JSON bytes as received.

    Raises:
        msgspec.MsgspecError: A payload is not a JSON transcript.

    Example:
        >>> body = b'{"id": "t1", "status": "completed", "text": "", "words": []}'
        >>> transcripts_frame([("a.mp3", body)])[["recording_id", "n_words", "engine"]].to_numpy().tolist()
        [['a.mp3', 0, 'AssemblyAI']]
    """
    rows = [_transcript_row(recording_id, wire.read_transcript(body)) for recording_id, body in payloads]
    return TRANSCRIPTS.frame(rows)


def utterances_frame(payloads: Payloads) -> pd.DataFrame:
    """One row per turn, with the columns of ``schema.UTTERANCES``; none for a payload without speaker labels or channels.

    Args:
        payloads: Pairs of ``recording_id`` and the JSON bytes as received.

    Raises:
        msgspec.MsgspecError: A payload is not a JSON transcript.
    """
    columns = _Columns(UTTERANCES)
    for recording_id, body in payloads:
        utterances = wire.read_transcript(body).utterances or []
        columns.add(
            recording_id,
            len(utterances),
            _spoken(utterances) | {"utterance_index": np.arange(len(utterances)), "n_words": [len(u.words or ()) for u in utterances]},
        )
    return columns.frame()


def words_frame(payloads: Payloads) -> pd.DataFrame:
    """One row per word, with the columns of ``schema.WORDS``.

    ``utterance_index`` is the utterance that holds the word. Where utterances do not overlap and each word lies inside one of its own
    speaker and channel, time alone says which. Elsewhere (crosstalk between channels, words without length) a word belongs to
    the first utterance that lists a word of the same start and text and has not given it away yet; a word that no utterance lists
    belongs to the latest utterance that contains its start, of its own speaker and channel if there is one. Otherwise it is missing.

    Args:
        payloads: Pairs of ``recording_id`` and the JSON bytes as received.

    Raises:
        msgspec.MsgspecError: A payload is not a JSON transcript.
    """
    columns = _Columns(WORDS)
    for recording_id, body in payloads:
        read = _read_words(body)
        words = read.words or []
        values = _spoken(words)
        values["word_index"] = np.arange(len(words))
        if words and read.utterances:
            values["utterance_index"] = _utterance_indices(values, read.utterances, body)
        columns.add(recording_id, len(words), values)
    return columns.frame()


def engine_of(transcript: wire.Transcript) -> str:
    """What made a transcript: "AssemblyAI", or "name version (quality)" as the embedded service says of itself.

    Example:
        >>> engine_of(wire.Transcript(id="t", status="completed", engine=wire.Engine("pocketsphinx", "5.1", "demonstration")))
        'pocketsphinx 5.1 (demonstration)'
    """
    engine = transcript.engine
    if engine is None:
        return REMOTE_ENGINE
    name = f"{engine.name} {engine.version}".strip()
    return f"{name} ({engine.quality})" if engine.quality else name


def _transcript_row(recording_id: str, transcript: wire.Transcript) -> dict[str, Any]:
    words = transcript.words or []
    speakers = {u.speaker for u in transcript.utterances or ()} or {word.speaker for word in words}
    return {
        "recording_id": recording_id,
        "transcript_id": transcript.id,
        "text": transcript.text or "",
        "confidence": transcript.confidence,
        "audio_duration_s": transcript.audio_duration,
        "language": transcript.language_code,
        "model": transcript.speech_model_used,
        "n_words": len(words),
        "n_speakers": len(speakers - {None}),
        "engine": engine_of(transcript),
    }


def _spoken(items: Sequence[wire.Word] | Sequence[wire.Utterance]) -> dict[str, Any]:
    """The columns that words and utterances share."""
    return {
        "speaker": [item.speaker for item in items],
        "channel": [item.channel for item in items],
        "start_ms": np.array([item.start for item in items], dtype=np.int64),
        "end_ms": np.array([item.end for item in items], dtype=np.int64),
        "text": [item.text for item in items],
        "confidence": [item.confidence for item in items],
    }


def _read_words(body: bytes) -> _WordsOnly | wire.Transcript:
    try:
        return _words_only.decode(body)
    except msgspec.ValidationError:
        return wire.read_transcript(body)


def _utterance_indices(words: Mapping[str, Any], utterances: Sequence[_Span | wire.Utterance], body: bytes) -> _Indices | list[int | None]:
    by_time = _by_time_alone(words, utterances)
    if by_time is not None:
        return by_time
    transcript = wire.read_transcript(body)
    return _by_listed_words(transcript.words or [], transcript.utterances or [])


def _by_time_alone(words: Mapping[str, Any], utterances: Sequence[_Span | wire.Utterance]) -> _Indices | None:
    """The utterance of each word, or None when time leaves a doubt about one of them."""
    turn_starts = np.array([u.start for u in utterances], dtype=np.int64)
    turn_ends = np.array([u.end for u in utterances], dtype=np.int64)
    starts, ends = words["start_ms"], words["end_ms"]
    indices: _Indices = np.searchsorted(turn_starts, starts, side="right") - 1
    if (turn_ends[:-1] > turn_starts[1:]).any() or (turn_starts >= turn_ends).any() or (starts >= ends).any() or (indices < 0).any():
        return None
    if (ends > turn_ends[indices]).any():
        return None
    turns = indices.tolist()
    if words["speaker"] != [utterances[i].speaker for i in turns] or words["channel"] != [utterances[i].channel for i in turns]:
        return None
    return indices


def _by_listed_words(words: Sequence[wire.Word], utterances: Sequence[wire.Utterance]) -> list[int | None]:
    listed: defaultdict[tuple[int, str], deque[int]] = defaultdict(deque)
    for index, utterance in enumerate(utterances):
        for word in utterance.words or ():
            listed[word.start, word.text].append(index)
    spans = _Spans(utterances)
    indices: list[int | None] = []
    for word in words:
        holders = listed.get((word.start, word.text))
        indices.append(holders.popleft() if holders else spans.holder(word))
    return indices


class _Spans:
    """Finds the latest utterance that contains a word's start, of the word's own speaker and channel before any other."""

    def __init__(self, utterances: Sequence[wire.Utterance]) -> None:
        self._groups: defaultdict[object, list[tuple[int, int, int]]] = defaultdict(list)
        for index, utterance in enumerate(utterances):
            span = (utterance.start, index, utterance.end)
            self._groups[utterance.speaker, utterance.channel].append(span)
            self._groups["anyone"].append(span)
        for spans in self._groups.values():
            spans.sort()

    def holder(self, word: wire.Word) -> int | None:
        for group in ((word.speaker, word.channel), "anyone"):
            spans = self._groups.get(group, [])
            position = bisect_right(spans, word.start, key=lambda span: span[0])
            for _, index, end in reversed(spans[max(0, position - _LOOK_BACK) : position]):
                if word.start <= end:
                    return index
        return None


class _Columns:
    """The columns of one table, one Arrow chunk per payload."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._chunks: dict[str, list[Any]] = {name: [] for name in table.names}

    def add(self, recording_id: str, length: int, values: Mapping[str, Any]) -> None:
        if length == 0:
            return
        for name, dtype in self._table.dtypes.items():
            arrow = _ARROW[dtype]
            if name == "recording_id":
                chunk = pa.repeat(pa.scalar(recording_id, arrow), length)
            elif name in values:
                chunk = pa.array(values[name], arrow)
            else:
                chunk = pa.nulls(length, arrow)
            self._chunks[name].append(chunk)

    def frame(self) -> pd.DataFrame:
        if not self._chunks["recording_id"]:
            return self._table.frame()
        return pd.DataFrame({name: self._values(name, dtype) for name, dtype in self._table.dtypes.items()}, copy=False)

    def _values(self, name: str, dtype: str) -> Any:
        """One column as pandas holds it, releasing the chunks it came from."""
        column = pa.chunked_array(self._chunks.pop(name), _ARROW[dtype])
        extension = pd.api.types.pandas_dtype(dtype)
        if hasattr(extension, "__from_arrow__"):
            return extension.__from_arrow__(column)
        return column.to_numpy()
