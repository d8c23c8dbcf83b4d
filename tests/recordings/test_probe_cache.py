import pytest

from scribekit.recordings.manifest import Facts
from scribekit.recordings.probe_cache import ProbeCache, forget


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv("SCRIBEKIT_CACHE", str(folder))
    return folder


def read(stamps):
    with ProbeCache() as cache:
        return cache.read(stamps)


def write(path, stamp, facts):
    with ProbeCache() as cache:
        cache.write({path: (stamp, facts)})


def test_facts_are_those_of_one_stamp():
    write("a.wav", "1", Facts(duration_s=1.0))
    assert read({"a.wav": "1", "b.wav": "1"}) == {"a.wav": Facts(duration_s=1.0)}
    assert read({"a.wav": "2"}) == {}
    write("a.wav", "2", Facts(duration_s=2.0))
    assert read({"a.wav": "1"}) == {}
    assert read({"a.wav": "2"}) == {"a.wav": Facts(duration_s=2.0)}


def test_a_path_is_known_from_every_working_folder(tmp_path, monkeypatch):
    write(str(tmp_path / "a.wav"), "1", Facts(duration_s=1.0))
    monkeypatch.chdir(tmp_path)
    assert read({"a.wav": "1"}) == {"a.wav": Facts(duration_s=1.0)}


def test_what_is_forgotten_is_one_path():
    write("a.wav", "1", Facts())
    write("b.wav", "1", Facts())
    forget("a.wav")
    assert list(read({"a.wav": "1", "b.wav": "1"})) == ["b.wav"]


def test_forgetting_where_there_is_no_cache_does_nothing(folder):
    folder.write_text("a file where the folder should be")
    forget("a.wav")
    assert read({"a.wav": "1"}) == {}


def test_the_cache_is_private(folder):
    write("a.wav", "1", Facts())
    assert folder.stat().st_mode & 0o777 == 0o700


def test_the_cache_is_where_the_user_keeps_caches(tmp_path, monkeypatch):
    monkeypatch.delenv("SCRIBEKIT_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    write("a.wav", "1", Facts())
    assert (tmp_path / "xdg" / "scribekit" / "probes.sqlite3").is_file()
