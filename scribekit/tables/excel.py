"""Tables as a workbook for Excel and its like (``sk.to_excel``). What Excel cannot hold is said, and never lost in silence."""

from __future__ import annotations

import json
import math
import numbers
import re
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from scribekit.base.errors import ExcelLimitsWarning, MissingExtraError, OptionError, nearest
from scribekit.base.names import names_of
from scribekit.base.schema import LEVELS, SHEETS, is_missing
from scribekit.corpus.handles import Corpus, corpus_of
from scribekit.tables.export import whole_file
from scribekit.tables.frames import Level, frame_of

if TYPE_CHECKING:
    import os

DEFAULT_LEVELS = ("transcripts", "utterances", "jobs", "events")
MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
LONGEST_CELL = 32_767
LONGEST_SHEET_NAME = 31

_EXACT_DIGITS = 10**15  # Excel keeps 15 digits of a number
_FIRST_DAY, _LAST_DAY = datetime(1900, 3, 2), datetime(9999, 12, 30)  # noqa: DTZ001 (Excel's times have no time zone)
_LONGEST_DURATION = timedelta(days=9999)
_NAMED_ROWS = 5
_WIDEST, _SAMPLED = 60, 50

# What XML 1.0 cannot hold (section 2.2).
_ILLEGAL = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINE_END = re.compile(r"\r\n?")
_FORMULA = tuple("=+-@\t")


class Kind(Enum):
    """How a value is written into a cell."""

    BLANK = "blank"
    NUMBER = "number"
    BOOL = "bool"
    TEXT = "text"
    TIME = "time"
    UTC_TIME = "time in UTC"
    DAY = "day"
    DURATION = "duration"


def to_excel(
    corpus_or_frame: Corpus | pd.DataFrame | str | os.PathLike[str],
    path: str | os.PathLike[str],
    levels: Level | Sequence[Level] | None = None,
    *,
    reviewed: bool = True,
) -> pd.DataFrame:
    """Write a corpus, or a table, as a workbook (``.xlsx``): one sheet for each table, with its names in the first line.

    Numbers, times and lengths of time are Excel's own. Times with a time zone are written in UTC, and their cells say so. Texts are texts,
    also those that begin with ``=``, ``+``, ``-`` or ``@``: nothing in a transcript is ever computed. Lists and dicts are JSON. Whole
    numbers of more than 15 digits, which Excel would round, are texts, as are times before March 1900.

    A cell of more than 32,767 characters is cut and ends with ``[cut: … characters]``, a table of more than 1,048,575 rows continues in
    further sheets, and control characters are left out. Each of these is said in one :class:`scribekit.errors.ExcelLimitsWarning`, and in
    the table that is returned. ``export`` and ``to_frame`` have no such limits.

    Args:
        corpus_or_frame: What ``submit_batch`` or ``open_corpus`` gave, the path of a corpus folder, or any frame of scribekit or pandas.
        path: The workbook, as ``interviews.xlsx``. It is written whole or not at all; an existing one is replaced.
        levels: Levels of ``to_frame``: one or several; ``transcripts``, ``utterances``, ``jobs`` and ``events`` unless you name others.
        reviewed: Apply the edits of people; false writes every transcript as received.

    Returns:
        The sheets: ``sheet, level, rows, cut_cells, cleaned_cells`` (``schema.SHEETS``).

    Raises:
        OptionError: There is no such level; levels are named for a frame; the path does not end with ``.xlsx``; or a frame has more than
            16,384 columns.
        MissingExtraError: The library that writes workbooks is not installed (``pip install 'scribekit[excel]'``).
        ExportError: The file cannot be written.
        LedgerError: The corpus cannot be read.

    Example:
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     written = to_excel(pd.DataFrame({"said": ["=1+1", "Yes."]}), f"{folder}/talk.xlsx")
        >>> written[["sheet", "rows"]].to_numpy().tolist()
        [['table', 2]]
    """
    target = Path(path).expanduser()
    if target.suffix.lower() != ".xlsx":
        raise OptionError(f"A workbook is a file that ends with .xlsx, not {target.name!r}. Write to {target.with_suffix('.xlsx').name!r}.")
    tables = _tables(corpus_or_frame, levels, reviewed=reviewed)
    xlsxwriter = _library()
    with whole_file(target) as file, tempfile.TemporaryDirectory(dir=target.parent, prefix=".") as scratch:
        book = _Book(
            xlsxwriter.Workbook(file, {"constant_memory": True, "use_zip64": True, "tmpdir": scratch}),
            xlsxwriter.exceptions.FileCreateError,
        )
        for level, frame in tables:
            book.add(level, frame)
        book.close()
    if book.said:
        warnings.warn(" ".join([f"{target.name}: not everything fits into Excel as it is.", *book.said]), ExcelLimitsWarning, stacklevel=2)
    return SHEETS.frame(book.sheets)


