import json
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from scribekit.transcripts.formats import FORMATS, Document

JSON_VALUE = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
    max_leaves=10,
)


def archive(payload):
    return FORMATS["json"].render(Document.from_payload("a.mp3", payload))


@given(st.dictionaries(st.text(), JSON_VALUE, max_size=4), st.booleans())
def test_the_archive_has_the_value_of_the_payload_known_keys_or_not(extra, escaped):
    body = {**extra, "id": "t", "status": "completed"}
    payload = json.dumps(body, ensure_ascii=escaped).encode()
    assert json.loads(archive(payload)) == json.loads(payload)


def test_numbers_keep_every_digit():
    payload = b'{"id":"t","status":"completed","confidence":0.12345678901234567890123,"project_id":123456789012345678901234567890}'
    read = json.loads(archive(payload), parse_float=Decimal)
    assert read["confidence"] == Decimal("0.12345678901234567890123")
    assert read["project_id"] == 123456789012345678901234567890


def test_it_is_readable_and_ends_with_a_line_end():
    assert archive(b'{"id":"t","status":"completed"}') == '{\n "id": "t",\n "status": "completed"\n}\n'


def test_what_is_not_quite_json_becomes_json():
    payload = b'{"id":"t","status":"completed","text":"a \xff","confidence":1e400,"project_id":%d,"other":NaN}' % 10**30
    assert json.loads(archive(payload)) == {
        "id": "t", "status": "completed", "text": "a \ufffd", "confidence": None, "project_id": 1e30, "other": None,
    }  # fmt: skip


def test_addresses_are_masked_and_nothing_else_is_changed():
    payload = (
        b'{"id":"t","status":"completed","text":"see https://a.example/x?sig=4f2a","audio_url":"https://ada:x@a.example/a.mp3?sig=4f2a",'
        b'"webhook_url":"https://b.example/hook?token=4f2a","webhook_auth_header_value":"4f2a","confidence":0.12345678901234567890,"other_url":null}'
    )
    assert archive(payload) == (
        '{\n "id": "t",\n "status": "completed",\n "text": "see https://a.example/x?sig=4f2a",\n "audio_url": "https://a.example/a.mp3?…",\n'
        ' "webhook_url": "https://b.example/hook?…",\n "webhook_auth_header_value": "…",\n "confidence": 0.12345678901234567890,\n'
        ' "other_url": null\n}\n'
    )
