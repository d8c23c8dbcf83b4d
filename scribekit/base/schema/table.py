"""The classes ``Column`` and ``Table``, of which the schema is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import pandas as pd

from scribekit.base.display import show_tables_as_written

show_tables_as_written()


@dataclass(frozen=True)
class Column:
    """One column of a frame.

    Attributes:
        name: The column's name.
        dtype: The pandas dtype (``str`` is pandas' own string type, in which a missing value is NaN).
        meaning: What a value means.
        unit: The unit, or an empty string.
        source: Where the value comes from, or an empty string.
    """

    name: str
    dtype: str
    meaning: str
    unit: str = ""
    source: str = ""


@dataclass(frozen=True)
class Table:
    """The columns of one frame, in order."""

    name: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """The column names, in order."""
        return [column.name for column in self.columns]

    @property
    def dtypes(self) -> dict[str, str]:
        """Column name → pandas dtype."""
        return {column.name: column.dtype for column in self.columns}

    def frame(self, data: Mapping[str, Sequence[Any]] | Sequence[Mapping[str, Any]] | None = None) -> pd.DataFrame:
        """Return a frame with exactly these columns and dtypes, from columns or rows. Absent columns hold missing values."""
        if data is None or len(data) == 0:
            return pd.DataFrame({c.name: pd.Series([], dtype=c.dtype) for c in self.columns})
        if isinstance(data, Mapping):
            values: Mapping[str, Any] = data
            length = len(next(iter(data.values())))
        else:
            values = {c.name: [row.get(c.name) for row in data] for c in self.columns}
            length = len(data)
        return pd.DataFrame({c.name: _series(values.get(c.name), c.dtype, length) for c in self.columns})

    def describe(self) -> pd.DataFrame:
        """Return the documentation of the table as a frame, one row per column."""
        return pd.DataFrame([vars(column) for column in self.columns])


def is_missing(value: Any) -> bool:
    """Return whether a cell is None, NaN, NaT or NA. A collection is never missing.

    Example:
        >>> is_missing(None), is_missing(float("nan")), is_missing(pd.NaT), is_missing([None]), is_missing("")
        (True, True, True, False, False)
    """
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))


def _series(values: Any, dtype: str, length: int) -> pd.Series[Any]:
    if values is None:
        values = [None] * length
    if dtype.startswith("datetime64"):
        values = pd.to_datetime(pd.Series(values), utc=True, format="ISO8601")
    series: pd.Series[Any]
    try:
        series = pd.Series(values, dtype=cast("Any", dtype))
    except UnicodeEncodeError:  # halves of characters, in what a person typed or a file is called
        series = pd.Series([_whole(value) for value in values], dtype=cast("Any", dtype))
    return series


def _whole(value: Any) -> Any:
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if isinstance(value, str) else value


RECORDING_ID = Column("recording_id", "str", "Readable, stable and unique name of the recording.", source="manifest")
