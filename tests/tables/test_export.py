import errno
import hashlib
import json
import os
import resource
import signal
from pathlib import Path

import answers
import pytest
from corpora import store

import scribekit as sk
from scribekit.base.errors import ExportError, OptionError, ScribekitError
from scribekit.base.file_names import plan_names
from scribekit.base.schema import WRITTEN
from scribekit.tables.export import SUFFIXES, write_documents
from scribekit.transcripts.formats import FORMATS, Document, resolve


def document(recording_id, text="Hello there."):
    words = [{"text": word, "start": 500 * i, "end": 500 * i + 400, "confidence": 0.9} for i, word in enumerate(text.split())]
    return Document.from_payload(recording_id, json.dumps({"id": "t", "status": "completed", "text": text, "words": words}).encode())


def write(folder, recording_ids, formats=tuple(FORMATS)):
    return write_documents(folder, map(document, recording_ids), resolve(formats), plan_names(recording_ids, SUFFIXES))


def test_the_frame_lists_what_is_on_the_disk(tmp_path):
    recording_ids = ["2019/interview.mp3", "a.mp3", "A.mp3", "шёпот 🎙.wav", "con", "x" * 300]
    frame = write(tmp_path / "new" / "out", recording_ids)
    assert list(frame.columns) == WRITTEN.names
    assert frame.dtypes.astype(str).to_dict() == WRITTEN.dtypes
    assert len(frame) == len(recording_ids) * len(FORMATS)
    for row in frame.itertuples():
        content = Path(row.path).read_bytes()
        assert (row.bytes, row.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    on_disk = {str(path) for path in tmp_path.rglob("*") if path.is_file()}
    assert on_disk == set(frame["path"])
    assert str(tmp_path / "new/out/2019/interview.mp3.srt") in on_disk


def test_nothing_to_write_gives_an_empty_frame_and_the_folder(tmp_path):
    frame = write(tmp_path / "out", [])
    assert frame.dtypes.astype(str).to_dict() == WRITTEN.dtypes
    assert (tmp_path / "out").is_dir()


def test_writing_again_gives_the_same_bytes(tmp_path):
    assert write(tmp_path, ["a", "b"]).equals(write(tmp_path, ["a", "b"]))


def test_text_files_have_unix_line_ends_and_the_usual_permissions(tmp_path):
    (tmp_path / "plain").touch()
    path = Path(write(tmp_path, ["a"], ["srt"])["path"].item())
    assert b"\r" not in path.read_bytes()
    assert path.stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_documents_are_taken_one_at_a_time(tmp_path):
    seen = []

    def stream():
        for recording_id in ("a", "b"):
            seen.append(sorted(path.name for path in tmp_path.iterdir()))
            yield document(recording_id)

    write_documents(tmp_path, stream(), resolve("txt"), plan_names(["a", "b"], SUFFIXES))
    assert seen == [[], ["a.txt"]]


def test_a_file_in_place_of_the_folder_is_explained(tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(ExportError, match=r"out.*A file is where a folder is needed"):
        write(tmp_path / "out", ["a"])
    with pytest.raises(ExportError, match="A file is where a folder is needed"):
        write(tmp_path, ["out/a"])
    assert (tmp_path / "out").read_text() == "mine"


def test_a_folder_in_place_of_the_file_is_explained(tmp_path):
    (tmp_path / "a.txt").mkdir()
    with pytest.raises(ExportError, match="A folder is where the file should go"):
        write(tmp_path, ["a"], ["txt"])
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_file_that_does_not_fit_leaves_the_old_one_whole(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(ExportError, match="Choose another folder"):
            write_documents(tmp_path, [document("a", "word " * 5000)], resolve("txt"), {"a": "a"})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.txt": "old"}


@pytest.mark.parametrize(
    ("number", "advice"),
    [(errno.ENOSPC, "disk is full"), (errno.EACCES, "folder of your own"), (errno.EROFS, "read-only"), (errno.EIO, "another folder")],
)
def test_what_the_system_refuses_comes_with_advice_and_leaves_no_litter(tmp_path, monkeypatch, number, advice):
    def refuse(descriptor):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(ExportError, match=advice) as caught:
        write(tmp_path, ["a"], ["txt"])
    assert isinstance(caught.value, ScribekitError)
    assert str(tmp_path / "a.txt") in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_export_names_are_the_same_whatever_part_of_the_corpus_is_exported(folder, tmp_path):
    part = store(folder, dict.fromkeys(["2019/a.mp3", "A.MP3"], "hello"))
    other = store(folder, dict.fromkeys(["2020/a.mp3", "a.mp3"], "hello"), number=2)
    whole, *parts = (sk.export(scope, tmp_path / "out", ["txt"]) for scope in (sk.open_corpus(folder), part, other))
    assert whole["path"].tolist() == [*parts[0]["path"], *parts[1]["path"]]
    assert whole["path"].str.casefold().is_unique
    assert whole.dtypes.astype(str).to_dict() == WRITTEN.dtypes


def test_export_of_nothing_is_an_empty_list_of_files(folder, tmp_path):
    written = sk.export(store(folder, {}), tmp_path / "out")
    assert written.empty
    assert written.dtypes.astype(str).to_dict() == WRITTEN.dtypes


def test_an_unknown_format_writes_nothing(folder, tmp_path):
    batch = store(folder, {"a": "hello"})
    with pytest.raises(OptionError, match="'srt'"):
        sk.export(batch, tmp_path / "out", ["txt", "str"])
    assert not (tmp_path / "out").exists()


# -- translations and texts without masks -----------------------------------------------------------------------------


@pytest.fixture
def answered(tmp_path):
    return store(tmp_path / "corpus", {"one.mp3": answers.body("t-one"), "two.mp3": "not translated"})


def files_of(folder):
    return {path.name: path.read_text("utf-8") for path in folder.iterdir()}


def test_a_translation_has_files_of_its_own(answered, tmp_path):
    written = sk.export(answered, tmp_path / "out", language="de")
    assert written["recording_id"].unique().tolist() == ["one.mp3"]
    files = files_of(tmp_path / "out")
    assert sorted(files) == [f"one.mp3.de.{ending}" for ending in ("speakers.txt", "srt", "txt", "vtt")]
    assert files["one.mp3.de.txt"] == "Wir trafen ###### auf der Brücke.\n\nSchick den Plan.\n"
    assert files["one.mp3.de.speakers.txt"].splitlines()[-1] == "[00:00:04] Speaker B: Schick den Plan."
    first, second = files["one.mp3.de.srt"].split("\n\n")
    assert first.startswith("1\n00:00:00,000 --> ")
    assert second.startswith("2\n00:00:04,000 --> ")
    assert second.rstrip().endswith("Schick den Plan.")


def test_a_translation_without_times_is_text_only(answered, tmp_path):
    sk.export(answered, tmp_path / "out", language="FR")
    assert files_of(tmp_path / "out") == {"one.mp3.FR.txt": "Nous l'avons vue sur le pont. Envoie le plan.\n"}


def test_the_speakers_of_a_translation_have_their_current_names(answered, tmp_path):
    sk.review(answered, "one.mp3").rename("B", "Bo").correct("Burn", words=[6])
    sk.export(answered, tmp_path / "out", ["vtt"], language="de")
    assert "<v Bo>Schick den Plan." in files_of(tmp_path / "out")["one.mp3.de.vtt"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"language": "es"}, "No transcript has a translation into 'es'"),
        ({"language": "de", "formats": ["json"]}, "'json' holds every language"),
        ({"language": "de", "unredacted": True}, "exclude each other"),
        ({"formats": []}, "No export format was named"),
        ({"formats": [], "language": "de"}, "No export format was named"),
    ],
)
def test_an_edition_that_cannot_be_is_refused(answered, tmp_path, wrong, sentence):
    with pytest.raises(OptionError, match=sentence):
        sk.export(answered, tmp_path / "out", **wrong)


