import csv
import io
import json

import pandas as pd
import pytest
from corpora import store
from hypothesis import given
from hypothesis import strategies as st

import scribekit as sk
from scribekit.base.errors import OptionError
from scribekit.fulltext.citation import as_tsv, cells_of, citation

LINE = {"recording_id": "int_07", "speaker": "Ada", "left": "Then the", "match": "bridge,", "right": "closed.", "start_ms": 754_999}


def test_an_ellipsis_shows_where_words_were_left_out():
    assert citation(LINE, "text", (True, True)) == "“… Then the bridge, closed. …” (Ada, int_07, 00:12:34)"
    assert citation(LINE, "text", (False, False)) == "“Then the bridge, closed.” (Ada, int_07, 00:12:34)"
    assert citation(LINE | {"left": "", "right": None}, "text", (False, True)) == "“bridge, …” (Ada, int_07, 00:12:34)"


@pytest.mark.parametrize(
    ("cells", "source"),
    [
        ({"speaker": "B"}, "Speaker B, int_07, 00:12:34"),
        ({"speaker": "2"}, "Speaker 2, int_07, 00:12:34"),
        ({"speaker": float("nan")}, "int_07, 00:12:34"),
        ({"title": "Old\nbridges"}, "Ada, “Old bridges” [int_07], 00:12:34"),
        ({"title": "int_07"}, "Ada, int_07, 00:12:34"),
        ({"start_ms": 360_000_000}, "Ada, int_07, 100:00:00"),
    ],
)
def test_the_source_says_who_where_and_when(cells, source):
    assert citation(LINE | cells, "reference", (True, True)) == source


def test_markdown_shows_what_was_said_as_it_was_said():
    line = LINE | {"match": "a*b*", "left": "<b>", "right": "", "recording_id": "x_1"}
    assert citation(line, "markdown", (False, False)) == "> \\<b\\> **a\\*b\\***\n>\n> — Ada, x\\_1, 00:12:34"


def test_a_row_without_what_a_citation_needs_is_refused():
    with pytest.raises(OptionError, match="no start_ms"):
        cells_of({"recording_id": "a"}, ["recording_id", "start_ms"], "cite")
    with pytest.raises(OptionError, match="no words to quote"):
        citation({"recording_id": "a", "start_ms": 0}, "text", (True, True))
    with pytest.raises(OptionError, match="'markdown'"):
        citation(LINE, "markdwn", (True, True))


ROWS = pd.DataFrame({"recording_id": ["a"], "start_ms": pd.array([7], dtype="Int64")})


@pytest.mark.parametrize("row", [ROWS.iloc[0], next(ROWS.itertuples()), dict(ROWS.iloc[0])], ids=["series", "tuple", "mapping"])
def test_a_row_is_taken_in_any_form_that_pandas_gives(row):
    cells = cells_of(row, ["start_ms"], "play")
    assert (cells["recording_id"], cells["start_ms"]) == ("a", 7)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (ROWS, r"Expected one row, found a table of 1 rows\. .*: play\(lines\.iloc\[0\]\)"),
        ([1, 2], "Expected one row, found list"),
        (None, "Expected one row, found NoneType"),
        ({"recording_id": "a", "start_ms": pd.NA}, "no start_ms"),
        ({"recording_id": None, "start_ms": float("nan")}, "no recording_id and no start_ms"),
    ],
)
def test_what_is_not_one_row_or_has_no_value_is_refused(row, sentence):
    with pytest.raises(OptionError, match=sentence):
        cells_of(row, ["recording_id", "start_ms"], "play")


@given(st.lists(st.tuples(st.text(), st.one_of(st.none(), st.text()), st.integers(-9, 9)), min_size=1, max_size=5))
def test_a_spreadsheet_gets_every_cell_and_computes_none(rows):
    frame = pd.DataFrame(
        {"a": pd.Series([row[0] for row in rows], dtype="object"), "b": [row[1] for row in rows], "n": [row[2] for row in rows]}
    )
    pasted = list(csv.reader(io.StringIO(as_tsv(frame)), delimiter="\t"))
    assert pasted[0] == ["a", "b", "n"]
    assert len(pasted) == len(rows) + 1
    for (a, b, n), cells in zip(rows, pasted[1:], strict=True):
        assert cells[2] == str(n)
        assert [cell.removeprefix("'") for cell in cells[:2]] == [" ".join((text or "").split()).removeprefix("'") for text in (a, b)]
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells[:2])


# -- cite, with the corpus ---------------------------------------------------------------------------------------------

LONG = " ".join(f"w{number}" for number in range(30))


@pytest.fixture
def corpus(tmp_path):
    return store(tmp_path / "corpus", {"one": [("A", "we closed the old bridge"), ("B", "which bridge"), ("A", f"{LONG} far")]})


