"""Tables in text files (CSV, TSV and the like) as rows of cells, whatever program wrote them. Pure.

No cell moves to another column: a row that has more cells than the header is an error that names its line, unless what is too much is empty
(a delimiter at the end of each row). Every cell stays the text that it is; an empty one is None.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scribekit.base.errors import ManifestError
from scribekit.recordings.manifest import SOURCE_NAMES

_DELIMITERS = "\t;,|"
_DIRECTIVE = re.compile(r'\ufeff?"?sep=(.)"?\r?\n?', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows of a table.

    Attributes:
        header: The names of the columns.
        rows: Their cells, as many in each as there are columns.
    """

    header: list[str]
    rows: list[list[object]]


def read_delimited(text: str) -> Grid:
    r"""Read a table from text.

    Raises:
        ManifestError: A row has more cells than the header, or a quote does not end. The message names the line.

    Example:
        >>> read_delimited("path;title;\na.wav;Hello, world;\n")
        Grid(header=['path', 'title'], rows=[['a.wav', 'Hello, world']])
    """
    body, delimiter, skipped = _after_directive(text)
    lines = body.splitlines() if delimiter is None else []
    delimiter = delimiter or _delimiter(lines)
    records = list(_records(body, delimiter, skipped))
    if not records:
        raise ManifestError("it is empty")
    _, header = records[0]
    rows = [(line, _cut(line, cells, len(header))) for line, cells in records[1:]]
    return grid_of(header, [cells for _, cells in rows])


def grid_of(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Grid:
    """Return a table without its empty rows and without empty columns that have no name. A column without a name is ``Unnamed: n``."""
    blank = ([None if isinstance(cell, str) and not cell.strip() else cell for cell in row] for row in rows)
    filled = [row for row in blank if any(cell is not None for cell in row)]
    names = [name.strip("\ufeff \t\u00a0") for name in header]
    kept = [place for place, name in enumerate(names) if name or any(row[place] is not None for row in filled)]
    return Grid([names[place] or f"Unnamed: {place}" for place in kept], [[row[place] for place in kept] for row in filled])


def _after_directive(text: str) -> tuple[str, str | None, int]:
    """Return a text without Excel's first line ``sep=;``, the delimiter that it names, and how many lines were removed."""
    text = text.removeprefix("\ufeff")
    found = _DIRECTIVE.match(text)
    return (text[found.end() :], found[1], 1) if found else (text, None, 0)


def _delimiter(lines: Sequence[str]) -> str:
    """Return the delimiter of a table: the one that gives a header with a column of sources, else the one that is most often in it."""
    filled = [line for line in lines if line.strip()]
    if not filled:
        return ","
    outside = re.sub(r'"[^"]*"', "", filled[0])
    count = {mark: outside.count(mark) for mark in _DELIMITERS}
    if not any(count.values()):  # one column; each row may still end with a delimiter
        return next((mark for mark in _DELIMITERS if len(filled) > 1 and all(line.endswith(mark) for line in filled[1:])), "\t")
    names = {mark: {name.strip(' "\u00a0').lower() for name in filled[0].split(mark)} for mark in _DELIMITERS}
    return max(_DELIMITERS, key=lambda mark: (bool(count[mark]) and bool(names[mark] & {*SOURCE_NAMES, "recording_id"}), count[mark]))


def _records(text: str, delimiter: str, skipped: int) -> Iterable[tuple[int, list[str]]]:
    """Yield the line on which each record starts, and its cells; without lines that are empty."""
    header = text.lstrip("\r\n").partition("\n")[0]
    is_spaced = delimiter != "\t" and header.count(delimiter) == header.count(f"{delimiter} ") > 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=is_spaced, strict=True)
    line = skipped + 1
    try:
        for cells in reader:
            if cells:
                yield line, cells
            line = skipped + reader.line_num + 1
    except csv.Error as cause:
        raise ManifestError(f"line {line}: {cause}") from cause


def _cut(line: int, cells: Sequence[str], width: int) -> list[object]:
    """Return the cells of a row, as many as the header has."""
    beyond = [cell for cell in cells[width:] if cell.strip()]
    if beyond:
        raise ManifestError(
            f"line {line} has {len(cells)} cells, and the header has {width} columns. Put a cell that holds the delimiter between quotes"
        )
    found: list[object] = list(cells[:width])
    return found + [None] * (width - len(found))
