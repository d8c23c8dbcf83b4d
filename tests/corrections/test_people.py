import io
from difflib import get_close_matches

import hypothesis.strategies as st
import pandas as pd
import pytest
from corpora import store, texts
from hypothesis import given

import scribekit as sk
from scribekit.base import schema
from scribekit.base.errors import OptionError
from scribekit.corrections.people import most_alike


def test_people_are_named_in_a_table_and_unnamed_by_one_undo(corpus):
    table = sk.people(corpus)
    assert list(table.columns) == schema.PEOPLE.names
    assert table[["recording_id", "speaker", "n_words", "n_turns"]].to_numpy().tolist() == [
        ["one", "A", 6, 2],
        ["one", "B", 1, 1],
        ["two", "A", 3, 1],
    ]
    named = sk.name_people(corpus, table.assign(name=["Ada Byron", "Bo", "Ada Byrom"]))
    assert named["speaker"].tolist() == ["Ada Byron", "Bo", "Ada Byrom"]
    assert named["alike"].tolist()[0] == "Ada Byrom"
    assert sk.undo_edits(corpus) == 3
    assert sk.people(corpus)["speaker"].tolist() == ["A", "B", "A"]


def test_people_take_as_many_turns_as_in_the_turn_statistics(corpus):
    sk.review(corpus, "one").merge(["B"], into="A")
    statistics = sk.turn_statistics(corpus)
    assert sk.people(corpus)["n_turns"].tolist() == statistics["n_turns"].tolist() == [1, 1]


@given(st.sets(st.text("abcdé 王🙂", min_size=1, max_size=9), max_size=12))
def test_the_most_similar_name_is_difflibs(names):
    expected = {name: get_close_matches(name, sorted(names - {name}), n=1, cutoff=0.8) for name in names}
    assert most_alike(sorted(names)) == {name: close[0] for name, close in expected.items() if close}


def test_people_can_swap_names(corpus):
    sk.name_people(corpus, {"one": {"A": "B", "B": "A"}, "two": {"A": "B"}})
    assert texts(corpus) == [["B", "Good morning Kovic."], ["A", "Fine"], ["B", "so we begin"]]


@pytest.mark.parametrize("names", [{"A": "Maria"}, {"B": "Bo", "A": "Maria"}])
def test_a_label_of_several_recordings_names_nobody_without_its_recording(corpus, names):
    with pytest.raises(OptionError, match="2 recordings have it") as error:
        sk.name_people(corpus, names)
    assert "{'one': {'A': 'Maria'}}" in str(error.value)
    assert sk.to_frame(corpus, "edits").empty
    named = sk.name_people(corpus, {"one": {"A": "Maria"}})
    assert named["speaker"].tolist() == ["Maria", "B", "A"]


def test_a_label_of_one_recording_and_a_name_of_several_need_no_recording(corpus):
    assert sk.name_people(corpus, {"B": "Bo"})["speaker"].tolist() == ["A", "Bo", "A"]
    sk.name_people(corpus, {"one": {"A": "Maria"}, "two": {"A": "Maria"}})
    assert sk.name_people(corpus, {"Maria": "María"})["speaker"].tolist() == ["María", "Bo", "María"]


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ({"one": {"Q": "Ada"}}, "Nobody is called 'Q' in 'one'"),
        ({"onne": {"A": "Ada"}}, "no recording 'onne' with speakers. Did you mean 'one'"),
        ({"Q": "Ada"}, "Nobody is called 'Q' in the corpus"),
    ],
)
def test_who_is_not_there_is_not_named(corpus, names, sentence):
    with pytest.raises(OptionError, match=sentence):
        sk.name_people(corpus, names)


def test_a_name_that_somebody_has_renames_nobody(corpus):
    with pytest.raises(OptionError, match="merge"):
        sk.name_people(corpus, {"one": {"A": "Ada", "B": "Ada"}})
    assert sk.to_frame(corpus, "edits").empty


NFC, NFD, HIDDEN = "Zoë", "Zoe\u0308", "Zo\u200bë\ufeff"