def _library() -> Any:
    try:
        import xlsxwriter
    except ImportError:
        raise MissingExtraError("excel", "Writing a workbook") from None
    return xlsxwriter


def _tables(given: Any, levels: Any, *, reviewed: bool) -> Iterable[tuple[str | None, pd.DataFrame]]:
    """Return the tables to write; those of a corpus are read one at a time."""
    if isinstance(given, pd.DataFrame):
        if levels is not None:
            raise OptionError("levels= is for a corpus. A frame is written as it is.")
        return [(None, given)]
    chosen = list(dict.fromkeys(DEFAULT_LEVELS if levels is None else names_of(levels, "levels")))
    if not chosen:
        raise OptionError(f"No level was named. Leave levels= out for {', '.join(DEFAULT_LEVELS)}.")
    for level in chosen:
        if level not in LEVELS:
            raise OptionError(f"There is no level {level!r}.{nearest(level, LEVELS)}")
    return _tables_of(corpus_of(given), chosen, reviewed=reviewed)


def _tables_of(corpus: Corpus, levels: Sequence[str], *, reviewed: bool) -> Iterator[tuple[str, pd.DataFrame]]:
    with corpus.reading() as view:
        for level in levels:
            yield level, frame_of(view, cast("Level", level), reviewed=reviewed)


# -- one cell ---------------------------------------------------------------------------------------------------------


def cell_of(value: Any) -> tuple[Kind, Any]:
    """Decide how a value is written.

    Example:
        >>> cell_of(3), cell_of(float("nan")), cell_of(12345678901234567890)
        ((<Kind.NUMBER: 'number'>, 3), (<Kind.BLANK: 'blank'>, None), (<Kind.TEXT: 'text'>, '12345678901234567890'))
        >>> cell_of(["a", 1])
        (<Kind.TEXT: 'text'>, '["a", 1]')
    """
    if isinstance(value, str):
        return Kind.TEXT, str(value)
    if not isinstance(value, int) and _is_blank(value):  # nearly all cells are texts and whole numbers
        return Kind.BLANK, None
    if isinstance(value, bool | np.bool_):
        return Kind.BOOL, bool(value)
    if isinstance(value, int | float | numbers.Real | Decimal):
        return _number(value)
    if isinstance(value, date | time | timedelta):
        return _time(value)
    return Kind.TEXT, _text(value)


def _is_blank(value: Any) -> bool:
    return value.is_nan() if isinstance(value, Decimal) else is_missing(value)


def _number(value: Any) -> tuple[Kind, Any]:
    if isinstance(value, int | numbers.Integral):
        return (Kind.NUMBER, int(value)) if abs(int(value)) < _EXACT_DIGITS else (Kind.TEXT, str(int(value)))
    is_long = isinstance(value, Decimal) and len(value.as_tuple().digits) > len(str(_EXACT_DIGITS)) - 1
    return (Kind.TEXT, str(value)) if is_long or not math.isfinite(value) else (Kind.NUMBER, float(value))


