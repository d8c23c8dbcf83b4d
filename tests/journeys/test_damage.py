"""A corpus with damaged files: no error of another library, no word changed in silence, and everything unharmed can be read."""

import contextlib
import os
import socket
import sqlite3
import time

import pytest
from corpora import store
from damage import run
from examples import examples

import scribekit as sk
from scribekit.base.errors import DamagedFileError, DamageWarning
from scribekit.batch.engine import engine
from scribekit.corpus.ledger import FILE_NAME, Ledger

LIMITS = sk.Limits(poll_s=0.05, settle_s=0.3)
DAY_S = 86_400


@pytest.mark.long
@pytest.mark.parametrize("first_seed", [0, 5000])
def test_flipped_bits_and_files_cut_short_are_found_and_cost_nothing_else(tmp_path, first_seed):
    tries = examples(60).max_examples
    counts, wrong = run(tries - tries // 8, tries // 8, tmp_path, first_seed)
    assert wrong == []
    assert set(counts) <= {"ledger", "index", "catalogue", "parts", "peaks"}
    assert counts["ledger"]["warned"] > 0


def harm(folder, recording_id):
    """Flip one bit of a stored transcript."""
    with contextlib.closing(sqlite3.connect(folder / FILE_NAME)) as db, db:
        find = "SELECT job_key, body FROM payloads WHERE job_key = (SELECT job_key FROM recordings WHERE recording_id = ?)"
        key, body = db.execute(find, (recording_id,)).fetchone()
        changed = body[:-1] + bytes([body[-1] ^ 1])
        db.execute("UPDATE payloads SET body = ? WHERE job_key = ?", (changed, key))


def test_a_damaged_transcript_is_fetched_again_and_not_paid_for_again(bench, tmp_path):
    service = bench("--speed", "2000")
    addresses = [f"https://host.example/{name}.mp3?duration=30" for name in "abc"]
    batch = sk.submit_batch(addresses, corpus=tmp_path / "corpus", limits=LIMITS, progress=False)
    before = sk.collect(batch, progress=False)
    name = before["recording_id"][1]
    said = sk.to_frame(batch, "words", where={"recording_id": name})["text"].tolist()
    sk.review(batch, name).correct("corrected", words=0)
    harm(batch.path, name)
    with pytest.warns(DamageWarning, match=r"1 recording cannot be read and is left out.*repair=True\), then sk.collect"):
        words = sk.to_frame(batch, "words")
    assert set(words["recording_id"]) == set(before["recording_id"]) - {name}
    found = sk.check_corpus(batch, repair=True, progress=False)
    assert found.loc[found["state"] == "to be fetched", "recording_id"].tolist() == [name]
    after = sk.collect(batch, limits=LIMITS, progress=False)
    assert after[["status", "transcript_id", "attempts"]].equals(before[["status", "transcript_id", "attempts"]])
    assert service.counters()["jobs_created"] == 3
    assert sk.to_frame(batch, "words", where={"recording_id": name}, reviewed=False)["text"].tolist() == said
    assert sk.to_frame(batch, "words", where={"recording_id": name})["text"][0] == "corrected"
    assert sk.check_corpus(batch, progress=False)["state"].eq("whole").all()


def test_a_damaged_transcript_is_not_deleted_at_the_service(bench, tmp_path):
    bench("--speed", "2000")
    batch = sk.submit_batch([f"https://host.example/{name}.mp3?duration=30" for name in "ab"], corpus=tmp_path / "c", progress=False)
    sk.collect(batch, limits=LIMITS, progress=False)
    name = batch.jobs()["recording_id"][0]
    harm(batch.path, name)
    with pytest.warns(DamageWarning, match="cannot be read"):
        kept = sk.purge(batch, progress=False).set_index("recording_id")["status"]
    assert kept[name] == "damaged here"
    assert kept.drop(name).tolist() == ["deleted"]


@pytest.mark.parametrize("lost", ["empty", "missing"])
def test_a_lost_ledger_is_not_taken_for_a_new_corpus(bench, tmp_path, lost):
    service = bench("--speed", "2000")
    addresses = ["https://host.example/a.mp3?duration=30"]
    folder = tmp_path / "corpus"
    sk.collect(sk.submit_batch(addresses, corpus=folder, limits=LIMITS, progress=False), progress=False)
    if lost == "empty":
        (folder / FILE_NAME).write_bytes(b"")
    else:
        (folder / FILE_NAME).unlink()
    for verb in (lambda: sk.submit_batch(addresses, corpus=folder, progress=False), lambda: sk.open_corpus(folder)):
        with pytest.raises(DamagedFileError, match="bring it back from a backup"):
            verb()
    found = sk.check_corpus(folder, progress=False)
    assert found.loc[found["what"] == "ledger", "state"].tolist() == ["missing"]
    assert service.counters()["jobs_created"] == 1


# -- clocks


@pytest.fixture
def clock(monkeypatch):
    """The wall clock of this process: set its ``offset_s``."""

    class Clock:
        offset_s = 0.0

    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + Clock.offset_s)
    return Clock


