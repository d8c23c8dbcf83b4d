import typing

import pytest
from assemblyai.types import RawTranscriptionConfig

from scribekit.base.options import NESTED, OPTIONS, Kind, Role, kind_problem, value_problem, wrong_name, wrong_part

RESULTS = {"language_detection_results"}
"""Fields of the SDK's configuration that are no options of a request."""


def kind_of(hint):
    for part in typing.get_args(hint) or (hint,):
        plain = {bool: Kind.BOOLEAN, int: Kind.INTEGER, float: Kind.NUMBER, str: Kind.STRING}.get(part)
        if plain is not None:
            return plain
        if typing.get_origin(part) is list:
            return Kind.OBJECTS if "Dict" in str(part) else Kind.STRINGS
        if any(base.__name__ == "BaseModel" for base in getattr(part, "__mro__", ())):
            return Kind.OBJECT
    return Kind.STRING


def test_every_option_of_the_sdk_is_in_the_table_with_its_type():
    hints = typing.get_type_hints(RawTranscriptionConfig)
    fields = {name: kind_of(hint) for name, hint in hints.items() if name not in RESULTS and name[0] != "_"}
    assert fields == {name: OPTIONS[name].kind for name in fields if name in OPTIONS}


def test_options_that_the_sdk_does_not_know_are_in_the_table():
    assert OPTIONS["redact_static_entities"].kind is Kind.OBJECT
    assert "action_items" in NESTED["speech_understanding.request"]
    assert "localization" in NESTED["language_detection_options"]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("format_text", "true", "format_text must be a Boolean"),
        ("speaker_labels", 1, "speaker_labels must be a Boolean"),
        ("speakers_expected", True, "speakers_expected must be an Integer"),
        ("audio_end_at", 1.5, "audio_end_at must be an Integer"),
        ("temperature", "0", "temperature must be a Number"),
        ("keyterms_prompt", ["a", 1], "keyterms_prompt must be a List of Strings"),
        ("custom_spelling", ["a"], "custom_spelling must be a List of Objects"),
        ("speaker_options", [], "speaker_options must be an Object"),
    ],
)
def test_a_wrong_type_is_named_with_the_right_one(name, value, sentence):
    assert kind_problem(name, value) == sentence


@pytest.mark.parametrize(("name", "value"), [("format_text", True), ("temperature", 1), ("prompt", None), ("an_option_of_next_year", 5)])
def test_a_right_type_a_null_and_an_unknown_option_are_fine(name, value):
    assert kind_problem(name, value) is None


def test_values_that_are_not_documented_are_named():
    assert "mp3, wav" in value_problem("redact_pii_audio_quality", "flac")
    assert value_problem("domain", "medical-v1") is None
    assert value_problem("remove_audio_tags", None) is None


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("redact_static_entity", "redact_static_entities"),
        ("Speaker Labels", "speaker_labels"),
        ("language-code", "language_code"),
        ("localisation", "language_detection_options.localization"),
        ("action_items", "speech_understanding.request.action_items"),
        ("min_speakers_expected", "speaker_options.min_speakers_expected"),
        ("speech_model_s", "speech_models"),
        ("webhook", None),
        ("interviewer", None),
        ("speaker_labels", None),
    ],
)
def test_a_name_that_is_nearly_an_option_leads_to_it(name, right):
    assert wrong_name(name) == right


def test_a_part_that_is_nearly_known_leads_to_it():
    assert wrong_part("speech_understanding.request", ["action_item"]) == ("action_item", "action_items")
    assert wrong_part("speaker_options", ["min_speakers_expected", "use_two_stage_clustering"]) is None


def test_the_table_names_what_a_list_in_a_cell_needs():
    assert [name for name, option in OPTIONS.items() if option.items_hold_commas] == ["keyterms_prompt", "word_boost"]
    assert {name for name, option in OPTIONS.items() if option.role is Role.DELIVERY} == {
        "webhook_url",
        "webhook_auth_header_name",
        "webhook_auth_header_value",
    }


def test_values_fit_their_types():
    for option in OPTIONS.values():
        assert all(option.kind.fits(value) for value in option.values or ())
