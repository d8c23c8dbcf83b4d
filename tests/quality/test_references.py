import json
import re
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from corpora import store
from hypothesis import given
from hypothesis import strategies as st

import scribekit as sk
from scribekit.base.errors import OptionError, ReferenceWarning
from scribekit.base.text import normalise
from scribekit.quality.references import as_reference, from_file, read_references
from scribekit.transcripts.readers import Turn


@pytest.mark.parametrize(
    ("text", "turns"),
    [
        ("A: Yes.\n\nDr. Gray: No: never.", [("A", "Yes."), ("Dr. Gray", "No: never.")]),
        ("A: Yes.\nAnd more.", [("A", "Yes. And more.")]),
        ("A:\nGood morning\nto you.\nB:\nHello.", [("A", "Good morning to you."), ("B", "Hello.")]),
        ("Speaker A (00:00):\nGood morning.\n\nSpeaker B (00:04):\nHello.", [("Speaker A", "Good morning."), ("Speaker B", "Hello.")]),
        ("A:Good morning.\nB:Hello.", [("A", "Good morning."), ("B", "Hello.")]),
        ("A\uff1aおはよう\nB\uff1aはい", [("A", "おはよう"), ("B", "はい")]),
        ("<v A>Good morning.</v>\n<v B>Hello.", [("A", "Good morning."), ("B", "Hello.")]),
        ("[00:00:12] Ann: Hi.\n[00:00:14] Bob: Ho.", [("Ann", "Hi."), ("Bob", "Ho.")]),
        ("Remember: always wear a helmet", [(None, "Remember: always wear a helmet")]),
        ("I said: go home.\nAnd he went.", [(None, "I said: go home."), (None, "And he went.")]),
        ("10:30 we met at the station", [(None, "10:30 we met at the station")]),
        ("  \n", []),
    ],
)
def test_lines_are_speakers_turns_however_they_are_written_and_a_colon_in_speech_is_none(text, turns):
    assert [(turn.speaker, turn.text) for turn in as_reference(text)] == turns


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
    texts, turns = (from_file((folder / name).read_bytes(), name) for name in ("meeting_launch.txt", "meeting_launch.json"))
    assert [(turn.speaker, turn.text) for turn in texts] == [(turn.speaker, turn.text) for turn in turns]
    assert turns[0].start_ms == 400
    assert from_file(json.dumps([{"text": "a"}]).encode(), "A.JSON") == (Turn("a"),)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", "is not JSON"),
        (b"{}", "neither a list of turns"),
        (b"[1]", "a text or a list of turns"),
        (b"%PDF-1.7", "is a PDF"),
    ],
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


TALK = {"talk": [("A", "Good morning to all of you."), ("B", "Remember: always wear a helmet."), ("A", "I will, at 10:30.")]}


@pytest.fixture
def talk(tmp_path):
    return store(tmp_path / "talk", TALK)


def measured(corpus, path, **options):
    return sk.evaluate(corpus, {"talk": path}, **options).iloc[0]


@pytest.mark.parametrize("format_", ["txt", "speakers", "markdown", "srt", "vtt", "json"])
@pytest.mark.parametrize("shape", [str, Path])
def test_what_we_export_is_a_reference_without_errors(talk, tmp_path, format_, shape):
    options = {"srt": {"speakers": True}} if format_ == "srt" else {}
    (row,) = sk.export(talk, tmp_path / "out", [format_], options=options, progress=False).itertuples()
    found = measured(talk, shape(row.path))
    assert (found["wer"], found["reference_words"]) == (0.0, 15)
    if format_ in ("speakers", "markdown", "vtt", "srt", "json"):
        assert found["cpwer"] == 0.0


STM = """talk 1 A 0.00 2.00 good morning to all of you
talk 1 B 2.00 4.00 remember always wear a helmet
talk 1 A 4.00 6.00 i will at 10:30
"""
TEXTGRID = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 6
tiers? <exists>
size = 2
item []:
    item [1]:
        class = "IntervalTier"
        name = "A"
        xmin = 0
        xmax = 6
        intervals: size = 3
        intervals [1]:
            xmin = 0
            xmax = 2
            text = "Good morning to all of you."
        intervals [2]:
            xmin = 2
            xmax = 4
            text = ""
        intervals [3]:
            xmin = 4
            xmax = 6
            text = "I will, at 10:30."
    item [2]:
        class = "IntervalTier"
        name = "B"
        xmin = 0
        xmax = 6
        intervals: size = 1
        intervals [1]:
            xmin = 2
            xmax = 4
            text = "Remember: always wear a helmet."
