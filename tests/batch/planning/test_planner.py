import os

import assemblyai as aai
import numpy as np
import pandas as pd
import pytest

import scribekit as sk
from scribekit.base import schema
from scribekit.base.errors import ScribekitError
from scribekit.batch.planning.job_times import PUBLISHED

SPEED = 40
SERVICE = ("--speed", str(SPEED), "--slots", "4")
LIMITS = sk.Limits(concurrent_jobs=4, poll_s=0.1, settle_s=0.3, backoff_s=0.05)
TIMES = sk.JobTimes(overhead_s=3 / SPEED, per_hour_s=40 / SPEED)
COUNT = 40


def library(count=COUNT):
    seconds = np.linspace(600, 7200, count).round()
    return pd.DataFrame({"url": [f"https://host.example/{n}.mp3?duration={s:.0f}" for n, s in enumerate(seconds)], "duration_s": seconds})


@pytest.fixture
def done(bench, tmp_path):
    """A batch of forty recordings on four slots."""
    bench(*SERVICE)
    batch = sk.submit_batch(library(), corpus=tmp_path / "c", limits=LIMITS, progress=False)
    sk.collect(batch, progress=False)
    return batch


def measures(frame):
    return frame.set_index("measure")


@pytest.mark.long
def test_a_plan_is_compared_with_what_happened(done):
    frame = sk.compare_plan(done, times=TIMES)
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == schema.COMPARISON.dtypes
    said = measures(frame)
    assert said.loc["cost", "ratio"] == pytest.approx(1.0)
    assert said.loc["audio", "ratio"] == pytest.approx(1.0)
    assert said.loc[["submissions", "fetches"], "actual"].tolist() == [COUNT, COUNT]
    assert said.loc["uploads", ["planned", "actual"]].tolist() == [0, 0]
    assert said.loc["at the service", "actual"] <= LIMITS.in_flight
    assert said.loc["bottleneck", "note"] == "planned: slots; actual: slots"
    # No clock makes the service quicker than its own slots.
    assert said.loc["wall time", "actual"] > said.loc["stage: slots", "planned"]


@pytest.mark.long
def test_a_corpus_teaches_how_long_its_service_takes(done, tmp_path):
    corpus = sk.open_corpus(done.path)
    plan = sk.plan(library(), limits=LIMITS, corpus=corpus)
    assert "learned from 40 jobs of this corpus" in plan._repr_html_()
    seen = sk.plan([{"duration_s": 3600.0}], limits=LIMITS, corpus=corpus).recordings()["processing_s"][0]
    # The service waits by the clock, so it is never quicker than its script; published figures are forty times slower.
    assert 0.85 * TIMES.seconds(3600.0) < seen < PUBLISHED.seconds(3600.0) / 5
    assert plan.to_frame()["storage_bytes"][0] > 0


def test_a_corpus_without_results_teaches_nothing_and_compares_with_nothing(bench, tmp_path):
    bench("--speed", "1", "--slots", "1")
    batch = sk.submit_batch(library(2), corpus=tmp_path / "c", limits=LIMITS, progress=False)
    assert f"time in processing: {PUBLISHED.formula}" in sk.plan(library(), corpus=batch).assumptions
    with pytest.raises(ScribekitError, match=r"Run sk\.collect first"):
        sk.compare_plan(batch)


@pytest.mark.long
def test_too_few_jobs_to_learn_from_are_said(bench, tmp_path):
    bench(*SERVICE)
    batch = sk.submit_batch(library(2), corpus=tmp_path / "c", limits=LIMITS, progress=False)
    sk.collect(batch, progress=False)
    plan = sk.plan(library(), corpus=batch)
    assert f"time in processing: {PUBLISHED.formula}" in plan.assumptions
    assert any("too few jobs in the corpus to learn times from" in point for point in plan.assumptions)
    assert "of 3 needed" in repr(plan)
    assert "too few" not in repr(sk.plan(library(), corpus=batch, times=TIMES))


