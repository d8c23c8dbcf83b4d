import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.transcripts.frames import PROJECTIONS
from scribekit.transcripts.frames.words import flags

WORDS = [
    {"text": "So", "start": 0, "end": 100, "confidence": 0.8, "speaker": "A"},
    {"text": "far.", "start": 100, "end": 200, "confidence": None, "speaker": "A"},
    {"text": "Well", "start": 300, "end": 400, "confidence": 0.4, "speaker": "B"},
]
TURNS = [
    {"text": "So far.", "start": 0, "end": 200, "speaker": "A", "words": WORDS[:2]},
    {"text": "Well", "start": 300, "end": 400, "speaker": "B", "words": WORDS[2:]},
]
LEVELS = ("transcripts", "utterances", "words", "sentences", "paragraphs")


def body(review=None, **fields):
    return json.dumps({"id": "t", "status": "completed", "words": WORDS, "utterances": TURNS, "scribekit": review, **fields}).encode()


def edited(level, *bodies):
    return PROJECTIONS[level]((str(number), item) for number, item in enumerate(bodies))["edited"].tolist()


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("review", [None, {}, {"edited_words": [], "future": 1}, "odd", [1], {"edited_words": "odd"}])
def test_nothing_is_edited_without_an_edit(level, review):
    assert not any(edited(level, body(review)))


def test_an_edited_word_marks_whatever_holds_it():
    reviewed = body({"edited_words": [1], "retimed_words": [1], "edited_utterances": [0]})
    assert edited("words", reviewed) == [False, True, False]
    assert edited("utterances", reviewed) == [True, False]
    assert edited("sentences", reviewed) == [True, False]
    assert edited("paragraphs", reviewed) == [True, False]
    assert edited("transcripts", reviewed, body()) == [True, False]


def test_times_by_alignment_are_marked():
    frame = PROJECTIONS["words"]([("a", body({"edited_words": [1], "retimed_words": [1]}))])
    assert frame["time_source"].tolist() == ["service", "edited", "service"]
    odd = [{**WORDS[0], "start": -5}, *WORDS[1:]]
    frame = PROJECTIONS["words"]([("a", body({"retimed_words": [2]}, words=odd, utterances=None))])
    assert frame["time_source"].tolist() == ["repaired", "service", "edited"]


def test_a_word_that_a_person_typed_has_no_confidence_and_takes_no_part_in_the_mean():
    assert PROJECTIONS["words"]([("a", body())])["confidence"].isna().tolist() == [False, True, False]
    assert PROJECTIONS["sentences"]([("a", body())])["confidence"].tolist() == [0.8, 0.4]


def test_a_word_of_odd_values_is_marked_like_any_other():
    odd = [{**WORDS[0], "confidence": "high"}, *WORDS[1:]]
    assert edited("words", body({"edited_words": [0, "x", True, 2.5]}, words=odd)) == [True, False, False]


@given(st.lists(st.integers(-9, 9) | st.integers(), max_size=9), st.integers(0, 6))
def test_positions_become_flags(positions, length):
    assert flags(positions, length).tolist() == [row in positions for row in range(length)]
