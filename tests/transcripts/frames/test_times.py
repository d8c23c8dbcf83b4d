import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.base import contract
from scribekit.transcripts.frames import words_frame
from scribekit.transcripts.frames.times import are_plausible, latest_ms, repair_times

LATEST = 10_000
TIMES = st.integers(-5_000, 20_000)
SPANS = st.lists(st.tuples(TIMES, TIMES, st.sampled_from([None, "1", "2"]), st.booleans(), st.booleans()), max_size=30)


def words(*items, **fields):
    listed = [{"text": f"w{index}", **item} for index, item in enumerate(items)]
    body = json.dumps({"id": "t1", "status": "completed", "words": listed, **fields}).encode()
    return words_frame([("a", body)])


def span(start, end, **more):
    return {"start": start, "end": end, **more}


def told(frame):
    return list(zip(frame["start_ms"].tolist(), frame["end_ms"].tolist(), frame["time_source"].tolist(), strict=True))


@given(SPANS)
def test_repaired_times_are_possible_and_what_was_sound_is_untouched(spans):
    starts, ends = (np.array([item[side] for item in spans], dtype=np.int64) for side in (0, 1))
    channels = [item[2] for item in spans]
    known = tuple(np.array([item[side] for item in spans], dtype=np.bool_) for side in (3, 4))
    new_starts, new_ends, repaired = repair_times(starts, ends, channels, LATEST, known)
    assert (new_starts >= 0).all()
    assert (new_ends >= new_starts).all()
    assert (new_ends <= LATEST).all()
    for channel in set(channels):
        own = [index for index, name in enumerate(channels) if name == channel]
        assert (np.diff(new_starts[own]) >= 0).all()
    assert (new_starts[~repaired] == starts[~repaired]).all()
    assert (new_ends[~repaired] == ends[~repaired]).all()


@given(SPANS)
def test_sound_times_are_never_called_repaired(spans):
    starts, ends = (np.array([item[side] for item in spans], dtype=np.int64) for side in (0, 1))
    if are_plausible(starts, ends, LATEST):
        assert not repair_times(starts, ends, [item[2] for item in spans], LATEST)[2].any()


def test_one_stray_time_costs_one_word():
    frame = words(span(0, 100), span(100, 200), span(900_000, 900_100), span(300, 400), span(400, 500), audio_duration=60)
    assert told(frame) == [
        (0, 100, "service"),
        (100, 200, "service"),
        (200, 300, "repaired"),
        (300, 400, "service"),
        (400, 500, "service"),
    ]


@pytest.mark.parametrize("start", [None, "soon", -7, 10**30, True, {}])
def test_a_start_that_cannot_be_lies_between_its_neighbours(start):
    frame = words(span(0, 100), span(start, 250), span(400, 500))
    assert told(frame) == [(0, 100, "service"), (200, 400, "repaired"), (400, 500, "service")]


@pytest.mark.parametrize("end", [None, "late", 50, -1, 10**30])
def test_an_end_that_cannot_be_is_the_next_start_and_the_start_stays(end):
    frame = words(span(0, 100), span(100, end), span(400, 500))
    assert told(frame)[1] == (100, 400, "repaired")


def test_a_repaired_end_is_at_most_a_second_after_its_start():
    assert told(words(span(0, -1), span(90_000, 90_100)))[0] == (0, 1000, "repaired")


def test_numbers_as_text_and_fractions_are_the_services_own():
    assert told(words(span("12", 33.4))) == [(12, 33, "service")]


def test_a_word_without_length_is_as_the_service_sent_it():
    assert told(words(span(10, 10), span(10, 30))) == [(10, 10, "service"), (10, 30, "service")]


def test_channels_one_after_the_other_are_in_order_each():
    frame = words(span(0, 10, channel="1"), span(500, 510, channel="1"), span(3, 20, channel="2"), span(40, 50, channel="2"))
    assert set(frame["time_source"]) == {"service"}


def test_the_last_second_counts_and_a_trimmed_file_has_no_known_length():
    assert set(words(span(60_900, 60_990), audio_duration=60)["time_source"]) == {"service"}
    assert set(words(span(61_100, 61_200), audio_duration=60)["time_source"]) == {"repaired"}
    assert set(words(span(61_100, 61_200), audio_duration=60, audio_start_from=60_000)["time_source"]) == {"service"}
    assert latest_ms(None) == latest_ms(-1.0) == contract.LATEST_MS


def test_a_word_goes_to_its_utterance_by_the_time_that_the_payload_gave():
    listed = [{"text": "a", "start": 0, "end": 100, "speaker": "A"}, {"text": "b", "start": 70_000, "end": 70_100, "speaker": "B"}]
    turns = [{**word, "words": [word]} for word in listed]
    body = json.dumps({"id": "t", "status": "completed", "words": listed, "utterances": turns, "audio_duration": 5}).encode()
    frame = words_frame([("a", body)])
    assert frame["utterance_index"].tolist() == [0, 1]
    assert frame["time_source"].tolist() == ["service", "repaired"]


HALF_AN_HOUR = 32 * 60_000


@pytest.mark.parametrize(("late", "source"), [(HALF_AN_HOUR, "repaired"), (60_000, "repaired"), (6_000, "repaired"), (2_000, "service")])
def test_a_word_that_ends_late_while_others_follow_ends_at_the_next(late, source):
    frame = words(span(0, 400), span(400, 800 + late), span(900, 1300), span(1300, 1700), audio_duration=3600)
    assert told(frame)[1] == (400, 900 if source == "repaired" else 800 + late, source)


@pytest.mark.parametrize(("late", "source"), [(HALF_AN_HOUR, "repaired"), (40_000, "repaired"), (20_000, "service")])
def test_the_last_word_may_be_long_but_not_of_any_length(late, source):
    frame = words(span(0, 400), span(400, 800 + late), audio_duration=3600)
    assert told(frame)[1] == (400, 1400 if source == "repaired" else 800 + late, source)


def test_a_word_of_another_channel_does_not_shorten_a_word():
    frame = words(span(0, 9_000, channel="1"), span(500, 900, channel="2"), span(9_100, 9_500, channel="1"))
    assert told(frame)[0] == (0, 9_000, "service")


@given(SPANS)
def test_repairing_twice_changes_nothing(spans):
    starts, ends = (np.array([item[side] for item in spans], dtype=np.int64) for side in (0, 1))
    once = repair_times(starts, ends, [item[2] for item in spans], LATEST)
    twice = repair_times(once[0], once[1], [item[2] for item in spans], LATEST)
    assert (twice[0] == once[0]).all()
    assert (twice[1] == once[1]).all()
    assert not twice[2].any()
