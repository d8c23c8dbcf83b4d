"""A list of jobs that is none, or without end: it costs no job, and nothing is sent twice."""

import pytest
from hostile import COUNT, NESTED, as_bytes, assert_only_the_victim_failed
from spoiler import dripping, head_of, raw

import scribekit as sk

pytestmark = pytest.mark.long


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
