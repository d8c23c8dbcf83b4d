import itertools
import os
import random

import pytest
from corpora import store
from tabled import SPOKEN, assert_equal_either_way, catalogued, files, from_payloads, talks

import scribekit as sk
from scribekit.corpus.ledger import Ledger
from scribekit.tables.store import FOLDER, build, maintain, refresh

pytestmark = pytest.mark.usefixtures("small_parts")


@pytest.mark.long
def test_small_parts_become_one_without_reading_a_payload(folder, monkeypatch):
    monkeypatch.setattr(maintain, "PART_AUDIO_S", 1200.0)
    names = [f"r{number}" for number in random.Random(1).sample(range(20), 20)]
    batch = store(folder, talks(*names))
    with Ledger(folder) as ledger:
        whole = refresh.wanted(ledger, [1])
        for one in random.Random(2).sample(whole, 20):
            refresh.bring_up_to_date(folder, ledger, [one], whole, progress=False)
            assert len(catalogued(folder)) <= maintain.MANY
    monkeypatch.setattr(build, "build", None)
    assert_equal_either_way(batch)


@pytest.mark.long
def test_small_batches_share_parts_and_a_large_one_between_them_keeps_the_order(folder, monkeypatch):
    monkeypatch.setattr(maintain, "PART_AUDIO_S", 60.0 * 24)
    monkeypatch.setattr(build, "PART_AUDIO_S", 60.0 * 24)
    numbers = itertools.count(1)

    def stored(count):
        batch = store(folder, talks(*(f"r{next(numbers)}" for _ in range(count))), number=next(numbers))
        sk.build_tables(batch, progress=False)
        return batch

    for _ in range(2 * maintain.MANY):
        stored(1)
    large = stored(8)
    late = [stored(1) for _ in range(3)]
    corpus = sk.open_corpus(folder)
    for scope in (corpus, large, late[0]):
        assert_equal_either_way(scope, SPOKEN)
    assert [len(part.transcripts) for part in catalogued(folder)] == [maintain.MANY, maintain.MANY, 8, 1, 1, 1]
    rows = sk.scan_frame(corpus, "transcripts").to_table()["recording_id"].to_pylist()
    assert rows == corpus.jobs()["recording_id"].tolist()


def test_a_recording_that_was_transcribed_again_leaves_its_part_and_its_older_batch_can_still_be_read(folder):
    first = store(folder, talks("a", "b", "c"))
    corpus = sk.open_corpus(folder)
    sk.build_tables(corpus, progress=False)
    untouched = next(part for part in catalogued(folder) if [one.recording_id for one in part.transcripts] == ["c"])
    store(folder, {"a": [("Z", "something else")]}, number=2)
    assert sk.build_tables(corpus, progress=False) == 1
    assert sorted(one.recording_id for part in catalogued(folder) for one in part.transcripts) == ["a", "b", "c"]
    assert untouched in catalogued(folder)
    assert set(sk.to_frame(corpus, "words", where={"recording_id": "a"})["speaker"]) == {"Z"}
    for scope in (corpus, first):
        assert_equal_either_way(scope)
    assert sk.scan_frame(first).count_rows() == len(from_payloads(first, "words"))


def test_only_recordings_with_new_edits_are_read_again(folder, monkeypatch):
    corpus = store(folder, talks("a", "b", "c", "d"))
    for name in ("a", "b"):
        if len(sk.review(corpus, name).words):
            sk.review(corpus, name).rename(sk.review(corpus, name).speakers[0], "Zoe")
    sk.to_frame(corpus, "words")
    sk.review(corpus, "b").note("hm")
    read = []
    payloads = Ledger.payloads
    monkeypatch.setattr(Ledger, "payloads", lambda self, keys: (read.extend(keys), payloads(self, keys))[1])
    sk.to_frame(corpus, "words")
    assert {name for name, _ in read} == {"b"}


def truncate(path):
    path.write_bytes(path.read_bytes()[:-9])


def scramble(path):
    path.write_bytes(b"x" * path.stat().st_size)


@pytest.mark.parametrize("harm", [truncate, scramble, os.remove], ids=["truncated", "scrambled", "gone"])
def test_a_damaged_part_is_built_again(folder, harm):
    corpus = store(folder, talks(*"abcdefgh"))
    sk.build_tables(corpus, progress=False)
    before = files(folder)
    harm(folder / FOLDER / "words" / next(iter(before)))
    assert_equal_either_way(corpus, SPOKEN)
    assert len(files(folder).items() & before.items()) == len(before) - 1
