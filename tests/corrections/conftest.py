import pytest
from corpora import store

TALK = [("A", "Good morning Kovic."), ("B", "Fine"), ("A", "so we begin")]


@pytest.fixture
def corpus(tmp_path):
    return store(tmp_path / "corpus", {"one": TALK, "two": [("A", "Only kovic speaks")]})


@pytest.fixture
def twice(tmp_path):
    """Makes a corpus of two recordings of the same address, with the same transcript or another one."""

    def make(said, other=None):
        sources = dict.fromkeys(("one", "copy"), "https://host.example/same.mp3")
        return store(tmp_path / "twice", {"one": said, "copy": other or said}, sources=sources)

    return make
