"""The tables of ``schema`` as Arrow holds them, the way back to pandas, and conditions on their rows. Pure."""

from __future__ import annotations

import functools
import hashlib
import operator
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from scribekit.errors import OptionError, nearest
from scribekit.schema import Table

Where: TypeAlias = "Mapping[str, Any] | pc.Expression"

_TYPES = {
    "str": pa.large_string(),
    "int64": pa.int64(),
    "Int64": pa.int64(),
    "float64": pa.float64(),
    "bool": pa.bool_(),
    "datetime64[us, UTC]": pa.timestamp("us", "UTC"),
}

REPEATING = ("recording_id", "speaker", "channel", "time_source")
"""Columns in which few texts come again and again."""

_DICTIONARY = pa.dictionary(pa.int32(), pa.large_string())


def arrow_schema(table: Table) -> pa.Schema:
    """The columns of a table with their Arrow types.

    Example:
        >>> from scribekit.schema import WORDS
        >>> arrow_schema(WORDS).field("start_ms").type
        DataType(int64)
    """
    return pa.schema([(name, _TYPES[dtype]) for name, dtype in table.dtypes.items()])


def dataset_schema(table: Table) -> pa.Schema:
    """The same, with the columns that repeat few texts as dictionaries, which every engine reads and groups much faster.

    Example:
        >>> from scribekit.schema import WORDS
        >>> dataset_schema(WORDS).field("speaker").type
        DictionaryType(dictionary<values=large_string, indices=int32, ordered=0>)
    """
    fields = [pa.field(field.name, _DICTIONARY) if field.name in REPEATING else field for field in arrow_schema(table)]
    return pa.schema(fields)


def fingerprint(tables: Sequence[Table], version: int) -> str:
    """Another text whenever a name, an order, a dtype or the version of the rules by which rows are made is another."""
    described = repr((version, [(table.name, list(table.dtypes.items())) for table in tables]))
    return hashlib.sha256(described.encode()).hexdigest()[:16]


def to_arrow(frame: pd.DataFrame, table: Table) -> pa.Table:
    """A frame of a table as Arrow; missing values are nulls."""
    return pa.Table.from_pandas(frame, schema=arrow_schema(table), preserve_index=False).replace_schema_metadata(None)


def to_pandas(rows: pa.Table, table: Table) -> pd.DataFrame:
    """Rows of a table, or some of its columns, with the dtypes of ``schema``; columns that are dictionaries become plain."""
    return pd.DataFrame({name: _values(rows.column(name), table.dtypes[name]) for name in rows.column_names}, copy=False)


def _values(column: pa.ChunkedArray, dtype: str) -> Any:
    if pa.types.is_dictionary(column.type):
        column = column.cast(pa.large_string())
    extension = pd.api.types.pandas_dtype(dtype)
    if hasattr(extension, "__from_arrow__"):
        return extension.__from_arrow__(column)
    return column.to_numpy()


def filtered(frame: pd.DataFrame, table: Table, condition: pc.Expression) -> pd.DataFrame:
    """The rows of a frame that answer a condition."""
    return to_pandas(to_arrow(frame, table).filter(condition), table)


def condition_of(where: Where | None, table: Table) -> pc.Expression | None:
    """What ``where`` asks of the rows of a table; None when it asks nothing.

    Args:
        where: Column → value, or a list of values, of which a row must have one (None is a missing value); or an Arrow expression.
        table: The table.

    Raises:
        OptionError: A column is not known, or a value or an expression does not fit its column.

    Example:
        >>> from scribekit.schema import WORDS
        >>> condition_of({"speaker": ["A", "B"]}, WORDS) is None
        False
        >>> condition_of({}, WORDS) is None
        True
    """
    if where is None:
        return None
    schema = arrow_schema(table)
    if isinstance(where, Mapping):
        terms = [_is_one_of(name, wanted, schema) for name, wanted in where.items()]
        return functools.reduce(operator.and_, terms) if terms else None
    if not isinstance(where, pc.Expression):
        raise OptionError(f"where= takes a dict of column → value, or a pyarrow expression; not {type(where).__name__}.")
    try:
        schema.empty_table().filter(where)
    except (pa.ArrowException, TypeError) as cause:
        raise OptionError(f"The expression given as where= does not fit the table {table.name!r}: {str(cause).splitlines()[0]}") from cause
    return where


def values_of(wanted: Any) -> list[Any]:
    """A value, or a collection of values, as a list.

    Example:
        >>> values_of("A"), values_of(("A", "B"))
        (['A'], ['A', 'B'])
    """
    is_many = isinstance(wanted, (Collection, pd.Series, pd.Index, np.ndarray)) and not isinstance(wanted, (str, bytes))
    return list(wanted) if is_many else [wanted]


def check_columns(names: Sequence[str], known: Collection[str]) -> None:
    """Refuse a column that is not known, with the nearest right name.

    Raises:
        OptionError: One is not known, or they are no list of names.
    """
    if isinstance(names, str):
        raise OptionError(f"columns= takes a list of names: columns=[{names!r}].")
    for name in names:
        if name not in known:
            raise OptionError(f"There is no column {name!r} here.{nearest(str(name), known)}")


def _is_one_of(name: str, wanted: Any, schema: pa.Schema) -> pc.Expression:
    check_columns([name], schema.names)
    kind = schema.field(name).type
    try:
        return pc.field(name).isin(pa.array(values_of(wanted), kind, from_pandas=True))
    except (pa.ArrowException, TypeError, ValueError) as cause:
        raise OptionError(f"The column {name!r} holds values of the type {kind}; where= asks it for {wanted!r}.") from cause
