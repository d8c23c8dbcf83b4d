"""Forty recordings, and a service that answers for one of them what no service should: the others complete, and the one says why."""

import json
import os
import subprocess
import sys
import textwrap
import wave

import pytest
import spoiler
from spoiler import VICTIM, Spoiler, dripping, endless, endless_headers, head_of, raw

import scribekit as sk

COUNT = 40
REQUEST_S, JOB_S = 4.0, 12.0
"""Far longer than an honest answer or job takes, also on a busy machine."""
LIMITS = {"poll_s": 0.1, "settle_s": 0.3, "backoff_s": 0.02, "tries": 2, "request_timeout_s": REQUEST_S}


def sources(count=COUNT):
    names = [VICTIM, *(f"{number:04d}" for number in range(1, count))]
    return [f"https://host.example/{name}.mp3?duration={60 + number}" for number, name in enumerate(names)]


@pytest.fixture
def through(bench, tmp_path):
    """Transcribes through a service that spoils its answers; gives the jobs, the proxy and the batch."""
    service = bench("--speed", "2000", "--slots", "50")
    proxies = []

    def run(spoil, recordings=None, **limits):
        proxies.append(Spoiler(service.base_url, spoil).__enter__())
        proxies[0].service = service
        service.disguise = {"base_url": proxies[0].base_url, "host": "service.example", "forgets_jobs": False}
        batch = sk.submit_batch(recordings or sources(), corpus=tmp_path / "c", limits=sk.Limits(**LIMITS | limits), progress=False)
        return sk.collect(batch, progress=False), proxies[0], batch

    yield run
    for proxy in proxies:
        proxy.__exit__()


def of(kind, make):
    """Spoil one kind of answer about the one recording; ``make`` takes the honest answer and the proxy."""
    return lambda request, answer, proxy: make(answer, proxy) if request.kind == kind and request.is_victims else None


def changed(**values):
    return lambda answer, _proxy: {**answer, **values}


def as_bytes(text, **headers):
    return lambda _answer, _proxy: raw(head_of(content_length=len(text), **headers), text)


