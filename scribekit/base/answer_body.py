"""Reads the body of an answer within bounds: it is unpacked piece by piece, and never becomes larger than allowed.

Only the encodings in ``ACCEPTED`` are asked for and unpacked here, by zlib, which stops at a given size. Another one is not read.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

ACCEPTED = "gzip, deflate"

SMALL_BYTES = 8_000_000
"""The largest answer that is not a transcript. A page of the list has 200 items."""
ERROR_BYTES = 100_000
"""As much is read of an answer that is not a success: its status says enough."""

_ZLIB, _GZIP, _RAW = zlib.MAX_WBITS, zlib.MAX_WBITS | 16, -zlib.MAX_WBITS


class UnreadableBodyError(Exception):
    """A body is too large or cannot be unpacked; ``why`` is a clause such as "was larger than 8 MB"."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class _Plain:
    is_whole = True

    def unpack(self, piece: bytes, _most: int) -> bytes:
        return piece


class _Packed:
    """A stream of gzip (of several members, perhaps) or deflate (with or without the header that zlib wants)."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._unpacker = zlib.decompressobj(_GZIP if name == "gzip" else _ZLIB)
        self._is_new = True
        self._beginning = b""

    @property
    def is_whole(self) -> bool:
        return self._unpacker.eof or (self._is_new and not self._beginning)

    def unpack(self, piece: bytes, most: int) -> bytes:
        """Return what a piece holds; a byte more than ``most`` when it holds more than that."""
        if self._is_new:  # the first two bytes show whether there is a header
            piece = self._beginning = self._beginning + piece
            if len(piece) < 2:
                return b""
        found = b""
        while piece and len(found) <= most:
            if self._unpacker.eof:  # another member
                self._unpacker = zlib.decompressobj(_GZIP)
            try:
                found += self._unpacker.decompress(piece, most + 1 - len(found))
            except zlib.error:
                if self._name == "gzip" or not self._is_new:
                    raise UnreadableBodyError("could not be unpacked") from None
                self._name, self._unpacker = "gzip", zlib.decompressobj(_RAW)
                continue
            self._is_new = False
            piece = self._unpacker.unused_data if self._unpacker.eof else b""
        return found


async def read_body(received: AsyncIterator[bytes], encoding: str, most: int) -> bytes:
    """Read a body, unpacked.

    Args:
        received: The body as it comes.
        encoding: The ``Content-Encoding`` header of the answer; empty when it has none.
        most: The most bytes that it may have.

    Raises:
        UnreadableBodyError: It is larger, or packed in a way that was not asked for, or not whole.
    """
    packing = _packing(encoding)
    # A list and join, not a growing text: half of the memory. Not response.content: it would keep the body until garbage is collected.
    pieces, size, packed_size = [], 0, 0
    async for piece in received:
        unpacked = packing.unpack(piece, most - size)
        packed_size += len(piece)
        size += len(unpacked)
        if max(size, packed_size) > most:
            raise UnreadableBodyError(f"was larger than {most / 1e6:g} MB")
        pieces.append(unpacked)
    if not packing.is_whole:
        raise UnreadableBodyError("broke off")
    return b"".join(pieces)


def _packing(encoding: str) -> _Plain | _Packed:
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return _Plain()
    if name in ("gzip", "x-gzip", "deflate"):
        return _Packed(name.removeprefix("x-"))
    raise UnreadableBodyError("was packed in a way that was not asked for")
