import contextlib
import socket
import sqlite3

import pytest
from corpora import store, write_tone

import scribekit as sk
from scribekit.base import schema
from scribekit.base.errors import DamageWarning, LedgerError
from scribekit.corpus.ledger import FILE_NAME
from scribekit.corpus.presence import ProcessLock
from scribekit.recordings.waveform import Waveform

TALKS = {f"r{number}": [("A", "one two three"), ("B", f"number {number}")] for number in range(25)}


@pytest.fixture
def corpus(tmp_path):
    """A corpus with tables, an index and peaks."""
    made = store(tmp_path / "corpus", TALKS)
    sk.review(made, "r1", who="ada").correct("2", words=1)
    sk.build_tables(made, progress=False)
    sk.build_index(made, progress=False)
    write_tone(tmp_path / "tone.wav", seconds=3)
    for _ in Waveform(tmp_path / "tone.wav", made.path / "peaks").compute():
        pass
    return sk.Corpus(made.path)


def flip(path):
    """Flip a bit of what is in a file; the index has the words as they are."""
    content = bytearray(path.read_bytes())
    place = content.find(b" three ")
    content[place + 1 if place >= 0 else len(content) // 2] ^= 1
    path.write_bytes(content)


def not_whole(found):
    return found[found["state"] != "whole"]


def test_a_whole_corpus_is_whole(corpus):
    found = sk.check_corpus(corpus, progress=False)
    assert list(found) == schema.INTEGRITY.names
    assert found["state"].eq("whole").all()
    assert set(found["what"]) == {"ledger", "transcript", "edits", "manifest", "table", "catalogue", "search index", "peaks"}
    assert found.loc[found["what"] == "transcript", "recording_id"].tolist() == list(TALKS)
    assert found["advice"].isna().all()


def test_it_changes_nothing_unless_it_is_to_repair(corpus):
    flip(corpus.path / "search.sqlite")
    flip(next(corpus.path.glob("peaks/*")))
    before = {path: path.read_bytes() for path in corpus.path.rglob("*") if path.is_file()}
    assert len(not_whole(sk.check_corpus(corpus, progress=False))) == 2
    assert {path: path.read_bytes() for path in corpus.path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("what", "pattern"), [("table", "tables/words/*.parquet"), ("search index", "search.sqlite"), ("peaks", "peaks/*.peaks")]
)
def test_a_damaged_file_is_named_and_made_again(corpus, what, pattern):
    path = min(corpus.path.glob(pattern))
    flip(path)
    found = not_whole(sk.check_corpus(corpus, progress=False))
    assert found[["what", "file", "state"]].to_numpy().tolist() == [[what, path.relative_to(corpus.path).as_posix(), "damaged"]]
    assert found["advice"].tolist() == ["It is made again by itself when it is next needed."]
    assert not_whole(sk.check_corpus(corpus, repair=True, progress=False))["state"].tolist() == ["repaired"]
    assert sk.to_frame(corpus, "words")["recording_id"].nunique() == len(TALKS)
    assert sk.search(corpus, "three")["recording_id"].nunique() == len(TALKS)
    assert sk.check_corpus(corpus, progress=False)["state"].eq("whole").all()


def test_what_an_earlier_version_stored_gets_its_checksum_and_the_check_says_so(corpus):
    with contextlib.closing(sqlite3.connect(corpus.path / FILE_NAME)) as db, db:
        db.execute("DELETE FROM digests")
    advice = [sk.check_corpus(corpus, progress=False).set_index("recording_id")["advice"]["r5"] for _ in range(2)]
    assert "without a checksum" in advice[0]
    assert advice[1] != advice[1]


def test_a_damaged_manifest_costs_its_own_columns_until_it_is_submitted_again(corpus):
    with contextlib.closing(sqlite3.connect(corpus.path / FILE_NAME)) as db, db:
        db.execute("UPDATE batches SET manifest = X'00'")
    assert not_whole(sk.check_corpus(corpus, progress=False))["what"].tolist() == ["manifest"]
    with pytest.warns(DamageWarning, match="Submit the same manifest again"):
        found = sk.to_frame(corpus, "transcripts", with_manifest=True)
    assert found["recording_id"].tolist() == list(TALKS)
    for _ in range(2):
        with pytest.warns(DamageWarning, match="Submit the same manifest again"):
            assert len(sk.search(corpus, "three")) == len(TALKS)


def test_it_does_not_repair_under_a_process_at_work(corpus):
    with contextlib.closing(ProcessLock(corpus.path)), pytest.raises(LedgerError, match=rf"process \d+ on '{socket.gethostname()}'"):
        sk.check_corpus(corpus, repair=True, progress=False)


def test_a_folder_without_a_corpus_is_an_error(tmp_path):
    with pytest.raises(LedgerError, match="There is no corpus"):
        sk.check_corpus(tmp_path)


@pytest.mark.parametrize(
    ("letter", "problem"),
    [(b"g", "the structure of batches is another than was written"), (b"\xe6", "a text in it is not UTF-8")],
)
def test_a_changed_structure_of_the_ledger_is_found_and_made_again(corpus, letter, problem):
    said = sk.search(corpus, "three")
    path = corpus.path / FILE_NAME
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path.write_bytes(path.read_bytes().replace(b"    fingerprint TEXT", b"    " + letter + b"ingerprint TEXT", 1))
    found = not_whole(sk.check_corpus(corpus, progress=False))
    assert found["problem"].tolist() == [problem]
    assert not_whole(sk.check_corpus(corpus, repair=True, progress=False))["state"].eq("repaired").all()
    assert sk.search(corpus, "three").equals(said)
    assert sk.check_corpus(corpus, progress=False)["state"].eq("whole").all()


def test_two_jobs_with_one_number_are_both_kept(corpus):
    """The search index knows recordings by these numbers."""
    said = sk.search(corpus, "three")
    path = corpus.path / FILE_NAME
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'jobs'").fetchone()[0]
        assert db.execute("SELECT rowid FROM jobs WHERE key = 'r11-1'").fetchone()[0] == 12
    content = path.read_bytes()
    start, end = (page - 1) * 4096, page * 4096
    place = content.index(b"r11-1", start, end)
    while content[place] != 12:  # the number of the row stands a few bytes before its first value
        place -= 1
    path.write_bytes(content[:place] + bytes([4]) + content[place + 1 :])
    assert not_whole(sk.check_corpus(corpus, progress=False))["what"].tolist() == ["ledger"]
    sk.check_corpus(corpus, repair=True, progress=False)
    assert sk.search(corpus, "three").sort_values(["recording_id", "start_ms"]).to_numpy().tolist() == (
        said.sort_values(["recording_id", "start_ms"]).to_numpy().tolist()
    )


def test_a_warning_knows_all_recordings_also_those_that_it_does_not_name(tmp_path):
    corpus = store(tmp_path / "without tables", TALKS)
    with contextlib.closing(sqlite3.connect(corpus.path / FILE_NAME)) as db, db:
        db.execute("UPDATE payloads SET body = zeroblob(10) WHERE job_key < 'r20'")
    with pytest.warns(DamageWarning, match=r"'r10'.*and \d more") as told:
        words = sk.to_frame(corpus, "words")
    missing = set(TALKS) - set(words["recording_id"])
    assert len(missing) > 10
    assert set(told[0].message.recordings) == missing


def test_the_last_edit_of_a_recording_cannot_be_lost_in_silence(corpus):
    sk.review(corpus, "r1", who="ada").correct("drei", words=2)
    sk.review(corpus, "r2", who="ada").correct("zwei", words=1)
    with contextlib.closing(sqlite3.connect(corpus.path / FILE_NAME)) as db, db:
        db.execute("DELETE FROM edits WHERE edit_id >= 2")  # the second of r1, and the only one of r2
    with pytest.raises(sk.ScribekitError, match="edits of a recording"):
        sk.review(corpus, "r1")
    found = sk.check_corpus(corpus, repair=True, progress=False)
    edits = found[found["what"] == "edits"].sort_values("recording_id")
    assert edits[["recording_id", "state", "problem"]].to_numpy().tolist() == [
        [name, "repaired", "An edit is missing."] for name in ("r1", "r2")
    ]
    assert sk.review(corpus, "r1").words["text"].tolist()[:3] == ["one", "2", "three"]
    assert not_whole(sk.check_corpus(corpus, progress=False)).empty


def test_a_text_that_is_not_utf_8_is_found_wherever_it_is(corpus):
    path = corpus.path / FILE_NAME
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE edits SET who = CAST(x'41E4' AS TEXT) WHERE edit_id = (SELECT MIN(edit_id) FROM edits)")
    assert not_whole(sk.check_corpus(corpus, progress=False))["problem"].tolist()[0] == "a text in it is not UTF-8"
    assert not_whole(sk.check_corpus(corpus, repair=True, progress=False))["state"].ne("damaged").all()
    assert "damaged" not in sk.check_corpus(corpus, progress=False)["state"].tolist()
