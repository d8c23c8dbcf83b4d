import heapq
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.batch.planning.comparison import Timeline, peak_at_service, processing_s, read_history


def events(*rows):
    return [{"at": at, "job_key": key, "event": event, "state": state} for at, key, event, state in rows]


@given(st.lists(st.tuples(st.floats(0.0, 20.0), st.floats(0.5, 50.0)), min_size=1, max_size=40), st.integers(1, 6))
def test_the_time_in_a_queue_is_not_taken_for_work(jobs, slots):
    free, now, timelines = [0.0] * slots, 0.0, []
    for pause, seconds in jobs:
        now += pause
        ended = max(now, heapq.heappop(free)) + seconds
        heapq.heappush(free, ended)
        timelines.append(Timeline(accepted=now, ended=ended, stored=ended))
    assert processing_s(timelines, slots) == pytest.approx([seconds for _, seconds in jobs])


def test_a_job_that_was_seen_in_processing_is_timed_from_then_on():
    assert processing_s([Timeline(accepted=0.0, processing=100.0, ended=130.0)], slots=200) == [30.0]


def test_a_job_that_was_never_seen_to_end_is_not_timed():
    assert math.isnan(processing_s([Timeline(accepted=3.0)], slots=2)[0])


def test_the_last_attempt_of_a_job_counts():
    past = read_history(
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
    times = past.timelines["a"]
    assert (times.uploaded, times.accepted, times.ended, times.stored) == (1.0, 6.0, 9.0, 9.5)
    assert math.isnan(times.processing)


def test_a_night_between_two_jobs_is_a_pause():
    day = events((0.0, "a", "accepted", "queued"), (60.0, "a", "completed", "completed"))
    next_day = events((40_000.0, "b", "accepted", "queued"), (40_060.0, "b", "completed", "completed"))
    assert read_history([*day, *next_day]).longest_pause_s == 39_940.0
    assert read_history(day).longest_pause_s == 0.0
    assert read_history([]).longest_pause_s == 0.0


def test_how_many_were_at_the_service_at_once():
    assert (
        peak_at_service([Timeline(accepted=0, ended=5), Timeline(accepted=1, ended=3), Timeline(accepted=3, ended=4), Timeline(accepted=9)])
        == 2
    )