@pytest.mark.long
def test_what_the_corpus_holds_is_not_planned_again(bench, tmp_path):
    service = bench(*SERVICE)
    whole = sk.read_manifest(library(5), progress=False)
    pilot = whole.iloc[:2]
    batch = sk.submit_batch(pilot, corpus=tmp_path / "c", limits=LIMITS, progress=False)
    sk.collect(batch, progress=False)
    plan = sk.plan(whole, corpus=batch)
    said = plan.to_frame().iloc[0]
    assert (said["recordings"], said["jobs"], said["in_corpus"]) == (5, 3, 2)
    assert said["usd"] == pytest.approx(sk.plan(whole.iloc[2:]).to_frame()["usd"].iloc[0])
    assert plan.recordings()["status"].tolist() == ["in corpus"] * 2 + ["planned"] * 3
    assert "3 to send; 2 in the corpus already" in repr(plan)
    assert sk.plan(pilot, corpus=batch).wall_s() == 0
    # Other options are other jobs, and so are those of another service than the one that is used.
    other = aai.TranscriptionConfig(speaker_labels=True)
    assert sk.plan(whole, other, corpus=batch).to_frame()["in_corpus"].iloc[0] == 0
    own = ["assemblyai-stt-3-7", "universal-2"]
    assert plan.what_if(speech_models=["universal-2", own, None])["jobs"].tolist() == [5, 3, 3]
    service.stop()
    assert sk.plan(whole, corpus=batch).to_frame()["in_corpus"].iloc[0] == 0


def test_each_note_is_in_its_own_row(bench, samples, tmp_path):
    bench(*SERVICE)
    batch = sk.submit_batch(
        sk.scan(samples / "audio/support_call.flac", progress=False), corpus=tmp_path / "c", limits=LIMITS, progress=False
    )
    sk.collect(batch, progress=False)
    notes = measures(sk.compare_plan(batch, times=TIMES))["note"]
    assert "upload" not in notes["cost"]
    assert "rates of" in notes["cost"]
    assert "upload bandwidth not given" in notes["stage: upload"]
    assert notes.str.contains("bandwidth not given").sum() == 1


@pytest.mark.long
def test_a_duplicate_and_a_failure_are_not_compared(bench, tmp_path):
    bench(*SERVICE)
    rows = library(3)
    rows.loc[2, "url"] += "&fail=Audio+duration+is+too+short."
    rows = pd.concat([rows, rows.iloc[:1]])
    batch = sk.submit_batch(rows, corpus=tmp_path / "c", limits=LIMITS, progress=False)
    sk.collect(batch, progress=False)
    said = measures(sk.compare_plan(batch, times=TIMES))
    assert said.loc["fetches", ["planned", "actual"]].tolist() == [2, 2]
    assert "1 jobs that were not completed" in said.loc["wall time", "note"]


def test_the_assumptions_say_the_languages_and_the_columns_that_are_options():
    plan = sk.plan([{"duration": 60.0, "language_code": "fr", "title": "Talk"}, {"duration": 60.0}])
    assert plan.assumptions[0] == "languages: fr 1, detected 1; options by row: language_code"
    assert sk.plan([{"duration": 60.0}]).assumptions[0] == "language: detected"


def test_a_budget_holds_back_what_the_plan_said(bench, tmp_path):
    bench("--speed", "2000", "--slots", "4")
    manifest = sk.read_manifest(library(12), progress=False)
    plan = sk.plan(manifest, budget_usd=1.0)
    batch = sk.submit_batch(manifest, corpus=tmp_path / "c", limits=LIMITS, budget_usd=1.0, progress=False)
    jobs = sk.collect(batch, progress=False)
    sent = jobs["status"].map({"completed": "planned", "planned": "held"})
    assert sent.tolist() == plan.recordings()["status"].tolist()
    assert set(sent) == {"planned", "held"}


def test_the_embedded_recogniser_has_as_many_slots_as_there_are_cores():
    plan = sk.plan([{"duration_s": 60.0}] * 10)
    row = plan.what_if(speech_models="embedded-pocketsphinx").iloc[0]
    assert row["usd"] == 0.0
    assert row["wall_s_50"] > 10 * 60 / 5.4 / (os.cpu_count() or 1)
