import datetime as dt
import math

import assemblyai as aai
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.base import schema
from scribekit.base.errors import ManifestError, OptionError
from scribekit.base.models import State, find_model
from scribekit.batch.pricing import estimate_cost, job_cost, missing_rates, rate_card

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
    assert total(frame, "assemblyai-stt-3-7") == pytest.approx(47.0)
    assert total(frame, "universal-2") == pytest.approx(30.0)


def test_every_model_that_can_be_bought_is_compared_and_the_card_is_dated():
    frame = estimate_cost([{"duration": HOUR}])
    assert frame["model"].tolist() == ["assemblyai-stt-3-7", "universal-3-5-pro", "universal-2"]
    assert frame["total_usd"].tolist() == pytest.approx([0.21, 0.21, 0.15])
    assert frame.attrs["rate_card"] == rate_card().date
    assert frame["note"].str.contains(rate_card().date).all()
    assert frame.dtypes.astype(str).to_dict() == schema.ESTIMATE.dtypes


def test_a_model_without_a_price_has_no_rate():
    config = aai.TranscriptionConfig(speech_models=["a-model-of-next-year", "universal-2"])
    row = estimate_cost([{"duration": HOUR}], config).set_index("model").loc["a-model-of-next-year"]
    assert row["note"] == "no rate"
    assert row[["base_usd", "addons_usd", "total_usd"]].isna().all()
    assert row["hours"] == 1.0


@pytest.mark.parametrize("model", ["embedded-pocketsphinx", "embedded-whisper-base", "embedded-my-engine"])
def test_every_embedded_recogniser_is_free(model):
    frame = estimate_cost([{"duration": HOUR}], aai.TranscriptionConfig(speaker_labels=True), models=[model])
    assert frame[["total_usd", "note"]].to_numpy().tolist() == [[0.0, "runs on this machine"]]


