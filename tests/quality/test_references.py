import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from corpora import store
from hypothesis import given
from hypothesis import strategies as st

import scribekit as sk
from scribekit.base.errors import OptionError
from scribekit.base.text import normalise
from scribekit.quality.references import Turn, as_reference, from_file, read_references


def test_labels_are_speakers_only_when_every_line_has_one():
    assert as_reference("A: Yes.\n\nDr. Gray: No: never.") == (Turn("Yes.", "A"), Turn("No: never.", "Dr. Gray"))
    assert as_reference("A: Yes.\nAnd more.") == (Turn("A: Yes."), Turn("And more."))
    assert as_reference("  \n") == ()


@given(st.lists(st.text(st.characters(categories=["L"]), min_size=1, max_size=8), max_size=20))
def test_text_without_labels_keeps_every_word(words):
    said = as_reference("\n".join(words))
    assert " ".join(turn.text for turn in said).split() == " ".join(words).split()
    assert all(turn.speaker is None for turn in said)


def test_turns_have_milliseconds_or_seconds():
    turns = as_reference([{"text": "a", "start": 1.2345, "end": 2}, {"text": "b", "start_ms": 5, "end_ms": 7, "speaker": 1}])
    assert turns == (Turn("a", None, 1234, 2000), Turn("b", "1", 5, 7))


def test_files_are_told_by_their_names(samples):
    folder = samples / "references"
    texts, turns = (from_file((folder / name).read_text("utf-8"), name) for name in ("meeting_launch.txt", "meeting_launch.json"))
    assert [(turn.speaker, turn.text) for turn in texts] == [(turn.speaker, turn.text) for turn in turns]
    assert turns[0].start_ms == 400
    assert from_file(json.dumps([{"text": "a"}]), "A.JSON") == (Turn("a"),)


@pytest.mark.parametrize(
    ("content", "sentence"), [("{", "is not JSON"), ("{}", "neither a list of turns"), ("[1]", "a text or a list of turns")]
)
def test_broken_files_are_explained(content, sentence):
    with pytest.raises(OptionError, match=sentence):
        from_file(content, "said.json")


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


def test_the_sample_library_finds_its_references(samples, transcribe):
    """Their paths start at the folder of the manifest, which is above that of the recordings."""
    rows = [{"path": str(samples / "audio" / "earnings_numbers.ogg"), "reference": "references/earnings_numbers.json"}]
    said = json.loads((samples / "references" / "earnings_numbers.json").read_text())
    batch = transcribe(rows)
    frame = sk.evaluate(batch, "reference")
    assert frame["reference_words"][0] == len(normalise(" ".join(turn["text"] for turn in said["turns"])).split())


def test_ids_that_lost_their_zeros_are_found_again():
    frame = pd.DataFrame({"recording_id": [101, 7], "reference": ["one two", "three"]})
    assert read_references(frame, None, ["0101", "0102"]).keys() == {"0101", "7"}
