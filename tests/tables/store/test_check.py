import sqlite3

import pytest
from corpora import store
from tabled import SPOKEN, assert_equal_either_way, talks

import scribekit as sk
from scribekit.base.errors import DamageWarning
from scribekit.tables.store import FOLDER
from scribekit.tables.store.check import check_tables, forget_damaged_tables

pytestmark = pytest.mark.usefixtures("small_parts")


@pytest.fixture
def corpus(folder):
    store(folder, talks(*"abcdef"))
    corpus = sk.open_corpus(folder)
    sk.build_tables(corpus, progress=False)
    return corpus


def test_whole_tables_are_whole_and_none_are_nothing(corpus, tmp_path):
    found = check_tables(corpus.path)
    assert "tables/catalogue.sqlite" in found
    assert set(found.values()) == {None}
    assert check_tables(tmp_path) == {}


@pytest.mark.long
def test_one_flipped_bit_in_any_file_is_found_and_the_part_built_again(corpus):
    for level in SPOKEN:
        path = corpus.path / next(file for file in check_tables(corpus.path) if f"/{level}/" in file)
        content = path.read_bytes()
        path.write_bytes(content[:-20] + bytes([content[-20] ^ 4]) + content[-19:])
        found = check_tables(corpus.path)
        assert [file for file, problem in found.items() if problem] == [path.relative_to(corpus.path).as_posix()]
        assert_equal_either_way(corpus, SPOKEN)
        forget_damaged_tables(corpus.path)
        assert_equal_either_way(corpus, SPOKEN)
        assert set(check_tables(corpus.path).values()) == {None}


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE files SET level = 'wordz' WHERE level = 'words'",
        "UPDATE files SET part = part + 40",
        "UPDATE files SET edition = 'x'",
        "UPDATE holdings SET part = part + 40",
        "UPDATE holdings SET recording_id = recording_id || 'x'",
        "DELETE FROM holdings WHERE part = 1",
        "DELETE FROM parts",
        "UPDATE parts SET stamps = '{'",
        "UPDATE parts SET digest = NULL",
    ],
)
def test_a_catalogue_with_other_values_is_made_again(corpus, sql):
    with sqlite3.connect(corpus.path / FOLDER / "catalogue.sqlite") as db:
        db.execute(sql)
    db.close()
    if "DELETE FROM parts" not in sql or check_tables(corpus.path) != {}:
        assert check_tables(corpus.path)["tables/catalogue.sqlite"]
    assert_equal_either_way(corpus, SPOKEN)
    assert sk.scan_frame(corpus, "words").count_rows() == len(sk.to_frame(corpus, "words"))


@pytest.mark.parametrize("reviewed", [True, False])
def test_a_recording_whose_transcript_is_damaged_is_left_out_of_the_tables_and_named(folder, reviewed):
    store(folder, {name: [("A", "one two")] for name in "abc"})
    corpus = sk.open_corpus(folder)
    sk.review(corpus, "c").correct("2", words=1)
    with sqlite3.connect(folder / "ledger.sqlite") as db:
        db.execute("UPDATE payloads SET body = X'00' WHERE job_key = 'a-1'")
    db.close()
    for _ in range(2):
        with pytest.warns(DamageWarning, match="'a'"):
            assert sk.to_frame(corpus, "words", reviewed=reviewed)["recording_id"].unique().tolist() == ["b", "c"]


def test_an_edit_of_a_recording_whose_transcript_is_damaged_leaves_the_others_as_they_are(folder):
    store(folder, {name: [("A", "one two")] for name in "abc"})
    corpus = sk.open_corpus(folder)
    sk.build_tables(corpus, progress=False)
    for name in "ab":
        sk.review(corpus, name).correct("2", words=1)
    with sqlite3.connect(folder / "ledger.sqlite") as db:
        db.execute("UPDATE payloads SET body = X'00' WHERE job_key = 'a-1'")
    db.close()
    for _ in range(2):
        with pytest.warns(DamageWarning, match="'a'"):
            words = sk.to_frame(corpus, "words")
        assert words["text"].tolist() == ["one", "2", "one", "two"]
    assert sk.to_frame(corpus, "words", reviewed=False)["text"].tolist() == ["one", "two"] * 3  # their tables were made before
