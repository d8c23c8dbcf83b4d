import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from scribekit.base import schema
from scribekit.base.errors import OptionError
from scribekit.tables.arrow import (
    arrow_schema,
    check_columns,
    condition_of,
    dataset_schema,
    filtered,
    fingerprint,
    recordings_where,
    to_arrow,
    to_pandas,
)

WORDS = schema.WORDS.frame(
    {
        "recording_id": ["a", "a", "b"],
        "word_index": [0, 1, 0],
        "utterance_index": [0, None, 1],
        "speaker": ["A", None, "B"],
        "start_ms": [0, 10, 20],
        "end_ms": [5, 15, 25],
        "text": ["so", "we", "Ça"],
        "confidence": [0.5, None, 1.0],
        "time_source": ["service"] * 3,
        "edited": [False, True, False],
    }
)
EVENTS = schema.EVENTS.frame([{"at": pd.Timestamp(dt.datetime(2026, 1, 2, tzinfo=dt.UTC)), "recording_id": "a", "event": "x"}])


@pytest.mark.parametrize(("frame", "table"), [(WORDS, schema.WORDS), (EVENTS, schema.EVENTS)], ids=["words", "events"])
@pytest.mark.parametrize("kind", [arrow_schema, dataset_schema])
def test_frames_come_back_as_they_went(frame, table, kind):
    there = to_arrow(frame, table).cast(kind(table))
    pd.testing.assert_frame_equal(to_pandas(there, table), frame)
    pd.testing.assert_frame_equal(to_pandas(there.slice(0, 0), table), frame.iloc[:0])


@pytest.mark.parametrize("table", schema.LEVELS.values(), ids=schema.LEVELS)
def test_every_level_has_its_arrow_types(table):
    assert arrow_schema(table).names == table.names
    pd.testing.assert_frame_equal(to_pandas(to_arrow(table.frame(), table), table), table.frame())


@pytest.mark.parametrize(
    ("where", "kept"),
    [
        ({"speaker": "A"}, [0]),
        ({"speaker": ["A", None]}, [0, 1]),
        ({"confidence": float("nan")}, [1]),
        ({"utterance_index": (0, 1), "recording_id": {"b"}}, [2]),
        ({"edited": True}, [1]),
        ({"text": pd.Series(["we", "Ça"])}, [1, 2]),
        ({"text": (text for text in ["we", "Ça"])}, [1, 2]),
        ({"start_ms": [10.0, float("nan")]}, [1]),
        ({"speaker": []}, []),
        (pc.field("end_ms") > 5, [1, 2]),
    ],
)
def test_a_condition_keeps_the_rows_that_answer(where, kept):
    found = filtered(WORDS, schema.WORDS, condition_of(where, schema.WORDS))
    pd.testing.assert_frame_equal(found, WORDS.iloc[kept].reset_index(drop=True))


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ({"speakers": "A"}, "no column 'speakers' here. Did you mean 'speaker'"),
        ({"start_ms": "soon"}, "'start_ms' holds values of the type int64; where= asks it for 'soon'"),
        ({"text": [1]}, "'text' holds values"),
        ({"word_index": 1.9}, "'word_index' holds values of the type int64; where= asks it for 1.9"),
        ({"start_ms": [0, 0.5]}, "'start_ms' holds values of the type int64"),
        ({"utterance_index": "1"}, "'utterance_index' holds values of the type int64"),
        ("speaker = 'A'", "a dict of column → value, or a pyarrow expression; not str"),
        (pc.field("speakers") == "A", "does not fit the table 'words'"),
        (pc.field("start_ms") == "soon", "does not fit the table 'words'"),
        (pc.field("start_ms") + 1, "does not fit the table 'words'"),
    ],
)
def test_what_does_not_fit_is_refused(where, message):
    with pytest.raises(OptionError) as refusal:
        condition_of(where, schema.WORDS)
    assert message in str(refusal.value)


