import contextlib
import time
from dataclasses import replace

import pytest
from ledgers import fact, plan

from scribekit.batch.engine import trial_turn
from scribekit.batch.engine.trial_turn import TrialTurn
from scribekit.batch.trials import Trials
from scribekit.corpus.job import ERROR, QUEUED, Job
from scribekit.corpus.ledger import Ledger
from scribekit.corpus.presence import ProcessLock

HOST = "host.example"
OPTIONS = '{"speech_models":["universal-9"]}'
JOBS = [Job(f"k{number}", f"https://{HOST}/{number}.mp3", OPTIONS, 60.0) for number in range(20)]
MODELS = '"speech_models" must be a non-empty list containing one or more of: "universal-2"'


class Process:
    """What the engine of one process has: its claims, its trials and its turn."""

    def __init__(self, folder, exits):
        self.ledger = exits.enter_context(Ledger(folder))
        self.lock = exits.enter_context(contextlib.closing(ProcessLock(folder)))
        self.trials = Trials({OPTIONS: (len(JOBS), False)}, unsent=None)
        self.turn = TrialTurn(self.trials, self.ledger, self.lock, HOST)

    def claim(self, count, lease_s=120.0):
        now = time.time()
        return self.ledger.claim([1], self.lock.owner, now + lease_s, now, count)

    def tries(self, job):
        return self.turn.admit(job)

    def records(self, job, **changes):
        self.ledger.record(self.lock.owner, [fact(job, **changes)])
        self.trials.left(job)
        self.turn.pass_on()


@pytest.fixture
def processes(tmp_path, monkeypatch):
    monkeypatch.setattr(trial_turn, "PAUSE_S", 0.0)
    with contextlib.ExitStack() as exits:
        with Ledger(tmp_path, create=True) as ledger:
            plan(ledger, *JOBS)
        yield Process(tmp_path, exits), Process(tmp_path, exits)


def refusal():
    return {"state": ERROR, "error_kind": "refused_model", "error": f"Name another. The service said: {MODELS}"}


def test_only_one_process_tries_and_the_other_learns_what_it_found(processes):
    first, second = processes
    jobs, others = first.claim(5), second.claim(5)
    assert [first.tries(job) for job in jobs] == [True] * 5
    assert not second.tries(others[0])
    for job in jobs[:3]:
        first.records(job, **refusal())
    assert not second.tries(others[0])  # two are under way still
    assert second.turn.is_due
    for job in jobs[3:]:
        first.records(job, state=QUEUED)
    assert [second.tries(job) for job in others] == [True, True, False, False, False]  # three were refused already
    assert not second.turn.is_due


def test_what_another_process_found_may_be_enough_for_a_stop(processes):
    first, second = processes
    jobs, others = first.claim(5), second.claim(5)
    for job in jobs:
        assert first.tries(job)
    assert not second.tries(others[0])
    for job in jobs:
        first.records(job, **refusal())
    assert not second.tries(others[0])
    stop = second.turn.stop
    assert (stop.options, stop.is_whole, stop.jobs) == (OPTIONS, True, ())
    assert stop.failure.kind == "refused_model"
    assert stop.failure.advice.endswith(f"The service said: {MODELS}")


def test_what_another_process_had_accepted_is_not_tried_again(processes):
    first, second = processes
    (job,), others = first.claim(1), second.claim(10)
    assert first.tries(job)
    assert not second.tries(others[0])
    first.trials.accepted(job)
    first.ledger.record(first.lock.owner, [fact(job, state=QUEUED, submitted_at=time.time())])
    first.turn.pass_on()
    assert all(second.tries(job) for job in others)
    assert first.tries(replace(job, key="other"))


def test_options_without_a_question_need_no_turn(processes):
    first, second = processes
    (job,), (other,) = first.claim(1), second.claim(1)
    assert first.tries(job)
    assert second.tries(replace(other, options="{}"))


def test_the_turn_of_a_process_that_has_ended_is_over(processes):
    first, second = processes
    (job,), (other,) = first.claim(1), second.claim(1)
    assert first.tries(job)
    first.lock.close()
    assert not second.tries(other)  # but its claims are released now
    assert second.tries(other)


def test_the_turn_of_a_process_whose_claims_have_run_out_is_over(processes):
    first, second = processes
    (job,), (other,) = first.claim(1, lease_s=-1.0), second.claim(1)
    assert first.tries(job)
    assert second.tries(other)
