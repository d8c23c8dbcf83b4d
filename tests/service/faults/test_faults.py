import asyncio
import hashlib
import json
import time

import httpx
import pytest

from scribekit.base import contract
from scribekit.base.errors import OptionError
from scribekit.service.faults.spec import JOB_ERRORS, KINDS, Faults
from scribekit.service.http.endpoints import CONTRACT
from scribekit.service.state.connections import Connections

POST = "POST /v2/transcript"


def set_faults(running, **faults):
    assert running.http.post("/_control/faults", content=json.dumps(faults)).status_code == 200


@pytest.fixture(scope="module")
def running(start_shared):
    return start_shared("--speed", "1000")


@pytest.fixture
def created_meanwhile(running):
    set_faults(running)
    before = running.books()["jobs_created"]
    yield lambda: running.books()["jobs_created"] - before
    set_faults(running)


def test_a_connection_dropped_before_the_work_creates_nothing(running, created_meanwhile):
    set_faults(running, reset_before={POST: 1})
    with pytest.raises(httpx.TransportError):
        running.create()
    assert created_meanwhile() == 0


def test_a_connection_dropped_after_the_work_has_created_a_job(running, created_meanwhile):
    set_faults(running, reset_after={POST: 1})
    with pytest.raises(httpx.TransportError):
        running.create()
    assert created_meanwhile() == 1


def test_an_answer_may_break_off_in_the_middle(running, created_meanwhile):
    set_faults(running, truncate={"GET /v2/transcript": 1})
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        running.http.get("/v2/transcript")
    set_faults(running)
    assert running.http.get("/v2/transcript").status_code == 200


def test_an_answer_may_be_slow_and_is_whole(running, created_meanwhile):
    set_faults(running, slow_body=1, slow_body_s=0.3)
    begin = time.monotonic()
    assert running.create()["status"] == "queued"
    assert time.monotonic() - begin >= 0.3


@pytest.mark.parametrize("code", [500, 502, 503, 504])
def test_server_errors_come_as_json_or_as_a_web_page_and_do_no_work(running, created_meanwhile, code):
    set_faults(running, **{f"http_{code}": 1})
    answer = running.http.post("/v2/transcript", json={"audio_url": "http://x.example/a"})
    assert (answer.status_code, answer.headers["content-type"]) == (code, "application/json")
    assert answer.json().keys() == {"error"}
    set_faults(running, **{f"html_{code}": 1})
    answer = running.http.post("/v2/upload", content=b"x" * 1_000_000)
    assert answer.status_code == code
    assert answer.headers["content-type"].startswith("text/html")
    assert str(code) in answer.text
    assert created_meanwhile() == 0


def test_500_has_the_sentence_of_the_contract(running, created_meanwhile):
    set_faults(running, http_500=1)
    assert running.http.get("/v2/transcript").json()["error"] == contract.ERROR_SERVER


def test_too_many_requests_may_say_how_long_to_wait_or_not(running, created_meanwhile):
    set_faults(running, too_many=1, retry_after_s=7)
    answer = running.http.post("/v2/transcript", json={"audio_url": "http://x.example/a"})
    assert (answer.status_code, answer.headers["retry-after"], answer.json()["error"]) == (429, "7", contract.ERROR_TOO_MANY)
    set_faults(running, too_many_bare=1)
    answer = running.http.get("/v2/transcript")
    assert (answer.status_code, answer.headers.get("retry-after"), answer.json()["error"]) == (429, None, contract.ERROR_TOO_MANY)
    assert created_meanwhile() == 0


def test_a_late_job_is_created_some_time_after_the_connection_was_dropped(running, created_meanwhile):
    url = "http://files.example/late.mp3?duration=60"
    set_faults(running, late=1, late_s=0.5)
    begin = time.monotonic()
    with pytest.raises(httpx.TransportError):
        running.create(url)
    listed = []
    while url not in listed:
        listed = [item["audio_url"] for item in running.http.get("/v2/transcript").json()["transcripts"]]
    assert time.monotonic() - begin >= 0.5
    assert created_meanwhile() == 1


def test_only_a_create_can_be_late(running, created_meanwhile):
    set_faults(running, late=1)
    assert running.http.get("/v2/transcript").status_code == 200


def test_an_answer_may_be_cut_though_its_length_is_right(running, created_meanwhile):
    set_faults(running, cut_json={"create": 1})
    answer = running.http.post("/v2/transcript", json={"audio_url": "http://x.example/a"})
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) == len(answer.content)
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert created_meanwhile() == 1


@pytest.mark.parametrize("hit", ["create", "get", "list", "upload"])
def test_each_kind_of_request_can_be_hit_alone(running, created_meanwhile, hit):
    known = running.create()["id"]
    set_faults(running, http_503={hit: 1})
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
        set_faults(running, **{fault: {"upload": 1}})
        with pytest.raises(httpx.TransportError):
            running.upload(content)
        assert running.books()["uploads_by_content"].get(digest) == received


