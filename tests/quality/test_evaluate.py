import json
import shutil
import sys
import wave
from pathlib import Path

import assemblyai as aai
import jiwer
import numpy as np
import pandas as pd
import pytest
from corpora import store
from hypothesis import given
from hypothesis import strategies as st

import scribekit as sk
from scribekit.base import schema
from scribekit.base.errors import MissingExtraError, OptionError
from scribekit.base.text import normalise
from scribekit.quality.comparison import Recording, compare
from scribekit.quality.references import as_reference
from scribekit.quality.signs import SILENCE

LIMITS = sk.Limits(poll_s=0.05, settle_s=0.3, backoff_s=0.05)
NAMES = ("a", "b", "c")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Three conversations of the scripted recogniser, in two groups; references stand beside where the recordings would."""
    folder = tmp_path_factory.mktemp("library")
    rows = [
        {"recording_id": name, "url": f"https://host.example/{name}.mp3?duration=30", "room": room, "reference": f"{folder}/{name}.txt"}
        for name, room in zip(NAMES, ["hall", "hall", "yard"], strict=True)
    ]
    with sk.local_service("scripted", speed=2000, slots=50):
        batch = sk.submit_batch(rows, aai.TranscriptionConfig(speaker_labels=True), corpus=folder / "corpus", limits=LIMITS, progress=False)
        sk.collect(batch, progress=False)
    for name, turns in turns_of(batch).items():
        (folder / f"{name}.txt").write_text("\n".join(f"{turn['speaker']}: {turn['text']}" for turn in turns))
    return batch


def turns_of(corpus):
    """What was recognised, as a reference."""
    utterances = sk.to_frame(corpus, "utterances")
    return {name: group[["speaker", "text", "start_ms", "end_ms"]].to_dict("records") for name, group in utterances.groupby("recording_id")}


@pytest.fixture
def said(corpus):
    """The recognised turns with one word more in each."""
    return {name: [{**turn, "text": turn["text"] + " zebra"} for turn in turns] for name, turns in turns_of(corpus).items()}


def test_a_perfect_transcript_has_no_errors(corpus):
    frame = sk.evaluate(corpus, turns_of(corpus))
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
    normalised = [[normalise(" ".join(t["text"] for t in said[name])), normalise(texts[name])] for name in NAMES]
    assert row["wer"] == pytest.approx(jiwer.wer(*map(list, zip(*normalised, strict=True))))
    assert row["cer"] == pytest.approx(jiwer.cer(*map(list, zip(*normalised, strict=True))))
    for rate in ("wer", "cer", "cpwer"):
        assert row[f"{rate}_low"] < row[rate] < row[f"{rate}_high"]


def test_rows_by_recording_speaker_and_manifest_column(corpus, said):
    whole = sk.evaluate(corpus, said).iloc[0]
    by_recording = sk.evaluate(corpus, said, by="recording")
    assert by_recording["wer_low"].notna().all()
    assert by_recording[["cer_low", "cpwer_high", "der_low"]].isna().all(axis=None)  # one recording alone says nothing of others
    assert by_recording["group"].tolist() == list(NAMES)
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
def partly_told(tmp_path):
    """Two recordings with the same people, of whom only one reference tells, and a third of whom it tells in part."""
    talk = [("A", "one two three"), ("B", "four five")]
    corpus = store(tmp_path / "corpus", {"x": talk, "y": talk, "z": talk})
    turns = [{"speaker": "Ada", "text": "one three"}, {"text": "four five"}]
    return corpus, {"x": "Ada: one two tree\nBob: four five", "y": "one two three four six", "z": turns}


def test_a_speaker_is_measured_over_the_corpus_and_the_rows_add_up(partly_told):
    frame = sk.evaluate(*partly_told, by="speaker")
    shown = ["speaker", "n_recordings", "reference_words", "substitutions", "insertions", "cpwer_recordings"]
    rows = frame[shown].fillna({"speaker": "nobody"}).to_numpy().tolist()
    assert rows == [["Ada", 2, 5, 1, 1, 0], ["Bob", 1, 2, 0, 0, 0], ["nobody", 2, 7, 1, 0, 0]]
    assert frame.loc[0, "wer_low"] <= frame.loc[0, "wer"] <= frame.loc[0, "wer_high"]
    whole = sk.evaluate(*partly_told)
    counts = ["reference_words", "hits", "substitutions", "deletions", "insertions"]
    assert frame[counts].sum().tolist() == whole.loc[0, counts].tolist()


def test_what_was_said_where_nobody_spoke_belongs_to_nobody(partly_told):
    corpus, said = partly_told
    frame = sk.evaluate(corpus, said | {"y": ""}, by="speaker")
    assert frame.loc[frame["speaker"].isna(), "insertions"].tolist() == [5]


def test_a_rate_says_on_how_many_recordings_it_rests_and_what_was_compared(partly_told):
    corpus, said = partly_told
    row = sk.evaluate(corpus, said).iloc[0]
    assert row[["n_recordings", "cpwer_recordings", "der_recordings", "normaliser"]].tolist() == [3, 1, 0, "basic"]
    times = [{"speaker": "Ada", "text": "one two three", "start_ms": 0, "end_ms": 1400}]
    row = sk.evaluate(corpus, said | {"z": times}, normaliser="none").iloc[0]
    assert row[["n_recordings", "cpwer_recordings", "der_recordings", "normaliser"]].tolist() == [3, 2, 1, "none"]


def test_the_speakers_of_the_other_side_do_not_matter_by_name(corpus, said):
    turns = {name: [{**turn, "speaker": f"guest {turn['speaker']}"} for turn in turns] for name, turns in turns_of(corpus).items()}
    assert sk.evaluate(corpus, turns)[["cpwer", "der"]].to_numpy().tolist() == [[0.0, 0.0]]
    merged = {name: [{**turn, "speaker": "one"} for turn in turns] for name, turns in turns.items()}
    assert (sk.evaluate(corpus, merged)[["cpwer", "der"]].to_numpy() > 0).all()


def test_references_come_as_texts_frames_and_files(corpus):
    texts = sk.to_frame(corpus)[["recording_id", "text"]]
    as_dict = sk.evaluate(corpus, dict(texts.itertuples(index=False)))
    as_frame = sk.evaluate(corpus, texts.rename(columns={"text": "reference"}))
    pd.testing.assert_frame_equal(as_dict, as_frame)
    from_files = sk.evaluate(corpus, "reference")
    assert as_dict["wer"].tolist() == from_files["wer"].tolist() == [0.0]
    assert np.isnan(as_dict["cpwer"][0])
    assert from_files["cpwer"][0] == 0.0


def test_a_path_is_not_taken_for_what_was_said(corpus, tmp_path):
    said = dict(sk.to_frame(corpus)[["recording_id", "text"]].to_numpy().tolist())
    files = {}
    for name, text in said.items():
        files[name] = tmp_path / f"{name}.txt"
        files[name].write_text(text, "utf-8")
    whole = sk.evaluate(corpus, said)
    pd.testing.assert_frame_equal(sk.evaluate(corpus, files), whole)
    pd.testing.assert_frame_equal(sk.evaluate(corpus, {name: str(path) for name, path in files.items()}), whole)
    with pytest.raises(OptionError, match="no reference file"):
        sk.evaluate(corpus, {next(iter(said)): "not/there.json"})


def test_several_rows_of_a_recording_are_its_turns(tmp_path):
    corpus = store(tmp_path / "corpus", {"a": "one two three four", "b": "five"})
    rows = pd.DataFrame({"recording_id": ["a", "b", "a", "b"], "reference": ["A: one two", "five", "B: three four", pd.NA]})
    frame = sk.evaluate(corpus, rows, by="recording")
    assert frame[["group", "reference_words", "wer"]].to_numpy().tolist() == [["a", 4, 0.0], ["b", 1, 0.0]]


@pytest.mark.parametrize("shape", [str, Path])
def test_relative_paths_are_looked_for_beside_the_recording_however_they_are_given(tmp_path, monkeypatch, shape):
    (tmp_path / "audio" / "said").mkdir(parents=True)
    (tmp_path / "audio" / "said" / "one.txt").write_text("one two")
    monkeypatch.chdir(tmp_path)
    sources = {"one": str(tmp_path / "audio" / "one.wav")}
    corpus = store(tmp_path / "corpus", {"one": "one two"}, {"said": ["said/one.txt"]}, sources=sources)
    value = shape("said/one.txt")
    for references in ("said", {"one": value}, pd.DataFrame({"recording_id": ["one"], "reference": [value]})):
        assert sk.evaluate(corpus, references)["wer"].tolist() == [0.0]
    with pytest.raises(OptionError, match="no reference file"):
        sk.calibrate(sk.to_frame(corpus, "words"), {"one": value})


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
        ({"a": [{"words": "x"}]}, {}, "needs a 'text'"),
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


def test_without_jiwer_the_extra_is_named(corpus, monkeypatch):
    monkeypatch.setitem(sys.modules, "jiwer", None)
    with pytest.raises(MissingExtraError, match=r"scribekit\[metrics\]"):
        sk.evaluate(corpus, {"a": "x"})


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
    alone = sk.word_errors(corpus, {"silent": "one two"})
    assert alone[["recording_id", "said", "outcome"]].to_numpy().tolist() == [["silent", said, "deletion"] for said in ("one", "two")]
    assert alone.dtypes.astype(str).to_dict() == schema.WORD_ERRORS.dtypes
    said = {"silent": "one two", "spoken": "one", "dash": "three"}
    assert (sk.word_errors(corpus, said)["outcome"] == "deletion").sum() == sk.evaluate(corpus, said)["deletions"][0] == 3
    with pytest.raises(OptionError, match="nothing to calibrate"):
        sk.calibrate(corpus, {"silent": "one two"})


SIDE = st.lists(st.sampled_from(["a", "b", "c", "a-b", "–"]), max_size=8)


@given(SIDE, SIDE)
def test_the_alignment_gives_both_sides_back(said, heard):
    count = range(len(heard))
    columns = {"text": heard, "word_index": count, "start_ms": count, "end_ms": count, "edited": [False] * len(heard)}
    words = schema.WORDS.frame({"recording_id": ["r"] * len(heard), **columns})
    compared = compare([Recording("r", as_reference(" ".join(said)), words)], "basic")[0]
    rows = compared.errors()
    given_back, given = " ".join(rows["said"].dropna()).split(), normalise(" ".join(said)).split()
    assert sorted(given_back) == sorted(given)
    assert rows["text"].dropna().tolist() == heard
    assert rows["left_out"].sum() == (rows["outcome"] == "deletion").sum() * bool(heard)
    counts = compared.alignment.counts()
    assert (rows["outcome"] == "deletion").sum() == counts.deletions
    if "a-b" not in heard:  # a word that is compared as two may stand around one that was left out
        assert given_back == given
        outcomes = [(rows["outcome"] == outcome).sum() for outcome in ("hit", "substitution", "insertion")]
        assert outcomes == [counts.hits, counts.substitutions, counts.insertions]


# -- calibrate --------------------------------------------------------------------------------------------------------


def test_calibration_learns_from_the_words_that_references_cover(corpus):
    words = sk.to_frame(corpus, "words")
    texts = sk.to_frame(corpus).set_index("recording_id")["text"].to_dict()
    calibration = sk.calibrate(words, {"a": texts["a"], "b": ""})
    covered = words[words["recording_id"].isin(["a", "b"])]
    assert calibration.n_words == len(covered)
    right = np.average(calibration.table["accuracy"], weights=calibration.table["n_words"])
    assert right == pytest.approx((covered["recording_id"] == "a").mean())
    assert sk.calibrate(corpus, {"a": texts["a"], "b": ""}).ece == calibration.ece


def test_a_known_reliability_survives_the_alignment():
    random = np.random.default_rng(3)
    confidence = random.choice([0.3, 0.6, 0.9], 6000)
    said = random.choice(list("bcdefghklm"), 6000)
    heard = np.where(random.random(6000) < confidence, said, "wrong")
    words = pd.DataFrame({"recording_id": "a", "text": heard, "confidence": confidence})
    table = sk.calibrate(words, {"a": " ".join(said)}).table
    assert table["confidence"].tolist() == pytest.approx([0.3, 0.6, 0.9])
    assert table["confidence"].between(table["accuracy_low"], table["accuracy_high"]).all()


def test_a_word_that_is_compared_as_two_is_right_when_both_are():
    words = pd.DataFrame({"recording_id": "a", "text": ["Twenty-one", "well-known", "–"], "confidence": [0.9, 0.9, 0.9]})
    calibration = sk.calibrate(words, {"a": "twenty one well done"})
    assert calibration.table[["n_words", "accuracy"]].to_numpy().tolist() == [[2, 0.5]]


def test_words_that_are_known_to_be_right_or_wrong_need_no_reference(corpus):
    words = sk.to_frame(corpus, "words").assign(correct=lambda frame: frame["recording_id"] == "a")
    calibration = sk.calibrate(words)
    judged = sk.calibrate(words.drop(columns="correct"), words.loc[words["recording_id"] != "c", ["recording_id", "word_index", "correct"]])
    assert calibration.n_words == len(words)
    assert judged.n_words == (words["recording_id"] != "c").sum()
    assert np.average(calibration.table["accuracy"], weights=calibration.table["n_words"]) == pytest.approx(words["correct"].mean())
    assert calibration.signs.dtypes.astype(str).to_dict() == schema.SIGN_LIFTS.dtypes


def test_without_any_judgement_the_way_is_shown(corpus):
    with pytest.raises(OptionError, match=r"Nobody has judged a word yet.*sk\.review"):
        sk.calibrate(corpus)
    with pytest.raises(OptionError, match="a column 'correct'"):
        sk.calibrate(sk.to_frame(corpus, "words"))


@pytest.fixture
def reviewed(corpus, tmp_path):
    """A copy of the corpus in which somebody accepted six words and corrected the seventh."""
    shutil.copytree(corpus.path, tmp_path / "reviewed")
    copy = sk.open_corpus(tmp_path / "reviewed")
    review = sk.review(copy, "a")
    review.accept(words=range(6))
    review.correct("zebra", words=6)
    return copy


def test_a_calibration_learns_from_a_review(reviewed):
    calibration = sk.calibrate(reviewed)
    assert calibration.n_words == 7
    assert np.average(calibration.table["accuracy"], weights=calibration.table["n_words"]) == pytest.approx(6 / 7)


def test_an_evaluation_before_and_after_the_review(reviewed):
    as_received = sk.to_frame(reviewed, "words", reviewed=False).query("recording_id == 'a'")["text"].tolist()
    said = {"a": " ".join([*as_received[:6], "zebra", *as_received[7:]])}
    assert sk.evaluate(reviewed, said, reviewed=False)["substitutions"].tolist() == [1]
    assert sk.evaluate(reviewed, said)["wer"].tolist() == [0.0]


def test_what_was_reviewed_leaves_the_queue(reviewed):
    before = sk.flag_for_review(reviewed, below=1.0, by="sentence", reviewed=False)
    after = sk.flag_for_review(reviewed, below=1.0, by="sentence")
    assert after["expected_errors"].sum() < before["expected_errors"].sum()
    words = sk.to_frame(reviewed, "words").query("recording_id == 'a'")
    doubt = (1 - words["confidence"].iloc[7:]).sum()
    assert after.loc[after["recording_id"] == "a", "expected_errors"].sum() == pytest.approx(doubt)


def test_a_frame_has_no_manifest_to_read_references_from(corpus):
    with pytest.raises(OptionError, match="Give a batch or corpus"):
        sk.calibrate(sk.to_frame(corpus, "words"), "reference")


# -- the queue and the turns of a corpus ------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["transcript", "utterance", "sentence"])
def test_the_queue_of_a_corpus(corpus, by):
    queue = sk.flag_for_review(corpus, below=1.0, by=by)
    words = sk.to_frame(corpus, "words")
    assert queue["n_words"].sum() == len(words)
    assert queue["share_of_errors"].iloc[-1] == pytest.approx(1)
    first = queue.iloc[0]
    mine = words[
        (words["recording_id"] == first["recording_id"])
        & words["word_index"].between(first["first_word"], first["first_word"] + first["n_words"] - 1)
    ]
    assert " ".join(mine["text"]) == first["text"]


def test_a_calibration_weighs_the_queue(corpus):
    calibration = sk.calibrate(corpus, dict.fromkeys(NAMES, ""))
    queue = sk.flag_for_review(corpus, below=1.0, calibration=calibration)
    assert (queue["expected_errors"] / queue["n_words"] > 0.9).all()  # everything was wrong


@pytest.mark.parametrize(("options", "sentence"), [({"by": "utterances"}, "'utterance'"), ({"below": 90}, "from 0 to 1, not 90")])
def test_mistakes_about_the_queue_are_explained(corpus, options, sentence):
    with pytest.raises(OptionError, match=sentence):
        sk.flag_for_review(corpus, **options)


def test_turn_statistics_of_a_corpus(corpus):
    statistics = sk.turn_statistics(corpus)
    assert statistics.dtypes.astype(str).to_dict() == schema.TURN_STATISTICS.dtypes
    assert statistics.groupby("recording_id")["talk_share"].sum().to_numpy() == pytest.approx(1)
    assert statistics["n_words"].sum() == sk.to_frame(corpus, "utterances")["n_words"].sum()


def test_speech_over_silence_is_heard_in_the_recording(tmp_path):
    """Sound in the first half of the recordings only; invented words all over them."""
    sound = np.sin(np.arange(16_000 * 15) * 0.2) * 8000
    for name in ("short", "long"):
        with wave.open(str(tmp_path / f"{name}.wav"), "wb") as file:
            file.setparams((1, 2, 16_000, 0, "NONE", ""))
            file.writeframes(np.concatenate([sound] * (1 if name == "short" else 4) + [np.zeros(16_000 * 15)]).astype("<i2").tobytes())
    rows = [{"recording_id": name, "path": str(tmp_path / f"{name}.wav")} for name in ("short", "long")]
    with sk.local_service("scripted", speed=2000):
        batch = sk.submit_batch(rows, corpus=tmp_path / "corpus", limits=LIMITS, progress=False)
        sk.collect(batch, progress=False)
    assert not sk.flag_for_review(batch, by="sentence")["reasons"].str.contains(SILENCE).any()
    queue = sk.flag_for_review(batch, by="sentence", audio_minutes=10)
    silent = queue[queue["reasons"].str.contains(SILENCE)]
    from_ms = silent["recording_id"].map({"short": 15_000, "long": 60_000})
    assert set(silent["recording_id"]) == {"short", "long"}
    assert (silent["end_ms"] > from_ms).all()
    within = sk.flag_for_review(batch, by="sentence", audio_minutes=0.6)
    assert set(within.loc[within["reasons"].str.contains(SILENCE), "recording_id"]) == {"short"}


# -- relative paths of references -------------------------------------------------------------------------------------


def test_the_sample_library_finds_its_references(samples, tmp_path):
    """Their paths start at the folder of the manifest, which is above that of the recordings."""
    rows = [{"path": str(samples / "audio" / "earnings_numbers.ogg"), "reference": "references/earnings_numbers.json"}]
    said = json.loads((samples / "references" / "earnings_numbers.json").read_text())
    with sk.local_service("scripted", speed=2000):
        batch = sk.submit_batch(rows, corpus=tmp_path / "corpus", limits=LIMITS, progress=False)
        sk.collect(batch, progress=False)
    frame = sk.evaluate(batch, "reference")
    assert frame["reference_words"][0] == len(normalise(" ".join(turn["text"] for turn in said["turns"])).split())
