"""Cells of tables that went through CSV or Excel: what they were before. Pure.

Readers of such files make numbers of ids and labels (``0101`` becomes 101, in a column with gaps 101.0), bools of ``TRUE``, and nothing at
all of words such as ``null`` and ``NA``. What a cell was can be found where it is known what it can have been.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from numbers import Real
from typing import Any

import numpy as np

from scribekit.base.schema import is_missing

READ_AS_TEXT = "Read the table with pandas' dtype=str and keep_default_na=False, so that its cells stay as they were."

# What pandas takes for a missing value.
_TAKEN_FOR_NOTHING = frozenset(
    ["#n/a", "#n/a n/a", "#na", "-1.#ind", "-1.#qnan", "-nan", "1.#ind", "1.#qnan", "<na>", "n/a", "na", "nan", "none", "null", "nat"]
)
_TRUE, _FALSE = frozenset({"true", "yes", "y", "t", "1", "1.0", "right"}), frozenset({"false", "no", "n", "f", "0", "0.0", "wrong"})


def cell_text(cell: Any) -> str | None:
    """Return a cell as text; None when it is missing. A whole number is written without a point.

    Example:
        >>> [cell_text(cell) for cell in (7, 7.0, "007", 1.5, float("nan"))]
        ['7', '7', '007', '1.5', None]
    """
    if isinstance(cell, str):
        return cell
    if is_missing(cell):
        return None
    if isinstance(cell, float | np.floating) and math.isfinite(cell) and float(cell).is_integer():
        return str(int(cell))
    return str(cell)


def may_have_been(cell: Any, text: str) -> bool:
    """Return whether a reader of CSV or Excel files can have made this cell of a text.

    Example:
        >>> may_have_been(101, "0101"), may_have_been(float("nan"), "null"), may_have_been(True, "TRUE"), may_have_been("a", "A")
        (True, True, True, False)
    """
    if isinstance(cell, str):
        return cell == text or cell.strip() == text.strip()
    if is_missing(cell):
        return text.strip().lower() in _TAKEN_FOR_NOTHING or not text.strip()
    if isinstance(cell, bool | np.bool_):
        return text.strip().lower() == str(bool(cell)).lower()
    if isinstance(cell, Real):
        try:
            return float(Decimal(text.strip())) == float(cell)
        except InvalidOperation:
            return False
    return str(cell) == text


def original(cell: Any, known: Iterable[str]) -> str | None:
    """Return the one of the known texts that a cell was; None where there is none, or where it may have been more than one.

    Example:
        >>> original(101, ["0101", "0102"]), original(1, ["1", "01"]), original("1", ["1", "01"]), original("C", ["A"])
        ('0101', None, '1', None)
    """
    texts = list(dict.fromkeys(known))
    if isinstance(cell, str) and cell in texts:
        return cell
    found = [text for text in texts if may_have_been(cell, text)]
    return found[0] if len(found) == 1 else None


def originals(cells: Sequence[Any], known: Iterable[str]) -> list[str | None]:
    """Return for each cell the one of the known texts that it was; see :func:`original`.

    Example:
        >>> originals([101, "0102", 7], ["0101", "0102"])
        ['0101', '0102', None]
    """
    texts = dict.fromkeys(known)
    found: dict[Any, str | None] = {}
    for cell in cells:
        key = None if is_missing(cell) else cell
        if key not in found:
            found[key] = cell if isinstance(cell, str) and cell in texts else original(cell, texts)
    return [found[None if is_missing(cell) else cell] for cell in cells]


def yes_or_no(cell: Any) -> bool | None:
    """Return the answer in a cell, however it is written; None when it is missing.

    Raises:
        ValueError: The cell is neither yes nor no.

    Example:
        >>> [yes_or_no(cell) for cell in ("yes", "TRUE", 0, 1.0, "n", None, "")]
        [True, True, False, True, False, None, None]
    """
    written = (cell_text(cell) or "").strip().lower()
    if not written or written in _TAKEN_FOR_NOTHING:
        return None
    if written not in _TRUE | _FALSE:
        raise ValueError(f"{cell!r} is neither yes nor no")
    return written in _TRUE
