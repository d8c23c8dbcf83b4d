import contextlib
import sqlite3

import pandas as pd
import pytest
from corpora import store, write_tone

import scribekit as sk
from scribekit.base.errors import DamageWarning
from scribekit.corpus.ledger import database
from scribekit.corpus.view import length_warning

NAMES = [f"r{number:02}" for number in range(25)]  # more than are read without derived tables


@pytest.fixture
def corpus(tmp_path):
    turns = [("A", "one two three"), ("B", "four five")]
    batch = store(tmp_path / "c", dict.fromkeys(NAMES, turns), {"site": ["x"] * 20 + ["y"] * 5})
    sk.build_tables(batch, progress=False)
    sk.build_index(batch, progress=False)
    sk.review(batch, NAMES[0]).rename("A", "Ada")
    sk.build_tables(batch, progress=False)
    sk.build_index(batch, progress=False)
    return sk.open_corpus(tmp_path / "c")


@pytest.fixture
def opened(corpus, monkeypatch):
    """The ledgers that are opened from now on."""
    found = []
    connect = database.connect
    monkeypatch.setattr(database, "connect", lambda path, *rest: (found.append(path), connect(path, *rest))[1])
    return found


REFERENCES = dict.fromkeys(NAMES, "A: one two three\nB: four six")
VERBS = {
    "to_frame": lambda corpus: sk.to_frame(corpus, "words", where={"site": "y"}, with_manifest=True, provenance=True),
    "jobs": lambda corpus: sk.to_frame(corpus, "jobs"),
    "events": lambda corpus: sk.to_frame(corpus, "events"),
    "edits": lambda corpus: sk.to_frame(corpus, "edits"),
    "scan_frame": lambda corpus: sk.scan_frame(corpus, "words").to_table(),
    "build_tables": lambda corpus: sk.build_tables(corpus, progress=False),
    "search": lambda corpus: sk.search(corpus, "two"),
    "search some": lambda corpus: sk.search(corpus, "two", where={"site": "y"}),
    "build_index": lambda corpus: sk.build_index(corpus, progress=False),
    "collocates": lambda corpus: sk.collocates(corpus, "two"),
    "keyness": sk.keyness,
    "ngrams": sk.ngrams,
    "dispersion": lambda corpus: sk.dispersion(corpus, ["two", "five"]),
    "cite": lambda corpus: sk.cite({"recording_id": NAMES[1], "start_ms": 500, "match": "two"}, corpus=corpus),
    "review": lambda corpus: sk.review(corpus, NAMES[0]),
    "review_states": sk.review_states,
    "people": lambda corpus: sk.people(corpus, progress=False),
    "smooth_speakers": lambda corpus: sk.smooth_speakers(corpus, progress=False),
    "propose_correction": lambda corpus: sk.propose_correction(corpus, "two", "too", progress=False),
    "evaluate": lambda corpus: sk.evaluate(corpus, REFERENCES, by="site"),
    "word_errors": lambda corpus: sk.word_errors(corpus, REFERENCES),
    "turn_statistics": sk.turn_statistics,
    "flag_for_review": lambda corpus: sk.flag_for_review(corpus, audio_minutes=1),
    "calibrate": lambda corpus: sk.calibrate(corpus, REFERENCES),
    "repr": repr,
    "jobs of the handle": sk.Corpus.jobs,
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_opens_the_ledger_once(corpus, opened, verb):
    VERBS[verb](corpus)
    assert len(opened) == 1


def test_a_batch_is_opened_once_too(corpus, opened):
    sk.to_frame(corpus.batch(1), "words")
    assert len(opened) == 2  # corpus.batch looks whether there is such a batch


def test_play_opens_it_once(opened, tmp_path):
    write_tone(tmp_path / "a.wav", seconds=2)
    heard = store(tmp_path / "heard", {"a": "one two"}, {"source": [str(tmp_path / "a.wav")]})
    opened.clear()
    sk.play({"recording_id": "a", "start_ms": 500, "end_ms": 900}, corpus=heard)
    assert len(opened) == 1


def test_an_export_opens_it_once(corpus, opened, tmp_path):
    sk.export(corpus, tmp_path / "out", ["txt"], progress=False)
    assert len(opened) == 1


def test_a_view_reads_each_fact_once(corpus):
    with corpus.reading() as view:
        assert view.batch_ids == [1]
        assert [name for name, _ in view.completed] == NAMES
        assert view.completed is view.completed
        assert view.is_whole
        assert view.manifest["recording_id"].tolist() == NAMES


def test_the_manifest_of_a_view_is_not_changed_by_who_reads_it(corpus):
    with corpus.reading() as view:
        changed = view.manifest
        changed["site"] = "z"
        changed["more"] = 1
        assert view.manifest["site"].tolist() == ["x"] * 20 + ["y"] * 5
        assert "more" not in view.manifest


def test_the_view_of_a_batch_is_of_its_recordings(corpus, tmp_path):
    store(tmp_path / "c", {"later": "more words"}, number=2)
    with corpus.reading() as whole, corpus.batch(2).reading() as view:
        assert (view.batch_ids, view.is_whole) == ([2], False)
        assert [name for name, _ in view.completed] == ["later"]
        assert whole.batch_ids == [1, 2]
        pd.testing.assert_frame_equal(view.jobs(), corpus.batch(2).jobs())


@pytest.mark.parametrize(
    ("known", "measured", "options", "said"),
    [
        (48.0, 24.0, "{}", "50.0 % less"),
        (100.0, 103.0, "{}", "3.0 % more"),
        (100.0, 102.0, "{}", None),
        (48.9, 48.0, "{}", None),
        (3.9, 3.0, "{}", None),
        (40.0, 39.0, "{}", "2.5 % less"),
        (48.0, 24.0, '{"audio_end_at":24000}', None),
        (48.0, 24.0, '{"audio_start_from":24000}', None),
        (None, 24.0, "{}", None),
        (48.0, None, "{}", None),
        (0.0, 24.0, "{}", "says 0.0 s."),
    ],
)
def test_a_length_of_the_service_that_differs_is_said(known, measured, options, said):
    found = length_warning(known, measured, options)
    assert (found is None) == (said is None)
    assert said is None or said in found


@pytest.mark.parametrize("column", ["submitted_at", "reserved_usd", "duration_s", "attempts"])
def test_a_job_with_text_in_the_place_of_a_number_is_damaged_and_the_others_are_shown(stored, column):
    corpus = stored({"one": "hello", "two": "there"})
    with contextlib.closing(sqlite3.connect(corpus.path / "ledger.sqlite")) as db, db:
        db.execute(f"UPDATE jobs SET {column} = '?' WHERE key = (SELECT job_key FROM recordings WHERE recording_id = 'two')")
    with pytest.warns(DamageWarning, match=r"'two' \(its job is damaged\)"):
        jobs = corpus.jobs().set_index("recording_id")
    assert jobs["status"].to_dict() == {"one": "completed", "two": "error"}
    assert jobs["error_kind"]["two"] == "damaged"
    assert "damaged" in sk.check_corpus(corpus.path)["state"].tolist()
