import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.fulltext.concordance import SORTS, Document, lines_at, reading_order, sort_key, terms


def document(text, utterances=None, speakers=None):
    words = text.split()
    positions = np.arange(len(words))
    return Document(
        words=words,
        word_indexes=positions,
        start_ms=positions * 500,
        end_ms=positions * 500 + 400,
        utterances=positions if utterances is None else np.array(utterances),
        speakers=np.zeros(len(words), dtype=np.int64) if speakers is None else np.array(speakers),
        labels=["A", "B"],
        word_of_term=np.repeat(positions, [len(terms(word)) for word in words]),
    )


def test_a_line_has_the_words_of_its_match_and_this_many_on_each_side():
    (line,) = lines_at(document("so we saw the bridge today"), [(2, 4)])
    row = line.row(1)
    assert (row["left"], row["match"], row["right"]) == ("we", "saw the", "bridge")
    assert (row["start_ms"], row["end_ms"], row["word_index"]) == (1000, 1900, 2)


def test_a_line_without_speaker_or_utterance_says_so():
    (line,) = lines_at(document("yes", utterances=[-1], speakers=[-1]), [(0, 1)])
    assert (line.speaker, line.row(0)["speaker"], line.row(0)["utterance_index"]) == (None, None, None)


def test_two_matches_within_one_word_are_one_line():
    assert [(line.first, line.last) for line in lines_at(document("co-co co"), [(0, 1), (1, 2), (2, 3)])] == [(0, 0), (1, 1)]


def test_neighbours_are_counted_outwards_and_end_with_the_recording():
    (line,) = lines_at(document("a b Cat, d"), [(2, 3)])
    assert line.neighbours(-1, 1) == [("b",), ("a",), ()]
    assert line.neighbours(1, 1) == [("d",), (), ()]
    assert line.neighbours(-1, 2) == [("a",), (), ()]


@pytest.mark.parametrize("order", [order for order in SORTS if order != "time"])
def test_every_order_sorts_all_lines(order):
    lines = lines_at(document("b a co-co B a", speakers=[0, 1, -1, 0, 1]), [(n, n + 1) for n in range(6)])
    assert len(sorted(lines, key=sort_key(order))) == 5


def test_the_order_of_time_needs_no_key():
    assert sort_key("time") is None


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-1, 3)), max_size=20))
def test_words_are_read_turn_by_turn_within_their_recordings(rows):
    rows = sorted(rows, key=lambda row: row[0])
    recordings, utterances = (np.array([row[column] for row in rows], dtype=np.int64) for column in (0, 1))
    order = reading_order(utterances, recordings)
    assert sorted(order.tolist()) == list(range(len(rows)))
    assert recordings[order].tolist() == recordings.tolist()
    expected, turn = [], -1
    for position, (recording, utterance) in enumerate(rows):
        is_first = position == 0 or rows[position - 1][0] != recording
        turn = utterance if utterance >= 0 or is_first else turn
        expected.append((recording, turn, position))
    assert order.tolist() == [position for _, _, position in sorted(expected)]
