import json
import re

import av
import jiwer
import numpy as np
import pytest
from sounds import encode

from scribekit.service.recognisers.pocketsphinx.transcription import MODEL, transcribe

pytestmark = pytest.mark.recogniser

PLAIN = {"punctuate": False, "format_text": False}


def plain(text):
    return " ".join(re.sub(r"[^a-z' ]", " ", text.lower()).split())


def texts(recognition):
    return [word.text for word in recognition.words]


def reference(samples, stem, until_s, channel=0):
    turns = json.loads((samples / "references" / f"{stem}.json").read_text(encoding="utf-8"))["turns"]
    return " ".join(turn["text"] for turn in turns if turn["channel"] == channel and turn["end"] <= until_s)


def word_error_rate(samples, stem, until_s, recognition):
    return jiwer.wer(plain(reference(samples, stem, until_s)), plain(" ".join(texts(recognition))))


def test_channels_are_speakers(samples):
    options = {"multichannel": True, "audio_end_at": 11_000}
    answer = transcribe(samples / "audio" / "support_call.flac", options)
    assert (answer.channels, answer.duration_s) == (2, pytest.approx(46.03, abs=0.05))
    assert {(word.speaker, word.channel) for word in answer.words} == {("1", "1"), ("2", "2")}
    assert [word.start_ms for word in answer.words] == sorted(word.start_ms for word in answer.words)
    for channel in ("1", "2"):
        heard = " ".join(word.text for word in answer.words if word.channel == channel)
        said = reference(samples, "support_call", 11, int(channel) - 1)
        assert jiwer.wer(plain(said), plain(heard)) < 0.35


def test_speakers_within_channels_carry_the_channel(samples):
    options = {"multichannel": True, "speaker_labels": True, "audio_start_from": 5500, "audio_end_at": 15_300}
    answer = transcribe(samples / "audio" / "support_call.flac", options)
    assert {word.speaker for word in answer.words} == {"1A", "2A"}
    assert answer.words[0].start_ms >= 5500


def test_speakers_of_one_channel_are_letters_in_order_of_appearance(samples):
    answer = transcribe(samples / "audio" / "interview_bridges.m4a", {"speaker_labels": True, "audio_end_at": 15_000})
    turn = [(word.speaker, word.channel) for word in answer.words if word.end_ms < 10_000]
    assert set(turn) == {("A", None)}
    assert {word.speaker for word in answer.words if word.start_ms > 10_400} == {"B"}


def test_key_terms_are_found_and_written_as_given(samples):
    terms = list(json.loads((samples / "keyterms_standup.json").read_text(encoding="utf-8")))
    path = samples / "audio" / "standup_terms.mp4"
    without = transcribe(path, {"audio_end_at": 16_900} | PLAIN)
    answer = transcribe(path, {"audio_end_at": 16_900, "keyterms_prompt": terms} | PLAIN)
    assert {"Kubernetes", "Postgres", "Prometheus", "Kafka"} <= set(texts(answer))
    rates = [word_error_rate(samples, "standup_terms", 16.9, heard) for heard in (without, answer)]
    assert rates[1] < rates[0]


def test_sentences_are_written_by_rule_unless_refused(samples):
    path = samples / "audio" / "podcast_lighthouse.mp3"
    formatted, bare = (texts(transcribe(path, {"audio_end_at": 5000} | rules)) for rules in ({}, PLAIN))
    assert [text.lower().rstrip(".") for text in formatted] == bare
    assert formatted[0][0].isupper()
    assert formatted[-1].endswith(".")
    assert plain(" ".join(bare)) == " ".join(bare)


def test_silence_is_a_transcript_without_words(samples):
    answer = transcribe(samples / "audio" / "silence.wav", {"speaker_labels": True})
    assert (answer.words, answer.duration_s, answer.channels) == ((), 12.0, 1)


def test_the_transcript_says_what_made_it(samples):
    answer = transcribe(samples / "audio" / "silence.wav", {})
    assert (answer.model, answer.language_code) == (MODEL, "en_us")
    assert (answer.engine["name"], answer.engine["quality"]) == ("pocketsphinx en-us", "demonstration")
    assert "a third to a half" in answer.engine["note"]
    assert all(isinstance(value, str) for value in answer.engine.values())


@pytest.fixture(scope="module")
def speech(samples):
    """The first 8 s of a sample."""
    with av.open(str(samples / "audio" / "podcast_lighthouse.mp3")) as container:
        resampler = av.AudioResampler("s16", "mono", 16_000)
        parts = [part.to_ndarray() for frame in container.decode(audio=0) for part in resampler.resample(frame)]
    return np.concatenate(parts, axis=1)[:, : 8 * 16_000]


def test_sound_is_transcribed_whatever_its_channels_and_tracks(speech, tmp_path):
    plain_words = texts(transcribe(encode(tmp_path / "a.wav", [speech], codec="pcm_s16le"), PLAIN))
    assert len(plain_words) > 10
    opposed = encode(tmp_path / "b.wav", [np.concatenate([speech, -speech])], codec="pcm_s16le")
    assert texts(transcribe(opposed, PLAIN)) == plain_words
    second = encode(tmp_path / "c.mka", [0 * speech, speech], codec="pcm_s16le")
    assert texts(transcribe(second, PLAIN)) == plain_words


def test_words_have_the_times_of_the_picture(speech, tmp_path):
    prompt = transcribe(encode(tmp_path / "a.mov", [speech], codec="pcm_s16le", picture_s=20), PLAIN)
    late = transcribe(encode(tmp_path / "b.mov", [speech], codec="pcm_s16le", starts_s=10, picture_s=20), PLAIN)
    assert texts(late) == texts(prompt)
    assert [word.start_ms - 10_000 for word in late.words] == pytest.approx([word.start_ms for word in prompt.words], abs=20)
    assert (prompt.duration_s, late.duration_s) == (pytest.approx(8, abs=0.1), pytest.approx(18, abs=0.1))
