import heapq
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.base.errors import OptionError
from scribekit.batch.planning.history import Trail, most_at_service, read, working_s
from scribekit.batch.planning.job_times import PUBLISHED, JobTimes, learn


def events(*rows):
    return [{"at": at, "job_key": key, "event": event, "state": state} for at, key, event, state in rows]


@given(st.lists(st.tuples(st.floats(0.0, 20.0), st.floats(0.5, 50.0)), min_size=1, max_size=40), st.integers(1, 6))
def test_the_time_in_a_queue_is_not_taken_for_work(jobs, slots):
    free, now, trails = [0.0] * slots, 0.0, []
    for pause, seconds in jobs:
        now += pause
        ended = max(now, heapq.heappop(free)) + seconds
        heapq.heappush(free, ended)
        trails.append(Trail(accepted=now, ended=ended, stored=ended))
    assert working_s(trails, slots) == pytest.approx([seconds for _, seconds in jobs])


def test_a_job_that_was_seen_at_work_is_timed_from_then_on():
    assert working_s([Trail(accepted=0.0, seen_working=100.0, ended=130.0)], slots=200) == [30.0]


def test_what_was_never_seen_to_end_is_not_timed():
    assert math.isnan(working_s([Trail(accepted=3.0)], slots=2)[0])


def test_the_last_attempt_of_a_job_counts():
    past = read(
        events(
            (1.0, "a", "uploaded", "uploaded"),
            (2.0, "a", "accepted", "queued"),
            (3.0, "a", "processing", "processing"),
            (4.0, "a", "service_error: sent again", "submitting"),
            (5.0, None, "rate limited", "submitting"),
            (6.0, "a", "found in the list", "queued"),
            (9.0, "a", "finished at the service", "processing"),
            (9.5, "a", "completed", "completed"),
        )
    )
    assert (past.uploads, past.submissions, past.fetches, past.rate_limited) == (1, 2, 1, 1)
    trail = past.trails["a"]
    assert (trail.uploaded, trail.accepted, trail.ended, trail.stored) == (1.0, 6.0, 9.0, 9.5)
    assert math.isnan(trail.seen_working)


def test_a_night_between_two_jobs_is_a_pause():
    day = events((0.0, "a", "accepted", "queued"), (60.0, "a", "completed", "completed"))
    next_day = events((40_000.0, "b", "accepted", "queued"), (40_060.0, "b", "completed", "completed"))
    assert read([*day, *next_day]).longest_pause_s == 39_940.0
    assert read(day).longest_pause_s == 0.0
    assert read([]).longest_pause_s == 0.0


def test_how_many_were_at_the_service_at_once():
    assert most_at_service([Trail(accepted=0, ended=5), Trail(accepted=1, ended=3), Trail(accepted=3, ended=4), Trail(accepted=9)]) == 2


@given(st.floats(0.0, 60.0), st.floats(1.0, 500.0), st.integers(0, 20))
def test_a_line_is_learned_back(overhead_s, per_hour_s, seed):
    durations = np.random.default_rng(seed).uniform(60.0, 4 * 3600.0, 50)
    learned = learn(durations, JobTimes(overhead_s, per_hour_s).seconds(durations))
    np.testing.assert_allclose(learned.seconds(durations), JobTimes(overhead_s, per_hour_s).seconds(durations), rtol=1e-6)
    assert learned.spread < 1e-6
    assert learned.jobs == 50


@given(st.integers(0, 50))
def test_what_is_learned_is_never_negative(seed):
    chance = np.random.default_rng(seed)
    learned = learn(chance.uniform(60, 7200, 10), chance.uniform(1, 100, 10))
    assert learned.overhead_s >= 0
    assert learned.per_hour_s >= 0


def test_lengths_that_are_all_alike_keep_the_proportion_of_what_was_known():
    learned = learn(np.full(5, 3600.0), np.full(5, 2 * 41.3))
    assert (learned.overhead_s, learned.per_hour_s) == pytest.approx((2 * PUBLISHED.overhead_s, 2 * PUBLISHED.per_hour_s))


def test_short_jobs_do_not_teach_that_length_costs_nothing():
    learned = learn(np.array([20.0, 30.0, 45.0]), np.array([25.0, 20.0, 18.0]))
    assert learned.per_hour_s / learned.overhead_s == pytest.approx(PUBLISHED.per_hour_s / PUBLISHED.overhead_s)


def looked_at(true, durations, slots, looks):
    """What is seen of jobs on a service that is looked at now and then: everything at the next look."""
    free, trails = [0.0] * slots, []
    for number, seconds in enumerate(true.seconds(durations)):
        began = heapq.heappop(free)
        heapq.heappush(free, began + seconds)
        seen, ended = looks[np.searchsorted(looks, [began, began + seconds])]
        trails.append(Trail(accepted=number * 1e-6, seen_working=seen if seen < ended else math.nan, ended=ended, stored=ended))
    return trails


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("longest_s", [0.1, 0.5, 1.0])
def test_late_looks_do_not_make_the_service_seem_quicker(seed, longest_s):
    true = JobTimes(overhead_s=0.075, per_hour_s=1.0)
    durations = np.linspace(7200.0, 600.0, 40)
    looks = np.cumsum(np.random.default_rng(seed).uniform(longest_s / 5, longest_s, 2000))
    learned = learn(durations, np.array(working_s(looked_at(true, durations, 4, looks), 4)))
    assert learned.jobs == 40
    assert learned.seconds(3600.0) == pytest.approx(true.seconds(3600.0), rel=0.15)


def test_two_jobs_teach_nothing():
    assert learn(np.array([60.0, 120.0]), np.array([1.0, 2.0])) is None


@pytest.mark.parametrize("figures", [(-1, 3), (0, 0), (math.nan, 1)])
def test_times_that_cannot_be_are_refused(figures):
    with pytest.raises(OptionError, match="JobTimes"):
        JobTimes(*figures)
