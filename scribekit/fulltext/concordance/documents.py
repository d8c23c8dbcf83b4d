"""Recordings as the search index stores them: packed many at once, unpacked one by one. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple, overload

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from scribekit.base.text_columns import repeated
from scribekit.fulltext.concordance.lines import Document, Integers, reading_order
from scribekit.fulltext.concordance.terms import searchable_text, terms

WORD_COLUMNS = ("recording_id", "utterance_index", "speaker", "start_ms", "end_ms", "text")
"""The columns of ``schema.WORDS`` that :func:`pack` needs."""

_LZ4 = pa.Codec("lz4")  # each search unpacks a hundred documents, so unpacking must be quick
_INTEGER_TYPES = ("<i1", "<i2", "<i4", "<i8")
_SIZE_BYTES = 8

_Narrow = tuple[str, bytes]
"""Integers in the smallest type that holds them all: the NumPy dtype, and their bytes."""


class Packed(NamedTuple):
    """A recording as the index stores it, turn by turn.

    Attributes:
        text: Its terms, as :func:`searchable_text` writes them.
        body: Its words with their times.
    """

    text: str
    body: bytes


class _Body(msgspec.Struct, array_like=True):
    """The words of a recording, joined. Of numbers that grow from word to word, the differences are stored."""

    words: bytes
    lengths: _Narrow
    word_index_steps: _Narrow
    start_steps: _Narrow
    durations: _Narrow
    utterance_steps: _Narrow
    speakers: _Narrow
    labels: list[str]
    terms_of_word: _Narrow


_encoder, _decoder = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(_Body)


def pack(rows: pa.Table, recording_ids: Sequence[str]) -> Iterator[Packed]:
    """Pack recordings for the index.

    Args:
        rows: Words, with the columns ``WORD_COLUMNS`` of ``schema.WORDS``; the rows of a recording are consecutive, in the order of its
            words.
        recording_ids: The recordings; one without rows has no words.

    Returns:
        One for each recording id, in this order.

    Example:
        >>> from scribekit.transcripts.frames import project
        >>> body = b'{"id": "t", "status": "completed", "words": [{"text": "Hi,", "start": 10, "end": 90}]}'
        >>> [packed.text for packed in pack(project(["words"], [("a", body)])["words"], ["a", "b"])]
        [' hi ', ' ']
    """
    columns = _Columns(rows)
    return (columns.packed(recording_id) for recording_id in recording_ids)


def unpack(body: bytes) -> Document:
    """Return the document of a body that :func:`pack` made."""
    found = _decoder.decode(memoryview(_LZ4.decompress(body[_SIZE_BYTES:], int.from_bytes(body[:_SIZE_BYTES], "little"))))
    starts = _summed(found.start_steps)
    return Document(
        words=_Texts(found.words, _summed(found.lengths)),
        word_indexes=_summed(found.word_index_steps),
        start_ms=starts,
        end_ms=starts + _integers(found.durations),
        utterances=_summed(found.utterance_steps),
        speakers=_integers(found.speakers),
        labels=found.labels,
        word_of_term=np.repeat(np.arange(len(starts)), _integers(found.terms_of_word)),
    )


class _Columns:
    """The columns of many recordings. Whatever can be computed for all of them at once is computed here, once."""

    def __init__(self, rows: pa.Table) -> None:
        self._order = reading_order(_utterances(rows), _encoded(rows["recording_id"]).indices.to_numpy())
        if (np.diff(self._order) != 1).any():
            rows = rows.take(pa.array(self._order))
        texts = rows["text"].combine_chunks().cast(pa.large_string())
        self._offsets, self._characters = _utf8(texts)
        recordings = _encoded(rows["recording_id"])
        self._row_ranges = _row_ranges(recordings)
        self._term_counts, joined = _terms(texts, recordings)
        self._texts: dict[str, str] = dict(zip(self._row_ranges, joined, strict=True))
        self._starts, self._ends = rows["start_ms"].to_numpy(), rows["end_ms"].to_numpy()
        self._utterances = _utterances(rows)
        speakers = _encoded(rows["speaker"])
        self._speakers, self._labels = speakers.indices.fill_null(-1).to_numpy(), speakers.dictionary.to_pylist()

    def packed(self, recording_id: str) -> Packed:
        first, end = self._row_ranges.get(recording_id, (0, 0))
        text, offsets, starts = self._texts.get(recording_id), self._offsets[first : end + 1], self._starts[first:end]
        present, speakers = np.unique(self._speakers[first:end], return_inverse=True)
        without_speaker = int((present < 0).any())  # -1 sorts first, so it is the first of those present
        body = _encoder.encode(
            _Body(
                words=bytes(self._characters[offsets[0] : offsets[-1]]),
                lengths=_narrow(np.diff(offsets)),
                word_index_steps=_narrow(np.diff(self._order[first:end], prepend=first)),
                start_steps=_narrow(np.diff(starts, prepend=0)),
                durations=_narrow(self._ends[first:end] - starts),
                utterance_steps=_narrow(np.diff(self._utterances[first:end], prepend=0)),
                speakers=_narrow(speakers - without_speaker),
                labels=[self._labels[code] for code in present[without_speaker:].tolist()],
                terms_of_word=_narrow(self._term_counts[first:end]),
            )
        )
        size = len(body).to_bytes(_SIZE_BYTES, "little")
        return Packed(searchable_text([text] if text else []), size + _LZ4.compress(body, asbytes=True))


def _utterances(rows: pa.Table) -> Integers:
    found: Integers = rows["utterance_index"].combine_chunks().fill_null(-1).to_numpy()
    return found


def _row_ranges(recordings: Any) -> dict[str, tuple[int, int]]:
    """Return the first row of each recording, and the row after its last."""
    edges = _edges(recordings.indices.to_numpy())
    names = recordings.take(pa.array(edges[:-1])).to_pylist()
    return dict(zip(names, pairwise(edges.tolist()), strict=True))


def _terms(texts: Any, recordings: Any) -> tuple[Integers, list[str]]:
    """Return the number of terms of each word, and the terms of each recording, joined by spaces."""
    encoded = texts.dictionary_encode()
    terms_of_text = [terms(word) for word in encoded.dictionary.to_pylist()]
    codes = encoded.indices.to_numpy()
    counts = np.fromiter(map(len, terms_of_text), np.int64, len(terms_of_text))[codes]
    with_terms = repeated(pa.array(map(" ".join, terms_of_text), pa.string()), pa.array(codes[counts > 0]))
    offsets = np.append(0, np.cumsum(counts > 0))[_edges(recordings.indices.to_numpy())]
    return counts, pc.binary_join(pa.ListArray.from_arrays(offsets, with_terms), " ").to_pylist()


def _edges(codes: Integers) -> npt.NDArray[np.int64]:
    """Return where runs of equal codes begin, and where the last one ends."""
    if not len(codes):
        return np.zeros(1, dtype=np.int64)
    return np.concatenate(([0], np.flatnonzero(np.diff(codes)) + 1, [len(codes)]))


def _encoded(column: Any) -> Any:
    """Return a column of texts as an Arrow dictionary array."""
    whole = column.combine_chunks()
    return whole if pa.types.is_dictionary(whole.type) else whole.dictionary_encode()


def _utf8(texts: Any) -> tuple[npt.NDArray[np.int64], memoryview]:
    """Return where each text of a column without nulls begins, with the end of the last, and all texts joined, as UTF-8."""
    _, offsets, characters = texts.buffers()
    if not len(texts):
        return np.zeros(1, dtype=np.int64), memoryview(b"")
    return np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1], memoryview(characters or b"")


def _narrow(values: Integers) -> _Narrow:
    least, most = int(values.min(initial=0)), int(values.max(initial=0))
    dtype = next(dtype for dtype in _INTEGER_TYPES if np.iinfo(dtype).min <= least and most <= np.iinfo(dtype).max)
    return dtype, values.astype(dtype).tobytes()


def _integers(stored: _Narrow) -> Integers:
    dtype, values = stored
    return np.frombuffer(values, dtype)


def _summed(steps: _Narrow) -> npt.NDArray[np.int64]:
    return np.cumsum(_integers(steps), dtype=np.int64)


class _Texts(Sequence[str]):
    """The words of a document. Each is decoded when it is asked for, because a line needs few of them."""

    def __init__(self, characters: bytes, ends: Integers) -> None:
        self._characters = characters
        self._ends = ends
        self._starts = np.concatenate([np.zeros(1, dtype=ends.dtype), ends[:-1]])

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            edges = zip(self._starts[index].tolist(), self._ends[index].tolist(), strict=True)
            return [self._characters[start:end].decode() for start, end in edges]
        return self._characters[self._starts[index] : self._ends[index]].decode()
