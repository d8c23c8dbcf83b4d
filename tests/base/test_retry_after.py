import pytest

from scribekit.base.retry_after import retry_after_s

NOON = "Tue, 01 Dec 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("value", "now", "seconds"),
    [
        (None, NOON, None),
        ("2.5", None, 2.5),
        ("-3", None, 0.0),
        ("1e9", None, 100.0),
        ("nan", None, None),
        ("", None, None),
        ("Tue, 01 Dec 2026 12:00:30 GMT", NOON, 30.0),
        ("Tue, 01 Dec 2026 11:00:00 GMT", NOON, 0.0),
        ("Tue, 01 Dec 2026 12:00:30 GMT", None, None),
        ("Tue, 01 Dec 2026 12:00:30", NOON, None),
    ],
)
def test_seconds_and_dates_are_understood_and_nothing_else(value, now, seconds):
    assert retry_after_s(value, now, 100.0) == seconds
