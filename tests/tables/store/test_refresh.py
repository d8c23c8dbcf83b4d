import contextlib
import shutil

import pytest
from corpora import store
from tabled import SPOKEN, assert_equal_either_way, catalogued, files, talks

import scribekit as sk
from scribekit.tables.store import FOLDER, Catalogue, parquet

pytestmark = pytest.mark.usefixtures("small_parts")


def test_what_is_appended_rewrites_nothing(folder):
    store(folder, talks("a", "b", "c"))
    corpus = sk.open_corpus(folder)
    assert sk.build_tables(corpus, progress=False) == 3
    before = files(folder)
    assert sk.build_tables(corpus, progress=False) == 0
    store(folder, talks("d", "e"), number=2)
    assert sk.build_tables(corpus, progress=False) == 2
    assert files(folder).items() > before.items()


def test_a_batch_builds_its_own_recordings_and_no_more(folder):
    store(folder, talks("a", "b"))
    second = store(folder, talks("c"), number=2)
    assert sk.build_tables(second, progress=False) == 1
    assert sk.scan_frame(second).files


def test_rebuilding_a_batch_leaves_the_tables_of_others(folder):
    first = store(folder, talks("a", "b", "c"))
    assert sk.build_tables(first, progress=False) == 3
    second = store(folder, talks("d", "e"), number=2)
    assert sk.build_tables(second, progress=False) == 2
    corpus = sk.open_corpus(folder)
    before = {part.transcripts[0].recording_id: part.files for part in catalogued(folder)}
    assert sk.build_tables(second, rebuild=True, progress=False) == 2
    after = {part.transcripts[0].recording_id: part.files for part in catalogued(folder)}
    assert [name for name in after if after[name] == before[name]] == ["a", "c"]
    assert sk.build_tables(first, progress=False) == 0
    assert_equal_either_way(corpus, SPOKEN)


def test_rebuilding_starts_from_nothing(folder):
    corpus = store(folder, talks("a", "b"))
    assert [sk.build_tables(corpus, rebuild=rebuild, progress=False) for rebuild in (False, True, False)] == [2, 2, 0]


@pytest.mark.long
def test_edits_show_in_the_tables_and_leave_what_was_received(folder):
    store(folder, {name: [("A", "one two three."), ("B", "four")] for name in "abcde"})
    corpus = sk.open_corpus(folder)
    sk.build_tables(corpus, progress=False)
    before = files(folder)
    review = sk.review(corpus, "c", who="ada").rename("A", "Ada").correct("2", words=1)
    for reviewed in (True, False):
        assert_equal_either_way(corpus, reviewed=reviewed)
    assert sk.to_frame(corpus, "words", where={"recording_id": "c"})["text"].tolist() == ["one", "2", "three.", "four"]
    assert sk.to_frame(corpus, "words", where={"edited": True})["recording_id"].unique().tolist() == ["c"]
    assert not sk.to_frame(corpus, "words", reviewed=False)["edited"].any()
    assert len(files(folder)) == len(before) + 1
    sk.review(corpus, "d").correct("IV", utterance=1)
    review.undo()
    assert_equal_either_way(corpus)
    assert sk.to_frame(corpus, "words", where={"speaker": "Ada"}).shape[0] == 3
    assert files(folder).items() >= before.items()


def test_the_folder_can_be_thrown_away(folder):
    corpus = store(folder, talks("a", "b"))
    sk.build_tables(corpus, progress=False)
    shutil.rmtree(folder / FOLDER)
    assert_equal_either_way(corpus, SPOKEN)


@pytest.mark.long
@pytest.mark.parametrize("step", ["write", "replace", "set_reviewed"])
def test_a_crash_between_any_two_steps_leaves_nothing_wrong(folder, monkeypatch, step):
    store(folder, talks(*"abcdefg"))
    corpus = sk.open_corpus(folder)
    sk.build_tables(corpus, progress=False)
    store(folder, {"b": "anew", **talks("x", "y", "z")}, number=2)
    sk.review(corpus, "b").correct("new", words=0)
    home = parquet.Folder if step == "write" else Catalogue
    original, calls = getattr(home, step), []

    def crash(self, *given, **named):
        calls.append(step)
        if len(calls) == crash_at:
            raise KeyboardInterrupt
        return original(self, *given, **named)

    monkeypatch.setattr(home, step, crash)
    for crash_at in range(1, 9):
        calls.clear()
        with contextlib.suppress(KeyboardInterrupt):
            sk.build_tables(corpus, progress=False)
        with monkeypatch.context() as patch:
            patch.setattr(home, step, original)
            assert_equal_either_way(corpus, SPOKEN)
            sk.build_tables(corpus, rebuild=crash_at % 2 == 0, progress=False)
