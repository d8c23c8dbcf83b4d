import heapq
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.base.errors import OptionError
from scribekit.batch.planning.comparison import Timeline, processing_s
from scribekit.batch.planning.job_times import PUBLISHED, JobTimes, learn


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


def test_equal_lengths_keep_the_ratio_of_the_known_times():
    learned = learn(np.full(5, 3600.0), np.full(5, 2 * 41.3))
    assert (learned.overhead_s, learned.per_hour_s) == pytest.approx((2 * PUBLISHED.overhead_s, 2 * PUBLISHED.per_hour_s))


def test_short_jobs_do_not_teach_that_length_costs_nothing():
    learned = learn(np.array([20.0, 30.0, 45.0]), np.array([25.0, 20.0, 18.0]))
    assert learned.per_hour_s / learned.overhead_s == pytest.approx(PUBLISHED.per_hour_s / PUBLISHED.overhead_s)


def polled(true, durations, slots, polls):
    """The timelines of jobs at a service that is polled now and then: every change is seen at the next poll."""
    free, timelines = [0.0] * slots, []
    for number, seconds in enumerate(true.seconds(durations)):
        began = heapq.heappop(free)
        heapq.heappush(free, began + seconds)
        seen, ended = polls[np.searchsorted(polls, [began, began + seconds])]
        timelines.append(Timeline(accepted=number * 1e-6, processing=seen if seen < ended else math.nan, ended=ended, stored=ended))
    return timelines


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("longest_s", [0.1, 0.5, 1.0])
def test_late_polls_do_not_make_the_service_seem_quicker(seed, longest_s):
    true = JobTimes(overhead_s=0.075, per_hour_s=1.0)
    durations = np.linspace(7200.0, 600.0, 40)
    polls = np.cumsum(np.random.default_rng(seed).uniform(longest_s / 5, longest_s, 2000))
    learned = learn(durations, np.array(processing_s(polled(true, durations, 4, polls), 4)))
    assert learned.jobs == 40
    assert learned.seconds(3600.0) == pytest.approx(true.seconds(3600.0), rel=0.15)


def test_two_jobs_teach_nothing():
    assert learn(np.array([60.0, 120.0]), np.array([1.0, 2.0])) is None


@pytest.mark.parametrize("figures", [(-1, 3), (0, 0), (math.nan, 1)])
def test_times_that_cannot_be_are_refused(figures):
    with pytest.raises(OptionError, match="JobTimes"):
        JobTimes(*figures)
