"""A transcript as objects has the times of the tables, whatever the payload says."""

import json

from hypothesis import given
from hypothesis import strategies as st

from scribekit.transcripts.frames import read_with_repaired_times, utterances_frame, words_frame

TIME = st.integers(-2_000, 80_000) | st.none() | st.sampled_from(["300", "soon", 10**30, 33.4, {}])
WORD = st.fixed_dictionaries(
    {"text": st.sampled_from(["so", "on", ""]), "start": TIME, "end": TIME, "speaker": st.sampled_from([None, "A", "B"])}
)


@st.composite
def payloads(draw):
    turns = draw(st.lists(st.lists(WORD, min_size=1, max_size=4), max_size=6))
    bounds = [(draw(TIME), draw(TIME)) for _ in turns]
    utterances = [{"text": "so", "start": a, "end": b, "words": words} for words, (a, b) in zip(turns, bounds, strict=True)]
    fields = {"words": [word for turn in turns for word in turn], "utterances": draw(st.sampled_from([utterances, None]))}
    return json.dumps({"id": "t", "status": "completed", "audio_duration": draw(st.sampled_from([60, None])), **fields}).encode()


@given(payloads())
def test_the_objects_have_the_times_of_the_tables(body):
    transcript, _ = read_with_repaired_times(body)
    for objects, frame in ((transcript.words, words_frame([("a", body)])), (transcript.utterances, utterances_frame([("a", body)]))):
        assert [one.start for one in objects or ()] == frame["start_ms"].tolist()
        assert [one.end for one in objects or ()] == frame["end_ms"].tolist()


def test_the_end_of_the_recording_is_that_of_its_last_second():
    body = {"id": "t", "status": "completed", "words": [], "audio_duration": 5}
    assert read_with_repaired_times(json.dumps(body).encode())[1] == 6000


def test_a_turn_lists_its_words_as_they_are_repaired():
    words = [{"text": "so", "start": None, "end": 10, "channel": "1"}, {"text": "on", "start": 500, "end": 900, "channel": "1"}]
    body = {"id": "t", "status": "completed", "words": words, "utterances": [{"text": "so on", "start": 500, "end": 900, "words": words}]}
    transcript, _ = read_with_repaired_times(json.dumps(body).encode())
    assert [word.start for word in transcript.utterances[0].words] == [500, 500]
