import json

import pytest

from scribekit.service.recognisers.openai.answer import NoTranscriptError, Times, read_answer


def read(start_ms=0, length_ms=10_000, **answer):
    return read_answer(json.dumps(answer).encode(), start_ms, length_ms)


def said(found):
    return [(word.text, word.start_ms, word.end_ms) for word in found.words]


def words(*listed):
    return [{"word": text, "start": start, "end": end} for text, start, end in listed]


def test_the_probability_of_a_word_is_its_confidence_and_nothing_else_is():
    listed = [{"word": "a", "start": 0, "end": 1, "probability": 0.5}, {"word": "b", "start": 1, "end": 2, "probability": 7}]
    segments = [{"start": 0, "end": 2, "text": "a b", "avg_logprob": -0.1, "no_speech_prob": 0.01}]
    assert [word.confidence for word in read(text="a b", words=listed, segments=segments).words] == [0.5, None]
    assert [word.confidence for word in read(text="a b", segments=segments).words] == [None, None]


def test_parts_of_words_are_joined_as_the_text_writes_them():
    listed = words((" 100", 0, 1), ("%", 1, 1.2), (" well", 2, 2.5), ("-known", 2.5, 3), (" it", 3, 3.1), ("'s", 3.1, 3.2))
    assert said(read(text="100% well-known it's", words=listed)) == [("100%", 0, 1200), ("well-known", 2000, 3000), ("it's", 3000, 3200)]


def test_the_confidence_of_joined_parts_is_the_least():
    listed = [{"word": "well", "start": 0, "end": 1, "probability": 0.9}, {"word": "-known", "start": 1, "end": 2, "probability": 0.4}]
    assert [word.confidence for word in read(text="well-known", words=listed).words] == [0.4]


def test_scripts_without_spaces_stay_apart():
    listed = words(("東", 0, 1), ("京", 1, 2), ("です", 2, 3))
    assert [text for text, *_ in said(read(text="東京です。", words=listed))] == ["東", "京", "です。"]


def test_words_that_are_not_those_of_the_text_stay_as_they_are():
    assert [text for text, *_ in said(read(text="25 people.", words=words(("twenty-five", 0, 1), ("people", 1, 2))))] == [
        "twenty-five",
        "people",
    ]


def test_words_that_end_before_the_text_does_lose_to_the_segments():
    segments = [{"start": 0, "end": 1, "text": "Yes."}, {"start": 1, "end": 2, "text": "No."}]
    found = read(text="Yes. No.", words=words(("Yes", 0, 1)), segments=segments)
    assert (said(found), found.times) == ([("Yes.", 0, 1000), ("No.", 1000, 2000)], Times.SEGMENTS)


def test_words_inside_segments_are_found():
    found = read(text="Yes.", segments=[{"start": 0, "end": 1, "text": "Yes.", "words": words((" Yes.", 0.2, 0.8))}])
    assert (said(found), found.times) == ([("Yes.", 200, 800)], Times.WORDS)


def test_times_stay_within_the_sound_and_never_go_backwards():
    listed = words(("a", -5, 1), ("b", 0.5, 0.2), ("c", "soon", None), ("d", 99, 100))
    assert said(read(500, 2000, text="a b c d", words=listed)) == [
        ("a", 500, 1500),
        ("b", 1000, 1000),
        ("c", 1000, 1000),
        ("d", 2500, 2500),
    ]


def test_odd_entries_cost_nothing_but_themselves():
    listed = [None, 7, {}, {"word": "  "}, {"word": "Yes", "start": 0, "end": 1}]
    assert said(read(text="Yes", words=listed, segments="none")) == [("Yes", 0, 1000)]


def test_a_segment_is_spread_by_the_length_of_its_words():
    found = read(1000, 8000, text="I agree", segments=[{"start": 2, "end": 5, "text": " I agree"}])
    assert said(found) == [("I", 3000, 3500), ("agree", 3500, 6000)]


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"", "not JSON"),
        (b"  <html>", "a web page"),
        (b"[]", "without a 'text'"),
        (b'{"text": null}', "without a 'text'"),
        (b"[" * 99_999, "not JSON"),
    ],
)
def test_what_is_no_transcript_is_named(body, what):
    with pytest.raises(NoTranscriptError, match=what):
        read_answer(body, 0, 1000)


def test_a_text_with_letters_that_change_their_number_keeps_its_words():
    assert [text for text, *_ in said(read(text="İstanbul.", words=words(("İstanbul", 0, 1))))] == ["İstanbul"]
