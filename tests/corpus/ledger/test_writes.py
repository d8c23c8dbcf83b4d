import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from scribekit.base.errors import LedgerError
from scribekit.corpus.job import Job, PlannedRow
from scribekit.corpus.ledger import BUSY_S, FILE_NAME, VERSION, EditedMeanwhile, Fact, Ledger, Receipt

NOW = 1_000_000.0
UNTIL = NOW + 120


@pytest.fixture
def ledger(tmp_path):
    with Ledger(tmp_path / "corpus", create=True) as opened:
        yield opened


def job(key, duration_s=60.0, **facts):
    return Job(key, f"https://host.example/{key}.mp3", "{}", duration_s, **facts)


def plan(ledger, *jobs, fingerprint="f", manifest=b"parquet"):
    rows = [PlannedRow(f"{one.key}.mp3", one.source, one.key) for one in jobs]
    return ledger.plan_batch(fingerprint, manifest, rows, jobs, host="host.example", at=NOW)


def receipt(payload):
    return Receipt(payload, audio_duration_s=60.0, confidence=0.9, model="universal-2", language="en_us", cost_usd=0.01)


def finish(ledger, batch, payload, key="a"):
    (claimed,) = ledger.claim([batch], "me", UNTIL, NOW, 1)
    done = replace(claimed, state="completed", transcript_id=f"t-{key}")
    return ledger.record("me", [Fact(done, NOW, "completed", "", receipt(payload))])


def fact(claimed, **changes):
    return Fact(replace(claimed, **changes), NOW, "something happened")


# -- plans ------------------------------------------------------------------------------------------------------------


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


def test_what_is_sent_where(ledger):
    batch = plan(ledger, job("a"))
    assert ledger.unfinished_hosts([batch]) == ["host.example"]
    finish(ledger, batch, b"{}")
    assert ledger.unfinished_hosts([batch]) == []


# -- claims -----------------------------------------------------------------------------------------------------------


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


# -- results ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("payload", [b"", b"{}", "Zoë".encode(), os.urandom(5_000_000)], ids=["nothing", "small", "text", "5 MB of noise"])
def test_a_payload_comes_back_byte_for_byte(ledger, payload):
    batch = plan(ledger, job("a"))
    finish(ledger, batch, payload)
    assert list(ledger.payloads([("a.mp3", "a"), ("never.mp3", "unknown")])) == [("a.mp3", payload)]


def test_job_rows_tell_a_recording_as_its_latest_batch_does(ledger):
    first = plan(ledger, job("a"), job("b"))
    finish(ledger, first, b"{}")
    again = [PlannedRow("a.mp3", "moved/a.mp3", "a")]
    second = ledger.plan_batch("g", b"", again, [job("a")], host="h", at=NOW)
    rows = ledger.job_rows([first, second])
    assert [(row["recording_id"], row["source"]) for row in rows] == [
        ("a.mp3", "moved/a.mp3"),
        ("b.mp3", "https://host.example/b.mp3"),
    ]


# -- the file ---------------------------------------------------------------------------------------------------------


