import pandas as pd
import pytest

from scribekit.widgets.search.messages import call_of, collocates_of, summary

NEAR = pd.DataFrame({"word": ["old"], "together": [3], "frequency": [9], "log_dice": [11.234], "ll": [4.0], "mi": [2.0], "t_score": [1.5]})
FOUND = {"state": "done", "shown": 1, "recordings": 1, "of_recordings": 3, "is_cut": False}


def test_a_collocate_has_the_query_that_finds_both_words():
    (row,) = collocates_of(NEAR, "bridge", 5)
    assert (row["query"], row["scores"]) == ("bridge NEAR/5 old", {"logdice": 11.23, "ll": 4.0, "mi": 2.0, "t": 1.5})


def test_a_query_that_near_cannot_join_offers_no_joint_search():
    assert [row["query"] for row in collocates_of(NEAR, "(bridge OR none)", 5)] == [""]


@pytest.mark.parametrize(
    ("query", "found", "sentence"),
    [
        ("", {}, "There is no query yet."),
        ("bridge", {"state": "searching"}, "Searching for bridge …"),
        ("bridge", FOUND, "bridge: 1 line in 1 of 3 recordings"),
        ("bridge", {**FOUND, "shown": 2000, "is_cut": True}, "bridge: more than 2,000 lines in 1 of 3 recordings"),
        ("bridge AND", {"state": "failed", "problem": "A word is missing."}, "A word is missing."),
    ],
)
def test_the_summary_says_what_was_found_or_why_not(query, found, sentence):
    assert summary(query, found) == sentence


def test_the_call_names_only_what_was_chosen(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert call_of(tmp_path / "calls", "bridge", {"kind": []}, "time") == "sk.widgets.TranscriptSearch(sk.open_corpus('calls'), 'bridge')"
    assert call_of(tmp_path / "calls", "bridge", {"kind": ["call"]}, "left1").endswith("'bridge', facets={'kind': ['call']}, sort='left1')")
