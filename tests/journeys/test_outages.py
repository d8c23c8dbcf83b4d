"""A network or a service that goes away in the middle of a run: nothing is given up, nothing is done twice, and it goes on by itself."""

import concurrent.futures
import math
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
import wave

import pytest
from patience import PATIENCE_S, under_way, wait_until
from ports import reserve_port
from relay import CUT, CUT_BEFORE, Relay

import scribekit as sk
from scribekit.base.errors import ServiceStoppedError
from scribekit.batch import background

BACKOFF_S = 0.05
NIGHT = sk.Limits(poll_s=0.05, settle_s=0.3, backoff_s=BACKOFF_S, tries=2)
UPLOAD, CREATE, FETCH = ("POST", "/v2/upload"), ("POST", "/v2/transcript"), ("GET", "/v2/transcript/")
LIST = ("GET", "/v2/transcript?limit=200")


def urls(count, seconds=60):
    return [f"https://host.example/{i:04d}.mp3?duration={seconds + i}" for i in range(count)]


def tones(folder, count):
    """Files of the same length, each with its own number in its bytes."""
    for number in range(count):
        with wave.open(str(folder / f"{number:03d}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(mark(number) + bytes(16_000))
    return [str(folder / f"{number:03d}.wav") for number in range(count)]


def mark(number):
    return f"number {number:03d}".encode()


@pytest.fixture
def relay(bench):
    """A relay before a service of ten slots; the verbs use the relay."""
    service = bench("--speed", "40", "--slots", "10")
    with Relay(service.base_url) as relay:
        relay.service = service
        service.disguise = {"base_url": relay.base_url}
        yield relay


def is_shown(corpus, sentence):
    return lambda: sentence in repr(corpus)


def is_told(monitor, sentence):
    monitor.refresh()
    return any(name == "outage" and sentence in value for name, value in monitor.figures["facts"])


def events_of(corpus):
    return sk.to_frame(corpus, "events")["event"].tolist()


def assert_each_was_done_once(service, corpus, count):
    counters = service.counters()
    assert sk.open_corpus(corpus.path).counts() == {"completed": count}
    assert counters["jobs_created"] == counters["jobs_completed"] == count


FEW = sk.Limits(concurrent_jobs=2, queue_ahead=0)
"""So few are sent by ``submit_batch`` that the rest is left to ``collect``."""


@pytest.mark.long
@pytest.mark.parametrize("has_webhook", [False, True], ids=["polls", "webhook"])
def test_a_network_that_goes_in_the_middle_is_waited_for(relay, tmp_path, has_webhook):
    port = reserve_port()
    webhook = sk.Webhook(f"http://127.0.0.1:{port}/", port=port) if has_webhook else None
    batch = sk.submit_batch([*urls(20), *tones(tmp_path, 20)], corpus=tmp_path / "c", limits=FEW, progress=False)
    monitor = sk.widgets.BatchMonitor(batch)
    heard = []
    relay.spoil = lambda *_request: relay.refuse_soon() if relay.asked.count(UPLOAD) == 10 else None
    with under_way(sk.collect, batch, limits=NIGHT, webhook=webhook, on_event=heard.append, progress=False) as run:
        # Requests under way may still be answered: then it is back for a moment.
        wait_until(lambda: re.search(r"outage no network since \d\d:\d\d", repr(batch)))
        wait_until(lambda: is_told(monitor, "no network since"))
        wait_until(lambda: "no network since" in sk.open_corpus(tmp_path / "c")._repr_html_())
        with pytest.raises(concurrent.futures.TimeoutError):
            run.result(50 * BACKOFF_S)
        assert batch.counts()["error"] == 0
        relay.spoil = lambda *_request: None
        relay.accept()
    monitor.close()
    assert_each_was_done_once(relay.service, batch, 40)
    assert "no network" not in repr(batch)
    assert {"away", "back"} <= {event["event"] for event in heard}
    assert {event["alert"] for event in heard} == {None}
    story = events_of(batch)
    assert story.count("away") == story.count("back") >= 1


@pytest.mark.long
def test_while_it_is_away_only_single_requests_look_ever_more_rarely(relay, tmp_path):
    batch = sk.submit_batch(urls(30), corpus=tmp_path / "c", limits=FEW, progress=False)
    contacts = len(relay.asked) + 1
    relay.spoil = lambda *_request: CUT_BEFORE if len(relay.asked) > contacts else None
    with under_way(sk.collect, batch, limits=NIGHT, progress=False):
        wait_until(is_shown(batch, "no network since"))
        first, began = len(relay.asked), time.monotonic()
        wait_until(lambda: len(relay.asked) >= first + 3 and relay.asked[-3:] == [LIST] * 3)
        looks, took_s = relay.asked[first:], time.monotonic() - began
        relay.spoil = lambda *_request: None
    # Up to 16 requests were under way. A slower machine looks more rarely.
    assert len(looks) <= 16 + math.log2(took_s / BACKOFF_S + 1) + 2
    assert_each_was_done_once(relay.service, batch, 30)


SPOILT = {
    "503": (503, b"{}"),
    "a proxy's page": (502, b"<html>Bad gateway"),
    "a captive portal": (200, b"<html>Welcome to the hotel"),
    "a redirect": (302, b""),
    "cut": CUT_BEFORE,
}
CASES = [*((UPLOAD, name) for name in SPOILT), *((line, name) for line in (CREATE, FETCH) for name in ("503", "cut"))]


@pytest.mark.long
@pytest.mark.parametrize(("request_line", "name"), CASES)
def test_what_every_recording_meets_is_the_failure_of_none(relay, tmp_path, request_line, name):
    def is_meant(method, path):
        return method == request_line[0] and path.startswith(request_line[1])

    relay.spoil = lambda method, path, _body: SPOILT[name] if is_meant(method, path) else None
    with under_way(transcribe, tones(tmp_path, 9), tmp_path / "c"):
        wait_until(lambda: sum(is_meant(*asked) for asked in relay.asked) >= 7)
        corpus = sk.open_corpus(tmp_path / "c")
        wait_until(is_shown(corpus, " since "))
        assert corpus.counts()["error"] == 0
        relay.spoil = lambda *_request: None
    assert_each_was_done_once(relay.service, corpus, 9)


@pytest.mark.long
def test_nothing_is_given_up_where_only_one_recording_is_sent_at_a_time(relay, tmp_path):
    """Others are tried when one fails: they show that it is the service."""
    one = sk.Limits(concurrent_jobs=1, queue_ahead=0, uploads=1, poll_s=0.05, backoff_s=BACKOFF_S, tries=3)
    relay.spoil = lambda method, path, _body: (503, b"{}") if (method, path) == UPLOAD and relay.asked.count(UPLOAD) > 2 else None
    with under_way(transcribe, tones(tmp_path, 8), tmp_path / "c", one) as run:
        wait_until(lambda: relay.asked.count(UPLOAD) >= 9)
        relay.spoil = lambda *_request: None
        assert set(run.result(PATIENCE_S)["status"]) == {"completed"}


def transcribe(manifest, corpus, limits=NIGHT):
    return sk.collect(sk.submit_batch(manifest, corpus=corpus, limits=limits, progress=False), progress=False)


@pytest.mark.parametrize("number", [0, 11], ids=["the first", "the last"])
@pytest.mark.parametrize("spoilt", [(503, b"{}"), CUT_BEFORE], ids=["503", "cut"])
def test_what_one_recording_meets_ends_only_that_one(relay, tmp_path, number, spoilt):
    """The first is alone until its options have been accepted; the last, when all others are done."""
    relay.spoil = lambda method, path, body: spoilt if (method, path) == UPLOAD and mark(number) in body else None
    jobs = transcribe(tones(tmp_path, 12), tmp_path / "c")
    assert jobs["status"].tolist() == ["error" if at == number else "completed" for at in range(12)]
    assert jobs["error_kind"][number] == ("network" if spoilt == CUT_BEFORE else "server_error")
    assert "sk.retry" in jobs["error"][number]
    relay.spoil = lambda *_request: None
    sk.retry(sk.open_corpus(tmp_path / "c"))
    assert set(sk.collect(sk.open_corpus(tmp_path / "c"), limits=NIGHT, progress=False)["status"]) == {"completed"}


def test_a_transcript_that_cannot_be_fetched_ends_only_its_recording(relay, tmp_path):
    batch = sk.submit_batch(urls(12), corpus=tmp_path / "c", limits=NIGHT, progress=False)
    name = batch.jobs()["transcript_id"][3]
    relay.spoil = lambda _method, path, _body: (200, b"{") if path.endswith(name) else None
    jobs = sk.collect(batch, progress=False)
    assert jobs["error_kind"].fillna("").tolist() == [""] * 3 + ["not_fetched"] + [""] * 8


@pytest.mark.long
def test_a_single_recording_is_given_up_after_a_share_of_the_patience(relay, tmp_path):
    relay.spoil = lambda method, path, _body: (503, b"{}") if (method, path) == UPLOAD else None
    limits = sk.Limits(poll_s=0.05, backoff_s=0.01, tries=2, patience_s=24.0)
    assert transcribe(tones(tmp_path, 1), tmp_path / "c", limits)["error_kind"].tolist() == ["server_error"]


@pytest.mark.long
def test_when_the_patience_is_over_everything_stays_as_it_was(relay, tmp_path, capsys):
    batch = sk.submit_batch([*urls(3), *tones(tmp_path, 6)], corpus=tmp_path / "c", limits=FEW, progress=False)
    relay.spoil = lambda method, path, _body: (503, b"{}") if (method, path) == UPLOAD else None
    hasty = sk.Limits(poll_s=0.05, settle_s=0.3, backoff_s=0.05, patience_s=2.0)
    with pytest.raises(ServiceStoppedError, match=r"the service answers 503 since .*nothing is sent twice") as caught:
        sk.collect(batch, limits=hasty)
    assert caught.value.kind == "server_error"
    assert "the service answers 503 since" in capsys.readouterr().err
    assert batch.counts()["error"] == 0
    assert batch.counts()["planned"] == 6
    assert "since" not in repr(batch)
    relay.spoil = lambda *_request: None
    sk.collect(batch, limits=NIGHT, progress=False)
    assert_each_was_done_once(relay.service, batch, 9)


def test_creations_in_doubt_when_the_network_went_are_settled_by_the_list(relay, tmp_path):
    relay.spoil = lambda method, path, _body: CUT if (method, path) == CREATE else None
    with under_way(transcribe, urls(30), tmp_path / "c"):
        wait_until(lambda: relay.asked.count(CREATE) >= 3)
        relay.refuse()
        relay.spoil = lambda *_request: None
        corpus = sk.open_corpus(tmp_path / "c")
        wait_until(is_shown(corpus, "no network since"))
        relay.accept()
    assert_each_was_done_once(relay.service, corpus, 30)
    assert "found in the list" in events_of(corpus)


COLLECTING = """
    import sys
    import scribekit as sk
    from scribekit.api import client
    client.FIRST_CONTACT_S, client.FIRST_TIMEOUT = 60.0, client.TIMEOUT  # a busy machine is no wrong address
    limits = sk.Limits(poll_s=0.05, settle_s=0.3, backoff_s=0.05)  # by the usual tries: those under way when it begins are no others
    sk.collect(sk.submit_batch(sys.argv[2:], corpus=sys.argv[1], limits=limits, progress=False), progress=False)
"""


@pytest.mark.long
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT], ids=["killed", "interrupted"])
def test_ended_in_the_middle_of_an_outage_and_called_again(relay, tmp_path, end):
    relay.spoil = lambda method, path, body: (503, b"{}") if (method, path) in (UPLOAD, CREATE) and len(relay.asked) > 12 else None
    sources = [*tones(tmp_path, 8), *urls(8)]
    command = [sys.executable, "-c", textwrap.dedent(COLLECTING), str(tmp_path / "c"), *sources]
    environment = {**os.environ, "ASSEMBLYAI_API_KEY": relay.service.api_key, "ASSEMBLYAI_BASE_URL": relay.base_url}
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until((tmp_path / "c" / "ledger.sqlite").exists)
            corpus = sk.open_corpus(tmp_path / "c")
            wait_until(is_shown(corpus, "the service answers 503 since"))
            process.send_signal(end)
            assert process.wait(PATIENCE_S) != 0
        finally:
            process.kill()
    assert "since" not in repr(corpus)
    assert corpus.counts()["error"] == 0
    with under_way(subprocess.run, command, env=environment, check=True):
        wait_until(is_shown(corpus, "the service answers 503 since"))
        relay.spoil = lambda *_request: None
    assert_each_was_done_once(relay.service, corpus, 16)


