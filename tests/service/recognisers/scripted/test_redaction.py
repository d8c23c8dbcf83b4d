import asyncio
import json

import pytest

from scribekit.service.recognisers.base import Audio
from scribekit.service.recognisers.scripted.recogniser import Scripted

LONG = "http://x.example/a?duration=3000"
PII = {"redact_pii": True, "redact_pii_policies": ["person_name", "location"]}


def recognise(url=LONG, path=None, **options):
    return asyncio.run(Scripted(speed=1e9).recognise(Audio(path, url), options))


def texts(words):
    return [word.text for word in words]


@pytest.fixture
def script(tmp_path):
    def write(text):
        path = tmp_path / "call.mp3"
        path.write_bytes(b"scripted:" + json.dumps({"duration_s": 60, "turns": [{"text": text, "start_ms": 0, "end_ms": 9000}]}).encode())
        return path

    return write


@pytest.mark.parametrize(
    ("sub", "masks"), [("entity_name", {"[PERSON_NAME]", "[LOCATION]"}), ("hash", {"#####", "######"}), (None, {"#####", "######"})]
)
def test_names_and_places_are_masked_and_nothing_else(sub, masks):
    plain = texts(recognise().words)
    masked = texts(recognise(**PII, **({"redact_pii_sub": sub} if sub else {})).words)
    changed = {(before, after) for before, after in zip(plain, masked, strict=True) if before != after}
    assert {before for before, _ in changed} == {"Maria", "Lisbon"}
    assert {after for _, after in changed} == masks


def test_nothing_is_masked_without_being_asked():
    assert texts(recognise(redact_pii_policies=["person_name"]).words) == texts(recognise().words)


def test_your_own_terms_are_masked_in_any_case_and_across_words(script):
    path = script("The blue Kestrel, and a kestrel. Blue kestrel!")
    result = recognise(path=path, **PII, redact_pii_sub="entity_name", redact_static_entities={"PROJECT": ["Blue-Kestrel", "blue kestrel"]})
    assert " ".join(texts(result.words)) == "The [PROJECT] [PROJECT], and a kestrel. [PROJECT] [PROJECT]!"
    assert "redact_pii masks in the words of a script only" in result.warnings[0]


def test_the_words_without_masks_are_returned_on_request():
    plain = texts(recognise().words)
    assert recognise(**PII).unredacted is None
    assert texts(recognise(**PII, redact_pii_return_unredacted=True).unredacted) == plain