def _time(value: date | time | timedelta) -> tuple[Kind, Any]:
    if isinstance(value, timedelta):
        length = value.to_pytimedelta() if isinstance(value, pd.Timedelta) else value
        return (Kind.DURATION, length) if timedelta() <= length <= _LONGEST_DURATION else (Kind.TEXT, str(value))
    if isinstance(value, time):
        return Kind.TEXT, value.isoformat()
    if not isinstance(value, datetime):
        return (Kind.DAY, value) if _FIRST_DAY.date() <= value <= _LAST_DAY.date() else (Kind.TEXT, value.isoformat())
    moment = value.to_pydatetime(warn=False) if isinstance(value, pd.Timestamp) else value
    if not _FIRST_DAY <= moment.replace(tzinfo=None) <= _LAST_DAY:
        return Kind.TEXT, value.isoformat()
    if moment.tzinfo is None:
        return Kind.TIME, moment
    return Kind.UTC_TIME, moment.astimezone(UTC).replace(tzinfo=None)


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, set | frozenset):
        value = sorted(value, key=str)
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


@dataclass
class _Fitted:
    """A text that Excel can hold, and what was done to it."""

    text: str
    is_cut: bool
    is_cleaned: bool


def fit(text: str) -> _Fitted:
    r"""Return a text as a cell can hold it: without control characters, line ends as ``\n``, and cut with a mark where it is too long.

    Example:
        >>> fit("so\x00 it\r\ngoes").text
        'so it\ngoes'
        >>> fit("so" * 20_000).text[-23:]
        '[cut: 40000 characters]'
    """
    if len(text) < LONGEST_CELL // 2 and text.isprintable():
        return _Fitted(text, is_cut=False, is_cleaned=False)
    legal = _ILLEGAL.sub("", text)
    lines = _LINE_END.sub("\n", legal)
    if _units(lines) <= LONGEST_CELL:
        return _Fitted(lines, is_cut=False, is_cleaned=legal != text)
    mark = f" [cut: {len(lines)} characters]"
    kept = lines.encode("utf-16-le")[: 2 * (LONGEST_CELL - len(mark))].decode("utf-16-le", "ignore")
    return _Fitted(kept + mark, is_cut=True, is_cleaned=legal != text)


def _units(text: str) -> int:
    """Count characters as Excel does: those beyond the 16-bit range are two."""
    return len(text) + (0 if text.isascii() else sum(character > "\uffff" for character in text))


# -- the workbook -----------------------------------------------------------------------------------------------------


