import asyncio
import json
import wave

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from scribekit.base import contract
from scribekit.service.payload import payload_words
from scribekit.service.recognisers.base import Audio, RecognitionError
from scribekit.service.recognisers.scripted.recogniser import Scripted

QUICK = Scripted(speed=1e9)


def recognise(url="http://x.example/a.mp3", path=None, recogniser=QUICK, **options):
    return asyncio.run(recogniser.recognise(Audio(path, url), options))


def error(**given):
    with pytest.raises(RecognitionError) as caught:
        recognise(**given)
    return str(caught.value)


def silence(path, seconds, channels=1):
    samples = bytes(2 * channels * round(16_000 * seconds))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(samples)
    return path


def test_the_same_url_gives_the_same_words_in_every_run_and_another_one_other_words():
    first, again, other = (recognise(f"http://x.example/{name}.mp3") for name in ("a", "a", "b"))
    assert (list(first.words), first.duration_s) == (list(again.words), again.duration_s)
    assert list(first.words) != list(other.words)


@examples(30)
@given(
    st.floats(0.2, 4000),
    st.integers(1, 40),
    st.integers(1, 4),
    st.booleans(),
    st.booleans(),
)
def test_invented_words_are_in_order_and_within_the_audio(duration_s, speakers, channels, labels, split):
    duration_s = round(duration_s, 3)  # as the address says it
    url = f"http://x.example/a?duration={duration_s:.3f}&speakers={speakers}&channels={channels}"
    words = recognise(url, speaker_labels=labels, multichannel=split).words
    starts = [word.start_ms for word in words]
    assert starts == sorted(starts)
    assert all(0 <= word.start_ms < word.end_ms <= duration_s * 1000 for word in words)
    assert len({word.speaker for word in words}) <= (speakers if labels else channels if split else 1)


def test_options_change_the_words():
    plain = [word.text for word in recognise("http://x.example/a?duration=600").words]
    bare = [word.text for word in recognise("http://x.example/a?duration=600", punctuate=False, format_text=False).words]
    assert [word.strip(".,?").lower() for word in plain] == bare


def test_a_failure_can_be_written_into_the_url():
    assert error(url="http://x.example/a?duration=60&fail=Transcoding+failed.") == "Transcoding failed."
    assert error(url="http://x.example/a?duration=0.1") == contract.ERROR_TOO_SHORT


def test_a_sidecar_holds_the_words(tmp_path):
    path = silence(tmp_path / "call.wav", 1, channels=2)
    turns = [
        {"text": "Good morning.", "start_ms": 100, "end_ms": 900, "speaker": "A", "channel": "1"},
        {"text": "Hello there, friend.", "start_ms": 700, "end_ms": 2000, "speaker": "A", "channel": "2"},
    ]
    (tmp_path / "call.wav.scripted.json").write_text(json.dumps({"turns": turns, "channels": 2}))
    result = recognise(path=path, multichannel=True, speaker_labels=True)
    assert [(word.text, word.speaker, word.channel) for word in result.words] == [
        ("Good", "1A", "1"),
        ("morning.", "1A", "1"),
        ("Hello", "2A", "2"),
        ("there,", "2A", "2"),
        ("friend.", "2A", "2"),
    ]
    assert (result.words[0].start_ms, result.words[4].end_ms, result.duration_s) == (100, 2000, 2.0)


def test_an_uploaded_script_holds_the_result_and_a_broken_one_fails(tmp_path):
    body = tmp_path / "upload"
    body.write_bytes(b'scripted:{"duration_s": 5, "fail": "Server error, developers have been alerted"}')
    assert error(path=body) == contract.ERROR_SERVER
    body.write_bytes(b'scripted:{"duration": 5}')
    assert error(path=body).startswith(contract.ERROR_TRANSCODING)


def test_real_audio_gives_its_length_and_the_same_content_the_same_words(tmp_path):
    first, copy = (silence(tmp_path / name, 12.5, channels=2) for name in ("a.wav", "b.wav"))
    result = recognise(path=first)
    assert (result.duration_s, result.channels) == (12.5, 2)
    assert list(result.words) == list(recognise("http://127.0.0.1/upload/other", path=copy).words)


def test_the_first_model_is_the_one_used():
    assert recognise(speech_models=["a-model-of-next-year", "universal-2"]).model == "a-model-of-next-year"
    assert recognise(speech_model="universal-2").model == "universal-2"


def test_the_time_that_a_job_takes_follows_the_model(monkeypatch):
    slept = []

    async def note(seconds):
        slept.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", note)
    recognise("http://x.example/a?duration=3600", recogniser=Scripted(speed=10))
    assert slept == [pytest.approx(4.3)]


def test_a_long_transcript_is_a_small_object_until_it_is_read():
    words = recognise("http://x.example/a?duration=36000").words
    assert not hasattr(words, "__dict__")
    assert len(payload_words(words)) > 50_000


def test_an_uploaded_script_holds_further_answers(tmp_path):
    body = tmp_path / "upload"
    body.write_bytes(b'scripted:{"duration_s": 5, "answers": {"translated_texts": {"de": "Hallo."}}}')
    assert recognise(path=body).extra == {"translated_texts": {"de": "Hallo."}}
