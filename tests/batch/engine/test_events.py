import asyncio

import pytest

from scribekit.batch.engine.events import EventSink, StepEvents
from scribekit.batch.steps import Action, Step
from scribekit.corpus.job import Job


def test_the_end_of_a_run_waits_for_pending_messages():
    arrived = []

    async def slow(event):
        await asyncio.sleep(0.05)
        arrived.append(event)

    async def run():
        events = EventSink(slow)
        events.emit({"event": "a"})
        assert arrived == []
        await events.finish()

    asyncio.run(run())
    assert arrived == [{"event": "a"}]


@pytest.fixture
def heard():
    return []


@pytest.fixture
def told(heard):
    return StepEvents(EventSink(heard.append), {"one": "first.mp3", "two": "second.mp3"}.get)


def step(key, action, event):
    return Step(Job(key, f"https://host.example/{key}.mp3", "{}", 60.0), action, event=event)


def test_a_step_is_told_at_once_and_a_failure_when_it_is_certain(told, heard):
    told.tell(step("one", Action.FAIL, "failed"), 1.0)
    told.tell(step("two", Action.WAIT, "processing"), 2.0)
    assert [(event["event"], event["recording_id"], event["alert"]) for event in heard] == [("processing", "second.mp3", None)]
    told.announce_failures(lambda job: job.key == "two")
    assert len(heard) == 1
    told.announce_failures(lambda job: job.key == "one")
    assert [(event["event"], event["at"], event["alert"]) for event in heard[1:]] == [("failed", 1.0, "failed")]
    told.announce_failures(lambda _job: True)
    assert len(heard) == 2


def test_failures_that_a_stop_tells_of_have_no_alert_of_their_own(told, heard):
    told.tell(step("one", Action.FAIL, "failed"), 1.0)
    told.replace_by_stop()
    told.announce_failures(lambda _job: True)
    assert [(event["event"], event["alert"]) for event in heard] == [("failed", None)]
