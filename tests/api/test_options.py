import json
import math

import assemblyai as aai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.api import options
from scribekit.base.errors import OptionError


def test_models_are_always_named():
    assert options.config_options(None)["speech_models"] == ["assemblyai-stt-3-7", "universal-2"]
    assert options.config_options(aai.TranscriptionConfig())["speech_models"] == ["assemblyai-stt-3-7", "universal-2"]
    assert options.config_options(aai.TranscriptionConfig(speech_models=["universal-2"]))["speech_models"] == ["universal-2"]


@pytest.mark.parametrize("chosen", [{"speech_models": ["universal-3-pro", "universal-2"]}, {"speech_model": "best"}])
def test_a_model_that_the_service_refuses_is_refused_here(chosen):
    name = next(iter(chosen.values()))
    with pytest.raises(OptionError, match="not taken for recordings any more"):
        options.config_options(aai.TranscriptionConfig(**chosen))
    with pytest.raises(OptionError, match="not taken for recordings any more"):
        options.effective_options({"speech_models": ["universal-2"]}, {"speech_models": name if isinstance(name, list) else [name]})


def as_fields(raw):
    dump = raw.model_dump if hasattr(raw, "model_dump") else raw.dict  # pydantic 2, or the 1 that the SDK falls back to
    return dump(exclude_none=True)


def as_the_sdk_does(request):
    dump = request.model_dump_json if hasattr(request, "model_dump_json") else request.json
    return dump(exclude_none=True, by_alias=True)


def test_the_options_are_what_the_sdk_would_send():
    config = aai.TranscriptionConfig(
        speech_models=["universal-3-5-pro", "universal-2"],
        speaker_labels=True,
        language_code="en_us",
        keyterms_prompt=["Kestrel Labs"],
        speaker_options=aai.SpeakerOptions(min_speakers_expected=2, max_speakers_expected=4),
        redact_pii=True,
        redact_pii_policies=[aai.PIIRedactionPolicy.person_name],
    )
    expected = json.loads(as_the_sdk_does(aai.types.TranscriptRequest(audio_url="u", **as_fields(config.raw))))
    del expected["audio_url"]
    assert options.config_options(config) == expected


def test_a_webhook_in_the_configuration_is_refused_with_the_way_to_have_one():
    config = aai.TranscriptionConfig()
    config.set_webhook("https://a.example/hook", "x-secret", "value")
    for given_by in (
        lambda: options.config_options(config),
        lambda: options.config_options(None, {"webhook_url": "https://a.example/hook"}),
    ):
        with pytest.raises(OptionError, match=r"webhook=sk\.Webhook"):
            given_by()
    with pytest.raises(OptionError, match=r"webhook=sk\.Webhook"):
        options.option_columns(["source", "webhook_url"])


def test_further_options_override_the_configuration_and_are_kept_as_given():
    config = aai.TranscriptionConfig(speech_models=["universal-2"], punctuate=True)
    further = {"speech_models": ["universal-3-pro"], "action": None, "an_option_of_next_year": [1, {"a": "b"}]}
    assert options.config_options(config, further) == {"punctuate": True, **further}


def test_what_is_set_on_the_raw_configuration_is_kept_though_the_sdk_drops_it():
    config = aai.TranscriptionConfig(redact_pii=True, redact_pii_policies=[aai.PIIRedactionPolicy.person_name])
    config.raw.redact_static_entities = {"PROJECT": ["Kestrel"]}
    assert options.config_options(config)["redact_static_entities"] == {"PROJECT": ["Kestrel"]}
    config.raw.redact_static_entity = {"PROJECT": ["Kestrel"]}
    with pytest.raises(OptionError, match="redact_static_entities"):
        options.config_options(config)


def test_a_task_that_the_sdk_removes_is_told():
    config = aai.TranscriptionConfig(speech_understanding={"request": {"action_items": {}}})
    with pytest.raises(OptionError, match=r"options=\{'speech_understanding'"):
        options.config_options(config)


@pytest.mark.parametrize(
    ("further", "right"),
    [
        ({"redact_static_entity": {}}, "redact_static_entities"),
        ({"action_items": {}}, r"options=\{'speech_understanding': \{'request': \{'action_items': \{…\}\}\}\}"),
        ({"language_detection_options": {"localisation": ["en_au"]}}, "language_detection_options.localization"),
        ({"speech_understanding": {"request": {"action_item": {}}}}, "speech_understanding.request.action_items"),
        ({"speech_model": "universal-2"}, "speech_models"),
        ({"audio_url": "https://a.example/a.mp3"}, "manifest"),
        ({"speaker_labels": "yes"}, "must be a Boolean"),
        ({"temperature": math.nan}, "JSON"),
        ({"temperature": 2}, "between 0 and 1"),
        (["speaker_labels"], "expected a dict"),
    ],
)
def test_a_wrong_further_option_is_refused_with_the_right_one(further, right):
    with pytest.raises(OptionError, match=right):
        options.config_options(None, further)


def test_a_value_newer_than_the_table_is_sent_when_it_is_given_as_a_further_option():
    assert options.config_options(None, {"domain": "legal-v1"})["domain"] == "legal-v1"
    with pytest.raises(OptionError, match="medical-v1"):
        options.effective_options({}, {"domain": "sales"})


