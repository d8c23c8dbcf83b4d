import threading

import pandas as pd
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

import scribekit as sk
from scribekit.corpus.handles import manifest_to_bytes
from scribekit.corpus.job import PlannedRow
from scribekit.corpus.ledger import Ledger
from scribekit.fulltext.indexed_corpus import IndexedCorpus

with_corpora = examples(25)


def test_lines_come_in_manifest_order_also_where_the_index_has_another(stored, tmp_path):
    folder = tmp_path / "one"
    sk.build_index(stored({"b": "x", "c": "x"}, folder=folder), progress=False)
    stored({"b": "x y"}, folder=folder, number=2)
    corpus = sk.open_corpus(folder)
    with IndexedCorpus(corpus) as indexed:
        numbers = list(indexed.recordings.values())
        assert numbers != sorted(numbers)
    assert sk.search(corpus, "x")["recording_id"].tolist() == ["b", "c"]
    assert sk.search(corpus, "x", limit=1)["recording_id"].tolist() == ["b"]


@with_corpora
@given(orders=st.lists(st.lists(st.sampled_from("abcde"), unique=True, min_size=1), min_size=2, max_size=3))
def test_search_and_tables_have_one_order_whatever_was_submitted_again(tmp_path_factory, stored, orders):
    folder = tmp_path_factory.mktemp("corpora") / "corpus"
    for number, names in enumerate(orders, start=1):
        batch = stored(dict.fromkeys(names, f"x {number}"), folder=folder, number=number)
    corpus = sk.open_corpus(folder)
    once = list(dict.fromkeys(name for names in orders for name in names))
    assert sk.search(corpus, "x")["recording_id"].tolist() == sk.to_frame(corpus)["recording_id"].tolist() == once
    assert sk.to_frame(corpus, "words")["text"].tolist() == sk.search(corpus, "x OR 1 OR 2 OR 3")["match"].tolist()
    assert sk.search(batch, "x")["recording_id"].tolist() == sk.to_frame(batch)["recording_id"].tolist()


def test_a_recording_that_was_refused_last_is_neither_searched_nor_in_tables(stored, tmp_path):
    folder = tmp_path / "one"
    stored({"a": "x", "b": "x"}, folder=folder)
    manifest = pd.DataFrame({"recording_id": ["a"], "source": ["gone.mp3"]})
    with Ledger(folder) as ledger:
        row = PlannedRow("a", "gone.mp3", None, "missing", "There is no such file.")
        ledger.plan_batch("f2", manifest_to_bytes(manifest), [row], [], host="host.example", at=2.0)
    corpus = sk.open_corpus(folder)
    assert sk.search(corpus, "x")["recording_id"].tolist() == sk.to_frame(corpus)["recording_id"].tolist() == ["b"]


def test_a_search_sees_one_edition_of_the_index_whatever_others_do(stored, tmp_path):
    folder = tmp_path / "one"
    stored({"a": "x"}, folder=folder)
    with IndexedCorpus(sk.open_corpus(folder)) as indexed:
        other = threading.Thread(target=lambda: sk.build_index(stored({"b": "x"}, folder=folder, number=2), rebuild=False, progress=False))
        other.start()
        other.join()
        assert list(indexed.index.entries()) == ["a-1"]
        assert [indexed.index.text(number) for number in indexed.recordings.values()] == [" x "]
    assert sk.search(sk.open_corpus(folder), "x")["recording_id"].tolist() == ["a", "b"]


def test_what_was_recorded_meanwhile_is_found(stored, tmp_path):
    folder = tmp_path / "one"
    for number in range(1, 4):
        stored({f"r{number}": "x"}, folder=folder, number=number)
        assert len(sk.search(sk.open_corpus(folder), "x")) == number


def test_a_manifest_that_a_condition_spoils_is_whole_the_next_time(stored):
    batch = stored({"a": "x", "b": "x"}, {"year": [1, 2]})

    def spoil(manifest):
        manifest["year"] = 1
        return manifest["year"] == 1

    assert len(sk.search(batch, "x", where=spoil)) == 2
    assert len(sk.search(batch, "x", where={"year": 1})) == 1


def test_the_manifest_is_that_of_the_latest_submission(stored):
    batch = stored({"a": "x"}, {"year": [1]})
    assert sk.search(batch, "x")["year"].tolist() == [1]
    again = pd.DataFrame({"recording_id": ["a"], "source": ["https://host.example/a.mp3"], "year": [2]})
    with Ledger(batch.path) as ledger:
        row = PlannedRow("a", "https://host.example/a.mp3", "a-1")
        assert ledger.plan_batch("f1", manifest_to_bytes(again), [row], [], host="host.example", at=2.0) == batch.number
    assert sk.search(batch, "x")["year"].tolist() == [2]
