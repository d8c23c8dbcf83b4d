"""Forty recordings, and a service that answers for one of them what no service should: the others complete, and the one says why."""

import json
import wave

import pytest
from hostile import COUNT, NESTED, as_bytes, assert_only_the_victim_failed, changed, of, sources
from spoiler import VICTIM, dripping, endless, endless_headers, head_of, raw

import scribekit as sk

pytestmark = pytest.mark.long


def cut(answer, _proxy):
    text = json.dumps(answer).encode()
    return raw(head_of(content_type="application/json", content_length=len(text)), text[: len(text) // 2])


def too_short_a_length(answer, _proxy):
    text = json.dumps(answer).encode()
    return raw(head_of(content_type="application/json", content_length=len(text) // 2), text)


def with_duplicates(answer, proxy):
    text = json.dumps(answer).encode()[:-1] + b', "id": ' + json.dumps(proxy.others[0]).encode() + b"}"
    return raw(head_of(content_type="application/json", content_length=len(text)), text)


NOT_FETCHED = {
    "drips": (lambda *_: dripping(), "did not end within 4 s"),
    "never ends": (lambda *_: endless(), "was larger than 64 MB"),
    "headers never end": (lambda *_: endless_headers(), "network"),
    "headers drip": (lambda *_: dripping(b"x: y\r\n", b"HTTP/1.1 200 OK\r\n"), "network"),
    "not JSON": (as_bytes(b"{'id': 1}", content_type="application/json"), "was not what it should be"),
    "nested": (as_bytes(NESTED, content_type="application/json"), "was not what it should be"),
    "a web page": (as_bytes(b"<html>Hello</html>", content_type="text/html"), "was not JSON but text/html"),
    "204": (lambda *_: raw(head_of("204 No Content")), "was not what it should be"),
    "cut": (cut, "network"),
    "its length is a lie": (too_short_a_length, "was not what it should be"),
    "an id twice": (with_duplicates, "held another transcript"),
    "another transcript": (lambda answer, proxy: {**answer, "id": proxy.others[0]}, "held another transcript"),
    "other audio": (changed(audio_url="https://host.example/0001.mp3?duration=61"), "held a transcript of other audio"),
    "another query": (changed(audio_url=sources()[0] + "1"), "held a transcript of other audio"),
    "no id": (lambda answer, _: {name: value for name, value in answer.items() if name != "id"}, "was not what it should be"),
}


@pytest.mark.parametrize(("make", "why"), NOT_FETCHED.values(), ids=NOT_FETCHED.keys())
def test_a_transcript_that_cannot_be_had_costs_only_its_job(through, make, why):
    jobs, proxy, batch = through(of("get", make))
    assert_only_the_victim_failed(jobs, "not_fetched", why)
    assert sk.to_frame(batch, "words")["recording_id"].nunique() == COUNT - 1
    events = sk.to_frame(batch, "events")
    assert events.loc[events["event"] == "not_fetched", "detail"].tolist() == [jobs["error"][0]]
    # When the service is itself again, the transcript is fetched, and nothing is sent again.
    proxy.spoil = lambda *_: None
    assert sk.retry(batch) == 1
    assert set(sk.collect(batch, progress=False)["status"]) == {"completed"}
    assert proxy.service.counters()["jobs_created"] == COUNT


CREATED = {
    "the id of another job": lambda answer, proxy: {**answer, "id": proxy.others[0]},
    "an id of five megabytes": changed(id="x" * 5_000_000),
    "an id that leads elsewhere": changed(id="../upload"),
    "no id": lambda *_: {},
    "another audio": changed(audio_url="https://host.example/0001.mp3?duration=61"),
    "drips": lambda *_: dripping(),
    "204": lambda *_: raw(head_of("204 No Content")),
}


@pytest.mark.parametrize("make", CREATED.values(), ids=CREATED.keys())
def test_a_job_whose_creation_was_answered_with_nonsense_is_found_in_the_list(through, make):
    jobs, proxy, _ = through(of("create", make), [*sources()[1:], sources()[0]])
    assert set(jobs["status"]) == {"completed"}
    assert jobs["transcript_id"].is_unique
    assert proxy.service.counters()["jobs_created"] == COUNT


def tones(folder):
    """Files, the first of which is the one whose answers are spoilt."""
    names = [VICTIM, *(f"{number:04d}" for number in range(1, COUNT))]
    for name in names:
        with wave.open(str(folder / f"{name}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(f"{name:8}".encode() + bytes(16_000))
    return [str(folder / f"{name}.wav") for name in names]


UPLOADED = {
    "the address of another": (lambda answer, proxy: {"upload_url": proxy.others[0]}, "named the address of another upload"),
    "no address": (changed(upload_url="here"), "named no address for the uploaded file"),
    "a file of the service": (changed(upload_url="file:///etc/passwd"), "named no address for the uploaded file"),
    "an address of five megabytes": (changed(upload_url="https://cdn.example/" + "x" * 5_000_000), "named no address"),
}


@pytest.mark.parametrize(("make", "why"), UPLOADED.values(), ids=UPLOADED.keys())
def test_an_upload_that_was_answered_with_nonsense_costs_only_its_job(through, tmp_path, make, why):
    def spoil(request, answer, proxy):
        is_spoilt = request.kind == "upload" and request.is_victims and proxy.others
        return make(answer, proxy) if is_spoilt else None

    files = tones(tmp_path)
    jobs, proxy, _ = through(spoil, [*files[1:], files[0]], uploads=4)
    assert jobs["status"].tolist() == [*["completed"] * (COUNT - 1), "error"]
    assert jobs["error_kind"].iloc[-1] == "unreadable_answer"
    assert why in jobs["error"].iloc[-1]
    assert proxy.service.counters()["jobs_created"] == COUNT - 1


def test_odd_numbers_cost_nothing(through):
    odd = {"audio_duration": 1e308, "confidence": "NaN", "audio_channels": -(2**60), "words": None, "utterances": 7}
    jobs, _, batch = through(of("get", changed(**odd)))
    assert set(jobs["status"]) == {"completed"}
    assert jobs["cost_usd"].max() < 1000
    assert sk.to_frame(batch, "words")["recording_id"].nunique() == COUNT - 1
