import httpx
import pytest

from scribekit.base import contract


@pytest.fixture
def running(start):
    return start("--speed", "1000", "--slots", "3", "--requests-per-window", "12", "--window-s", "3600")


def test_requests_are_counted_by_kind_and_by_status(running):
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


def test_faults_and_requests_without_an_answer_are_counted(running):
    running.set_faults(reset_after={"create": 1}, html_502={"list": 1}, truncate={"upload": 1})
    for ask in (running.create, lambda: running.upload(b"scripted:{}")):
        with pytest.raises(httpx.TransportError):
            ask()
    running.http.get("/v2/transcript")
    counters = running.counters()
    assert counters["faults"] == {"reset_after": 1, "html_502": 1, "truncate": 1}
    assert counters["answers"] == {"POST /v2/transcript": {"none": 1}, "GET /v2/transcript": {"502": 1}, "POST /v2/upload": {"200": 1}}
    assert counters["jobs_created"] == 1


def test_the_busiest_window_counts_refused_requests_too(running):
    statuses = [running.http.get("/v2/transcript").status_code for _ in range(15)]
    assert statuses == [200] * 12 + [429] * 3
    counters = running.counters()
    assert counters["busiest_window"] == 15
    assert counters["answers"]["GET /v2/transcript"] == {"200": 12, "429": 3}


def test_the_same_seed_and_order_of_requests_give_the_same_answers(running):
    def statuses():
        running.set_faults(http_503=0.4, html_504=0.4, seed=11)
        return [running.http.get("/v2/transcript").status_code for _ in range(6)]

    first = statuses()
    assert statuses() == first
    assert len(set(first)) > 1


def test_the_request_window_answers_429_and_says_how_long_to_wait(start):
    running = start("--requests-per-window", "3", "--window-s", "3600")
    answers = [running.http.get("/v2/transcript") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 3600
    assert running.http.get("/_control/counters").status_code == 200


ADDRESSES = [
    ("GET", "/v2/transcript"),
    ("POST", "/v2/transcript"),
    ("POST", "/v2/upload"),
    ("GET", "/v2/transcript/an-id"),
    ("DELETE", "/v2/transcript/an-id"),
    ("GET", "/v2/elsewhere"),
    ("GET", "/_scribekit"),
    ("GET", "/_control/counters"),
    ("POST", "/_control/faults"),
]


@pytest.mark.parametrize("key", [None, "", "a-keY", "a-key-and-more", "ключ".encode(), "Bearer a-key"])
def test_every_address_needs_the_one_key(service, key):
    before = service.counters()["jobs_created"], service.counters()["uploads_by_content"]
    for method, path in ADDRESSES:
        headers = {} if key is None else {"authorization": key}
        answer = httpx.request(method, service.base_url + path, headers=headers, content=b"{}", trust_env=False, timeout=None)
        assert (answer.status_code, answer.json()) == (401, {"error": contract.ERROR_TOKEN}), path
    assert (service.counters()["jobs_created"], service.counters()["uploads_by_content"]) == before


def test_a_large_upload_with_a_wrong_key_is_answered_too(service):
    answer = service.http.post("/v2/upload", content=bytes(3_000_000), headers={"authorization": "wrong", "connection": "close"})
    assert answer.status_code == 401


def test_an_unknown_address_is_404(service):
    answer = service.http.get("/v2/elsewhere")
    assert (answer.status_code, answer.json()) == (404, {"error": "Not found"})
