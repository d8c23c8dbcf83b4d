from hypothesis import given
from hypothesis import strategies as st

from scribekit.service.state.rate_window import BusiestWindow, RateWindow


def test_the_budget_comes_back_when_the_window_ends():
    window = RateWindow(limit=2, length_s=10)
    assert [window.retry_after(now) for now in (0.0, 4.0, 4.5, 9.9, 10.0)] == [None, None, 6, 1, None]


@given(st.lists(st.integers(0, 60), min_size=1, max_size=60).map(sorted), st.integers(1, 30))
def test_the_busiest_stretch_is_the_largest_count_over_all_its_beginnings(times, length):
    busiest = BusiestWindow(length)
    for now in times:
        busiest.note(now)
    assert busiest.most == max(sum(begin <= time < begin + length for time in times) for begin in times)


def test_a_burst_across_the_border_of_two_windows_is_seen():
    window, busiest = RateWindow(limit=3, length_s=10), BusiestWindow(10)
    for now in (0.0, 9.0, 9.5, 10.0, 10.5, 11.0):
        assert window.retry_after(now) is None
        busiest.note(now)
    assert busiest.most == 5
