from collections import Counter

import pytest

from scribekit.base import contract
from scribekit.service.faults.draws import NO_FAULT, FaultDraws
from scribekit.service.faults.spec import REQUEST_KINDS, Faults

POST = REQUEST_KINDS["create"]


def for_jobs(draws, number, *, has_webhook=False):
    return [draws.for_job(f"audio {n}", f"http://files.example/{n}", has_webhook=has_webhook) for n in range(number)]


def test_the_same_seed_draws_the_same_faults_and_kinds_do_not_disturb_each_other():
    faults = Faults(reset_before=0.2, http_503=0.3, seed=7)
    single, mixed = FaultDraws(faults), FaultDraws(faults)
    first = [single.for_request(POST) for _ in range(50)]
    second = [(mixed.for_request(POST), mixed.for_request("GET /v2/transcript"))[0] for _ in range(50)]
    assert first == second
    assert first != [FaultDraws(Faults(reset_before=0.2, http_503=0.3, seed=8)).for_request(POST) for _ in range(50)]


def test_faults_come_about_as_often_as_asked():
    draws = FaultDraws(Faults(reset_before=0.1, truncate=0.2))
    drawn = Counter(draws.for_request(POST) for _ in range(10_000))
    assert drawn["reset_before"] == pytest.approx(1000, rel=0.15)
    assert drawn["truncate"] == pytest.approx(2000, rel=0.15)
    assert drawn.keys() == {None, "reset_before", "truncate"}


def test_without_faults_no_request_and_no_job_is_hit():
    draws = FaultDraws(Faults(slow_body={"create": 1.0}))
    assert draws.for_request(REQUEST_KINDS["get"]) is None
    assert draws.for_job("a", "http://x.example/a", has_webhook=True) is NO_FAULT


def test_a_job_that_would_both_hang_and_fail_hangs_and_what_is_certain_comes_first():
    draws = FaultDraws(Faults(hang=1.0, fail_once=1.0, job_server_error=1.0, fail_matching={"short": "too_short"}))
    hanging = draws.for_job("a", "http://x.example/a", has_webhook=False)
    assert (hanging.fault, hanging.error) == ("hang", None)
    matching = draws.for_job("b", "http://x.example/short", has_webhook=False)
    assert (matching.fault, matching.error) == ("fail_matching", contract.ERROR_TOO_SHORT)


def test_the_same_seed_gives_jobs_the_same_faults_with_or_without_webhooks():
    faults = Faults(hang=0.1, fail_once=0.2, job_server_error=0.2, webhook_lost=0.3, webhook_delayed=0.3, seed=4)
    with_webhooks = for_jobs(FaultDraws(faults), 200, has_webhook=True)
    assert for_jobs(FaultDraws(faults), 200, has_webhook=True) == with_webhooks
    assert [injected.fault for injected in for_jobs(FaultDraws(faults), 200)] == [injected.fault for injected in with_webhooks]


def test_jobs_and_webhooks_are_hit_about_as_often_as_asked_and_delays_differ():
    faults = Faults(hang=0.1, fail_once=0.2, webhook_delayed=0.5, webhook_delay_s=4.0)
    drawn = for_jobs(FaultDraws(faults), 5000, has_webhook=True)
    counts = Counter(injected.fault for injected in drawn)
    assert counts["hang"] == pytest.approx(500, rel=0.15)
    assert counts["fail_once"] == pytest.approx(900, rel=0.15)
    delays = [injected.webhook_delay_s for injected in drawn if injected.webhook_fault == "webhook_delayed"]
    assert len(delays) == pytest.approx(2500, rel=0.1)
    assert 0 <= min(delays) < 1 < 3 < max(delays) <= 4
    assert {injected.webhook_delay_s for injected in drawn if injected.webhook_fault is None} == {0.0}


def test_a_share_of_all_audio_fails_once_and_never_again():
    draws = FaultDraws(Faults(fail_once=0.5, seed=1))
    first, second = for_jobs(draws, 100), for_jobs(draws, 100)
    assert 30 < sum(injected.fault == "fail_once" for injected in first) < 70
    assert second == [NO_FAULT] * 100
