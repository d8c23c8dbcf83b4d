import asyncio
from dataclasses import replace

import pytest

from scribekit.base.errors import LedgerError
from scribekit.batch.engine.run import GroupCommit, active_runs, registered
from scribekit.corpus.job import Job, PlannedRow
from scribekit.corpus.ledger import Fact, Ledger

NOW = 1_000_000.0
JOBS = [Job(f"k{i}", f"https://host.example/{i}.mp3", "{}", 60.0) for i in range(5)]


class Counting(Ledger):
    """The real ledger, with a count of its writes."""

    writes = 0

    def record(self, owner, facts):
        self.writes += 1
        return super().record(owner, facts)


@pytest.fixture
def ledger(tmp_path):
    with Counting(tmp_path, create=True) as opened:
        rows = [PlannedRow(job.source, job.source, job.key) for job in JOBS]
        opened.plan_batch("f", b"", rows, JOBS, host="h", at=NOW)
        opened.claim([1], "me", NOW + 120, NOW, len(JOBS))
        yield opened


def sent(job, **changes):
    return Fact(replace(job, state="submitting", **changes), NOW, "sent")


async def outcomes(commits, *facts):
    return await asyncio.gather(*(commits.record(fact) for fact in facts), return_exceptions=True)


def test_facts_of_one_moment_are_one_write(ledger):
    assert asyncio.run(outcomes(GroupCommit(ledger, "me"), *map(sent, JOBS))) == [True] * 5
    assert ledger.writes == 1
    assert ledger.states([1]) == {"submitting": 5}


def test_later_facts_are_written_later(ledger):
    async def one_after_the_other():
        commits = GroupCommit(ledger, "me")
        return [await commits.record(sent(job)) for job in JOBS]

    assert asyncio.run(one_after_the_other()) == [True] * 5
    assert ledger.writes == 5


def test_each_waiter_gets_its_own_answer(ledger):
    ledger.release("me")
    ledger.claim([1], "me", NOW + 120, NOW, 2)
    assert sorted(asyncio.run(outcomes(GroupCommit(ledger, "me"), *map(sent, JOBS)))) == [False, False, False, True, True]


def test_a_failing_write_reaches_every_waiter_and_the_next_write_works(ledger):
    async def both():
        commits = GroupCommit(ledger, "me")
        first = await outcomes(commits, *map(sent, JOBS[:2]), Fact(replace(JOBS[2], state=None), NOW))
        return first, await outcomes(commits, *map(sent, JOBS))

    failed, written = asyncio.run(both())
    assert [type(outcome) for outcome in failed] == [LedgerError] * 3
    assert written == [True] * 5


def test_what_a_cancelled_job_had_to_record_is_recorded(ledger):
    async def cancelled():
        commits = GroupCommit(ledger, "me")
        tasks = [asyncio.create_task(commits.record(sent(job))) for job in JOBS[:2]]
        await asyncio.sleep(0)
        tasks[0].cancel()
        return await asyncio.gather(*tasks, return_exceptions=True)

    gone, kept = asyncio.run(cancelled())
    assert isinstance(gone, asyncio.CancelledError)
    assert kept is True
    assert ledger.states([1]) == {"planned": 3, "submitting": 2}


def test_a_run_can_be_controlled_from_any_thread_while_it_lasts(tmp_path):
    with registered(tmp_path / "c") as one, registered(tmp_path / "other"):
        assert active_runs(tmp_path / "." / "c") == [one]
        one.is_stopped = True
        assert [run.is_stopped for run in active_runs(tmp_path / "c")] == [True]
    assert active_runs(tmp_path / "c") == []
