import pytest

import scribekit as sk
from scribekit.fulltext.indexed_corpus import IndexedCorpus

TALK = {"a": [("A", "the clymate is warm"), ("B", "yes it is")], "b": [("A", "the climate")], "c": [("A", "nothing")]}


@pytest.fixture
def corpus(stored):
    return stored(TALK)


def places(frame):
    return list(zip(frame["recording_id"], frame["word_index"], strict=True))


def test_the_next_search_finds_what_a_person_wrote(corpus):
    assert places(sk.search(corpus, "climate")) == [("b", 1)]
    sk.review(corpus, "a").correct("climate", words=1)
    assert places(sk.search(corpus, "climate")) == [("a", 1), ("b", 1)]
    assert sk.search(corpus, "clymate").empty


def test_the_text_as_received_can_still_be_searched(corpus):
    sk.review(corpus, "a").correct("climate", words=1)
    assert places(sk.search(corpus, "climate", reviewed=False)) == [("b", 1)]
    assert places(sk.search(corpus, "clymate", reviewed=False)) == [("a", 1)]
    assert len(sk.search(corpus, "the", reviewed=False)) == len(sk.search(corpus, "the")) == 2


def test_speakers_are_those_that_people_named(corpus):
    sk.review(corpus, "a").rename("B", "Bea")
    assert places(sk.search(corpus, "yes", speaker="Bea")) == [("a", 4)]
    assert places(sk.search(corpus, "yes", speaker="B", reviewed=False)) == [("a", 4)]
    assert "Bea" in set(sk.keyness(corpus, at_least=1)["group"])
    assert "Bea" not in set(sk.keyness(corpus, at_least=1, reviewed=False)["group"])


def test_only_the_edited_recording_is_indexed_again_and_keeps_its_place(corpus):
    assert sk.build_index(corpus, progress=False) == 3
    sk.review(corpus, "a").correct("climate", words=1)
    assert sk.build_index(corpus, progress=False) == 2  # as it is now, and as it was received
    with IndexedCorpus(corpus) as indexed:
        assert list(indexed.recordings.values()) == sorted(indexed.recordings.values())
    review = sk.review(corpus, "a")
    review.undo()
    assert sk.build_index(corpus, progress=False) == 1
    assert places(sk.search(corpus, "clymate")) == [("a", 1)]


@pytest.mark.parametrize(
    "count",
    [
        lambda corpus, reviewed: sk.ngrams(corpus, 1, at_least=1, reviewed=reviewed)["ngram"].tolist(),
        lambda corpus, reviewed: sk.collocates(corpus, "the", at_least=1, reviewed=reviewed)["word"].tolist(),
        lambda corpus, reviewed: [w for w in ("climate", "clymate") if sk.dispersion(corpus, w, reviewed=reviewed)["frequency"][0] > 0],
    ],
    ids=["ngrams", "collocates", "dispersion"],
)
def test_measures_count_either_text(corpus, count):
    sk.review(corpus, "a").correct("climate", words=1)
    assert "clymate" not in count(corpus, reviewed=True)
    assert "clymate" in count(corpus, reviewed=False)


def test_a_word_taken_out_is_found_no_more(corpus):
    sk.review(corpus, "b").correct("", words=1)
    assert sk.search(corpus, "climate").empty
    assert places(sk.search(corpus, "climate", reviewed=False)) == [("b", 1)]
