from pathlib import Path

import av
import pytest
from unprivileged import folder_of_anyone, unprivileged

from scribekit.base.errors import ManifestError
from scribekit.base.files import MEDIA_FORMATS
from scribekit.recordings.find import MEDIA_SUFFIXES, find, labels, passed_over, sentence

WITHOUT_SOUND = {"avif", "heic", "heif", "ism", "mks"}
OLD = {"apl", "mac"}


def test_every_ending_of_a_format_that_is_read_is_one_of_a_recording():
    known = {ending for name in MEDIA_FORMATS.split(",") for ending in av.ContainerFormat(name, "r").extensions}
    assert {f".{ending}" for ending in known - WITHOUT_SOUND - OLD} <= MEDIA_SUFFIXES


def test_other_files_are_no_recordings():
    assert not MEDIA_SUFFIXES & {
        "",
        ".txt",
        ".jpg",
        ".pdf",
        ".csv",
        ".json",
        ".srt",
        ".zip",
        ".py",
        ".m3u",
        ".part",
        ".crdownload",
        ".icloud",
    }


def test_all_is_counted(tmp_path):
    for name in ["a.wav", "b.txt", "c", ".d.mp3.icloud", "e.mp3.nextcloud"]:
        (tmp_path / name).touch()
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "f").symlink_to(tmp_path)
    found = find(tmp_path, recursive=True)
    assert (found.base, found.files) == (tmp_path, [Path("a.wav")])
    assert passed_over([found]) == {"other endings": 2, "cloud placeholders": 2, "linked folders": 1}
    assert passed_over([find(tmp_path, recursive=False)]) == {"other endings": 2, "cloud placeholders": 2}
    assert sentence([found]) == (
        "2 files with other endings (.txt 1, without one 1). 2 recordings that are only in a cloud: download, then scan again. "
        "1 folder that is a link: give sk.scan a list with the path of each."
    )


def test_a_broken_link_is_a_recording_that_is_missing(tmp_path):
    (tmp_path / "a.wav").symlink_to(tmp_path / "gone.wav")
    (tmp_path / "b.wav").symlink_to("b.wav")
    assert find(tmp_path, recursive=True).files == find(tmp_path / "*.wav", recursive=True).files == [Path("a.wav"), Path("b.wav")]


def test_a_folder_that_cannot_be_read_is_counted():
    with folder_of_anyone() as folder:
        (folder / "a.wav").touch()
        (folder / "closed").mkdir(mode=0)
        with unprivileged():
            found = find(folder, recursive=True)
    assert found.files == [Path("a.wav")]
    assert passed_over([found]) == {"folders that cannot be read": 1}


@pytest.mark.parametrize("where", ["nowhere", "nowhere/*.wav", "a/nowhere.wav", "[x]/nowhere"])
def test_a_folder_that_is_not_there(tmp_path, where):
    (tmp_path / "a").mkdir()
    (tmp_path / "[x]").mkdir()
    with pytest.raises(ManifestError, match="There is no folder"):
        find(tmp_path / where, recursive=True)


def test_equal_folders_keep_equal_names():
    assert labels([Path("/a/b"), Path("/a/b"), Path("/")]) == ["a/b", "a/b", ""]
