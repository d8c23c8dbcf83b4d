import datetime as dt
import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.recordings.lengths import column_unit, length_columns, read_length, read_lengths


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("01:00:00", 3600),
        ("1:02:03", 3723),
        ("1:02:03.5", 3723.5),
        ("00:45:10,500", 2710.5),
        ("45:10", 2710),
        ("90:00", 5400),
        ("\u00a05:00 ", 300),
        ("0 days 01:00:00", 3600),
        ("0 days 00:00:01.500000", 1.5),
        ("1 day, 2:03:04", 93784),
        ("PT1H2M3S", 3723),
        ("1h 5min", 3900),
        ("90 s", 90),
        ("1,5 h", 5400),
        ("12", 12),
        ("3600,5", 3600.5),
        ("3600.50", 3600.5),
        ("0,500", 0.5),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1 234,5", 1234.5),
        ("1'234", 1234),
        ("1e3", 1000),
        (3600, 3600),
        (np.int64(7), 7),
        (np.float32(0.5), 0.5),
        (Decimal("1.5"), 1.5),
        (dt.time(1, 2, 3, 500_000), 3723.5),
        (dt.timedelta(minutes=1), 60),
        (np.timedelta64(90, "s"), 90),
        (pd.Timedelta("1h"), 3600),
        (pd.Timestamp(1900, 1, 1, 2, 3).to_pydatetime(), 7380),
        (pd.Timestamp("1899-12-30 00:00:05", tz="UTC"), 5),
        *((cell, None) for cell in (None, math.nan, pd.NA, pd.NaT, "", "  ", "NA", "n/a", "unknown", "-", "?")),
    ],
)
def test_a_length_is_read_as_people_write_it(cell, seconds):
    assert read_length(cell) == seconds


@pytest.mark.parametrize(
    "cell",
    [
        "soon",
        "3,600",
        "1:75",
        "1:61:00",
        "12:5",
        "-5",
        -1,
        math.inf,
        -math.inf,
        True,
        "inf",
        "5 x",
        "5min 1h",
        "1:00 PM",
        b"5",
        [5],
        {},
        object(),
        pd.Timestamp(2026, 1, 1),
        dt.timedelta(seconds=-1),
        "٣",
        "1.2.3",
        "1,2,3",
        "12:00:00:00",
    ],
)
def test_what_may_be_something_else_is_not_a_length(cell):
    with pytest.raises(ValueError, match="is not a length"):
        read_length(cell)


@given(
    st.one_of(
        st.text(max_size=12),
        st.text("0123456789:.,hms -", max_size=12),
        st.floats(),
        st.integers(),
        st.times(),
        st.timedeltas(),
        st.datetimes(),
    )
)
def test_any_cell_is_a_length_unknown_or_refused(cell):
    try:
        seconds = read_length(cell)
    except ValueError:
        return
    assert seconds is None or (seconds >= 0 and math.isfinite(seconds))


@given(st.integers(0, 359_999))
def test_a_clock_time_and_its_seconds_are_the_same(seconds):
    hours, rest = divmod(seconds, 3600)
    clock = f"{hours}:{rest // 60:02d}:{rest % 60:02d}"
    cells = (clock, str(seconds), float(seconds), pd.Timedelta(seconds=seconds), str(pd.Timedelta(seconds=seconds)), f"{seconds},0")
    assert {read_length(cell) for cell in cells} == {float(seconds)}


def test_the_name_of_a_column_says_its_unit():
    units = {"duration_s": 1, "Duration (sec)": 1, "length_ms": 0.001, "duration_minutes": 60, "LENGTH_H": 3600}
    assert {name: column_unit(name) for name in units} == units
    columns = ["length", "lengthy", "wavelength", "duration", 7, None, "duration_s", "length_cm"]
    assert length_columns(columns) == ["duration_s", "duration", "length"]
    assert read_length("1500", 0.001) == 1.5
    assert read_length("1:00", 0.001) == 60


def test_the_first_column_with_a_length_counts_and_an_unreadable_cell_is_named():
    frame = pd.DataFrame({"length": ["9", "soon", "soon", None], "duration_s": [1.0, 2.0, None, None], "duration": ["3", "x", None, "4"]})
    assert read_lengths(frame) == ([1.0, 2.0, None, 4.0], {2: "'soon' (column 'length')"})
