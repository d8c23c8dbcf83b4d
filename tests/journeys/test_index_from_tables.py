import random
import sqlite3

import pytest

import scribekit as sk
from scribekit.fulltext import indexed_corpus
from scribekit.fulltext.index import FILE_NAME
from scribekit.tables import selection
from scribekit.tables.store import build, reuse

TALKS = {f"r{number}": [("A", "so we begin"), ("B", f"number {number}")] for number in range(6)} | {"silent": []}


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    """Tables pay from the first recording on, and a part holds two (they are of 60 seconds)."""
    monkeypatch.setattr(selection, "FEW", 0)
    monkeypatch.setattr(build, "PART_AUDIO_S", 120.0)


@pytest.fixture
def read(monkeypatch):
    """How many documents were made from transcripts."""
    names = []
    whole = indexed_corpus.payloads.payloads
    monkeypatch.setattr(
        indexed_corpus.payloads, "payloads", lambda ledger, keys, **options: names.extend(keys) or whole(ledger, keys, **options)
    )
    return names


def content(corpus):
    with sqlite3.connect(corpus.path / FILE_NAME) as db:
        tables = {"documents": "id, name, stamp", "bodies": "id, body", "terms": "rowid, text"}
        return {name: db.execute(f"SELECT {columns} FROM {name} ORDER BY 1").fetchall() for name, columns in tables.items()}


def edit(corpus, chance):
    for name in chance.sample(sorted(TALKS), 3):
        if TALKS[name]:
            sk.review(corpus, name).correct(chance.choice(["well", "", "two words"]), words=chance.randrange(4))


@pytest.mark.parametrize("seed", range(4))
def test_an_index_made_from_tables_is_that_made_from_transcripts(stored, read, seed):
    chance = random.Random(seed)
    corpus = stored(TALKS)
    for _ in range(2):
        sk.build_index(corpus, rebuild=True, progress=False)
        expected = content(corpus)
        sk.build_tables(corpus, progress=False)
        read.clear()
        sk.build_index(corpus, rebuild=True, progress=False)
        assert (content(corpus), read) == (expected, [])
        edit(corpus, chance)


def test_tables_that_do_not_know_of_an_edit_are_no_source_for_it(stored):
    corpus = stored(TALKS)
    sk.build_tables(corpus, progress=False)
    sk.review(corpus, "r1").correct("climate", words=1)
    assert sk.search(corpus, "climate")["recording_id"].tolist() == ["r1"]
    assert "r1" not in set(sk.search(corpus, "we")["recording_id"])
    assert "r1" in set(sk.search(corpus, "we", reviewed=False)["recording_id"])


def test_damaged_tables_cost_nothing_but_time(stored, read):
    corpus = stored(TALKS)
    sk.build_tables(corpus, progress=False)
    first, second, *_ = sorted((corpus.path / "tables" / "words").glob("*.parquet"))
    first.write_bytes(b"no table")
    second.unlink()
    read.clear()
    sk.build_index(corpus, progress=False)
    assert len(read) == 4
    assert len(sk.search(corpus, "begin")) == 6


def test_a_catalogue_that_cannot_be_read_costs_nothing_but_time(stored, read):
    corpus = stored(TALKS)
    (corpus.path / "tables" / "catalogue.sqlite").mkdir(parents=True)
    assert len(sk.search(corpus, "begin")) == 6
    assert len(read) == len(TALKS)


def test_one_recording_of_a_large_part_is_read_from_its_transcript(stored, read, monkeypatch):
    monkeypatch.setattr(build, "PART_AUDIO_S", 3600.0)
    monkeypatch.setattr(reuse, "ONE_IN", 3)
    corpus = stored(TALKS)
    sk.build_index(corpus, progress=False)
    sk.build_tables(corpus, progress=False)
    with sqlite3.connect(corpus.path / FILE_NAME) as db:
        db.execute("UPDATE documents SET stamp = 'earlier' WHERE name = 'r2-1'")
        db.execute("UPDATE covers SET stamp = 'earlier'")
    read.clear()
    assert sk.build_index(corpus, progress=False) == 1
    assert read == [("r2-1", "r2-1")]
