import json

import pytest

from scribekit.base import schema
from scribekit.transcripts import frames
from scribekit.transcripts.frames.unredacted import unredacted_payload, without_unredacted

WORD = {"text": "###", "start": 10, "end": 90, "confidence": 0.5, "speaker": "A"}
PLAIN = WORD | {"text": "Ann"}
TURN = {"text": "###", "start": 10, "end": 90, "confidence": 0.5, "speaker": "A", "words": [WORD]}
BOTH = {
    "id": "t",
    "status": "completed",
    "text": "###",
    "words": [WORD],
    "utterances": [TURN],
    "unredacted_text": "Ann",
    "unredacted_words": [PLAIN],
    "unredacted_utterances": [TURN | {"text": "Ann", "words": [PLAIN]}],
}


def body(payload):
    return json.dumps(payload).encode()


@pytest.mark.parametrize("level", sorted(schema.UNREDACTED))
def test_a_level_has_the_texts_without_masks(level):
    frame = frames.unredacted_frame(level, [("r", body(BOTH)), ("s", body({"id": "u", "status": "completed", "text": "###"}))])
    assert list(frame.columns) == schema.LEVELS[level].names
    assert frame.dtypes.astype(str).to_dict() == schema.LEVELS[level].dtypes
    assert frame[["recording_id", "text"]].to_numpy().tolist() == [["r", "Ann"]]


def test_no_other_level_has_them():
    for table in frames.project(frames.PROJECTIONS, [("r", body(BOTH))]).values():
        assert b"Ann" not in json.dumps(table.to_pylist(), default=str).encode()


@pytest.mark.parametrize(
    "nothing", [{}, {"unredacted_text": None}, {"unredacted_text": "", "unredacted_words": [], "unredacted_utterances": None}]
)
def test_a_payload_without_them_has_none(nothing):
    assert unredacted_payload(body({"id": "t", "text": "Hi"} | nothing)) is None


def test_a_payload_is_the_same_bytes_unless_something_is_removed():
    plain = b'{ "id": "t",\n"audio_duration": 1.50, "a": 1, "a": 2 }'
    assert without_unredacted(plain) is plain
    assert json.loads(without_unredacted(body(BOTH))) == {name: value for name, value in BOTH.items() if not name.startswith("unredacted_")}


def test_a_payload_that_is_not_quite_json_loses_them_too():
    assert b"Ann" not in without_unredacted(b'{"id": "t", "confidence": NaN, "unredacted_text": "Ann"}')
    assert json.loads(unredacted_payload(b'{"id": "t", "confidence": NaN, "unredacted_text": "Ann"}') or b"")["text"] == "Ann"


@pytest.mark.parametrize("odd", ["text", 7, {"a": 1}, [1, None], [{"text": None, "start": "x"}]], ids=repr)
@pytest.mark.parametrize("level", sorted(schema.UNREDACTED))
def test_an_odd_value_stops_no_table(level, odd):
    payload = {"id": "t", "status": "completed"} | {name: odd for name in BOTH if name.startswith("unredacted_")}
    frame = frames.unredacted_frame(level, [("odd", body(payload)), ("r", body(BOTH))])
    assert frame.loc[frame["recording_id"] == "r", "text"].tolist() == ["Ann"]
