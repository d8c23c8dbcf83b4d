import math

import assemblyai as aai
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import scribekit as sk
from scribekit.base import schema
from scribekit.base.errors import ManifestError, OptionError
from scribekit.batch.planning import Setting, forecast, workload
from scribekit.recordings.manifest import problem

HOUR = 3600.0
EXACT = sk.JobTimes(overhead_s=3, per_hour_s=40)


def lengths(count, seed=0):
    return np.clip(1200 * np.random.default_rng(seed).lognormal(0.0, 0.8, count), 30, 4 * HOUR)


def table(count, **columns):
    return pd.DataFrame({"duration_s": lengths(count), **columns})


def row(plan):
    return plan.to_frame().iloc[0]


# -- dollars ----------------------------------------------------------------------------------------------------------


@given(st.lists(st.floats(0.0, 20_000.0), min_size=1, max_size=30), st.sampled_from(["universal-2", "universal-3-5-pro", "nobody-knows"]))
def test_dollars_are_those_of_the_estimate(durations, model):
    manifest = [{"duration_s": seconds} for seconds in durations]
    config = aai.TranscriptionConfig(speech_models=[model], speaker_labels=True)
    estimate = sk.estimate_cost(manifest, config, models=[model])["total_usd"][0]
    assert row(sk.plan(manifest, config))["usd"] == pytest.approx(estimate, nan_ok=True)


def test_a_model_without_a_rate_has_no_price_and_says_so():
    plan = sk.plan([{"duration_s": HOUR}], aai.TranscriptionConfig(speech_models=["nobody-knows"]))
    assert math.isnan(row(plan)["usd"])
    assert "no rate" in row(plan)["note"]
    assert "cost no rate" in repr(plan)


def test_an_addon_without_a_price_has_no_price_and_is_named():
    plan = sk.plan([{"duration_s": HOUR}], aai.TranscriptionConfig(speech_models=["universal-2"]), assume_usd_per_hour=None)
    assert "no rate" not in row(plan)["note"]
    plan = sk.plan([{"duration_s": HOUR, "domain": "medical-v1", "speech_models": "universal-2"}])
    assert math.isnan(row(plan)["usd"])
    assert "no rate: medical mode on universal-2" in row(plan)["note"]


def test_a_budget_without_a_price_holds_and_says_what_is_needed():
    config = aai.TranscriptionConfig(speech_models=["universal-2", "nobody-knows"])
    plan = sk.plan([{"duration_s": HOUR}] * 3, config, budget_usd=10)
    assert (row(plan)["jobs"], row(plan)["held"]) == (0, 3)
    assert "no rate: the model 'nobody-knows'; submit_batch needs assume_usd_per_hour=" in row(plan)["note"]
    plan = sk.plan([{"duration_s": HOUR}] * 3, config, budget_usd=1, assume_usd_per_hour=0.5)
    assert (row(plan)["jobs"], row(plan)["held"]) == (2, 1)
    assert row(plan)["usd"] == pytest.approx(2 * 0.15)
    assert "no rate, $0.50 an hour assumed: the model 'nobody-knows'" in row(plan)["note"]


def test_presumed_prices_are_noted():
    assert (
        "presumed, as with universal-3-5-pro: speaker labels"
        in row(sk.plan(table(2), aai.TranscriptionConfig(speaker_labels=True)))["note"]
    )
    assert "presumed" not in row(sk.plan(table(2)))["note"]


def test_a_refused_model_cannot_be_planned():
    with pytest.raises(OptionError, match="assemblyai-stt-3-7"):
        sk.plan(table(2), aai.TranscriptionConfig(speech_models=["universal-3-pro"]))
    with pytest.raises(OptionError, match="assemblyai-stt-3-7"):
        sk.plan(table(2)).what_if(speech_models=["universal-2", "universal-3-pro"])


