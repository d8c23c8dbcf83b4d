import dataclasses
import heapq
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.batch.planning.simulation import POLLING, Pipeline, RequestWindow, UploadQueue, simulate, stages

WORK = st.lists(st.floats(0.5, 500.0), min_size=1, max_size=60)
PIPELINES = st.builds(
    Pipeline,
    slots=st.integers(1, 10),
    in_flight=st.integers(1, 15),
    requests=st.integers(5, 200),
    window_s=st.floats(1.0, 100.0),
    poll_s=st.floats(0.1, 10.0),
    request_s=st.floats(0.0, 0.2),
    uploads=st.integers(1, 5),
    bytes_per_s=st.sampled_from([10.0, 1000.0, math.inf]),
)
OPEN = Pipeline(slots=3, in_flight=100, requests=10**9, window_s=1.0, poll_s=0.25, request_s=0.0)


def arrays(work, pipeline, seed):
    longest_first = np.sort(np.array(work))[::-1]
    sizes = np.random.default_rng(seed).integers(0, 3, len(work)) * 500.0
    return longest_first, sizes


@given(WORK, PIPELINES, st.integers(0, 5))
def test_no_batch_is_quicker_than_any_of_its_stages_alone(work, pipeline, seed):
    work_s, sizes = arrays(work, pipeline, seed)
    run = simulate(work_s, sizes, pipeline)
    for stage in stages(work_s, sizes, pipeline, polls=0):
        if stage.name != POLLING:
            assert run.wall_s >= stage.alone_s - 1e-6, stage
    assert (run.stored_s >= work_s + sizes / pipeline.bytes_per_s - 1e-6).all()


@given(WORK, PIPELINES, st.integers(0, 5))
def test_twice_as_slow_in_everything_takes_twice_as_long(work, pipeline, seed):
    work_s, sizes = arrays(work, pipeline, seed)
    slower = dataclasses.replace(
        pipeline,
        window_s=2 * pipeline.window_s,
        poll_s=2 * pipeline.poll_s,
        request_s=2 * pipeline.request_s,
        bytes_per_s=pipeline.bytes_per_s / 2,
    )
    np.testing.assert_array_equal(simulate(2 * work_s, sizes, slower).stored_s, 2 * simulate(work_s, sizes, pipeline).stored_s)


@given(WORK)
def test_where_nothing_is_in_the_way_the_service_takes_jobs_in_order_into_its_slots(work):
    free = [0.0] * OPEN.slots
    ends = []
    for seconds in work:
        ends.append(heapq.heappop(free) + seconds)
        heapq.heappush(free, ends[-1])
    run = simulate(np.array(work), np.zeros(len(work)), OPEN)
    late = run.stored_s - np.array(ends)
    assert (late >= -1e-9).all()
    assert (late <= OPEN.poll_s + 1e-9).all()


@given(st.lists(st.tuples(st.floats(0.0, 5.0), st.integers(1, 7)), min_size=1, max_size=40), st.integers(1, 10))
def test_no_window_ever_holds_more_requests_than_the_account_may_send(bursts, most):
    window = RequestWindow(dataclasses.replace(OPEN, requests=most, window_s=10.0, request_s=0.01))
    ready, sent = 0.0, []
    for pause, count in bursts:
        ready += pause
        sent += [window.take(ready) for _ in range(count)]
    assert sent == sorted(sent)
    assert all(sent[n + most] - sent[n] >= 10.0 - 1e-9 for n in range(len(sent) - most))


@pytest.mark.parametrize(("at_once", "ends_s"), [(1, {0: 10.0, 1: 15.0}), (2, {0: 15.0, 1: 10.0})])
def test_files_that_go_up_together_share_the_bandwidth(at_once, ends_s):
    uploads = UploadQueue(at_once, bytes_per_s=100.0)
    uploads.add(0, 1000.0, ready=0.0)
    uploads.add(1, 500.0, ready=0.0)
    assert {job: at for at, job in uploads.done_by(math.inf)} == pytest.approx(ends_s)


def test_without_a_queue_ahead_places_stay_empty_until_the_next_poll():
    pipeline = Pipeline(slots=2, in_flight=2, requests=10**6, window_s=300.0, poll_s=3.0, request_s=0.0)
    work_s, none = np.full(20, 1.0), np.zeros(20)
    ahead = dataclasses.replace(pipeline, in_flight=20)
    assert simulate(work_s, none, pipeline).wall_s > 2 * simulate(work_s, none, ahead).wall_s
    assert stages(work_s, none, pipeline, polls=10)[0].name == POLLING


def test_nothing_takes_no_time():
    assert simulate(np.zeros(0), np.zeros(0), OPEN).wall_s == 0.0
