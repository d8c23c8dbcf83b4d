import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from scribekit.fulltext.concordance.strips import strips


def lines(*places):
    frame = pd.DataFrame(places, columns=["recording_id", "start_ms"])
    return frame.assign(end_ms=frame["start_ms"] + 100)


def test_each_mark_knows_its_lines_and_the_first_of_them():
    found = strips(lines(("b", 0), ("a", 900), ("a", 0), ("a", 50), ("a", 910)), {"a": 1000.0, "b": 500.0}, 10)
    assert [(strip.recording_id, strip.lines, strip.length_ms) for strip in found] == [("a", 4, 1010), ("b", 1, 500)]
    assert found[0].marks == [(0, 2, 2), (8, 1, 1), (9, 1, 4)]


def test_a_recording_of_unknown_length_ends_with_its_last_line():
    assert [strip.length_ms for strip in strips(lines(("a", 900), ("b", 0)), {"b": float("nan")}, 10)] == [1000, 100]


def test_without_lines_there_is_no_strip():
    assert strips(lines(), {"a": 1.0}, 10) == []


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5000)), max_size=30), st.integers(1, 50))
def test_no_line_is_lost_and_none_lies_beyond_the_end(places, stretches):
    found = strips(lines(*places), {"a": 3000.0}, stretches)
    assert sum(strip.lines for strip in found) == len(places)
    for strip in found:
        assert sum(count for _, count, _ in strip.marks) == strip.lines
        assert all(0 <= stretch < stretches for stretch, _, _ in strip.marks)
        assert all(places[at][0] == strip.recording_id for _, _, at in strip.marks)
