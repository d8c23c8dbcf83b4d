"""The words of a payload are the transcript's own, wherever and however they are written."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.base import contract
from scribekit.transcripts import frames

TEXTS = st.one_of(
    st.sampled_from(["Hi", "}]", '"}]', '","end":1}]', "[music]", '"words":[{"text":"x","start":1,"end":2}]', "\\", "ж", "]"]),
    st.text(max_size=6),
)
SEPARATORS = st.sampled_from([(",", ":"), (", ", ": ")])


def word(text: str, number: int) -> dict[str, object]:
    return {"text": text, "start": 100 * number, "end": 100 * number + 50, "confidence": 0.5, "speaker": "A"}


def said(body: bytes) -> list[str]:
    return frames.words_frame([("r", body)])["text"].tolist()


@given(
    texts=st.lists(TEXTS, max_size=5),
    turn=st.lists(TEXTS, min_size=1, max_size=3),
    keys=st.permutations(["id", "status", "text", "words", "utterances", "other"]),
    order=st.permutations(["text", "start", "end", "confidence", "speaker"]),
    separators=SEPARATORS,
    is_ascii=st.booleans(),
)
def test_words_are_found_among_other_keys_in_any_order(
    texts: list[str], turn: list[str], keys: list[str], order: list[str], separators: tuple[str, str], is_ascii: bool
) -> None:
    words = [{key: word(text, number)[key] for key in order} for number, text in enumerate(texts)]
    listed = [word(text, number) for number, text in enumerate(turn)]
    values = {
        "id": "t",
        "status": "completed",
        "text": " ".join(texts),
        "words": words or None,
        "utterances": [{**word("turn", 0), "end": 10**6, "words": listed}],
        "other": {"words": [word("not one of them", 0)]},
    }
    body = json.dumps({key: values[key] for key in keys}, separators=separators, ensure_ascii=is_ascii).encode()
    assert said(body) == texts


@pytest.mark.parametrize("top", [b"null", b"[]", b"[ ]"])
def test_words_of_something_else_are_not_taken_for_a_transcript_without_any(top: bytes) -> None:
    listed = json.dumps([word("Hi", 0)], separators=(",", ":")).encode()
    body = b'{"id":"t","status":"completed","other":{"words":' + listed + b'},"words":' + top + b"}"
    assert said(body) == []
    assert said(body.replace(b'"words":' + top, b'"none":0')) == []


def test_of_words_that_are_given_twice_the_last_count() -> None:
    first, last = (json.dumps([word(text, 0)], separators=(",", ":")).encode() for text in ("first", "last"))
    assert said(b'{"id":"t","status":"completed","words":' + first + b',"words":' + last + b"}") == ["last"]


HARM = st.sampled_from(
    [b"\xff", b"\\", rb"\ud83d", b"NaN", b"1e400", b"9" * 25, b"-", b'"', b"{", b"]", b",", b"\x00", b"\xed\xa0\xbd", b""]
)


@given(places=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 4), HARM), min_size=1, max_size=3), separators=SEPARATORS)
def test_what_can_be_received_can_be_read_at_every_level(places: list[tuple[float, int, bytes]], separators: tuple[str, str]) -> None:
    words = [word(text, number) for number, text in enumerate(["Hi", "😀", '"so"'])]
    values = {"id": "t", "status": "completed", "text": "é", "words": words, "other": [1.5, None], "chapters": [{"start": 1}]}
    body = json.dumps({**values, "utterances": [{**word("Hi", 0), "words": words}]}, ensure_ascii=False, separators=separators).encode()
    for share, length, harm in places:
        place = int(share * len(body))
        body = body[:place] + harm + body[place + length :]
    try:
        contract.read_head(body)
    except msgspec.MsgspecError:
        return
    frames.provenance_of(body)
    for level in frames.PROJECTIONS:
        frames.project([level], [("r", body)])
    together = frames.project(frames.PROJECTIONS, [("r", body)])
    assert together["words"].num_rows == len(contract.read_transcript(body).words or ())


@pytest.mark.parametrize("cut", [1, 2, 3, 20, 60])
def test_a_payload_that_breaks_off_is_refused(cut: int) -> None:
    body = json.dumps({"id": "t", "status": "completed", "words": [word("Hi", 0), word("you", 1)]}, separators=(",", ":")).encode()
    with pytest.raises(msgspec.MsgspecError):
        said(body[:-cut])
