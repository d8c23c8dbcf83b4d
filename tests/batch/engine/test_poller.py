import asyncio
import json
import time
from dataclasses import replace

import pytest
from listing import PAGE_SIZE, Service, with_client

from scribekit.api.answers import Fetched, Refused, StatusReport
from scribekit.api.limits import Limits
from scribekit.batch.engine.outages import Contact
from scribekit.batch.engine.poller import Poller
from scribekit.batch.steps import Overdue
from scribekit.corpus.job import Job

URL = "https://host.example/a.mp3"
UPLOAD = "https://cdn.example/upload/1"
MODELS = '{"speech_models":["universal-2"]}'
QUICK = Limits(poll_s=0.02)


@pytest.fixture
def service():
    return Service()


def answers_of(service, *jobs, limits=QUICK):
    """What the poller answers each of the jobs."""

    async def work(client):
        poller = Poller(client, Contact(client, limits), limits)
        polling = asyncio.create_task(poller.run())
        try:
            return await asyncio.gather(*(poller.wait(job) for job in jobs))
        finally:
            polling.cancel()

    return with_client(service, work)


def at_service(name, state="queued", **facts):
    return Job(name, URL, MODELS, 1.0, state=state, transcript_id=name, attempts=1, submitted_at=time.time() - 60, **facts)


def test_the_first_request_finds_the_newest(service):
    service.add_others(3)

    async def ask(client):
        poller = Poller(client, Contact(client, QUICK), QUICK)
        return await poller.first_request(), poller.newest

    assert with_client(service, ask) == (None, "other-2")


def test_the_first_request_says_what_is_wrong(service):
    service.spoilt["page"] = (401, b'{"error": "no"}')
    assert with_client(service, lambda client: Poller(client, Contact(client, QUICK), QUICK).first_request()) == Refused(401, "no")


def test_one_request_answers_for_many_jobs(service):
    names = [f"t{i}" for i in range(150)]
    for name in names:
        service.add(name, "completed")
    assert answers_of(service, *map(at_service, names)) == [StatusReport("completed")] * 150
    assert service.asked == ["page"]


def test_only_a_change_is_news(service):
    service.add("t1", "processing")
    service.add("t2", "error", error="Download error")
    first, second = answers_of(service, at_service("t1"), at_service("t2", "processing"))
    assert first == StatusReport("processing")
    assert second == StatusReport("error", "Download error")


def test_the_list_is_paged_while_it_holds_our_jobs(service):
    names = [f"t{i}" for i in range(PAGE_SIZE * 2 + 50)]
    for name in names:
        service.add(name, "completed")
    assert answers_of(service, *map(at_service, names)) == [StatusReport("completed")] * len(names)
    assert service.asked == ["page"] * 3


def test_jobs_below_hundreds_of_other_clients_jobs_are_asked_for_singly(service):
    service.add("deep-1", "completed", text="one")
    service.add("deep-2", "error", error="Download error")
    service.add_others(3 * PAGE_SIZE)
    one, two = answers_of(service, at_service("deep-1"), at_service("deep-2"))
    assert isinstance(one, Fetched)
    assert json.loads(one.body)["text"] == "one"
    assert two.report == StatusReport("error", "Download error")
    assert service.asked.count("page") == 1


@pytest.mark.long
def test_a_long_recording_below_other_clients_jobs_is_not_asked_for_before_it_can_be_done(service):
    service.add("long", "processing")
    service.add_others(2 * PAGE_SIZE)
    hours = replace(at_service("long", "processing"), submitted_at=time.time(), duration_s=10 * 3600.0)

    async def work(client):
        poller = Poller(client, Contact(client, QUICK), QUICK)
        tasks = [asyncio.create_task(poller.run()), asyncio.create_task(poller.wait(hours))]
        while len(service.asked) < 20:  # noqa: ASYNC110 -- the service sets no event
            await asyncio.sleep(QUICK.poll_s)
        for task in tasks:
            task.cancel()

    with_client(service, work)
    assert set(service.asked) == {"page"}


SPOILT = {
    "unavailable": (503, b"{}"),
    "a proxy's page": (502, b"<html>"),
    "too many": (429, b"{}"),
    "unreadable": (200, b"<html>Welcome"),
    "not allowed": (400, b'{"error": "Listing is switched off for this account"}'),
}


@pytest.mark.parametrize("answer", SPOILT.values(), ids=SPOILT.keys())
def test_a_list_that_cannot_be_had_does_not_keep_a_transcript_from_us(service, answer):
    service.add("t1", "completed")
    service.spoilt["page"] = answer
    (told,) = answers_of(service, at_service("t1"))
    assert isinstance(told, Fetched)


def test_what_stops_every_job_is_told_to_every_job(service):
    service.spoilt["page"] = (401, b'{"error": "Authentication error, API token missing/invalid"}')
    answers = answers_of(service, at_service("t1"), at_service("t2"))
    assert [answer.status for answer in answers] == [401, 401]
    assert service.asked == ["page"]


