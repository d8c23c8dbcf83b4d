"""What a budget holds back, and what lets it go on."""

import pandas as pd
import pytest

import scribekit as sk
from scribekit.base.errors import OptionError, PaidAgainWarning
from scribekit.batch.pricing import job_cost

QUICK = sk.Limits(poll_s=0.05, settle_s=0.3, backoff_s=0.05)
FAST = ("--speed", "2000", "--slots", "50")
MODELS = {"speech_models": ["universal-2"]}


def library(count, minutes=60.0, failing=0):
    tail = ["&fail=Audio+duration+is+too+short."] * failing + [""] * (count - failing)
    return pd.DataFrame(
        {
            "url": [f"https://host.example/{i}.mp3?duration={minutes * 60:.0f}{tail[i]}" for i in range(count)],
            "duration_s": minutes * 60,
            "speech_models": "universal-2",
        }
    )


def run(manifest, corpus, **money):
    batch = sk.submit_batch(manifest, corpus=corpus, limits=QUICK, progress=False, **money)
    return batch, sk.collect(batch, progress=False)


EACH = job_cost("universal-2", {}, 3600)


def test_half_the_budget_does_half_the_work_and_the_rest_goes_on_later(bench, tmp_path):
    service = bench(*FAST)
    _, jobs = run(library(10), tmp_path / "c", budget_usd=5 * EACH)
    assert jobs["status"].value_counts().to_dict() == {"completed": 5, "planned": 5}
    held = jobs[jobs["status"] == "planned"]
    assert held["error_kind"].unique().tolist() == ["budget"]
    assert held["error"].str.contains("larger budget_usd").all()
    assert jobs["cost_usd"].sum() == pytest.approx(5 * EACH)
    assert service.counters()["jobs_created"] == 5
    _, jobs = run(library(10), tmp_path / "c", budget_usd=10 * EACH)
    assert set(jobs["status"]) == {"completed"}
    assert jobs["error_kind"].isna().all()
    assert service.counters()["jobs_created"] == 10


def test_collecting_again_spends_no_more(bench, tmp_path):
    service = bench(*FAST)
    batch, _ = run(library(4), tmp_path / "c", budget_usd=2.5 * EACH)
    sk.collect(batch, progress=False)
    sk.collect(sk.open_corpus(tmp_path / "c"), progress=False)
    assert service.counters()["jobs_created"] == 2


def test_no_budget_lets_all_of_it_go(bench, tmp_path):
    bench(*FAST)
    run(library(4), tmp_path / "c", budget_usd=1 * EACH)
    _, jobs = run(library(4), tmp_path / "c")
    assert set(jobs["status"]) == {"completed"}


def test_what_fails_gives_its_reservation_back(bench, tmp_path):
    bench(*FAST)
    _, jobs = run(library(6, failing=3), tmp_path / "c", budget_usd=3 * EACH)
    assert jobs["status"].value_counts().to_dict() == {"error": 3, "completed": 3}


def test_more_is_never_reserved_than_the_budget_allows(bench, tmp_path):
    bench("--speed", "1", "--slots", "50")
    batch = sk.submit_batch(library(10), corpus=tmp_path / "c", limits=QUICK, budget_usd=3.2 * EACH, progress=False)
    jobs = batch.jobs()
    assert jobs["reserved_usd"].sum() == pytest.approx(3 * EACH)
    assert "$0.45 reserved" in repr(batch)
    assert "budget of $0.48" in repr(batch)


def test_a_recording_of_unknown_length_is_held_back_until_a_length_is_named(bench, tmp_path):
    service = bench(*FAST)
    unknown = library(3).drop(columns="duration_s")
    _, jobs = run(unknown, tmp_path / "c", budget_usd=100)
    assert set(jobs["status"]) == {"planned"}
    assert jobs["error_kind"].unique().tolist() == ["no_length"]
    assert jobs["error"].str.contains("assume_duration_s").all()
    assert service.counters()["jobs_created"] == 0
    _, jobs = run(unknown, tmp_path / "c", budget_usd=2 * EACH, assume_duration_s=3600)
    assert jobs["status"].value_counts().to_dict() == {"completed": 2, "planned": 1}


