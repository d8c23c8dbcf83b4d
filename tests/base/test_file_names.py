import hashlib
import unicodedata
from pathlib import PurePosixPath, PureWindowsPath

from hypothesis import example, given
from hypothesis import strategies as st

from scribekit.base.file_names import plan_names

SUFFIXES = (".txt", ".srt", ".speakers.txt", ".json")

LIKELY_PART = st.sampled_from(
    [
        "a",
        "A",
        "a.txt",
        "a.speakers",
        "con",
        "NUL.mp3",
        "..",
        ".",
        " a ",
        "a.",
        "é",
        "e\u0301",
        "a:",
        "a?",
        "x" * 300,
        "🎙" * 80,
        "ß",
        "ss",
        "a\u200d",
    ]
)
PART = st.one_of(LIKELY_PART, st.text(max_size=8))
RECORDING_IDS = st.sets(st.lists(PART, min_size=1, max_size=3).map("/".join), max_size=12)


def paths_of(names):
    return [name + suffix for name in names.values() for suffix in SUFFIXES]


def looks_on_a_disk_without_case(path):
    return unicodedata.normalize("NFC", path.casefold())


@given(RECORDING_IDS)
@example({"a", "a.speakers"})
@example({"a", "a.txt/b"})
@example({"A", "a", "a~ca978112"})
def test_no_two_recordings_ever_share_a_file_name(recording_ids):
    names = plan_names(recording_ids, SUFFIXES)
    assert set(names) == recording_ids
    files = [looks_on_a_disk_without_case(path) for path in paths_of(names)]
    assert len(set(files)) == len(files)
    folders = {str(parent) for path in files for parent in PurePosixPath(path).parents}
    assert folders.isdisjoint(files)


@given(RECORDING_IDS)
def test_names_stay_inside_the_folder_and_fit_every_system(recording_ids):
    for path in paths_of(plan_names(recording_ids, SUFFIXES)):
        assert not PurePosixPath(path).is_absolute()
        assert not PureWindowsPath(path).drive
        for part in path.split("/"):
            assert part not in ("", ".", "..")
            assert 0 < len(part.encode()) <= 255
            assert part == part.strip(" ").rstrip(".")
            assert not set(part) & set('<>:"\\|?*')
            assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in part)
            assert not PureWindowsPath(part).is_reserved()


@given(RECORDING_IDS, st.randoms())
def test_names_do_not_depend_on_order_or_repeats(recording_ids, random):
    shuffled = list(recording_ids) * 2
    random.shuffle(shuffled)
    assert plan_names(shuffled, SUFFIXES) == plan_names(recording_ids, SUFFIXES)


@given(st.lists(st.text("abcdefghij-_ .", min_size=1, max_size=20).map(lambda part: f"x{part}x"), min_size=1, max_size=3).map("/".join))
def test_an_ordinary_name_alone_is_kept(recording_id):
    assert plan_names([recording_id], SUFFIXES) == {recording_id: recording_id}


def test_both_of_two_that_clash_are_marked_with_their_own_hash():
    names = plan_names(["2019/Talk.mp3", "2019/talk.mp3", "2019/other.mp3"], SUFFIXES)
    assert names["2019/other.mp3"] == "2019/other.mp3"
    for recording_id in ("2019/Talk.mp3", "2019/talk.mp3"):
        assert names[recording_id] == f"{recording_id}~{hashlib.sha256(recording_id.encode()).hexdigest()[:8]}"
