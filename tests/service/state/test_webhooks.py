import asyncio
import json
import queue
import socket
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from patience import PATIENCE_S, wait_until

from scribekit.service.faults.draws import InjectedFault
from scribekit.service.state.background import Background
from scribekit.service.state.counters import Counters
from scribekit.service.state.store import Store
from scribekit.service.state.webhooks import ATTEMPTS, Webhooks

SECRET = {"webhook_auth_header_name": "X-Secret", "webhook_auth_header_value": "s3cret"}


class Receiver(ThreadingHTTPServer):
    """Keeps the calls that come, and answers each with the next of its codes, then with the last one again and again."""

    daemon_threads = True

    def __init__(self, *codes):
        super().__init__(("127.0.0.1", 0), Call)
        self.codes = list(codes)
        self.calls = queue.Queue()
        self.url = f"http://127.0.0.1:{self.server_port}/hook?job=7"
        self.may_answer = threading.Event()
        self.may_answer.set()

    def next_call(self):
        """The path, headers, body and arrival of the next call."""
        return self.calls.get(timeout=PATIENCE_S)


class Call(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        receiver = self.server
        code = receiver.codes.pop(0) if len(receiver.codes) > 1 else receiver.codes[0]
        receiver.calls.put((self.path, dict(self.headers.items()), body, time.monotonic()))
        receiver.may_answer.wait()
        self.send_response(code)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver():
    with receiving(200) as found:
        yield found


@contextmanager
def receiving(*codes):
    server = Receiver(*codes)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.may_answer.set()
    server.shutdown()
    server.server_close()


def counted(running, **expected):
    """Waits until the counters have these counts."""
    wait_until(lambda: running.counters()["webhooks"] == expected)
    return True


@pytest.fixture
def running(start):
    return start("--speed", "1000")


def test_a_webhook_carries_the_id_the_status_and_the_header(running, receiver):
    done = running.transcribe(webhook_url=receiver.url, **SECRET)
    path, headers, body, _ = receiver.next_call()
    assert path == "/hook?job=7"
    assert body == {"transcript_id": done["id"], "status": "completed"}
    assert headers["X-Secret"] == "s3cret"
    assert headers["Content-Type"] == "application/json"
    assert counted(running, sent=1, delivered=1)
    assert running.get(done["id"])["webhook_status_code"] == 200
    assert "s3cret" not in json.dumps(running.get(done["id"]))


def test_a_webhook_without_credentials_carries_none_and_reports_errors_too(running, receiver):
    failed = running.transcribe("http://files.example/a?duration=9&fail=no", webhook_url=receiver.url)
    _, headers, body, _ = receiver.next_call()
    assert body == {"transcript_id": failed["id"], "status": "error"}
    assert "X-Secret" not in headers


def test_a_job_without_a_webhook_calls_none(running):
    assert running.transcribe()["webhook_status_code"] is None
    assert running.counters()["webhooks"] == {}


def test_a_refused_webhook_is_tried_again_until_it_is_taken(running):
    with receiving(503, 302, 500, 204) as receiver:
        transcript_id = running.create(webhook_url=receiver.url)["id"]
        bodies = [receiver.next_call()[2] for _ in range(4)]
        assert counted(running, sent=4, delivered=1)
    assert bodies == [{"transcript_id": transcript_id, "status": "completed"}] * 4
    assert running.get(transcript_id)["webhook_status_code"] == 204


def test_it_is_given_up_after_ten_attempts(running):
    with receiving(500) as receiver:
        transcript_id = running.create(webhook_url=receiver.url)["id"]
        assert counted(running, sent=10, given_up=1)
    assert running.get(transcript_id)["webhook_status_code"] == 500


def test_a_4xx_ends_it_at_once(running):
    with receiving(410) as receiver:
        transcript_id = running.create(webhook_url=receiver.url)["id"]
        assert counted(running, sent=1, given_up=1)
    assert running.get(transcript_id)["webhook_status_code"] == 410


def test_nobody_there_leaves_the_status_code_null(running):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        transcript_id = running.create(webhook_url=f"http://127.0.0.1:{silent.getsockname()[1]}/hook")["id"]
        assert counted(running, sent=10, given_up=1)
    assert running.get(transcript_id)["webhook_status_code"] is None


def test_the_pause_between_attempts_can_be_set(start):
    running = start("--speed", "1000", "--webhook-pause-s", "0.4")
    with receiving(500, 200) as receiver:
        running.create(webhook_url=receiver.url)
        first, second = (receiver.next_call()[3] for _ in range(2))
        assert second - first >= 0.4


@pytest.mark.parametrize("url", ["http://192.0.2.1/hook", "http://127.0.0.1.example.org/", "ftp://127.0.0.1/", "http://[", "nonsense"])
def test_only_this_machine_is_called(running, url):
    done = running.transcribe(webhook_url=url)
    assert (done["status"], done["webhook_status_code"]) == ("completed", None)
    assert running.counters()["webhooks"] == {"not_allowed": 1}


def test_a_header_that_cannot_be_sent_is_a_failed_attempt(running, receiver):
    odd = {"webhook_auth_header_name": "X-Secret", "webhook_auth_header_value": "line\r\nbreak"}
    running.create(webhook_url=receiver.url, **odd)
    assert counted(running, sent=10, given_up=1)
    assert receiver.calls.empty()


def test_a_lost_webhook_never_comes(running, receiver):
    running.set_faults(webhook_lost=1)
    lost = running.transcribe(webhook_url=receiver.url)
    assert running.counters()["webhooks"] == {"lost": 1}
    running.set_faults()
    called = running.transcribe(webhook_url=receiver.url)
    assert receiver.next_call()[2]["transcript_id"] == called["id"] != lost["id"]
    assert running.get(lost["id"])["webhook_status_code"] is None


def test_a_doubled_webhook_comes_twice(running, receiver):
    running.set_faults(webhook_doubled=1)
    transcript_id = running.create(webhook_url=receiver.url)["id"]
    assert [receiver.next_call()[2]["transcript_id"] for _ in range(2)] == [transcript_id] * 2
    assert counted(running, sent=2, delivered=2, doubled=1)


def test_forged_webhooks_have_a_wrong_secret_or_an_unknown_id_and_the_real_one_follows(running, receiver):
    running.set_faults(webhook_forged=1)
    transcript_id = running.create(webhook_url=receiver.url, **SECRET)["id"]
    (_, wrong, forged, _), (_, right, unknown, _), (_, real, body, _) = (receiver.next_call() for _ in range(3))
    assert (wrong["X-Secret"] == "s3cret", forged) == (False, {"transcript_id": transcript_id, "status": "error"})
    assert (right["X-Secret"], unknown["status"]) == ("s3cret", "completed")
    assert running.http.get(f"/v2/transcript/{unknown['transcript_id']}").status_code == 400
    assert (real["X-Secret"], body) == ("s3cret", {"transcript_id": transcript_id, "status": "completed"})
    assert counted(running, sent=1, delivered=1, forged=2)


def test_a_delayed_webhook_is_overtaken(running, receiver):
    running.set_faults(webhook_delayed=1, webhook_delay_s=300)
    late = running.transcribe(webhook_url=receiver.url)["id"]
    running.set_faults()
    prompt = running.transcribe(webhook_url=receiver.url)["id"]
    assert receiver.next_call()[2]["transcript_id"] == prompt
    assert counted(running, sent=1, delivered=1, delayed=1)
    assert running.get(late)["status"] == "completed"


def test_a_hanging_job_never_calls_its_webhook(running, receiver):
    running.set_faults(hang="stuck")
    running.create("http://files.example/stuck", webhook_url=receiver.url)
    done = running.transcribe("http://files.example/free", webhook_url=receiver.url)
    assert receiver.next_call()[2]["transcript_id"] == done["id"]
    assert counted(running, sent=1, delivered=1)


@pytest.mark.long
def test_the_service_ends_at_once_though_a_webhook_waits_for_its_next_attempt(start):
    running = start("--speed", "1000", "--webhook-pause-s", "600")
    with receiving(500) as receiver:
        running.create(webhook_url=receiver.url)
        receiver.next_call()
        running.end_input()
        assert running.exit_code() == 0


def notified(receiver, *, timeout_s=60.0, injected=None):
    """The counters and the job after a webhook was called from this process; returns when the last attempt has ended."""

    async def notify():
        counters, background = Counters(), Background()
        webhooks = Webhooks(counters, background, allow_remote=False, pause_s=0.0, timeout_s=timeout_s)
        job = Store().create({"audio_url": "http://x.example/a", "webhook_url": receiver.url}, "a")
        job.fail("no")
        job.injected = injected or job.injected
        webhooks.notify(job)
        await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})
        await background.close()
        await webhooks.close()
        return counters, job

    return asyncio.run(notify())


def test_an_answer_that_takes_too_long_is_a_failed_attempt(receiver):
    receiver.may_answer.clear()
    counters, job = notified(receiver, timeout_s=0.02)
    assert counters.webhooks == {"sent": ATTEMPTS, "given_up": 1}
    assert job.webhook_status_code is None


def test_injected_faults_are_counted_by_name(receiver):
    counters, _ = notified(receiver, injected=InjectedFault(webhook_fault="webhook_delayed"))
    assert counters.faults == {"webhook_delayed": 1}
