import httpx
import pytest

from scribekit.base import contract


@pytest.fixture
def running(start):
    return start("--speed", "1000", "--slots", "3", "--api-key", "a-key", "--requests-per-window", "12", "--window-s", "3600")


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


def test_without_a_key_or_with_an_empty_one_the_answer_is_401(service):
    for headers in ({}, {"authorization": ""}):
        answer = httpx.get(f"{service.base_url}/v2/transcript", headers=headers, trust_env=False, timeout=None)
        assert (answer.status_code, answer.json()["error"]) == (401, contract.ERROR_TOKEN)


def test_a_given_key_is_the_only_one(start):
    strict = start("--api-key", "the-right-one")
    assert strict.http.post("/v2/upload", content=b"x" * 3_000_000).status_code == 401
    assert strict.http.get("/v2/transcript", headers={"authorization": "the-right-one"}).status_code == 200


def test_an_unknown_address_is_404(service):
    answer = service.http.get("/v2/elsewhere")
    assert (answer.status_code, answer.json()) == (404, {"error": "Not found"})