@pytest.mark.parametrize("config", [{"speaker_labels": True}, "universal-2", 3])
def test_only_the_sdks_configuration_is_one(config):
    with pytest.raises(OptionError, match="TranscriptionConfig"):
        options.config_options(config)


@pytest.mark.parametrize(
    ("column", "right"),
    [
        ("speaker_label", "speaker_labels"),
        ("langauge_code", "language_code"),
        ("keyterm_prompt", "keyterms_prompt"),
        ("multi_channel", "multichannel"),
        ("redact_static_entity", "redact_static_entities"),
        ("Speaker Labels", "speaker_labels"),
        ("speech_model", "speech_models"),
        ("localization", "language_detection_options"),
    ],
)
def test_a_misspelt_option_column_is_refused_with_the_right_name(column, right):
    with pytest.raises(OptionError, match=right):
        options.option_columns(["source", column])


@pytest.mark.parametrize(
    "column", ["interviewer", "date", "title", "speaker", "language", "kind", "year", "channel", "reference", "duration", "topics"]
)
def test_the_users_own_columns_stay_their_own(column):
    assert options.option_columns([column]) == []


@pytest.mark.parametrize(
    ("name", "cell", "value"),
    [
        ("speaker_labels", "yes", True),
        ("speaker_labels", 1.0, True),
        ("multichannel", "False", False),
        ("audio_end_at", 2.0, 2),
        ("audio_end_at", "3", 3),
        ("language_confidence_threshold", "0.4", 0.4),
        ("keyterms_prompt", "Kestrel Labs; Zephyr", ["Kestrel Labs", "Zephyr"]),
        ("keyterms_prompt", '["a;b"]', ["a;b"]),
        ("keyterms_prompt", "Kestrel, Inc.\nZephyr\r\n", ["Kestrel, Inc.", "Zephyr"]),
        ("language_codes", "en, es", ["en", "es"]),
        ("language_codes", "en;es", ["en", "es"]),
        ("redact_pii_policies", "person_name,\nlocation ;date", ["person_name", "location", "date"]),
        ("speech_models", "assemblyai-stt-3-7\nuniversal-2", ["assemblyai-stt-3-7", "universal-2"]),
        ("language_detection_options", '{"code_switching": true}', {"code_switching": True}),
        ("custom_spelling", '[{"from": ["lisbon"], "to": "Lisboa"}]', [{"from": ["lisbon"], "to": "Lisboa"}]),
        ("language_code", "fr", "fr"),
    ],
)
def test_a_cell_overrides_in_the_options_own_type(name, cell, value):
    assert options.effective_options({}, {name: cell})[name] == value


@pytest.mark.parametrize("blank", [None, "", "  ", math.nan])
def test_an_empty_cell_overrides_nothing(blank):
    assert options.effective_options({"speech_models": ["m"]}, {"language_code": blank}) == {"speech_models": ["m"]}


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("speaker_labels", "perhaps"),
        ("speakers_expected", 2.5),
        ("speakers_expected", "two"),
        ("speaker_options", "["),
        ("custom_spelling", "lisbon"),
        ("speaker_options", '{"min_speaker_expected": 2}'),
    ],
)
def test_a_cell_that_does_not_fit_is_named(name, cell):
    with pytest.raises(OptionError, match=name):
        options.effective_options({}, {name: cell})


def test_rules_are_checked_where_their_options_are_known():
    config = aai.TranscriptionConfig(speakers_expected=2)
    with pytest.raises(OptionError, match="needs 'speaker_labels'"):
        options.config_options(config)
    base = options.config_options(config, columns=["speaker_labels"])
    assert options.effective_options(base, {"speaker_labels": "yes"})["speakers_expected"] == 2
    with pytest.raises(OptionError, match="needs 'speaker_labels'"):
        options.effective_options(base, {"speaker_labels": ""})


def test_a_prompt_goes_with_key_terms():
    config = aai.TranscriptionConfig(prompt="A board meeting.", keyterms_prompt=["Kestrel"])
    assert options.config_options(config)["prompt"] == "A board meeting."


DETECTION = {"speech_models": ["m"], "language_detection": True, "language_detection_options": {"code_switching": True}}


@pytest.mark.parametrize(
    ("base", "cells", "effective"),
    [
        (DETECTION, {"language_code": "fr"}, {"language_code": "fr"}),
        (DETECTION, {"language_code": ""}, DETECTION),
        ({"language_confidence_threshold": 0.5}, {"language_code": "fr"}, {"language_code": "fr"}),
        ({"language_code": "fr"}, {"language_detection": "yes"}, {"language_detection": True}),
    ],
)
def test_a_rows_own_language_replaces_how_the_configuration_finds_it(base, cells, effective):
    assert options.effective_options({"speech_models": ["m"], **base}, cells) == {"speech_models": ["m"], **effective}


def test_a_row_that_asks_for_both_is_refused():
    with pytest.raises(OptionError, match="exclude each other"):
        options.effective_options({}, {"language_code": "fr", "language_detection": True})


@given(st.dictionaries(st.text(min_size=1), st.one_of(st.booleans(), st.integers(), st.text())))
def test_the_order_of_options_does_not_matter(chosen):
    backwards = dict(reversed(list(chosen.items())))
    assert options.canonical_json(chosen) == options.canonical_json(backwards)