def test_an_option_of_a_row_changes_its_price_and_no_other():
    manifest = pd.DataFrame({"duration_s": [HOUR, HOUR], "speech_models": ["universal-2", None], "multichannel": [True, False]})
    plan = sk.plan(manifest.assign(channels=3))
    assert plan.recordings()["usd"].tolist() == pytest.approx([3 * 0.15, 0.21])
    assert set(row(plan)["speech_models"].split(" | ")) == {"universal-2", "assemblyai-stt-3-7 → universal-2"}


def test_what_the_recordings_cost_adds_up():
    plan = sk.plan(table(50))
    assert plan.recordings()["usd"].sum() == pytest.approx(row(plan)["usd"])


# -- what is not sent --------------------------------------------------------------------------------------------------


def test_every_row_of_the_manifest_is_counted_once():
    manifest = table(6, problem=[None, problem("missing"), problem("duplicate", "x"), None, None, None])
    manifest.loc[3, "duration_s"] = None
    plan = sk.plan(manifest, budget_usd=0.01)
    said = row(plan)
    assert said["recordings"] == said[["jobs", "in_corpus", "refused", "duplicates", "held"]].sum() == 6
    assert (said["refused"], said["duplicates"]) == (1, 1)
    assert plan.recordings()["status"].tolist()[1:3] == ["refused", "duplicate"]
    assert plan.recordings().loc[3, "status"] == "held"


def test_a_bad_cell_refuses_its_row_alone():
    plan = sk.plan(table(3, speaker_labels=True, speakers_expected=["2", "many", None]))
    assert plan.recordings()["status"].tolist() == ["planned", "refused", "planned"]


def test_a_recording_of_unknown_length_is_counted_and_noted():
    manifest = [{"duration_s": 600.0}, {"duration_s": 1200.0}, {"duration_s": 3000.0}, {"duration_s": None}]
    plan = sk.plan(manifest)
    said = row(plan)
    assert said["unknown_duration"] == 1
    assert said["audio_hours"] == pytest.approx(6000 / HOUR)
    assert said["usd"] == pytest.approx(4800 / HOUR * 0.21)
    assert said["assumed_usd"] == pytest.approx(1200 / HOUR * 0.21)
    assert "1 of unknown length, 20.0 min assumed" in said["note"]
    assert row(sk.plan(manifest, assume_duration_s=7200))["assumed_usd"] == pytest.approx(0.42)


def test_a_budget_sends_the_longest_until_the_next_does_not_fit():
    plan = sk.plan([{"duration_s": 600.0}, {"duration_s": HOUR}, {"duration_s": 2 * HOUR}], budget_usd=0.65)
    assert plan.recordings()["status"].tolist() == ["held", "planned", "planned"]
    assert row(plan)["usd"] == pytest.approx(3 * 0.21)
    assert "of a budget of $0.65; all 3 recordings: $0.66" in repr(plan)
    assert row(plan)["usd_without_budget"] == pytest.approx((3 + 1 / 6) * 0.21)


def test_what_the_whole_library_would_cost_has_assumed_lengths_too():
    plan = sk.plan([{"duration_s": HOUR}, {"url": "https://host.example/a.mp3"}], budget_usd=0.25)
    assert (row(plan)["usd"], row(plan)["usd_without_budget"]) == pytest.approx((0.21, 0.42))
    assert "all 2 recordings" in repr(plan)
    assert "all" not in repr(sk.plan([{"duration_s": HOUR}], budget_usd=10)).partition("cost")[2].partition("·")[0]


def test_files_are_uploaded_and_links_are_not():
    manifest = [{"source": "a.mp3", "duration_s": 10.0}, {"source": "https://host.example/b.mp3", "duration_s": 10.0}]
    plan = sk.plan(manifest)
    assert plan.recordings()["upload_bytes"].tolist() == [160_000, 0]
    assert "1 files of unknown size" in row(plan)["note"]
    assert "upload bandwidth not given" in row(plan)["note"]


