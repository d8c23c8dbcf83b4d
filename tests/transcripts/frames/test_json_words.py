import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.base.schema import LEVELS, is_missing
from scribekit.transcripts.frames import PROJECTIONS, project
from scribekit.transcripts.frames import words as spoken
from scribekit.transcripts.frames.json_words import read_columns

ODD_TEXTS = ['"', "\\", '\\"', "},{", '","start":', "null", "é", "\0", "3:30", ":", '":', " :", "a: b"]
TEXTS = st.text(st.characters(codec="utf-8"), max_size=6) | st.sampled_from(ODD_TEXTS)
PLAIN_TEXTS = st.text('ab \u00e9\u6771,{}[]"', max_size=5) | st.sampled_from(["3:30", "note:", "a:b:", '"{:'])
CONFIDENCES = st.none() | st.floats(0, 1) | st.sampled_from([0, 1, 1e-7, 1e300])
WORDS = st.fixed_dictionaries(
    {"text": TEXTS, "start": st.integers(-9, 2**63 - 1), "end": st.integers(0, 10**6)},
    optional={
        "confidence": CONFIDENCES,
        "speaker": st.sampled_from([None, "A", "B", "Ann \u00e4"]),
        "channel": st.sampled_from([None, "1", "2"]),
        "mood": st.sampled_from([7, "x", None, {"text": "y"}]),
    },
)
WRITERS = {
    "compact": lambda words: json.dumps(words, separators=(",", ":")),
    "spaced": json.dumps,
    "indented": lambda words: json.dumps(words, indent=1),
    "unescaped": lambda words: json.dumps(words, ensure_ascii=False),
}
KEYS = st.permutations(["text", "start", "end", "confidence", "speaker", "channel"])

each_writer = pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)


def word(text="a", start=0, end=1, **more):
    return {"text": text, "start": start, "end": end, "confidence": 0.5, "speaker": None, **more}


def values(column, length):
    return [None] * length if column is None else column.to_pylist()


def assert_equal_to_one_by_one(columns, written):
    words = msgspec.json.decode(written, type=list[spoken._Word])
    assert {written[place - 1 : place + 1] for place in columns.begins} <= {b'{"'}
    assert len(columns.begins) == len(words)
    for name in set(columns._fields) - {"begins"}:
        assert values(getattr(columns, name), len(words)) == [getattr(word, name) for word in words]


@each_writer
@given(st.lists(WORDS, max_size=8))
def test_what_is_read_is_what_is_written_or_left_alone(write, words):
    written = write(words).encode()
    columns = read_columns(written)
    if columns is not None:
        assert_equal_to_one_by_one(columns, written)


@pytest.mark.parametrize("name", ["compact", "spaced", "unescaped"])
@given(st.lists(st.tuples(PLAIN_TEXTS, CONFIDENCES), min_size=1, max_size=8), KEYS, st.booleans())
def test_words_that_are_written_alike_are_columns(name, said, keys, has_speakers):
    words = [word(text, number, number + 5, speaker="AB"[number % 2] if has_speakers else None) for number, (text, _) in enumerate(said)]
    for item, (_, confidence) in zip(words, said, strict=True):
        item |= {"confidence": confidence, "channel": "1"}
    written = WRITERS[name]([{key: item[key] for key in keys} for item in words]).encode()
    columns = read_columns(written)
    assert columns is not None
    assert_equal_to_one_by_one(columns, written)


DIFFERENT = {
    "another order": [word(), dict(reversed(word().items()))],
    "another key": [word(), word(mood=1)],
    "nested": [word(), word(more=[word()])],
    "a speaker here and there": [word(speaker="A"), word()],
    "a time as text": [word(), word(start="5")],
    "a broken time": [word(), word(end=5.5)],
    "no time": [word(start=None), word()],
    "a time beyond all bounds": [word(), word(end=2**64)],
    "a backslash": [word("\\"), word()],
    "no word": [word(), 5],
    "none": [],
}


@pytest.mark.parametrize("words", DIFFERENT.values(), ids=DIFFERENT)
@pytest.mark.parametrize("name", ["compact", "spaced"])
def test_words_that_are_not_alike_are_left_to_be_read_one_by_one(name, words):
    assert read_columns(WRITERS[name](words).encode()) is None


@pytest.mark.parametrize("odd", [b'"mood" :"x"', b'"mood"\n:7', b'"mood"\t: null', b'"mood" :{"a":"b"}'])
@pytest.mark.parametrize("keys", [["text", "start", "end"], ["start", "end", "text"]])
def test_a_key_that_one_word_has_more_is_no_part_of_the_value_before(odd, keys):
    one, other = (WRITERS["compact"]({key: word()[key] for key in keys}).encode() for _ in range(2))
    assert read_columns(b"[" + one + b"," + other[:-1] + b"," + odd + b"}]") is None


@pytest.mark.parametrize("raw", [b"null", b"{}", b"[]", b"[1,{}]", b'[[{"text":"a"}]]', b"[{}]", b'["text"]', b'[{"text":1e400}]', b""])
def test_what_is_no_list_of_words_is_left_alone(raw):
    assert read_columns(raw) is None


def test_a_number_beyond_all_bounds_is_left_to_the_lenient_reading():
    written = WRITERS["compact"]([word(), word()]).replace("0.5", "1e999").encode()
    assert read_columns(written) is None


@each_writer
@given(st.lists(WORDS, max_size=6), st.lists(st.sampled_from(sorted(PROJECTIONS)), unique=True))
def test_tables_of_several_levels_are_those_of_each_alone(write, words, levels):
    turns = [{"text": "", "start": 0, "end": 10, "speaker": "A", "words": words}]
    body = f'{{"id": "t", "status": "completed", "words": {write(words)}, "utterances": {write(turns)}, "language_code": "en"}}'.encode()
    payloads = [("a", body), ("b", b'{"id": "u", "status": "completed"}'), ("c", body)]
    tables = project(levels, payloads)
    assert list(tables) == levels
    for level, table in tables.items():
        alone = PROJECTIONS[level](payloads)
        assert table.column_names == LEVELS[level].names
        assert [[None if is_missing(value) else value for value in row.values()] for row in table.to_pylist()] == [
            [None if is_missing(value) else value for value in row] for row in alone.astype(object).to_numpy().tolist()
        ]
