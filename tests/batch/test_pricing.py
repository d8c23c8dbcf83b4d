import math

import assemblyai as aai
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.base import schema
from scribekit.base.errors import ManifestError, OptionError
from scribekit.batch.pricing import estimate_cost, job_cost, rate_card

HOUR = 3600.0


def total(frame, model):
    return frame.set_index("model").loc[model, "total_usd"]


def test_a_hundred_hours_with_speaker_labels():
    frame = estimate_cost([{"duration": 100 * HOUR}], aai.TranscriptionConfig(speaker_labels=True))
    row = frame.set_index("model").loc["universal-2"]
    assert (row["hours"], row["files"], row["unknown_duration"]) == (100.0, 1, 0)
    assert row[["base_usd", "addons_usd", "total_usd"]].tolist() == pytest.approx([15.0, 2.0, 17.0])


def test_a_hundred_hours_of_stereo_with_key_terms():
    config = aai.TranscriptionConfig(multichannel=True, keyterms_prompt=["Kestrel Labs"])
    frame = estimate_cost([{"duration_s": 100 * HOUR, "channels": 2}], config)
    assert total(frame, "universal-3-5-pro") == pytest.approx(47.0)
    assert total(frame, "universal-2") == pytest.approx(30.0)


def test_every_model_with_a_price_is_compared_and_the_card_is_dated():
    frame = estimate_cost([{"duration": HOUR}])
    assert frame["model"].tolist() == ["universal-2", "universal-3-pro", "universal-3-5-pro"]
    assert frame["total_usd"].tolist() == pytest.approx([0.15, 0.21, 0.21])
    assert frame.attrs["rate_card"] == rate_card().date
    assert frame["note"].str.contains(rate_card().date).all()
    assert frame.dtypes.astype(str).to_dict() == schema.ESTIMATE.dtypes


def test_a_model_without_a_price_has_no_rate():
    config = aai.TranscriptionConfig(speech_models=["assemblyai-stt-3-7", "universal-2"])
    row = estimate_cost([{"duration": HOUR}], config).set_index("model").loc["assemblyai-stt-3-7"]
    assert row["note"] == "no rate"
    assert row[["base_usd", "addons_usd", "total_usd"]].isna().all()
    assert row["hours"] == 1.0


def test_the_embedded_recogniser_is_free():
    frame = estimate_cost([{"duration": HOUR}], aai.TranscriptionConfig(speaker_labels=True), models=["embedded-pocketsphinx"])
    assert frame[["total_usd", "note"]].to_numpy().tolist() == [[0.0, "runs on this machine"]]


def test_what_a_model_does_not_offer_is_noted_and_not_charged():
    frame = estimate_cost(
        [{"duration": HOUR}], aai.TranscriptionConfig(prompt="Context: a podcast."), models=["universal-2", "universal-3-pro"]
    )
    assert frame["addons_usd"].tolist() == pytest.approx([0.0, 0.05])
    assert frame["note"][0].startswith("not offered, not charged: prompt")
    assert "not offered" not in frame["note"][1]


def test_bad_rows_cost_nothing_and_unknown_lengths_are_counted():
    manifest = schema.MANIFEST.frame(
        [
            {"recording_id": "a", "source": "a.mp3", "duration_s": HOUR},
            {"recording_id": "b", "source": "b.mp3", "duration_s": HOUR, "problem": "duplicate: same audio as 'a'."},
            {"recording_id": "c", "source": "https://example.org/c.mp3"},
        ]
    )
    frame = estimate_cost(manifest, models=["universal-2"])
    assert frame[["files", "hours", "unknown_duration"]].to_numpy().tolist() == [[2, 1.0, 1]]
    assert frame["total_usd"].tolist() == [0.15]


def test_a_row_overrides_the_configuration():
    rows = [
        {"duration": HOUR, "speaker_labels": True, "multichannel": None, "channels": 2, "keyterms_prompt": None},
        {"duration": HOUR, "speaker_labels": False, "multichannel": True, "channels": 2, "keyterms_prompt": "Kafka; Grafana"},
    ]
    frame = estimate_cost(rows, aai.TranscriptionConfig(speaker_labels=True), models=["universal-3-pro"])
    assert frame["base_usd"].tolist() == pytest.approx([0.21 + 2 * 0.21])
    assert frame["addons_usd"].tolist() == pytest.approx([0.02 + 0.05])


