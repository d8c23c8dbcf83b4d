import datetime as dt
import io
import zipfile

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbooks import write_workbook

from scribekit.recordings.xlsx import read_sheet

ROWS = [
    ["path", "id", "n", "share", "day", "length", "at", "done", "empty"],
    ["a.wav", "001", 7, 0.5, pd.Timestamp(2026, 1, 2), dt.timedelta(hours=30, minutes=1), dt.time(1, 2, 3), True, None],
    ["b & <c>.wav", "NA", -3, 1.25, pd.Timestamp(2026, 1, 2, 3, 4, 5), dt.timedelta(seconds=90), dt.time(0, 45, 10), False, None],
]  # fmt: skip


@pytest.mark.parametrize("shared", [True, False], ids=["shared texts", "inline texts"])
def test_cells_are_what_excel_shows(tmp_path, shared):
    found = read_sheet(write_workbook(tmp_path / "b.xlsx", ROWS, shared=shared).read_bytes())
    assert found == ROWS


def test_numbers_that_are_shown_with_zeros_have_them(tmp_path):
    rows = [["id", "n"], [7, 7], [12, None], [1234, 0.5]]
    assert read_sheet(write_workbook(tmp_path / "b.xlsx", rows, styles={0: "000"}).read_bytes()) == [
        ["id", "n"], ["007", 7], ["012", None], ["1234", 0.5]
    ]  # fmt: skip


def test_a_text_that_was_escaped_is_itself(tmp_path):
    rows = [["a"], ["x_x000D_y"]]
    assert read_sheet(write_workbook(tmp_path / "b.xlsx", rows).read_bytes()) == [["a"], ["x\ry"]]


@given(st.binary(max_size=200))
def test_what_is_not_a_workbook_is_refused(content):
    with pytest.raises(ValueError, match="not an Excel workbook"):
        read_sheet(content)


def test_a_workbook_that_lacks_a_part_or_defines_entities_is_refused(tmp_path):
    whole = write_workbook(tmp_path / "b.xlsx", ROWS).read_bytes()
    with zipfile.ZipFile(io.BytesIO(whole)) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    bomb = b'<!DOCTYPE w [<!ENTITY a "aaaa">]>' + parts["xl/workbook.xml"]
    for changed in (
        {name: part for name, part in parts.items() if name != "xl/worksheets/sheet1.xml"},
        {**parts, "xl/worksheets/sheet1.xml": b"<worksheet"},
        {**parts, "xl/workbook.xml": bomb},
        {**parts, "xl/workbook.xml": b"<workbook/>"},
    ):
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as file:
            for name, part in changed.items():
                file.writestr(name, part)
        with pytest.raises(ValueError, match="it "):
            read_sheet(content.getvalue())


@pytest.mark.parametrize("reference", ["XFD1", "ZZZZZZZ1"])
def test_a_cell_that_is_far_away_makes_no_columns_in_between(tmp_path, reference):
    whole = write_workbook(tmp_path / "b.xlsx", [["path", "n"], ["a.wav", 7]]).read_bytes()
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as file, zipfile.ZipFile(content, "w") as changed:
        for name in file.namelist():
            changed.writestr(name, file.read(name).replace(b'r="B1"', b'r="%s"' % reference.encode()))
    found = read_sheet(content.getvalue())
    assert sorted(value for row in found for value in row if value is not None and value != 7) == ["a.wav", "n", "path"]
    assert max(map(len, found)) <= 3
