from dataclasses import replace

import pytest

from scribekit.api.answers import Accepted, NoAnswer, Refused, Uploaded
from scribekit.batch.engine.belonging import Belonging
from scribekit.corpus.job import Job, PlannedRow
from scribekit.corpus.ledger import Fact, Ledger

FIRST, SECOND = (Job(name, f"/{name}.wav", "{}", 60.0, sha256=f"sha of {name}") for name in ("first", "second"))
URL = "https://cdn.example/1"


@pytest.fixture
def ledger(tmp_path):
    """A ledger in which the first job has an upload and a transcript."""
    with Ledger(tmp_path, create=True) as ledger:
        rows = [PlannedRow(job.key, job.source, job.key) for job in (FIRST, SECOND)]
        number = ledger.plan_batch("f", b"", rows, [FIRST, SECOND], host="h", at=1.0)
        ledger.claim([number], "me", 100.0, 1.0, 2)
        ledger.record("me", [Fact(replace(FIRST, state="queued", upload_url=URL, uploaded_at=1.0, transcript_id="t1"), 1.0)])
        yield ledger


def test_a_transcript_belongs_to_one_job(ledger):
    belonging = Belonging(ledger)
    assert belonging.created(Accepted("t2", "queued")) == Accepted("t2", "queued")
    for known in ("t1", "t2"):
        assert belonging.created(Accepted(known, "queued")).why == "named the transcript of another job"
    assert belonging.known_transcripts(["t1", "t2", "t3"]) == {"t1", "t2"}
    assert (belonging.take("t3"), belonging.take("t3")) == (True, False)


def test_an_upload_belongs_to_the_same_bytes(ledger):
    belonging = Belonging(ledger)
    other = Uploaded("https://cdn.example/2")
    assert belonging.uploaded(SECOND, Uploaded(URL)).why == "named the address of another upload"
    assert belonging.uploaded(FIRST, Uploaded(URL)) == Uploaded(URL)
    assert belonging.uploaded(SECOND, other) == other
    assert belonging.uploaded(SECOND, other) == other
    assert belonging.uploaded(FIRST, other).unreadable


def test_other_answers_are_as_they_were(ledger):
    belonging = Belonging(ledger)
    for answer in (Refused(503), NoAnswer(sent=True)):
        assert belonging.created(answer) is belonging.uploaded(FIRST, answer) is answer
