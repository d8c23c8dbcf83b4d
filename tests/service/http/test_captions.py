import re
from itertools import pairwise

import srt as srt_reader


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
