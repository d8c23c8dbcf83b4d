"""The columns of one table as Arrow arrays, one chunk per payload. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from scribekit.base.schema import Table

_ARROW = {"str": pa.large_string(), "int64": pa.int64(), "Int64": pa.int64(), "float64": pa.float64(), "bool": pa.bool_()}


class TableBuilder:
    """Builds a table payload by payload, so that memory holds the table and one payload."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._chunks: dict[str, list[Any]] = {name: [] for name in table.names}
        self._constants: dict[tuple[str, Any], Any] = {}

    def add(self, recording_id: str, length: int, values: Mapping[str, Any]) -> None:
        """Add the rows of one payload.

        Args:
            recording_id: Goes into every row.
            length: The number of rows.
            values: Column name → the values of all rows, as an Arrow array or any sequence; a single text or bool is the value of every
                row, and a column that is not named is missing in every row.
        """
        if length == 0:
            return
        for name, dtype in self._table.dtypes.items():
            arrow = _ARROW[dtype]
            value = recording_id if name == "recording_id" else values.get(name)
            if name == "recording_id":
                chunk = pa.repeat(pa.scalar(value, arrow), length)
            elif value is None or isinstance(value, (str, bool)):
                chunk = self._constant(name, value, length)
            elif isinstance(value, pa.Array):
                chunk = value
            else:
                chunk = pa.array(value, arrow)
            self._chunks[name].append(chunk)

    def _constant(self, name: str, value: str | bool | None, length: int) -> Any:
        """Return a column of one value; payloads share the memory of the longest."""
        known = self._constants.get((name, value))
        if known is None or len(known) < length:
            arrow = _ARROW[self._table.dtypes[name]]
            known = self._constants[name, value] = pa.repeat(pa.scalar(value, arrow), length)
        return known.slice(0, length)

    def add_rows(self, recording_id: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add the rows of one payload as mappings; the table's ``…_index`` column, its second, numbers them unless they have one."""
        names = self._table.names[1:]
        values: dict[str, Any] = {name: [row.get(name) for row in rows] for name in names}
        if rows and names[0].endswith("_index") and names[0] not in rows[0]:
            values[names[0]] = np.arange(len(rows))
        self.add(recording_id, len(rows), values)

    def table(self) -> pa.Table:
        """Return the table in Arrow."""
        arrays = [pa.chunked_array(self._chunks[name], _ARROW[dtype]) for name, dtype in self._table.dtypes.items()]
        return pa.Table.from_arrays(arrays, names=self._table.names)

    def frame(self) -> pd.DataFrame:
        """Return the table as a frame with its columns and dtypes. It takes the chunks out of the builder: call it once."""
        if not self._chunks["recording_id"]:
            return self._table.frame()
        return pd.DataFrame({name: self._values(name, dtype) for name, dtype in self._table.dtypes.items()}, copy=False)

    def _values(self, name: str, dtype: str) -> Any:
        """Return one column for pandas, and release its chunks."""
        column = pa.chunked_array(self._chunks.pop(name), _ARROW[dtype])
        extension = pd.api.types.pandas_dtype(dtype)
        if hasattr(extension, "__from_arrow__"):
            return extension.__from_arrow__(column)
        return column.to_numpy()
