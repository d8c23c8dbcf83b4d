"""Words that are all written alike become columns without an object for each. Pure.

A serialiser writes every word with the same keys in the same order, so the colons behind the keys tell where each value lies. All that
stands between the values is compared with the first word's, byte by byte; what is written otherwise is left to be read word by word.
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
_COLON, _QUOTE, _BLANK = ord(":"), ord('"'), ord(" ")

_texts = msgspec.json.Decoder(list[str])


class WordColumns(NamedTuple):
    """The words of a payload, a column each as an Arrow array; a column that is missing throughout is None.

    ``begins`` is no value of theirs: it says where in what was read the first key of each word is.
    """

    begins: Positions
    text: Any
    start: Any
    end: Any
    confidence: Any = None
    speaker: Any = None
    channel: Any = None


@dataclass(frozen=True, slots=True)
class _Field:
    """A value of each word, and what is written before it.

    Attributes:
        name: Its key.
        before: What stands between the value before and this one; for the first, the last value of the word before.
        colon: Of the colons of a word, the number of one in ``before``.
        lead: Where that one is in ``before``.
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
        lead: Where the first of these is, from the first key.
        ending: What stands behind the last value of the last word.
    """

    fields: list[_Field]
    colons: int
    lead: int
    ending: bytes


def read_columns(raw: bytes) -> WordColumns | None:
    """The words, when they are written alike.

    Args:
        raw: The value of ``words`` in a payload: valid JSON.

    Returns:
        The columns; None when the words must be read one by one.

    Example:
        >>> read_columns(b'[{"text":"Hi","start":10,"end":90},{"text":"you","start":100,"end":190}]').end.to_pylist()
        [90, 190]
    """
    layout = _layout_of(raw)
    has_escapes = b"\\" in raw
    if layout is None or (has_escapes and b"\\\\" in raw) or not raw.endswith(layout.ending):
        return None
    places = _places(raw, layout)
    if places is None:
        return None
    try:
        return WordColumns(places[:, 0] - layout.lead, **_values(raw, layout, places, has_escapes=has_escapes))
    except (pa.ArrowInvalid, msgspec.MsgspecError):
        return None


def _layout_of(raw: bytes) -> _Layout | None:
    """How the first word is written, if it has what a word needs and nothing that is not known."""
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
        if is_text or _KINDS[name] is not TEXT:  # a null where a text may stand is no value: all words have it, or they are not alike
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
    return _Layout(fields, sum(colons) + tail.count(b":"), leads[0], tail + b"]")


def _places(raw: bytes, layout: _Layout) -> Positions | None:
    """Where the colons of each word are, when the words are alike."""
    buffer = np.frombuffer(raw, np.uint8)
    colons = np.flatnonzero(buffer == _COLON)
    places = _alike(raw, layout, colons)
    if places is not None:
        return places
    before = buffer[colons - 1]  # behind a key there is a quotation mark, or blanks; before a colon in a text there is seldom either
    return None if (before <= _BLANK).any() else _alike(raw, layout, colons[before == _QUOTE])


def _alike(raw: bytes, layout: _Layout, colons: Positions) -> Positions | None:
    """A row of colons for each word, when all that stands between the values is as in the first."""
    if not len(colons) or len(colons) % layout.colons:
        return None
    places = colons.reshape(-1, layout.colons)
    for number, field in enumerate(layout.fields):
        width = len(field.before)
        windows = np.ndarray((len(raw) - width + 1,), dtype=f"V{width}", buffer=raw, strides=(1,))
        starts = places[0 if number else 1 :, field.colon] - field.lead
        if len(starts) and (starts[0] < 0 or starts[-1] >= len(windows) or windows[starts].tobytes() != field.before * len(starts)):
            return None
    return places


def _values(raw: bytes, layout: _Layout, places: Positions, *, has_escapes: bool) -> dict[str, Any]:
    data, fields = pa.py_buffer(raw), layout.fields
    befores = [places[:, field.colon] - field.lead for field in fields]
    befores.append(np.append(befores[0][1:], len(raw) - len(layout.ending)))
    values = {}
    for number, field in enumerate(fields):
        cells = _cut(data, befores[number] + len(field.before), befores[number + 1])
        kind = _KINDS[field.name]
        if kind is not TEXT:
            values[field.name] = _numbers(cells, kind)
        elif has_escapes:
            values[field.name] = _unescaped(cells)
        else:
            cells.validate(full=not raw.isascii())
            values[field.name] = cells
    return values


def _cut(data: pa.Buffer, starts: Positions, ends: Positions) -> Any:
    """The texts between the positions: every other one of those that all the positions part."""
    edges = np.column_stack((starts, ends)).reshape(-1)
    if edges[0] < 0 or edges[-1] > data.size or (edges[1:] < edges[:-1]).any():
        raise pa.ArrowInvalid("Values overlap")
    parted = pa.LargeStringArray.from_buffers(len(edges) - 1, pa.py_buffer(edges), data)
    return parted.take(pa.array(np.arange(0, len(edges), 2)))


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
