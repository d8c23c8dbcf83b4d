import assemblyai as aai
import pytest

from scribekit.api.options import config_options
from scribekit.api.sdk_losses import loss_message, lost_parts
from scribekit.base.errors import OptionError

REQUEST = "speech_understanding.request"
MASKED = {"redact_pii": True, "redact_pii_policies": ["person_name"], "redact_pii_audio": True}
TRANSLATION = {"target_languages": ["de"], "force_translation": True}


def test_only_objects_that_the_configuration_has_can_have_lost_something():
    assert lost_parts(None) == {}
    assert lost_parts(aai.TranscriptionConfig(speaker_labels=True, speaker_options={"min_speakers_expected": 2})) == {}
    assert lost_parts(aai.TranscriptionConfig(language_detection_options={"localization": ["en_au"]})) == {}


@pytest.mark.parametrize(
    ("request_", "lost"),
    [
        ({"translation": TRANSLATION}, {REQUEST: ("action_items",), f"{REQUEST}.translation": ("force_translation",)}),
        (
            {"custom_formatting": {"date": "mm/dd/yyyy", "format_utterances": True}},
            {REQUEST: ("action_items",), f"{REQUEST}.custom_formatting": ("format_utterances",)},
        ),
        ({"summarization": {"summary_type": "bullets", "effort": "low"}}, {REQUEST: ("action_items",)}),
    ],
)
def test_what_the_sdk_removes_is_named_and_what_it_holds_is_not(request_, lost):
    config = aai.TranscriptionConfig(speech_understanding={"request": request_})
    assert lost_parts(config) == lost
    sent = config_options(config)["speech_understanding"]["request"]
    for path, names in lost.items():
        part = sent if path == REQUEST else sent[path.rpartition(".")[2]]
        assert not set(names) & set(part)  # it is lost indeed
    message = loss_message(config)
    for path, names in lost.items():
        for name in names:
            assert f"'{path}.{name}'" in message
    assert "options={'speech_understanding': " in message


def test_an_option_that_is_given_by_name_loses_nothing():
    config = aai.TranscriptionConfig(speech_understanding={"request": {"translation": TRANSLATION}})
    further = {"speech_understanding": {"request": {"translation": TRANSLATION}}}
    assert loss_message(config, further) is None
    assert config_options(config, further)["speech_understanding"] == further["speech_understanding"]
    assert loss_message(aai.TranscriptionConfig(punctuate=True)) is None
    assert loss_message(None) is None


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (
            {"speech_understanding": {"request": {"action_items": {}}}},
            ["action_items", "options={'speech_understanding': {'request': {…}}}"],
        ),
        (
            {"speech_understanding": {"request": {"translation": TRANSLATION, "custom_formatting": {"format_utterances": True}}}},
            ["'speech_understanding.request.custom_formatting'", "format_utterances"],
        ),
        (
            MASKED | {"redact_pii_audio_options": {"return_redacted_no_speech_audio": True}},
            ["return_redacted_no_speech_audio", "options={'redact_pii_audio_options': {…}}"],
        ),
    ],
)
def test_an_option_that_has_nothing_left_is_refused_by_name(given, named):
    with pytest.raises(OptionError, match="the SDK removes parts that it does not know") as error:
        config_options(aai.TranscriptionConfig(**given))
    for part in named:
        assert part in str(error.value)
