import hashlib

import pytest

from scribekit.recordings.locate import SourceLocator, absolute_path, missing_file_message


def test_a_source_that_was_given_whole_stays_as_it_is(tmp_path):
    places = SourceLocator(tmp_path / "corpus", tmp_path)
    assert places.resolve("/far/away.mp3", "/far/away.mp3", None) == "/far/away.mp3"
    assert places.resolve("a.mp3", str(tmp_path / "a.mp3"), None) == "a.mp3"
    assert places.resolve("a.mp3", "/gone/a.mp3", None) == "/gone/a.mp3"


def test_a_source_is_compared_as_a_path(tmp_path):
    places = SourceLocator(tmp_path / "corpus", tmp_path)
    assert places.resolve("./a//b.mp3", str(tmp_path / "a/b.mp3"), None) == "./a//b.mp3"


@pytest.fixture
def moved(tmp_path):
    """A corpus whose recordings may be beside it or where they were, and a function that writes one and returns what it is known by."""
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old / "rec", new / "rec", new / "corpus"):
        folder.mkdir(parents=True)

    def put(folder, name, content=b"what was said"):
        (tmp_path / folder / "rec" / name).write_bytes(content)
        return f"rec/{name}", str(old / "rec" / name), hashlib.sha256(b"what was said").hexdigest()

    return SourceLocator(new / "corpus", tmp_path), put


def test_another_recording_of_the_same_name_is_never_taken_for_it(moved):
    places, put = moved
    given, kept, sha256 = put("new", "a.mp3", b"what I thought")  # of the same size
    assert places.resolve(given, kept, sha256) == kept
    assert places.resolve(given, kept, None) == kept


@pytest.mark.parametrize("homes", [("old", "new", "old"), ("new", "old", "new")])
def test_one_recording_says_nothing_about_where_another_is(moved, tmp_path, homes):
    places, put = moved
    files = [put(home, f"{number}.mp3") for number, home in enumerate(homes)]
    assert [places.resolve(*file) for file in files] == [str(tmp_path / home / file[0]) for home, file in zip(homes, files, strict=True)]


def test_a_recording_that_changes_after_it_was_found_is_not_found_again(moved, tmp_path):
    places, put = moved
    file = put("new", "a.mp3")
    assert places.resolve(*file) == str(tmp_path / "new" / "rec" / "a.mp3")
    put("new", "a.mp3", b"something else was said")
    assert places.resolve(*file) == file[1]


def test_not_more_than_the_limit_is_read_to_verify_recordings(moved, tmp_path):
    _, put = moved
    places = SourceLocator(tmp_path / "new" / "corpus", tmp_path, max_verified_bytes=20)
    first, second = put("new", "a.mp3"), put("new", "b.mp3")
    assert places.resolve(*first) == str(tmp_path / "new" / "rec" / "a.mp3")
    assert places.resolve(*second) == second[1]


def test_a_file_that_is_missing_is_told_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "~draft.wav").write_bytes(b"x")
    assert missing_file_message("~draft.wav") is None
    assert missing_file_message(str(tmp_path)) is not None  # a folder is not a recording
    assert f"'{tmp_path}/gone.wav' is not there" in missing_file_message("gone.wav")
    assert "sk.relocate" in missing_file_message("gone.wav")


def test_only_the_home_folder_itself_is_expanded(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    assert absolute_path("~/a.wav") == tmp_path / "home" / "a.wav"
    assert absolute_path("~root/a.wav") == tmp_path / "~root" / "a.wav"
