import pandas as pd
import pytest
from places import ROOT

from scribekit.base import schema
from scribekit.base.schema import LEVELS, Column, Table

TABLES = [value for value in vars(schema).values() if isinstance(value, Table)]
SAMPLES = {"str": "a", "bool": True, "float64": 0.5, "Int64": 7, "int64": 7, "datetime64[us, UTC]": "2026-01-02T03:04:05.000006+00:00"}

each_table = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)


def dtypes(frame):
    return frame.dtypes.astype(str).to_dict()


@each_table
@pytest.mark.parametrize("nothing", [None, [], {}], ids=["None", "rows", "columns"])
def test_an_empty_frame_has_the_columns_and_dtypes_of_its_table(table, nothing):
    frame = table.frame(nothing)
    assert frame.empty
    assert list(frame.columns) == table.names
    assert dtypes(frame) == table.dtypes


@each_table
def test_rows_and_columns_give_the_same_frame(table):
    row = {column.name: SAMPLES[column.dtype] for column in table.columns if column.dtype in SAMPLES}
    frame = table.frame([row, row])
    assert len(frame) == 2
    assert dtypes(frame) == table.dtypes
    assert frame.equals(table.frame({name: [value, value] for name, value in row.items()}))


@each_table
def test_every_column_is_documented_once(table):
    assert len(set(table.names)) == len(table.names)
    assert all(column.meaning.endswith(".") for column in table.columns)
    documentation = table.describe()
    assert documentation["name"].tolist() == table.names
    assert list(documentation.columns) == ["name", "dtype", "meaning", "unit", "source"]


def test_times_and_durations_name_their_unit():
    for table in TABLES:
        for column in table.columns:
            for ending, unit in (("_ms", "ms"), ("_s", "s"), ("_usd", "USD"), ("_hz", "Hz"), ("_bytes", "bytes")):
                if column.name.endswith(ending):
                    assert column.unit == unit, column


def test_absent_columns_are_missing_values():
    table = Table("pets", (Column("name", "str", "Name."), Column("legs", "Int64", "Legs."), Column("kg", "float64", "Weight.", "kg")))
    frame = table.frame([{"name": "Rex"}, {"legs": 4}])
    assert frame["name"].isna().tolist() == [False, True]
    assert frame["legs"].tolist()[1] == 4
    assert frame["kg"].isna().all()


def test_moments_are_kept_to_the_microsecond_and_in_utc():
    table = Table("moments", (Column("at", "datetime64[us, UTC]", "When."),))
    frame = table.frame({"at": ["2026-01-02T05:04:05.000006+02:00", None]})
    assert frame["at"][0] == pd.Timestamp("2026-01-02T03:04:05.000006Z")
    assert frame["at"].isna().tolist() == [False, True]


def test_levels_are_found_by_their_names():
    assert list(LEVELS)[:5] == ["jobs", "events", "transcripts", "utterances", "words"]
    assert {"sentences", "paragraphs", "chapters", "entities", "sentiments", "topics", "highlights"} < set(LEVELS)
    assert all(table.name == name for name, table in LEVELS.items())


def test_every_table_has_one_place_on_its_page():
    page = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
    headings = [line for line in page.splitlines() if line.startswith("### ")]
    assert len(headings) == len(set(headings))
    assert {f"### {table.name.replace('_', ' ')}" for table in schema.LEVELS.values()} <= set(headings)


def test_half_a_character_is_replaced():
    table = Table("words", (Column("word", "str", "A word."),))
    assert table.frame([{"word": "a\ud83d"}, {"word": "😀"}, {"word": None}])["word"].fillna("-").tolist() == ["a\ufffd", "😀", "-"]
