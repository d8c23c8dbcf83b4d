import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbooks import write_workbook

from scribekit.base.errors import ManifestError, ManifestWarning
from scribekit.recordings.table_files import read_table_file, table_of, with_dtypes

ODD = [
    "007",
    "1.10",
    "1e5",
    "0049176",
    "NA",
    "None",
    "nan",
    "null",
    "inf",
    "-0",
    "+5",
    "1_000",
    "0x1F",
    "TRUE",
    "true",
    "12345678901234567890",
    "1.",
    ".5",
    "٣",
    "1,5",
]
TEXTS = st.one_of(
    st.sampled_from(ODD),
    st.integers().map(str),
    st.floats(allow_nan=False).map(str),
    st.text("0123456789.eE+-", max_size=6),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8),
)


def read(folder, text, name="m.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return read_table_file(path)


def as_written(cells, dtype):
    """Cells as text, by one way of writing numbers for the whole column: whole ones without a point where they were so."""
    return [None if pd.isna(cell) else str(cell) for cell in cells], [
        None if pd.isna(cell) else str(cell).removesuffix(".0") if dtype == "float64" else str(cell) for cell in cells
    ]


@given(st.lists(st.one_of(st.none(), TEXTS), min_size=1, max_size=5))
def test_every_value_comes_back_as_the_text_that_it_was(tmp_path, cells):
    texts = [cell if cell and cell.strip() else None for cell in cells]
    path = tmp_path / "m.csv"
    pd.DataFrame({"path": "a.wav", "own": cells}).to_csv(path, index=False)
    column = read_table_file(path)["own"]
    assert texts in as_written(column.tolist(), str(column.dtype))


@pytest.mark.parametrize("value", ODD)
def test_what_is_not_a_plain_number_stays_text(tmp_path, value):
    column = read(tmp_path, f'path;own\na.wav;"{value}"\nb.wav;1\n')["own"]
    assert column.tolist() == [value, "1"]


@pytest.mark.parametrize(
    ("cells", "dtype"),
    [
        (["1", "2"], "int64"),
        (["1", ""], "Int64"),
        (["1.5", "2"], "float64"),
        (["1.5", "2.0"], "float64"),
        (["2.0", "2"], "str"),
        (["1.5", ""], "float64"),
        (["True", "False"], "bool"),
        (["True", ""], "boolean"),
        (["true", "false"], "str"),
        (["", ""], "str"),
        (["2020-01-01", "x"], "str"),
    ],
)
def test_a_column_is_numbers_where_all_of_it_survives(tmp_path, cells, dtype):
    frame = read(tmp_path, "path;own\n" + "".join(f"a.wav;{cell}\n" for cell in cells))
    assert str(frame["own"].dtype) == dtype


def test_options_that_are_texts_stay_texts_and_switches_are_switches(tmp_path):
    frame = read(tmp_path, "path;keyterms_prompt;multichannel;speakers_expected\na.wav;2024;true;2\nb.wav;007;FALSE;\n")
    assert frame["keyterms_prompt"].tolist() == ["2024", "007"]
    assert frame["multichannel"].tolist() == [True, False]
    assert frame["speakers_expected"].tolist() == [2, pd.NA]


def test_csv_and_excel_of_one_table_have_the_same_ids(tmp_path):
    rows = [["path", "recording_id", "n"], *([f"{name}.wav", name, 1] for name in ("001", "1.10", "NA", "1e5", "7"))]
    from_excel = read_table_file(write_workbook(tmp_path / "m.xlsx", rows))
    from_text = read(tmp_path, "\n".join(",".join(map(str, row)) for row in rows))
    pd.testing.assert_frame_equal(from_excel, from_text)
    numbers = read_table_file(write_workbook(tmp_path / "n.xlsx", [["path", "recording_id"], ["a", 7], ["b", 1.5], ["c", "008"]]))
    assert numbers["recording_id"].tolist() == ["7", "1.5", "008"]
    shown = read_table_file(write_workbook(tmp_path / "s.xlsx", [["path", "recording_id"], ["a", 7]], styles={1: "000"}))
    assert shown["recording_id"].tolist() == ["007"]


def test_columns_of_excel_keep_their_kinds(tmp_path):
    rows = [["path", "whole", "gap", "share", "mixed", "yes"], ["a", 1, 2, 0.5, "x", True], ["b", 2, None, 1, 7, False]]
    frame = read_table_file(write_workbook(tmp_path / "m.xlsx", rows))
    assert frame.dtypes.astype(str).to_dict() == {
        "path": "str",
        "whole": "int64",
        "gap": "Int64",
        "share": "float64",
        "mixed": "str",
        "yes": "bool",
    }
    assert frame["mixed"].tolist() == ["x", "7"]


def test_a_guessed_encoding_is_said(tmp_path):
    with pytest.warns(ManifestWarning, match=r"m\.csv.*Windows-1252"):
        frame = read(tmp_path, "path;title\nété.wav;Ärger\n", encoding="cp1252")
    assert frame.to_numpy().tolist() == [["été.wav", "Ärger"]]


@pytest.mark.parametrize("name", ["m.csv", "m.tsv", "m.txt", "m.json", "m.jsonl"])
def test_utf_16_is_read_in_every_text_file(tmp_path, name):
    text = {
        ".csv": "path\nété.wav\n",
        ".tsv": "path\nété.wav\n",
        ".txt": "été.wav\n",
        ".json": '["été.wav"]',
        ".jsonl": '{"path": "été.wav"}\n',
    }
    frame = read(tmp_path, text["." + name.partition(".")[2]], name, "utf-16")
    assert frame.iloc[:, 0].tolist() == ["été.wav"]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("m.csv", "path,path\na,b\n", "different names"),
        ("m.json", '"a.wav"', "from str"),
        ("m.json", "5", "from int"),
        ("m.json", '{"path": ["a"], "title": ["b", "c"]}', "same length"),
        ("m.json", "[" * 100_000, "cannot be read"),
        ("m.jsonl", '{"path": "a"}\n{"path"\n', "line 2 is not JSON"),
        ("m.xlsx", "path\na\n", "not an Excel workbook"),
        ("m.parquet", "path\na\n", "cannot be read"),
        ("m.csv", "path,title\na.wav,Hello, world\n", r"line 2 has 3 cells.*quotes"),
        ("m.csv", "path\n" + "x" * 200_000, "line 2"),
    ],
)
def test_what_cannot_be_read_is_one_clear_error(tmp_path, name, content, sentence):
    with pytest.raises(ManifestError, match=sentence):
        read(tmp_path, content, name)


