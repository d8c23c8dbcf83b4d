"""The lengths of recordings as people write them in tables: numbers, clock times, Excel times, time spans. Pure.

This is the one reader of lengths: estimates, plans, budgets and submissions read them here, from the first of the columns ``duration_s``,
``duration`` and ``length`` that has one. A column may name its unit (``duration_ms``, ``Length (min)``); without one it is seconds.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from scribekit.base.schema import is_missing

WRITE = "Write seconds (2710.5), mm:ss (45:10) or h:mm:ss (0:45:10)."

_UNITS = {
    1.0: ("", "s", "sec", "secs", "second", "seconds"),
    0.001: ("ms", "msec", "millisecond", "milliseconds"),
    60.0: ("min", "mins", "minute", "minutes"),
    3600.0: ("h", "hr", "hrs", "hour", "hours"),
}
_SECONDS_OF = {unit: seconds for seconds, units in _UNITS.items() for unit in units}
_COLUMN = re.compile(r"(duration|length)[\s_(\[]*([a-z]*)[)\]]?")
_CLOCK = re.compile(
    r"(?:(?P<days>\d+) days?,? \+?)?(?:(?P<h>\d{1,3}):(?P<m>[0-5]\d)|(?P<minutes>\d{1,4})):(?P<s>[0-5]\d(?:[.,]\d+)?)", re.ASCII
)
_SPAN = re.compile(r"(?:p?t)?((?:\d+(?:[.,]\d+)?\s*[a-z]+[\s,]*)+)", re.ASCII)
_PART = re.compile(r"(\d+(?:[.,]\d+)?)\s*([a-z]+)", re.ASCII)
_PLAIN = re.compile(r"\d+(?:[.,]\d+)?(?:e\+?\d\d?)?", re.ASCII)
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:([., '’])\d{3})(?:\1\d{3})*(?:(?!\1)[.,](\d+))?", re.ASCII)
_UNKNOWN = frozenset({"", "-", "–", "—", "?", "na", "n/a", "nan", "nat", "none", "null", "unknown", "<na>"})
_EXCEL_EPOCHS = (pd.Timestamp(1900, 1, 1), pd.Timestamp(1899, 12, 30))
_LONGEST_SPAN_S = 31 * 86_400


def column_unit(name: object) -> float | None:
    """Return how many seconds the unit of a column of lengths has; None for a column that is not one.

    Example:
        >>> [column_unit(name) for name in ("duration", "duration_ms", "Length (min)", "title", "length_cm")]
        [1.0, 0.001, 60.0, None, None]
    """
    found = _COLUMN.fullmatch(name.strip().lower()) if isinstance(name, str) else None
    return _SECONDS_OF.get(found[2]) if found else None


def length_columns(columns: Iterable[object]) -> list[Any]:
    """Return the columns of lengths, ``duration_s`` first, then ``duration``, then ``length``.

    Example:
        >>> length_columns(["length", "title", "Duration", "duration_s"])
        ['duration_s', 'Duration', 'length']
    """
    found = [name for name in columns if column_unit(name) is not None]
    return sorted(found, key=lambda name: (name != "duration_s", not str(name).strip().lower().startswith("duration")))


def read_length(cell: Any, unit_s: float = 1.0) -> float | None:
    """Return the length in a cell, in seconds; None where it is empty or says that it is unknown.

    Args:
        cell: A number, a text, a time or a time span.
        unit_s: The seconds in the unit of plain numbers.

    Raises:
        ValueError: The cell cannot be read as a length, or could mean two.

    Example:
        >>> [read_length(cell) for cell in ("01:00:00", "45:10", "3600,5", "1h 5min", 12, "n/a")]
        [3600.0, 2710.0, 3600.5, 3900.0, 12.0, None]
    """
    if is_missing(cell) or (isinstance(cell, str) and cell.strip().lower() in _UNKNOWN):
        return None
    seconds = _seconds(cell, unit_s)
    if seconds is None or not math.isfinite(seconds) or seconds < 0:
        raise ValueError(f"{cell!r} is not a length")
    return seconds


def read_lengths(frame: pd.DataFrame) -> tuple[list[float | None], dict[int, str]]:
    """Return the length in each row of a table, in seconds, and, by row, which cell cannot be read where there is no length for that.

    Example:
        >>> read_lengths(pd.DataFrame({"duration": ["0:45:10", "soon", ""]}))
        ([2710.0, None, None], {1: "'soon' (column 'duration')"})
    """
    found: list[float | None] = [None] * len(frame)
    unread: dict[int, str] = {}
    for name in length_columns(frame.columns):
        unit = column_unit(name) or 1.0
        for row, cell in enumerate(frame[name].tolist()):
            if found[row] is None:
                try:
                    found[row] = read_length(cell, unit)
                except ValueError:
                    unread.setdefault(row, f"{str(cell)[:60]!r} (column {name!r})")
    return found, {row: cell for row, cell in unread.items() if found[row] is None}


def _seconds(cell: Any, unit_s: float) -> float | None:
    if isinstance(cell, bool | np.bool_):
        return None
    if isinstance(cell, dt.timedelta | np.timedelta64):
        return pd.Timedelta(cell).total_seconds()
    if isinstance(cell, dt.datetime):  # how some readers show an Excel length of a day and more
        spans = ((pd.Timestamp(cell).tz_localize(None) - epoch).total_seconds() for epoch in _EXCEL_EPOCHS)
        return next((span for span in spans if 0 <= span < _LONGEST_SPAN_S), None)
    if isinstance(cell, dt.time):
        return cell.hour * 3600 + cell.minute * 60 + cell.second + cell.microsecond / 1e6
    if isinstance(cell, Real | Decimal):
        return float(cell) * unit_s
    return _of_text(" ".join(cell.split()).lower(), unit_s) if isinstance(cell, str) else None


def _of_text(text: str, unit_s: float) -> float | None:
    if clock := _CLOCK.fullmatch(text):
        hours = 24 * int(clock["days"] or 0) + int(clock["h"] or 0)
        return 3600.0 * hours + 60.0 * int(clock["m"] or clock["minutes"] or 0) + _decimal(clock["s"])
    if grouped := _THOUSANDS.fullmatch(text):
        groups = len(re.findall(r"\D", text)) - (grouped[2] is not None)
        if grouped[1] in ".," and grouped[2] is None and groups == 1:
            return float(text) * unit_s if grouped[1] == "." else None  # '3,600' is an hour here and 3.6 seconds there
        whole = text if grouped[2] is None else text[: -len(grouped[2]) - 1]
        digits = re.sub(r"\D", "", whole)
        return float(f"{digits}.{grouped[2] or 0}") * unit_s
    if _PLAIN.fullmatch(text):
        return _decimal(text) * unit_s
    if _SPAN.fullmatch(text):
        parts = [(_decimal(number), 60.0 if unit == "m" else _SECONDS_OF.get(unit)) for number, unit in _PART.findall(text)]
        units = [unit for _, unit in parts]
        is_falling = all(unit is not None for unit in units) and sorted(set(units), key=lambda unit: -(unit or 0)) == units
        return math.fsum(number * (unit or 0) for number, unit in parts) if is_falling else None
    return None


def _decimal(text: str) -> float:
    return float(text.replace(",", "."))
