import hashlib
import json
import time

import httpx
import pytest

from scribekit.base import contract

POST = "POST /v2/transcript"


@pytest.fixture(scope="module")
def running(start_shared):
    return start_shared("--speed", "1000")


@pytest.fixture
def created_meanwhile(running):
    running.set_faults()
    before = running.counters()["jobs_created"]
    yield lambda: running.counters()["jobs_created"] - before
    running.set_faults()


def test_a_connection_dropped_before_the_work_creates_nothing(running, created_meanwhile):
    running.set_faults(reset_before={POST: 1})
    with pytest.raises(httpx.TransportError):
        running.create()
    assert created_meanwhile() == 0


def test_a_connection_dropped_after_the_work_has_created_a_job(running, created_meanwhile):
    running.set_faults(reset_after={POST: 1})
    with pytest.raises(httpx.TransportError):
        running.create()
    assert created_meanwhile() == 1


def test_an_answer_may_break_off_in_the_middle(running, created_meanwhile):
    running.set_faults(truncate={"GET /v2/transcript": 1})
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        running.http.get("/v2/transcript")
    running.set_faults()
    assert running.http.get("/v2/transcript").status_code == 200


def test_an_answer_may_be_slow_and_is_whole(running, created_meanwhile):
    running.set_faults(slow_body=1, slow_body_s=0.3)
    begin = time.monotonic()
    assert running.create()["status"] == "queued"
    assert time.monotonic() - begin >= 0.3


@pytest.mark.parametrize("code", [500, 502, 503, 504])
def test_server_errors_come_as_json_or_as_a_web_page_and_do_no_work(running, created_meanwhile, code):
    running.set_faults(**{f"http_{code}": 1})
    answer = running.http.post("/v2/transcript", json={"audio_url": "http://x.example/a"})
    assert (answer.status_code, answer.headers["content-type"]) == (code, "application/json")
    assert answer.json().keys() == {"error"}
    running.set_faults(**{f"html_{code}": 1})
    answer = running.http.post("/v2/upload", content=b"x" * 1_000_000)
    assert answer.status_code == code
    assert answer.headers["content-type"].startswith("text/html")
    assert str(code) in answer.text
    assert created_meanwhile() == 0


def test_500_has_the_sentence_of_the_contract(running, created_meanwhile):
    running.set_faults(http_500=1)
    assert running.http.get("/v2/transcript").json()["error"] == contract.ERROR_SERVER


def test_too_many_requests_may_say_how_long_to_wait_or_not(running, created_meanwhile):
    running.set_faults(too_many=1, retry_after_s=7)
    answer = running.http.post("/v2/transcript", json={"audio_url": "http://x.example/a"})
    assert (answer.status_code, answer.headers["retry-after"], answer.json()["error"]) == (429, "7", contract.ERROR_TOO_MANY)
    running.set_faults(too_many_bare=1)
    answer = running.http.get("/v2/transcript")
    assert (answer.status_code, answer.headers.get("retry-after"), answer.json()["error"]) == (429, None, contract.ERROR_TOO_MANY)
    assert created_meanwhile() == 0


def test_a_late_job_is_created_some_time_after_the_connection_was_dropped(running, created_meanwhile):
    url = "http://files.example/late.mp3?duration=60"
    running.set_faults(late=1, late_s=0.5)
    begin = time.monotonic()
    with pytest.raises(httpx.TransportError):
        running.create(url)
    while url not in [item["audio_url"] for item in running.http.get("/v2/transcript").json()["transcripts"]]:
        time.sleep(0.01)
    assert time.monotonic() - begin >= 0.5
    assert created_meanwhile() == 1


def test_only_a_create_can_be_late(running, created_meanwhile):
    running.set_faults(late=1)
    assert running.http.get("/v2/transcript").status_code == 200


def test_an_answer_may_be_cut_though_its_length_is_right(running, created_meanwhile):
    running.set_faults(cut_json={"create": 1})
    answer = running.http.post("/v2/transcript", json={"audio_url": "http://x.example/a"})
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) == len(answer.content)
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert created_meanwhile() == 1


def test_an_answer_may_drip_for_ever(running, created_meanwhile):
    known = running.create()["id"]
    running.set_faults(drip=1)
    with running.http.stream("GET", f"/v2/transcript/{known}") as answer:
        pieces = answer.iter_raw()
        assert {next(pieces) for _ in range(5)} == {b" "}
    running.set_faults()
    assert running.http.get(f"/v2/transcript/{known}").status_code == 200


@pytest.mark.long
def test_an_answer_may_unpack_to_far_more_than_it_is(running, created_meanwhile):
    running.set_faults(bomb=1)
    with running.http.stream("GET", "/v2/transcript") as answer:
        assert answer.headers["content-encoding"] == "gzip"
        assert len(b"".join(answer.iter_raw())) < 2_000_000


def test_an_answer_may_be_about_another_transcript(running, created_meanwhile):
    known = running.create()["id"]
    running.set_faults(other_id=1)
    assert running.http.get(f"/v2/transcript/{known}").json()["id"] != known
    assert running.http.get("/v2/transcript").json()["transcripts"][0]["id"] == known


@pytest.mark.parametrize("hit", ["create", "get", "list", "upload"])
def test_each_kind_of_request_can_be_hit_separately(running, created_meanwhile, hit):
    known = running.create()["id"]
    running.set_faults(http_503={hit: 1})
    answers = {
        "create": running.http.post("/v2/transcript", json={"audio_url": "http://x.example/a"}),
        "get": running.http.get(f"/v2/transcript/{known}"),
        "list": running.http.get("/v2/transcript"),
        "upload": running.http.post("/v2/upload", content=b"scripted:{}"),
    }
    assert {kind for kind, answer in answers.items() if answer.status_code == 503} == {hit}


def test_a_large_upload_can_be_lost_before_and_after_it_was_received(running, created_meanwhile):
    content = b"scripted:{}" + bytes(3_000_000)
    digest = hashlib.sha256(content).hexdigest()
    for fault, received in (("reset_before", None), ("reset_after", 1)):
        running.set_faults(**{fault: {"upload": 1}})
        with pytest.raises(httpx.TransportError):
            running.upload(content)
        assert running.counters()["uploads_by_content"].get(digest) == received


def test_a_client_that_leaves_during_a_slow_answer_does_no_harm(running, created_meanwhile):
    def answered():
        return running.counters()["answers"].get("GET /v2/transcript", {}).get("200", 0)

    running.set_faults(slow_body=1, slow_body_s=0.5)
    before = answered()
    with running.http.stream("GET", "/v2/transcript") as answer:
        next(answer.iter_raw())
    while answered() == before:  # until the second half has been sent to nobody
        time.sleep(0.01)
    running.set_faults()
    assert running.http.get("/v2/transcript").status_code == 200
