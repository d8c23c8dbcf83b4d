import json

import assemblyai as aai
import pytest

import scribekit as sk
from scribekit.base.errors import OptionError

MANIFEST = [{"recording_id": f"{i}", "duration_s": 3600.0} for i in range(10)]


def changed(planner, **settings):
    planner.on_change_settings({**planner.settings, **settings})
    return planner


def test_it_begins_with_what_it_is_given():
    config = aai.TranscriptionConfig(speech_models=["universal-2"], speaker_labels=True, language_code="en_us")
    planner = sk.widgets.CostPlanner(MANIFEST, config, limits=sk.Limits(concurrent_jobs=7), upload_mbps=30, budget_usd=5)
    assert planner.settings == {
        "models": ["universal-2"], "features": ["speaker_labels"], "concurrent_jobs": 7, "upload_mbps": 30, "budget_usd": 5,
    }  # fmt: skip
    assert 7 in planner.choices["concurrent_jobs"]
    assert planner.figures["row"]["usd"] == pytest.approx(1.7)


def test_what_it_shows_is_what_the_plan_and_the_estimate_say():
    planner = changed(sk.widgets.CostPlanner(MANIFEST), models=["universal-3-5-pro"], features=["entity_detection"], concurrent_jobs=2)
    assert planner.figures["row"]["usd"] == pytest.approx(
        sk.estimate_cost(MANIFEST, planner.config, models=["universal-3-5-pro"])["total_usd"].item()
    )
    same = sk.plan(MANIFEST, planner.config, limits=planner.limits)
    assert planner.figures["row"]["wall_s_50"] == pytest.approx(same.wall_s())
    assert planner.figures["row"]["bottleneck"] == same.bottleneck


def test_the_config_that_was_given_stays_as_it_was():
    config = aai.TranscriptionConfig(speaker_labels=True, keyterms_prompt=["Kovač"])
    planner = changed(sk.widgets.CostPlanner(MANIFEST, config), features=[], models=["universal-2"])
    assert (config.raw.speaker_labels, config.raw.speech_models) == (True, None)
    assert (planner.config.raw.speaker_labels, planner.config.raw.keyterms_prompt) == (None, ["Kovač"])


def test_the_call_that_it_shows_runs_and_makes_the_same_options():
    planner = changed(sk.widgets.CostPlanner(MANIFEST), features=["sentiment_analysis"], concurrent_jobs=50, budget_usd=12.5)
    sent = {}
    names = {"aai": aai, "manifest": MANIFEST}

    class Stub:
        Limits = sk.Limits

        @staticmethod
        def submit_batch(manifest, config, **options):
            sent.update(options, options=config.raw.dict(exclude_none=True), manifest=manifest)

    exec(planner.figures["call"], {**names, "sk": Stub})
    assert sent["options"] == planner.config.raw.dict(exclude_none=True)
    assert sent["limits"] == planner.limits
    assert sent["budget_usd"] == 12.5


def test_what_goes_to_the_page_is_small_and_plain_json():
    planner = sk.widgets.CostPlanner([{"duration_s": 60.0}] * 20_000)
    text = json.dumps([planner.figures, planner.settings, planner.choices], allow_nan=False)
    assert len(text) < 30_000


def test_an_unknown_price_is_shown_as_no_rate():
    planner = sk.widgets.CostPlanner(MANIFEST, aai.TranscriptionConfig(speech_models=["brand-new"]))
    assert planner.figures["row"]["usd"] is None
    assert "no rate" in planner.static_text()


def test_what_cannot_be_bought_is_not_offered():
    planner = sk.widgets.CostPlanner(MANIFEST)
    names = [model["names"] for model in planner.choices["models"]]
    assert names == [["assemblyai-stt-3-7", "universal-2"], ["assemblyai-stt-3-7"], ["universal-3-5-pro"], ["universal-2"]]


def test_a_feature_without_a_price_is_offered_without_one():
    config = aai.TranscriptionConfig(redact_pii=True, redact_pii_policies=["person_name"], redact_pii_return_unredacted=True)
    planner = sk.widgets.CostPlanner(MANIFEST, config)
    prices = {feature["option"]: feature["per_hour"] for feature in planner.choices["features"]}
    assert set(prices["redact_pii_return_unredacted"].values()) == {None}
    assert planner.figures["row"]["usd"] is None
    assert changed(planner, features=["redact_pii"]).figures["row"]["usd"] == pytest.approx(10 * (0.21 + 0.08))


@pytest.mark.parametrize("budget", [0, -1, "much"])
def test_an_invalid_budget_is_refused_and_nothing_changes(budget):
    planner = sk.widgets.CostPlanner(MANIFEST)
    before = planner.figures
    with pytest.raises(OptionError, match="above zero"):
        changed(planner, budget_usd=budget)
    assert planner.figures == before


def test_its_static_picture_is_escaped():
    planner = sk.widgets.CostPlanner(MANIFEST, aai.TranscriptionConfig(prompt="<script>alert(1)</script>"))
    assert "<script>" not in planner.static_html()
    assert "&lt;script&gt;" in planner.static_html()