def test_a_transcript_that_is_gone_is_told_to_its_job_only(service):
    service.add("t2", "completed")
    service.add_others(PAGE_SIZE)
    service.spoilt["t1"] = (400, b'{"error": "Transcript lookup error, transcript id not found"}')
    first, second = answers_of(service, at_service("t1"), at_service("t2"))
    assert isinstance(first, Refused)
    assert isinstance(second, Fetched)


@pytest.mark.parametrize("answer", [None, (503, b"{}")], ids=["listed", "list unavailable"])
def test_a_job_that_takes_too_long_is_given_up(service, answer):
    service.add("t1", "processing")
    service.spoilt["page"] = answer
    late = replace(at_service("t1", "processing"), submitted_at=time.time() - 100)
    assert answers_of(service, late, limits=Limits(poll_s=0.02, job_timeout_s=0.2)) == [Overdue()]


def test_a_poll_that_fails_on_the_next_day_gives_up_nothing(service):
    """As when a machine wakes up before its network does."""

    class Once(dict):
        def get(self, name):
            return self.pop(name, None)

    service.add("t1", "completed")
    service.add("t2", "processing")
    service.spoilt = Once({"page": (503, b"{}"), "t1": (503, b"{}"), "t2": (503, b"{}")})
    yesterday = time.time() - 24 * 3600
    late = [replace(at_service(name, "processing"), submitted_at=yesterday) for name in ("t1", "t2")]
    assert answers_of(service, *late, limits=Limits(poll_s=0.02)) == [StatusReport("completed"), Overdue()]


STAMPS = [("yesterday", "today"), ("2026-01-01T00:00:00Z", "2026-01-01T00:01:00"), ("", "2026-13-45"), (17, None)]


@pytest.mark.parametrize(("created", "completed"), STAMPS)
def test_time_stamps_that_cannot_be_read_do_no_harm(service, created, completed):
    service.add("t1", "completed", created=created, completed=completed)
    (told,) = answers_of(service, at_service("t1"))
    assert told == StatusReport("completed") or isinstance(told, Fetched)


def test_what_share_is_done_is_told_where_the_service_says_it(service):
    said = []

    def take(sentence):
        said.append(sentence)
        if len(said) == 1:
            service.add("t1", "processing", progress=0.9)
        if len(said) == 2:
            service.add("t1", "completed")
            service.add("t2", "completed")

    async def work(client):
        poller = Poller(client, Contact(client, QUICK), QUICK, on_shares=take)
        polling = asyncio.create_task(poller.run())
        await asyncio.gather(*(poller.wait(at_service(name, "processing")) for name in ("t1", "t2")))
        polling.cancel()

    service.add("t1", "processing", progress=0.424)
    service.add("t2", "processing")
    with_client(service, work)
    assert said[:2] == ["42 % of a recording done", "90 % of a recording done"]


def test_it_does_not_poll_when_no_job_waits(service):
    service.add("t1", "completed")

    async def work(client):
        poller = Poller(client, Contact(client, QUICK), QUICK)
        polling = asyncio.create_task(poller.run())
        await poller.wait(at_service("t1"))
        before = len(service.asked)
        await asyncio.sleep(10 * QUICK.poll_s)
        polling.cancel()
        return len(service.asked) - before

    assert with_client(service, work) <= 1


def test_what_was_at_the_service_before_is_polled_at_once(service):
    service.add("t1", "completed")
    assert answers_of(service, at_service("t1"), limits=Limits(poll_s=600)) == [StatusReport("completed")]


@pytest.mark.long
def test_an_outage_does_not_count_as_time_of_a_job(service):
    """For longer than a job may take nothing can be heard of it; then it is still waited for."""
    service.add("t1", "processing")
    away = {"page": (503, b"{}"), "t1": (503, b"{}")}
    limits = Limits(poll_s=0.02, backoff_s=0.02, job_timeout_s=2.0)
    outlooks = []

    async def work(client):
        contact = Contact(client, limits, on_outlook=outlooks.append)
        poller = Poller(client, contact, limits)
        polling = asyncio.create_task(poller.run())
        waiting = asyncio.create_task(poller.wait(replace(at_service("t1"), submitted_at=time.time())))
        service.spoilt = away
        while contact.blind_s < 2 * limits.job_timeout_s:  # noqa: ASYNC110 -- a time, not an event
            await asyncio.sleep(limits.poll_s)
        service.transcripts["t1"]["status"] = "completed"
        service.spoilt = {}
        answer = await waiting
        polling.cancel()
        return answer

    answer = with_client(service, work)
    assert answer == StatusReport("completed") or isinstance(answer, Fetched)
    assert "the service answers 503 since" in outlooks[0]