@pytest.mark.parametrize(
    ("columns", "missing"),
    [
        ({"speech_models": "a-model-of-next-year"}, "the model 'a-model-of-next-year'"),
        ({"speech_models": "universal-2; a-model-of-next-year"}, "the model 'a-model-of-next-year'"),
        ({"domain": "medical-v1"}, "medical mode on universal-2"),
        ({"speech_understanding": '{"request": {"action_items": {}}}'}, "action items by speech understanding on universal-2"),
    ],
)
def test_a_budget_without_a_price_says_so_before_anything_is_planned(bench, tmp_path, columns, missing):
    service = bench(*FAST)
    with pytest.raises(OptionError, match="assume_usd_per_hour") as caught:
        run(library(2).assign(**columns), tmp_path / "c", budget_usd=100)
    assert missing in str(caught.value)
    assert not (tmp_path / "c").exists()
    assert service.counters()["jobs_created"] == 0


def test_an_assumed_price_is_reserved_and_held_to_the_budget(bench, tmp_path):
    bench(*FAST)
    manifest = library(4).assign(speech_models="a-model-of-next-year")
    batch, jobs = run(manifest, tmp_path / "c", budget_usd=1.0, assume_usd_per_hour=0.5)
    assert jobs["status"].value_counts().to_dict() == {"completed": 2, "planned": 2}
    assert jobs.loc[jobs["status"] == "completed", "cost_usd"].isna().all()
    sk.collect(batch, progress=False)
    assert batch.jobs()["status"].value_counts().to_dict() == {"completed": 2, "planned": 2}


def test_without_a_budget_no_price_is_needed(bench, tmp_path):
    bench(*FAST)
    batch, jobs = run(library(2).assign(speech_models="a-model-of-next-year"), tmp_path / "c")
    assert jobs["status"].tolist() == ["completed"] * 2
    assert jobs["model"].tolist() == ["a-model-of-next-year"] * 2
    assert jobs["cost_usd"].isna().all()
    assert batch.snapshot().unpriced == 2
    assert "$0.00 and 2 of unknown cost" in repr(batch)
    assert "unknown cost" not in repr(run(library(2), tmp_path / "c")[0])


def test_a_shared_transcript_is_saved_money(bench, tmp_path):
    bench(*FAST)
    run(library(4), tmp_path / "c")
    again = library(4).assign(recording_id=[f"again-{i}" for i in range(4)])
    batch, jobs = run(again, tmp_path / "c", budget_usd=EACH)
    assert set(jobs["status"]) == {"completed"}
    snapshot = batch.snapshot()
    assert snapshot.saved_usd == pytest.approx(4 * EACH)
    assert snapshot.spent_usd == 0.0
    assert "$0.60 saved" in repr(batch)


def test_changed_options_are_announced_with_their_price(bench, tmp_path):
    bench(*FAST)
    run(library(4), tmp_path / "c")
    with pytest.warns(PaidAgainWarning, match=r"4 recordings .* about \$0\.68"):
        run(library(4).assign(speaker_labels=True), tmp_path / "c")


def test_what_is_paid_again_at_an_unknown_price_is_not_announced_as_free(bench, tmp_path):
    bench(*FAST)
    run(library(4), tmp_path / "c")
    with pytest.warns(PaidAgainWarning, match="4 recordings .* at a cost that is not known"):
        run(library(4).assign(domain="medical-v1"), tmp_path / "c")


@pytest.mark.parametrize("money", [{"budget_usd": 0}, {"budget_usd": -1}, {"assume_duration_s": 0}, {"assume_usd_per_hour": 0}])
def test_money_that_cannot_be_is_refused(tmp_path, money):
    with pytest.raises(OptionError, match=next(iter(money))):
        sk.submit_batch(library(1), corpus=tmp_path / "c", progress=False, **money)


def test_a_url_costs_what_the_service_heard_and_not_what_the_table_says(bench, tmp_path):
    bench(*FAST)
    manifest = [{"url": "https://host.example/a.mp3?duration=3600", "duration_s": 60, "speech_models": "universal-2"}]
    _, jobs = run(manifest, tmp_path / "c")
    assert jobs["audio_duration_s"].tolist() == [3600]
    assert jobs["cost_usd"].tolist() == [pytest.approx(EACH)]


@pytest.mark.parametrize(
    "wrong", [{"budget_usd": "5"}, {"assume_duration_s": "an hour"}, {"assume_usd_per_hour": "0.3"}, {"limits": {"concurrent_jobs": 5}}]
)
def test_what_is_no_amount_and_no_pace_is_refused_before_anything_is_recorded(tmp_path, wrong):
    with pytest.raises(OptionError, match="expected"):
        sk.submit_batch(library(1), corpus=tmp_path / "c", progress=False, **wrong)
    assert not (tmp_path / "c").exists()
