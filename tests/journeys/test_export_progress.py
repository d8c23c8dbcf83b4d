import corpora
import pytest

import scribekit as sk
from scribekit.tables import export


@pytest.fixture
def corpus(tmp_path):
    return corpora.store(tmp_path / "corpus", {"a": "one two", "b": "three"})


def test_an_export_that_takes_its_time_says_how_far_it_has_come(corpus, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(export, "QUIET_UNDER_S", 0.0)
    sk.export(corpus, tmp_path / "out", ["txt"])
    assert capsys.readouterr().err.startswith("Exporting: 2/2 recordings")


def test_a_quick_export_and_one_that_is_asked_to_be_silent_say_nothing(corpus, tmp_path, monkeypatch, capsys):
    sk.export(corpus, tmp_path / "out", ["txt"])
    monkeypatch.setattr(export, "QUIET_UNDER_S", 0.0)
    sk.export(corpus, tmp_path / "out", ["txt"], progress=False)
    assert capsys.readouterr().err == ""
