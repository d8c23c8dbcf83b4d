import json
from pathlib import Path

import jiwer
import pandas as pd
import pytest
from corpora import store

import scribekit as sk
from scribekit.base import schema
from scribekit.base.errors import OptionError
from scribekit.base.text import normalise


def test_a_perfect_transcript_has_no_errors(corpus, recognised):
    frame = sk.evaluate(corpus, recognised)
    assert frame.dtypes.astype(str).to_dict() == schema.EVALUATION.dtypes
    assert frame["group"].tolist() == ["all"]
    names = [f"{rate}{end}" for rate in ("wer", "cer", "cpwer", "der") for end in ("", "_low", "_high")]
    assert frame[names].to_numpy().tolist() == [[0.0] * 12]
    assert frame["reference_words"].tolist() == [len(sk.to_frame(corpus, "words"))]


def test_errors_are_summed(corpus, said):
    turns = sum(map(len, said.values()))
    row = sk.evaluate(corpus, said).iloc[0]
    assert row[["n_recordings", "deletions", "insertions", "substitutions"]].tolist() == [3, turns, 0, 0]
    assert row["wer"] == row["cpwer"] == turns / row["reference_words"]
    texts = sk.to_frame(corpus).set_index("recording_id")["text"]
    normalised = [[normalise(" ".join(t["text"] for t in said[name])), normalise(texts[name])] for name in "abc"]
    assert row["wer"] == pytest.approx(jiwer.wer(*map(list, zip(*normalised, strict=True))))
    assert row["cer"] == pytest.approx(jiwer.cer(*map(list, zip(*normalised, strict=True))))
    for rate in ("wer", "cer", "cpwer"):
        assert row[f"{rate}_low"] < row[rate] < row[f"{rate}_high"]


def test_rows_by_recording_speaker_and_manifest_column(corpus, said):
    whole = sk.evaluate(corpus, said).iloc[0]
    by_recording = sk.evaluate(corpus, said, by="recording")
    assert by_recording["wer_low"].notna().all()
    assert by_recording[["cer_low", "cpwer_high", "der_low"]].isna().all(axis=None)  # one recording says nothing about others
    assert by_recording["group"].tolist() == list("abc")
    by_room = sk.evaluate(corpus, said, by="room")
    assert by_room[["group", "n_recordings"]].to_numpy().tolist() == [["hall", 2], ["yard", 1]]
    by_speaker = sk.evaluate(corpus, said, by="speaker")
    names = [turn["speaker"] for turns in said.values() for turn in turns]
    assert by_speaker["group"].tolist() == ["all"] * len(set(names))
    assert by_speaker["speaker"].tolist() == list(dict.fromkeys(names))
    within = sk.evaluate(corpus, said, by=["recording", "speaker"])
    assert len(within) == sum(len({turn["speaker"] for turn in turns}) for turns in said.values())
    for frame in (by_recording, by_room, by_speaker, within):
        assert frame[["reference_words", "deletions"]].sum().tolist() == whole[["reference_words", "deletions"]].tolist()


@pytest.fixture
def partly_labelled(tmp_path):
    """Three recordings of the same people: a reference with all speakers, one with none, and one with some."""
    talk = [("A", "one two three"), ("B", "four five")]
    corpus = store(tmp_path / "corpus", {"x": talk, "y": talk, "z": talk})
    turns = [{"speaker": "Ada", "text": "one three"}, {"text": "four five"}]
    return corpus, {"x": "Ada: one two tree\nBob: four five", "y": "one two three four six", "z": turns}


def test_a_speaker_is_measured_over_the_corpus_and_the_rows_add_up(partly_labelled):
    frame = sk.evaluate(*partly_labelled, by="speaker")
    shown = ["speaker", "n_recordings", "reference_words", "substitutions", "insertions", "cpwer_recordings"]
    rows = frame[shown].fillna({"speaker": "nobody"}).to_numpy().tolist()
    assert rows == [["Ada", 2, 5, 1, 1, 0], ["Bob", 1, 2, 0, 0, 0], ["nobody", 2, 7, 1, 0, 0]]
    assert frame.loc[0, "wer_low"] <= frame.loc[0, "wer"] <= frame.loc[0, "wer_high"]
    whole = sk.evaluate(*partly_labelled)
    counts = ["reference_words", "hits", "substitutions", "deletions", "insertions"]
    assert frame[counts].sum().tolist() == whole.loc[0, counts].tolist()


def test_what_was_said_where_nobody_spoke_belongs_to_nobody(partly_labelled):
    corpus, said = partly_labelled
    frame = sk.evaluate(corpus, said | {"y": ""}, by="speaker")
    assert frame.loc[frame["speaker"].isna(), "insertions"].tolist() == [5]


def test_a_rate_says_on_how_many_recordings_it_rests_and_what_was_compared(partly_labelled):
    corpus, said = partly_labelled
    row = sk.evaluate(corpus, said).iloc[0]
    assert row[["n_recordings", "cpwer_recordings", "der_recordings", "normaliser"]].tolist() == [3, 1, 0, "basic"]
    times = [{"speaker": "Ada", "text": "one two three", "start_ms": 0, "end_ms": 1400}]
    row = sk.evaluate(corpus, said | {"z": times}, normaliser="none").iloc[0]
    assert row[["n_recordings", "cpwer_recordings", "der_recordings", "normaliser"]].tolist() == [3, 2, 1, "none"]


