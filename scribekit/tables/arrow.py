"""The tables of ``schema`` as Arrow tables and back as pandas frames, and conditions on their rows. Pure."""

from __future__ import annotations

import functools
import hashlib
import numbers
import operator
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from scribekit.base import text_columns
from scribekit.base.errors import OptionError, nearest
from scribekit.base.schema import Table, is_missing

Where: TypeAlias = "Mapping[str, Any] | pc.Expression"
"""A condition on the rows of a table."""

WhereRecordings: TypeAlias = "Mapping[str, Any] | Callable[[pd.DataFrame], Any]"
"""A condition on the rows of a manifest."""

_TYPES = {
    "str": pa.large_string(),
    "int64": pa.int64(),
    "Int64": pa.int64(),
    "float64": pa.float64(),
    "bool": pa.bool_(),
    "datetime64[us, UTC]": pa.timestamp("us", "UTC"),
}

REPEATING = ("recording_id", "speaker", "channel", "time_source")
"""Columns that repeat a few texts."""

_DICTIONARY = pa.dictionary(pa.int32(), pa.large_string())


def arrow_schema(table: Table) -> pa.Schema:
    """Return the columns of a table with their Arrow types.

    Example:
        >>> from scribekit.schema import WORDS
        >>> arrow_schema(WORDS).field("start_ms").type
        DataType(int64)
    """
    return pa.schema([(name, _TYPES[dtype]) for name, dtype in table.dtypes.items()])


def dataset_schema(table: Table) -> pa.Schema:
    """Return the same, with the columns that repeat a few texts as dictionaries, which every engine reads and groups much faster.

    Example:
        >>> from scribekit.schema import WORDS
        >>> dataset_schema(WORDS).field("speaker").type
        DictionaryType(dictionary<values=large_string, indices=int32, ordered=0>)
    """
    fields = [pa.field(field.name, _DICTIONARY) if field.name in REPEATING else field for field in arrow_schema(table)]
    return pa.schema(fields)


def fingerprint(tables: Sequence[Table], version: int) -> str:
    """Return a text that changes when a column's name, order or dtype, or the version of the row rules, changes."""
    described = repr((version, [(table.name, list(table.dtypes.items())) for table in tables]))
    return hashlib.sha256(described.encode()).hexdigest()[:16]


def to_arrow(frame: pd.DataFrame, table: Table) -> pa.Table:
    """Convert a frame of a table to Arrow; missing values become nulls."""
    return pa.Table.from_pandas(frame, schema=arrow_schema(table), preserve_index=False).replace_schema_metadata(None)


def to_pandas(rows: pa.Table, table: Table) -> pd.DataFrame:
    """Convert rows of a table, or some of its columns, to a frame with the dtypes of ``schema``; dictionaries become plain columns."""
    return pd.DataFrame({name: _values(rows.column(name), table.dtypes[name]) for name in rows.column_names}, copy=False)


def _values(column: pa.ChunkedArray, dtype: str) -> Any:
    if pa.types.is_dictionary(column.type):
        column = text_columns.plain(column)
    extension = pd.api.types.pandas_dtype(dtype)
    if hasattr(extension, "__from_arrow__"):
        return extension.__from_arrow__(column)
    return column.to_numpy()


def filtered(frame: pd.DataFrame, table: Table, condition: pc.Expression) -> pd.DataFrame:
    """Return the rows of a frame that meet a condition.

    Raises:
        OptionError: The condition cannot be evaluated on one of the rows.
    """
    try:
        return to_pandas(to_arrow(frame, table).filter(condition), table)
    except pa.ArrowException:  # its text may quote a row
        raise evaluation_error(table) from None


def evaluation_error(table: Table) -> OptionError:
    """Return the error for a condition that cannot be evaluated on one of the rows."""
    return OptionError(
        f"The expression given as where= cannot be evaluated on every row of the table {table.name!r}: it divides by zero, say, or "
        "takes a text for a number. Exclude such rows first, in the same expression or in pandas."
    )


def takes_dictionaries(condition: pc.Expression | None, table: Table) -> bool:
    """Return whether a condition that fits a table also works on its dictionary columns. Arrow's text functions do not.

    Example:
        >>> from scribekit.schema import WORDS
        >>> takes_dictionaries(pc.field("speaker") == "A", WORDS), takes_dictionaries(pc.starts_with(pc.field("speaker"), "A"), WORDS)
        (True, False)
    """
    try:
        if condition is not None:
            dataset_schema(table).empty_table().filter(condition)
    except pa.ArrowException:
        return False
    return True


