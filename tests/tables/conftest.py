import pytest

from scribekit.tables import selection
from scribekit.tables.store import build


@pytest.fixture
def small_parts(monkeypatch):
    """Tables pay from the first recording on, and a part holds two (they are of 60 seconds)."""
    monkeypatch.setattr(selection, "FEW", 0)
    monkeypatch.setattr(build, "PART_AUDIO_S", 120.0)
    monkeypatch.setattr(build, "HELP_FROM", 10**6)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "corpus"