def test_what_a_model_does_not_offer_is_noted_and_not_charged():
    frame = estimate_cost(
        [{"duration": HOUR}], aai.TranscriptionConfig(prompt="Context: a podcast."), models=["universal-2", "universal-3-5-pro"]
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
    frame = estimate_cost(rows, aai.TranscriptionConfig(speaker_labels=True), models=["universal-3-5-pro"])
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
    assert job_cost("universal-3-5-pro", options, HOUR) == pytest.approx(dollars)


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
    frame = estimate_cost(pd.DataFrame({"duration": pd.Series(durations, dtype="float64")}), config, models=["universal-3-5-pro"])
    jobs = [job_cost("universal-3-5-pro", {"speaker_labels": True}, seconds) for seconds in durations]
    assert frame["total_usd"][0] == pytest.approx(math.fsum(jobs))


def test_every_price_names_a_source_and_every_addon_an_option():
    from scribekit.api.options import option_types

    card = rate_card()
    assert {addon.option.split(".")[0] for addon in card.addons} <= set(option_types())
    assert all(set(addon.per_hour) <= set(card.models) for addon in card.addons)
    assert card.sources


# -- what has no price, and what cannot be bought ---------------------------------------------------------------------


def understanding(**tasks):
    return {"speech_understanding": {"request": tasks}}


@pytest.mark.parametrize(
    ("model", "per_hour"),
    [
        ("assemblyai-stt-3-7", 0.21),
        ("universal-3-5-pro", 0.21),
        ("universal-2", 0.15),
        ("universal-3-pro", 0.21),
        ("embedded-pocketsphinx", 0.0),
    ],
)
def test_the_price_of_each_model(model, per_hour):
    assert rate_card().rate_of(model) == per_hour
    assert job_cost(model, {}, HOUR) == per_hour


def test_every_priced_model_of_the_service_is_in_the_table_of_models():
    card = rate_card()
    assert all(find_model(name).state is not State.UNKNOWN for name, vendor in card.vendors.items() if vendor == "AssemblyAI")


WITHOUT_A_PRICE = [
    ("universal-2", {"domain": "medical-v1"}, "medical mode"),
    ("assemblyai-stt-3-7", {"domain": "medical-v1"}, "medical mode"),
    ("universal-3-5-pro", {"domain": "dental-v1"}, "another domain than medical-v1"),
    *(
        (model, options, name)
        for model in ("universal-2", "universal-3-5-pro", "assemblyai-stt-3-7")
        for options, name in (
            (understanding(summarization={"summary_type": "bullets"}), "summaries by speech understanding"),
            (understanding(action_items={}), "action items by speech understanding"),
            (understanding(a_task_of_next_year={"x": 1}), "the option speech_understanding.request.a_task_of_next_year"),
            ({"redact_pii": True, "redact_static_entities": {"codename": ["Kestrel"]}}, "redaction of own terms"),
            ({"redact_pii": True, "redact_pii_return_unredacted": True}, "return of unredacted texts"),
            ({"an_option_of_next_year": True}, "the option an_option_of_next_year"),
        )
    ),
]


@pytest.mark.parametrize(("model", "options", "name"), WITHOUT_A_PRICE)
def test_an_addon_without_a_price_makes_the_cost_unknown_and_never_less(model, options, name):
    assert job_cost(model, options, HOUR) is None
    assert missing_rates(model, options) == (f"{name} on {model}",)
    assert job_cost(model, options, 2 * HOUR, assume_usd_per_hour=0.5) == 1.0


@pytest.mark.parametrize("model", ["universal-2", "universal-3-5-pro", "assemblyai-stt-3-7"])
@pytest.mark.parametrize(
    ("task", "per_hour"),
    [
        ({"translation": {"target_languages": ["es"]}}, 0.06),
        ({"speaker_identification": {"speaker_type": "name"}}, 0.02),
        ({"custom_formatting": {"date": "mm/dd/yyyy"}}, 0.03),
    ],
)
def test_the_other_tasks_of_speech_understanding_have_prices(model, task, per_hour):
    assert job_cost(model, understanding(**task), HOUR) == pytest.approx(rate_card().models[model] + per_hour)


def test_an_estimate_without_a_price_names_the_addon():
    rows = [{"duration": HOUR, "domain": "medical-v1"}, {"duration": HOUR, "domain": None}]
    frame = estimate_cost(rows, models=["universal-2", "universal-3-5-pro"]).set_index("model")
    assert frame.loc["universal-2", "base_usd"] == pytest.approx(0.30)
    assert frame.loc["universal-2", ["addons_usd", "total_usd"]].isna().all()
    assert frame.loc["universal-2", "note"].startswith("no rate: medical mode; ")
    assert frame.loc["universal-3-5-pro", "total_usd"] == pytest.approx(0.42 + 0.15)


def test_what_is_not_offered_is_something_else_than_what_has_no_price():
    config = aai.TranscriptionConfig(auto_chapters=True)
    frame = estimate_cost([{"duration": HOUR}], config).set_index("model")
    assert frame["total_usd"].to_dict() == pytest.approx({"assemblyai-stt-3-7": 0.21, "universal-3-5-pro": 0.21, "universal-2": 0.23})
    assert frame["note"].str.contains("not offered, not charged: auto chapters").tolist() == [True, True, False]


def test_an_assumed_price_stands_in_for_what_is_not_known_and_the_note_says_so():
    rows = [{"duration": HOUR, "domain": "medical-v1"}, {"duration": HOUR, "domain": None}]
    models = ["universal-2", "a-model-of-next-year"]
    frame = estimate_cost(rows, models=models, assume_usd_per_hour=0.4).set_index("model")
    assert frame["total_usd"].to_dict() == pytest.approx({"universal-2": 0.4 + 0.15, "a-model-of-next-year": 0.8})
    assert frame["note"].str.startswith("no rate, $0.40 an hour assumed: ").all()
    assert "the model 'a-model-of-next-year'" in frame.loc["a-model-of-next-year", "note"]


@pytest.mark.parametrize("wrong", [0, -1, "much", math.nan])
def test_an_assumed_price_is_a_number_above_zero(wrong):
    with pytest.raises(OptionError, match="assume_usd_per_hour"):
        estimate_cost([{"duration": HOUR}], assume_usd_per_hour=wrong)


def test_a_deprecated_model_is_noted():
    notes = estimate_cost([{"duration": HOUR}]).set_index("model")["note"]
    assert "deprecated, use assemblyai-stt-3-7" in notes["universal-3-5-pro"]
    assert notes.str.contains("deprecated").sum() == 1


def test_presumed_prices_are_noted():
    notes = estimate_cost([{"duration": HOUR}], aai.TranscriptionConfig(speaker_labels=True)).set_index("model")["note"]
    assert notes["assemblyai-stt-3-7"].startswith("presumed, as with universal-3-5-pro: speaker labels")
    assert notes.str.contains("presumed").sum() == 1


@pytest.mark.parametrize("name", ["universal-3-pro", "universal-3-6-pro", "nano", "best"])
def test_what_cannot_be_bought_has_no_price_in_an_estimate_and_says_what_to_use(name):
    row = estimate_cost([{"duration": HOUR}], models=[name], assume_usd_per_hour=0.3).iloc[0]
    assert row[["base_usd", "addons_usd", "total_usd"]].isna().all()
    assert row["note"].startswith(f"no rate: {find_model(name).state} (")
    assert row["note"].endswith(f"use {find_model(name).replacement}")


def test_a_configuration_with_a_refused_model_is_refused_by_the_estimate_too():
    with pytest.raises(OptionError, match="assemblyai-stt-3-7"):
        estimate_cost([{"duration": HOUR}], aai.TranscriptionConfig(speech_models=["universal-3-pro", "universal-2"]))


def test_what_runs_on_this_machine_costs_nothing_whatever_is_asked():
    assert job_cost("embedded-pocketsphinx", {"domain": "medical-v1", "an_option_of_next_year": 1}, HOUR) == 0.0


def test_lengths_are_read_as_people_write_them():
    lengths = ["01:00:00", "60:00", "3600,0", pd.Timedelta("1h"), dt.time(1), 3600]
    for column in ("duration", "duration_s", "length", "Duration"):
        estimate = estimate_cost([{column: length} for length in lengths], models=["universal-2"])
        assert estimate[["hours", "total_usd", "unknown_duration"]].to_numpy().tolist() == [[6.0, pytest.approx(0.9), 0]]
    assert estimate_cost([{"duration_ms": "3600000"}], models=["universal-2"])["hours"][0] == 1.0


def test_a_length_that_cannot_be_read_is_said():
    estimate = estimate_cost([{"duration": "1:00:00"}, {"duration": "soon"}], models=["universal-2"])
    assert estimate["note"][0].startswith("lengths that cannot be read: 1; ")
    assert estimate["unknown_duration"][0] == 1
    with pytest.raises(ManifestError, match=r"No length in the table can be read. In row 1: The length '3,600' \(column 'duration'\)"):
        estimate_cost([{"duration": "3,600"}], models=["universal-2"])
