import io
import threading
import wave

import pandas as pd
import pytest
from corpora import store
from patience import PATIENCE_S

import scribekit as sk
from scribekit.base.errors import OptionError, ScribekitError
from scribekit.widgets.search import widget as module

TALKS = {
    "one": [("A", "the old bridge was closed"), ("B", "a bridge is a bridge")],
    "two": [("A", "no bridge here"), ("Ada", "none")],
    "three": "bridge without speakers <b>",
}
COLUMNS = {"kind": ["call", "talk", None], "title": ["First", None, "Third"]}


@pytest.fixture
def corpus(tmp_path):
    return store(tmp_path / "corpus", TALKS, COLUMNS)


@pytest.fixture
def opened(corpus):
    """Makes widgets, which are closed at the end."""
    made = []

    def make(*arguments, **options):
        made.append(sk.widgets.TranscriptSearch(corpus, *arguments, **options))
        return made[-1]

    yield make
    for widget in made:
        widget.close()


def shown(widget):
    return [(row.recording_id, row.left, row.match) for row in widget.lines.itertuples()]


def test_lines_are_those_of_search(corpus, opened):
    widget = opened("bridge", sort="right1")
    pd.testing.assert_frame_equal(widget.lines, sk.search(corpus, "bridge", sort="right1"))
    assert widget.found["state"] == "done"
    assert (widget.found["shown"], widget.found["lines"], widget.found["recordings"], widget.found["of_recordings"]) == (5, 5, 3, 3)


def test_choices_narrow_the_lines_and_may_be_given_in_any_form(opened):
    assert len(opened("bridge", facets={"speaker": "B"}).lines) == 2
    assert len(opened("bridge", facets={"speaker": ["A", None]}).lines) == 3
    widget = opened("bridge", facets={"kind": ("call", None), "speaker": []})
    assert widget.facets == {"kind": ["call", None]}
    assert set(widget.lines["recording_id"]) == {"one", "three"}


def test_all_lines_are_found_also_behind_the_first_page_and_its_choices(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "FIRST_LINES", 3)
    corpus = store(tmp_path / "many", {f"r{number}": [("A", "yes yes"), ("B", "yes no")] for number in range(9)})
    widget = sk.widgets.TranscriptSearch(corpus, "yes", facets={"speaker": "B"})
    assert (len(widget.lines), widget.found["lines"]) == (9, 27)
    widget.facets = {}
    assert len(widget.lines) == 27
    widget.close()


def test_a_search_with_too_many_lines_says_that_there_are_more(opened, monkeypatch):
    monkeypatch.setattr(module, "MOST_LINES", 4)
    monkeypatch.setattr(module, "FIRST_LINES", 2)
    widget = opened("bridge")
    assert "more than" in widget.static_text()
    assert widget.found["is_cut"]


def test_traits_set_in_a_cell_search_again(opened):
    widget = opened("bridge")
    widget.query = "none"
    assert shown(widget) == [("two", "no bridge here", "none")]
    widget.query = "bridge"
    widget.facets = {"speaker": "Ada"}
    assert shown(widget) == []
    with pytest.raises(OptionError, match="'speaker'"):
        widget.facets = {"speakr": "A"}
    with pytest.raises(OptionError, match="'left3'"):
        widget.sort = "left"


def test_what_cannot_be_opened_is_refused_at_once(opened):
    with pytest.raises(OptionError, match="cannot be sorted by 'tme'"):
        opened("bridge", sort="tme")
    with pytest.raises(OptionError, match="no column 'king'"):
        opened("bridge", by=["king"])
    with pytest.raises(OptionError, match="no facet 'king'"):
        opened("bridge", facets={"king": "call"})


def test_a_query_that_cannot_be_read_is_told_and_forgets_the_lines(opened):
    widget = opened("bridge")
    widget.query = "bridge AND"
    assert widget.lines.empty
    assert widget.found["state"] == "failed"
    assert "ends where a word is expected" in widget.found["problem"]
    assert widget.counts == []


def test_an_operator_that_is_looked_for_as_a_word_is_told(opened, recwarn):
    widget = opened("old near bridge")
    assert widget.lines.empty
    assert widget.found["hint"] == "'near' is looked for as a word. If the operator is meant, write NEAR."
    assert recwarn.list == []  # the widget shows it itself
    widget.query = "old NEAR bridge"
    assert len(widget.lines) == 1
    assert widget.found["hint"] == ""


