import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.recordings.spelling import Folder, plain, spellings


@pytest.fixture
def folder(tmp_path):
    for name in ("calls/A b.WAV", "calls/été.wav", "calls/ spaced.wav", "twice/a.wav", "twice/A.wav", "top.wav", "'quoted'.wav"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    return Folder(tmp_path)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("calls/A b.WAV", "calls/A b.WAV"),
        ('"calls/A b.WAV"', "calls/A b.WAV"),
        ("“calls/A b.WAV”", "calls/A b.WAV"),
        ("calls\\A b.WAV", "calls/A b.WAV"),
        ('"calls\\A b.WAV"\u00a0', "calls/A b.WAV"),
        ("\u202atop.wav\u202c", "top.wav"),
        ("top.wav  ", "top.wav"),
        ("\ufefftop.wav", "top.wav"),
        (unicodedata.normalize("NFD", "calls/été.wav"), "calls/été.wav"),
        ("'quoted'.wav", "'quoted'.wav"),
        ("calls/ spaced.wav", "calls/ spaced.wav"),
        ('"gone.wav" ', "gone.wav"),
    ],
)
def test_a_path_is_found_as_it_is_on_the_disk(folder, written, found):
    assert folder.spelled(written) == found
    assert folder.spelled(folder.spelled(written)) == found


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("CALLS/a B.wav", "'calls/A b.WAV'"),
        ("calls/A\u00a0b.WAV", "'calls/A b.WAV'"),
        ("Top.WAV", "'top.wav'"),
        ("C:\\Users\\me\\calls\\A b.wav", "'calls/A b.WAV'"),
        ("\\\\server\\share\\top.wav", "'top.wav'"),
        ("/elsewhere/calls/A b.WAV", "'calls/A b.WAV'"),
        ("calls/spaced.wav", "'calls/ spaced.wav'"),
        ("www.example.org/a.mp3", "'https://www.example.org/a.mp3'"),
        ("files.example.com/a.mp3", "'https://files.example.com/a.mp3'"),
        ("www.example.org/a.mp3?token=secret", "'https://www.example.org/a.mp3?…'"),
    ],
)
def test_a_near_hit_is_named(folder, written, hint):
    assert hint in folder.hint(written)


@pytest.mark.parametrize("written", ["TWICE/a.WAV", "gone.wav", "calls", "", "../..", "calls/gone/a.wav", "a\0b"])
def test_nothing_is_named_where_nothing_or_more_than_one_is_near(folder, written):
    assert folder.hint(written) == ""


@given(st.text(max_size=20))
def test_any_text_has_a_spelling(tmp_path, written):
    folder = Folder(tmp_path)
    assert spellings(written)[0] == written
    assert plain(plain(written)) == plain(written)
    folder.hint(written)
    if written.strip():
        assert folder.spelled(written)
