import csv
import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.base.errors import OptionError
from scribekit.fulltext.citation import as_tsv, cells_of, citation

LINE = {"recording_id": "int_07", "speaker": "Ada", "left": "Then the", "match": "bridge,", "right": "closed.", "start_ms": 754_999}


def test_an_ellipsis_stands_where_words_were_left_out():
    assert citation(LINE, "text", (True, True)) == "“… Then the bridge, closed. …” (Ada, int_07, 00:12:34)"
    assert citation(LINE, "text", (False, False)) == "“Then the bridge, closed.” (Ada, int_07, 00:12:34)"
    assert citation(LINE | {"left": "", "right": None}, "text", (False, True)) == "“bridge, …” (Ada, int_07, 00:12:34)"


@pytest.mark.parametrize(
    ("cells", "source"),
    [
        ({"speaker": "B"}, "Speaker B, int_07, 00:12:34"),
        ({"speaker": "2"}, "Speaker 2, int_07, 00:12:34"),
        ({"speaker": float("nan")}, "int_07, 00:12:34"),
        ({"title": "Old\nbridges"}, "Ada, “Old bridges” [int_07], 00:12:34"),
        ({"title": "int_07"}, "Ada, int_07, 00:12:34"),
        ({"start_ms": 360_000_000}, "Ada, int_07, 100:00:00"),
    ],
)
def test_the_source_says_who_where_and_when(cells, source):
    assert citation(LINE | cells, "reference", (True, True)) == source


def test_markdown_shows_what_was_said_as_it_was_said():
    line = LINE | {"match": "a*b*", "left": "<b>", "right": "", "recording_id": "x_1"}
    assert citation(line, "markdown", (False, False)) == "> \\<b\\> **a\\*b\\***\n>\n> — Ada, x\\_1, 00:12:34"


def test_a_row_without_what_a_citation_needs_is_refused():
    with pytest.raises(OptionError, match="no start_ms"):
        cells_of({"recording_id": "a"}, ["recording_id", "start_ms"], "cite")
    with pytest.raises(OptionError, match="no words to quote"):
        citation({"recording_id": "a", "start_ms": 0}, "text", (True, True))
    with pytest.raises(OptionError, match="'markdown'"):
        citation(LINE, "markdwn", (True, True))


ROWS = pd.DataFrame({"recording_id": ["a"], "start_ms": pd.array([7], dtype="Int64")})


@pytest.mark.parametrize("row", [ROWS.iloc[0], next(ROWS.itertuples()), dict(ROWS.iloc[0])], ids=["series", "tuple", "mapping"])
def test_a_row_is_taken_in_any_form_that_pandas_gives(row):
    cells = cells_of(row, ["start_ms"], "play")
    assert (cells["recording_id"], cells["start_ms"]) == ("a", 7)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (ROWS, r"a table of 1 rows\. .*: play\(lines\.iloc\[0\]\)"),
        ([1, 2], "no row but list"),
        (None, "no row but NoneType"),
        ({"recording_id": "a", "start_ms": pd.NA}, "no start_ms"),
        ({"recording_id": None, "start_ms": float("nan")}, "no recording_id and no start_ms"),
    ],
)
def test_what_is_no_row_or_has_no_value_is_refused(row, sentence):
    with pytest.raises(OptionError, match=sentence):
        cells_of(row, ["recording_id", "start_ms"], "play")


@given(st.lists(st.tuples(st.text(), st.one_of(st.none(), st.text()), st.integers(-9, 9)), min_size=1, max_size=5))
def test_a_spreadsheet_gets_every_cell_and_computes_none(rows):
    frame = pd.DataFrame(
        {"a": pd.Series([row[0] for row in rows], dtype="object"), "b": [row[1] for row in rows], "n": [row[2] for row in rows]}
    )
    pasted = list(csv.reader(io.StringIO(as_tsv(frame)), delimiter="\t"))
    assert pasted[0] == ["a", "b", "n"]
    assert len(pasted) == len(rows) + 1
    for (a, b, n), cells in zip(rows, pasted[1:], strict=True):
        assert cells[2] == str(n)
        assert [cell.removeprefix("'") for cell in cells[:2]] == [" ".join((text or "").split()).removeprefix("'") for text in (a, b)]
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells[:2])
