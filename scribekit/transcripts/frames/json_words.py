"""An optional fast path: read the words of a payload as columns, without an object for each word. The result equals plain decoding.

A serialiser writes every word with the same keys in the same order, so the colons after the keys tell where each value is. All that is
written between the values is compared with the first word's, byte by byte. Words that differ are left to the decoder. The list of words,
which is most of a payload, is cut out, so that the decoder does not read it again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Positions = npt.NDArray[np.int64]

TEXT = pa.large_string()
_KINDS = {"text": TEXT, "speaker": TEXT, "channel": TEXT, "start": pa.int64(), "end": pa.int64(), "confidence": pa.float64()}
_NEEDED = frozenset({"text", "start", "end"})
_FIELD = re.compile(rb'(?:, ?)?"(\w+)": ?(?:"((?:[^"\\]|\\.)*)"|([^"{}\[\]\s,]+))')
_COLON, _QUOTE, _SPACE = ord(":"), ord('"'), ord(" ")

_WORDS = re.compile(rb'"words": ?(?=\[\{)')
_BRACE = ord("}")

_texts = msgspec.json.Decoder(list[str])
_objects = msgspec.json.Decoder(msgspec.defstruct("Anything", []))


class WordColumns(NamedTuple):
    """The words of a payload, each column an Arrow array; None for a column that no word has."""

    text: Any
    start: Any
    end: Any
    confidence: Any = None
    speaker: Any = None
    channel: Any = None


@dataclass(frozen=True, slots=True)
class _Field:
    """A value that each word has, and what is written before it.

    Attributes:
        name: Its key.
        before: What is written between the value before and this one; for the first field, from the last value of the word before.
        colon: The number, among the colons of a word, of one that is in ``before``.
        lead: The position of that colon in ``before``.
    """

    name: str
    before: bytes
    colon: int
    lead: int


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a word is written.

    Attributes:
        fields: Its values.
        colons: How many colons it has.
        ending: What is written after the last value of the last word.
    """

    fields: list[_Field]
    colons: int
    ending: bytes


def cut_out_words(body: bytes) -> tuple[WordColumns, bytes] | None:
    """Cut the words out of a payload when all are written alike.

    Args:
        body: A payload: valid JSON.

    Returns:
        The words, and the payload with null instead of them; it has another value under ``words`` only when the payload has this key twice.
        None when the words must be decoded.

    Example:
        >>> cut_out_words(b'{"id":"t","words":[{"text":"Hi","start":10,"end":90}],"utterances":null}')[1]
        b'{"id":"t","words":null,"utterances":null}'
    """
    found = _WORDS.search(body)
    if found is None or not _is_key_of_payload(body[: found.end()]):
        return None
    begin, end = found.end(), _end_of_list(body, found.end())
    columns = read_columns(body[begin:end])
    return None if columns is None else (columns, body[:begin] + b"null" + body[end:])


def _is_key_of_payload(beginning: bytes) -> bool:
    """Whether the key at the end is the payload's own and not a nested one: then a value and one brace complete the object."""
    try:
        _objects.decode(beginning + b"null}")
    except msgspec.MsgspecError:
        return False
    return True


def _end_of_list(text: bytes, begin: int) -> int:
    """Return where a list of objects ends, unless a text in it has what looks like its end; 0 when it does not end."""
    end = text.find(b"]", begin) + 1
    while end and text[end - 2] != _BRACE:
        end = text.find(b"]", end) + 1
    return end


def read_columns(raw: bytes) -> WordColumns | None:
    """Read the words as columns when all are written alike.

    Args:
        raw: The value of ``words`` in a payload: valid JSON.

    Returns:
        The columns; None when the words must be decoded one by one.

    Example:
        >>> read_columns(b'[{"text":"Hi","start":10,"end":90},{"text":"you","start":100,"end":190}]').end.to_pylist()
        [90, 190]
    """
    layout = _layout_of(raw)
    has_escapes = b"\\" in raw
    if layout is None or (has_escapes and b"\\\\" in raw) or not raw.endswith(layout.ending):
        return None
    colons = _colons(raw, layout)
    if colons is None:
        return None
    try:
        return WordColumns(**_values(raw, layout, colons, has_escapes=has_escapes))
    except (pa.ArrowInvalid, msgspec.MsgspecError):
        return None