def test_unknown_channels_of_a_multichannel_recording_are_assumed_and_said():
    frame = estimate_cost([{"duration": HOUR}], aai.TranscriptionConfig(multichannel=True), models=["universal-2"])
    assert frame["total_usd"].tolist() == pytest.approx([0.30])
    assert frame["note"][0].startswith("1 multichannel of unknown channels, 2 assumed")


def test_a_row_that_would_be_refused_costs_nothing():
    manifest = [{"duration": HOUR, "speakers_expected": count, "speaker_labels": "yes"} for count in (2, "many")]
    assert estimate_cost(manifest, models=["universal-2"])["files"].tolist() == [1]


def test_further_options_count_as_addons():
    frame = estimate_cost([{"duration": HOUR}], options={"speaker_labels": True}, models=["universal-2"])
    assert frame["addons_usd"].tolist() == pytest.approx([0.02])


def test_a_misspelt_option_is_refused_before_it_is_believed():
    with pytest.raises(OptionError, match="speaker_labels"):
        estimate_cost([{"duration": HOUR, "speaker_label": True}])


@pytest.mark.parametrize("given", ["recordings/", 5, [{"title": "x"}]])
def test_what_is_not_a_table_says_how_to_make_one(given):
    with pytest.raises(ManifestError, match="read_manifest"):
        estimate_cost(given)


def test_an_empty_table_costs_nothing():
    frame = estimate_cost(schema.MANIFEST.frame())
    assert frame["files"].tolist() == [0, 0, 0]
    assert frame["total_usd"].tolist() == [0.0, 0.0, 0.0]


def test_lengths_that_are_not_numbers_are_unknown():
    frame = estimate_cost([{"duration": value} for value in (None, "soon", -1, math.inf, "60")], models=["universal-2"])
    assert frame[["files", "unknown_duration"]].to_numpy().tolist() == [[5, 4]]
    assert frame["total_usd"].tolist() == pytest.approx([0.0025])


@pytest.mark.parametrize(
    ("options", "dollars"),
    [
        ({"speaker_labels": False, "keyterms_prompt": [], "prompt": ""}, 0.21),
        ({"speaker_options": {"long_file_diarization_method": "experimental"}, "speaker_labels": True}, 0.21 + 0.02 + 0.065),
        ({"speaker_options": {"long_file_diarization_method": "standard"}}, 0.21),
        ({"domain": "medical-v1"}, 0.36),
        ({"speech_understanding": {"request": {"translation": {"target_languages": ["es"]}}}}, 0.27),
        ({"redact_pii": True, "redact_pii_audio": True}, 0.34),
        ({"language_detection": True, "punctuate": True}, 0.21),
    ],
)
def test_an_addon_is_charged_when_its_option_is_on(options, dollars):
    assert job_cost("universal-3-pro", options, HOUR) == pytest.approx(dollars)


def test_channels_count_only_for_multichannel():
    assert job_cost("universal-2", {}, HOUR, channels=2) == pytest.approx(0.15)
    assert job_cost("universal-2", {"multichannel": True, "speaker_labels": True}, HOUR, channels=2) == pytest.approx(0.32)


def test_without_a_rate_there_is_no_number():
    assert job_cost(None, {}, HOUR) is None
    assert job_cost("nano", {}, HOUR) is None


ROWS = st.lists(st.floats(0, 36000), max_size=20)


@given(ROWS)
def test_the_estimate_is_the_sum_of_its_jobs(durations):
    config = aai.TranscriptionConfig(speaker_labels=True)
    frame = estimate_cost(pd.DataFrame({"duration": pd.Series(durations, dtype="float64")}), config, models=["universal-3-pro"])
    jobs = [job_cost("universal-3-pro", {"speaker_labels": True}, seconds) for seconds in durations]
    assert frame["total_usd"][0] == pytest.approx(math.fsum(jobs))


def test_every_price_names_a_source_and_every_addon_an_option():
    from scribekit.api.options import option_types

    card = rate_card()
    assert all(addon.option.split(".")[0] in option_types() for addon in card.addons)
    assert all(set(addon.per_hour) <= set(card.models) for addon in card.addons)
    assert card.sources
