import shutil

import pytest

import scribekit as sk
from scribekit.base.errors import LedgerError, ManifestError, ScribekitError

QUICK = sk.Limits(poll_s=0.05, settle_s=0.3, backoff_s=0.05)
NAMES = ["meeting_launch.flac", "support_call.flac"]


@pytest.fixture
def project(bench, samples, tmp_path, monkeypatch):
    """A folder in which somebody transcribed recordings that were named relative to it."""
    bench("--speed", "2000")
    folder = tmp_path / "project"
    (folder / "recordings").mkdir(parents=True)
    for name in NAMES:
        shutil.copy(samples / "audio" / name, folder / "recordings")
    monkeypatch.chdir(folder)
    batch = sk.submit_batch(sk.scan("recordings", progress=False), corpus="corpora/calls", limits=QUICK, progress=False)
    sk.collect(batch, progress=False)
    return folder


def sound(corpus):
    word = sk.to_frame(corpus, "words").iloc[1]
    return sk.play(word, corpus=corpus).data


def test_a_corpus_that_is_opened_from_elsewhere_knows_where_its_recordings_are(project, tmp_path, monkeypatch):
    here = sk.open_corpus("corpora/calls")
    at_home, query = sound(here), sk.to_frame(here, "words")["text"].iloc[1]
    assert sk.search(here, query)["source"].iloc[0] == "recordings/meeting_launch.flac"
    monkeypatch.chdir(tmp_path)
    corpus = sk.open_corpus(project / "corpora/calls")
    assert sound(corpus) == at_home
    line = sk.search(corpus, query).iloc[0]
    assert line["source"] == str(project / "recordings/meeting_launch.flac")
    assert sk.play(line).data
    assert sk.widgets.DiarizationReview(corpus, NAMES[0]).recording["no_sound"] is None


def test_a_row_from_before_a_change_of_folder_is_played_by_what_the_corpus_knows(project, tmp_path, monkeypatch):
    corpus = sk.open_corpus("corpora/calls")
    line = sk.search(corpus, sk.to_frame(corpus, "words")["text"].iloc[1]).iloc[0]
    monkeypatch.chdir(tmp_path)
    assert sk.play(line, corpus=corpus).data
    with pytest.raises(ScribekitError, match="is not there"):
        sk.play(line)


def test_recordings_that_were_moved_with_their_corpus_are_found(project, tmp_path, monkeypatch):
    at_home = sound(sk.open_corpus("corpora/calls"))
    monkeypatch.chdir(tmp_path)
    project.rename(tmp_path / "archive")
    assert sound(sk.open_corpus("archive/corpora/calls")) == at_home


def test_recordings_that_lie_elsewhere_are_found_by_their_content(project, tmp_path):
    corpus = sk.open_corpus("corpora/calls")
    at_home = sound(corpus)
    (tmp_path / "elsewhere").mkdir()
    for number, name in enumerate(NAMES):
        (project / "recordings" / name).rename(tmp_path / "elsewhere" / f"tape {number}.flac")
    with pytest.raises(ScribekitError, match=r"meeting_launch.flac' is not there.*sk\.relocate"):
        sound(corpus)
    review = sk.widgets.DiarizationReview(corpus, NAMES[0])
    assert "sk.relocate" in review.recording["no_sound"]
    assert sk.relocate(corpus, tmp_path / "elsewhere", progress=False) == 2
    assert sound(corpus) == at_home
    assert sk.widgets.DiarizationReview(corpus, NAMES[0]).recording["no_sound"] is None


def test_what_is_not_of_the_corpus_is_passed_over(project, samples, tmp_path):
    corpus = sk.open_corpus("corpora/calls")
    shutil.copy(next(path for path in (samples / "audio").iterdir() if path.name not in NAMES), tmp_path)
    assert sk.relocate(corpus, tmp_path, progress=False) == 2  # those in the project, below
    with pytest.raises(ManifestError, match="There is no folder"):
        sk.relocate(corpus, tmp_path / "none")
    with pytest.raises(LedgerError, match="no corpus"):
        sk.relocate(sk.Corpus(tmp_path), tmp_path, progress=False)
