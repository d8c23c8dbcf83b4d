import random

import pytest
from corpora import store

import scribekit as sk
from scribekit.corpus.ledger import FILE_NAME, Ledger
from scribekit.corpus.ledger.salvage import salvage

PAGE = 4096
TALKS = {f"r{number}": [("A", " ".join(random.Random(number).choices("abcdefgh", k=300)))] for number in range(12)}


@pytest.fixture
def corpus(tmp_path):
    made = store(tmp_path / "corpus", TALKS, {"topic": [f"t{number}" for number in range(12)]})
    sk.review(made, "r1", who="ada").correct("z", words=0)
    return sk.Corpus(made.path)


def everything(corpus):
    with corpus.reading() as view:
        ledger = view.ledger
        rows = {name: [tuple(row) for row in ledger.read(f"SELECT * FROM {name}")] for name in TABLES}
        return rows, view.manifest


TABLES = ("batches", "jobs", "payloads", "edits", "events", "recordings", "attempts", "deletions", "digests")


def test_a_whole_ledger_comes_out_as_it_went_in(corpus):
    with Ledger(corpus.path) as ledger:
        ledger.deleted("t-r3-1", "r3-1", 5.0)
        ledger.release("me")
    rows, manifest = everything(corpus)
    kept = salvage(corpus.path)
    assert kept.name == f"{FILE_NAME}.damaged-1"
    again, manifest_again = everything(corpus)
    assert {name: sorted(map(repr, again[name])) for name in TABLES} == {name: sorted(map(repr, rows[name])) for name in TABLES}
    assert manifest_again.equals(manifest)
    assert sk.check_corpus(corpus, progress=False)["state"].eq("whole").all()


@pytest.mark.parametrize(
    "harm",
    [
        lambda content: b"\0" * 100 + content[100:],
        lambda content: content[:100] + b"\xff" * (PAGE - 100) + content[PAGE:],
        lambda content: b"\xff" * PAGE + content[PAGE:],
    ],
    ids=["its header is gone", "its schema is gone", "its first page is gone"],
)
def test_without_its_first_page_nothing_is_lost(corpus, harm):
    words = sk.to_frame(corpus, "words")
    path = corpus.path / FILE_NAME
    path.write_bytes(harm(path.read_bytes()))
    with pytest.raises(sk.ScribekitError, match="is damaged"):
        sk.open_corpus(corpus.path)
    found = sk.check_corpus(corpus.path, repair=True, progress=False)
    assert found.loc[found["what"] == "ledger", "state"].tolist() == ["repaired"]
    assert sk.to_frame(corpus, "words").equals(words)
    assert sk.to_frame(corpus, "edits")["who"].tolist() == ["ada"]


@pytest.mark.long
def test_any_page_may_be_lost(corpus):
    """Without a page, what was on it is gone; nothing is paid for again, and all other transcripts are there."""
    path = corpus.path / FILE_NAME
    content = path.read_bytes()
    words = dict(list(sk.to_frame(corpus, "words").groupby("recording_id")["text"].apply(list).items()))
    for number in range(1, len(content) // PAGE):
        for name in corpus.path.glob(f"{FILE_NAME}*"):
            name.unlink()
        path.write_bytes(content[: number * PAGE] + b"\xff" * PAGE + content[(number + 1) * PAGE :])
        salvage(corpus.path)
        jobs = corpus.jobs()
        assert set(jobs["recording_id"]) == set(TALKS), number
        found = sk.check_corpus(corpus, repair=True, progress=False)
        assert set(found.loc[found["state"] == "damaged", "what"]) <= {"manifest"}, number
        again = dict(list(sk.to_frame(corpus, "words").groupby("recording_id")["text"].apply(list).items()))
        changed = [name for name in again if again[name] != words[name]]
        assert changed in ([], ["r1"]), number  # its edit may have been on the page
        assert set(corpus.jobs()["status"]) <= {"completed", "queued"}, number