def test_no_recordings_are_a_plan_too():
    plan = sk.plan([])
    assert (row(plan)["jobs"], row(plan)["wall_s_90"], plan.bottleneck) == (0, 0.0, "nothing to do")
    assert plan._repr_html_()
    assert len(plan.recordings()) == len(plan.stages()) == 0
    plan.plot()
    plt.close()


# -- time -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "bottleneck"),
    [
        ({"limits": sk.Limits(concurrent_jobs=5)}, "slots"),
        ({"upload_mbps": 1.0}, "upload"),
        ({"limits": sk.Limits(concurrent_jobs=10_000)}, "longest recording"),
        ({"limits": sk.Limits(requests_per_window=100)}, "request window"),
        ({"limits": sk.Limits(poll_s=600.0, queue_ahead=0)}, "polling"),
    ],
)
def test_the_bottleneck_is_named(how, bottleneck):
    plan = sk.plan(table(600, source="a.mp3", size_bytes=1_000_000), **how)
    assert plan.bottleneck == bottleneck
    stages = plan.stages()
    assert stages["stage"][0] == bottleneck
    assert f"bottleneck {bottleneck}" in repr(plan)


def test_the_same_input_gives_the_same_plan():
    one, other = (sk.plan(table(300), upload_mbps=50.0) for _ in range(2))
    pd.testing.assert_frame_equal(one.to_frame(), other.to_frame())
    pd.testing.assert_frame_equal(one.recordings(), other.recordings())
    assert one._repr_html_() == other._repr_html_()


def test_uncertainty_widens_the_band_and_certainty_closes_it():
    said = row(sk.plan(table(300)))
    assert said["wall_s_90"] > 1.15 * said["wall_s_50"]
    sure = row(sk.plan(table(300), times=EXACT))
    assert sure["wall_s_90"] == sure["wall_s_50"]


def test_a_sample_of_a_large_library_takes_as_long_as_all_of_it(monkeypatch):
    manifest, limits = table(20_000), sk.Limits(concurrent_jobs=50)
    assert len(forecast.Forecast(workload(manifest), Setting(limits)).sample) < len(manifest)
    sampled = sk.plan(manifest, limits=limits, times=EXACT)
    sampled.recordings(), sampled.to_frame()  # each figure is computed when it is first used
    monkeypatch.setattr(forecast, "LEAST_SAMPLE", 10**9)
    whole = sk.plan(manifest, limits=limits, times=EXACT)
    assert sampled.wall_s() == pytest.approx(whole.wall_s(), rel=0.02)
    assert row(sampled)["requests"] == pytest.approx(row(whole)["requests"], rel=0.02)
    assert row(sampled)["usd"] == row(whole)["usd"]
    apart = (sampled.recordings()["ready_s"] - whole.recordings()["ready_s"]).abs() / whole.wall_s()
    assert apart.median() < 0.01
    assert apart.max() < 0.1  # among the very first, where the sample's queue is longer than it would be


def test_the_picture_rises_to_all_hours_within_its_band():
    plan = sk.plan(table(300))
    progress = plan.progress()
    assert progress["audio_hours"].iloc[-1] == pytest.approx(row(plan)["audio_hours"])
    assert progress["at_s_50"].iloc[-1] == pytest.approx(plan.wall_s())
    assert (progress["at_s_10"] <= progress["at_s_50"]).all()
    assert (progress["at_s_50"] <= progress["at_s_90"]).all()
    assert progress.apply(lambda column: column.is_monotonic_increasing).all()


def test_every_recording_is_ready_between_its_own_time_and_the_end():
    plan = sk.plan(table(300))
    recordings = plan.recordings()
    assert recordings["ready_s"].max() <= plan.wall_s() * 1.2
    assert (recordings["ready_s"] > 0.3 * recordings["processing_s"]).all()


