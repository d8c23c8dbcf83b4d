import pytest

from scribekit.base.options import OPTIONS
from scribekit.service.recognisers.abilities import refusal, warnings
from scribekit.service.recognisers.whisper.abilities import of_languages, translates_only_into_english

MANY = of_languages(frozenset({"en", "de", "fr"}))
ENGLISH = of_languages(frozenset({"en"}))


@pytest.mark.parametrize("known", [MANY, ENGLISH])
def test_every_option_has_an_ability(known):
    assert set(known) == set(OPTIONS)


def test_a_language_that_it_does_not_know_is_refused():
    assert refusal(MANY, {"language_code": "de_ch"}, "whisper") is None
    assert refusal(MANY, {"language_code": "xx"}, "whisper").endswith("whisper: the model knows other languages only")
    assert "English" in refusal(ENGLISH, {"language_code": "de"}, "whisper")
    assert refusal(ENGLISH, {"language_code": "en_uk"}, "whisper") is None


def test_masks_are_refused_and_what_it_does_not_do_is_said():
    assert refusal(MANY, {"redact_pii": True}, "whisper").endswith("it masks nothing")
    assert warnings(MANY, {"auto_chapters": True, "punctuate": False}, "whisper") == [
        "auto_chapters has no effect with the recogniser whisper: it only transcribes"
    ]
    assert warnings(ENGLISH, {"language_detection": True}, "whisper") == [
        "language_detection has no effect with the recogniser whisper: it knows English only"
    ]


def translation(**changed):
    return {"request": {"translation": {"target_languages": ["en"], "formal": False} | changed}}


def test_only_a_translation_into_english_is_done():
    assert translates_only_into_english(translation())
    assert warnings(MANY, {"speech_understanding": translation()}, "whisper") == []
    others = [
        translation(target_languages=["de"]),
        translation(match_original_utterance=True),
        {"request": {"summarization": {}}},
        {},
        None,
    ]
    for other in others:
        assert not translates_only_into_english(other)
