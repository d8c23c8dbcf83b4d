import threading
from dataclasses import replace

import pytest
from ledgers import NOW, UNTIL, fact, finish, job, plan, receipt

from scribekit.base.errors import LedgerError
from scribekit.corpus.job import PlannedRow
from scribekit.corpus.ledger import Fact, Ledger


def test_the_same_plan_again_is_the_same_batch(ledger):
    first = plan(ledger, job("a"), job("b"))
    finish(ledger, first, b"{}")
    assert plan(ledger, job("a"), job("b")) == first
    assert ledger.batches() == [first]
    assert ledger.states([first]) == {"completed": 1, "planned": 1}


def test_a_new_plan_leaves_known_jobs_as_they_are(ledger):
    first = plan(ledger, job("a"))
    finish(ledger, first, b"{}")
    second = plan(ledger, job("a"), job("b"), fingerprint="g")
    assert ledger.states([second]) == {"completed": 1, "planned": 1}
    assert ledger.unfinished([first]) == 0


def test_the_same_plan_with_more_columns_keeps_the_latest_manifest(ledger):
    batch = plan(ledger, job("a"), manifest=b"old")
    plan(ledger, job("a"), manifest=b"with a new column")
    assert ledger.manifest(batch) == b"with a new column"


def test_files_that_were_moved_are_sent_from_where_they_lie_now(ledger):
    file = replace(job("a", sha256="ab"), source="/old/a.mp3")
    batch = plan(ledger, file)
    plan(ledger, replace(file, source="/new/a.mp3"))
    assert [row["source"] for row in ledger.job_rows([batch])] == ["/new/a.mp3"]
    assert [one.source for one in ledger.claim([batch], "me", UNTIL, NOW, 1)] == ["/new/a.mp3"]


def test_a_plan_is_recorded_whole_or_not_at_all(ledger):
    rows = [PlannedRow("a", "a", "k"), PlannedRow("b", "b", None)]
    with pytest.raises(LedgerError):
        ledger.plan_batch("f", b"", rows, [job("k"), replace(job("l"), source=None)], host="h", at=NOW)
    assert ledger.batches() == []
    assert ledger.content("k") is None


def test_claims_take_jobs_at_the_service_first_then_the_longest(ledger):
    half_hour, two_hours, unknown = job("half", 1800.0), job("two", 7200.0), job("unknown", None)
    batch = plan(ledger, half_hour, job("sent", 60.0), two_hours, unknown)
    (longest,) = ledger.claim([batch], "me", UNTIL, NOW, 1)
    assert longest.key == "two"
    others = {one.key: one for one in ledger.claim([batch], "me", UNTIL, NOW, 10)}
    ledger.record("me", [fact(others["sent"], state="queued", transcript_id="t")])
    ledger.release("me")
    assert [one.key for one in ledger.claim([batch], "me", UNTIL, NOW, 10)] == ["sent", "two", "unknown", "half"]


def test_claims_are_of_the_asked_batches_and_no_more_than_asked(ledger):
    first, second = plan(ledger, job("a"), job("b"), job("c")), plan(ledger, job("d"), fingerprint="g")
    assert [one.key for one in ledger.claim([second], "me", UNTIL, NOW, 10)] == ["d"]
    assert len(ledger.claim([first, second], "me", UNTIL, NOW, 2)) == 2
    assert ledger.claim([first], "me", UNTIL, NOW, 0) == []
    assert ledger.claim([], "me", UNTIL, NOW, 5) == []


def test_a_claim_brings_the_job_back_as_it_was_recorded(ledger):
    batch = plan(ledger, job("a"))
    (claimed,) = ledger.claim([batch], "me", UNTIL, NOW, 1)
    sent = replace(claimed, state="submitting", intent_at=NOW, bookmark="t0", failures=2)
    assert ledger.record("me", [Fact(sent, NOW)]) == [True]
    ledger.release("me")
    assert ledger.claim([batch], "you", UNTIL, NOW, 1) == [sent]


def test_a_claim_is_free_when_its_time_has_run_out_unless_it_is_renewed(ledger):
    batch = plan(ledger, job("a"))
    ledger.claim([batch], "me", NOW + 10, NOW, 1)
    assert ledger.claim([batch], "you", UNTIL, NOW + 9, 1) == []
    ledger.renew("me", NOW + 20)
    assert ledger.claim([batch], "you", UNTIL, NOW + 11, 1) == []
    assert [one.key for one in ledger.claim([batch], "you", UNTIL, NOW + 21, 1)] == ["a"]
    assert ledger.owners() == ["you"]


