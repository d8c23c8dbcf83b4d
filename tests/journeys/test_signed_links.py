"""Signed links are renewed: the recording is the same, what is there is taken, and what failed for an expired link is sent again."""

import json
import time
from dataclasses import replace

import pytest

import scribekit as sk
from scribekit.api.embedded import service_connection
from scribekit.batch.jobs import PlanningContext, job_key, plan_jobs
from scribekit.corpus.handles import manifest_to_bytes
from scribekit.corpus.job import Job, PlannedRow
from scribekit.corpus.ledger import Fact, Ledger, Receipt

QUICK = sk.Limits(poll_s=0.05, settle_s=0.3, backoff_s=0.05)
EXPIRED, VALID = "20200101T000000Z", "29990101T000000Z"


def link(number, signature, date=VALID):
    signed = f"X-Amz-Algorithm=A&X-Amz-Credential=K&X-Amz-Date={date}&X-Amz-Expires=3600&X-Amz-Signature={signature}"
    return f"https://host.example/{number:02d}.mp3?duration=60&{signed}"


def submit(urls, corpus, **columns):
    rows = [{"url": url, **{name: cells[place] for name, cells in columns.items()}} for place, url in enumerate(urls)]
    return sk.submit_batch(rows, corpus=corpus, limits=QUICK, progress=False)


def created(service):
    return service.counters()["jobs_created"]


@pytest.fixture
def service(bench):
    return bench("--speed", "2000", "--faults", json.dumps({"fail_matching": {EXPIRED: "no_access"}}))


@pytest.mark.parametrize("ids", [None, "abcdefghijkl"], ids=["made ids", "own ids"])
def test_twelve_recordings_signed_twice_are_twelve_jobs(service, tmp_path, ids):
    columns = {} if ids is None else {"recording_id": ids}
    submit([link(number, "one") for number in range(8)], tmp_path / "c", **columns)
    sk.collect(tmp_path / "c", progress=False)
    jobs = sk.collect(submit([link(number, "two") for number in range(12)], tmp_path / "c", **columns), progress=False)
    assert jobs["status"].tolist() == ["completed"] * 12
    assert created(service) == 12
    assert len(sk.open_corpus(tmp_path / "c").jobs()) == 12


def test_a_link_that_had_expired_is_told_and_the_renewed_one_is_fetched(service, tmp_path):
    batch = submit([link(0, "old", EXPIRED), link(1, "fine")], tmp_path / "c")
    jobs = sk.collect(batch, progress=False)
    assert jobs["status"].tolist() == ["error", "completed"]
    assert "The signed link expired on 2020-01-01 at 01:00 UTC" in jobs["error"][0]
    assert "Download error" in jobs["error"][0]
    assert "Signature=" not in jobs["error"][0]
    renewed = submit([link(0, "new"), link(1, "newer")], tmp_path / "c")
    assert sk.collect(renewed, progress=False)["status"].tolist() == ["completed"] * 2
    assert created(service) == 3
    assert renewed.number == batch.number


def test_an_unsent_row_takes_the_new_address(service, tmp_path):
    manifest = [{"url": link(number, "old", EXPIRED)} for number in range(2)]
    sk.submit_batch(manifest, corpus=tmp_path / "c", budget_usd=0.0001, limits=QUICK, progress=False)
    assert created(service) == 0
    jobs = sk.collect(submit([link(number, "new") for number in range(2)], tmp_path / "c"), progress=False)
    assert jobs["status"].tolist() == ["completed"] * 2
    assert created(service) == 2


def test_a_failure_that_no_link_can_cure_is_not_sent_again(bench, tmp_path):
    service = bench("--speed", "2000", "--faults", json.dumps({"fail_matching": {"00": "too_short"}}))
    sk.collect(submit([link(0, "old")], tmp_path / "c"), progress=False)
    assert sk.collect(submit([link(0, "new")], tmp_path / "c"), progress=False)["status"].tolist() == ["error"]
    assert created(service) == 1


def test_an_id_of_another_recording_is_still_refused(service, tmp_path):
    submit([link(0, "old")], tmp_path / "c", recording_id=["mine"])
    with pytest.raises(sk.errors.ManifestError, match="already names another recording"):
        submit([link(1, "new")], tmp_path / "c", recording_id=["mine"])


def as_an_earlier_version(folder, urls, state):
    """Record a batch as versions did that made a job's key of the whole address."""
    host = service_connection().host
    frame = sk.read_manifest([{"url": url, "recording_id": f"r{place}"} for place, url in enumerate(urls)], progress=False)
    options = plan_jobs(frame, None, PlanningContext(host, folder)).jobs[0].options
    jobs = [Job(job_key(url, options, host), url, options, 60.0) for url in urls]
    rows = [PlannedRow(f"r{place}", job.source, job.key) for place, job in enumerate(jobs)]
    with Ledger(folder, create=True) as ledger:
        batch = ledger.plan_batch("earlier", manifest_to_bytes(frame), rows, jobs, host=host, at=time.time())
        facts = []
        for job in ledger.claim([batch], "me", time.time() + 100, time.time(), len(jobs)):
            done = replace(job, state=state, transcript_id=f"t-{job.key}", error_kind="download" if state == "error" else None)
            body = json.dumps({"id": done.transcript_id, "status": "completed", "text": "So.", "words": [
                {"text": "So.", "start": 0, "end": 400, "confidence": 0.9, "speaker": None}]}).encode()  # fmt: skip
            facts.append(
                Fact(done, time.time(), state, "", Receipt(body, 60.0, 0.9, "universal-2", "en", 0.01) if state == "completed" else None)
            )
        assert all(ledger.record("me", facts))


def test_a_corpus_of_an_earlier_version_is_not_paid_for_again(service, tmp_path):
    folder = tmp_path / "c"
    as_an_earlier_version(folder, [link(number, "old") for number in range(3)], "completed")
    sk.review(folder, "r0").correct("Then.", words=0)
    urls = [link(0, "new"), link(1, "new"), link(2, "new").partition("&X-Amz")[0]]
    jobs = sk.collect(submit(urls, folder, recording_id=["r0", "r1", "r2"]), progress=False)
    assert created(service) == 0
    assert jobs["status"].tolist() == ["completed"] * 3
    assert sk.to_frame(folder, "words")["text"].tolist() == ["Then.", "So.", "So."]
    frame = sk.read_manifest([{"url": url, "recording_id": f"r{place}"} for place, url in enumerate(urls)], progress=False)
    assert sk.plan(frame, corpus=folder).recordings()["status"].tolist() == ["in corpus"] * 3


def test_edits_are_found_again_when_a_renewed_link_is_sent_with_other_options(service, tmp_path):
    folder = tmp_path / "c"
    as_an_earlier_version(folder, [link(0, "old")], "completed")
    sk.review(folder, "r0").correct("Then.", words=0)
    rows = [{"url": link(0, "new"), "recording_id": "r0", "punctuate": False}]
    with pytest.warns(sk.errors.PaidAgainWarning):
        batch = sk.submit_batch(rows, corpus=folder, limits=QUICK, progress=False)
    sk.collect(batch, progress=False)
    assert len(sk.review(folder, "r0").edits) == 1


def test_a_failed_recording_of_an_earlier_version_is_sent_from_its_renewed_link(service, tmp_path):
    folder = tmp_path / "c"
    as_an_earlier_version(folder, [link(0, "old", EXPIRED)], "error")
    assert sk.collect(submit([link(0, "new")], folder, recording_id=["r0"]), progress=False)["status"].tolist() == ["completed"]
    assert created(service) == 1
