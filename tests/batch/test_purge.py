import json

import pytest

import scribekit as sk
from scribekit.base import schema
from scribekit.base.errors import ServiceStoppedError
from scribekit.corpus.ledger import Ledger

QUICK = sk.Limits(poll_s=0.05, settle_s=0.3, backoff_s=0.05)
FAST = ("--speed", "2000", "--slots", "50")


@pytest.fixture
def service(bench):
    return bench(*FAST)


@pytest.fixture
def batch(service, tmp_path):
    sources = [f"https://host.example/{i}.mp3?duration=60" for i in range(4)]
    batch = sk.submit_batch(sources, corpus=tmp_path / "c", limits=QUICK, progress=False)
    sk.collect(batch, progress=False)
    return batch


def test_it_lists_before_it_deletes(batch):
    there = sk.purge(batch, remote=False)
    assert list(there.columns) == schema.DELETIONS.names
    assert there["status"].tolist() == ["there"] * 4
    assert there["deleted_at"].isna().all()


def test_what_was_deleted_is_gone_at_the_service_and_kept_here(service, batch):
    texts = sk.to_frame(batch)["text"].tolist()
    gone = sk.purge(batch, progress=False)
    assert gone["status"].tolist() == ["deleted"] * 4
    assert set(gone["recording_id"]) == set(batch.jobs()["recording_id"])
    assert sk.to_frame(batch)["text"].tolist() == texts
    assert json.loads(service.get(f"/v2/transcript/{gone['transcript_id'][0]}"))["text"] == "Deleted by user."


def test_deleting_again_asks_for_nothing(service, batch):
    first = sk.purge(batch, progress=False)
    before = service.counters()["requests"]
    assert sk.purge(batch, progress=False).equals(first)
    assert service.counters()["requests"] == before


def test_what_could_not_be_deleted_is_tried_by_the_next_call(service, batch):
    service.set_faults(http_503=1.0)
    with pytest.raises(ServiceStoppedError, match="the service answers 503 since"):
        sk.purge(batch, limits=sk.Limits(patience_s=0.3, backoff_s=0.02), progress=False)
    assert sk.purge(batch, remote=False)["status"].tolist() == ["there"] * 4
    service.set_faults()
    assert sk.purge(batch, progress=False)["status"].tolist() == ["deleted"] * 4


def test_a_refused_key_stops_it_at_once(batch, bench):
    strict = bench()
    strict.disguise = {"api_key": "wrong"}
    with pytest.raises(ServiceStoppedError, match="API key"):
        sk.purge(batch, progress=False)
    assert strict.counters()["requests"] == {"DELETE /v2/transcript/{id}": 1}


def test_what_another_service_keeps_is_not_taken_for_deleted(batch, bench):
    elsewhere = bench(*FAST)
    elsewhere.disguise = {"host": "elsewhere.example"}
    sources = [f"https://host.example/{i}.mp3?duration=60" for i in range(4)]
    sk.collect(sk.submit_batch(sources, corpus=batch.path, limits=QUICK, progress=False), progress=False)
    left = sk.purge(sk.open_corpus(batch.path), progress=False)
    assert left["status"].value_counts().to_dict() == {"deleted": 4, "there": 4}
    assert set(left.loc[left["status"] == "there", "transcript_id"]) == set(batch.jobs()["transcript_id"])


@pytest.mark.long
def test_what_is_yet_to_be_fetched_is_not_deleted(bench, tmp_path):
    service = bench(*FAST)
    impatient = sk.Limits(poll_s=0.05, backoff_s=0.05, job_timeout_s=0.3)
    batch = sk.submit_batch(["https://host.example/a.mp3?duration=60"], corpus=tmp_path / "c", limits=impatient, progress=False)
    service.set_faults(too_many_bare={"list": 1.0, "get": 1.0})  # so that nobody hears of it before its time is over
    assert sk.collect(batch, progress=False)["error_kind"].tolist() == ["timed_out"]
    service.set_faults()
    assert sk.purge(batch, progress=False).empty
    sk.retry(batch)
    assert sk.collect(batch, limits=QUICK, progress=False)["status"].tolist() == ["completed"]
    assert sk.purge(batch, progress=False)["status"].tolist() == ["deleted"]


def test_what_another_account_holds_is_not_taken_for_deleted(batch):
    there = sk.purge(batch, remote=False)["transcript_id"].tolist()
    with Ledger(batch.path) as ledger, ledger.transaction() as db:
        db.execute("UPDATE attempts SET transcript_id = 'of-another-account' WHERE transcript_id = ?", there[:1])
    left = sk.purge(batch, progress=False).set_index("transcript_id")
    assert left["status"]["of-another-account"] == "transcript_missing"
    assert "keeps transcripts for 30 days by default" in left["error"]["of-another-account"]
    others = left.drop("of-another-account")
    assert set(others["status"]) == {"deleted"}
    assert others["error"].isna().all()