def test_a_folder_without_a_ledger_says_which_folder_to_give(tmp_path):
    with pytest.raises(LedgerError, match="passed to submit_batch"):
        Ledger(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_newer_version_is_refused(ledger):
    ledger.close()
    with sqlite3.connect(ledger.folder / FILE_NAME) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(LedgerError, match="Upgrade scribekit"):
        Ledger(ledger.folder)


def test_a_file_in_the_place_of_the_folder_is_explained(tmp_path):
    (tmp_path / "corpus").write_text("notes")
    with pytest.raises(LedgerError, match="Choose another corpus="):
        Ledger(tmp_path / "corpus", create=True)
    assert (tmp_path / "corpus").read_text() == "notes"


def test_a_ledger_that_is_no_ledger_is_explained(tmp_path):
    (tmp_path / FILE_NAME).write_bytes(b"something else entirely, longer than a header " * 30)
    with pytest.raises(LedgerError, match="not a database"):
        Ledger(tmp_path)


AS_NOBODY = """
import os, sys
from pathlib import Path
from scribekit.errors import LedgerError
from scribekit.corpus.ledger import Ledger
os.setuid(65534)
try:
    Ledger(Path(sys.argv[1]), create=True)
except LedgerError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="needs to become a user without rights")
@pytest.mark.parametrize("rights", [0o555, 0o000], ids=["not writable", "closed"])
@pytest.mark.parametrize("filled", [True, False], ids=["corpus", "empty folder"])
def test_a_folder_without_permission_is_explained(rights, filled):
    with tempfile.TemporaryDirectory() as parent:  # pytest's own folders are closed to others
        Path(parent).chmod(0o755)
        folder = Path(parent) / "corpus"
        folder.mkdir()
        if filled:
            Ledger(folder, create=True).close()
        folder.chmod(rights)
        said = subprocess.run([sys.executable, "-c", AS_NOBODY, str(folder)], capture_output=True, text=True, check=False)
    reason = "not yours to write" if filled and rights else "permissions"
    assert reason in said.stdout, said.stderr


HOLDING = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""


def test_a_ledger_locked_by_another_program_is_explained(tmp_path, monkeypatch):
    monkeypatch.setattr("scribekit.corpus.ledger.BUSY_S", 0.1)
    with Ledger(tmp_path, create=True) as ledger:
        batch = plan(ledger, job("a"))
        command = [sys.executable, "-c", HOLDING, str(tmp_path / FILE_NAME)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
            assert holder.stdout.readline() == "locked\n"
            with pytest.raises(LedgerError, match="locked by another program"):
                ledger.claim([batch], "me", UNTIL, NOW, 1)
            assert ledger.unfinished([batch]) == 1
            holder.stdin.close()
            holder.wait()
        assert len(ledger.claim([batch], "me", UNTIL, NOW, 1)) == 1
    assert BUSY_S >= 5


def limit_size(ledger):
    """No page more than there is: what a full disk says, without a disk of its own."""
    pages = ledger._db.execute("PRAGMA page_count").fetchone()[0]
    ledger._db.execute(f"PRAGMA max_page_count = {pages}")


def test_a_full_disk_loses_nothing_and_the_next_run_goes_on(ledger):
    batch = plan(ledger, job("a"))
    (claimed,) = ledger.claim([batch], "me", UNTIL, NOW, 1)
    ledger.record("me", [fact(claimed, state="processing", transcript_id="t")])
    limit_size(ledger)
    done = Fact(replace(claimed, state="completed", transcript_id="t"), NOW, "completed", "", receipt(os.urandom(1_000_000)))
    with pytest.raises(LedgerError, match="Make room on the disk"):
        ledger.record("me", [done])
    assert ledger.states([batch]) == {"processing": 1}
    with Ledger(ledger.folder) as later:
        later.release("me")
        (again,) = later.claim([batch], "you", UNTIL, NOW, 1)
        assert again.transcript_id == "t"
        assert later.record("you", [done]) == [True]


@pytest.mark.parametrize(("kind", "state"), [("not_fetched", "queued"), ("timed_out", "queued"), ("server_error", "planned")])
def test_what_the_service_has_is_put_back_to_be_fetched_and_not_to_be_paid_for_again(ledger, kind, state):
    batch = plan(ledger, job("a"))
    (claimed,) = ledger.claim([batch], "me", UNTIL, NOW, 1)
    ledger.record("me", [fact(claimed, state="error", transcript_id="t-a", attempts=1, error_kind=kind, error="…")])
    assert ledger.reset_failed([batch], [kind], NOW) == 1
    (again,) = ledger.claim([batch], "me", UNTIL, NOW, 1)
    assert (again.state, again.transcript_id) == ((state, "t-a") if state == "queued" else (state, None))


# -- versions ---------------------------------------------------------------------------------------------------------


def test_a_ledger_of_the_first_version_gets_a_journal_and_loses_nothing(tmp_path):
    folder = tmp_path / "old"
    with Ledger(folder, create=True) as ledger:
        finish(ledger, plan(ledger, job("a")), b"{}")
        with ledger.transaction() as db:
            db.execute("DROP TABLE edits")
            for name in ("jobs_figures", "jobs_marked", "jobs_payer", "recordings_shared", "payloads_figures"):
                db.execute(f"DROP INDEX {name}")
            db.execute("CREATE INDEX jobs_batch ON jobs (batch_id)")
            db.execute("PRAGMA user_version = 1")
    with Ledger(folder) as ledger:
        assert ledger.read("PRAGMA user_version")[0][0] == VERSION
        assert list(ledger.payloads([("a.mp3", "a")])) == [("a.mp3", b"{}")]
        edit = {"at": NOW, "who": "ada", "content": "https://host.example/a.mp3", "transcript_id": "t-a", "action": "note", "detail": "{}"}
        assert ledger.edits.append([edit]) == [1]
        assert ledger.edits.stamps() == {"a": 1}


def test_edits_that_belong_together_are_all_there_or_none(ledger):
    plan(ledger, job("a"))
    good = {"at": NOW, "who": "ada", "content": "https://host.example/a.mp3", "transcript_id": "t", "action": "note", "detail": "{}"}
    with pytest.raises(LedgerError):
        ledger.edits.append([good, good | {"who": None}])
    assert ledger.edits.all() == []
    assert ledger.edits.append([good, good]) == [1, 2]
    assert {row["edit_group"] for row in ledger.edits.all()} == {1}


def test_no_edit_is_written_over_one_that_was_not_read(ledger):
    content = "https://host.example/a.mp3"
    edit = {"at": NOW, "who": "ada", "content": content, "transcript_id": "t", "action": "note", "detail": "{}"}
    assert ledger.edits.append([edit], {content: None}) == [1]
    with pytest.raises(EditedMeanwhile):
        ledger.edits.append([edit], {content: None})
    assert ledger.edits.append([edit], {content: ledger.edits.last(content), "another": None}) == [2]
