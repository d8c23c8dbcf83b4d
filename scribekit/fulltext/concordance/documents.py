"""Recordings on their way into the search index and out of it: packed many at once, unpacked one by one. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple, overload

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from scribekit.fulltext.concordance.lines import Document, reading_order
from scribekit.fulltext.concordance.terms import terms, text_of

COLUMNS = ("recording_id", "utterance_index", "speaker", "start_ms", "end_ms", "text")
"""The columns of ``schema.WORDS`` that are needed."""

_LZ4 = pa.Codec("lz4")  # read back a hundred times for each search
_KINDS = ("<i1", "<i2", "<i4", "<i8")
_LENGTH_BYTES = 8

Numbers = npt.NDArray[np.integer[Any]]
_Narrow = tuple[str, bytes]
"""Whole numbers in as few bytes as hold the largest: their NumPy dtype, and they."""


class Packed(NamedTuple):
    """A recording as the index holds it, turn by turn: its terms, as :func:`text_of` writes them, and its words with their times."""

    text: str
    body: bytes


class _Body(msgspec.Struct, array_like=True):
    """The words one after the other; of numbers that grow from word to word, the steps."""

    words: bytes
    lengths: _Narrow
    number_steps: _Narrow
    start_steps: _Narrow
    durations: _Narrow
    utterance_steps: _Narrow
    speakers: _Narrow
    labels: list[str]
    terms_of_word: _Narrow


_encoder, _decoder = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(_Body)


def pack(rows: pa.Table, recording_ids: Sequence[str]) -> Iterator[Packed]:
    """Recordings as the index holds them.

    Args:
        rows: Words, with the columns ``COLUMNS`` of ``schema.WORDS``; the rows of a recording stand together, in the order of its words.
        recording_ids: The recordings; one that has no rows has no words.

    Returns:
        One for each recording id, in this order.

    Example:
        >>> from scribekit.transcripts.frames import project
        >>> body = b'{"id": "t", "status": "completed", "words": [{"text": "Hi,", "start": 10, "end": 90}]}'
        >>> [found.text for found in pack(project(["words"], [("a", body)])["words"], ["a", "b"])]
        [' hi ', ' ']
    """
    words = _Words(rows)
    return (words.packed(recording_id) for recording_id in recording_ids)


def unpack(body: bytes) -> Document:
    """The document that :func:`pack` made."""
    found = _decoder.decode(memoryview(_LZ4.decompress(body[_LENGTH_BYTES:], int.from_bytes(body[:_LENGTH_BYTES], "little"))))
    starts = _summed(found.start_steps)
    return Document(
        words=_Texts(found.words, _summed(found.lengths)),
        numbers=_summed(found.number_steps),
        start_ms=starts,
        end_ms=starts + _read(found.durations),
        utterances=_summed(found.utterance_steps),
        speakers=_read(found.speakers),
        labels=found.labels,
        word_of_term=np.repeat(np.arange(len(starts)), _read(found.terms_of_word)),
    )


class _Words:
    """The columns of many recordings; what can be made for all of them at once, once."""

    def __init__(self, rows: pa.Table) -> None:
        self._order = _order(rows)
        if (np.diff(self._order) != 1).any():
            rows = rows.take(pa.array(self._order))
        text = rows["text"].combine_chunks().cast(pa.large_string())
        self._offsets, self._letters = _written(text)
        self._counts, joined, self._runs = _joined(text, _encoded(rows["recording_id"]))
        self._joined: dict[str, str] = dict(zip(self._runs, joined, strict=True))
        self._starts, self._ends = rows["start_ms"].to_numpy(), rows["end_ms"].to_numpy()
        self._utterances = _utterances(rows)
        speakers = _encoded(rows["speaker"])
        self._speakers, self._labels = speakers.indices.fill_null(-1).to_numpy(), speakers.dictionary.to_pylist()

    def packed(self, recording_id: str) -> Packed:
        first, end = self._runs.get(recording_id, (0, 0))
        spoken, offsets, starts = self._joined.get(recording_id), self._offsets[first : end + 1], self._starts[first:end]
        present, speakers = np.unique(self._speakers[first:end], return_inverse=True)
        nobody = int((present < 0).any())
        body = _encoder.encode(
            _Body(
                words=bytes(self._letters[offsets[0] : offsets[-1]]),
                lengths=_narrow(np.diff(offsets)),
                number_steps=_narrow(np.diff(self._order[first:end], prepend=first)),
                start_steps=_narrow(np.diff(starts, prepend=0)),
                durations=_narrow(self._ends[first:end] - starts),
                utterance_steps=_narrow(np.diff(self._utterances[first:end], prepend=0)),
                speakers=_narrow(speakers - nobody),
                labels=[self._labels[code] for code in present[nobody:].tolist()],
                terms_of_word=_narrow(self._counts[first:end]),
            )
        )
        return Packed(text_of([spoken] if spoken else []), len(body).to_bytes(_LENGTH_BYTES, "little") + _LZ4.compress(body, asbytes=True))


def _order(rows: pa.Table) -> Numbers:
    return reading_order(_utterances(rows), _encoded(rows["recording_id"]).indices.to_numpy())


def _utterances(rows: pa.Table) -> Numbers:
    found: Numbers = rows["utterance_index"].combine_chunks().fill_null(-1).to_numpy()
    return found


def _joined(text: Any, recordings: Any) -> tuple[Numbers, list[str], dict[str, tuple[int, int]]]:
    """How many terms each word has; for each recording its terms with spaces between, and its first row and the one after the last."""
    texts = text.dictionary_encode()
    parted = [terms(word) for word in texts.dictionary.to_pylist()]
    codes = texts.indices.to_numpy()
    counts = np.fromiter(map(len, parted), np.int64, len(parted))[codes]
    edges = _edges(recordings.indices.to_numpy())
    spoken = pa.array(map(" ".join, parted), pa.string()).take(pa.array(codes[counts > 0]))
    places = np.append(0, np.cumsum(counts > 0))[edges]
    joined = pc.binary_join(pa.ListArray.from_arrays(places, spoken), " ").to_pylist()
    names = recordings.take(pa.array(edges[:-1])).to_pylist()
    return counts, joined, dict(zip(names, pairwise(edges.tolist()), strict=True))


def _edges(codes: Numbers) -> npt.NDArray[np.int64]:
    """Where runs of equal codes begin, and where the last one ends."""
    if not len(codes):
        return np.zeros(1, dtype=np.int64)
    return np.concatenate(([0], np.flatnonzero(np.diff(codes)) + 1, [len(codes)]))


def _encoded(column: Any) -> Any:
    """A column of texts as codes and the texts that they stand for."""
    whole = column.combine_chunks()
    return whole if pa.types.is_dictionary(whole.type) else whole.dictionary_encode()


def _written(text: Any) -> tuple[npt.NDArray[np.int64], memoryview]:
    """All texts of a column without nulls one after the other, and where each begins, with the end of the last."""
    _, offsets, letters = text.buffers()
    if not len(text):
        return np.zeros(1, dtype=np.int64), memoryview(b"")
    return np.frombuffer(offsets, np.int64)[text.offset : text.offset + len(text) + 1], memoryview(letters or b"")


def _narrow(values: Numbers) -> _Narrow:
    least, most = int(values.min(initial=0)), int(values.max(initial=0))
    kind = next(kind for kind in _KINDS if np.iinfo(kind).min <= least and most <= np.iinfo(kind).max)
    return kind, values.astype(kind).tobytes()


def _read(stored: _Narrow) -> Numbers:
    kind, values = stored
    return np.frombuffer(values, kind)


def _summed(steps: _Narrow) -> npt.NDArray[np.int64]:
    return np.cumsum(_read(steps), dtype=np.int64)


class _Texts(Sequence[str]):
    """The words of a document, each made when it is asked for: a line needs few of them."""

    def __init__(self, written: bytes, ends: Numbers) -> None:
        self._written = written
        self._ends = ends
        self._starts = np.concatenate([np.zeros(1, dtype=ends.dtype), ends[:-1]])

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            edges = zip(self._starts[place].tolist(), self._ends[place].tolist(), strict=True)
            return [self._written[start:end].decode() for start, end in edges]
        return self._written[self._starts[place] : self._ends[place]].decode()
