import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.base.errors import ManifestError
from scribekit.recordings.delimited import Grid, read_delimited

TITLES = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)
CELLS = st.one_of(st.sampled_from(["007", "1.10", "NA", 'say "so"', "a;b", "a,b", " x ", "line\nbreak", "=1+1", "'"]), TITLES)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("path,previous\na.wav,old_a.wav,\nb.wav,old_b.wav,\n", [["a.wav", "old_a.wav"], ["b.wav", "old_b.wav"]]),
        ("path;previous\na.wav;old_a.wav;\n", [["a.wav", "old_a.wav"]]),
        ("path\tprevious\na.wav\told_a.wav\t\t\n", [["a.wav", "old_a.wav"]]),
        ("path,previous,\na.wav,old_a.wav,\n", [["a.wav", "old_a.wav"]]),
        ("path,previous\na.wav,old_a.wav, \n", [["a.wav", "old_a.wav"]]),
        ("previous,path\nold_a.wav,a.wav,\n", [["old_a.wav", "a.wav"]]),
        ("path\na.wav,\nb.wav,\n", [["a.wav"], ["b.wav"]]),
        ("path\na, b.wav\nc.wav\n", [["a, b.wav"], ["c.wav"]]),
        ('path,title\na.wav,"Hello, world"\n', [["a.wav", "Hello, world"]]),
        ('path, title\na.wav, "Hello, world"\nb.wav, x\n', [["a.wav", "Hello, world"], ["b.wav", "x"]]),
        ("path,title\n a.wav, x\n", [[" a.wav", " x"]]),
        ("path,title\r\na.wav,x\r\n;,\r\n", [["a.wav", "x"], [";", None]]),
        ("path|title\na.wav|x\n", [["a.wav", "x"]]),
        ('path;"title, long"\na.wav;x\n', [["a.wav", "x"]]),
        ("path;title, with, commas\na.wav;x\n", [["a.wav", "x"]]),
        ("sep=;\r\npath;title\r\na.wav;x\r\n", [["a.wav", "x"]]),
        ("sep=,\npath,title\na.wav,x\n", [["a.wav", "x"]]),
        ("path,title\na.wav\n\nb.wav,x\n,,\n", [["a.wav", None], ["b.wav", "x"]]),
        ("path,title\ra.wav,x\r", [["a.wav", "x"]]),
        ('path,title\na.wav,"two\nlines"\n', [["a.wav", "two\nlines"]]),
        ('path,title\na.wav,5" disc\n', [["a.wav", '5" disc']]),
    ],
)
def test_a_cell_stays_in_its_column(text, rows):
    assert read_delimited(text).rows == rows


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("path,title\na.wav,Hello, world\n", "line 2 has 3 cells"),
        ("title,path\nx,a.wav\nHello, world,b.wav\n", "line 3 has 3 cells"),
        ("path;title\na.wav;x;;y\n", "line 2 has 4 cells"),
        ('path,title\n"a\nb.wav",x\nc.wav,y,z\n', "line 4 has 3 cells"),
        ("sep=,\npath,title\na.wav,x,y\n", "line 3 has 3 cells"),
        ('path,title\n"a.mp3,b\n', "line 2"),
        ('path,title\n"a" b,c\n', "line 2"),
        ("", "empty"),
        ("\n\n", "empty"),
    ],
)
def test_what_could_be_another_column_is_refused_with_its_line(text, line):
    with pytest.raises(ManifestError, match=line):
        read_delimited(text)


def test_a_column_without_a_name_is_kept_where_it_has_cells():
    assert read_delimited(",path,\n0,a.wav,\n1,b.wav,\n") == Grid(["Unnamed: 0", "path"], [["0", "a.wav"], ["1", "b.wav"]])


@given(
    st.lists(st.tuples(CELLS, CELLS), max_size=5),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.booleans(),
)
def test_what_a_csv_writer_writes_comes_back(rows, delimiter, end, quoting, trailing):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerow(["path", "title", "note"])
    given_rows = [[f"{number}.wav", *cells] for number, cells in enumerate(rows)]
    writer.writerows([[*row, ""] if trailing else row for row in given_rows])
    found = read_delimited(text.getvalue())
    assert found.header == ["path", "title", "note"]
    assert found.rows == [[cell if cell.strip() else None for cell in row] for row in given_rows]


@given(st.text(max_size=60))
def test_any_text_is_a_table_or_refused(text):
    try:
        found = read_delimited(text)
    except ManifestError:
        return
    assert all(len(row) == len(found.header) for row in found.rows)