class _Book:
    """A workbook that is being written, and what has to be said about it."""

    def __init__(self, book: Any, create_error: type[Exception]) -> None:
        self.sheets: list[dict[str, Any]] = []
        self.said: list[str] = []
        self._book = book
        self._create_error = create_error
        self._names: set[str] = set()
        self._header = book.add_format({"bold": True})
        self._formula_like = book.add_format({"quote_prefix": True})
        self._formats = {
            Kind.TIME: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            Kind.UTC_TIME: book.add_format({"num_format": 'yyyy-mm-dd hh:mm:ss "UTC"'}),
            Kind.DAY: book.add_format({"num_format": "yyyy-mm-dd"}),
            Kind.DURATION: book.add_format({"num_format": "[h]:mm:ss.000"}),
        }

    def add(self, level: str | None, frame: pd.DataFrame) -> None:
        """Write a table into as many sheets as it needs."""
        whole = _with_index(frame)
        if len(whole.columns) > MOST_COLUMNS:
            raise OptionError(f"The table has {len(whole.columns):,} columns, and a sheet has {MOST_COLUMNS:,}. Choose some of them.")
        room = MOST_ROWS - 1
        report = _Report()
        written = [self._add_sheet(level, whole.iloc[first : first + room], report) for first in range(0, max(len(whole), 1), room)]
        if len(written) > 1:
            names = ", ".join(repr(name) for name in written[1:])
            self.said.append(f"{written[0]!r} has {len(whole):,} rows, more than the {room:,} of a sheet: it continues in {names}.")
        self.said += report.sentences()

    def close(self) -> None:
        """Write the file."""
        try:
            self._book.close()
        except self._create_error as error:
            raise error.args[0] from None  # the system's error

    def _add_sheet(self, level: str | None, frame: pd.DataFrame, report: _Report) -> str:
        name = self._new_name(level or "table")
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        headers = [fit(_header(column)).text for column in frame.columns]
        columns = [frame.iloc[:, number] for number in range(len(frame.columns))]
        for number, (header, column) in enumerate(zip(headers, columns, strict=True)):
            sheet.set_column(number, number, _width(header, column))
        for number, header in enumerate(headers):
            sheet.write_string(0, number, header, self._header)
        before = report.n_cut, report.n_cleaned
        for row, values in enumerate(zip(*(column.tolist() for column in columns), strict=True), 1):
            for number, value in enumerate(values):
                fitted = self._write(sheet, row, number, value)
                if fitted is not None:
                    report.note(name, headers[number], row, fitted)
        cut, cleaned = report.n_cut - before[0], report.n_cleaned - before[1]
        self.sheets.append({"sheet": name, "level": level, "rows": len(frame), "cut_cells": cut, "cleaned_cells": cleaned})
        return name

    def _write(self, sheet: Any, row: int, number: int, value: Any) -> _Fitted | None:
        """Write a cell; return its text, if that is what it has."""
        kind, plain = cell_of(value)
        if kind is Kind.TEXT:
            fitted = fit(plain)
            sheet.write_string(row, number, fitted.text, self._formula_like if fitted.text.startswith(_FORMULA) else None)
            return fitted
        if kind is Kind.NUMBER:
            sheet.write_number(row, number, plain)
        elif kind is Kind.BOOL:
            sheet.write_boolean(row, number, plain)
        elif kind is not Kind.BLANK:
            sheet.write_datetime(row, number, plain, self._formats[kind])
        return None

    def _new_name(self, wanted: str) -> str:
        """Return a name that no sheet has: Excel allows 31 characters, and ignores case."""
        names = (wanted[: LONGEST_SHEET_NAME - len(end)] + end for end in ("" if n == 1 else f" ({n})" for n in count(1)))
        name = next(name for name in names if name.lower() not in self._names)
        self._names.add(name.lower())
        return name


@dataclass
class _Report:
    """Which cells of a table were cut or cleaned."""

    cut: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    n_cut: int = 0
    n_cleaned: int = 0

    def note(self, sheet: str, column: str, row: int, fitted: _Fitted) -> None:
        """Note what was done to a cell."""
        self.n_cleaned += fitted.is_cleaned
        if fitted.is_cut:
            self.n_cut += 1
            self.cut.setdefault((sheet, column), []).append(row + 1)

    def sentences(self) -> Iterator[str]:
        """Yield what is to be said."""
        for (sheet, column), rows in self.cut.items():
            which = ", ".join(map(str, rows[:_NAMED_ROWS])) + (" …" if len(rows) > _NAMED_ROWS else "")
            cells = "1 cell" if len(rows) == 1 else f"{len(rows):,} cells"
            yield f"In {sheet!r}, {cells} of {column!r} had more than {LONGEST_CELL:,} characters and were cut (row {which})."
        if self.n_cleaned:
            cells = "1 cell" if self.n_cleaned == 1 else f"{self.n_cleaned:,} cells"
            yield f"{cells} had control characters, which were left out."


def _with_index(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with its index as columns, where that says more than the number of the row."""
    index = frame.index
    if index.nlevels == 1 and index.name is None and pd.api.types.is_integer_dtype(index.dtype):
        return frame
    names = [f"level_{number}" if name is None else name for number, name in enumerate(index.names)]
    columns: Any = [index.get_level_values(number) for number in range(index.nlevels)]
    return pd.concat([pd.DataFrame(dict(enumerate(columns))).set_axis(names, axis=1), frame.reset_index(drop=True)], axis=1)


def _header(name: Any) -> str:
    return " / ".join(str(part) for part in name if str(part)) if isinstance(name, tuple) else str(name)


def _width(header: str, column: pd.Series[Any]) -> int:
    sample: Iterable[Any] = column.iloc[:_SAMPLED].tolist()
    return min(_WIDEST, max([len(header), *(len(str(value)) for value in sample if not _is_blank(value))]) + 2)
