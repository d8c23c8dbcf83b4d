import json
import time
from collections import Counter

import httpx
import pytest

from scribekit import wire
from scribekit.errors import OptionError
from scribekit.service.faults import FaultPlan, Faults

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


def test_errors_on_purpose_do_no_work(running, created_meanwhile):
    set_faults(running, too_many=1, retry_after_s=7)
    answer = running.http.post("/v2/transcript", json={"audio_url": "http://x.example/a"})
    assert (answer.status_code, answer.headers["retry-after"], answer.json()["error"]) == (429, "7", wire.ERROR_TOO_MANY)
    set_faults(running, http_503=1)
    assert running.http.post("/v2/upload", content=b"x" * 1_000_000).status_code == 503
    set_faults(running, http_500=1)
    assert running.http.get("/v2/transcript").json()["error"] == wire.ERROR_SERVER
    assert created_meanwhile() == 0


def test_the_request_window_answers_429_and_says_how_long_to_wait(start):
    running = start("--requests-per-window", "3", "--window-s", "60")
    answers = [running.http.get("/v2/transcript") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert running.http.get("/_control/books").status_code == 200


def test_unreadable_faults_are_refused_with_the_nearest_name(service):
    answer = service.http.post("/_control/faults", content='{"http_530": 0.1}')
    assert answer.status_code == 400
    assert "http_503" in answer.json()["error"]
    for wrong in ('{"http_503": 2}', '{"http_503": "often"}', '{"truncate": {"GET /v2/transcript": -1}}', "[]"):
        with pytest.raises(OptionError):
            Faults.from_json(wrong)


def test_the_same_seed_draws_the_same_faults_and_kinds_do_not_disturb_each_other():
    faults = Faults(reset_before=0.2, http_503=0.3, seed=7)
    alone, mixed = FaultPlan(faults), FaultPlan(faults)
    first = [alone.for_request(POST) for _ in range(50)]
    second = [(mixed.for_request(POST), mixed.for_request("GET /v2/transcript"))[0] for _ in range(50)]
    assert first == second
    assert first != [FaultPlan(Faults(reset_before=0.2, http_503=0.3, seed=8)).for_request(POST) for _ in range(50)]


def test_faults_come_about_as_often_as_asked():
    plan = FaultPlan(Faults(reset_before=0.1, truncate=0.2))
    drawn = Counter(plan.for_request(POST) for _ in range(10_000))
    assert drawn["reset_before"] == pytest.approx(1000, rel=0.15)
    assert drawn["truncate"] == pytest.approx(2000, rel=0.15)
    assert drawn.keys() == {None, "reset_before", "truncate"}
