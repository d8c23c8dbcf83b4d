import pytest

from scribekit.api.limits import Limits
from scribekit.base.errors import OptionError


def test_a_quarter_more_than_the_slots_is_in_flight():
    assert Limits(concurrent_jobs=200).in_flight == 250
    assert Limits(concurrent_jobs=200, queue_ahead=0).in_flight == 200


@pytest.mark.parametrize("name", ["concurrent_jobs", "requests_per_window", "window_s", "poll_s", "uploads", "tries"])
@pytest.mark.parametrize("value", [0, -1, float("nan")])
def test_what_cannot_be_a_limit_is_refused_by_name(name, value):
    with pytest.raises(OptionError, match=name):
        Limits(**{name: value})