MANIFEST = pd.DataFrame(
    {
        "recording_id": ["a", "b", "c"],
        "year": [2024.0, None, 2023.0],
        "kind": ["call", None, "talk"],
        "day": pd.to_datetime(["2024-01-01", None, "2023-05-06"]),
        "begun": pd.to_datetime(["2024-01-01 10:00", None, "2023-05-06 12:00"]).tz_localize("Europe/Berlin"),
        "date": [dt.date(2024, 1, 1), None, dt.date(2023, 5, 6)],
        "flag": [True, None, False],
        "count": pd.array([1, None, 3], dtype="Int64"),
        "sure": pd.array([True, None, False], dtype="boolean"),
        "tags": [["x"], None, ["x", "y"]],
        "mixed": ["2024", 2023.0, None],
        "sorts": ["call", True, dt.date(2024, 1, 1)],
        "blank": [float("nan")] * 3,
    }
)


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ({}, "abc"),
        ({"year": 2024}, "a"),
        ({"year": None}, "b"),
        ({"year": float("nan")}, "b"),
        ({"year": [2024, None]}, "ab"),
        ({"kind": None}, "b"),
        ({"kind": ["talk", pd.NA]}, "bc"),
        ({"day": None}, "b"),
        ({"day": pd.NaT}, "b"),
        ({"day": "2024-01-01"}, "a"),
        ({"day": dt.date(2024, 1, 1)}, "a"),
        ({"day": [pd.Timestamp("2023-05-06"), None]}, "bc"),
        ({"begun": "2024-01-01 10:00"}, "a"),
        ({"begun": "2024-01-01 09:00Z"}, "a"),
        ({"date": "2024-01-01"}, "a"),
        ({"date": dt.date(2023, 5, 6)}, "c"),
        ({"flag": True}, "a"),
        ({"count": [3, None]}, "bc"),
        ({"sure": [True, None]}, "ab"),
        ({"tags": None}, "b"),
        ({"year": 2024, "kind": "talk"}, ""),
        ({"kind": []}, ""),
        ({"kind": pd.Series(["call", "talk"])}, "ac"),
        ({"year": np.array([2023, 2024])}, "ac"),
        ({"year": range(2023, 2030)}, "ac"),
        ({"kind": {"call": 1}.keys()}, "a"),
        ({"year": np.array(2024)}, "a"),
        ({"count": 3.0}, "c"),
        ({"mixed": "2024"}, "a"),
        ({"mixed": [2023, None]}, "bc"),
        ({"sorts": "call"}, "a"),
        ({"blank": "call"}, ""),
        ({"blank": ["call", None]}, "abc"),
        ({"kind": (kind for kind in ["call", "talk"])}, "ac"),
        (lambda manifest: manifest["flag"], "a"),
        (lambda manifest: manifest["sure"], "a"),
        (lambda manifest: manifest["year"] > 2000, "ac"),
        (lambda manifest: [True, False, True], "ac"),
    ],
)
def test_recordings_answer_by_their_row_of_the_manifest(where, names):
    assert recordings_where(MANIFEST, where) == set(names)


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ({"kin": "call"}, "no column 'kin'. Did you mean 'kind'"),
        ({"year": "2024"}, "'year' holds values of the type float64; where= asks it for ['2024']"),
        ({"kind": 1}, "'kind' holds values of the type str; where= asks it for [1]"),
        ({"day": "soon"}, "'day' holds values of the type datetime64"),
        ({"day": 2024}, "'day' holds values of the type datetime64"),
        ({"day": pd.Timestamp("2024-01-01", tz="UTC")}, "'day' holds values of the type datetime64"),
        ({"tags": [["x"]]}, "'tags' holds values of the type object"),
        (pc.field("year") == 2024, "a dict of column → value, or a function of the manifest; not Expression"),
        ("year", "a dict of column → value, or a function of the manifest; not str"),
        (5, "a dict of column → value, or a function of the manifest; not int"),
        ({"count": 1.5}, "'count' holds values of the type Int64; where= asks it for [1.5]"),
        (lambda manifest: 1, "True or False for each row"),
        (lambda manifest: {0: True}, "True or False for each row"),
        (lambda manifest: manifest.set_index("recording_id")["year"] == 2024, "it gives Series, of other rows"),
        (lambda manifest: manifest["flag"].dropna().reset_index(drop=True), "it gives Series, of other rows"),
        (lambda manifest: ["a"], "True or False for each row"),
        (lambda manifest: manifest["kind"], "True or False for each row"),
    ],
)
def test_what_no_row_of_the_manifest_can_answer_is_refused(where, message):
    with pytest.raises(OptionError) as refusal:
        recordings_where(MANIFEST, where)
    assert message in str(refusal.value)


def test_columns_are_a_list_of_known_names():
    check_columns(["text", "speaker"], schema.WORDS.names)
    with pytest.raises(OptionError, match="Did you mean 'speaker'"):
        check_columns(["text", "speakr"], schema.WORDS.names)


def test_the_fingerprint_tells_columns_types_and_versions_apart():
    renamed = schema.Table("words", (*schema.WORDS.columns[:-1], schema.Column("changed", "bool", "")))
    retyped = schema.Table("words", (*schema.WORDS.columns[:-1], schema.Column("edited", "str", "")))
    said_otherwise = schema.Table("words", (*schema.WORDS.columns[:-1], schema.Column("edited", "bool", "Other words.")))
    prints = [fingerprint([table], 1) for table in (schema.WORDS, renamed, retyped)]
    assert len({*prints, fingerprint([schema.WORDS], 2)}) == 4
    assert fingerprint([said_otherwise], 1) == prints[0]


def test_dictionaries_are_for_texts_that_repeat():
    kinds = {field.name: pa.types.is_dictionary(field.type) for field in dataset_schema(schema.WORDS)}
    assert [name for name, is_dictionary in kinds.items() if is_dictionary] == ["recording_id", "speaker", "channel", "time_source"]
