import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.base import contract
from scribekit.service.http.validation import OPTIONS, InvalidRequestError, check_request

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


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("content_safety_confidence", 25, 24),
        ("temperature", 1, 1.01),
        ("speech_threshold", 0.5, -0.1),
        ("audio_start_from", 0, -1),
        ("speakers_expected", 1, 0),
        ("language_codes", ["en", "es"], ["en", "es", "fr"]),
    ],
)
def test_values_have_their_ranges(name, good, bad):
    assert check_request(URL | {name: good})[name] == good
    assert name in refusal(**{name: bad})


def test_key_terms_have_their_limits():
    assert check_request(URL | {"keyterms_prompt": ["one two three four five six"]})
    assert "6 words" in refusal(keyterms_prompt=["one two three four five six seven"])
    assert check_request(URL | {"keyterms_prompt": ["two words"] * 500})
    assert "1000 words" in refusal(keyterms_prompt=["two words"] * 501)
    assert "universal-2" in refusal(keyterms_prompt=["term"] * 201, speech_models=["universal-2"])
    assert check_request(URL | {"keyterms_prompt": ["term"] * 201, "speech_models": ["universal-3-pro", "universal-2"]})


def test_a_prompt_is_short_and_excludes_key_terms():
    assert "keyterms_prompt" in refusal(prompt="A talk.", keyterms_prompt=["Lisbon"])
    assert check_request(URL | {"prompt": "word " * 1500})
    assert "1500" in refusal(prompt="word " * 1501)


def test_partners_come_together():
    assert "redact_pii" in refusal(redact_pii_audio=True)
    assert "webhook_auth_header_value" in refusal(webhook_auth_header_name="X-Key")


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
