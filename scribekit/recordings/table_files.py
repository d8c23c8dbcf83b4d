"""Files that hold a table of recordings (CSV, TSV, Excel, Parquet, JSON, plain text), read as frames whose values are as they were.

A column of a text file becomes numbers only where every value survives: where one way of writing the numbers gives every text back.
``007``, ``1.10``, ``1e5``, ``NA`` and ``None`` are texts. Only an empty cell is missing.
"""

from __future__ import annotations

import itertools
import json
import math
import re
import warnings
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from scribekit.base.cells import cell_text, yes_or_no
from scribekit.base.encodings import decoded
from scribekit.base.errors import ManifestError, ManifestWarning, nearest
from scribekit.base.options import OPTIONS, Kind
from scribekit.recordings.delimited import Grid, grid_of, read_delimited
from scribekit.recordings.manifest import SOURCE_NAMES, check_unicode
from scribekit.recordings.xlsx import read_sheet

TEXT_COLUMNS = frozenset({*SOURCE_NAMES, "recording_id", "codec", "sha256", "problem"})
"""Columns that are texts whatever is in them."""

_WHOLE = re.compile(r"-?[1-9]\d{0,17}|0", re.ASCII)
_TEXTS = (Kind.STRING, Kind.STRINGS)


def read_table_file(path: Path, as_text: Collection[object] | None = ()) -> pd.DataFrame:
    """Return the table in a file.

    Args:
        path: The file; its extension says what it is.
        as_text: Columns that are left as texts, because the user says what they are; None for all.

    Raises:
        ManifestError: There is no such file, or it cannot be read.

    Warns:
        ManifestWarning: The file is not in Unicode.
    """
    readers: dict[str, Callable[[Path], pd.DataFrame]] = {
        ".csv": lambda file: _frame(read_delimited(_text_of(file)), as_text),
        ".tsv": lambda file: _frame(read_delimited(_text_of(file)), as_text),
        ".txt": lambda file: table_of([line for line in _text_of(file).splitlines() if line.strip()]),
        ".parquet": pd.read_parquet,
        ".json": lambda file: table_of(json.loads(_text_of(file))),
        ".jsonl": lambda file: table_of(_json_lines(_text_of(file))),
        ".xlsx": lambda file: _frame(_sheet(file), as_text, has_types=True),
    }
    readers |= {".ndjson": readers[".jsonl"], ".xlsm": readers[".xlsx"]}
    suffix = path.suffix.lower()
    if path.is_dir():
        raise ManifestError(f"{str(path)!r} is a folder. Use sk.scan({str(path)!r}).")
    if not path.is_file():
        raise ManifestError(f"There is no manifest file {str(path)!r}. Relative paths start at {str(Path.cwd())!r}.")
    if suffix not in readers:
        raise ManifestError(f"A manifest cannot be read from {suffix or 'a file without extension'!r}. Known are: {', '.join(readers)}.")
    try:
        return readers[suffix](path)
    except ImportError as cause:
        raise ManifestError(f"Reading {path.name!r} needs another library ({cause}). Install it, or save the table as CSV.") from cause
    except (ManifestError, ValueError, OSError, RecursionError, pa.ArrowException) as cause:  # JSON and encoding errors are ValueErrors
        hint = "Save it as UTF-8." if isinstance(cause, UnicodeDecodeError) else "Open it and look at that place."
        raise ManifestError(f"The manifest {str(path)!r} cannot be read: {str(cause).rstrip('.')}. {hint}") from cause


def table_of(given: Any) -> pd.DataFrame:
    """Return a frame with a column that names the recordings, from a frame, dict of columns, list of dicts or list of strings.

    Raises:
        ManifestError: It is something else.
    """
    if isinstance(given, pd.DataFrame):
        named = [name for name in given.index.names if name in {*SOURCE_NAMES, "recording_id"} and name not in given.columns]
        return given.reset_index(level=named) if named else given
    if isinstance(given, Mapping) and given and not any(pd.api.types.is_list_like(cells) for cells in given.values()):
        given = [given]
    if isinstance(given, Mapping):
        try:
            return _frame_of(given)
        except ValueError as cause:
            raise ManifestError(f"A dict of columns needs columns of the same length ({cause}).") from cause
    if not isinstance(given, Iterable) or isinstance(given, (str, bytes, bytearray)):
        raise ManifestError(
            f"A manifest cannot be made from {type(given).__name__}. Give a path, a table, or a list of paths, URLs or dicts."
        )
    rows = [row if isinstance(row, Mapping) else {"source": row} for row in given]
    return _frame_of(rows) if rows else pd.DataFrame({"source": []})


def _frame_of(cells: Any) -> pd.DataFrame:
    """Return a frame of cells. Columns of text hold only valid Unicode, so a name that is not keeps its column as it is."""
    try:
        return pd.DataFrame(cells)
    except UnicodeEncodeError:
        check_unicode(itertools.chain(*([cells] if isinstance(cells, Mapping) else cells)))
        return pd.DataFrame(cells, dtype=object)


