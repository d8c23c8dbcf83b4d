import pytest
from corpora import store
from tabled import SPOKEN, assert_equal_either_way, talks

import scribekit as sk
from scribekit.tables.store import FOLDER, Catalogue, File, StoredTranscript, refresh

pytestmark = pytest.mark.usefixtures("small_parts")


def test_tables_of_other_columns_or_rules_are_built_again(folder, monkeypatch):
    corpus = store(folder, talks("a", "b"))
    assert sk.build_tables(corpus, progress=False) == 2
    monkeypatch.setattr(refresh, "FINGERPRINT", "another")
    assert sk.build_tables(corpus, progress=False) == 2
    assert sk.build_tables(corpus, progress=False) == 0
    assert_equal_either_way(corpus, SPOKEN)


@pytest.mark.parametrize(
    "harmed",
    [lambda whole: b"no database at all, not at all", lambda whole: b"", lambda whole: whole[:4096] + b"x" * (len(whole) - 4096)],
    ids=["scrambled", "empty", "scrambled behind its head"],
)
def test_a_damaged_catalogue_is_built_again(folder, harmed):
    corpus = store(folder, talks(*"abcde"))
    sk.build_tables(corpus, progress=False)
    catalogue, *others = sorted((folder / FOLDER).glob("catalogue.sqlite*"))
    for path in others:
        path.unlink()
    catalogue.write_bytes(harmed(catalogue.read_bytes()))
    assert sk.build_tables(corpus, progress=False) == 5
    assert_equal_either_way(corpus, SPOKEN)


def transcript(name):
    return StoredTranscript(name, f"{name}-1", f"t-{name}")


@pytest.fixture
def catalogue(tmp_path):
    with Catalogue(tmp_path, "fingerprint") as opened:
        yield opened


def test_a_part_comes_back_as_it_was_recorded(catalogue):
    held, words = [transcript("b"), transcript("a")], File("words", "words/1.parquet", 7, "ab")
    assert catalogue.replace([], held, [words], audio_s=120.0)
    (part,) = catalogue.parts().values()
    assert (part.transcripts, part.audio_s, part.edition(reviewed=True)) == (held, 120.0, {"words": words})
    assert (catalogue.count(), catalogue.present(["a", "x"]), catalogue.names()) == (2, {"a"}, {"words/1.parquet"})


def test_a_part_is_replaced_only_by_the_quickest_process(catalogue):
    catalogue.replace([], [transcript("a")])
    (number,) = catalogue.parts()
    assert not catalogue.replace([], [transcript("a")])  # it is in a part already
    assert catalogue.replace([number], [transcript("a"), transcript("b")])
    assert not catalogue.replace([number], [transcript("c")])  # the part is gone
    assert catalogue.present(["a", "b", "c"]) == {"a", "b"}


def test_the_reviewed_edition_of_a_part_replaces_the_one_before(catalogue):
    catalogue.replace([], [transcript("a")], [File("words", "words/1.parquet", 7, "ab")])
    (number,) = catalogue.parts()
    for count in (2, 3):
        catalogue.set_reviewed(number, {"a-1": count}, [File("words", f"words/{count}.parquet", 7, "ab")])
    part = catalogue.parts()[number]
    assert (part.stamps, part.edition(reviewed=True)["words"].name) == ({"a-1": 3}, "words/3.parquet")
    assert part.edition(reviewed=False)["words"].name == "words/1.parquet"
    catalogue.set_reviewed(number + 1, {"a-1": 9}, [File("words", "words/9.parquet", 7, "ab")])
    assert catalogue.names() == {"words/1.parquet", "words/3.parquet"}
