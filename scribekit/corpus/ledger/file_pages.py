"""The rows in the pages of a SQLite file, read without SQLite: of a damaged file, it gives what its whole pages hold. Pure.

A page that is a leaf of a table says itself which rows it has, so neither the schema nor the pages above it are needed. The format is
described in https://www.sqlite.org/fileformat2.html.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

_HEADER_BYTES = 100
_DEFAULT_PAGE_BYTES = 4096
_INDEX_INTERIOR, _TABLE_INTERIOR, _INDEX_LEAF, _TABLE_LEAF = 2, 5, 10, 13
_INTEGER_BYTES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
_WAL_HEADER_BYTES, _FRAME_HEADER_BYTES = 32, 24


class StoredRow(NamedTuple):
    """A row as it is stored.

    Attributes:
        page: The number of its page.
        rowid: Its number; None in an index, and in a table without row numbers.
        values: Its values. What is not UTF-8 in a text is U+FFFD.
    """

    page: int
    rowid: int | None
    values: tuple[Any, ...]


class FilePages:
    """The pages of a SQLite file.

    Args:
        content: The file.
        log: Its write-ahead log.
    """

    def __init__(self, content: bytes, log: bytes = b"") -> None:
        self._content = content
        self._size = _page_bytes(content)
        self._usable = self._size - (content[20] if len(content) > 20 and content[20] < 64 else 0)
        self._newer = _committed_pages(log, self._size)
        self.count = max(-(-len(content) // self._size), *self._newer, 0) if self._newer else -(-len(content) // self._size)

    def rows(self) -> Iterator[StoredRow]:
        """Yield every row that can be read, page by page, except those of pages that are not in use any more."""
        unused = self._unused()
        for number in range(1, self.count + 1):
            if number not in unused:
                yield from self._page_rows(number)

    def below(self, root: int) -> set[int]:
        """Return the pages of a table or index, given its root."""
        found, left = set[int](), [root]
        while left:
            number = left.pop()
            if number in found or not 0 < number <= self.count:
                continue
            found.add(number)
            page = self._page(number)
            start = _HEADER_BYTES if number == 1 else 0
            if page[start] in (_TABLE_INTERIOR, _INDEX_INTERIOR):
                left.append(int.from_bytes(page[start + 8 : start + 12], "big"))
                left += [int.from_bytes(page[cell : cell + 4], "big") for cell in self._cells(page, start)]
        return found

    def _page(self, number: int) -> bytes:
        page = self._newer.get(number) or self._content[(number - 1) * self._size : number * self._size]
        return page.ljust(self._size, b"\0")

    def _unused(self) -> set[int]:
        first_page = self._page(1)
        found, trunk = set[int](), int.from_bytes(first_page[32:36], "big")
        while 0 < trunk <= self.count and trunk not in found:
            page = self._page(trunk)
            count = min(int.from_bytes(page[4:8], "big"), self._size // 4 - 2)
            found |= {trunk, *struct.unpack_from(f">{count}I", page, 8)}
            trunk = int.from_bytes(page[:4], "big")
        return found

    def _cells(self, page: bytes, start: int) -> list[int]:
        is_leaf = page[start] in (_TABLE_LEAF, _INDEX_LEAF)
        count = int.from_bytes(page[start + 3 : start + 5], "big")
        first = start + (8 if is_leaf else 12)
        count = min(count, (self._size - first) // 2)
        return [cell for cell in struct.unpack_from(f">{count}H", page, first) if cell < self._usable]

    def _page_rows(self, number: int) -> Iterator[StoredRow]:
        page = self._page(number)
        start = _HEADER_BYTES if number == 1 else 0
        kind = page[start]
        if kind not in (_TABLE_LEAF, _INDEX_LEAF, _INDEX_INTERIOR):
            return
        for cell in self._cells(page, start):
            try:
                rowid, place = None, cell + (4 if kind == _INDEX_INTERIOR else 0)
                size, place = _varint(page, place)
                if kind == _TABLE_LEAF:
                    rowid, place = _varint(page, place)
                yield StoredRow(number, rowid, _values(self._payload(page, place, size, is_table=kind == _TABLE_LEAF)))
            except (IndexError, ValueError, struct.error):  # damaged
                continue

    def _payload(self, page: bytes, place: int, size: int, *, is_table: bool) -> bytes:
        if size > len(self._content) + len(self._newer) * self._size:
            raise ValueError("longer than the file")
        most = self._usable - 35 if is_table else (self._usable - 12) * 64 // 255 - 23
        if size <= most:
            return page[place : place + size]
        least = (self._usable - 12) * 32 // 255 - 23
        local = least + (size - least) % (self._usable - 4)
        local = local if local <= most else least
        parts, left = [page[place : place + local]], size - local
        following = int.from_bytes(page[place + local : place + local + 4], "big")
        while left > 0:
            if not 0 < following <= self.count:
                raise ValueError("a page is missing")
            page = self._page(following)
            parts.append(page[4 : 4 + min(left, self._usable - 4)])
            left -= len(parts[-1])
            following = int.from_bytes(page[:4], "big")
        return b"".join(parts)


def _page_bytes(content: bytes) -> int:
    size = int.from_bytes(content[16:18], "big")
    return size if 512 <= size <= 32768 and size & (size - 1) == 0 else 65536 if size == 1 else _DEFAULT_PAGE_BYTES


def _committed_pages(log: bytes, size: int) -> Mapping[int, bytes]:
    """Return the pages of a write-ahead log, up to the last finished write."""
    committed: dict[int, bytes] = {}
    waiting: dict[int, bytes] = {}
    salts = log[16:24]
    for start in range(_WAL_HEADER_BYTES, len(log) - _FRAME_HEADER_BYTES - size + 1, _FRAME_HEADER_BYTES + size):
        header, page = log[start : start + _FRAME_HEADER_BYTES], log[start + _FRAME_HEADER_BYTES : start + _FRAME_HEADER_BYTES + size]
        if header[8:16] != salts:  # of an earlier round
            break
        waiting[int.from_bytes(header[:4], "big")] = page
        if int.from_bytes(header[4:8], "big"):
            committed |= waiting
            waiting = {}
    return committed


def _varint(page: bytes, place: int) -> tuple[int, int]:
    value = 0
    for count in range(9):
        byte = page[place + count]
        if count == 8:
            return _signed((value << 8) | byte), place + 9
        value = (value << 7) | (byte & 0x7F)
        if byte < 0x80:
            return value, place + count + 1
    raise ValueError("no number")


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def _values(record: bytes) -> tuple[Any, ...]:
    """Return the values of a record.

    Example:
        >>> _values(bytes([4, 0, 1, 15, 7]) + b"a")  # NULL, the number 7, and a text of one letter
        (None, 7, 'a')
    """
    end, place = _varint(record, 0)
    values: list[Any] = []
    body = end
    while place < end:
        kind, place = _varint(record, place)
        value, body = _value(record, body, kind)
        values.append(value)
    if body > len(record):
        raise ValueError("cut short")
    return tuple(values)


def _value(record: bytes, place: int, kind: int) -> tuple[Any, int]:
    if kind in (0, 8, 9):
        return {0: None, 8: 0, 9: 1}[kind], place
    if kind in _INTEGER_BYTES:
        end = place + _INTEGER_BYTES[kind]
        return int.from_bytes(record[place:end], "big", signed=True), end
    if kind == 7:
        return struct.unpack(">d", record[place : place + 8])[0], place + 8
    if kind < 12:
        raise ValueError("no kind of value")
    end = place + (kind - 12) // 2
    return (str(record[place:end], "utf-8", "replace") if kind % 2 else record[place:end]), end