def test_an_unforeseen_failure_does_not_quote_the_transcript(opened, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("somebody said bridge")

    widget = opened("")
    monkeypatch.setattr(module.search, "search", fail)
    widget.query = "bridge"
    assert widget.lines.empty
    assert widget.found["problem"] == "This could not be searched (RuntimeError)."


def test_an_overtaken_search_leaves_nothing_behind(opened, monkeypatch):
    widget = opened("")
    widget.lines  # noqa: B018 -- waits
    search, begun, go_on = module.search.search, threading.Event(), threading.Event()

    def slow(corpus, query, **options):
        if query == "bridge":
            begun.set()
            go_on.wait(PATIENCE_S)
        return search(corpus, query, **options)

    monkeypatch.setattr(module.search, "search", slow)
    widget.query = "bridge"
    assert begun.wait(PATIENCE_S)
    widget.query = "none"
    go_on.set()
    assert shown(widget) == [("two", "no bridge here", "none")]
    assert widget.found["lines"] == 1


def test_the_call_gives_the_same_view_again(corpus, opened):
    first = opened("brid*", facets={"kind": ["call", None]}, sort="left1")
    again = eval(first.code, {"sk": sk})
    pd.testing.assert_frame_equal(again.lines, first.lines)
    assert again.code == first.code
    again.close()


def test_facets_come_with_counts_and_titles(opened):
    widget = opened("bridge", facets={"speaker": ["B"]})
    widget.lines  # noqa: B018 -- waits
    facets = {facet["name"]: facet for facet in widget.counts}
    assert list(facets) == ["speaker", "recording_id", "kind"]
    assert [value["value"] for value in facets["kind"]["values"]] == ["call"]
    assert facets["recording_id"]["values"] == [{"value": "one", "lines": 2, "picked": False, "hint": "First"}]
    assert [(value["value"], value["lines"]) for value in facets["speaker"]["values"]] == [("A", 2), ("B", 2), (None, 1)]
    assert [value["value"] for value in widget.on_values("recording_id", "FIRST")] == ["one"]
    assert widget.speakers == ["A", "B"]


def test_rows_strips_and_collocates_are_given_as_json(opened):
    widget = opened("bridge", facets={"speaker": ["A", None]})
    widget.lines  # noqa: B018 -- waits
    page = widget.on_lines(first=2, count=5)
    assert page["total"] == 3
    words = {"left": "", "match": "bridge", "right": "without speakers <b>"}
    place = {"recording": "three", "title": "Third", "word": 0, "start_ms": 0, "end_ms": 400, "speaker": None}
    assert page["rows"] == [place | words]
    assert (widget.on_line(index=2), widget.on_line(index=3)) == (place | words, None)
    strips = widget.on_strips(first=0, count=2)
    assert (strips["total"], [strip["recording"] for strip in strips["strips"]]) == (3, ["one", "two"])
    assert strips["strips"][0]["length_ms"] == 60_000
    near = {row["word"]: row for row in widget.on_collocates(span=2, measure="logdice")["rows"]}
    assert near["a"]["together"] == 2
    assert near["a"]["query"] == "bridge NEAR/2 a"


def test_the_sound_is_decoded_where_the_recording_lies(tmp_path):
    with wave.open(str(tmp_path / "tone.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\x00\x10" * 8000 * 3)
    corpus = store(tmp_path / "corpus", {"one": "a b c"}, {"source": [str(tmp_path / "tone.wav")]})
    widget = sk.widgets.TranscriptSearch(corpus, "b")
    answer = widget.on_play("one", -500, 1000)
    with wave.open(io.BytesIO(answer.buffers[0])) as sound:
        assert (sound.getframerate(), sound.getnframes()) == (16_000, 16_000)
    assert answer.value == {"start_ms": 0}
    widget.close()


def test_what_cannot_be_heard_or_quoted_is_refused_in_words(opened):
    widget = opened("none")
    widget.lines  # noqa: B018 -- waits
    with pytest.raises(OptionError, match="is at 'https"):
        widget.on_play("two", 0, 1000)
    with pytest.raises(OptionError, match="no recording 'twoo'"):
        widget.on_play("twoo", 0, 1000)
    with pytest.raises(ScribekitError, match="no longer among those found"):
        widget.on_cite("two", 4, "text")


def test_lines_are_quoted_and_given_to_spreadsheets(opened):
    widget = opened("none")
    widget.lines  # noqa: B018 -- waits
    assert widget.on_cite("two", 3, "text") == "“none” (Ada, two, 00:00:01)"
    answer = widget.on_table()
    assert answer.value == {"lines": 1}
    assert bytes(answer.buffers[0]).decode().splitlines() == [
        "recording_id\tleft\tmatch\tright\tspeaker\ttime\tstart_ms\tend_ms\tkind\ttitle",
        "two\tno bridge here\tnone\t\tAda\t00:00:01\t1500\t1900\ttalk\t",
    ]


def test_a_correction_is_made_where_it_was_chosen_and_can_be_undone(corpus, opened):
    widget = opened("bridge")
    widget.lines  # noqa: B018 -- waits
    places = widget.on_propose("bridge", "ferry")
    assert places["total"] == 5
    assert places["places"][1] == {"recording": "one", "word": 6, "start_ms": 3000, "text": "bridge", "to": "ferry"}
    assert widget.on_correct([0, 3]) == 2
    assert len(widget.lines) == 3
    assert len(sk.search(corpus, "ferry")) == 2
    assert widget.on_undo() == 2
    assert len(widget.lines) == 5


def test_the_static_picture_is_text(opened):
    widget = opened("bridge", facets={"kind": [None]})
    html = widget.static_html()
    assert "&lt;b&gt;" in html
    assert "<b>" not in html
    assert "1 line in 1 of 3 recordings; kind: none" in html
    assert widget.static_text().splitlines()[1].endswith("[bridge] without speakers <b>")
    assert repr(opened("")) == "TranscriptSearch: There is no query yet."


def test_new_transcripts_are_found_when_the_same_query_is_sent_again(corpus, opened):
    widget = opened("bridge")
    assert len(widget.lines) == 5
    store(corpus.path, {"four": "one more bridge"}, number=2)
    whole = sk.widgets.TranscriptSearch(sk.open_corpus(corpus.path), "bridge")
    assert len(whole.lines) == 6
    store(corpus.path, {"five": "and one more bridge"}, number=3)
    whole.on_search("bridge")
    assert (len(whole.lines), whole.found["of_recordings"]) == (7, 5)
    whole.close()
