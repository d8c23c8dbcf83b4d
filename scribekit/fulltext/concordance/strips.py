"""Where in its recording each line is: the data of a dispersion plot. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True, slots=True)
class Strip:
    """One recording of a dispersion plot.

    Attributes:
        recording_id: The recording.
        lines: How many lines it has.
        length_ms: Its length, or the end of its last line where the length is unknown or shorter.
        marks: For each stretch with lines: its number from 0, how many lines it has, and the position of the first of them among all
            lines.
    """

    recording_id: str
    lines: int
    length_ms: int
    marks: list[tuple[int, int, int]]


def strips(lines: pd.DataFrame, length_ms: Mapping[str, float], stretches: int) -> list[Strip]:
    """Return the dispersion plot of lines: one strip per recording, cut into stretches of equal length; most lines first.

    Args:
        lines: Rows with ``recording_id``, ``start_ms`` and ``end_ms``.
        length_ms: The length of each recording in milliseconds, where it is known.
        stretches: How many parts each recording is cut into.

    Example:
        >>> found = pd.DataFrame({"recording_id": ["a", "a"], "start_ms": [0, 900], "end_ms": [100, 1000]})
        >>> strips(found, {"a": 1000.0}, 10)[0].marks
        [(0, 1, 0), (9, 1, 1)]
    """
    codes, names = pd.factorize(lines["recording_id"])
    order = np.argsort(codes, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(codes, minlength=len(names)))[:-1]) if len(names) else []
    starts, ends = lines["start_ms"].to_numpy(), lines["end_ms"].to_numpy()
    found = [_strip(str(name), rows, starts, ends, length_ms.get(str(name)), stretches) for name, rows in zip(names, parts, strict=True)]
    return sorted(found, key=lambda strip: -strip.lines)


def _strip(name: str, rows: Any, starts: Any, ends: Any, length: float | None, stretches: int) -> Strip:
    known = 0 if length is None or np.isnan(length) else int(length)
    whole = max(known, int(ends[rows].max()), 1)
    stretch_of_row = np.minimum(starts[rows] * stretches // whole, stretches - 1)
    numbers, firsts, counts = np.unique(stretch_of_row, return_index=True, return_counts=True)
    marks = list(zip(numbers.tolist(), counts.tolist(), rows[firsts].tolist(), strict=True))
    return Strip(name, len(rows), whole, marks)