def test_words_of_another_speaker_are_not_quoted(corpus):
    lines = sk.search(corpus, "bridge")
    assert sk.cite(lines.iloc[0]) == "“… we closed the old bridge which bridge w0 w1 w2 w3 w4 w5 …” (Speaker A, one, 00:00:02)"
    assert sk.cite(lines.iloc[0], corpus=corpus) == "“we closed the old bridge” (Speaker A, one, 00:00:02)"
    assert sk.cite(lines.iloc[1], corpus=corpus) == "“which bridge” (Speaker B, one, 00:00:03)"


def test_of_a_long_turn_twelve_words_on_each_side_are_quoted(corpus):
    line = sk.search(corpus, '"w14 w15"').iloc[0]
    before, after = (" ".join(f"w{number}" for number in numbers) for numbers in (range(2, 14), range(16, 28)))
    assert sk.cite(line, corpus=corpus) == f"“… {before} w14 w15 {after} …” (Speaker A, one, 00:00:10)"
    assert sk.cite(line, "markdown", corpus=corpus).startswith(f"> … {before} **w14 w15** {after} …\n")


def test_a_match_over_two_turns_is_quoted_whole(corpus):
    line = sk.search(corpus, '"bridge which bridge"').iloc[0]
    assert sk.cite(line, corpus=corpus) == "“we closed the old bridge which bridge” (Speaker A, one, 00:00:02)"


def test_what_was_corrected_is_quoted_as_corrected(corpus):
    sk.review(corpus, "one").rename("A", "Ada").correct("ruin", words=[4])
    assert sk.cite(sk.search(corpus, "ruin").iloc[0], corpus=corpus) == "“we closed the old ruin” (Ada, one, 00:00:02)"


def test_a_match_is_quoted_where_it_is_now(corpus):
    sk.review(corpus, "one").correct("well you know that we closed", words=[0, 1])
    quoted = "“well you know that we closed the old bridge” (Speaker A, one, 00:00:02)"
    assert sk.cite(sk.search(corpus, "bridge", reviewed=False).iloc[0], corpus=corpus) == quoted


def test_a_match_that_was_corrected_since_is_quoted_as_received(corpus):
    line = sk.search(corpus, "bridge").iloc[0]
    sk.review(corpus, "one").correct("ruin", words=[4])
    assert sk.cite(line, "markdown", corpus=corpus).startswith("> we closed the old **bridge**\n")


def test_a_match_that_is_no_longer_there_is_refused(corpus):
    sk.review(corpus, "one").correct("ruin", words=[4])
    line = sk.search(corpus, "ruin").iloc[0]
    sk.review(corpus, "one").undo()
    with pytest.raises(OptionError, match=r"not in 'one' at 00:00:02 any more.*Search again"):
        sk.cite(line, corpus=corpus)


def spoken(*words):
    timed = [{"text": text, "start": start, "end": end, "speaker": channel, "channel": channel} for text, start, end, channel in words]
    turns = [[word for word in timed if word["channel"] == channel] for channel in dict.fromkeys(word["channel"] for word in timed)]
    utterances = [
        {"start": own[0]["start"], "end": own[-1]["end"], "speaker": own[0]["speaker"], "text": "", "words": own} for own in turns
    ]
    return json.dumps({"id": "t", "status": "completed", "text": "", "words": timed, "utterances": utterances}).encode()


@pytest.mark.parametrize(
    ("words", "query", "quoted"),
    [
        ([("the", 0, 400, "1"), ("river", 500, 1100, "1"), ("runs", 1000, 1400, "1")], "river", "the **river** runs"),
        ([("deep", 0, 400, "1"), ("now", 400, 400, "1"), ("on", 500, 900, "1")], '"deep now"', "**deep now** on"),
        ([("now", 0, 0, "1"), ("now", 0, 400, "1")], "now NEAR now", "**now now**"),
        ([("we", 0, 1, "1"), ("mhm", 2, 3, "2"), ("meet", 4, 5, "1"), ("today", 6, 7, "1")], '"we meet"', "**we meet** today"),
    ],
    ids=["overlapping", "no length", "same time", "two channels"],
)
def test_the_words_quoted_are_those_found_whatever_their_times(tmp_path, words, query, quoted):
    corpus = store(tmp_path / "corpus", {"a": spoken(*words)})
    assert sk.cite(sk.search(corpus, query).iloc[0], "markdown", corpus=corpus).startswith(f"> {quoted}\n")


def test_a_turn_is_quoted_as_it_is(corpus):
    turn = sk.to_frame(corpus, "utterances").iloc[1]
    assert sk.cite(turn, corpus=corpus) == sk.cite(turn) == "“which bridge” (Speaker B, one, 00:00:02)"


def test_a_line_of_another_corpus_is_refused(corpus):
    line = sk.search(corpus, "which").iloc[0].copy()
    line["recording_id"] = "two"
    with pytest.raises(OptionError, match="'two'"):
        sk.cite(line, corpus=corpus)
