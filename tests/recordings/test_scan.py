import os
import shutil
import unicodedata
import wave
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from places import ROOT
from sounds import encode, noise

from scribekit.base import schema
from scribekit.base.errors import ManifestError, ManifestWarning
from scribekit.recordings.scan import read_manifest, scan

AUDIO = ROOT / "sample_manifests" / "audio"


@pytest.fixture
def library(tmp_path, monkeypatch):
    """An empty folder, which is also the working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def tone(path, seconds=1.0, seed=1):
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(np.random.default_rng(seed).integers(-3000, 3000, int(seconds * 8000), dtype="int16").tobytes())
    return path


def kinds(frame):
    return [None if pd.isna(problem) else problem.split(":")[0] for problem in frame["problem"]]


def test_a_folder_becomes_a_table(library):
    for number, name in enumerate(["calls/10.wav", "calls/2.wav", "Calls of 2019/a.WAV", "a.wav"]):
        tone(library / "lib" / name, seed=number)
    (library / "lib" / "notes.txt").write_text("not a recording")
    tone(library / "lib" / ".hidden" / "b.wav")
    tone(library / "lib" / "._a.wav")
    with pytest.warns(ManifestWarning, match=r"Passed over in 'lib/': 1 file with other endings \(\.txt 1\)"):
        frame = scan("lib/")
    assert frame["recording_id"].tolist() == ["a.wav", "calls/2.wav", "calls/10.wav", "Calls of 2019/a.WAV"]
    assert frame["source"].tolist() == ["lib/a.wav", "lib/calls/2.wav", "lib/calls/10.wav", "lib/Calls of 2019/a.WAV"]
    assert frame["duration_s"].tolist() == [1.0] * 4
    assert frame["problem"].isna().all()
    assert frame.dtypes.astype(str).to_dict() == schema.MANIFEST.dtypes


def test_a_folder_can_be_scanned_without_its_subfolders(library):
    tone(library / "a.wav")
    tone(library / "sub" / "b.wav")
    assert scan(library, recursive=False)["recording_id"].tolist() == ["a.wav"]


@pytest.mark.parametrize(
    ("pattern", "recursive", "found"),
    [
        ("lib/*.wav", True, ["a.WAV"]),
        ("lib/**/*.wav", True, ["a.WAV", "s/b.wav", "s/t/c.wav"]),
        ("lib/**", True, ["a.WAV", "s/b.wav", "s/t/c.wav"]),
        ("lib/**/*.wav", False, ["s/b.wav"]),
        ("l?b/s/*", True, ["lib/s/b.wav"]),
        ("lib/a.WAV", True, ["a.WAV"]),
    ],
)
def test_a_pattern_finds_what_it_says(library, pattern, recursive, found):
    for number, name in enumerate(["lib/a.WAV", "lib/s/b.wav", "lib/s/t/c.wav", "lib/.trash/d.wav"]):
        tone(library / name, seed=number)
    frame = scan(pattern, recursive=recursive)
    assert frame["recording_id"].tolist() == found
    assert all(Path(source).is_file() for source in frame["source"])


def test_a_folder_whose_name_looks_like_a_pattern(library):
    tone(library / "[2019] calls" / "a.wav")
    assert scan("[2019] calls")["recording_id"].tolist() == ["a.wav"]


def test_a_scan_of_nothing_is_refused(library):
    with pytest.raises(ManifestError, match="There is no folder 'nowhere'"):
        scan("nowhere")
    (library / "a.docx").touch()
    with pytest.raises(ManifestError, match=r"Passed over: 1 file with other endings \(\.docx 1\)"):
        scan(".")
    with pytest.raises(ManifestError, match="read_manifest"):
        scan("https://example.org/a.mp3")


@pytest.mark.parametrize(
    "name", ["a.mkv", "a.AVI", "a.3gp", "a.caf", "a.wmv", "a.mpg", "a.mka", "a.aifc", "a.spx", "a.qta", "a.wave", "a.bwf"]
)
def test_what_ffmpeg_knows_as_sound_is_taken(library, name):
    """FFmpeg looks at the content, so that the content of one format will do."""
    tone(library / name)
    frame = scan(".")
    assert (frame["recording_id"].tolist(), kinds(frame)) == ([name], [None])
    assert frame.attrs["passed_over"] == {}


def test_what_is_passed_over_is_counted_in_one_warning(library):
    for name in ["lib/a.wav", "elsewhere/b.wav", "lib/sub/c.wav"]:
        tone(library / name, seed=len(name))
    for name in [
        "notes.txt",
        "list.csv",
        "sub/notes.TXT",
        ".b.m4a.icloud",
        "sub/.d.txt.icloud",
        "c.mp3.owncloud",
        ".hidden.wav",
        "Thumbs.db",
    ]:
        (library / "lib" / name).write_text("x")
    (library / "lib" / "linked").symlink_to(library / "elsewhere")
    (library / "lib" / "sub" / "loop").symlink_to(library / "lib")
    with pytest.warns(ManifestWarning) as warned:
        frame = scan("lib")
    assert frame["recording_id"].tolist() == ["a.wav", "sub/c.wav"]
    assert frame.attrs["passed_over"] == {"other endings": 3, "cloud placeholders": 2, "linked folders": 2}
    (message,) = (str(warning.message) for warning in warned)
    for said in ("3 files with other endings (.txt 2, .csv 1)", "2 recordings that are only in a cloud", "2 folders that are links"):
        assert said in message
    assert warned[0].filename == __file__


def test_a_pattern_passes_over_what_it_names(library):
    for name in ["lib/a.wav", "lib/s/b.wav", "far/c.wav"]:
        tone(library / name, seed=len(name))
    (library / "lib" / "s" / "notes.txt").touch()
    (library / "lib" / "s" / ".d.wav.icloud").touch()
    (library / "lib" / "s" / "linked").symlink_to(library / "far")
    with pytest.warns(ManifestWarning):
        assert scan("lib/**/*.wav").attrs["passed_over"] == {"cloud placeholders": 1, "linked folders": 1}
    with pytest.warns(ManifestWarning):
        assert scan("lib/**").attrs["passed_over"] == {"other endings": 1, "cloud placeholders": 1, "linked folders": 1}
    assert scan("lib/s/*/*.wav")["recording_id"].tolist() == ["linked/c.wav"]


def test_nothing_passed_over_is_no_warning(library, recwarn):
    tone(library / "a.wav")
    assert scan(".").attrs["passed_over"] == {}
    assert not recwarn


def test_a_folder_of_placeholders_says_so(library):
    (library / ".a.m4a.icloud").touch()
    with pytest.raises(ManifestError, match="1 recording that is only in a cloud: download, then scan again"):
        scan(".")


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("[2019] calls/*.wav", ["a [1].wav", "b.WAV"]),
        ("[2019] calls/**/*.wav", ["a [1].wav", "b.WAV", "[s]/c.wav"]),
        ("[2019] calls/a [1].wav", ["a [1].wav"]),
        ("[2019] c*/*.wav", ["[2019] calls/a [1].wav", "[2019] calls/b.WAV"]),
        ("*/a [1].*", ["[2019] calls/a [1].wav"]),
        ("*/[s]/*.wav", ["[2019] calls/[s]/c.wav"]),
        ("[2019] calls/[ab]*.wav", ["a [1].wav", "b.WAV"]),
        ("[2019] calls/[!a]*.wav", ["b.WAV"]),
    ],
)
def test_brackets_are_part_of_a_name_where_there_is_one(library, pattern, found):
    for number, name in enumerate(["a [1].wav", "b.WAV", "[s]/c.wav"]):
        tone(library / "[2019] calls" / name, seed=number)
    assert sorted(scan(pattern)["recording_id"]) == sorted(found)
    assert sorted(scan(library / pattern)["recording_id"]) == sorted(found)


def test_a_pattern_in_another_normal_form_of_letters(library):
    tone(library / "e\u0301te\u0301" / "a.wav")
    assert scan("\u00e9t*/*.wav")["recording_id"].tolist() == ["\u00e9t\u00e9/a.wav"]


def test_several_folders(library):
    for number, name in enumerate(["one/a.wav", "one/b.wav", "two/sub/a.wav", "far/calls/x.wav", "near/calls/x.wav"]):
        tone(library / name, seed=number)
    (library / "two" / "notes.txt").touch()
    with pytest.warns(ManifestWarning, match="Passed over in 'one', 'two': 1 file"):
        frame = scan(["one", Path("two")])
    assert frame["recording_id"].tolist() == ["one/a.wav", "one/b.wav", "two/sub/a.wav"]
    assert frame["source"].tolist() == ["one/a.wav", "one/b.wav", "two/sub/a.wav"]
    assert frame.attrs["passed_over"] == {"other endings": 1}
    assert scan(("far/calls", library / "near" / "calls"))["recording_id"].tolist() == ["far/calls/x.wav", "near/calls/x.wav"]
    assert scan(["one"])["recording_id"].tolist() == ["a.wav", "b.wav"]
    assert scan(["one/a.wav", "one/b.wav"])["recording_id"].tolist() == ["a.wav", "b.wav"]
    assert scan(["one/*.wav", "two/**/*.wav"])["recording_id"].tolist() == ["one/a.wav", "one/b.wav", "two/sub/a.wav"]


def test_folders_within_each_other_give_each_file_once(library):
    tone(library / "lib" / "sub" / "a.wav")
    frame = scan(["lib", "lib/sub", "lib/../lib", str(library / "lib")])
    assert (frame["recording_id"].tolist(), kinds(frame)) == (["sub/a.wav"], [None])


def test_a_list_with_something_wrong_in_it_is_refused(library):
    tone(library / "one" / "a.wav")
    with pytest.raises(ManifestError, match="There is no folder 'nowhere'"):
        scan(["one", "nowhere"])
    with pytest.raises(ManifestError, match="is an address"):
        scan(["one", "https://example.org/a.mp3"])
    with pytest.raises(ManifestError, match="an empty list"):
        scan([])


def test_names_with_emoji_accents_spaces_and_great_length(library):
    names = ["🎙 talk.wav", "e\u0301te\u0301.wav", "è.wav", " a  b .wav", "x" * 250 + ".wav", "/".join(["d" * 200] * 3) + "/a.wav"]
    for number, name in enumerate(names):
        tone(library / name, seed=number)
    frame = scan(".")
    assert sorted(frame["recording_id"]) == sorted(unicodedata.normalize("NFC", name) for name in names)
    assert frame["problem"].isna().all()


def test_a_name_that_is_not_unicode_has_a_problem_and_does_not_stop_the_scan(library):
    shutil.copy(AUDIO / "silence.wav", os.fsencode(str(library)) + b"/caf\xe9.wav")
    tone(library / "z.wav")
    frame = scan(".")
    assert kinds(frame) == ["unreadable", None]


def test_a_table_written_with_another_normal_form_finds_its_files(library):
    tone(library / "e\u0301te\u0301.wav")
    frame = read_manifest(["\u00e9t\u00e9.wav"])
    assert kinds(frame) == [None]
    assert frame["recording_id"][0] == "\u00e9t\u00e9.wav"


def test_a_list_of_paths_and_addresses(library):
    tone(library / "a.wav")
    frame = read_manifest([Path("a.wav"), "https://example.org/b.mp3", "gone.wav", None, "", float("nan"), "ftp://example.org/c.mp3"])
    assert frame["recording_id"].tolist() == ["a.wav", "example.org/b.mp3", "gone.wav", "row-4", "row-5", "row-6", "example.org/c.mp3"]
    assert kinds(frame) == [None, None, "missing", "no_source", "no_source", "no_source", "bad_url"]
    assert frame["duration_s"].isna().tolist() == [False] + [True] * 6


def test_an_empty_list_gives_an_empty_table():
    frame = read_manifest([])
    assert frame.empty
    assert frame.dtypes.astype(str).to_dict() == schema.MANIFEST.dtypes


def test_columns_of_the_user_survive_with_their_dtypes(library):
    tone(library / "a.wav")
    given = pd.DataFrame(
        {
            "take": pd.Series([1, 2], dtype="int8"),
            "path": ["a.wav", "b.wav"],
            "kind": pd.Categorical(["x", "y"]),
            "day": pd.to_datetime(["2020-01-01", "2020-01-02"]),
            "terms": [["a", "b"], None],
            7: [True, False],
        },
        index=[5, 9],
    )
    before = given.copy(deep=True)
    frame = read_manifest(given)
    pd.testing.assert_frame_equal(given, before)
    assert frame.columns.tolist() == [*schema.MANIFEST.names, "take", "kind", "day", "terms", 7]
    assert frame.dtypes[["take", "kind", "day", 7]].tolist() == given.dtypes[["take", "kind", "day", 7]].tolist()
    assert frame["terms"][0] == ["a", "b"]


def test_a_manifest_can_be_read_again(library):
    tone(library / "a.wav")
    once = read_manifest([{"url": "a.wav", "title": "A"}, {"url": "https://example.org/x.mp3", "title": "X"}])
    pd.testing.assert_frame_equal(read_manifest(once), once)


def test_what_the_user_knows_of_an_address_is_kept():
    frame = read_manifest([{"url": "https://example.org/a.mp3", "duration_s": "61.5", "channels": 2}, {"url": "https://example.org/b.mp3"}])
    assert frame["duration_s"].tolist()[0] == 61.5
    assert frame["channels"].tolist() == [2, pd.NA]


def test_the_facts_of_a_file_replace_those_of_the_table(library):
    tone(library / "a.wav", seconds=2)
    with pytest.warns(ManifestWarning, match="called 'problem_given'"):
        frame = read_manifest([{"path": "a.wav", "duration_s": 99.0, "problem": "old"}])
    assert frame["duration_s"].tolist() == [2.0]
    assert kinds(frame) == [None]


def test_ids_of_the_user_are_kept_or_refused(library):
    assert read_manifest([{"url": "https://x.org/a.mp3", "recording_id": 7}])["recording_id"].tolist() == ["7"]
    with pytest.raises(ManifestError, match="unique"):
        read_manifest([{"url": "https://x.org/a.mp3", "recording_id": "a"}, {"url": "https://x.org/b.mp3", "recording_id": "a"}])
    with pytest.raises(ManifestError, match="row 2"):
        read_manifest([{"url": "https://x.org/a.mp3", "recording_id": "a"}, {"url": "https://x.org/b.mp3"}])


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet", ".json", ".jsonl", ".txt"])
def test_every_kind_of_file(library, suffix):
    tone(library / "lib" / "audio" / "a.wav")
    table = pd.DataFrame({"path": ["audio/a.wav", "https://example.org/ü.mp3"], "speakers_expected": [2, 3]})
    file = library / "lib" / f"manifest{suffix}"
    {
        ".csv": lambda: table.to_csv(file, index=False, encoding="utf-8-sig"),
        ".tsv": lambda: table.to_csv(file, index=False, sep="\t"),
        ".parquet": lambda: table.to_parquet(file),
        ".json": lambda: table.to_json(file, orient="records"),
        ".jsonl": lambda: table.to_json(file, orient="records", lines=True),
        ".txt": lambda: file.write_text("\n".join(table["path"]) + "\n\n", encoding="utf-8"),
    }[suffix]()
    frame = read_manifest(f"lib/manifest{suffix}")
    assert frame["recording_id"].tolist() == ["audio/a.wav", "example.org/ü.mp3"]
    assert frame["source"].tolist() == ["lib/audio/a.wav", "https://example.org/ü.mp3"]
    assert kinds(frame) == [None, None]
    assert suffix == ".txt" or frame["speakers_expected"].tolist() == [2, 3]


def test_a_csv_keeps_whole_numbers_truth_and_leading_zeros(library):
    (library / "m.csv").write_text(
        "recording_id;url;speakers_expected;multichannel;weight;title\n007;https://x.org/a;2;true;1.5;A\n008;https://x.org/b;;;2;\n"
    )
    frame = read_manifest("m.csv")
    assert frame["recording_id"].tolist() == ["007", "008"]
    own = frame[["speakers_expected", "multichannel", "weight", "title"]]
    assert own.dtypes.astype(str).tolist() == ["Int64", "boolean", "float64", "str"]
    assert own["speakers_expected"].tolist() == [2, pd.NA]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("m.csv", "title\nx\n", "Found: title"),
        ("m.csv", "path\nМосква.mp3\n".encode("cp1251"), "Save it as UTF-8"),
        ("m.csv", 'path,title\n"a.mp3,b\n', "cannot be read"),
        ("m.csv", "", "cannot be read"),
        ("m.json", "{not json", "cannot be read"),
        ("m.pdf", "x", "Known are: .csv"),
    ],
)
def test_a_file_that_is_not_a_manifest_is_refused(library, name, content, sentence):
    (library / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ManifestError, match=sentence):
        read_manifest(name)


def test_what_is_not_a_manifest_is_refused(library):
    tone(library / "a.wav")
    for given, sentence in [
        ("gone.csv", "There is no manifest file"),
        (str(library), "sk.scan"),
        ("a.wav", r"read_manifest\(\['a.wav'\]\)"),
        ("https://example.org/list.csv", "list"),
        (5, "int"),
        (b"a.wav", "bytes"),
        (pd.DataFrame([["a.wav", "b.wav"]], columns=["path", "path"]), "different names"),
    ]:
        with pytest.raises(ManifestError, match=sentence):
            read_manifest(given)


def test_the_same_audio_is_sent_once(library):
    tone(library / "a.wav")
    shutil.copy(library / "a.wav", library / "copy.wav")
    tone(library / "other.wav", seed=2)
    frame = read_manifest(["copy.wav", "other.wav", "a.wav", "https://x.org/a.mp3#1", "https://x.org/a.mp3"])
    assert kinds(frame) == [None, None, "duplicate", None, "duplicate"]
    assert "same audio as 'copy.wav'" in frame["problem"][2]


def test_the_same_audio_with_other_options_is_another_job(library):
    tone(library / "a.wav")
    frame = read_manifest(
        [
            {"path": "a.wav", "language_code": "en", "note": "x"},
            {"path": "a.wav", "language_code": "de", "note": "x"},
            {"path": "a.wav", "language_code": "en", "note": "y"},
        ]
    )
    assert kinds(frame) == [None, None, "duplicate"]
    assert frame["recording_id"].tolist() == ["a.wav", "a.wav#2", "a.wav#3"]


def test_a_bad_row_is_not_a_duplicate(library):
    tone(library / "a.wav", seconds=0.01)
    assert kinds(read_manifest(["a.wav", "a.wav"])) == ["too_short", "too_short"]


def test_the_sample_library_is_whole():
    frame = read_manifest(ROOT / "sample_manifests" / "library.csv")
    assert len(frame) == 7
    assert frame["problem"].isna().all()
    assert frame["multichannel"].fillna(False).sum() == 1
    references = frame["reference"].map(lambda path: (ROOT / "sample_manifests" / path).is_file())
    assert references.all()
    assert read_manifest(ROOT / "sample_manifests" / "quickstart.csv")["problem"].isna().all()


def test_the_bad_rows_show_every_problem_that_can_be_shipped():
    frame = read_manifest(ROOT / "sample_manifests" / "bad_rows.csv")
    assert kinds(frame) == [None if pd.isna(kind) else kind for kind in frame["expected_problem"]]
    shipped = set(frame["expected_problem"].dropna())
    assert shipped == {
        "missing", "is_folder", "empty", "no_audio", "corrupt", "too_short", "too_long", "duplicate", "bad_url", "no_source"
    }  # fmt: skip
    assert frame["expected_problem"].isna().sum() == 2


def test_the_column_that_is_meant_is_sent_when_rows_end_with_a_delimiter(library):
    for seed, name in enumerate(["a.wav", "old_a.wav"]):
        tone(library / name, seed=seed)
    for delimiter in ",;\t":
        text = "path,previous\na.wav,old_a.wav,\n".replace(",", delimiter)
        (library / "m.csv").write_text(text)
        frame = read_manifest("m.csv")
        assert frame[["source", "previous"]].to_numpy().tolist() == [["a.wav", "old_a.wav"]]


def test_an_unquoted_delimiter_is_an_error_with_its_line(library):
    (library / "m.csv").write_text("path,title\na.wav,fine\nb.wav,Hello, world\n")
    with pytest.raises(ManifestError, match=r"m\.csv.*line 3 has 3 cells.*quotes"):
        read_manifest("m.csv")


def test_values_stay_what_the_table_says_and_dtype_decides_otherwise(library):
    (library / "m.csv").write_text(
        "url;recording_id;code;phone;note;year\nhttps://x.org/a;007;1.10;0049176;NA;1998\nhttps://x.org/b;008;1e5;1;None;2001\n"
    )
    frame = read_manifest("m.csv")
    assert frame[["recording_id", "code", "phone", "note"]].to_numpy().tolist() == [
        ["007", "1.10", "0049176", "NA"],
        ["008", "1e5", "1", "None"],
    ]
    assert frame["year"].tolist() == [1998, 2001]
    assert read_manifest("m.csv", dtype=str)["year"].tolist() == ["1998", "2001"]
    assert read_manifest("m.csv", dtype={"code": "float64", "year": "str"})[["code", "year"]].to_numpy().tolist() == [
        [1.1, "1998"],
        [1e5, "2001"],
    ]
    assert read_manifest(pd.DataFrame({"url": ["https://x.org/a"], "n": [7]}), dtype={"n": str})["n"].tolist() == ["7"]
    with pytest.raises(ManifestError, match="'note' cannot be made"):
        read_manifest("m.csv", dtype={"note": "int64"})


def test_numbers_that_came_back_as_floats_are_the_same_ids(library):
    given = pd.DataFrame({"url": ["https://x.org/a", "https://x.org/b"], "recording_id": [7.0, 8.0]})
    assert read_manifest(given)["recording_id"].tolist() == ["7", "8"]


@pytest.mark.parametrize("column", ["duration_s", "duration", "length", "Duration (s)"])
def test_the_length_of_an_address_is_read_as_people_write_it(column):
    cells = ["01:00:00", "45:10", "3600,5", pd.Timedelta("90s"), "", "soon", 0.1]
    frame = read_manifest([{"url": f"https://x.org/{number}.mp3", column: cell} for number, cell in enumerate(cells)])
    assert frame["duration_s"].tolist()[:4] == [3600.0, 2710.0, 3600.5, 90.0]
    assert frame["duration_s"].isna().tolist()[4:] == [True, True, False]
    assert kinds(frame) == [None] * 5 + ["bad_length", "too_short"]
    assert f"The length 'soon' (column {column!r}) cannot be read. Write" in frame["problem"][5]


def test_a_file_is_measured_whatever_the_table_says_of_its_length(library):
    tone(library / "a.wav", seconds=2)
    frame = read_manifest([{"path": "a.wav", "length": "long"}])
    assert (frame["duration_s"][0], kinds(frame)) == (2.0, [None])


def test_paths_are_found_as_windows_copies_them_and_near_hits_are_named(library):
    tone(library / "calls" / "Été 1.wav")
    tone(library / "b.wav", seed=2)
    frame = read_manifest(
        [
            '"calls\\Été 1.wav"',
            "b.wav\u00a0 ",
            "CALLS/été 1.WAV",
            "C:\\old\\calls\\Été 1.wav",
            "www.example.org/a.mp3",
            '"https://x.org/a.mp3"',
        ]
    )
    assert frame["source"].tolist()[:2] == ["calls/Été 1.wav", "b.wav"]
    assert frame["recording_id"].tolist()[:2] == ["calls/Été 1.wav", "b.wav"]
    assert kinds(frame) == [None, None, "missing", "missing", "missing", None]
    assert all("There is 'calls/Été 1.wav'" in problem for problem in frame["problem"][2:4])
    assert "write 'https://www.example.org/a.mp3'" in frame["problem"][4]
    assert frame["source"][5] == "https://x.org/a.mp3"


def test_a_windows_csv_in_utf_16_finds_its_files(library):
    tone(library / "Größe.wav")
    (library / "m.csv").write_bytes('sep=;\r\npath;title\r\n"Größe.wav";Ärger\r\n'.encode("utf-16"))
    frame = read_manifest("m.csv")
    assert (frame["title"].tolist(), kinds(frame)) == (["Ärger"], [None])


def test_a_page_is_a_problem_before_anything_is_sent():
    frame = read_manifest(["https://www.youtube.com/watch?v=abc", "https://www.dropbox.com/s/x/a.mp3?dl=0", "https://x.org/a.mp3"])
    assert kinds(frame) == ["page", "page", None]


def test_links_that_differ_in_their_signature_are_the_same_recording():
    links = [f"https://x.org/a.mp3?X-Amz-Date=2026&X-Amz-Signature={signature}" for signature in ("one", "two")]
    frame = read_manifest(links)
    assert frame["recording_id"].tolist() == ["x.org/a.mp3", "x.org/a.mp3#2"]
    assert kinds(frame) == [None, "duplicate"]
    assert frame["source"].tolist() == links


@pytest.mark.parametrize("facts", [{"channels": 2.5}, {"channels": "stereo"}, {"size_bytes": float("inf")}, {"sample_rate_hz": -1}])
def test_facts_that_cannot_be_are_unknown(facts):
    assert read_manifest([{"url": "https://x.org/a.mp3", **facts}])[list(facts)].isna().all(axis=None)


def test_what_is_odd_about_a_recording_is_a_column(library):
    one = noise(12)
    encode(library / "a.wav", [np.stack([one, -one])], codec="pcm_s16le")
    encode(library / "b.mp4", [noise(10)[None]], starts_s=2, picture_s=12)
    tone(library / "c.wav")
    frame = scan(".")
    assert frame["tracks"].tolist() == [1, 1, 1]
    assert frame["starts_at_s"].tolist() == pytest.approx([0, 2, 0], abs=0.1)
    assert [text.partition(":")[0] for text in frame["warning"].fillna("")] == ["out_of_phase", "late_sound", ""]
    assert frame["problem"].isna().all()
    assert read_manifest(["a.wav"])["warning"].tolist() == frame["warning"].tolist()[:1]
    pd.testing.assert_frame_equal(read_manifest(frame), frame)


def test_own_columns_with_names_that_are_measured_are_kept_under_another(tmp_path):
    table = pd.DataFrame({"path": ["missing.wav"], "warning": ["graphic content"], "tracks": ["4 songs"], "title": ["T"]})
    with pytest.warns(ManifestWarning) as told:
        manifest = read_manifest(table, progress=False)
    assert [str(one.message).split("'")[1] for one in told] == ["tracks", "warning"]
    assert manifest[["warning_given", "tracks_given", "title"]].to_numpy().tolist() == [["graphic content", "4 songs", "T"]]
    assert manifest["warning"].isna().all()
    assert read_manifest(manifest, progress=False).equals(manifest)  # a manifest of our own is measured again


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ({"url": "https://host.example/a.mp3", "own": "a\ud83d"}, "in the column 'own'"),
        ({"url": "https://host.example/a.mp3", "recording_id": "a\ud83d"}, "in the column 'recording_id'"),
        ({"url": "https://host.example/a\ud83d.mp3"}, "in the column 'url'"),
        ({"url": "https://host.example/a.mp3", "a\ud83d": 1}, "among the names of the columns"),
    ],
)
@pytest.mark.parametrize("form", [lambda row: [row], lambda row: {name: [cell] for name, cell in row.items()}], ids=["rows", "columns"])
def test_half_a_character_in_a_table_is_refused_with_its_place(row, place, form):
    with pytest.raises(ManifestError, match=rf"ud83d.*{place} has half of a character"):
        read_manifest(form(row), progress=False)


@pytest.mark.parametrize("table", [["\udcff.wav"], [{"path": "\udcff.wav"}]])
def test_a_file_whose_name_is_not_unicode_is_a_problem_of_its_row(table):
    assert read_manifest(table, progress=False)["problem"][0].startswith("unreadable:")
