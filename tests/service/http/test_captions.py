import re
from itertools import pairwise

import pytest
import srt as srt_reader


@pytest.fixture(scope="module")
def talk(service):
    return service.transcribe("http://files.example/talk.mp3?duration=240&speakers=2", speaker_labels=True)


def test_srt_is_read_by_another_reader_and_holds_every_word(service, talk):
    answer = service.http.get(f"/v2/transcript/{talk['id']}/srt")
    assert answer.headers["content-type"].startswith("text/plain")
    cues = list(srt_reader.parse(answer.text, ignore_errors=False))
    assert " ".join(cue.content for cue in cues) == talk["text"]
    assert all(a.end <= b.start for a, b in pairwise(cues))


def test_chars_per_caption_limits_each_caption(service, talk):
    body = service.http.get(f"/v2/transcript/{talk['id']}/srt", params={"chars_per_caption": 32}).text
    assert max(len(cue.content) for cue in srt_reader.parse(body)) <= 32
    for wrong in ("0", "many", "-3"):
        assert service.http.get(f"/v2/transcript/{talk['id']}/vtt", params={"chars_per_caption": wrong}).status_code == 400


def test_vtt_has_its_header_and_hours_only_when_there_are_some(service, talk):
    body = service.http.get(f"/v2/transcript/{talk['id']}/vtt").text
    assert body.startswith("WEBVTT\n\n")
    assert re.search(r"^00:00\.380 --> \d\d:\d\d\.\d{3}$", body, re.MULTILINE)
    long = service.transcribe("http://files.example/long.mp3?duration=3700")
    assert "\n01:00:" in service.http.get(f"/v2/transcript/{long['id']}/vtt").text


def test_sentences_and_paragraphs_hold_every_word_once(service, talk):
    for level in ("sentences", "paragraphs"):
        body = service.http.get(f"/v2/transcript/{talk['id']}/{level}").json()
        assert body["id"] == talk["id"]
        assert body["audio_duration"] == 240.0
        assert [word for group in body[level] for word in group["words"]] == talk["words"]
        assert all(group["text"] == " ".join(word["text"] for word in group["words"]) for group in body[level])


def test_a_sentence_has_one_speaker_and_ends_with_a_stop(service, talk):
    sentences = service.http.get(f"/v2/transcript/{talk['id']}/sentences").json()["sentences"]
    assert all({word["speaker"] for word in sentence["words"]} == {sentence["speaker"]} for sentence in sentences)
    assert all(sentence["text"].endswith((".", "?")) for sentence in sentences[:-1])


def test_word_search_finds_words_and_phrases_whatever_their_case(service):
    upload = service.upload(b'scripted:{"turns": [{"text": "New York, new ideas. I love New York!", "start_ms": 0, "end_ms": 4000}]}')
    done = service.transcribe(upload)
    body = service.http.get(f"/v2/transcript/{done['id']}/word-search", params={"words": "new york,love,absent"}).json()
    assert body["total_count"] == 3
    york, love = body["matches"]
    assert (york["text"], york["count"], york["indexes"]) == ("new york", 2, [0, 6])
    assert york["timestamps"][1] == [done["words"][6]["start"], done["words"][7]["end"]]
    assert love["indexes"] == [5]


def test_word_search_needs_short_phrases(service, talk):
    for words in ("", " , ", "one two three four five six"):
        assert service.http.get(f"/v2/transcript/{talk['id']}/word-search", params={"words": words}).status_code == 400
