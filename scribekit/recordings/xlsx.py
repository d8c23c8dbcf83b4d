"""The first sheet of an Excel workbook (.xlsx) as rows of cells. Pure: bytes in, values out.

A workbook is a zip file of XML. Cells are what Excel shows: texts stay texts, numbers that are shown with leading zeros are texts with
these zeros, dates are ``datetime``, times of day are ``time``, and lengths (``[h]:mm:ss``) are ``timedelta``.
"""

from __future__ import annotations

import datetime as dt
import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

import pandas as pd

from scribekit.base.xml_parts import parse_xml, part_of

_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_STRICT = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
_REFERENCE = re.compile(r"([A-Z]{1,3})\d+")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_DATES = frozenset({14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 55, 56, 57, 58})
_TIMES, _SPANS = frozenset({18, 19, 20, 21, 32, 33, 34, 35, 45, 47}), frozenset({46})
_SPAN = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_EPOCHS = {False: pd.Timestamp(1899, 12, 30), True: pd.Timestamp(1904, 1, 1)}
_DAY_S = 86_400
_LONGEST_FORMAT = 255
"""The characters of a number format, by Excel's limits."""


@dataclass(frozen=True, slots=True)
class _Book:
    """What cells refer to: the shared texts, the number format of each style, and whether days are counted from 1904."""

    texts: list[str]
    formats: list[str]
    is_1904: bool


def read_sheet(content: bytes) -> list[list[object]]:
    """Return the rows of the first sheet, all of the same width; an empty cell is None. Columns without any value are left out.

    Raises:
        ValueError: The bytes are not a workbook that can be read.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            return _rectangle(list(_rows(file)))
    except (zipfile.BadZipFile, KeyError, ET.ParseError, IndexError, NotImplementedError, RuntimeError, OverflowError) as cause:
        raise ValueError(f"it is not an Excel workbook, or is damaged ({cause})") from cause


def _rectangle(rows: list[dict[int, object]]) -> list[list[object]]:
    columns = sorted({column for row in rows for column in row})
    return [[row.get(column) for column in columns] for row in rows]


def _part(file: zipfile.ZipFile, name: str) -> ET.Element:
    return parse_xml(part_of(file, name).replace(_STRICT, _SHEET.strip("{}").encode()))


def _rows(file: zipfile.ZipFile) -> Iterator[dict[int, object]]:
    names = set(file.namelist())
    book = _part(file, "xl/workbook.xml")
    first = book.find(f"{_SHEET}sheets/{_SHEET}sheet")
    if first is None:
        raise ValueError("it has no sheet")
    relation = next(value for name, value in first.attrib.items() if name.endswith("}id") or name == _RELATION)
    targets = {node.get("Id"): node.get("Target", "") for node in _part(file, "xl/_rels/workbook.xml.rels")}
    settings = book.find(f"{_SHEET}workbookPr")
    shared = list(_part(file, "xl/sharedStrings.xml")) if "xl/sharedStrings.xml" in names else []
    found = _Book(
        [_text(item) for item in shared],
        _formats(_part(file, "xl/styles.xml")) if "xl/styles.xml" in names else [],
        settings is not None and settings.get("date1904") in ("1", "true"),
    )
    sheet = _part(file, posixpath.normpath(posixpath.join("/xl", targets[relation])).lstrip("/"))
    for row in sheet.iterfind(f"{_SHEET}sheetData/{_SHEET}row"):
        cells: dict[int, object] = {}
        for place, cell in enumerate(row.iterfind(f"{_SHEET}c")):
            reference = _REFERENCE.match(cell.get("r", ""))
            value = _value(cell, found)
            if value is not None:
                cells[_column(reference[1]) if reference else place] = value
        yield cells


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _text(node: ET.Element) -> str:
    """Return the text of a cell, without the phonetic guides that may be beside it."""
    runs = [run.text or "" for run in (*node.iterfind(f"{_SHEET}t"), *node.iterfind(f"{_SHEET}r/{_SHEET}t"))]
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), "".join(runs))


def _formats(styles: ET.Element) -> list[str]:
    """Return the number format of each style: its code, or ``#`` and the number of a built-in one."""
    own = {node.get("numFmtId"): node.get("formatCode", "") for node in styles.iterfind(f"{_SHEET}numFmts/{_SHEET}numFmt")}
    numbers = [node.get("numFmtId", "0") for node in styles.iterfind(f"{_SHEET}cellXfs/{_SHEET}xf")]
    return [own.get(number, f"#{number}") for number in numbers]


def _value(cell: ET.Element, book: _Book) -> object:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        inline = cell.find(f"{_SHEET}is")
        return None if inline is None else _text(inline) or None
    node = cell.find(f"{_SHEET}v")
    if node is None or not node.text:
        return None
    if kind == "s":
        return book.texts[int(node.text)] or None
    if kind == "b":
        return node.text == "1"
    if kind == "n":
        style = int(cell.get("s", "0"))
        return _number(node.text, book.formats[style] if style < len(book.formats) else "#0", is_1904=book.is_1904)
    if kind == "d":
        return dt.datetime.fromisoformat(node.text)
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), node.text)


def _number(text: str, code: str, *, is_1904: bool) -> object:
    """Return a number as its format shows it."""
    number = float(text)
    value: object = int(number) if number.is_integer() and abs(number) < 1 << 53 else number
    kind = _kind(code)
    if kind == "number":
        zeros = min(len(code), _LONGEST_FORMAT) if code and not code.strip("0") else 0
        return str(value).zfill(zeros) if zeros > 1 and isinstance(value, int) and value >= 0 else value
    seconds = round(number * _DAY_S, 3)
    if kind == "span" or (kind == "time" and not 0 <= seconds < _DAY_S):
        return dt.timedelta(seconds=seconds)
    if kind == "time":
        return (_EPOCHS[is_1904] + dt.timedelta(seconds=seconds)).time()
    return (_EPOCHS[is_1904] + dt.timedelta(seconds=seconds)).to_pydatetime()


def _kind(code: str) -> str:
    """Return what a number format shows: ``number``, ``date``, ``time`` or ``span``."""
    if code.startswith("#") and code[1:].isdecimal():
        built_in = int(code[1:])
        return "date" if built_in in _DATES else "time" if built_in in _TIMES else "span" if built_in in _SPANS else "number"
    if _SPAN.search(code):
        return "span"
    letters = set(_LITERAL.sub("", code.partition(";")[0]).lower())
    if letters & set("yd") or ("m" in letters and not letters & set("hs")):
        return "date"
    return "time" if letters & set("hs") and "general" not in code.lower() else "number"
