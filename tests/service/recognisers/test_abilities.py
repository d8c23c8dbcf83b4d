import pytest

from scribekit.base.errors import OptionError
from scribekit.base.options import OPTIONS
from scribekit.service.recognisers.abilities import Treatment, abilities, basic_abilities, refusal, warnings
from scribekit.service.recognisers.openai.abilities import ABILITIES as OPENAI
from scribekit.service.recognisers.pocketsphinx.abilities import ABILITIES as POCKETSPHINX
from scribekit.service.recognisers.scripted.abilities import ABILITIES as SCRIPTED

KNOWN = abilities(
    done={"": "punctuate"},
    marked={"it knows English only": "language_code", "it only transcribes": "entity_detection content_safety_confidence"},
    refused={"it masks nothing": "redact_pii"},
    can={"language_code": lambda code: code == "en"},
)


@pytest.mark.parametrize("known", [OPENAI, POCKETSPHINX, SCRIPTED], ids=["openai", "pocketsphinx", "scripted"])
def test_a_recogniser_says_what_it_does_with_every_option(known):
    assert known.keys() == OPTIONS.keys()
    assert [name for name, ability in known.items() if ability.treatment is not Treatment.DONE and not ability.note] == []


def test_only_what_is_asked_for_is_refused():
    assert refusal(KNOWN, {"redact_pii": True}, "small") == "redact_pii is not available with the recogniser small: it masks nothing"
    assert refusal(KNOWN, {"redact_pii": False, "entity_detection": True}, "small") is None


def test_what_is_missing_is_told():
    assert warnings(KNOWN, {"entity_detection": True, "punctuate": True}, "small") == [
        "entity_detection has no effect with the recogniser small: it only transcribes"
    ]
    assert warnings(KNOWN, {"language_code": "en"}, "small") == []
    assert len(warnings(KNOWN, {"language_code": "fr"}, "small")) == 1


def test_an_option_that_another_one_is_missing_for_is_told():
    assert "'content_safety_confidence' needs 'content_safety'." in warnings(KNOWN, {"content_safety_confidence": 60}, "small")


def test_basic_abilities_cover_every_option():
    known = basic_abilities("multichannel prompt", languages={"de", "fr"})
    assert known.keys() == OPTIONS.keys()
    assert warnings(known, {"multichannel": True, "webhook_url": "http://x.example", "speech_models": ["a"]}, "mine") == []
    assert refusal(known, {"language_code": "fr_ca", "multichannel": True}, "mine") is None
    assert refusal(known, {"language_code": "en"}, "mine").endswith("with the recogniser mine: it knows only de, fr")
    assert refusal(basic_abilities(languages=None), {"language_code": "sw"}, "mine") is None
    assert refusal(known, {"filter_profanity": True}, "mine")
    assert len(warnings(known, {"summarization": True}, "mine")) >= 1


def test_an_option_that_there_is_not_cannot_be_done():
    with pytest.raises(OptionError, match="'multichannel'"):
        basic_abilities("multi_channel", languages=None)


def test_an_option_of_a_later_version_is_told_as_without_effect():
    assert warnings({}, {"prompt": "x"}, "old") == ["prompt has no effect with the recogniser old: it does not know this option"]