def with_dtypes(frame: pd.DataFrame, dtype: Any, own: Sequence[object]) -> pd.DataFrame:
    """Return a frame whose columns have the dtypes that the user wants.

    Args:
        frame: The table.
        dtype: A dict of columns and dtypes, or one dtype for all of ``own``; None changes nothing.
        own: The columns that a single dtype holds for.

    Raises:
        ManifestError: There is no such column, or it holds what the dtype cannot.
    """
    if dtype is None:
        return frame
    wanted = dict(dtype) if isinstance(dtype, Mapping) else dict.fromkeys(own, dtype)
    frame = frame.copy(deep=False)
    for name, kind in wanted.items():
        if name not in frame.columns:
            raise ManifestError(f"There is no column {name!r} for dtype=.{nearest(str(name), map(str, frame.columns))}")
        try:
            frame[name] = _as_dtype(frame[name], kind)
        except (ValueError, TypeError, OverflowError, AttributeError, pa.ArrowException) as cause:
            raise ManifestError(f"The column {name!r} cannot be made {kind!r} ({cause}). Give it another dtype, or correct it.") from cause
    return frame


def _as_dtype(column: pd.Series[Any], dtype: Any) -> pd.Series[Any]:
    kind = pd.api.types.pandas_dtype(dtype)
    if pd.api.types.is_bool_dtype(kind):  # every text that is not empty counts as true otherwise
        column = pd.Series([yes_or_no(cell) for cell in column.tolist()], index=column.index, dtype="boolean")
    elif pd.api.types.is_string_dtype(kind) and not pd.api.types.is_object_dtype(kind):
        column = pd.Series([cell_text(cell) for cell in column.tolist()], index=column.index, dtype="str")
    return column.astype(kind)


def _text_of(path: Path) -> str:
    text, is_guess = decoded(path.read_bytes())
    if is_guess:
        warnings.warn(
            f"{path.name!r} is not in UTF-8, and was read as Windows-1252 (Western European). If letters are wrong, save it as UTF-8.",
            ManifestWarning,
            stacklevel=5,
        )
    return text.removeprefix("\ufeff")


def _json_lines(text: str) -> list[Any]:
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                rows.append(json.loads(line))
            except json.JSONDecodeError as cause:
                raise ManifestError(f"line {number} is not JSON: {cause.msg}") from cause
    return rows


def _sheet(path: Path) -> Grid:
    rows = [row for row in read_sheet(path.read_bytes()) if any(cell is not None for cell in row)]
    if not rows:
        raise ManifestError("its first sheet is empty")
    return grid_of([cell_text(cell) or "" for cell in rows[0]], rows[1:])


def _frame(grid: Grid, as_text: Collection[object] | None, *, has_types: bool = False) -> pd.DataFrame:
    """Return a table as a frame. Where its cells have types, a text is not read as a number."""
    repeated = sorted({name for name in grid.header if grid.header.count(name) > 1})
    if repeated:
        raise ManifestError(f"Columns must have different names; found more than once: {', '.join(repeated)}. Rename or drop one of each")
    columns = zip(*grid.rows, strict=True) if grid.rows else ([] for _ in grid.header)
    left = grid.header if as_text is None else as_text
    named = zip(grid.header, map(list, columns), strict=True)
    return pd.DataFrame({name: _column(name, cells, is_text=name in left, has_types=has_types) for name, cells in named})


def _column(name: str, cells: list[Any], *, is_text: bool, has_types: bool) -> pd.Series[Any]:
    """Return a column with the dtype in which each of its values is what it was."""
    option = OPTIONS.get(name)
    present = [cell for cell in cells if cell is not None]
    if is_text or name in TEXT_COLUMNS or (option and option.kind in _TEXTS):
        return pd.Series([cell_text(cell) for cell in cells], dtype="str")
    is_switch = option is not None and option.kind is Kind.BOOLEAN
    if present and all(isinstance(cell, str) for cell in present) and (is_switch or not has_types):
        return _of_texts(cells, present, is_bool=is_switch)
    kinds = {type(cell) for cell in present}
    if kinds == {bool}:
        return pd.Series(cells, dtype="bool" if len(present) == len(cells) else "boolean")
    if kinds == {int}:
        return pd.Series(cells, dtype="int64" if len(present) == len(cells) else "Int64")
    if kinds and kinds <= {int, float}:
        return pd.Series(cells, dtype="float64")
    if len(kinds) > 1 or not kinds or kinds == {str}:
        return pd.Series([cell_text(cell) for cell in cells], dtype="str")
    return pd.Series(cells)


def _of_texts(cells: list[str | None], present: list[str], *, is_bool: bool) -> pd.Series[Any]:
    if set(present) <= {"True", "False"} or (is_bool and {text.lower() for text in present} <= {"true", "false"}):
        found = [None if cell is None else cell.lower() == "true" for cell in cells]
        return pd.Series(found, dtype="bool" if len(present) == len(cells) else "boolean")
    if all(map(_WHOLE.fullmatch, present)):
        return pd.Series([None if cell is None else int(cell) for cell in cells], dtype="int64" if len(present) == len(cells) else "Int64")
    if _survive(present):
        return pd.Series([None if cell is None else float(cell) for cell in cells], dtype="float64")
    return pd.Series(cells, dtype="str")


def _survive(texts: Iterable[str]) -> bool:
    """Return whether texts are numbers that all come back from one way of writing numbers, with or without ``.0`` at whole ones."""
    with_point = without = True
    for text in texts:
        try:
            number = float(text)
        except ValueError:
            return False
        written = repr(number)
        with_point = with_point and text == written
        without = without and text == written.removesuffix(".0") != "-0"
        if not (with_point or without) or not math.isfinite(number):
            return False
    return True
