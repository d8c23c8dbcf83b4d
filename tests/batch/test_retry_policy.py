import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.api.answers import NoAnswer, Refused
from scribekit.api.limits import Limits
from scribekit.batch.retry_policy import (
    BACKOFF_MOST,
    BARE_429,
    LOOK_MOST,
    backoff_s,
    failure_of,
    look_pause_s,
    pause_s,
    rate_limit_pause_s,
    retry_pause_s,
    tries,
)

LIMITS = Limits(backoff_s=1.0, tries=7)


@given(failures=st.integers(1, 50), jitter=st.floats(0, 1))
def test_back_off_is_bounded_and_never_negative(failures, jitter):
    assert 0 <= backoff_s(failures, jitter) <= BACKOFF_MOST


@given(looks=st.integers(0, 10_000), jitter=st.floats(0, 1))
def test_looks_are_seconds_to_minutes_apart(looks, jitter):
    assert 1.0 <= look_pause_s(looks, LIMITS, jitter) <= LOOK_MOST


@pytest.mark.parametrize(
    ("answer", "kind", "times"), [(NoAnswer(sent=True), "network", 7), (Refused(503), "server_error", 7), (Refused(418, "?"), "unknown", 2)]
)
def test_what_passes_is_tried_more_often_than_what_nobody_knows(answer, kind, times):
    failure = failure_of(answer)
    assert (failure.kind, tries(failure, LIMITS)) == (kind, times)


def test_the_pause_that_the_service_names_is_kept():
    assert rate_limit_pause_s(Refused(429, retry_after_s=12.5), LIMITS, 1.0) == 12.5
    assert rate_limit_pause_s(Refused(429), LIMITS, 1.0) == pause_s(BARE_429, LIMITS, 1.0) == 8.0


def test_a_403_of_an_unknown_sentence_is_repeated_late():
    assert retry_pause_s(Refused(403, "?"), 1, LIMITS, 0.0) == 4.0
    assert retry_pause_s(Refused(503), 1, LIMITS, 1.0) == 1.0
