"""When utterances were: as the payload says, and put right, with a mark, where that cannot be."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.base import contract
from scribekit.quality.conversation import speaker_statistics
from scribekit.transcripts import frames
from scribekit.transcripts.frames.times import SURELY_POSSIBLE_MS
from scribekit.transcripts.frames.utterances import are_possible, possible_times

LATEST = 10_000
TIME = st.none() | st.integers(-2_000, 12_000) | st.sampled_from(["300", "soon", 10**30])
SPAN = st.fixed_dictionaries({"start": TIME, "end": TIME})
TURN = st.builds(lambda span, words: {**span, "text": "so", "words": words}, SPAN, st.lists(SPAN, max_size=3))


def utterances(turns, **fields):
    body = {"id": "t", "status": "completed", "words": [], "utterances": turns, "audio_duration": 9, **fields}
    return frames.utterances_frame([("a", json.dumps(body).encode())])


def told(frame):
    return list(zip(frame["start_ms"].tolist(), frame["end_ms"].tolist(), frame["time_source"].tolist(), strict=True))


def lasts_long(word):
    start, end = contract.as_milliseconds(word["start"]), contract.as_milliseconds(word["end"])
    return None not in (start, end) and end - start > SURELY_POSSIBLE_MS


@given(st.lists(TURN, max_size=6))
def test_times_are_possible_and_what_was_so_is_untouched(turns):
    for turn, (start, end, source) in zip(turns, told(utterances(turns)), strict=True):
        assert 0 <= start <= end <= LATEST
        given_start, given_end = contract.as_milliseconds(turn["start"]), contract.as_milliseconds(turn["end"])
        is_possible = None not in (given_start, given_end) and 0 <= given_start <= given_end <= LATEST
        if any(lasts_long(word) for word in turn["words"]):
            continue  # see below: its end may be cut
        assert source == ("service" if is_possible else "repaired")
        assert not is_possible or (start, end) == (given_start, given_end)


@given(st.lists(st.tuples(st.integers(0, 12_000), st.integers(0, 12_000))))
def test_possible_turns_are_those_of_which_none_is_repaired(spans):
    turns = [contract.Utterance("so", start, end) for start, end in spans]
    starts, ends, repaired = possible_times(turns, LATEST)
    assert are_possible(turns, LATEST) == (not repaired.any())
    assert (starts[~repaired] == np.array([start for start, _ in spans], dtype=np.int64)[~repaired]).all()
    assert ((starts <= ends) & (ends <= LATEST)).all()


def test_a_turn_lasts_as_long_as_its_words_where_its_own_times_cannot_be():
    heard = [
        {"text": "so", "start": 200, "end": 300},
        {"text": "on", "start": 300, "end": 90_000},
        {"text": "then", "start": 400, "end": 500},
    ]
    assert told(utterances([{"text": "so on then", "start": 90_000, "end": -5, "words": heard}])) == [(200, 500, "repaired")]
    assert told(utterances([{"text": "so on then", "start": 900, "end": 700, "words": heard}])) == [(200, 500, "repaired")]


def test_a_turn_without_words_lies_between_its_neighbours():
    turns = [{"start": 100, "end": 200}, {"start": 90_000, "end": -5}, {"start": None, "end": 700}, {"start": 700, "end": 900}]
    assert told(utterances([{"text": "so", **turn} for turn in turns])) == [
        (100, 200, "service"),
        (300, 500, "repaired"),
        (500, 700, "repaired"),
        (700, 900, "service"),
    ]


@pytest.mark.parametrize("fields", [{"audio_duration": None}, {"audio_start_from": 5000}])
def test_the_end_of_the_recording_counts_where_it_is_known(fields):
    late = [{"text": "so", "start": 20_000, "end": 30_000}]
    assert told(utterances(late, **fields)) == [(20_000, 30_000, "service")]
    assert told(utterances(late)) == [(0, 1000, "repaired")]


def heard(text, start, end, speaker):
    return {"text": text, "start": start, "end": end, "speaker": speaker}


def turn_of(*said):
    return {"text": "so", "speaker": said[0]["speaker"], "start": said[0]["start"], "end": said[-1]["end"], "words": list(said)}


@pytest.mark.parametrize("with_words", [True, False])
@pytest.mark.parametrize("late", [1_920_000, 60_000, 7_000])
def test_a_turn_whose_last_word_ends_late_ends_with_its_words(with_words, late):
    turns = [
        turn_of(heard("so", 0, 400, "A"), heard("on", 400, 800 + late, "A")),
        turn_of(heard("yes", 900, 1300, "B"), heard("no", 1400, 1900, "B")),
    ]
    listed = [word for turn in turns for word in turn["words"]]
    frame = utterances(turns, words=listed if with_words else None, audio_duration=3600)
    assert told(frame) == [(0, 900, "repaired"), (900, 1900, "service")]


def test_a_late_word_does_not_give_its_speaker_the_talk():
    turns = [turn_of(heard("so", 0, 1_920_000, "A")), *(turn_of(heard("yes", at, at + 400, "B")) for at in range(1000, 9000, 500))]
    body = json.dumps({"id": "t", "status": "completed", "words": [turn["words"][0] for turn in turns], "utterances": turns}).encode()
    statistics = speaker_statistics(frames.utterances_frame([("a", body)]), frames.words_frame([("a", body)]))
    assert statistics.set_index("speaker")["talk_share"].round(2).to_dict() == {"A": 0.14, "B": 0.86}
