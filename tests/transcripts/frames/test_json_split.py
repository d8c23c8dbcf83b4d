"""What is cut out of a payload is its words, and those that its utterances list, or nothing."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.base.contract import read_transcript
from scribekit.transcripts import frames
from scribekit.transcripts.frames.json_split import part
from scribekit.transcripts.frames.reader import _whole
from scribekit.transcripts.frames.utterances import by_listed_words

TEXTS = st.sampled_from(["Hi", "}]", "]", "[PERSON_NAME]", '"}]', '","end":1}]', '{"words":[{', '"words":[{"text":"x"', "},{", "ж", "a}"])
WRITERS = {
    "compact": lambda payload: json.dumps(payload, separators=(",", ":")).encode(),
    "spaced": lambda payload: json.dumps(payload).encode(),
    "unescaped": lambda payload: json.dumps(payload, ensure_ascii=False).encode(),
}
each_writer = pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)


def word(text: str, number: int) -> dict[str, object]:
    return {"text": text, "start": 100 * number, "end": 100 * number + 50, "confidence": 0.5, "speaker": "A"}


def turn(words: list[dict[str, object]], **more: object) -> dict[str, object]:
    text = " ".join(str(word["text"]) for word in words)
    return {"text": text, "start": 0, "end": 10**6, "confidence": 0.5, "speaker": "A", **more, "words": words}


def payload(words: list[dict[str, object]], turns: list[dict[str, object]], **more: object) -> dict[str, object]:
    return {"id": "t", "status": "completed", "words": words, "utterances": turns, **more}


def turns_of(words: list[dict[str, object]], cuts: list[int]) -> list[dict[str, object]]:
    """The words in turns that end at the cuts; two cuts at the same place make a turn without words."""
    edges = [0, *sorted(min(cut, len(words)) for cut in cuts), len(words)]
    return [turn(words[begin:end]) for begin, end in pairwise(edges)]


@each_writer
@given(st.lists(TEXTS, min_size=1, max_size=9), st.lists(st.integers(0, 9), max_size=4), st.lists(TEXTS, max_size=2))
def test_each_word_is_in_the_utterance_that_lists_it_however_it_is_written(write, texts, cuts, others):
    words = [word(text, number) for number, text in enumerate(texts)]
    turns = turns_of(words, cuts)
    more = {"other": [{"words": [word(text, 7)]} for text in others], "notes": others}
    body = write(payload(words, turns, **more))
    expected = [index for index, one in enumerate(turns) for _ in one["words"]]
    assert frames.words_frame([("r", body)])["utterance_index"].tolist() == expected
    assert frames.words_frame([("r", body)])["text"].tolist() == texts
    assert frames.utterances_frame([("r", body)])["n_words"].tolist() == [len(one["words"]) for one in turns]


@each_writer
@pytest.mark.parametrize("cuts", [[], [1], [2], [1, 2], [0, 1, 1, 3]], ids=str)
def test_lists_that_are_the_words_are_cut_out(write, cuts):
    words = [word(text, number) for number, text in enumerate(["yes", "[PERSON_NAME]", "so"])]
    turns = turns_of(words, cuts)
    parted = part(write(payload(words, turns)))
    assert parted.listed.tolist() == [len(one["words"]) for one in turns if one["words"]]
    assert b"start" not in parted.rest.replace(b'"start": 0', b"").replace(b'"start":0', b"")
    assert parted.columns.text.to_pylist() == ["yes", "[PERSON_NAME]", "so"]


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
}


@each_writer
@pytest.mark.parametrize("lists", OTHER_LISTS.values(), ids=OTHER_LISTS)
def test_lists_that_are_not_the_words_one_after_the_other_are_left(write, lists):
    body = write(payload(WORDS, [turn(words) for words in lists]))
    assert part(body).listed is None
    transcript = read_transcript(body)
    found = frames.words_frame([("r", body)])["utterance_index"].astype(object).where(lambda index: index.notna(), None)
    assert found.tolist() == by_listed_words(transcript.words, transcript.utterances)
    assert frames.utterances_frame([("r", body)])["n_words"].tolist() == [len(words) for words in lists]


@each_writer
@pytest.mark.parametrize("level", ["words", "sentences", "utterances"])
def test_the_like_of_them_elsewhere_is_not_taken_for_the_lists_of_utterances(write, level):
    told = payload(WORDS, [], other=[{"words": WORDS[:2]}, {"words": WORDS[2:]}])
    assert part(write(told)).listed.tolist() == [2, 1]
    alone = payload(WORDS, [])
    assert frames.project([level], [("r", write(told))]) == frames.project([level], [("r", write(alone))])


@each_writer
@pytest.mark.parametrize("more", [{}, {"mood": 1}, {"confidence": "0.9"}], ids=str)
@pytest.mark.parametrize("end", [4000, 10**7], ids=["possible", "beyond the recording"])
def test_where_lists_and_times_contradict_each_other_time_says_whose_a_word_is_in_whatever_way_it_is_read(write, more, end):
    words = [word("a", 1), word("b", 5), word("c", 20), {**word("d", 35), **more}]
    turns = [turn(words[:1], start=100, end=1000), turn(words[1:3], start=1500, end=2500), turn(words[3:], start=3000, end=end)]
    payloads = [("r", write(payload(words, turns, audio_duration=5)))]
    for levels in (["words"], ["words", "utterances"]):
        assert frames.project(levels, payloads)["words"]["utterance_index"].to_pylist() == [0, 0, 1, 2]


def test_what_is_read_in_parts_is_what_is_read_whole():
    body = WRITERS["compact"](payload(WORDS, turns_of(WORDS, [1]), audio_duration=7))
    levels = frozenset({"words", "utterances", "transcripts"})
    whole, spoken = _whole(body, levels)
    tables = frames.project(levels, [("r", body)])
    assert tables["words"]["text"].to_pylist() == spoken.texts.to_pylist()
    assert tables["utterances"]["text"].to_pylist() == [turn.text for turn in whole.utterances]
    assert tables["transcripts"]["audio_duration_s"].to_pylist() == [7.0]
