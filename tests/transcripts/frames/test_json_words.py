import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.base.schema import LEVELS, is_missing
from scribekit.transcripts.frames import PROJECTIONS, project
from scribekit.transcripts.frames.json_words import cut_out_words, read_columns
from scribekit.transcripts.frames.words import decode_words, read_words

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
    return [None] * length if column is None else column.tolist()


def tabled(words):
    """The words as plain lists; a column that no word has is one of missing values."""
    columns = (words.texts, words.starts, words.ends, words.confidences, words.speakers, words.channels)
    return [values(column, len(words)) for column in columns]


@each_writer
@given(st.lists(WORDS, max_size=8))
def test_the_fast_path_reads_what_plain_decoding_reads(write, words):
    written = write(words).encode()
    assert tabled(read_words(written)) == tabled(decode_words(written))


@pytest.mark.parametrize("name", ["compact", "spaced", "unescaped"])
@given(st.lists(st.tuples(PLAIN_TEXTS, CONFIDENCES), min_size=1, max_size=8), KEYS, st.booleans())
def test_words_that_are_written_alike_take_the_fast_path(name, said, keys, has_speakers):
    words = [word(text, number, number + 5, speaker="AB"[number % 2] if has_speakers else None) for number, (text, _) in enumerate(said)]
    for item, (_, confidence) in zip(words, said, strict=True):
        item |= {"confidence": confidence, "channel": "1"}
    written = WRITERS[name]([{key: item[key] for key in keys} for item in words]).encode()
    assert read_columns(written) is not None
    assert tabled(read_words(written)) == tabled(decode_words(written))


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
def test_words_that_are_not_alike_are_left_to_the_decoder(name, words):
    assert read_columns(WRITERS[name](words).encode()) is None


@pytest.mark.parametrize("odd", [b'"mood" :"x"', b'"mood"\n:7', b'"mood"\t: null', b'"mood" :{"a":"b"}'])
@pytest.mark.parametrize("keys", [["text", "start", "end"], ["start", "end", "text"]])
def test_a_key_that_one_word_has_more_is_no_part_of_the_value_before(odd, keys):
    one, other = (WRITERS["compact"]({key: word()[key] for key in keys}).encode() for _ in range(2))
    assert read_columns(b"[" + one + b"," + other[:-1] + b"," + odd + b"}]") is None


@pytest.mark.parametrize("raw", [b"null", b"{}", b"[]", b"[1,{}]", b'[[{"text":"a"}]]', b"[{}]", b'["text"]', b'[{"text":1e400}]', b""])
def test_what_is_not_a_list_of_words_is_left_to_the_decoder(raw):
    assert read_columns(raw) is None


def test_a_number_beyond_all_bounds_is_left_to_the_lenient_reading():
    written = WRITERS["compact"]([word(), word()]).replace("0.5", "1e999").encode()
    assert read_columns(written) is None


def cut(first, count):
    return slice(first, first + count)


@given(
    said=st.lists(st.tuples(TEXTS, st.integers(-9, 400), st.integers(0, 90), CONFIDENCES, st.sampled_from("AB")), min_size=1, max_size=8),
    listed=st.lists(st.builds(cut, st.integers(0, 8), st.integers(0, 5)), max_size=3),
    keys=st.permutations(["id", "status", "text", "words", "utterances", "other", "audio_duration"]),
    odd=st.sampled_from([{}, {"mood": 1}, {"start": "5"}, {"text": None}]),
)
def test_every_table_is_the_same_by_the_fast_path_and_by_plain_decoding(said, listed, keys, odd):
    words = [
        {"text": text, "start": start, "end": start + length, "confidence": confidence, "speaker": speaker}
        for text, start, length, confidence, speaker in said
    ]
    words[0] |= odd
    turns = [{"text": "", "start": 0, "end": 500, "speaker": "A", "words": words[part]} for part in listed]
    values = {"id": "t", "status": "completed", "text": '"words":[{', "words": words, "audio_duration": 1, "other": {"words": words[1:]}}
    payload = {key: (values | {"utterances": turns or None})[key] for key in keys}
    quick, plain = json.dumps(payload, separators=(",", ":")).encode(), json.dumps(payload, indent=1).encode()
    assert cut_out_words(plain) is None
    assert project(PROJECTIONS, [("r", quick)]) == project(PROJECTIONS, [("r", plain)])


LIST = b'[{"text":"[x]","start":1,"end":2},{"text":"a","start":3,"end":4}]'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'{"words":', b"}"),
        (b'{"words": ', b',"id":"t"}'),
        (b'{"other":[{"words":1}],"text":"{","words":', b',"utterances":[{"words":' + LIST + b"}]}"),
    ],
)
def test_words_of_the_payload_are_cut_out(before, after):
    columns, rest = cut_out_words(before + LIST + after)
    assert columns.text.to_pylist() == ["[x]", "a"]
    assert rest == before + b"null" + after


@pytest.mark.parametrize(
    "body",
    [
        b'{"other":{"words":' + LIST + b"}}",
        b'{"other":[{"words":' + LIST + b'}],"words":' + LIST + b"}",
        b'[{"words":' + LIST + b"}]",
        b'{"words":[{"text":"a","start":1,"end":2},{"text":"b","start":3}]}',
        b'{"words":[{"text":"}]","start":1,"end":2}]}',
        b'{"words":null}',
        b'{"words":[]}',
        b'{"words":[{"text":"a","start":1,"end":2',
        b"{}",
    ],
)
def test_words_that_are_nested_or_not_alike_or_look_like_an_end_are_not_cut_out(body):
    assert cut_out_words(body) is None


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