@pytest.mark.long
@pytest.mark.parametrize("jump_s", [DAY_S, -DAY_S], ids=["forward", "back"])
@pytest.mark.parametrize("state", ["submitting", "uploaded", "queued"])
def test_a_run_goes_on_after_the_clock_has_jumped(bench, tmp_path, clock, monkeypatch, jump_s, state):
    """Another machine held the claim when the clock was wrong, and has ended; the job was in doubt, uploaded, or at the service."""
    monkeypatch.setattr(engine, "LEASE_S", 1.0)
    bench("--speed", "2000")
    clock.offset_s = -jump_s
    batch = sk.submit_batch(["https://host.example/a.mp3?duration=30"], corpus=tmp_path / "corpus", limits=LIMITS, progress=False)
    now = time.time()
    with Ledger(batch.path) as ledger, ledger.transaction() as db:
        if state != "queued":
            db.execute("UPDATE jobs SET state = ?, transcript_id = NULL, attempts = 0, submitted_at = NULL", (state,))
            db.execute("DELETE FROM attempts")
        times = {"intent": now, "uploaded": now, "lease": now + 120}
        db.execute(
            "UPDATE jobs SET intent_at = :intent, uploaded_at = :uploaded, lease_owner = 'elsewhere-1-ab', lease_until = :lease", times
        )
    clock.offset_s = 0.0
    began = time.monotonic()
    assert sk.collect(batch, limits=LIMITS, progress=False)["status"].tolist() == ["completed"]
    assert time.monotonic() - began < DAY_S / 100


def test_a_run_goes_on_while_the_clock_jumps(bench, tmp_path, clock):
    service = bench("--speed", "300")
    batch = sk.submit_batch(
        [f"https://host.example/{name}.mp3?duration=300" for name in "ab"], corpus=tmp_path / "corpus", limits=LIMITS, progress=False
    )

    def jump(event):
        clock.offset_s = -DAY_S if clock.offset_s >= 0 else 0.0

    assert sk.collect(batch, limits=LIMITS, on_event=jump, progress=False)["status"].tolist() == ["completed"] * 2
    assert service.counters()["jobs_created"] == 2


@pytest.mark.long
def test_a_run_says_for_which_process_it_waits(bench, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(engine, "LEASE_S", 3.0)
    bench("--speed", "2000")
    batch = sk.submit_batch(["https://host.example/a.mp3?duration=30"], corpus=tmp_path / "corpus", limits=LIMITS, progress=False)
    owner = f"another-{socket.gethostname()}-{os.getpid()}-{int(time.time()):09x}0a1b2c3d"
    with Ledger(batch.path) as ledger, ledger.transaction() as db:
        db.execute("UPDATE jobs SET lease_owner = ?, lease_until = ?", (owner, time.time() + DAY_S))
    assert sk.collect(batch, limits=LIMITS, progress=False)["status"].tolist() == ["completed"]
    assert f"waiting for jobs of process {os.getpid()} on 'another-{socket.gethostname()}' (at work since" in caplog.text


def test_damaged_edits_are_named_and_set_aside(tmp_path):
    corpus = store(tmp_path / "corpus", {"a": "one two", "b": "three four"})
    sk.review(corpus, "a", who="ada").correct("1", words=0).correct("2", words=1)
    with contextlib.closing(sqlite3.connect(corpus.path / FILE_NAME)) as db, db:
        db.execute("UPDATE edits SET detail = replace(detail, '2', '9') WHERE edit_id = 2")
    with pytest.warns(DamageWarning, match="'a' .its edits are damaged"):
        assert sk.to_frame(corpus, "words")["text"].tolist() == ["three", "four"]
    assert sk.to_frame(corpus, "words", reviewed=False)["text"].tolist() == ["one", "two", "three", "four"]
    with pytest.warns(DamageWarning, match="its edits are damaged"):
        assert sk.search(corpus, "two OR three")["recording_id"].tolist() == ["b"]
    with pytest.raises(DamagedFileError, match="edits of a recording"):
        sk.review(corpus, "a")
    found = sk.check_corpus(corpus, repair=True, progress=False)
    assert found.loc[found["what"] == "edits", ["recording_id", "state"]].to_numpy().tolist() == [["a", "repaired"]]
    assert sk.to_frame(corpus, "words")["text"].tolist() == ["1", "two", "three", "four"]
    assert len(sk.review(corpus, "a").conflicts) == 1
