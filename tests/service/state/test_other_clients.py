import time

from scribekit.service.state.other_clients import OtherClients
from scribekit.service.state.store import ListQuery, Store


def listed(running, **params):
    return running.http.get("/v2/transcript", params=params).json()["transcripts"]


def number_in(store):
    return len(store.page(ListQuery(limit=100_000))[0])


def test_they_are_in_the_list_from_the_start_in_every_state_and_not_in_the_counters(start):
    running = start("--other-transcripts", "250", "--slots", "1")
    mine = running.create("http://files.example/mine?duration=36000")["id"]
    page = listed(running, limit=200)
    assert [page[0]["id"], len(page)] == [mine, 200]
    assert {item["status"] for item in page[1:]} == {"queued", "processing", "completed", "error"}
    assert len(listed(running, limit=200, before_id=page[-1]["id"])) == 51
    counters = running.counters()
    assert (counters["jobs_created"], counters["jobs_completed"], counters["billed_s"]) == (1, 0, 0.0)


def test_they_can_be_read_like_any_transcript(start):
    running = start("--other-transcripts", "1")
    (item,) = listed(running)
    assert running.get(item["id"])["status"] == "completed"


def test_they_come_at_a_rate_that_can_be_switched(start):
    running = start("--speed", "1000")
    mine = running.create()["id"]
    running.set_faults(other_transcripts_per_s=2000)
    while any(item["id"] == mine for item in listed(running, limit=200)):
        time.sleep(0.01)
    running.set_faults()
    newest = listed(running, limit=1)
    assert newest == listed(running, limit=1)
    assert newest[0]["id"] != mine


def test_as_many_come_as_the_time_and_the_rate_say():
    store = Store()
    others = OtherClients(store)
    others.catch_up(50.0)
    assert number_in(store) == 0
    others.set_rate(2.5, 100.0)
    counts = []
    for now in (100.0, 100.4, 100.79, 102.0, 102.0):
        others.catch_up(now)
        counts.append(number_in(store))
    assert counts == [0, 1, 1, 5, 5]
    others.set_rate(0.0, 103.0)
    others.catch_up(200.0)
    assert number_in(store) == 7