def test_two_owners_never_share_a_claim(tmp_path):
    folder, workers, each = tmp_path / "corpus", 4, 50
    with Ledger(folder, create=True) as ledger:
        batch = plan(ledger, *(job(f"{i:03d}") for i in range(workers * each)))
    taken: list[list[str]] = [[] for _ in range(workers)]
    together = threading.Barrier(workers)

    def work(me):
        with Ledger(folder) as ledger:
            together.wait()
            while claimed := ledger.claim([batch], f"owner-{me}", UNTIL, NOW, 3):
                taken[me] += [one.key for one in claimed]

    threads = [threading.Thread(target=work, args=(me,)) for me in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    keys = [key for mine in taken for key in mine]
    assert len(keys) == len(set(keys)) == workers * each


def test_a_fact_of_a_job_that_is_no_longer_ours_is_not_recorded(ledger):
    batch = plan(ledger, job("a"), job("b"))
    ledger.claim([batch], "me", NOW + 1, NOW, 2)
    (theirs,) = ledger.claim([batch], "you", UNTIL, NOW + 2, 1)
    (mine,) = ledger.claim([batch], "me", UNTIL, NOW + 2, 1)
    done = Fact(replace(theirs, state="completed", transcript_id="t"), NOW, "completed", "", receipt(b"{}"))
    assert ledger.record("me", [done, fact(mine, state="submitting")]) == [False, True]
    assert ledger.states([batch]) == {"planned": 1, "submitting": 1}
    assert list(ledger.payloads([("x", theirs.key)])) == []
    assert ledger.known_transcripts(["t"]) == set()


def test_facts_are_recorded_all_or_none(ledger):
    batch = plan(ledger, job("a"), job("b"))
    first, second = ledger.claim([batch], "me", UNTIL, NOW, 2)
    with pytest.raises(LedgerError):
        ledger.record("me", [fact(first, state="submitting"), fact(second, state=None)])
    assert ledger.states([batch]) == {"planned": 2}
    assert ledger.record("me", [fact(first, state="submitting")]) == [True]


def test_a_job_that_has_ended_is_nobodys(ledger):
    batch = plan(ledger, job("a"))
    assert finish(ledger, batch, b"{}") == [True]
    assert ledger.owners() == []
    assert ledger.claim([batch], "me", UNTIL, NOW, 1) == []


def test_every_transcript_of_a_job_stays_known(ledger):
    batch = plan(ledger, job("a"))
    (claimed,) = ledger.claim([batch], "me", UNTIL, NOW, 1)
    for name in ("t1", "t2"):
        ledger.record("me", [fact(claimed, state="queued", transcript_id=name)])
    assert ledger.known_transcripts(["t1", "t2", "foreign"]) == {"t1", "t2"}


@pytest.mark.parametrize(
    ("kind", "state"), [("not_fetched", "queued"), ("timed_out", "queued"), ("in_doubt", "submitting"), ("server_error", "planned")]
)
def test_what_the_service_has_is_put_back_to_be_fetched_and_not_to_be_paid_for_again(ledger, kind, state):
    batch = plan(ledger, job("a"))
    (claimed,) = ledger.claim([batch], "me", UNTIL, NOW, 1)
    ledger.record("me", [fact(claimed, state="error", transcript_id="t-a", attempts=1, error_kind=kind, error="…")])
    assert ledger.reset_failed([batch], [kind], NOW) == 1
    (again,) = ledger.claim([batch], "me", UNTIL, NOW, 1)
    assert (again.state, again.transcript_id) == ((state, "t-a") if state == "queued" else (state, None))


def test_no_claim_lasts_longer_than_a_lease_can(ledger):
    batch = plan(ledger, job("a"), job("b"))
    ledger.claim([batch], "from a clock that was ahead", UNTIL + 86_400, NOW, 1)
    ledger.shorten_leases(UNTIL)
    assert [one.key for one in ledger.claim([batch], "me", UNTIL + 240, NOW, 2)] == ["b"]
    assert [one.key for one in ledger.claim([batch], "me", UNTIL + 240, UNTIL + 1, 2)] == ["a"]


def test_a_job_whose_state_is_damaged_is_never_sent(ledger):
    batch = plan(ledger, job("a"))
    with ledger.transaction() as db:
        db.execute("UPDATE jobs SET state = 'complgted'")
    assert ledger.claim([batch], "me", UNTIL, NOW, 1) == []
    assert len(list(ledger.job_rows([batch]))) == 1
    assert list(ledger.damage.recordings) == ["a.mp3"]
