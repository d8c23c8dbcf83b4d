"""Columns of texts in Arrow, of which some may be far longer than the others. Pure.

Arrow reserves memory for the average length of the texts before it repeats any of them. One text of megabytes among a few short ones then
asks for hundreds of gigabytes, although it is repeated once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

_HARMLESS_BYTES = 1 << 26
"""Arrow may reserve this much."""


def repeated(texts: Any, positions: Any) -> Any:
    """Return the texts at positions, which may name a text many times. No more memory is used than the result has.

    Args:
        texts: An Arrow array of texts.
        positions: An Arrow array of integers; null for a missing text.

    Returns:
        An Arrow array of the type of ``texts``.

    Example:
        >>> repeated(pa.array(["a", "b"]), pa.array([1, 1, None])).to_pylist()
        ['b', 'b', None]
    """
    if len(texts) == 0 or texts.nbytes / len(texts) * len(positions) <= _HARMLESS_BYTES:
        return texts.take(positions)
    values = np.array([*texts.to_pylist(), None], dtype=object)
    return pa.array(values[positions.fill_null(len(texts)).to_numpy()], texts.type)


def plain(column: Any) -> Any:
    """Return a chunked dictionary column of texts as a plain one, with large offsets.

    Example:
        >>> plain(pa.chunked_array([pa.array(["a", "a"]).dictionary_encode()])).type
        DataType(large_string)
    """
    text = pa.large_string()
    return pa.chunked_array([repeated(chunk.dictionary.cast(text), chunk.indices) for chunk in column.chunks], text)