def test_texts_without_masks_are_written_by_name_only(answered, tmp_path):
    sk.export(answered, tmp_path / "out", [*FORMATS])
    sk.export(answered, tmp_path / "out", ["txt", "srt", "vtt", "speakers"], language="de")
    assert not [name for name, text in files_of(tmp_path / "out").items() if answers.SECRET in text or "unredacted_" in text]
    written = sk.export(answered, tmp_path / "plain", [*FORMATS], unredacted=True)
    files = files_of(tmp_path / "plain")
    assert all(name.startswith("one.mp3.unredacted.") and answers.SECRET in text for name, text in files.items())
    assert len(written) == len(files) == len(FORMATS)
    assert json.loads(files["one.mp3.unredacted.json"]) == answers.payload("t-one")


def test_without_texts_without_masks_it_says_how_to_get_them(tmp_path):
    with pytest.raises(OptionError, match="redact_pii_return_unredacted"):
        sk.export(store(tmp_path / "corpus", {"a": "masked"}), tmp_path / "out", unredacted=True)


def test_json_has_every_answer(answered, tmp_path):
    sk.export(answered, tmp_path / "out", ["json"])
    exported = json.loads(files_of(tmp_path / "out")["one.mp3.json"])
    assert exported == {name: value for name, value in answers.payload("t-one").items() if not name.startswith("unredacted_")}


def test_subtitles_have_speakers_when_they_are_asked_for(folder, tmp_path):
    batch = store(folder, {"a": [("A", "How are you?"), ("Ann", "Fine.")]})
    sk.export(batch, tmp_path / "out", "srt", options={"srt": {"speakers": True}})
    text = (tmp_path / "out" / "a.srt").read_text("utf-8")
    assert "\nSpeaker A: How are you?\n" in text
    assert "\nAnn: Fine.\n" in text
    sk.export(batch, tmp_path / "plain", "srt")
    assert "Speaker A" not in (tmp_path / "plain" / "a.srt").read_text("utf-8")
    with pytest.raises(OptionError, match="Did you mean 'speakers'"):
        sk.export(batch, tmp_path / "wrong", "srt", options={"srt": {"speaker": True}})
    assert not (tmp_path / "wrong").exists()


def test_exports_are_made_by_the_umask(stored, tmp_path):
    before = os.umask(0o022)
    try:
        sk.export(stored({"a": "one"}), tmp_path / "out", ["txt"], progress=False)
    finally:
        os.umask(before)
    assert [path.stat().st_mode & 0o777 for path in (tmp_path / "out", tmp_path / "out" / "a.txt")] == [0o755, 0o644]
