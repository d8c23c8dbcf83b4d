"""A corpus that version 0.1.0 wrote, with transcripts, edits, tables, an index and two jobs at a service that is gone."""

import hashlib
import json
import zipfile

import pandas as pd
import pytest
from places import DATA

import scribekit as sk

LEVELS = ("words", "utterances", "sentences", "paragraphs", "transcripts")


@pytest.fixture
def corpus(tmp_path):
    with zipfile.ZipFile(DATA / "corpus_0_1_0.zip") as packed:
        packed.extractall(tmp_path)
    return sk.open_corpus(tmp_path / "corpus")


@pytest.fixture
def expected(corpus):
    return json.loads((corpus.path.parent / "expected.json").read_text("utf-8"))


def rows(frame):
    return json.loads(frame.to_json(orient="split", index=False, date_format="iso"))


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("reviewed", [True, False], ids=["reviewed", "received"])
def test_its_tables_are_what_they_were(corpus, expected, level, reviewed):
    known = expected[f"{level} {'reviewed' if reviewed else 'received'}"]
    assert rows(sk.to_frame(corpus.batch(1), level, columns=known["columns"], reviewed=reviewed)) == known  # later versions add columns


def test_its_words_are_found(corpus, expected):
    assert rows(sk.search(corpus.batch(1), "lighthouse OR weather OR the")) == expected["search"]


def test_its_edits_are_kept_and_can_be_undone(corpus, expected):
    review = sk.review(corpus.batch(1), "a")
    assert rows(review.edits) == expected["edits"]
    assert review.undo().edits["action"].tolist()[-1] == "undo"


def test_its_exports_are_the_same_bytes(corpus, expected, tmp_path):
    out = tmp_path / "out"
    sk.export(corpus.batch(1), out, ["txt", "srt", "vtt", "json", "speakers"], progress=False)
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in out.iterdir() if path.name in expected["exports"]}
    assert found == expected["exports"]


def test_its_open_jobs_are_collected(corpus, bench):
    bench("--speed", "2000")
    jobs = sk.collect(corpus.batch(2), limits=sk.Limits(poll_s=0.05, settle_s=0.3), progress=False)
    assert jobs["status"].tolist() == ["completed"] * 2
    assert pd.notna(jobs["transcript_id"]).all()


def test_more_can_be_added_to_it(corpus, bench):
    bench("--speed", "2000")
    batch = sk.submit_batch(["https://host.example/new.mp3?duration=30"], corpus=corpus, progress=False)
    assert sk.collect(batch, progress=False)["status"].tolist() == ["completed"]
    assert sk.search(corpus, "the")["recording_id"].nunique() > 1
