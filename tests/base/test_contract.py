import json

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scribekit.base import contract

MINIMAL = {"id": "t1", "status": "completed"}
JSON_VALUE = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
    max_leaves=5,
)
KNOWN_KEYS = sorted({*contract.Transcript.__struct_fields__, "unheard_of"} - {"id", "status"})
ITEM = st.dictionaries(st.sampled_from(["text", "start", "end", "confidence", "speaker", "channel", "words", "mood"]), JSON_VALUE)


def transcript(**fields):
    return contract.read_transcript(json.dumps({**MINIMAL, **fields}).encode())


@given(st.dictionaries(st.sampled_from(KNOWN_KEYS), JSON_VALUE), st.none() | st.lists(ITEM), st.none() | st.lists(ITEM))
def test_no_odd_value_costs_a_transcript(fields, words, utterances):
    found = transcript(**{**fields, "words": words, "utterances": utterances})
    assert (found.id, found.status) == ("t1", "completed")
    assert len(found.words or ()) == len(words or ())
    assert len(found.utterances or ()) == len(utterances or ())
    for item in [*(found.words or ()), *(found.utterances or ())]:
        assert isinstance(item.text, str)
        assert 0 <= item.start <= contract.LATEST_MS
        assert 0 <= item.end <= contract.LATEST_MS


@given(st.dictionaries(st.sampled_from(KNOWN_KEYS), JSON_VALUE))
@example({"audio_channels": 2**53, "engine": []})
def test_the_head_agrees_with_the_whole(fields):
    body = json.dumps({**MINIMAL, **fields}).encode()
    head, whole = contract.read_head(body), contract.read_transcript(body)
    for name in contract.Head.__struct_fields__:
        assert getattr(head, name) == getattr(whole, name)


def test_good_words_beside_an_odd_one_are_read_as_they_are():
    good = {"text": "yes", "start": 10, "end": 20, "confidence": 0.5, "speaker": "A", "channel": "1"}
    odd = {"text": None, "start": "30.4", "end": -5, "confidence": "high", "speaker": 7}
    first, second = transcript(words=[good, odd]).words
    assert first == contract.Word("yes", 10, 20, 0.5, "A", "1")
    assert second == contract.RepairedWord("", 30, 0, None, "7", None, is_end_given=False)


def test_a_word_without_an_end_ends_where_it_starts():
    (word,) = transcript(words=[{"text": "a", "start": 40.0}]).words
    assert (word.start, word.end) == (40, 40)


@pytest.mark.parametrize("time", [10**30, "Infinity", "1e999", "nan", True, [], {}])
def test_impossible_times_become_possible(time):
    (word,) = transcript(words=[{"text": "a", "start": time, "end": time}]).words
    assert 0 <= word.start <= word.end <= contract.LATEST_MS


def test_the_engine_of_the_embedded_service_is_read_leniently():
    assert transcript().engine is None
    assert transcript(engine={"name": "pocketsphinx", "quality": "demonstration", "cores": 2}).engine == contract.Engine(
        name="pocketsphinx", quality="demonstration"
    )
    assert transcript(engine={"name": 7}).engine == contract.Engine(name="7")
    assert transcript(engine="whisper").engine is None


@pytest.mark.parametrize("body", [b"", b"[]", b'"completed"', b'{"id": "t1"}', b'{"id": "t1", "status": "comp', b"\xff\xfe"])
def test_what_is_not_a_whole_transcript_is_refused(body):
    for read in (contract.read_transcript, contract.read_head):
        with pytest.raises(msgspec.MsgspecError):
            read(body)


WORDS = b'{"id": "t1", "status": "completed", "words": [{"text": %s, "start": 10, "end": 20, "confidence": %s}], "other": %s}'


@pytest.mark.parametrize(
    ("body", "text", "confidence"),
    [
        (WORDS % (b'"r\xffn"', b"0.5", b"1"), "r\ufffdn", 0.5),
        (WORDS % (rb'"\ud83d run"', b"0.5", b"1"), "\ufffd run", 0.5),
        (WORDS % (rb'"\ud83d\ude00\ude00"', b"0.5", b"1"), "\U0001f600\ufffd", 0.5),
        (WORDS % (b'"run"', b"1e400", b"1"), "run", None),
        (WORDS % (b'"run"', b"NaN", b"Infinity"), "run", None),
        (WORDS % (b'"run"', b"-Infinity", b"9" * 5000), "run", None),
        (WORDS % (b'"r\x01n"', b"0.5", b"1"), "r\x01n", 0.5),
        (WORDS % (b'"run"', b"0.5", b'"\xff"'), "run", 0.5),
    ],
)
def test_what_is_not_quite_json_is_read_all_the_same(body, text, confidence):
    assert contract.read_head(body).id == "t1"
    assert contract.read_transcript(body).words == [contract.Word(text, 10, 20, confidence)]
    assert json.loads(contract.valid_json(body))["words"][0]["text"] == text


def test_an_id_or_status_with_a_lost_character_is_refused():
    for body in (b'{"id": "t\xff", "status": "completed"}', rb'{"id": "t1", "status": "\ud83d"}'):
        with pytest.raises(msgspec.MsgspecError):
            contract.read_head(body)


@pytest.mark.parametrize("read", [contract.read_head, contract.read_transcript, contract.read_json])
def test_brackets_that_are_nested_too_deeply_are_refused(read):
    with pytest.raises(msgspec.MsgspecError):
        read(WORDS % (b'"run"', b"0.5", b"[" * 5000 + b"]" * 5000))


def test_a_refusal_says_nothing_of_the_text():
    with pytest.raises(msgspec.MsgspecError) as refusal:
        contract.read_transcript(b'{"id": "t1", "status": "completed", "text": "secret \xff')
    assert "secret" not in str(refusal.value)


def test_a_list_page_is_read_with_its_links():
    item = {"id": "t1", "status": "completed", "created": "2026-01-01T00:00:00.000001", "completed": None, "new_key": 1}
    page = contract.read_page(
        json.dumps({"transcripts": [item], "page_details": {"limit": 10, "result_count": 1, "prev_url": None}}).encode()
    )
    assert page.transcripts == [contract.ListItem(id="t1", status="completed", created="2026-01-01T00:00:00.000001")]
    assert (page.page_details.result_count, page.page_details.prev_url) == (1, None)
    with pytest.raises(msgspec.MsgspecError):
        contract.read_page(b'{"error": "Too Many Requests"}')


def test_what_cannot_be_read_of_a_list_is_left_out():
    """Then it is not known whether the page is the last."""
    items = [{"id": "t1", "status": "queued"}, None, {"id": 7}, {"id": "t2", "status": None, "error": 5}]
    page = contract.read_page(json.dumps({"transcripts": items, "page_details": {"limit": "many"}}).encode())
    assert [(item.id, item.status, item.error) for item in page.transcripts] == [("t1", "queued", None), ("t2", "", "5")]
    assert not page.is_whole


@pytest.mark.parametrize("filling", [b"{},", b"[],", b"1,"], ids=["objects", "lists", "numbers"])
def test_values_that_would_fill_the_memory_are_refused(filling):
    body = b'{"id": "t1", "status": "completed", "confidence": NaN, "x": [' + filling * 8_000_001 + b"1]}"
    with pytest.raises(msgspec.MsgspecError):
        contract.read_head(body)
