import pytest

from scribekit.batch.engine.histories import REPEAT_FRACTION, History

CLAUSES = [
    ("", "", ""),
    ("processing", "", ""),
    ("processing", "processing", ""),
    ("completed", "completed", ""),
    ("completed", "processing", "had the status 'processing', although the list says 'completed'"),
    ("error", "queued", "had the status 'queued', although the list says 'error'"),
    ("resting", "", "had the status 'resting', which is unknown"),
    ("processing", "resting", "had the status 'resting', which is unknown"),
]


@pytest.mark.parametrize(("listed", "own", "clause"), CLAUSES)
def test_what_is_said_of_a_job_that_does_not_end(listed, own, clause):
    assert History(0.0, listed, own).why_unfinished() == clause


def test_a_status_is_shown_shortened_and_without_signatures():
    assert len(History(0.0, "x" * 10**6).why_unfinished()) < 100
    assert "4f2a" not in History(0.0, "https://a.example/?X-Amz-Signature=4f2a").why_unfinished()


def test_it_is_asked_for_ever_more_rarely():
    history = History(0.0)
    history.asked("processing", 101.0, 100.0, 3.0)
    assert history.not_before == 101.0 + 3.0
    history.asked("processing", 100.0 + 160.0, 100.0, 3.0)
    assert history.not_before == 260.0 + 160.0 / REPEAT_FRACTION
