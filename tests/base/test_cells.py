import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.base.cells import cell_text, may_have_been, original, originals, yes_or_no

TEXTS = st.one_of(
    st.sampled_from(
        ["1", "2", "101", "0101", "1.10", "1e5", "null", "nan", "NA", "None", "N/A", "TRUE", "True", "false", "yes", "+5", "1_000"]
    ),
    st.text("0123456789.eE+-", min_size=1, max_size=6),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=6).filter(str.strip),
)


@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_what_pandas_makes_of_a_text_may_have_been_it(texts):
    column = pd.read_csv(io.StringIO(pd.DataFrame({"text": texts}).to_csv(index=False)))["text"]
    assert all(may_have_been(cell, text) for cell, text in zip(column.tolist(), texts, strict=True))


@given(st.lists(TEXTS, min_size=1, max_size=5, unique=True))
def test_a_text_among_known_ones_is_found_or_left_open(texts):
    column = pd.read_csv(io.StringIO(pd.DataFrame({"text": texts}).to_csv(index=False)))["text"]
    found = originals(column.tolist(), texts)
    assert all(one in (None, text) for one, text in zip(found, texts, strict=True))


def test_texts_that_a_reader_cannot_tell_apart_are_left_open():
    assert original(1, ["1", "01"]) is None
    assert original("1", ["1", "01"]) == "1"
    assert original(float("nan"), ["NA", "null"]) is None
    assert original(float("nan"), ["NA", "Ada"]) == "NA"
    assert original(True, ["TRUE", "Ada"]) == "TRUE"
    assert original(1, ["TRUE"]) is None


def test_a_whole_number_has_no_point():
    assert [cell_text(cell) for cell in (7.0, 7, 1e300, pd.NA, 0.5)] == ["7", "7", str(int(1e300)), None, "0.5"]


@pytest.mark.parametrize(
    ("cell", "answer"),
    [
        ("yes", True),
        ("TRUE", True),
        (" Right ", True),
        (1, True),
        (1.0, True),
        (True, True),
        ("No", False),
        ("f", False),
        (0, False),
        ("", None),
        (None, None),
        ("NA", None),
    ],
)
def test_yes_and_no_are_read_however_they_are_written(cell, answer):
    assert yes_or_no(cell) is answer


def test_what_is_neither_yes_nor_no_is_refused():
    for cell in ("maybe", 2, 0.5):
        with pytest.raises(ValueError, match="neither yes nor no"):
            yes_or_no(cell)
