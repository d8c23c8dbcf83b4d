"""Facets of the lines of a search: by speaker, recording, date and any column of the manifest, with counts. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from scribekit.base import schema
from scribekit.base.errors import OptionError, nearest

SPEAKER, RECORDING = "speaker", "recording_id"
Picked = Mapping[str, Collection[str | None]]
"""Facet → the values chosen. A line must have one of them in each facet."""

Values = Collection[Any] | Any

_MAX_VALUES = 50
_FEW_RECORDINGS = 20
_MAX_VALUE_LENGTH = 60
_DATE = r"\d{4}-\d{2}-\d{2}(?:[T ].*)?"
_PERIOD = re.compile(r"\d{4}(-\d\d){0,2}")
_PERIODS = ((730, "%Y"), (62, "%Y-%m"), (-1, "%Y-%m-%d"))
"""Dates that span more than this many days are grouped by this period."""

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Count:
    """One value of a facet.

    Attributes:
        value: The value as text; None for a missing value.
        lines: How many lines have it, of those that the choices in the other facets keep.
        is_picked: Whether it is chosen.
    """

    value: str | None
    lines: int
    is_picked: bool


def label(value: Any) -> str | None:
    """Return a cell of a manifest as the value of a facet; None for a missing cell.

    Example:
        >>> label(2.0), label(True), label(" call "), label(float("nan"))
        ('2', 'yes', 'call', None)
    """
    if schema.is_missing(value):
        return None
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value).strip() or None


def choices(given: Mapping[str, Values], names: Sequence[str]) -> dict[str, list[str | None]]:
    """Return choices in any form (one value, several, none) as lists of the facets' values.

    Args:
        given: Facet → values as in the manifest.
        names: The known facets.

    Raises:
        OptionError: There is no such facet.

    Example:
        >>> choices({"year": 2024.0, "kind": ["call", None], "speaker": []}, ["speaker", "kind", "year"])
        {'year': ['2024'], 'kind': ['call', None]}
    """
    for name in given:
        if name not in names:
            raise OptionError(f"There is no facet {name!r}.{nearest(str(name), names)}")
    listed = {name: list(dict.fromkeys(label(value) for value in _listed(values))) for name, values in given.items()}
    return {name: values for name, values in listed.items() if values}


def facet_names(manifest: pd.DataFrame, by: Sequence[str] | None = None) -> list[str]:
    """Return the facets of a manifest: speaker and recording, then the user's columns.

    Args:
        manifest: One row per recording.
        by: The columns wanted, in this order. By default all columns except those with a single value, and in a larger library those
            with a value for nearly each recording (titles, free text, paths).

    Raises:
        OptionError: The manifest has no such column.
    """
    own = [name for name in map(str, manifest.columns) if name not in schema.MANIFEST.names]
    if by is None:
        return [
            SPEAKER,
            RECORDING,
            *(name for name in own if name != SPEAKER and not _is_unique_title(manifest, name) and _is_useful(manifest[name])),
        ]
    known = [SPEAKER, *map(str, manifest.columns)]
    for name in by:
        if name not in known:
            raise OptionError(f"The manifest has no column {name!r}.{nearest(str(name), known)}")
    return list(dict.fromkeys(by))


def recording_labels(manifest: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    """Return the values of each recording in the facets: one column per facet except the speaker, indexed by recording.

    Dates (real ones, or text such as 2026-11-22) are grouped by day, month or year, so that there are not too many.
    """
    columns = {name: _by_period(manifest[name]) for name in names if name != SPEAKER}
    texts = {name: [label(value) for value in column] for name, column in columns.items()}
    return pd.DataFrame(texts, index=pd.Index(manifest[RECORDING], name=RECORDING), dtype="object")


class Facets:
    """The facets of some lines.

    Args:
        lines: Rows of :func:`scribekit.search`.
        names: The facets; see :func:`facet_names`.
        labels: The values of each recording, from :func:`recording_labels`.
    """

    def __init__(self, lines: pd.DataFrame, names: Sequence[str], labels: pd.DataFrame) -> None:
        self._size = len(lines)
        self._codes: dict[str, npt.NDArray[np.intp]] = {}
        self._values: dict[str, list[str | None]] = {}
        rows = labels.index.get_indexer(pd.Index(lines[RECORDING]))
        for name in names:
            if name == SPEAKER:
                codes, values = pd.factorize(lines[SPEAKER], use_na_sentinel=False)
            else:
                codes, values = pd.factorize(labels[name], use_na_sentinel=False)
                codes = codes[rows]
            self._codes[name] = codes
            self._values[name] = [label(value) for value in values]

    def chosen(self, picked: Picked, *, ignoring: str | None = None) -> Mask:
        """Return which lines the choices keep.

        Args:
            picked: The values chosen in each facet; an empty choice keeps all.
            ignoring: A facet whose choice does not count.
        """
        mask = np.ones(self._size, dtype=np.bool_)
        for name, wanted in picked.items():
            if name != ignoring and wanted and name in self._codes:
                mask &= np.array([value in wanted for value in self._values[name]], dtype=np.bool_)[self._codes[name]]
        return mask

    def counts(self, picked: Picked) -> dict[str, list[Count]]:
        """Count the values of each facet that lines have, or that are chosen: most lines first, dates in their order.

        A facet in which all lines have the same value, and none is chosen, is excluded.
        """
        return {name: self._counted(name, picked) for name, codes in self._codes.items() if picked.get(name) or (codes != codes[:1]).any()}

    def _counted(self, name: str, picked: Picked) -> list[Count]:
        wanted = picked.get(name, ())
        values = self._values[name]
        tally = np.bincount(self._codes[name][self.chosen(picked, ignoring=name)], minlength=len(values)).tolist()
        found = [Count(value, lines, value in wanted) for value, lines in zip(values, tally, strict=True) if lines or value in wanted]
        found += [Count(value, 0, is_picked=True) for value in wanted if value not in values]
        is_dated = name not in (SPEAKER, RECORDING) and all(count.value is None or _PERIOD.fullmatch(count.value) for count in found)
        return sorted(found, key=lambda count: (count.value is None, 0 if is_dated else -count.lines, count.value or ""))


def _listed(values: Values) -> Collection[Any]:
    is_many = isinstance(values, Collection) and not isinstance(values, (str, bytes))
    return values if is_many else [values]


def _is_unique_title(manifest: pd.DataFrame, column: str) -> bool:
    """Return whether a column gives each recording a title of its own, and so says the same as the facet of recordings."""
    return column == "title" and bool(manifest[column].dropna().is_unique)


def _is_useful(column: pd.Series[Any]) -> bool:
    present = column.dropna()
    texts = _by_period(present).map(label)
    distinct = texts.nunique()
    if distinct < 2 or distinct > _MAX_VALUES:
        return False
    if pd.api.types.is_string_dtype(present) and present.map(str).str.contains(r"[/\\\n]").all():
        return False
    return len(column) <= _FEW_RECORDINGS or (distinct < len(present) and texts.str.len().max() <= _MAX_VALUE_LENGTH)


def _by_period(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return dates as year, month or day, by how many days they span; any other column unchanged."""
    present = column.dropna()
    is_text = len(present) > 0 and present.map(lambda value: isinstance(value, str)).all()
    is_date = len(present) > 0 and present.map(lambda value: isinstance(value, date)).all()
    if is_date or (is_text and present.str.fullmatch(_DATE).all()):
        column = pd.to_datetime(column, errors="coerce", utc=True, format="ISO8601")
    if not pd.api.types.is_datetime64_any_dtype(column):
        return column
    days = (column.max() - column.min()).days if column.notna().any() else 0
    dates: pd.Series[Any] = column.dt.strftime(next(form for span, form in _PERIODS if days > span))
    return dates
