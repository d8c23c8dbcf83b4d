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


def test_where_a_result_is_delivered_is_not_part_of_what_is_asked():
    config = aai.TranscriptionConfig()
    config.set_webhook("https://a.example/hook", "x-secret", "value")
    assert options.config_options(config) == options.config_options(aai.TranscriptionConfig())


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
    ],
)
def test_a_misspelt_option_column_is_refused_with_the_right_name(column, right):
    with pytest.raises(OptionError, match=right):
        options.option_columns(["source", column])


@pytest.mark.parametrize(
    "column", ["interviewer", "date", "title", "speaker", "language", "kind", "year", "channel", "reference", "duration"]
)
def test_the_users_own_columns_stay_their_own(column):
    assert options.option_columns([column]) == []


@pytest.mark.parametrize(
    ("name", "cell", "value"),
    [
        ("speaker_labels", "yes", True),
        ("speaker_labels", 1.0, True),
        ("multichannel", "False", False),
        ("speakers_expected", 2.0, 2),
        ("speakers_expected", "3", 3),
        ("language_confidence_threshold", "0.4", 0.4),
        ("keyterms_prompt", "Kestrel Labs; Zephyr", ["Kestrel Labs", "Zephyr"]),
        ("keyterms_prompt", '["a;b"]', ["a;b"]),
        ("speaker_options", '{"min_speakers_expected": 2}', {"min_speakers_expected": 2}),
        ("language_code", "fr", "fr"),
    ],
)
def test_a_cell_overrides_in_the_options_own_type(name, cell, value):
    assert options.effective_options({}, {name: cell})[name] == value


@pytest.mark.parametrize("blank", [None, "", "  ", math.nan])
def test_an_empty_cell_overrides_nothing(blank):
    assert options.effective_options({"speech_models": ["m"]}, {"language_code": blank}) == {"speech_models": ["m"]}


@pytest.mark.parametrize(
    ("name", "cell"), [("speaker_labels", "perhaps"), ("speakers_expected", 2.5), ("speakers_expected", "two"), ("speaker_options", "[")]
)
def test_a_cell_that_does_not_fit_is_named(name, cell):
    with pytest.raises(OptionError, match=name):
        options.effective_options({}, {name: cell})


@pytest.mark.parametrize(
    ("given_options", "said"),
    [
        ({"prompt": "x", "keyterms_prompt": ["y"]}, "exclude each other"),
        ({"keyterms_prompt": ["x"] * 1001}, "1001"),
        ({"keyterms_prompt": ["one two three four five six seven"]}, "6 words"),
        ({"prompt": "x " * 1501}, "1500"),
    ],
)
def test_what_the_service_is_documented_to_refuse_is_not_sent(given_options, said):
    with pytest.raises(OptionError, match=said):
        options.validated(given_options)


@given(st.dictionaries(st.text(min_size=1), st.one_of(st.booleans(), st.integers(), st.text())))
def test_the_order_of_options_does_not_matter(chosen):
    backwards = dict(reversed(list(chosen.items())))
    assert options.canonical_json(chosen) == options.canonical_json(backwards)