def cut(answer, _proxy):
    text = json.dumps(answer).encode()
    return raw(head_of(content_type="application/json", content_length=len(text)), text[: len(text) // 2])


def too_short_a_length(answer, _proxy):
    text = json.dumps(answer).encode()
    return raw(head_of(content_type="application/json", content_length=len(text) // 2), text)


def with_duplicates(answer, proxy):
    text = json.dumps(answer).encode()[:-1] + b', "id": ' + json.dumps(proxy.others[0]).encode() + b"}"
    return raw(head_of(content_type="application/json", content_length=len(text)), text)


NESTED = b'{"id": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"

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


def assert_only_the_victim_failed(jobs, kind, why):
    assert jobs["error_kind"][0] == kind
    assert why in jobs["error"][0]
    assert jobs["status"].tolist() == ["error", *["completed"] * (COUNT - 1)]


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


def listed(make):
    """Spoil what the list says of the one recording."""

    def spoil(request, answer, proxy):
        if request.kind == "list":
            return {**answer, "transcripts": [make(item) if item["id"] in proxy.victims else item for item in answer["transcripts"]]}
        return None

    return spoil


def both(one, other):
    def spoil(request, answer, proxy):
        first = one(request, answer, proxy)
        return other(request, answer, proxy) if first is None else first

    return spoil


UNFINISHED = {
    "processing for ever": ("processing", "processing", ""),
    "completed in the list only": ("completed", "processing", "had the status 'processing', although the list says 'completed'"),
    "failed in the list only": ("error", "processing", "had the status 'processing', although the list says 'error'"),
    "an unknown status": ("resting", "resting", "had the status 'resting', which is unknown"),
    "a status of a megabyte": ("x" * 10**6, "x" * 10**6, "which is unknown"),
    "no status": (None, None, "which is unknown"),
}


@pytest.mark.parametrize(("in_list", "own", "why"), UNFINISHED.values(), ids=UNFINISHED.keys())
def test_a_job_that_never_ends_ends_as_its_own_row(through, in_list, own, why):
    spoil = both(listed(lambda item: {**item, "status": in_list}), of("get", changed(status=own)))
    jobs, proxy, batch = through(spoil, job_timeout_s=JOB_S)
    assert_only_the_victim_failed(jobs, "timed_out", why)
    assert "limits.job_timeout_s" in jobs["error"][0]
    assert len(jobs["error"][0]) < 1000
    asked = sum(kind == "get" and target.endswith(tuple(proxy.victims)) for kind, target in proxy.asked)
    assert asked <= JOB_S / LIMITS["poll_s"], "it is asked for ever more rarely"
    assert sk.retry(batch) == 1
    proxy.spoil = lambda *_: None
    assert set(sk.collect(batch, progress=False)["status"]) == {"completed"}
    assert proxy.service.counters()["jobs_created"] == COUNT


LISTS = {
    "itself": lambda answer, proxy: {**answer, "page_details": {**answer["page_details"], "prev_url": proxy.base_url + "/v2/transcript"}},
    "another host": lambda answer, _: {
        **answer,
        "page_details": {**answer["page_details"], "prev_url": "http://127.0.0.1:9/v2/transcript"},
    },
    "others for ever": lambda *_: {
        "transcripts": [{"id": f"other-{number}", "status": "error"} for number in range(3)],
        "page_details": {"limit": 3, "result_count": 3, "prev_url": "older"},
    },
    "empty for ever": lambda answer, _: {"transcripts": [], "page_details": {**answer["page_details"], "prev_url": "older"}},
    "odd items": lambda answer, _: {
        **answer,
        "transcripts": [*answer["transcripts"], None, {"id": 7}, {"id": "../upload", "status": "error"}],
    },
    "odd numbers": lambda answer, _: {**answer, "page_details": {"limit": "many", "result_count": 1e300}},
    "failed": lambda answer, _: {**answer, "transcripts": [{**item, "status": "error"} for item in answer["transcripts"]]},
    "drips": lambda *_: dripping(),
    "not JSON": lambda *_: raw(head_of(content_length=9), b"[not JSON"),
    "nested": as_bytes(NESTED, content_type="application/json"),
}


@pytest.mark.parametrize("make", LISTS.values(), ids=LISTS.keys())
def test_a_list_that_is_not_one_costs_no_job(through, make):
    def spoil(request, answer, proxy):
        lists = sum(kind == "list" for kind, _ in proxy.asked)
        return make(answer, proxy) if request.kind == "list" and lists > 2 else None  # the first of each verb shows what is at the address

    jobs, proxy, _ = through(spoil)
    assert set(jobs["status"]) == {"completed"}
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


def test_a_lost_answer_and_a_list_in_a_circle_leave_the_job_in_doubt(through):
    """Nothing is sent again while it is not known whether the service has the recording."""
    circle = {
        "transcripts": [{"id": f"other-{number}", "status": "completed"} for number in range(3)],
        "page_details": {"limit": 3, "result_count": 3, "prev_url": "older"},
    }

    def spoil(request, answer, proxy):
        if request.kind == "create" and request.is_victims:
            return raw()
        return circle if request.kind == "list" and proxy.victims else None

    jobs, proxy, batch = through(spoil)
    assert_only_the_victim_failed(jobs, "in_doubt", "was a list whose pages repeat")
    assert proxy.service.counters()["jobs_created"] == COUNT
    proxy.spoil = lambda *_: None
    assert sk.retry(batch) == 1
    assert set(sk.collect(batch, progress=False)["status"]) == {"completed"}
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


RUN = """
    import re, sys
    from pathlib import Path
    import scribekit as sk
    corpus, base_url, *sources = sys.argv[1:]
    limits = sk.Limits(poll_s=0.1, settle_s=0.3, backoff_s=0.02, tries=2, request_timeout_s=60)
    jobs = sk.collect(sk.submit_batch(sources, corpus=corpus, limits=limits, progress=False), progress=False)
    print(jobs[["status", "error"]].to_json(orient="values"))
    # Not ru_maxrss: that of the process which started this one counts there too.
    print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024)
"""
BOMBS = [
    ("get", "gzip", "200 OK", "was larger than 64 MB"),
    ("get", "deflate", "200 OK", "was larger than 64 MB"),
    ("get", "br", "200 OK", "was packed in a way that was not asked for"),
    ("get", "zstd", "200 OK", "was packed in a way that was not asked for"),
    ("get", "gzip, gzip", "200 OK", "was packed in a way that was not asked for"),
    ("get", "gzip", "503 Service Unavailable", "server_error"),
    ("get", None, "200 OK", "was larger than 64 MB"),
    ("create", "gzip", "200 OK", None),
    ("list", "gzip", "200 OK", None),
]


@pytest.mark.parametrize(("kind", "packing", "status", "why"), BOMBS, ids=["-".join(map(str, bomb[:3])) for bomb in BOMBS])
def test_no_answer_fills_the_memory(bench, tmp_path, kind, packing, status, why):
    service = bench("--speed", "2000", "--slots", "50")

    def spoil(request, _answer, proxy):
        is_later_list = kind == "list" and sum(asked == "list" for asked, _ in proxy.asked) > 2
        if request.kind != kind or not (request.is_victims or is_later_list):
            return None
        return spoiler.bomb(packing, status) if packing else endless()

    with Spoiler(service.base_url, spoil) as proxy:
        command = [sys.executable, "-c", textwrap.dedent(RUN), str(tmp_path / "c"), proxy.base_url, *sources()]
        own = {**os.environ, "ASSEMBLYAI_API_KEY": service.connection.api_key, "ASSEMBLYAI_BASE_URL": proxy.base_url}
        done = subprocess.run(command, env=own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows, most = map(json.loads, done.stdout.splitlines())
    assert [row[0] for row in rows[1:]] == ["completed"] * (COUNT - 1)
    assert rows[0][0] == ("completed" if why is None else "error")
    assert why is None or why in rows[0][1]
    assert most < 400
