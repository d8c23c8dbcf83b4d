"""Workbooks, read back by openpyxl: what is in them, and that whatever Excel cannot hold is said."""

import builtins
import datetime as dt
import json
import warnings
from decimal import Decimal

import numpy as np
import openpyxl
import pandas as pd
import pytest
from corpora import store
from hypothesis import given
from hypothesis import strategies as st

import scribekit as sk
from scribekit.base.errors import ExcelLimitsWarning, ExportError, LedgerError, MissingExtraError, OptionError
from scribekit.base.schema import LEVELS, SHEETS
from scribekit.tables.excel import DEFAULT_LEVELS, LONGEST_CELL, Kind, cell_of, fit

BERLIN = dt.timezone(dt.timedelta(hours=2))


def moment(*parts):
    return dt.datetime(*parts, tzinfo=None)  # noqa: DTZ001 (Excel's times have no zone)


def book_of(frame, tmp_path):
    """Write a frame without a warning, and return its sheet as openpyxl reads it."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sk.to_excel(frame, tmp_path / "book.xlsx")
    return openpyxl.load_workbook(tmp_path / "book.xlsx").active


def objects(*values):
    return pd.DataFrame({"value": pd.Series(values, dtype=object)})


def cells(sheet):
    return [row[0] for row in sheet.iter_rows(min_row=2)]


@pytest.fixture
def corpus(tmp_path):
    return store(tmp_path / "corpus", {"one.mp3": [("A", "=1+1 is two."), ("B", "Yes.")], "two.mp3": "Hello there."})


# -- a corpus ---------------------------------------------------------------------------------------------------------


def test_a_corpus_is_a_sheet_for_each_level(corpus, tmp_path):
    written = sk.to_excel(corpus, tmp_path / "out" / "corpus.xlsx")
    assert written.dtypes.astype(str).to_dict() == SHEETS.dtypes
    assert written["sheet"].tolist() == written["level"].tolist() == list(DEFAULT_LEVELS)
    book = openpyxl.load_workbook(tmp_path / "out" / "corpus.xlsx")
    for name, rows in zip(written["sheet"], written["rows"], strict=True):
        header, *lines = book[name].iter_rows(values_only=True)
        assert list(header) == LEVELS[name].names
        assert len(lines) == rows == len(sk.to_frame(corpus, name))
    assert list((tmp_path / "out").iterdir()) == [tmp_path / "out" / "corpus.xlsx"]


def test_the_times_of_events_are_times_in_utc(corpus, tmp_path):
    sk.to_excel(corpus, tmp_path / "a.xlsx", ["jobs", "events"])
    column = [row[0] for row in openpyxl.load_workbook(tmp_path / "a.xlsx")["events"].iter_rows(min_row=2)]
    expected = sk.to_frame(corpus, "events")["at"].dt.tz_localize(None).tolist()
    assert [cell.value for cell in column] == expected != []
    assert all(cell.is_date and cell.number_format.endswith('"UTC"') for cell in column)


@pytest.mark.parametrize("level", sorted(LEVELS))
def test_every_level_can_be_written(corpus, tmp_path, level):
    assert sk.to_excel(str(tmp_path / "corpus"), str(tmp_path / "a.xlsx"), level)["rows"].tolist() == [len(sk.to_frame(corpus, level))]


def test_a_formula_that_was_said_is_a_text(corpus, tmp_path):
    sk.to_excel(corpus, tmp_path / "a.xlsx", "utterances")
    column = LEVELS["utterances"].names.index("text") + 1
    cell = openpyxl.load_workbook(tmp_path / "a.xlsx").active.cell(2, column)
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1 is two.", "s", True)


# -- one cell ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["=1+1", "+49 30", "-5", "@home", '=HYPERLINK("http://x")', "007", "1.10", "1e5", " a ", "TRUE", "a\nb", "NA", "😀"]
)
def test_texts_stay_as_they_are(text, tmp_path):
    (cell,) = cells(book_of(objects(text), tmp_path))
    assert (cell.value, cell.data_type) == (text, "s")
    assert cell.quotePrefix == (text[0] in "=+-@")


VALUES = [
    (3, 3),
    (-0.5, -0.5),
    (np.int64(7), 7),
    (True, True),
    (np.bool_(False), False),
    (Decimal("1.10"), 1.1),
    (10**15, "1000000000000000"),
    (2**63, str(2**63)),
    (Decimal("1.2345678901234567"), "1.2345678901234567"),
    (float("inf"), "inf"),
    (None, None),
    (float("nan"), None),
    (pd.NaT, None),
    (pd.NA, None),
    (dt.date(2026, 1, 2), moment(2026, 1, 2)),
    (moment(2026, 1, 2, 3, 4, 5), moment(2026, 1, 2, 3, 4, 5)),
    (dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=BERLIN), moment(2026, 1, 2, 1, 4, 5)),
    (pd.Timestamp("2026-07-01 12:00", tz="Europe/Berlin"), moment(2026, 7, 1, 10)),
    (moment(1800, 1, 1), "1800-01-01T00:00:00"),
    (dt.datetime.min.replace(tzinfo=BERLIN), "0001-01-01T00:00:00+02:00"),
    (dt.datetime.max.replace(tzinfo=BERLIN), "9999-12-31T23:59:59.999999+02:00"),
    (dt.timedelta(hours=30, seconds=1), dt.timedelta(hours=30, seconds=1)),
    (dt.timedelta(seconds=-1), "-1 day, 23:59:59"),
    (dt.time(3, 4), "03:04:00"),
    (["a", {"b": None}], '["a", {"b": null}]'),
    (np.array([1, 2]), "[1, 2]"),
    ({"b"}, '["b"]'),
    (b"x\xff", "x\ufffd"),
    (pd.Period("2026-01"), "2026-01"),
]


@pytest.mark.parametrize(("value", "expected"), VALUES, ids=repr)
def test_each_kind_of_value_is_what_excel_has_for_it(value, expected, tmp_path):
    (cell,) = cells(book_of(objects(value), tmp_path)) if expected is not None else [openpyxl.cell.Cell(None, value=None)]
    assert cell.value == expected
    assert type(cell.value) is type(expected)
    assert expected is not None or cell_of(value) == (Kind.BLANK, None)


@given(st.text(st.characters(), max_size=50))
def test_a_fitted_text_can_be_in_an_xml_file_and_keeps_all_that_is_legal(text):
    fitted = fit(text)
    kept = [character for character in text if character in "\t\n" or (character >= " " and not 0xD800 <= ord(character) <= 0xDFFF)]
    assert [one for one in fitted.text if one != "\n"] == [one for one in kept if one not in "\n\ufffe\uffff"]
    fitted.text.encode()
    assert not fitted.is_cut


@given(st.integers(LONGEST_CELL - 3, LONGEST_CELL + 3), st.sampled_from(["x", "é", "😀"]))
def test_a_text_is_cut_where_excel_would_refuse_it_and_ends_with_a_mark(length, character):
    fitted = fit(character * length)
    units = len(fitted.text.encode("utf-16-le")) // 2
    assert units <= LONGEST_CELL
    assert fitted.is_cut == (length * (2 if character == "😀" else 1) > LONGEST_CELL)
    assert fitted.text.endswith(f"[cut: {length} characters]") == fitted.is_cut
    assert fitted.is_cut or fitted.text == character * length


# -- what does not fit is said ----------------------------------------------------------------------------------------


def test_cut_and_cleaned_cells_are_said_in_one_warning(tmp_path):
    frame = pd.DataFrame({"id": ["a", "b", "c"], "text": ["x" * 40_000, "short", "a\x00b\x0b"]})
    with pytest.warns(ExcelLimitsWarning) as caught:
        written = sk.to_excel(frame, tmp_path / "a.xlsx")
    (warning,) = caught
    assert warning.filename == __file__
    for part in ("a.xlsx", "1 cell of 'text'", "32,767", "(row 2)", "1 cell had control characters"):
        assert part in str(warning.message)
    assert (written["cut_cells"].tolist(), written["cleaned_cells"].tolist()) == ([1], [1])
    texts = [row[1].value for row in openpyxl.load_workbook(tmp_path / "a.xlsx").active.iter_rows(min_row=2)]
    assert [len(texts[0]), *texts[1:]] == [LONGEST_CELL, "short", "ab"]


@pytest.mark.long
def test_more_rows_than_a_sheet_has_continue_in_the_next(tmp_path):
    frame = pd.DataFrame({"n": pd.Series([None] * 1_048_577, dtype=object)})
    frame.loc[[1_048_574, 1_048_575, 1_048_576], "n"] = [1, 2, 3]
    with pytest.warns(ExcelLimitsWarning, match=r"1,048,577 rows, more than the 1,048,575 of a sheet: it continues in 'table \(2\)'"):
        written = sk.to_excel(frame, tmp_path / "a.xlsx")
    assert written["rows"].tolist() == [1_048_575, 2]
    book = openpyxl.load_workbook(tmp_path / "a.xlsx", read_only=True)
    assert [row[0] for row in book["table (2)"].iter_rows(values_only=True)] == ["n", 2, 3]


def test_more_columns_than_a_sheet_has_are_refused_and_leave_nothing(tmp_path):
    with pytest.raises(OptionError, match="16,385 columns"):
        sk.to_excel(pd.DataFrame(columns=range(16_385)), tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []


# -- any frame --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("frame", "header"),
    [
        (pd.DataFrame({"a": [1]}), ("a",)),
        (pd.DataFrame({"a": [1]}, index=[7]), ("a",)),
        (pd.DataFrame({"a": [1]}, index=pd.Index(["x"], name="id")), ("id", "a")),
        (pd.DataFrame({"a": [1]}, index=pd.Index(["x"], name="a")), ("a", "a")),
        (pd.DataFrame({"a": [1]}, index=["x"]), ("level_0", "a")),
        (pd.DataFrame({"a": [1]}, index=pd.MultiIndex.from_tuples([("x", 1)])), ("level_0", "level_1", "a")),
        (pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "b"), ("c", "")])), ("a / b", "c")),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), ("a", "a")),
        (pd.DataFrame({0: [1], "=x": [2]}), ("0", "=x")),
        (pd.DataFrame({"a": pd.Categorical(["x"])}), ("a",)),
        (pd.DataFrame({"a": pd.Series([], dtype="str")}), ("a",)),
    ],
)
def test_names_and_an_index_that_says_something_are_columns(frame, header, tmp_path):
    rows = list(book_of(frame, tmp_path).iter_rows(values_only=True))
    assert rows[0] == header
    assert len(rows) == len(frame) + 1


def test_the_results_of_verbs_can_be_written(corpus, tmp_path):
    statistics = sk.turn_statistics(corpus)
    assert sk.to_excel(statistics, tmp_path / "a.xlsx")["rows"].tolist() == [len(statistics)]


CELL = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters(), max_size=8), st.binary(max_size=3), st.dates(),
    st.datetimes(),
    st.datetimes(timezones=st.sampled_from([BERLIN, dt.UTC])), st.timedeltas(), st.decimals(), st.lists(st.integers(), max_size=2),
)  # fmt: skip


@given(st.lists(CELL, max_size=8))
def test_any_values_give_a_workbook_that_can_be_read(values):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExcelLimitsWarning)
        sk.to_excel(objects(*values), PATHS / "any.xlsx")
    assert openpyxl.load_workbook(PATHS / "any.xlsx").active.max_row <= len(values) + 1


@pytest.fixture(autouse=True)
def _paths(tmp_path_factory):
    global PATHS  # noqa: PLW0603 (hypothesis takes no fixtures of a test)
    PATHS = tmp_path_factory.mktemp("any")


# -- errors -----------------------------------------------------------------------------------------------------------


def test_what_cannot_be_written_is_said_before_anything_is(corpus, tmp_path):
    wrong = [
        ((corpus, "a.xls"), {}, OptionError, "ends with .xlsx, not 'a.xls'"),
        ((corpus, "a.xlsx", "word"), {}, OptionError, "Did you mean 'words'?"),
        ((corpus, "a.xlsx", []), {}, OptionError, "No level was named"),
        ((pd.DataFrame(), "a.xlsx", "jobs"), {}, OptionError, "levels= is for a corpus"),
        ((pd.Series([1]), "a.xlsx"), {}, OptionError, "a Series"),
        ((tmp_path / "nowhere", "a.xlsx"), {}, LedgerError, "nowhere"),
    ]
    for (what, name, *levels), more, error, part in wrong:
        with pytest.raises(error) as caught:
            sk.to_excel(what, tmp_path / "out" / name, *levels, **more)
        assert part in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_a_folder_in_the_way_is_said(tmp_path):
    (tmp_path / "a.xlsx").mkdir()
    with pytest.raises(ExportError, match="A folder is where the file should go"):
        sk.to_excel(pd.DataFrame(), tmp_path / "a.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["a.xlsx"]


def test_an_existing_workbook_is_replaced_whole(tmp_path):
    (tmp_path / "a.xlsx").write_text("old")
    sk.to_excel(objects(json.dumps({})), tmp_path / "a.xlsx")
    assert cells(openpyxl.load_workbook(tmp_path / "a.xlsx").active)[0].value == "{}"


def test_a_missing_library_names_its_extra(tmp_path, monkeypatch):
    real = builtins.__import__

    def without(name, *args, **named):
        if name == "xlsxwriter":
            raise ImportError(name)
        return real(name, *args, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError, match=r"pip install 'scribekit\[excel\]'"):
        sk.to_excel(pd.DataFrame(), tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []
