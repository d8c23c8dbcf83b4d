"""The words of a payload are the transcript's own, wherever and however they are written."""

import json
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.base import contract
from scribekit.transcripts import frames
from scribekit.transcripts.frames.utterances import by_listed_words

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


# -- the utterance of each word, where time does not tell -------------------------------------------------------------

WRITERS = {
    "compact": lambda payload: json.dumps(payload, separators=(",", ":")).encode(),
    "spaced": lambda payload: json.dumps(payload).encode(),
    "unescaped": lambda payload: json.dumps(payload, ensure_ascii=False).encode(),
}
each_writer = pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)


def turn(words, **more):
    """An utterance that lasts as long as all others."""
    text = " ".join(str(word["text"]) for word in words)
    return {"text": text, "start": 0, "end": 10**6, "confidence": 0.5, "speaker": "A", **more, "words": words}


def payload(words, turns, **more):
    return {"id": "t", "status": "completed", "words": words, "utterances": turns, **more}


@each_writer
@given(st.lists(TEXTS, min_size=1, max_size=9), st.lists(st.integers(0, 9), max_size=4), st.lists(TEXTS, max_size=2))
def test_each_word_is_in_the_utterance_that_lists_it_however_it_is_written(write, texts, cuts, others):
    words = [word(text, number) for number, text in enumerate(texts)]
    edges = [0, *sorted(min(cut, len(words)) for cut in cuts), len(words)]
    turns = [turn(words[begin:end]) for begin, end in pairwise(edges)]
    body = write(payload(words, turns, other=[{"words": [word(text, 7)]} for text in others], notes=others))
    expected = [index for index, one in enumerate(turns) for _ in one["words"]]
    assert frames.words_frame([("r", body)])["utterance_index"].tolist() == expected
    assert said(body) == texts
    assert frames.utterances_frame([("r", body)])["n_words"].tolist() == [len(one["words"]) for one in turns]


WORDS = [word("a", 0), word("b", 1), word("c", 2)]
OTHER_LISTS = {
    "one is missing": [WORDS[:1], WORDS[2:]],
    "the last is missing": [WORDS[:1], WORDS[1:2]],
    "the first is missing": [WORDS[1:]],
    "one is listed twice": [WORDS[:2], WORDS[1:]],
    "all are listed twice": [WORDS, WORDS],
    "another order": [WORDS[1:], WORDS[:1]],
    "another text": [[word("x", 0), *WORDS[1:]]],
    "a longer text": [[*WORDS[:2], word("cc", 2)]],
    "another key": [[{**WORDS[0], "mood": 1}, *WORDS[1:]]],
    "another order of keys": [[dict(reversed(one.items())) for one in WORDS]],
    "none": [[]],
    "null": [WORDS, None],
}


@each_writer
@pytest.mark.parametrize("lists", OTHER_LISTS.values(), ids=OTHER_LISTS)
def test_utterances_that_list_other_words_are_asked_word_by_word(write, lists):
    body = write(payload(WORDS, [turn(words or []) | {"words": words} for words in lists]))
    transcript = contract.read_transcript(body)
    found = frames.words_frame([("r", body)])["utterance_index"].astype(object).where(lambda index: index.notna(), None)
    assert found.tolist() == by_listed_words(transcript.words, transcript.utterances)
    assert frames.utterances_frame([("r", body)])["n_words"].tolist() == [len(words or ()) for words in lists]


@each_writer
@pytest.mark.parametrize("more", [{}, {"mood": 1}, {"confidence": "0.9"}], ids=str)
@pytest.mark.parametrize("end", [4000, 10**7], ids=["possible", "beyond the recording"])
def test_where_lists_and_times_contradict_each_other_time_decides_however_the_payload_is_read(write, more, end):
    words = [word("a", 1), word("b", 5), word("c", 20), {**word("d", 35), **more}]
    turns = [turn(words[:1], start=100, end=1000), turn(words[1:3], start=1500, end=2500), turn(words[3:], start=3000, end=end)]
    payloads = [("r", write(payload(words, turns, audio_duration=5)))]
    for levels in (["words"], ["words", "utterances"]):
        assert frames.project(levels, payloads)["words"]["utterance_index"].to_pylist() == [0, 0, 1, 2]


@each_writer
@pytest.mark.parametrize("odd", [5, "x", [1], {}], ids=str)
def test_an_utterance_with_an_odd_list_of_words_lists_none(write, odd):
    body = write(payload(WORDS, [turn(WORDS), turn([]) | {"words": odd}]))
    assert frames.utterances_frame([("r", body)])["n_words"].tolist() == [3, 0]
    assert frames.words_frame([("r", body)])["utterance_index"].tolist() == [0, 0, 0]
