from datetime import timedelta

import pytest
import srt as srt_library
from hypothesis import given
from hypothesis import strategies as st

from scribekit.base import timecode
from scribekit.base.errors import ScribekitError, TimecodeError

milliseconds = st.integers(0, 10**12)


@given(milliseconds)
def test_subtitle_codes_come_back_unchanged(ms):
    assert timecode.parse(timecode.srt(ms)) == ms
    assert timecode.parse(timecode.vtt(ms)) == ms


@given(milliseconds)
def test_codes_in_whole_seconds_lose_only_the_fraction(ms):
    assert timecode.parse(timecode.clock(ms)) == ms - ms % 1000
    assert timecode.parse(timecode.human(ms)) == ms - ms % 1000


@given(milliseconds)
def test_srt_codes_agree_with_the_srt_library(ms):
    assert timecode.srt(ms) == srt_library.timedelta_to_srt_timestamp(timedelta(milliseconds=ms))


@given(st.lists(st.integers(0, 99 * 3_600_000)))
def test_codes_below_a_hundred_hours_sort_as_the_times_do(times):
    assert [timecode.vtt(ms) for ms in sorted(times)] == sorted(timecode.vtt(ms) for ms in times)


def test_hours_grow_beyond_two_digits():
    assert timecode.srt(123 * 3_600_000 + 1) == "123:00:00,001"
    assert timecode.human(123 * 3_600_000) == "123:00:00"


@pytest.mark.parametrize(
    ("text", "ms"),
    [("01:02.345", 62_345), ("1:02", 62_000), (" 0:00:01.5 ", 1_500), ("00:00:00,07", 70), ("100:00:00", 360_000_000)],
)
def test_other_spellings_are_read(text, ms):
    assert timecode.parse(text) == ms


@pytest.mark.parametrize("text", ["", "12", "1:60", "1:99:00", "-0:00:01", "00:00:01,1234", "٠:٠٠:٠١", "0:00:01 --> 0:00:02"])
def test_what_is_not_a_time_code_is_refused_with_the_right_form(text):
    with pytest.raises(TimecodeError, match="h:mm:ss"):
        timecode.parse(text)


@pytest.mark.parametrize("write", [timecode.srt, timecode.vtt, timecode.clock, timecode.human])
def test_negative_times_are_refused(write):
    with pytest.raises(TimecodeError, match="-1 ms"):
        write(-1)
    assert issubclass(TimecodeError, ScribekitError)
