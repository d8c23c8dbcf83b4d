"""A job that never ends, whatever the service says of it: it ends as its own row."""

import pytest
from hostile import COUNT, LIMITS, assert_only_the_victim_failed, changed, of

import scribekit as sk

pytestmark = pytest.mark.long

JOB_S = 12.0
"""Far longer than an honest job takes, also on a busy machine."""


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
