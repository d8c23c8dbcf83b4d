"""Rows of a corpus as people give them to a verb, as they quote them, and as spreadsheets take them in. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pandas as pd

from scribekit.base import schema, timecode
from scribekit.base.errors import OptionError, nearest

Style = Literal["text", "markdown", "reference"]
STYLES = ("text", "markdown", "reference")

_BARE_LABEL = re.compile(r"[A-Z]|\d+")
_FORMULA = re.compile(r"[=+\-@]")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|])")


def cells_of(row: Any, needed: Sequence[str], verb: str) -> dict[str, Any]:
    """The cells of the one row that a person gives to a verb.

    Args:
        row: A row of a table: a Series, a mapping, or a named tuple of ``itertuples``.
        needed: The columns that must have a value.
        verb: The name of the verb.

    Raises:
        OptionError: It is no single row, or has no value in a column that is needed.

    Example:
        >>> cells_of(pd.Series({"recording_id": "a"}), ["recording_id"], "play")
        {'recording_id': 'a'}
    """
    advice = f"Give one row of a table with times: {verb}(lines.iloc[0])."
    if isinstance(row, pd.DataFrame):
        raise OptionError(f"This is a table of {len(row)} rows. {advice}")
    given = row._asdict() if isinstance(row, tuple) and hasattr(row, "_asdict") else row
    if not isinstance(given, (Mapping, pd.Series)):
        raise OptionError(f"This is no row but {type(row).__name__}. {advice}")
    cells = dict(given)
    absent = [name for name in needed if schema.is_missing(cells.get(name))]
    if absent:
        raise OptionError(f"The row has no {' and no '.join(absent)}. {advice}")
    return cells


def citation(row: Mapping[Any, Any], style: Style, cut: tuple[bool, bool]) -> str:
    """A row as a citation; see :func:`scribekit.cite`.

    Args:
        row: It has ``recording_id`` and ``start_ms`` (see :func:`cells_of`), and ``match`` (with ``left`` and ``right``) or ``text``.
        style: One of :data:`STYLES`.
        cut: Whether words were left out before and after, which an ellipsis shows.

    Raises:
        OptionError: There is no such style, or the row has no words to quote.

    Example:
        >>> words = {"left": "Then the", "match": "bridge", "right": "closed."}
        >>> citation({"recording_id": "int_07", "speaker": "A", "start_ms": 754_000, **words}, "text", (True, False))
        '“… Then the bridge closed.” (Speaker A, int_07, 00:12:34)'
    """
    if style not in STYLES:
        raise OptionError(f"There is no style {style!r}.{nearest(str(style), STYLES)}")
    source = ", ".join(_source(row))
    if style == "reference":
        return source
    before, said, after = _quoted(row, cut)
    if style == "text":
        return f"“{_joined(before, said, after)}” ({source})"
    return f"> {_joined(_plain(before), f'**{_plain(said)}**', _plain(after))}\n>\n> — {_plain(source)}"


def as_tsv(lines: pd.DataFrame) -> str:
    r"""Rows as text that spreadsheets take in when it is pasted: cells parted by tabs, rows by line feeds, a header first.

    White space within a cell becomes one space, a cell with quotation marks is quoted, and a text that a spreadsheet would compute gets
    an apostrophe before it.

    Example:
        >>> as_tsv(pd.DataFrame({"match": ["=1+1", "two\nlines"], "start_ms": [-5, 7]})).splitlines()
        ['match\tstart_ms', "'=1+1\t-5", 'two lines\t7']
    """
    columns = [_cells(lines[name]) for name in lines.columns]
    rows = zip(*columns, strict=True)
    return "".join("\t".join(row) + "\n" for row in [tuple(_cell(str(name)) for name in lines.columns), *rows])


def _cells(column: pd.Series[Any]) -> list[str]:
    return ["" if missing else _cell(value) for value, missing in zip(column.tolist(), column.isna().tolist(), strict=True)]


def _cell(value: Any) -> str:
    text = " ".join(str(value).split())
    if isinstance(value, str) and _FORMULA.match(text):
        text = f"'{text}"
    return '"' + text.replace('"', '""') + '"' if '"' in text else text


def _source(row: Mapping[Any, Any]) -> list[str]:
    speaker, title, name = (_text(row, column) for column in ("speaker", "title", "recording_id"))
    who = f"Speaker {speaker}" if _BARE_LABEL.fullmatch(speaker) else speaker
    what = f"“{title}” [{name}]" if title and title != name else name
    return [part for part in (who, what, timecode.clock(int(row["start_ms"]))) if part]


def _quoted(row: Mapping[Any, Any], cut: tuple[bool, bool]) -> tuple[str, str, str]:
    if "match" in row:
        before, after = ("… " if cut[0] else ""), (" …" if cut[1] else "")
        left, right = _text(row, "left"), _text(row, "right")
        return (before + left).strip(), _text(row, "match"), (right + after).strip()
    if "text" in row:
        return "", _text(row, "text"), ""
    raise OptionError("The row has no words to quote: no 'match', no 'text'. Give a row of search or utterances, or style='reference'.")


def _text(row: Mapping[Any, Any], column: str) -> str:
    value = row.get(column)
    return "" if schema.is_missing(value) else " ".join(str(value).split())


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _MARKDOWN.sub(r"\\\1", text)
