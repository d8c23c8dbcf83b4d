import hypothesis.strategies as st
import numpy as np
import pytest
from corpora import payload
from hypothesis import given

from scribekit.transcripts.edits.state import State
from scribekit.transcripts.edits.strays import CLOSE_CHANGE_MS, TurnSpans, change_pauses, close_changes, stray_turns, strays

TURN = st.tuples(st.integers(-400, 1500), st.integers(1, 900), st.sampled_from([-1, 0, 0, 1, 1, 2]), st.integers(1, 5))


def spans(rows, **more):
    """Turns of (pause before, length, speaker, words), one after the other."""
    columns, clock = [], 0
    for pause, length, speaker, n_words in rows:
        start = max(0, clock + pause)
        clock = start + length
        columns.append((start, clock, speaker, n_words))
    return TurnSpans(*np.array(columns, dtype=np.int64).reshape(-1, 4).T, **more)


@pytest.mark.parametrize(
    ("turns", "folded"),
    [
        ([("A", "one two three"), ("B", "x"), ("A", "four five six")], [3]),
        ([("A", "one two three"), ("B", "x"), ("A", "y"), ("B", "z"), ("A", "four five six")], [3, 5]),
        ([("A", "one two three"), ("B", "x"), ("A", "y"), ("B", "four five six")], []),
        ([("A", "one"), ("B", "x"), ("A", "y")], []),
        ([("A", "one two three"), ("B", "x"), ("C", "y"), ("A", "four five six")], []),
        ([("A", "Did you see him?"), ("B", "No."), ("A", "Are you quite sure")], []),
        ([("A", "Did you see him? ”"), ("B", "No."), ("A", "Are you quite sure")], []),
        ([("A", "He asked “Why?”"), ("B", "No."), ("A", "Are you quite sure")], []),
        ([("A", "We begin now."), ("B", "Good"), ("A", "The first point is")], []),
        ([("A", "هل رأيته هناك؟"), ("B", "لا"), ("A", "هل أنت متأكد")], []),
        ([("A", "你 看 见 了 吗？"), ("B", "没"), ("A", "你 确 定 吗")], []),
        ([("A", "we met old Dr."), ("B", "Smith"), ("A", "at the river")], [4]),
        ([("A", "we went to the,"), ("B", "market"), ("A", "and bought some.")], [4]),
    ],
)
def test_short_turns_are_folded_into_the_longer_ones_around_them_not_into_each_other(turns, folded):
    found = list(strays(State.of_payload(payload("t", turns)), max_words=1, max_gap_ms=1000))
    assert [stray.positions for stray in found] == [(place,) for place in folded]
    assert {stray.to for stray in found} <= {"A"}


LONG, SHORT = (100, 900, 0, 5), (100, 200, 1, 2)


@pytest.mark.parametrize(
    ("rows", "is_stray"),
    [
        ([LONG, SHORT, LONG], True),
        ([LONG, (100, 200, 1, 3), LONG], False),
        ([LONG, (1001, 200, 1, 2), LONG], False),
        ([LONG, SHORT, (1001, 900, 0, 5)], False),
        ([(100, 900, 0, 2), SHORT, LONG], False),
        ([LONG, SHORT, (100, 900, 2, 5)], False),
        ([LONG, (100, 200, -1, 2), LONG], False),
    ],
)
def test_a_stray_turn_is_short_and_inside_what_one_other_speaker_says(rows, is_stray):
    assert stray_turns(spans(rows)).tolist() == [False, is_stray, False]


def test_turns_without_a_speaker_are_passed_over():
    assert stray_turns(spans([LONG, (0, 50, -1, 1), SHORT, LONG])).tolist() == [False, False, True, False]


def test_a_turn_of_another_channel_is_not_stray():
    assert not stray_turns(spans([LONG, SHORT, LONG], channels=np.array([0, 1, 0]))).any()
    assert stray_turns(spans([LONG, SHORT, LONG], channels=np.array([1, 1, 1]))).any()


def test_a_change_is_close_when_the_next_begins_soon_or_before_the_end():
    turns = spans(
        [(0, 500, 0, 3), (CLOSE_CHANGE_MS, 500, 1, 3), (CLOSE_CHANGE_MS - 1, 500, 0, 3), (-20, 500, 1, 3), (0, 9, 1, 1), (0, 9, -1, 1)]
    )
    assert close_changes(turns).tolist() == [False, False, True, True, False, False]
    assert change_pauses(turns).tolist() == [np.inf, CLOSE_CHANGE_MS, CLOSE_CHANGE_MS - 1, -20, np.inf, np.inf]


@given(st.lists(st.lists(TURN, max_size=8), max_size=4))
def test_turns_of_many_recordings_are_judged_as_those_of_each(recordings):
    each = [spans(rows) for rows in recordings]
    columns = [
        np.concatenate([getattr(one, name) for one in each] or [np.zeros(0, dtype=np.int64)])
        for name in ("starts", "ends", "speakers", "n_words")
    ]
    together = TurnSpans(*columns, recordings=np.repeat(np.arange(len(each)), [len(rows) for rows in recordings]))
    for judge in (stray_turns, change_pauses, close_changes):
        assert judge(together).tolist() == [value for one in each for value in judge(one).tolist()]
