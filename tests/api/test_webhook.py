import asyncio
import socket
import sys
import time

import httpx
import pytest
from ports import reserve_port

import scribekit as sk
from scribekit.api.webhook import HEADER, MAX_BODY_BYTES, application
from scribekit.base.errors import MissingExtraError, OptionError, ServiceStoppedError

CALLS_ONLY = sk.Limits(poll_s=600, settle_s=0.3, backoff_s=0.05)
"""Polls are so rare that only a call can end the wait in time."""

POLLING = sk.Limits(poll_s=0.05, settle_s=0.3, backoff_s=0.05)


def urls(count, seconds=60):
    return [f"https://host.example/{i:04d}.mp3?duration={seconds + i}" for i in range(count)]


@pytest.fixture
def webhook():
    port = reserve_port()
    return sk.Webhook(f"http://127.0.0.1:{port}/scribekit", port=port)


def test_a_url_carries_the_job_and_the_header_the_secret():
    webhook = sk.Webhook("https://hooks.example/a")
    sent = webhook.options_for("4f2a")
    assert sent["webhook_url"] == "https://hooks.example/a?job=4f2a"
    assert sent["webhook_auth_header_value"] == webhook.secret
    assert len(webhook.secret) >= 32
    assert webhook.secret not in repr(webhook)
    assert sk.Webhook("https://hooks.example/a").secret != webhook.secret


@pytest.mark.parametrize(
    "url", ["hooks.example", "ftp://hooks.example", "https://hooks.example/a?b=1", "https://", "https://hooks.example/#a"]
)
def test_a_url_that_no_call_comes_back_through_is_refused(url):
    with pytest.raises(OptionError, match="public_url"):
        sk.Webhook(url)


@pytest.mark.long
def test_calls_end_the_wait_without_a_poll(bench, tmp_path, webhook):
    service = bench("--speed", "8", "--slots", "50")
    batch = sk.submit_batch(urls(5, seconds=1800), corpus=tmp_path / "c", limits=CALLS_ONLY, webhook=webhook, progress=False)
    jobs = sk.collect(batch, progress=False)
    assert set(jobs["status"]) == {"completed"}
    assert webhook.calls["accepted"] == 5
    # The first request of each of the two verbs, and one for what ended between them.
    assert service.counters()["requests"]["GET /v2/transcript"] == 3


def test_what_ended_while_nobody_listened_is_found_at_once(bench, tmp_path, webhook):
    bench("--speed", "2000", "--slots", "50")
    batch = sk.submit_batch(urls(5), corpus=tmp_path / "c", limits=CALLS_ONLY, webhook=webhook, progress=False)
    begin = time.monotonic()
    assert set(sk.collect(batch, progress=False)["status"]) == {"completed"}
    assert time.monotonic() - begin < CALLS_ONLY.poll_s


@pytest.mark.long
@pytest.mark.parametrize(
    ("fault", "counted"),
    [("webhook_lost", None), ("webhook_doubled", "repeated"), ("webhook_forged", "forged"), ("webhook_delayed", None)],
)
def test_calls_that_go_wrong_lose_and_double_nothing(bench, tmp_path, webhook, fault, counted):
    service = bench("--speed", "8", "--slots", "50", "--faults", f'{{"{fault}": 1.0, "webhook_delay_s": 0.5, "seed": 2}}')
    batch = sk.submit_batch(urls(4, seconds=900), corpus=tmp_path / "c", limits=POLLING, webhook=webhook, progress=False)
    assert set(sk.collect(batch, progress=False)["status"]) == {"completed"}
    assert service.counters()["jobs_created"] == service.counters()["jobs_completed"] == 4
    if counted:
        assert webhook.calls[counted] > 0


def test_a_webhook_does_not_make_a_new_job(bench, tmp_path, webhook):
    service = bench("--speed", "2000", "--slots", "50")
    sk.collect(sk.submit_batch(urls(3), corpus=tmp_path / "c", limits=POLLING, progress=False), progress=False)
    batch = sk.submit_batch(urls(3), corpus=tmp_path / "c", limits=POLLING, webhook=webhook, progress=False)
    sk.collect(batch, progress=False)
    assert service.counters()["jobs_created"] == 3


def test_the_secret_is_in_no_file(bench, tmp_path, webhook):
    bench("--speed", "2000", "--slots", "50")
    batch = sk.submit_batch(urls(2), corpus=tmp_path / "c", limits=POLLING, webhook=webhook, progress=False)
    sk.collect(batch, progress=False)
    sk.export(batch, tmp_path / "out")
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or webhook.secret.encode() not in path.read_bytes()


def test_a_port_in_use_is_one_clear_error(bench, tmp_path, webhook):
    bench("--speed", "2000", "--slots", "50")
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", webhook.port))
        taken.listen()
        with pytest.raises(ServiceStoppedError, match=f"cannot listen on 127.0.0.1:{webhook.port}"):
            sk.submit_batch(urls(2), corpus=tmp_path / "c", webhook=webhook, progress=False)


def test_without_the_server_library_it_says_what_to_install(bench, tmp_path, webhook, monkeypatch):
    bench("--speed", "2000", "--slots", "50")
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(MissingExtraError, match=r"scribekit\[local\]"):
        sk.submit_batch(urls(2), corpus=tmp_path / "c", webhook=webhook, progress=False)


# -- the receiver -----------------------------------------------------------------------------------------------------


def call(webhook, body, secret=None, method="POST", answers="accepted"):
    """The status of the answer, and what the engine was told."""
    told = []

    def hint(transcript_id):
        told.append(transcript_id)
        return answers

    async def work():
        transport = httpx.ASGITransport(application(webhook, hint))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
            headers = {HEADER: webhook.secret if secret is None else secret}
            return (await http.request(method, "/scribekit?job=k", content=body, headers=headers)).status_code

    return asyncio.run(work()), told


GENUINE = b'{"transcript_id": "t1", "status": "completed"}'


@pytest.mark.parametrize("answers", ["accepted", "repeated", "unknown"])
def test_a_genuine_call_is_passed_on_and_counted(webhook, answers):
    assert call(webhook, GENUINE, answers=answers) == (200, ["t1"])
    assert webhook.calls == {answers: 1}


@pytest.mark.parametrize("secret", ["", "wrong", "é"])
def test_a_forged_call_changes_nothing(webhook, secret):
    assert call(webhook, GENUINE, secret=secret.encode()) == (401, [])
    assert webhook.calls == {"forged": 1}


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"{", b'{"status": "completed"}', b'{"transcript_id": 3}', b"\xff", b"x" * (MAX_BODY_BYTES + 1)]
    + [b'{"transcript_id": "%s"}' % odd for odd in (b"", b"../upload", b"a b", b"\\ud800", b"x" * 201)]
    + [b"[" * MAX_BODY_BYTES],
)
def test_a_call_that_makes_no_sense_changes_nothing(webhook, body):
    assert call(webhook, body) == (400, [])
    assert webhook.calls == {"malformed": 1}


def test_only_posts_are_calls(webhook):
    assert call(webhook, b"", method="GET") == (405, [])