def test_the_user_decides_what_a_column_is(tmp_path):
    path = tmp_path / "m.csv"
    path.write_text("path;code;n;flag\na.wav;12;1;False\nb.wav;13;;True\n")
    frame = with_dtypes(read_table_file(path, None), {"n": "Int64", "code": "str", "flag": "bool"}, ["code", "n", "flag"])
    assert frame["code"].tolist() == ["12", "13"]
    assert frame["n"].tolist() == [1, pd.NA]
    assert frame["flag"].tolist() == [False, True]
    assert with_dtypes(pd.DataFrame({"n": [7.0, None]}), "str", ["n"])["n"].tolist()[0] == "7"


@pytest.mark.parametrize(
    ("dtype", "sentence"),
    [
        ({"cod": "str"}, "Did you mean 'code'"),
        ({"code": "int64"}, "'code' cannot be made"),
        ({"code": "nonsense"}, "'code'"),
        ({"code": "bool"}, "neither yes nor no"),
    ],
)
def test_a_dtype_that_does_not_fit_is_refused(dtype, sentence):
    with pytest.raises(ManifestError, match=sentence):
        with_dtypes(pd.DataFrame({"code": ["x", "1"]}), dtype, ["code"])


def test_a_dict_of_one_row_and_an_index_with_a_meaning_are_understood():
    assert table_of({"path": "a.wav", "title": "A"}).to_dict("records") == [{"path": "a.wav", "title": "A"}]
    indexed = pd.DataFrame({"path": ["a.wav"]}, index=pd.Index(["x"], name="recording_id"))
    assert table_of(indexed)["recording_id"].tolist() == ["x"]


def test_numbers_in_json_are_what_they_are(tmp_path):
    frame = read(tmp_path, json.dumps([{"path": "a.wav", "id": "007", "n": 1.5}]), "m.json")
    assert frame[["id", "n"]].to_numpy().tolist() == [["007", 1.5]]