def test_a_run_that_waits_is_stopped_at_once(relay, tmp_path):
    batch = sk.submit_batch(tones(tmp_path, 6), corpus=tmp_path / "c", limits=FEW, progress=False)
    relay.spoil = lambda method, path, _body: (503, b"{}") if (method, path) == UPLOAD else None
    assert background.start(batch, NIGHT)
    wait_until(is_shown(batch, "the service answers 503 since"))
    background.stop(batch.path)
    wait_until(lambda: not background.stop(batch.path))
    assert "since" not in repr(batch)
    assert batch.counts()["error"] == 0
    relay.spoil = lambda *_request: None
    sk.collect(batch, limits=NIGHT, progress=False)
    assert_each_was_done_once(relay.service, batch, 6)


@pytest.mark.long
def test_deleting_waits_for_the_network_too(relay, tmp_path):
    transcribe(urls(12), tmp_path / "c")
    corpus = sk.open_corpus(tmp_path / "c")
    relay.spoil = lambda method, _path, _body: CUT_BEFORE if method == "DELETE" and len(deleted()) > 4 else None

    def deleted():
        return [path for method, path in relay.asked if method == "DELETE"]

    with under_way(sk.purge, corpus, limits=NIGHT, progress=False) as run:
        wait_until(lambda: len(deleted()) > 10)
        relay.spoil = lambda *_request: None
        assert run.result(PATIENCE_S)["status"].tolist() == ["deleted"] * 12