def test_a_connection_that_the_client_closed_first_cannot_be_dropped_and_does_no_harm():
    gone = {"client": ("127.0.0.1", 1)}
    asyncio.run(Connections().reset(gone))
    asyncio.run(Connections().close(gone))


def test_a_client_that_leaves_during_a_slow_answer_does_no_harm(running, created_meanwhile):
    set_faults(running, slow_body=1, slow_body_s=20)
    with pytest.raises(httpx.TimeoutException):
        running.http.get("/v2/transcript", timeout=0.05)
    set_faults(running)
    assert running.http.get("/v2/transcript").status_code == 200


@pytest.mark.parametrize("name", JOB_ERRORS)
def test_jobs_fail_by_pattern_with_each_sentence_of_the_contract(running, created_meanwhile, name):
    bad = f"http://files.example/bad-{name}.mp3"
    set_faults(running, fail_matching={r"/bad-\w+\.mp3$": name})
    failed = running.transcribe(bad)
    assert (failed["status"], failed["error"]) == ("error", JOB_ERRORS[name].replace("{url}", bad))
    assert "{" not in failed["error"]
    assert running.transcribe("http://files.example/good.mp3")["status"] == "completed"


def test_jobs_fail_by_pattern_with_any_other_sentence(running, created_meanwhile):
    set_faults(running, fail_matching={"odd": "Nobody has {seen} this."})
    assert running.transcribe("http://files.example/odd")["error"] == "Nobody has {seen} this."


def test_jobs_fail_once_per_audio(running, created_meanwhile):
    set_faults(running, fail_once=1)
    urls = [running.upload(b'scripted:{"duration_s": 7}') for _ in range(2)]
    assert [running.transcribe(url)["error"] for url in urls] == [contract.ERROR_SERVER, None]
    set_faults(running, fail_once="flaky")
    flaky, sound = "http://files.example/flaky", "http://files.example/sound"
    assert [running.transcribe(url)["status"] for url in (flaky, sound, flaky)] == ["error", "completed", "completed"]


def test_jobs_that_hang_never_end_and_hold_up_no_others(start):
    running = start("--speed", "1000", "--slots", "1", "--faults", '{"hang": "stuck"}')
    stuck = running.create("http://files.example/stuck")["id"]
    assert running.transcribe("http://files.example/free")["status"] == "completed"
    assert running.get(stuck)["status"] == "processing"
    books = running.books()
    assert (books["jobs_created"], books["jobs_completed"], books["jobs_failed"]) == (2, 1, 0)
    assert books["faults"] == {"hang": 1}


def test_the_request_window_answers_429_and_says_how_long_to_wait(start):
    running = start("--requests-per-window", "3", "--window-s", "60")
    answers = [running.http.get("/v2/transcript") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert running.http.get("/_control/books").status_code == 200


def test_unreadable_faults_are_refused_with_the_nearest_name(service):
    answer = service.http.post("/_control/faults", content='{"htp_503": 0.1}')
    assert answer.status_code == 400
    assert "http_503" in answer.json()["error"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ('{"http_503": 2}', "<= 1"),
        ('{"http_503": "often"}', "http_503"),
        ('{"truncate": {"GET /v2/transcript": -1}}', ">= 0"),
        ("[]", "cannot be read"),
        ('{"late": {"create": 1}}', "late"),
        ('{"slow_body_s": 3600}', "<= 300"),
        ('{"foreign_per_s": -1}', "foreign_per_s"),
        ('{"reset_after": {"creat": 0.1}}', "'create'"),
        ('{"reset_after": {"create": 0.6}, "late": 0.5}', "'create' add up to 1.1"),
        ('{"webhook_lost": 0.6, "webhook_doubled": 0.5}', "webhooks add up to 1.1"),
        ('{"fail_matching": {"(": "server"}}', "not a regular expression"),
        ('{"hang": "*"}', "not a regular expression"),
        ('{"fail_matching": {"a": "too_shrt"}}', "'too_short'"),
    ],
)
def test_faults_that_make_no_sense_are_refused_with_a_reason(wrong, sentence):
    with pytest.raises(OptionError) as caught:
        Faults.from_json(wrong)
    assert sentence in str(caught.value)


def test_shares_may_add_up_to_one_for_all_their_decimals():
    assert Faults.from_json(json.dumps({f"http_{code}": 0.1 for code in (500, 502, 503, 504)} | {"late": 0.6}))


def test_the_short_names_stand_for_all_kinds_of_the_contract():
    assert set(KINDS.values()) == set(CONTRACT)
