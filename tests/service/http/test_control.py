import hashlib

import httpx
import pytest


@pytest.fixture
def running(start):
    return start("--speed", "1000", "--slots", "3", "--api-key", "a-key", "--requests-per-window", "12", "--window-s", "60")


def test_the_counters_tell_requests_by_kind_and_by_status(running):
    done = running.create()["id"]
    for path in (f"/v2/transcript/{done}", "/v2/transcript/nope", "/v2/elsewhere"):
        running.http.get(path)
    running.http.get("/v2/transcript", headers={"authorization": "another-key"})
    counters = running.counters()
    assert counters["requests"] == {"POST /v2/transcript": 1, "GET /v2/transcript/{id}": 2, "other": 1, "GET /v2/transcript": 1}
    assert counters["answers"] == {
        "POST /v2/transcript": {"200": 1},
        "GET /v2/transcript/{id}": {"200": 1, "400": 1},
        "other": {"404": 1},
        "GET /v2/transcript": {"401": 1},
    }


def test_the_counters_tell_the_faults_and_the_requests_that_nothing_answered(running):
    running.http.post("/_control/faults", content='{"reset_after": {"create": 1}, "html_502": {"list": 1}, "truncate": {"upload": 1}}')
    for ask in (running.create, lambda: running.upload(b"scripted:{}")):
        with pytest.raises(httpx.TransportError):
            ask()
    running.http.get("/v2/transcript")
    counters = running.counters()
    assert counters["faults"] == {"reset_after": 1, "html_502": 1, "truncate": 1}
    assert counters["answers"] == {"POST /v2/transcript": {"none": 1}, "GET /v2/transcript": {"502": 1}, "POST /v2/upload": {"200": 1}}
    assert counters["jobs_created"] == 1


def test_the_counters_tell_the_busiest_stretch_refused_requests_too(running):
    statuses = [running.http.get("/v2/transcript").status_code for _ in range(15)]
    assert statuses == [200] * 12 + [429] * 3
    counters = running.counters()
    assert counters["busiest_window"] == 15
    assert counters["answers"]["GET /v2/transcript"] == {"200": 12, "429": 3}


def test_the_counters_tell_uploads_per_content_and_the_peak(running):
    for content in (b"scripted:{}", b"scripted:{}", b'scripted:{"duration_s": 9}'):
        running.upload(content)
    counters = running.counters()
    assert counters["uploads_by_content"][hashlib.sha256(b"scripted:{}").hexdigest()] == 2
    assert sorted(counters["uploads_by_content"].values()) == [1, 2]
    for number in range(5):
        running.create(f"http://files.example/{number}?duration=90000")
    assert running.counters()["peak_processing"] == 3


def test_other_faults_apply_to_what_comes_after(running):
    running.http.post("/_control/faults", content='{"http_500": 1}')
    assert running.http.get("/v2/transcript").status_code == 500
    running.http.post("/_control/faults", content='{"fail_matching": {"bad": "no_speech"}}')
    assert running.transcribe("http://files.example/bad")["status"] == "error"
    running.http.post("/_control/faults", content="{}")
    assert running.transcribe("http://files.example/bad")["status"] == "completed"


def test_the_same_seed_and_order_of_requests_give_the_same_answers(running):
    def statuses():
        running.http.post("/_control/faults", content='{"http_503": 0.4, "html_504": 0.4, "seed": 11}')
        return [running.http.get("/v2/transcript").status_code for _ in range(6)]

    first = statuses()
    assert statuses() == first
    assert len(set(first)) > 1