@pytest.mark.parametrize("twin", [NFC, NFD, HIDDEN, " Zoë\u2060"])
def test_names_that_look_the_same_are_one_name(corpus, twin):
    sk.name_people(corpus, {"one": {"B": NFC}})
    with pytest.raises(OptionError, match="'Zoë', the service's label 'B'") as error:
        sk.name_people(corpus, {"one": {"A": twin}})
    assert "merge=True" in str(error.value)
    assert sk.name_people(corpus, {"one": {"A": twin}}, merge=True)["speaker"].tolist() == [NFC, "A"]
    assert sk.undo_edits(corpus) == 1
    assert sk.people(corpus)["speaker"].tolist() == ["A", NFC, "A"]
    assert sk.name_people(corpus, {twin: "Bo"})["speaker"].tolist() == ["A", "Bo", "A"]


def test_two_who_get_one_name_at_once_are_merged_only_on_request(corpus):
    both = {"one": {"A": NFD, "B": NFC}}
    with pytest.raises(OptionError, match="merge=True"):
        sk.name_people(corpus, both)
    assert sk.to_frame(corpus, "edits").empty
    assert sk.name_people(corpus, both, merge=True)["speaker"].tolist() == [NFD, "A"]
    assert sk.undo_edits(corpus) == 2


def test_a_person_can_get_the_name_in_another_encoding(corpus):
    sk.name_people(corpus, {"one": {"A": NFD}})
    assert sk.name_people(corpus, {"one": {NFC: NFC}})["speaker"].tolist() == [NFC, "B", "A"]


def test_people_of_two_recordings_who_look_the_same_are_alike(corpus):
    named = sk.name_people(corpus, {"one": {"A": NFC}, "two": {"A": NFD}})
    assert named["alike"].fillna("").tolist() == [NFD, "", NFC]


def test_a_name_that_cannot_be_seen_is_empty(corpus):
    with pytest.raises(OptionError, match="empty"):
        sk.name_people(corpus, {"one": {"A": "\u200b\u2060"}})


def test_the_first_edits_may_hold_for_another_transcript_of_the_same_content(twice):
    corpus = twice([("A", "in York now")], [("X", "I'm in York now")])
    frame = sk.people(corpus).assign(name="Ada")
    sk.name_people(corpus, frame)
    assert sk.people(corpus)["speaker"].tolist() == ["Ada", "Ada"]


def test_recordings_of_the_same_content_are_not_given_different_edits(twice):
    corpus = twice([("A", "in York now"), ("B", "yes")])
    with pytest.raises(OptionError, match="the same file or address"):
        sk.name_people(corpus, sk.people(corpus).assign(name=["Ada", "B", "Bea", "B"]))
    assert sk.to_frame(corpus, "edits").empty


@pytest.fixture
def numbered(tmp_path):
    return store(tmp_path / "numbered", {"0101": [("1", "So it is"), ("2", "Fine")], "0102": [("1", "Only one"), ("NA", "Another")]})


def through_csv(frame, **options):
    return pd.read_csv(io.StringIO(frame.to_csv(index=False)), **options)


def test_a_table_of_people_comes_back_from_csv(numbered):
    table = through_csv(sk.people(numbered)).astype({"name": object})
    table.loc[0, "name"] = "Maria"
    assert sk.name_people(numbered, table)["speaker"].tolist() == ["Maria", "2", "1", "NA"]


def test_a_table_of_people_that_nobody_changed_changes_nothing(numbered):
    assert sk.name_people(numbered, through_csv(sk.people(numbered)))["speaker"].tolist() == ["1", "2", "1", "NA"]
    assert sk.to_frame(numbered, "edits").empty


def test_names_that_are_numbers_are_taken_as_text_only(numbered):
    table = sk.people(numbered)
    table["name"] = ["101", "0102", "101", "0104"]
    with pytest.raises(OptionError, match=r"'name' is the number 101, .*dtype=str"):
        sk.name_people(numbered, through_csv(table))
    named = sk.name_people(numbered, through_csv(table, dtype=str, keep_default_na=False))
    assert named["speaker"].tolist() == ["101", "0102", "101", "0104"]


def test_ids_that_cannot_be_told_apart_are_refused(tmp_path):
    corpus = store(tmp_path / "twins", {"1": [("A", "one")], "01": [("A", "two")]})
    with pytest.raises(OptionError, match=r"no transcript of 1 .*dtype=str"):
        sk.name_people(corpus, through_csv(sk.people(corpus)))


def test_a_mapping_with_numbers_is_refused_in_our_words(numbered):
    with pytest.raises(OptionError, match="Nobody is called 1"):
        sk.name_people(numbered, {1: "Maria"})
