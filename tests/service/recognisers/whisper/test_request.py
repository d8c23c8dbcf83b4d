import pytest

from scribekit.service.recognisers.audio.media import Span
from scribekit.service.recognisers.whisper.request import Request


def test_without_options_the_language_is_detected_and_the_text_is_as_the_model_writes_it():
    found = Request.of({})
    assert (found.language, found.language_given, found.hints, found.temperature, found.translates) == (None, None, None, 0, False)
    assert found.capitals
    assert found.punctuation
    assert found.span == Span(0, None)


@pytest.mark.parametrize(
    ("options", "default", "language"),
    [
        ({"language_code": "en_us"}, "de", "en"),
        ({}, "de", "de"),
        ({"language_detection": True}, "de", None),
        ({"language_detection": False, "language_code": "fr"}, None, "fr"),
    ],
)
def test_the_language_is_that_of_the_request_else_that_of_the_service(options, default, language):
    assert Request.of(options, default).language == language


def test_prompt_and_key_terms_are_one_hint_without_pronunciations_or_repeats():
    options = {"prompt": "A  stand-up.", "keyterms_prompt": ["Kafka=K-AA-F-K-AH", "Kestrel Labs"], "word_boost": ["Kafka"]}
    assert Request.of(options).hints == "A stand-up. Kafka, Kestrel Labs"


def test_the_languages_to_detect_are_without_regions():
    detection = {"expected_languages": ["en_uk", "de"], "fallback_language": "de"}
    found = Request.of({"language_detection_options": detection, "language_confidence_threshold": 0.4})
    assert (found.expected, found.fallback, found.least_confidence) == (("en", "de"), "de", 0.4)
    assert Request.of({"language_detection_options": {"expected_languages": ["all"], "fallback_language": "auto"}}).expected == ()
