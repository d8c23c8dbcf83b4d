import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from ledgers import NOW, UNTIL, fact, finish, job, plan, receipt

from scribekit.base.errors import DamagedFileError, LedgerError
from scribekit.corpus.ledger import BUSY_S, FILE_NAME, VERSION, Fact, Ledger, database


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
    monkeypatch.setattr(database, "BUSY_S", 0.1)
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
    """Allow not one page more: SQLite's error is that of a full disk."""
    pages = ledger.read("PRAGMA page_count")[0][0]
    ledger.read(f"PRAGMA max_page_count = {pages}")


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


def test_a_ledger_of_the_first_version_gets_a_journal_and_loses_nothing(tmp_path):
    folder = tmp_path / "old"
    with Ledger(folder, create=True) as ledger:
        finish(ledger, plan(ledger, job("a")), b"{}")
        with ledger.transaction() as db:
            db.execute("DROP TABLE edits")
            db.execute("DROP TABLE digests")
            db.execute("ALTER TABLE recordings DROP COLUMN crc")
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


@pytest.mark.parametrize("trace", ["tables", "at-work"])
def test_a_ledger_that_is_missing_beside_its_corpus_is_not_made_again(tmp_path, trace):
    (tmp_path / trace).mkdir()
    for create in (True, False):
        with pytest.raises(DamagedFileError, match=rf"is missing, although '{trace}'.*bring it back from a backup"):
            Ledger(tmp_path, create=create)
    assert [path.name for path in tmp_path.iterdir()] == [trace]


def test_an_empty_ledger_is_not_taken_for_a_new_one(tmp_path):
    (tmp_path / FILE_NAME).write_bytes(b"")
    for create in (True, False):
        with pytest.raises(DamagedFileError, match=r"is empty \(0 bytes\)"):
            Ledger(tmp_path, create=create)


def test_a_ledger_whose_version_is_gone_is_damaged(ledger):
    with ledger.transaction() as db:
        db.execute("PRAGMA user_version = 0")
    ledger.close()
    with pytest.raises(DamagedFileError, match=r"sk\.check_corpus\(.*repair=True\)"):
        Ledger(ledger.folder)


@pytest.mark.long
def test_several_processes_that_make_one_ledger_make_it_once(tmp_path):
    make = (
        "import sys; from pathlib import Path; from scribekit.corpus.ledger import Ledger; Ledger(Path(sys.argv[1]), create=True).close()"
    )
    made = [subprocess.Popen([sys.executable, "-c", make, str(tmp_path / "new")]) for _ in range(4)]
    assert [process.wait() for process in made] == [0] * 4
    assert [path.name for path in (tmp_path / "new").iterdir()] == [FILE_NAME]


def test_an_error_of_any_kind_over_a_damaged_ledger_says_that_it_is_damaged(ledger):
    plan(ledger, job("a"))
    with pytest.raises(ZeroDivisionError), Ledger(ledger.folder) as opened:
        1 / 0  # noqa: B018
    with ledger.transaction() as db:
        db.execute("UPDATE jobs SET options = 'no JSON'")
    with pytest.raises(DamagedFileError, match="a job has a state, options or numbers"), Ledger(ledger.folder) as opened:
        json.loads(next(opened.job_rows([1]))["options"])


@pytest.fixture
def umask():
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_a_corpus_is_its_owners_only(tmp_path, umask, mask):
    umask(mask)
    Ledger(tmp_path / "shelf" / "corpus", create=True).close()
    assert mode(tmp_path / "shelf" / "corpus") == 0o700
    assert mode(tmp_path / "shelf") == 0o777 & ~mask


def test_a_umask_that_is_stricter_is_kept(tmp_path, umask):
    umask(0o277)
    with contextlib.suppress(LedgerError):  # root may write all the same
        Ledger(tmp_path / "corpus", create=True).close()
    assert mode(tmp_path / "corpus") == 0o500


@pytest.mark.parametrize("given", [0o755, 0o2770, 0o700])
def test_a_folder_that_the_user_made_keeps_its_mode(tmp_path, given):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus").chmod(given)
    Ledger(tmp_path / "corpus", create=True).close()
    assert mode(tmp_path / "corpus") == given


def mode(path):
    return path.stat().st_mode & 0o7777
