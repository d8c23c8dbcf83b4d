import pandas as pd
import pytest

from scribekit.base import schema
from scribekit.widgets.who_is_this.speakers import (
    LONGEST_MS,
    MOST_LINES,
    Speaker,
    as_html,
    as_text,
    known_names,
    lines_to_play,
    without_name,
)


def people(*rows):
    names = ("recording_id", "name", "label", "n_turns", "speaking_s")
    return schema.PEOPLE.frame([{**dict(zip(names, row, strict=True)), "n_words": 1} for row in rows])


def test_who_has_no_name_is_called_by_a_label_of_the_service():
    table = people(
        ("one", "A", "A", 3, 12.5),
        ("one", "Maria", "B", 1, 2.0),
        ("two", "1B", "1B", 2, 4.0),
        ("two", "Ada Byron", "Ada Byron", 1, 1.0),  # the service was asked for names
        ("two", "C", "D", 1, 1.0),  # somebody gave this name
    )
    assert without_name(table) == [Speaker("one", "A", 3, 12.5), Speaker("two", "1B", 2, 4.0)]


def test_names_that_were_given_are_known_the_most_frequent_first():
    rows = [("one", "A", "A"), ("one", "Bo", "B"), ("two", "Maria", "A"), ("three", "Maria", "B")]
    assert known_names(people(*((*row, 1, 1.0) for row in rows))) == ["Maria", "Bo"]


def turns(*rows):
    table = pd.DataFrame(rows, columns=["start_ms", "end_ms", "confidence", "text"])
    return table.astype({"start_ms": "Int64", "end_ms": "Int64", "confidence": "float64"})


@pytest.mark.parametrize(
    ("rows", "texts"),
    [
        ([], []),
        ([(0, 500, 0.99, "Yes."), (900, 5000, 0.8, "We met"), (6000, 9500, 0.9, "I think")], ["I think", "We met", "Yes."]),
        ([(0, 500, 0.9, "Yes."), (900, 2900, 0.1, "Not at all.")], ["Not at all.", "Yes."]),
        ([(None, None, 0.9, "when?"), (0, 4000, None, "I said")], ["I said"]),
        ([(0, 4000, 0.9, None)], [""]),
    ],
)
def test_the_lines_are_long_enough_to_hear_who_speaks(rows, texts):
    assert [line["text"] for line in lines_to_play(turns(*rows))] == texts


def test_lines_are_few_and_short():
    lines = lines_to_play(turns(*((5000 * n, 5000 * n + 60_000, 0.9, "word " * 500) for n in range(20))))
    assert len(lines) == MOST_LINES
    assert {line["end_ms"] - line["start_ms"] for line in lines} == {LONGEST_MS}
    assert {len(line["text"]) for line in lines} == {300}


def test_the_picture_escapes_what_comes_from_data_and_is_short():
    left = [Speaker("<b>one</b>", "A", 3, 65.0), *(Speaker(f"talk {n}", "B", 1, 1.0) for n in range(40))]
    assert as_text(left, 0) == "Who is this? 41 speakers without a name in 41 recordings."
    shown = as_html(left, 2)
    assert "&lt;b&gt;one&lt;/b&gt;" in shown
    assert "<b>" not in shown
    assert "2 named" in shown
    assert "… and 21 more." in shown
    assert as_text([], 3) == "Who is this? Every speaker has a name."
    assert "<table>" not in as_html([], 0)
