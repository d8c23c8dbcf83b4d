import pytest
from corpora import store

import scribekit as sk
from scribekit.base.errors import OptionError
from scribekit.widgets.search.results import Library, Results

TALKS = {"one": [("A", "the old bridge"), ("B", "a bridge is a bridge")], "two": [("A", "no bridge here")], "three": "bridge"}


@pytest.fixture
def corpus(tmp_path):
    return store(tmp_path / "corpus", TALKS, {"kind": ["call", "talk", None], "title": ["First", "two", None]})


def test_a_library_knows_titles_lengths_and_what_can_be_searched(corpus):
    library = Library.read(corpus, None)
    assert library.titles == {"one": "First"}  # a title that only repeats the id is not one
    assert library.lengths_ms == {"one": 60_000, "two": 60_000, "three": 60_000}  # as the service measured them
    assert library.n_transcripts == 3
    assert library.recordings({"kind": ["call", None], "speaker": ["A"]}) == ["one", "three"]
    assert library.recordings({"speaker": ["A"]}) is None
    with pytest.raises(OptionError, match="no column 'king'"):
        Library.read(corpus, ["king"])


def test_results_are_narrowed_without_losing_lines(corpus):
    library = Library.read(corpus, None)
    found = Results.of(("bridge", "time"), sk.search(corpus, "bridge"), library)
    narrowed = found.narrowed({"speaker": ["B"]})
    assert (len(narrowed.shown), len(narrowed.lines)) == (2, 5)
    assert len(narrowed.narrowed({}).shown) == 5
    assert [(strip.recording_id, strip.lines) for strip in narrowed.strips(library)] == [("one", 2)]
    assert len(found.strips(library)) == 3


def test_the_first_page_has_no_counts_yet(corpus):
    lines = sk.search(corpus, "bridge", limit=2)
    first = Results(("bridge", "time"), lines, lines)
    assert (first.is_complete, first.counts({})) == (False, {})
    assert Results.none().shown.empty