def test_multichannel_takes_a_quarter_longer():
    one, two = (sk.plan([{"duration_s": HOUR, "multichannel": choice}]).recordings()["processing_s"][0] for choice in (False, True))
    assert two == pytest.approx(1.25 * one)


# -- what if ----------------------------------------------------------------------------------------------------------


def test_every_combination_is_a_row():
    plan = sk.plan(table(100, size_bytes=2_000_000))
    models = ["universal-2", ["universal-3-5-pro", "universal-2"]]
    frame = plan.what_if(in_flight=[50, 200], upload_mbps=[20, 100, None], speech_models=models)
    assert len(frame) == 12
    assert frame["in_flight"].unique().tolist() == [50, 200]
    assert frame["speech_models"].unique().tolist() == ["universal-2", "universal-3-5-pro → universal-2"]
    assert frame.groupby("upload_mbps", dropna=False)["wall_s_50"].max().is_monotonic_decreasing
    assert frame.groupby("speech_models")["usd"].nunique().eq(1).all()


def test_what_if_with_the_plan_s_own_settings_is_the_plan():
    plan = sk.plan(table(100), upload_mbps=30.0, budget_usd=4.0)
    same = plan.what_if(upload_mbps=30.0, budget_usd=4.0, concurrent_jobs=200)
    pd.testing.assert_frame_equal(same, plan.to_frame())


def test_more_in_flight_than_the_account_has_slots_only_queue():
    frame = sk.plan(table(100), limits=sk.Limits(concurrent_jobs=5)).what_if(in_flight=[3, 50])
    assert frame["concurrent_jobs"].tolist() == [3, 5]
    assert frame["in_flight"].tolist() == [3, 50]


@pytest.mark.parametrize(("name", "value", "message"), [("slot", 3, "what_if cannot change 'slot'"), ("upload_mbps", -1, "above zero")])
def test_a_setting_that_cannot_be_changed_is_refused(name, value, message):
    with pytest.raises(OptionError, match=message):
        sk.plan(table(3)).what_if(**{name: value})


@pytest.mark.parametrize(
    "how", [{"limits": 5}, {"upload_mbps": 0}, {"budget_usd": -1}, {"assume_duration_s": 0}, {"assume_usd_per_hour": 0}]
)
def test_figures_that_cannot_be_are_refused(how):
    with pytest.raises(OptionError, match="expected"):
        sk.plan(table(3), **how)


def test_a_chance_is_between_never_and_always():
    with pytest.raises(OptionError, match="between 0 and 1"):
        sk.plan(table(3)).wall_s(1.0)


@pytest.mark.parametrize("wrong", ["recordings/", 5, [{"title": "x"}]])
def test_what_is_not_a_table_of_recordings_is_refused(wrong):
    with pytest.raises(ManifestError):
        sk.plan(wrong)


# -- how it looks -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("verb", "name"), [("to_frame", "PLAN"), ("recordings", "PLANNED"), ("stages", "STAGES")])
@pytest.mark.parametrize("count", [0, 5])
def test_frames_are_those_of_the_schema(verb, name, count):
    frame = getattr(sk.plan(table(count)), verb)()
    assert {column: str(dtype) for column, dtype in frame.dtypes.items()} == getattr(schema, name).dtypes


def test_html_says_what_was_assumed_and_escapes_names():
    plan = sk.plan(table(20), aai.TranscriptionConfig(speech_models=["<script>alert(1)</script>"]))
    page = plan._repr_html_()
    assert "<script>" not in page
    assert "5.6 s + 35.7 s per audio hour" in page
    assert "<svg role='img' aria-label=" in page


def test_a_plot_comes_back_with_the_axes_that_it_was_given():
    figure, ax = plt.subplots()
    plan = sk.plan(table(100))
    assert plan.plot(ax) is ax
    assert "bottleneck" in ax.get_title()
    assert ax.get_ylabel() == "hours of audio done"
    assert [text.get_text().split(":")[0] for text in ax.texts] == ["50 %", "90 %"]
    plt.close(figure)
