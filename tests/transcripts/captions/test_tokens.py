from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from scribekit.base import contract
from scribekit.transcripts.captions.tokens import tokens_of

TIMES = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), max_size=40)


@given(TIMES)
def test_times_are_repaired_to_rise_and_to_last(times):
    tokens = tokens_of([contract.Word("a", start, end) for start, end in times], 42)
    assert len(tokens) == len(times)
    assert all(token.start_ms < token.end_ms for token in tokens)
    assert all(left.start_ms < right.start_ms for left, right in pairwise(tokens))


@given(st.lists(st.integers(1, 500), max_size=40))
def test_possible_times_are_left_alone(lengths):
    words, clock = [], 0
    for length in lengths:
        words.append(contract.Word("a", clock, clock + length))
        clock += length
    assert [(t.start_ms, t.end_ms) for t in tokens_of(words, 42)] == [(w.start, w.end) for w in words]


def test_pieces_of_one_word_have_no_space_between_them():
    tokens = tokens_of([contract.Word("so", 0, 100), contract.Word("ab天地cd玄黄", 100, 900)], 4)
    assert [(token.separator, token.text) for token in tokens] == [("", "so"), (" ", "ab天"), ("", "地cd"), ("", "玄黄")]


def test_strays_are_spread_between_the_times_that_agree():
    starts = [0, 100, 9000, 8000, 400, 500]
    tokens = tokens_of([contract.Word("a", start, start + 50) for start in starts], 42)
    assert [token.start_ms for token in tokens] == [0, 100, 200, 300, 400, 500]
