import pytest
from hypothesis import given
from hypothesis import strategies as st
from option_rules import EXAMPLES

from scribekit.base import contract
from scribekit.base.models import known_models
from scribekit.base.options import OPTIONS, RULES, Outcome, violations
from scribekit.service.http.validation import InvalidRequestError, check_request

BY_NAME = {rule.name: rule for rule in RULES}
URL = {"audio_url": "http://x.example/a.mp3"}


def refusal(**options):
    with pytest.raises(InvalidRequestError) as caught:
        check_request(URL | options)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("format_text", "true", "format_text must be a Boolean"),
        ("speaker_labels", 1, "speaker_labels must be a Boolean"),
        ("audio_url", 5, "audio_url must be a String"),
        ("speakers_expected", True, "speakers_expected must be an Integer"),
        ("audio_end_at", 1.5, "audio_end_at must be an Integer"),
        ("temperature", "0", "temperature must be a Number"),
        ("keyterms_prompt", ["a", 1], "keyterms_prompt must be a List of Strings"),
        ("custom_spelling", ["a"], "custom_spelling must be a List of Objects"),
        ("speaker_options", [], "speaker_options must be an Object"),
    ],
)
def test_a_wrong_type_is_named_with_the_right_one(name, value, sentence):
    assert refusal(**{name: value}) == sentence


@pytest.mark.parametrize(("rule", "options"), [(rule, one) for rule, (wrong, _) in EXAMPLES.items() for one in wrong])
def test_a_wrong_combination_is_refused_by_its_rule(rule, options):
    if BY_NAME[rule].outcome is Outcome.IGNORED:
        assert check_request(URL | options)
    else:
        assert refusal(**options) in {broken.literal or broken.sentence for broken in violations(options)}


@pytest.mark.parametrize(("rule", "options"), [(rule, one) for rule, (_, right) in EXAMPLES.items() for one in right])
def test_a_right_combination_is_taken(rule, options):
    assert check_request(URL | options) == URL | options


def test_the_contracts_sentences_are_used_literally():
    languages = "The following models are not available in this language: sentiment_analysis, auto_highlights"
    assert refusal(language_code="fr", sentiment_analysis=True, auto_highlights=True) == languages
    assert refusal(speech_understanding={"request": {}}) == "speech_understanding.request is empty"
    assert refusal(word_boost=["🇸🇬"]) == "'🇸🇬' was included in the word boost list but contains unsupported characters"
    assert refusal(audio_url="talk.mp3") == "audio_url should start with http"
    assert refusal(speech_models=[]).startswith('"speech_models" must be a non-empty list containing one or more of: "')


def test_a_value_that_is_not_documented_is_refused():
    assert refusal(redact_pii_sub="stars") == "redact_pii_sub must be one of: entity_name, hash. It is 'stars'"


@given(st.dictionaries(st.sampled_from(sorted(OPTIONS)), st.none()))
def test_null_means_not_given(nulls):
    assert check_request(nulls | URL) == URL


@given(st.text(min_size=1).filter(lambda name: name not in OPTIONS))
def test_an_unknown_key_is_refused_with_the_literal(name):
    assert refusal(**{name: None}) == contract.ERROR_SCHEMA


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.lists(st.integers())))
def test_a_body_that_is_not_an_object_is_refused(body):
    with pytest.raises(InvalidRequestError):
        check_request(body)


@pytest.mark.parametrize(("name", "said"), [(name, model.said) for name, model in known_models().items() if model.is_refused])
def test_a_model_that_the_service_refuses_is_refused_here(name, said):
    found = refusal(speech_models=["universal-2", name])
    assert found == said or found.startswith('"speech_models" must be a non-empty list containing one or more of: "')


@pytest.mark.parametrize("names", [["assemblyai-stt-3-7", "universal-2"], ["universal-3-5-pro"], ["a-model-of-next-year"]])
def test_other_models_are_taken(names):
    assert check_request(URL | {"speech_models": names})["speech_models"] == names