"""
EAF = """<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT FORMAT="3.0"><TIME_ORDER>
<TIME_SLOT TIME_SLOT_ID="t1" TIME_VALUE="0"/><TIME_SLOT TIME_SLOT_ID="t2" TIME_VALUE="2000"/>
<TIME_SLOT TIME_SLOT_ID="t3" TIME_VALUE="4000"/><TIME_SLOT TIME_SLOT_ID="t4" TIME_VALUE="6000"/></TIME_ORDER>
<TIER TIER_ID="A" LINGUISTIC_TYPE_REF="u">
<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="t1" TIME_SLOT_REF2="t2">
<ANNOTATION_VALUE>Good morning to all of you.</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>
<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a3" TIME_SLOT_REF1="t3" TIME_SLOT_REF2="t4">
<ANNOTATION_VALUE>I will, at 10:30.</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>
<TIER TIER_ID="B" LINGUISTIC_TYPE_REF="u">
<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a2" TIME_SLOT_REF1="t2" TIME_SLOT_REF2="t3">
<ANNOTATION_VALUE>Remember: always wear a helmet.</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>
</ANNOTATION_DOCUMENT>
"""
LINES = "A: Good morning to all of you.\nB: Remember: always wear a helmet.\nA: I will, at 10:30.\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.stm", STM.encode()),
        ("a.TextGrid", TEXTGRID.encode()),
        ("a.TextGrid", TEXTGRID.encode("utf-16")),
        ("a.eaf", EAF.encode()),
        ("a.txt", LINES.encode("utf-16")),
        ("a.txt", LINES.encode("utf-8-sig")),
        ("a.txt", LINES.replace("\n", "\r\n").encode()),
        ("a.json", json.dumps([{"speaker": speaker, "text": text} for speaker, text in TALK["talk"]]).encode()),
    ],
)
def test_what_others_write_is_a_reference_without_errors(talk, tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    found = measured(talk, tmp_path / name)
    assert (found["wer"], found["cpwer"]) == (0.0, 0.0)


def test_a_word_document_is_read(talk, tmp_path):
    paragraphs = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in LINES.splitlines())
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as file:
        file.writestr("word/document.xml", f'<w:document xmlns:w="{space}"><w:body>{paragraphs}</w:body></w:document>')
    assert measured(talk, str(tmp_path / "a.docx"))[["wer", "cpwer"]].tolist() == [0.0, 0.0]


def test_a_western_file_is_read_with_a_warning_that_names_it(talk, tmp_path):
    (tmp_path / "a.txt").write_bytes(LINES.replace("helmet", "hélmet").encode("cp1252"))
    with pytest.warns(ReferenceWarning, match=r"'a.txt'.*Windows-1252"):
        assert measured(talk, tmp_path / "a.txt")["substitutions"] == 1


RTTM = "SPEAKER talk 1 0.00 2.00 <NA> <NA> A <NA> <NA>\nSPEAKER talk 1 2.00 2.00 <NA> <NA> B <NA> <NA>\n"


def test_a_reference_without_words_is_one_for_speakers_and_refused_for_words(talk, tmp_path):
    (tmp_path / "a.rttm").write_text(RTTM)
    found = measured(talk, tmp_path / "a.rttm")
    assert (found["der_recordings"], found["reference_words"]) == (1, 0)
    assert np.isnan(found[["wer", "cer", "cpwer"]].astype(float)).all()
    for verb in (sk.word_errors, sk.calibrate):
        with pytest.raises(OptionError, match="no words"):
            verb(talk, {"talk": tmp_path / "a.rttm"})
    with pytest.raises(OptionError, match="says who speaks"):
        measured(talk, tmp_path / "a.rttm", by="speaker")


@pytest.mark.parametrize("name", ["said.ass", "said.pdf", "said.odt", "said.srt", "said.docx"])
def test_what_is_not_understood_is_refused_with_its_name(talk, tmp_path, name):
    (tmp_path / name).write_bytes(b"nothing of the kind \xff\xfe" if name.endswith("docx") else b"nothing of the kind")
    with pytest.raises(OptionError, match=re.escape(name)):
        measured(talk, tmp_path / name)
