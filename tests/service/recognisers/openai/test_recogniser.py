import asyncio

import pytest
from openai_server import SEGMENTS, TEXT, TIMED, reply, silent

from scribekit.base import contract
from scribekit.service.recognisers.base import Audio, RecognitionError
from scribekit.service.recognisers.openai.recogniser import OpenAI
from scribekit.service.recognisers.openai.server import Server


def recognise(speech, path, options=None, *, key=None, progress=lambda _: None):
    recogniser = OpenAI(Server(speech.url, key), "org/small")
    return asyncio.run(recogniser.recognise(Audio(path, "http://files.example/a.mp3"), options or {}, progress))


def test_words_of_the_server_become_words_with_its_punctuation_and_no_confidence(speech, recording):
    shares = []
    found = recognise(speech, recording(), progress=shares.append)
    assert [word.text for word in found.words] == TEXT.split()
    assert [(word.start_ms, word.end_ms) for word in found.words[:2]] == [(100, 300), (300, 700)]
    assert {word.confidence for word in found.words} == {None}
    assert (found.duration_s, found.channels, found.extra) == (pytest.approx(2.0), 1, {"language_code": "en"})
    assert found.model == "embedded-openai-org/small"
    assert (found.engine["name"], found.engine["version"]) == ("openai org/small", f"at {speech.host}")
    assert found.engine["times"] == "words"
    assert "no confidence" in found.engine["note"]
    assert shares == [0.0, 1.0]


def test_without_words_the_segments_are_spread_and_the_engine_says_so(speech, recording):
    speech.answers = [reply({**TIMED, "words": []})]
    found = recognise(speech, recording())
    assert [word.text for word in found.words] == TEXT.split()
    assert [(word.start_ms, word.end_ms) for word in found.words] == [(100, 300), (300, 700), (700, 900), (1500, 1600), (1600, 1900)]
    assert found.engine["times"] == "segments"
    assert "times of segments" in found.engine["quality"]


def test_a_text_without_times_is_spread_over_the_recording(speech, recording):
    speech.answers = [reply({"text": TEXT})]
    found = recognise(speech, recording())
    assert (found.words[0].start_ms, found.words[-1].end_ms) == (0, 2000)
    assert found.engine["times"] == "none"
    assert found.extra == {"language_code": None}


def test_the_request_is_a_form_in_openais_words(speech, recording):
    options = {"language_code": "de_at", "prompt": "A call.", "keyterms_prompt": ["Ada"], "temperature": 0.2}
    recognise(speech, recording(), options, key="sk-lab")
    [asked] = speech.requests
    assert asked["path"] == "/v1/audio/transcriptions"
    assert asked["headers"]["authorization"] == "Bearer sk-lab"
    assert asked["fields"] == [
        ("model", "org/small"),
        ("response_format", "verbose_json"),
        ("timestamp_granularities[]", "word"),
        ("timestamp_granularities[]", "segment"),
        ("language", "de"),
        ("prompt", "A call. Ada"),
        ("temperature", "0.2"),
    ]
    assert asked["sounds"] == [(pytest.approx(2.0), 1, "recording.wav")]


def test_without_a_key_none_is_sent(speech, recording):
    recognise(speech, recording())
    assert "authorization" not in {name.lower() for name in speech.requests[0]["headers"]}


def test_a_part_of_a_recording_keeps_its_times(speech, recording):
    found = recognise(speech, recording(seconds=10), {"audio_start_from": 4000, "audio_end_at": 6000})
    assert speech.requests[0]["sounds"][0][0] == pytest.approx(2.0)
    assert found.words[0].start_ms == 4100
    assert found.duration_s == pytest.approx(10.0)


def test_each_channel_is_asked_for_by_itself(speech, recording):
    speech.answers = [reply(), reply({**TIMED, "words": [], "text": "Yes.", "segments": [{"start": 0, "end": 0.2, "text": "Yes."}]})]
    found = recognise(speech, recording(channels=2), {"multichannel": True, "language_code": "en_uk"})
    assert [sound[1] for asked in speech.requests for sound in asked["sounds"]] == [1, 1]
    assert [(word.text, word.channel, word.speaker) for word in found.words[:2]] == [("Yes.", "2", "2"), ("Good", "1", "1")]
    assert (found.channels, found.language_code, found.extra) == (2, "en_uk", {})
    assert found.engine["times"] == "segments"  # of the two the less exact


def test_text_is_written_as_it_is_asked_for(speech, recording):
    found = recognise(speech, recording(), {"format_text": False, "punctuate": False})
    assert [word.text for word in found.words] == ["good", "morning", "all", "we", "start"]


def test_silence_has_no_words(speech, recording):
    speech.answers = [reply({**TIMED, "text": "", "words": [], "segments": []})]
    assert recognise(speech, recording()).words == ()


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"<!doctype html><title>Lab</title>", "a web page"),
        (b"ok", "not JSON"),
        (b'{"transcript": 7}', "without a 'text'"),
        (b'{"text": "cut o', "not JSON"),
    ],
)
def test_an_answer_that_is_no_transcript_is_said(speech, recording, body, what):
    speech.answers = [reply(body)]
    with pytest.raises(RecognitionError, match=rf"The speech server 127\.0\.0\.1:\d+ answered with .*{what}.*url=") as caught:
        recognise(speech, recording())
    assert "cut o" not in str(caught.value)


@pytest.mark.parametrize(("seconds", "error"), [(0.1, contract.ERROR_TOO_SHORT), (None, contract.ERROR_NO_AUDIO)])
def test_what_is_no_recording_is_not_sent(speech, recording, tmp_path, seconds, error):
    path = tmp_path / "notes"
    path.write_text("no sound")
    with pytest.raises(RecognitionError, match=error):
        recognise(speech, path if seconds is None else recording(seconds))
    assert speech.requests == []


def test_nothing_is_left_beside_the_recording(speech, recording, tmp_path):
    recognise(speech, recording())
    assert [path.name for path in tmp_path.iterdir()] == ["recording"]


def test_a_cancelled_recording_closes_its_connection(speech, recording):
    speech.answers = [silent]

    async def cancel():
        recogniser = OpenAI(Server(speech.url, None), "small")
        job = asyncio.create_task(recogniser.recognise(Audio(recording(), "http://files.example/a.mp3"), {}))
        while not speech.requests:  # noqa: ASYNC110 -- the server is on another thread
            await asyncio.sleep(0.01)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
        recogniser.close()

    asyncio.run(cancel())


def test_segments_are_whole_sentences():
    assert " ".join(segment["text"].strip() for segment in SEGMENTS) == TEXT
