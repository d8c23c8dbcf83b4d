"""Bytes as the ledger stores them: compressed, with their length in front. Pure."""

from __future__ import annotations

import pyarrow as pa

_ZSTD = pa.Codec("zstd", compression_level=3)
_SIZE_BYTES = 8
_MOST_BYTES = 1 << 32
"""More than the largest transcript. A damaged length must not ask for all memory."""


def pack(body: bytes) -> bytes:
    """Compress bytes, with their length in front."""
    return len(body).to_bytes(_SIZE_BYTES, "little") + bytes(_ZSTD.compress(body, asbytes=True))


def unpack(stored: bytes) -> bytes:
    """Return the bytes that were packed.

    Raises:
        ValueError: They are damaged.

    Example:
        >>> unpack(pack(b"what was said"))
        b'what was said'
    """
    size = int.from_bytes(stored[:_SIZE_BYTES], "little")
    if size > _MOST_BYTES:
        raise ValueError("damaged")
    try:
        return bytes(_ZSTD.decompress(stored[_SIZE_BYTES:], size, asbytes=True))
    except (pa.ArrowException, OSError, MemoryError):
        raise ValueError("damaged") from None
