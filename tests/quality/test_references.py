import json
import re
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from corpora import store
from examples import examples
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


@pytest.mark.parametrize("text", ['[00:00:00] Speaker A: "}', '[00:00:00] A: "yes"]', "{laughs} yes"])
def test_text_with_brackets_is_not_taken_for_json(text):
    assert from_file(text.encode(), "a.txt")


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


KEYS = [
    "text",
    "turns",
    "words",
    "utterances",
    "segments",
    "speaker",
    "start",
    "end",
    "start_ms",
    "end_ms",
    "results",
    "channels",
    "alternatives",
    "transcript",
    "transcripts",
    "elements",
    "value",
    "ts",
    "monologues",
    "timestamp",
    "offsets",
    "from",
    "to",
    "id",
    "status",
    "session_id",
]
FIELDS = "SPEAKER LEXEME talk 1 0.5 1.25 <NA> A word --> 00:00:01,000 WEBVTT [00:12] A: <v".split()  # noqa: SIM905
WHOLE = [STM.encode(), TEXTGRID.encode(), EAF.encode(), LINES.encode("utf-16"), RTTM.encode()]
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=6), inside, max_size=5),
    max_leaves=25,
)
LINES_OF_FIELDS = st.lists(st.lists(st.sampled_from(FIELDS) | st.text(max_size=6), max_size=10).map(" ".join), max_size=6).map("\n".join)


CUT = st.tuples(st.sampled_from(WHOLE), st.integers(0, 900), st.integers(0, 40))
CONTENTS = (
    st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | JSON_VALUES.map(lambda value: json.dumps(value).encode())
    | LINES_OF_FIELDS.map(lambda text: text.encode("utf-8", "surrogatepass"))
    | CUT.map(lambda cut: cut[0][: cut[1]] + cut[0][cut[1] + cut[2] :])
)
NAMES = [f"a{ending}" for ending in ("", ".txt", ".json", ".srt", ".vtt", ".stm", ".ctm", ".rttm", ".TextGrid", ".eaf", ".docx", ".md")]


@given(CONTENTS, st.sampled_from(NAMES))
@examples(300)
def test_whatever_is_in_a_file_it_is_read_or_refused_in_our_words(content, name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ReferenceWarning)
        try:
            turns = from_file(content, name, "talk")
        except OptionError:
            return
    assert all(isinstance(turn, Turn) and isinstance(turn.text, str | None) for turn in turns)


@pytest.mark.parametrize(
    "content",
    [
        b'{"results": {"channels": [{"alternatives": [{}]}]}}',
        b'{"results": {"transcripts": 7}}',
        b'{"monologues": [{"elements": [1]}]}',
        b'[{"text": "a", "start_ms": "x"}]',
        b'[{"text": "a", "end_ms": [1]}]',
        b'[{"text": "a", "start_ms": 1e999}]',
        b'[{"text": "a", "offsets": {"from": null, "to": 1}}]',
        b'{"id": "t-1", "status": "completed", "words": 7}',
        EAF.replace('TIME_VALUE="2000"', 'TIME_VALUE="2 s"').encode(),
        EAF.replace("UTF-8", "klingon").encode(),
        TEXTGRID.replace("intervals: size = 3", "intervals: size = 900000000").encode(),
        TEXTGRID.replace("intervals: size = 3", "intervals: size = -3").encode(),
        TEXTGRID.replace("intervals: size = 3", "intervals: size = 1e999").encode(),
        TEXTGRID[:500].encode(),
    ],
)
def test_a_file_of_a_known_kind_with_odd_values_is_refused_with_its_name(content):
    with pytest.raises(OptionError, match="The reference 'said' cannot be read"):
        from_file(content, "said")