def test_the_speakers_of_the_other_side_do_not_matter_by_name(corpus, recognised):
    turns = {name: [{**turn, "speaker": f"guest {turn['speaker']}"} for turn in turns] for name, turns in recognised.items()}
    assert sk.evaluate(corpus, turns)[["cpwer", "der"]].to_numpy().tolist() == [[0.0, 0.0]]
    merged = {name: [{**turn, "speaker": "one"} for turn in turns] for name, turns in turns.items()}
    assert (sk.evaluate(corpus, merged)[["cpwer", "der"]].to_numpy() > 0).all()


def test_groups_are_named_as_their_values_are_written(tmp_path):
    corpus = store(tmp_path / "corpus", {"a": "one", "b": "one", "c": "one"}, {"year": [2023, None, 2024]})
    frame = sk.evaluate(corpus, dict.fromkeys("abc", "one"), by="year")
    assert frame["group"].tolist() == ["2023", "(none)", "2024"]


def test_groups_may_be_lists(tmp_path):
    corpus = store(tmp_path / "corpus", {"a": "one", "b": "one", "c": "one"}, {"tags": [["x", "y"], ["z"], ["x", "y"]]})
    frame = sk.evaluate(corpus, dict.fromkeys("abc", "one"), by="tags")
    assert frame["n_recordings"].tolist() == [2, 1]


def test_recordings_without_a_reference_are_left_out(corpus, said):
    references = pd.DataFrame({"recording_id": ["b", "c", "elsewhere"], "reference": ["nothing of the kind", None, "x"]})
    frame = sk.evaluate(corpus, references, by="recording")
    assert frame["group"].tolist() == ["b"]


def test_an_empty_reference_counts_insertions(corpus):
    frame = sk.evaluate(corpus, {"a": ""}, by="recording")
    assert frame["insertions"][0] == frame["wer"][0] == len(sk.to_frame(corpus, "words").query("recording_id == 'a'"))


def test_vowel_signs_and_scripts_without_spaces(tmp_path):
    words = [{"text": text, "start": 100 * at, "end": 100 * at + 90} for at, text in enumerate(["你", "好", "吗朋", "友"])]
    zh = json.dumps({"id": "t", "status": "completed", "text": "你好吗朋友", "words": words}).encode()
    corpus = store(tmp_path / "corpus", {"hi": "राम की किताब का पता", "zh": zh})
    rows = sk.evaluate(corpus, {"hi": "राम का किताब के पता", "zh": "你好 吗朋友"}, by="recording").set_index("group")
    assert rows.loc["hi", ["substitutions", "wer"]].tolist() == [2, 0.4]
    assert rows.loc["hi", "cer"] == pytest.approx(jiwer.cer("राम का किताब के पता", "राम की किताब का पता"))
    assert rows.loc["zh", ["reference_words", "reference_characters", "wer", "cer"]].tolist() == [5, 5, 0.0, 0.0]
    assert sk.evaluate(corpus, {"zh": "你好吗朋朋"})[["wer", "cer"]].to_numpy().tolist() == [[0.2, 0.2]]
    assert sk.word_errors(corpus, {"zh": "你好吗朋朋"})["correct"].tolist() == [True, True, True, False]


@pytest.mark.parametrize(
    ("references", "options", "sentence"),
    [
        ({"z": "x"}, {}, "No transcript has a reference.*z"),
        ({}, {}, "There are no references"),
        ({"a": "no speakers here"}, {"by": "speaker"}, "who speaks"),
        ({"a": "x"}, {"by": "rooms"}, "'rooms'.*'room'"),
        ({"a": "x"}, {"by": ["room", "recording"]}, "one column.*'room' and 'recording'"),
        ({"a": "x"}, {"normaliser": "basics"}, "'basic'"),
        ({"a": 7}, {}, "a text or a list of turns"),
        ({"a": [{"says": "x"}]}, {}, "needs a 'text'"),
        ("references", {}, "no column 'references'.*'reference'"),
        ("room", {}, "no reference file 'hall'"),
        (pd.DataFrame({"recording_id": ["a"]}), {}, "reference is missing"),
        (Path("said.txt"), {}, r"not PosixPath.*\{recording_id: path\}"),
        (None, {}, "manifest column, not NoneType"),
        ({"a": pd.NA, "b": None}, {}, "There are no references"),
    ],
)
def test_mistakes_are_explained(corpus, references, options, sentence):
    with pytest.raises(OptionError, match=sentence):
        sk.evaluate(corpus, references, **options)