def _layout_of(raw: bytes) -> _Layout | None:
    """Return how the first word is written; None unless it has what a word needs and no unknown key."""
    if not raw.startswith(b"[{"):
        return None
    names: list[str] = []
    literals: list[bytes] = []
    ended = at = 2  # where the last value ended, and the last field
    seen: set[str] = set()
    while (found := _FIELD.match(raw, at)) is not None:
        name, at = found[1].decode(), found.end()
        is_text = found[2] is not None
        if name in seen or name not in _KINDS or (is_text != (_KINDS[name] is TEXT) and found[3] != b"null"):
            return None
        seen.add(name)
        if is_text or _KINDS[name] is not TEXT:  # null instead of a text is not a value: every word has it, or they are not alike
            names.append(name)
            literals.append(raw[ended : found.start(2 if is_text else 3)])
            ended = found.end(2 if is_text else 3)
    if not set(names) >= _NEEDED or raw[at : at + 1] != b"}":
        return None
    tail = raw[ended : at + 1]
    gap = raw[at + 1 : raw.index(b"{", at) + 1] if b"{" in raw[at : at + 4] else b""
    colons = [literal.count(b":") for literal in literals]
    leads = [literal.index(b":") for literal in literals]
    fields = [_Field(name, literals[number], sum(colons[:number]), leads[number]) for number, name in enumerate(names)]
    fields[0] = _Field(names[0], tail + gap + literals[0], 0, len(tail + gap) + leads[0])
    return _Layout(fields, sum(colons) + tail.count(b":"), tail + b"]")


def _colons(raw: bytes, layout: _Layout) -> Positions | None:
    """Return the positions of the colons between the values, a row for each colon of a word; None unless the words are alike."""
    buffer = np.frombuffer(raw, np.uint8)
    colons = np.flatnonzero(buffer == _COLON)
    found = _if_alike(raw, layout, colons)
    if found is not None:
        return found
    before = buffer[colons - 1]  # a key ends with a quotation mark, or spaces follow it; before a colon in a text there is seldom either
    return None if (before <= _SPACE).any() else _if_alike(raw, layout, colons[before == _QUOTE])


def _if_alike(raw: bytes, layout: _Layout, colons: Positions) -> Positions | None:
    if not len(colons) or len(colons) % layout.colons:
        return None
    of_words = np.ascontiguousarray(colons.reshape(-1, layout.colons).T)
    for number, field in enumerate(layout.fields):
        width = len(field.before)
        windows = np.ndarray((len(raw) - width + 1,), dtype=f"V{width}", buffer=raw, strides=(1,))
        starts = of_words[field.colon, 0 if number else 1 :] - field.lead
        if len(starts) and (starts[0] < 0 or starts[-1] >= len(windows) or windows[starts].tobytes() != field.before * len(starts)):
            return None
    return of_words


def _values(raw: bytes, layout: _Layout, colons: Positions, *, has_escapes: bool) -> dict[str, Any]:
    data, is_ascii, every_other = pa.py_buffer(raw), raw.isascii(), pa.array(np.arange(0, 2 * colons.shape[1], 2))
    befores = [colons[field.colon] - field.lead for field in layout.fields]
    befores.append(np.append(befores[0][1:], len(raw) - len(layout.ending)))
    values = {}
    for field, before, after in zip(layout.fields, befores, befores[1:], strict=False):
        cells = _between(data, before + len(field.before), after, every_other)
        kind = _KINDS[field.name]
        if kind is not TEXT:
            values[field.name] = _numbers(cells, kind)
        elif has_escapes:
            values[field.name] = _unescaped(cells)
        else:
            cells.validate(full=not is_ascii)
            values[field.name] = cells
    return values


def _between(data: pa.Buffer, starts: Positions, ends: Positions, every_other: Any) -> Any:
    """Return the texts from each start to its end: every other one of those between all the positions."""
    edges = np.column_stack((starts, ends)).reshape(-1)
    if edges[0] < 0 or edges[-1] > data.size or (edges[1:] < edges[:-1]).any():
        raise pa.ArrowInvalid("Values overlap")
    return pa.LargeStringArray.from_buffers(len(edges) - 1, pa.py_buffer(edges), data).take(every_other)


def _numbers(cells: Any, kind: pa.DataType) -> Any:
    try:
        numbers = cells.cast(kind)
    except pa.ArrowInvalid:
        numbers = pc.if_else(pc.equal(cells, "null"), None, cells).cast(kind)
    if kind is not pa.float64() and numbers.null_count:
        raise pa.ArrowInvalid("A time is missing")
    if kind is pa.float64() and not pc.all(pc.is_finite(numbers)).as_py() and numbers.null_count < len(numbers):
        raise pa.ArrowInvalid("A number is beyond all bounds")
    return numbers


def _unescaped(cells: Any) -> Any:
    written = cells.cast(pa.large_binary()).to_numpy(zero_copy_only=False).tolist()
    return pa.array(_texts.decode(b'["' + b'","'.join(written) + b'"]'), TEXT)