def condition_of(where: Where | None, table: Table) -> pc.Expression | None:
    """Return the condition that ``where`` puts on the rows of a table; None if there is none.

    Args:
        where: Column → value, or several values, of which a row must have one (None is a missing value); or an Arrow expression.
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


def recordings_where(manifest: pd.DataFrame, where: WhereRecordings) -> set[str]:
    """Return the recordings whose row of the manifest meets a condition.

    Args:
        manifest: The manifest.
        where: Column → value, or several values, of which a row must have one. None is a missing value, and a date may be written as
            text. Or a function of the manifest that gives a bool for each of its rows; a missing one counts as False.

    Raises:
        OptionError: A column is not known, a value does not fit its column, or the function gives something else.

    Example:
        >>> manifest = pd.DataFrame({"recording_id": ["a", "b", "c"], "year": [2023, None, 2024]})
        >>> sorted(recordings_where(manifest, {"year": [2024, None]}))
        ['b', 'c']
        >>> sorted(recordings_where(manifest, lambda rows: rows["year"] < 2024))
        ['a']
    """
    if callable(where):
        chosen = _bools(where(manifest), manifest)
    elif isinstance(where, Mapping):
        unknown = [name for name in where if name not in manifest]
        if unknown:
            known = map(str, manifest.columns)
            raise OptionError(f"The manifest has no column {unknown[0]!r}.{nearest(str(unknown[0]), known)}")
        chosen = pd.Series(data=True, index=manifest.index)
        for name, wanted in where.items():
            chosen &= _has_one_of(manifest[name], values_of(wanted))
    else:
        raise OptionError(f"where= takes a dict of column → value, or a function of the manifest; not {type(where).__name__}.")
    return set(manifest.loc[chosen, "recording_id"])


def _bools(given: Any, manifest: pd.DataFrame) -> pd.Series[bool]:
    try:
        has_other_rows = isinstance(given, pd.Series) and not given.index.equals(manifest.index)
        if pd.api.types.is_scalar(given) or isinstance(given, Mapping) or has_other_rows:
            raise TypeError
        return pd.Series(given, index=manifest.index).astype("boolean").fillna(value=False).astype("bool")
    except (TypeError, ValueError) as cause:
        raise OptionError(
            "The function given as where= must give True or False for each row of the manifest, such as rows['year'] == 2024; "
            f"it gives {type(given).__name__}{', of other rows' if isinstance(given, pd.Series) else ''}."
        ) from cause


def _has_one_of(column: pd.Series[Any], wanted: Sequence[Any]) -> pd.Series[bool]:
    present = [value for value in wanted if not is_missing(value)]
    if pd.api.types.infer_dtype(column, skipna=True) == "date":
        column = pd.to_datetime(column)
    try:
        if pd.api.types.is_datetime64_any_dtype(column):
            present = [_timestamp(value, column.dt.tz) for value in present]
        elif not column.isna().all() and not all(_can_hold(column, value) for value in present):
            raise TypeError
        found = column.isin(present).astype("bool")
    except (TypeError, ValueError) as cause:
        hint = " A column of mixed types is stored as text, too." if isinstance(column.dtype, pd.StringDtype) else ""
        raise OptionError(
            f"The manifest's column {str(column.name)!r} holds values of the type {column.dtype}; "
            f"where= asks it for {list(wanted)!r}.{hint}"
        ) from cause
    return found | column.isna() if len(present) < len(wanted) else found


def _timestamp(value: Any, zone: Any) -> pd.Timestamp:
    """Convert a value to a time, in the time zone of the column if the value has none."""
    time = pd.Timestamp(value)
    if isinstance(value, numbers.Number) or (zone is None and time.tz is not None):
        raise TypeError
    return time.tz_localize(zone) if time.tz is None else time


def _can_hold(column: pd.Series[Any], value: Any) -> bool:
    if pd.api.types.is_numeric_dtype(column):
        is_number = isinstance(value, (numbers.Number, np.bool_))
        return is_number and not (pd.api.types.is_integer_dtype(column) and value % 1 != 0)
    if isinstance(column.dtype, pd.StringDtype):
        return isinstance(value, str)
    return not column.dropna().map(pd.api.types.is_list_like).all()


def values_of(wanted: Any) -> list[Any]:
    """Return a value, or the values of any kind of collection, as a list.

    Example:
        >>> values_of("A"), values_of(("A", "B")), values_of(name for name in "AB")
        (['A'], ['A', 'B'], ['A', 'B'])
    """
    if isinstance(wanted, np.ndarray) and wanted.ndim == 0:
        return [wanted.item()]
    return list(wanted) if isinstance(wanted, Iterable) and not isinstance(wanted, (str, bytes)) else [wanted]


def check_columns(names: Sequence[str], known: Collection[str]) -> None:
    """Refuse a column that is not known, with the nearest right name.

    Raises:
        OptionError: One is not known.
    """
    for name in names:
        if name not in known:
            raise OptionError(f"There is no column {name!r} here.{nearest(str(name), set(known))}")


def _is_one_of(name: str, wanted: Any, schema: pa.Schema) -> pc.Expression:
    check_columns([name], schema.names)
    kind, values = schema.field(name).type, values_of(wanted)
    try:
        return pc.field(name).isin(_whole_numbers(values) if pa.types.is_integer(kind) else pa.array(values, kind, from_pandas=True))
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as cause:
        raise OptionError(f"The column {name!r} holds values of the type {kind}; where= asks it for {wanted!r}.") from cause


def _whole_numbers(values: Sequence[Any]) -> Any:
    """Convert values to whole numbers, also those written as floats. Arrow itself would drop a fraction silently."""
    given = pa.array(values, from_pandas=True)
    return given.cast(pa.int64()) if pa.types.is_floating(given.type) else pa.array(values, pa.int64(), from_pandas=True)
