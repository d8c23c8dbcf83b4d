from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.service.recognisers.whisper.words import spoken_words, written


def segment(*words):
    return SimpleNamespace(words=[SimpleNamespace(word=text, start=start, end=end, probability=p) for text, start, end, p in words])


def test_words_have_their_place_in_the_recording_and_lose_their_space():
    found = list(spoken_words([segment((" Good", 0.5, 0.75, 0.9), (" morning.", 0.8, 1.2, 1.1))], 60_000, 70_000))
    assert [(word.text, word.start_ms, word.end_ms, word.confidence) for word in found] == [
        ("Good", 60_500, 60_750, 0.9),
        ("morning.", 60_800, 61_200, 1.0),
    ]


def test_a_mark_is_joined_to_its_word_but_letters_of_scripts_without_spaces_are_not():
    heard = segment((" 12", 0, 1, 0.9), ("%", 1, 1.1, 0.5), ("", 2, 2, 1), (" of", 2, 3, 1))
    assert [word.text for word in spoken_words([heard], 0, 9_000)] == ["12%", "of"]
    assert [word.text for word in spoken_words([segment(("天", 0, 1, 1), ("気", 1, 2, 1))], 0, 9_000)] == ["天", "気"]


TIMES = st.floats(-5, 50)


@given(st.lists(st.tuples(TIMES, TIMES), max_size=20))
def test_times_never_go_backwards_and_stay_within_the_sound(times):
    found = list(spoken_words([segment(*((f" w{at}", start, end, 0.5) for at, (start, end) in enumerate(times)))], 1_000, 31_000))
    assert len(found) == len(times)
    starts = [word.start_ms for word in found]
    assert starts == sorted(starts)
    assert all(1_000 <= word.start_ms <= word.end_ms <= 31_000 for word in found)


@pytest.mark.parametrize(
    ("capitals", "punctuation", "expected"),
    [
        (True, True, ["Yes,", "–", "it's", "“Well-known”."]),
        (False, True, ["yes,", "–", "it's", "“well-known”."]),
        (True, False, ["Yes", "it's", "Well-known"]),
    ],
)
def test_words_are_written_as_asked(capitals, punctuation, expected):
    heard = spoken_words([segment(*((f" {text}", at, at, 1) for at, text in enumerate(["Yes,", "–", "it's", "“Well-known”."])))], 0, 9_000)
    assert [word.text for word in written(heard, capitals=capitals, punctuation=punctuation)] == expected
