"""Generated tables, as people and their programs write them, through everything that reads a manifest: nothing is another file than meant,
nothing is counted or changed in silence, and every error is one of ours."""

import contextlib
import csv
import io
import math
import os
import warnings
import wave

import pandas as pd
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from workbooks import write_workbook

import scribekit as sk
from scribekit.base.errors import ManifestError, OptionError
from scribekit.base.options import OPTIONS

NAMES = ("a.wav", "old_a.wav", "Größe & co.wav", " led.wav", "semi;colon, comma.wav", "007.wav", "NA")
LENGTHS = {
    "01:00:00": 3600,
    "45:10": 2710,
    "3600,5": 3600.5,
    "90": 90,
    "1h 5min": 3900,
    "": None,
    "n/a": None,
    "soon": "bad_length",
    "3,600": "bad_length",
    "-1": "bad_length",
}
OWN = st.one_of(
    st.sampled_from(["007", "1.10", "1e5", "0049176", "NA", "None", "Hello, world", "a;b", 'say "so"', "tab\there", "two\nlines", ""]),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=8),
)
DECORATIONS = ["{}", '"{}"', "{} ", "{}\u00a0", "\u202a{}", "./{}", ".\\{}", "“{}”"]


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("library")
    for number, name in enumerate(NAMES):
        with wave.open(str(folder / name), "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            file.writeframes(bytes([number + 1, 0]) * 8000)
    return folder


ROWS = st.lists(
    st.tuples(
        st.one_of(st.sampled_from(NAMES), st.integers(0, 9).map("https://host.example/{}.mp3".format)),
        st.sampled_from(DECORATIONS),
        OWN,
        st.sampled_from(sorted(LENGTHS)),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda row: row[0],
)


@given(
    ROWS,
    st.permutations(["path", "own", "duration"]),
    st.sampled_from(";,\t|"),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
@examples(300)
def test_the_file_that_is_sent_is_the_one_that_is_written(library, rows, order, delimiter, encoding, trailing, directive, quoting):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n", quoting=quoting)
    writer.writerow(order)
    for source, decoration, own, length in rows:
        cells = {"path": decoration.format(source) if "://" not in source else source, "own": own, "duration": length}
        writer.writerow([cells[name] for name in order] + [""] * trailing)
    path = library / "manifest.csv"
    path.write_bytes(((f"sep={delimiter}\r\n" if directive else "") + text.getvalue()).encode(encoding))
    frame = sk.read_manifest(path, dtype={"own": "str"}, progress=False)
    check(frame, library, rows)


@given(ROWS)
@examples(100)
def test_a_workbook_of_the_same_table_is_the_same_manifest(library, rows):
    cells = [["path", "own", "duration"], *([source, own or None, length or None] for source, _, own, length in rows)]
    frame = sk.read_manifest(write_workbook(library / "manifest.xlsx", cells), progress=False)
    check(frame, library, rows)


def check(frame, library, rows):
    """Compare a manifest, and what is planned and estimated with it, with the rows that it was made of."""
    expected = [source if "://" in source else str(library / source) for source, *_ in rows]
    assert [source if "://" in source else os.path.normpath(source) for source in frame["source"]] == expected
    assert [None if pd.isna(cell) else cell for cell in frame["own"]] == [own if own.strip() else None for _, _, own, _ in rows]
    readable = 0.0
    for (source, _, _, written), length, problem in zip(rows, frame["duration_s"], frame["problem"], strict=True):
        if "://" not in source:
            readable += 1.0
            assert (length, pd.isna(problem)) == (1.0, True)
        elif LENGTHS[written] == "bad_length":
            assert problem.startswith("bad_length:")
            assert repr(written) in problem
        else:
            readable += LENGTHS[written] or 0.0
            assert (None if math.isnan(length) else length) == LENGTHS[written]
    if frame["duration_s"].isna().all() and "bad_length" in {LENGTHS[written] for *_, written in rows}:
        with pytest.raises(ManifestError, match="No length in the table can be read"):
            sk.estimate_cost(frame, models=["universal-2"])
        return
    assert sk.estimate_cost(frame, models=["universal-2"])["hours"][0] == pytest.approx(readable / 3600)
    assert len(sk.plan(frame).recordings()) == len(rows)


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(
                ["path", "url", "duration", "length", "channels", "recording_id", "size_bytes", "own", "multichannel", *list(OPTIONS)[:8]]
            ),
            st.one_of(
                st.none(),
                st.text(st.characters(exclude_categories=()), max_size=6),
                st.integers(),
                st.floats(),
                st.booleans(),
                st.timedeltas(),
                st.dates(),
                st.lists(st.integers(), max_size=2),
                st.binary(max_size=3),
            ),
            max_size=5,
        ),
        max_size=4,
    )
)
@examples(300)
def test_any_table_is_a_manifest_or_refused_in_our_words(rows):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        try:
            frame = sk.read_manifest(rows, progress=False)
        except ManifestError:
            return
        try:
            sk.estimate_cost(frame)
            sk.plan(frame)
        except (ManifestError, OptionError):
            return
    assert len(frame) == len(rows)


@given(st.binary(max_size=80), st.sampled_from([".csv", ".tsv", ".txt", ".json", ".jsonl", ".xlsx", ".parquet"]))
@examples(200)
def test_any_file_is_a_manifest_or_refused_in_our_words(tmp_path, content, suffix):
    path = tmp_path / f"manifest{suffix}"
    path.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        with contextlib.suppress(ManifestError):
            assert "problem" in sk.read_manifest(path, progress=False)
