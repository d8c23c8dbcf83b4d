import sqlite3
import threading

import pytest

import scribekit as sk
from scribekit.base.errors import DamageWarning, LedgerError
from scribekit.fulltext.index import FILE_NAME, VERSION


def test_only_new_transcripts_are_read(stored, tmp_path):
    folder = tmp_path / "one"
    first = stored({"a": "climate"}, folder=folder)
    assert sk.build_index(first, progress=False) == 1
    assert sk.build_index(first, progress=False) == 0
    stored({"b": "climate", "c": "climate"}, folder=folder, number=2)
    assert sk.build_index(sk.open_corpus(folder), progress=False) == 2
    assert len(sk.search(sk.open_corpus(folder), "climate")) == 3


def test_a_transcript_that_was_made_again_replaces_the_old_one(stored):
    batch = stored({"a": "old words", "b": "other"})
    sk.build_index(batch, progress=False)
    with sqlite3.connect(batch.path / FILE_NAME) as db:
        db.execute("UPDATE documents SET stamp = 'earlier' WHERE name LIKE 'a-%'")
        db.execute("UPDATE covers SET stamp = 'earlier'")
    assert sk.build_index(batch, progress=False) == 1
    assert len(sk.search(batch, "old")) == 1
    with sqlite3.connect(batch.path / FILE_NAME) as db:
        assert [db.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in ("documents", "bodies", "terms")] == [2, 2, 2]


def test_what_is_no_longer_in_the_ledger_is_dropped(stored):
    batch = stored({"a": "climate"})
    sk.build_index(batch, progress=False)
    with sqlite3.connect(batch.path / FILE_NAME) as db:
        db.execute("INSERT INTO documents (name, stamp) VALUES ('gone', 't')")
        db.execute("UPDATE covers SET stamp = 'earlier'")
    assert sk.search(batch, "climate")["recording_id"].tolist() == ["a"]
    with sqlite3.connect(batch.path / FILE_NAME) as db:
        assert db.execute("SELECT COUNT(*) FROM documents").fetchone()[0] == 1


def test_rebuilding_starts_from_nothing(stored):
    batch = stored({"a": "climate", "b": "x"})
    assert sk.build_index(batch, progress=False) == 2
    assert sk.build_index(batch, rebuild=True, progress=False) == 2
    assert len(sk.search(batch, "climate")) == 1


@pytest.mark.parametrize("version", [VERSION + 1, 999])
def test_an_index_of_another_version_is_made_anew(stored, version):
    batch = stored({"a": "climate"})
    sk.build_index(batch, progress=False)
    with sqlite3.connect(batch.path / FILE_NAME) as db:
        db.execute(f"PRAGMA user_version = {version}")
    assert sk.build_index(batch, progress=False) == 1
    assert len(sk.search(batch, "climate")) == 1


def test_a_file_that_is_no_index_is_made_anew(stored):
    batch = stored({"a": "climate"})
    (batch.path / FILE_NAME).write_bytes(b"not a database " * 100)
    assert len(sk.search(batch, "climate")) == 1


def test_an_index_that_cannot_be_made_is_told(stored):
    batch = stored({"a": "climate"})
    (batch.path / FILE_NAME).mkdir()
    with pytest.raises(LedgerError, match=r"search\.sqlite' cannot be used"):
        sk.search(batch, "climate")


def test_several_that_search_at_once_build_one_index(stored):
    batch = stored({f"r{number}": "climate change" for number in range(30)})
    counts, added = [], []

    def look():
        added.append(sk.build_index(batch, progress=False))
        counts.append(len(sk.search(batch, "climate")))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [30] * 4
    assert sum(added) == 30


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE bodies SET body = substr(body, 1, length(body) - 1) || X'00'",
        "UPDATE bodies SET body = 'a text'",
        "DELETE FROM bodies",
        "UPDATE terms_content SET c0 = replace(c0, 'climate', 'climbte')",
        "UPDATE terms_data SET block = substr(block, 1, length(block) - 1) || X'00' WHERE id > 10",
        "DELETE FROM terms_data WHERE id > 10",
        "DELETE FROM terms_idx",
        "DROP TABLE bodies",
        "UPDATE documents SET name = name || 'x'",
    ],
)
def test_whatever_is_damaged_in_it_it_is_built_again_and_nothing_is_missed(stored, harm):
    batch = stored({f"r{number}": f"climate change {number}" for number in range(5)})
    lines = sk.search(batch, "climate")
    words = sk.collocates(batch, "climate", at_least=1)
    with sqlite3.connect(batch.path / FILE_NAME) as db:
        db.execute("PRAGMA writable_schema = ON")
        db.execute(harm)
    db.close()
    assert sk.search(batch, "climate").equals(lines)
    assert sk.collocates(batch, "climate", at_least=1).equals(words)


def test_a_transcript_that_cannot_be_read_is_not_indexed_and_named_by_every_search(stored):
    batch = stored({"a": "climate", "b": "climate"})
    with sqlite3.connect(batch.path / "ledger.sqlite") as db:
        db.execute("UPDATE payloads SET body = X'00' WHERE job_key = 'a-1'")
    db.close()
    for _ in range(2):
        with pytest.warns(DamageWarning, match="'a' .its transcript is damaged"):
            assert sk.search(batch, "climate")["recording_id"].tolist() == ["b"]