def test_which_words_are_wrong_and_where_some_are_missing(corpus, said):
    frame = sk.word_errors(corpus, said)
    assert frame.dtypes.astype(str).to_dict() == schema.WORD_ERRORS.dtypes
    words = frame[frame["outcome"] != "deletion"].reset_index(drop=True)
    pd.testing.assert_frame_equal(words[schema.WORDS.names], sk.to_frame(corpus, "words"), check_dtype=False)
    assert words["correct"].all()
    last = words.groupby(["recording_id", "utterance_index"])["word_index"].transform("max") == words["word_index"]
    assert words.loc[last, "left_out"].tolist() == [1] * last.sum()
    assert words.loc[~last, "left_out"].sum() == 0
    wrong = sk.word_errors(corpus, {"a": "nothing of the kind"})
    row = sk.evaluate(corpus, {"a": "nothing of the kind"}).iloc[0]
    assert (~wrong["correct"]).sum() == row["substitutions"] + row["insertions"]
    assert wrong["left_out"].sum() == row["deletions"]
    assert sk.calibrate(frame).n_words == len(words)
    assert sk.calibrate(frame, said).n_words == len(words)


def test_the_two_sides_of_the_alignment_stand_beside_each_other(tmp_path):
    corpus = store(tmp_path / "corpus", {"a": [("A", "the cat well-known – sat"), ("B", "on on mat")]})
    turns = [{"speaker": "Ann", "text": "so the bat well known"}, {"speaker": "Bob", "text": "sat down on the mat today"}]
    frame = sk.word_errors(corpus, {"a": turns})
    shown = frame[["text", "said", "said_by", "outcome", "left_out"]].fillna("")
    assert shown.to_numpy().tolist() == [
        ["", "so", "Ann", "deletion", 0],
        ["the", "the", "Ann", "hit", 1],
        ["cat", "bat", "Ann", "substitution", 0],
        ["well-known", "well known", "Ann", "hit", 0],
        ["–", "", "", "", 0],
        ["sat", "sat", "Bob", "hit", 0],
        ["on", "down", "Bob", "substitution", 0],
        ["on", "on", "Bob", "hit", 1],
        ["", "the", "Bob", "deletion", 0],
        ["mat", "mat", "Bob", "hit", 1],
        ["", "today", "Bob", "deletion", 0],
    ]
    assert frame["word_index"].isna().tolist() == (frame["outcome"] == "deletion").tolist()
    insertion = sk.word_errors(corpus, {"a": "the cat well known sat on mat"})
    assert insertion.loc[insertion["outcome"] == "insertion", "said"].isna().tolist() == [True]


def test_words_of_which_none_was_recognised_are_not_lost(tmp_path):
    corpus = store(tmp_path / "corpus", {"silent": "", "spoken": "one", "dash": "–"})
    frame = sk.word_errors(corpus, {"silent": "one two"})
    assert frame[["recording_id", "said", "outcome"]].to_numpy().tolist() == [["silent", said, "deletion"] for said in ("one", "two")]
    assert frame.dtypes.astype(str).to_dict() == schema.WORD_ERRORS.dtypes
    said = {"silent": "one two", "spoken": "one", "dash": "three"}
    assert (sk.word_errors(corpus, said)["outcome"] == "deletion").sum() == sk.evaluate(corpus, said)["deletions"][0] == 3
    with pytest.raises(OptionError, match="nothing to calibrate"):
        sk.calibrate(corpus, {"silent": "one two"})


def test_an_evaluation_before_and_after_the_review(reviewed):
    as_received = sk.to_frame(reviewed, "words", reviewed=False).query("recording_id == 'a'")["text"].tolist()
    said = {"a": " ".join([*as_received[:6], "zebra", *as_received[7:]])}
    assert sk.evaluate(reviewed, said, reviewed=False)["substitutions"].tolist() == [1]
    assert sk.evaluate(reviewed, said)["wer"].tolist() == [0.0]


def test_turn_statistics_of_a_corpus(corpus):
    statistics = sk.turn_statistics(corpus)
    assert statistics.dtypes.astype(str).to_dict() == schema.TURN_STATISTICS.dtypes
    assert statistics.groupby("recording_id")["talk_share"].sum().to_numpy() == pytest.approx(1)
    assert statistics["n_words"].sum() == sk.to_frame(corpus, "utterances")["n_words"].sum()


def test_numbers_in_words_and_in_digits_are_the_same_where_that_is_asked_for(tmp_path):
    corpus = store(tmp_path / "numbers", {"a": [("A", "we paid $3.2 million in 1998"), ("B", "for fifty"), ("A", "five of them")]})
    reference = {"a": "A: We paid three point two million in nineteen ninety-eight.\nB: For 50.\nA: 5 of them."}
    assert sk.evaluate(corpus, reference)["wer"][0] > 0
    row = sk.evaluate(corpus, reference, normaliser="numbers-en").iloc[0]
    assert (row["wer"], row["cpwer"], row["normaliser"]) == (0.0, 0.0, "numbers-en")
    errors = sk.word_errors(corpus, reference, normaliser="numbers-en")
    assert errors["correct"].all()
    with pytest.raises(OptionError, match="Use one of 'basic', 'none', 'numbers-da'"):
        sk.evaluate(corpus, reference, normaliser="numbers")
