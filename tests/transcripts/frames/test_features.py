import json

import msgspec
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.base import contract, schema
from scribekit.transcripts.frames import PROJECTIONS, provenance_of
from scribekit.transcripts.frames.features import FEATURES

TOPICS = {
    "status": "success",
    "results": [
        {
            "text": "Smoke from wildfires.",
            "labels": [{"relevance": 0.99, "label": "Home&Garden>IndoorEnvironmentalQuality"}, {"relevance": 0.2, "label": "News"}],
            "timestamp": {"start": 250, "end": 28840},
        },
        {"text": "No label.", "labels": [], "timestamp": {"start": 28850, "end": 30000}},
    ],
    "summary": {"NewsAndPolitics>Weather": 1.0},
}
SAFETY = {
    "status": "success",
    "results": [
        {
            "text": "Smoke.",
            "labels": [{"label": "disasters", "confidence": 0.81, "severity": 0.41}],
            "sentences_idx_start": 0,
            "sentences_idx_end": 5,
            "timestamp": {"start": 250, "end": 28840},
        }
    ],
    "summary": {"disasters": 0.99},
    "severity_score_summary": {"disasters": {"low": 0.57, "medium": 0.43, "high": 0.0}},
}
UNDERSTANDING = {
    "request": {"summarization": {"summary_type": "bullets"}},
    "response": {
        "summarization": {
            "status": "success",
            "summary_type": "bullets",
            "effort": "medium",
            "summary": [
                {"start": 250, "end": 28840, "headline": "Smoke comes.", "bullets": ["It is smoky.", "It stays so."]},
                {"start": "soon", "headline": "Later.", "text": "It clears."},
            ],
            "block_summary": "Smoke, then none.",
        },
        "action_items": {
            "status": "success",
            "effort": "low",
            "items": [{"action_item": "Close the windows", "quote": "Close them.", "timestamp": 9000}, "Wait"],
        },
    },
}
FULL = {
    "id": "t1",
    "status": "completed",
    "language_code": "en",
    "language_confidence": 0.98,
    "language_detection_results": {
        "code_switching_languages": [{"language": "en", "confidence": 0.9}, {"language_code": "es", "confidence": 0.4}]
    },
    "chapters": [{"gist": "Smoke", "headline": "Smoke comes.", "summary": "It is smoky.", "start": 250, "end": 28840}],
    "entities": [
        {"entity_type": "location", "text": "Canada", "start": 2548, "end": 3130},
        {"entity_type": "spaceship", "text": "Rocinante", "start": 5498, "end": 6350, "class": 3},
    ],
    "sentiment_analysis_results": [
        {"text": "Smoke.", "start": None, "end": 6350, "sentiment": "NEGATIVE", "confidence": 0.81, "speaker": "A"},
        {"text": "Hm.", "start": 6400, "end": 6500, "sentiment": "MIXED", "confidence": 0.5, "speaker": None, "channel": "1"},
    ],
    "auto_highlights_result": {
        "status": "success",
        "results": [
            {"count": 2, "rank": 0.08, "text": "air quality", "timestamps": [{"start": 3978, "end": 5114}, {"start": 9000, "end": 9500}]},
            {"count": 1, "text": "smoke", "timestamps": []},
        ],
    },
    "iab_categories_result": TOPICS,
    "content_safety_labels": SAFETY,
    "speech_understanding": UNDERSTANDING,
}
UNAVAILABLE = {"status": "unavailable", "results": [], "summary": {}}
KEYS = sorted({*FULL, "translated_texts", "metadata", "domain", "utterances"} - {"id", "status"})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def frame_of(level, *payloads):
    return PROJECTIONS[level]((f"r{index}", json.dumps(payload).encode()) for index, payload in enumerate(payloads))


def listed(frame):
    return [[None if pd.isna(value) else value for value in row] for row in frame.drop(columns="recording_id").itertuples(index=False)]


def assert_is(frame, level):
    assert list(frame.columns) == schema.LEVELS[level].names
    assert frame.dtypes.astype(str).to_dict() == schema.LEVELS[level].dtypes


EXPECTED = {
    "chapters": [[0, 250, 28840, "Smoke", "Smoke comes.", "It is smoky."]],
    "entities": [[0, 2548, 3130, "location", "Canada"], [1, 5498, 6350, "spaceship", "Rocinante"]],
    "sentiments": [[0, "A", None, None, 6350, "Smoke.", "NEGATIVE", 0.81], [1, None, "1", 6400, 6500, "Hm.", "MIXED", 0.5]],
    "topics": [
        [0, "segment", 250, 28840, "Smoke from wildfires.", "Home&Garden>IndoorEnvironmentalQuality", 0.99],
        [0, "segment", 250, 28840, "Smoke from wildfires.", "News", 0.2],
        [1, "segment", 28850, 30000, "No label.", None, None],
        [None, "recording", None, None, None, "NewsAndPolitics>Weather", 1.0],
    ],
    "highlights": [
        [0, "air quality", 0.08, 2, 3978, 5114],
        [0, "air quality", 0.08, 2, 9000, 9500],
        [1, "smoke", None, 1, None, None],
    ],
    "content_safety": [
        [0, "segment", 250, 28840, 0, 5, "Smoke.", "disasters", 0.81, 0.41, None, None, None],
        [None, "recording", None, None, None, None, None, "disasters", 0.99, None, 0.57, 0.43, 0.0],
    ],
    "summaries": [
        [0, "segment", 250, 28840, "Smoke comes.", 0, "It is smoky.", "bullets", "medium", "success"],
        [0, "segment", 250, 28840, "Smoke comes.", 1, "It stays so.", "bullets", "medium", "success"],
        [1, "segment", None, None, "Later.", None, "It clears.", "bullets", "medium", "success"],
        [None, "recording", None, None, None, None, "Smoke, then none.", "bullets", "medium", "success"],
    ],
    "action_items": [
        [0, 9000, "Close the windows", "Close them.", "low", "success"],
        [1, None, "Wait", None, "low", "success"],
    ],
    "understanding": [
        [0, "summarization", "status", None, "success"],
        [1, "summarization", "summary_type", None, "bullets"],
        [2, "summarization", "effort", None, "medium"],
        [3, "summarization", "summary", "[0].start", "250"],
        [4, "summarization", "summary", "[0].end", "28840"],
        [5, "summarization", "summary", "[0].headline", "Smoke comes."],
        [6, "summarization", "summary", "[0].bullets[0]", "It is smoky."],
        [7, "summarization", "summary", "[0].bullets[1]", "It stays so."],
        [8, "summarization", "summary", "[1].start", "soon"],
        [9, "summarization", "summary", "[1].headline", "Later."],
        [10, "summarization", "summary", "[1].text", "It clears."],
        [11, "summarization", "block_summary", None, "Smoke, then none."],
        [12, "action_items", "status", None, "success"],
        [13, "action_items", "effort", None, "low"],
        [14, "action_items", "items", "[0].action_item", "Close the windows"],
        [15, "action_items", "items", "[0].quote", "Close them."],
        [16, "action_items", "items", "[0].timestamp", "9000"],
        [17, "action_items", "items", "[1]", "Wait"],
    ],
    "languages": [[0, "en", 0.98, "recording"], [1, "en", 0.9, "code switching"], [2, "es", 0.4, "code switching"]],
}


@pytest.mark.parametrize("level", FEATURES)
def test_the_shapes_of_real_responses(level):
    frame = frame_of(level, FULL)
    assert_is(frame, level)
    assert listed(frame) == EXPECTED[level]


@pytest.mark.parametrize("off", [None, {}, UNAVAILABLE, [], "unavailable", 0], ids=repr)
@pytest.mark.parametrize("level", FEATURES)
def test_a_feature_that_was_off_is_an_empty_table_and_costs_its_neighbours_nothing(level, off):
    without = {"id": "t2", "status": "completed", **dict.fromkeys(KEYS, off)} | {"language_code": None}
    if off is UNAVAILABLE:
        without["speech_understanding"] = {"response": None}  # the service does not say "unavailable" here
    assert_is(frame_of(level, without), level)
    assert frame_of(level, without, {"id": "t3", "status": "completed"}).empty
    assert listed(frame_of(level, without, FULL)) == EXPECTED[level]
    assert set(frame_of(level, without, FULL)["recording_id"]) == {"r1"}


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, JSON)))
def test_no_odd_payload_is_lost(fields):
    odd = {"id": "t", "status": "completed", **fields}
    for level in PROJECTIONS:
        frame = frame_of(level, odd, FULL)
        assert_is(frame, level)
        assert (frame["recording_id"] == "r1").sum() == len(frame_of(level, FULL))


ITEMS = {"chapters": "chapters", "entities": "entities", "sentiments": "sentiment_analysis_results"}


@pytest.mark.parametrize("level", ITEMS)
@given(st.data())
def test_every_item_is_a_row_whatever_its_keys_and_values(level, data):
    names = [name for name in schema.LEVELS[level].names[2:] if not name.endswith("_ms")]
    items = data.draw(st.lists(st.dictionaries(st.sampled_from([*names, "start", "end", "unheard_of"]), JSON), max_size=5))
    frame = frame_of(level, {"id": "t", "status": "completed", ITEMS[level]: items})
    assert_is(frame, level)
    assert len(frame) == len(items)
    for name in schema.LEVELS[level].names[2:]:
        if schema.LEVELS[level].dtypes[name] == "str":
            given_texts = [None if item.get(name) is None else str(item[name]) for item in items]
            assert [None if pd.isna(value) else value for value in frame[name]] == given_texts


def test_a_body_that_is_no_object_is_refused():
    for project in PROJECTIONS.values():
        with pytest.raises(msgspec.MsgspecError):
            project([("a", b"[1, 2]")])


def test_provenance_is_read_leniently():
    engine = {"name": "pocketsphinx", "version": 5, "quality": "demonstration"}
    body = json.dumps(
        {"id": 7, "status": "completed", "speech_model_used": "universal-9", "language_code": "en", "engine": engine}
    ).encode()
    assert provenance_of(body) == {
        "transcript_id": "7",
        "model": "universal-9",
        "language": "en",
        "engine": "pocketsphinx 5 (demonstration)",
    }
    assert provenance_of(b'{"id": "t", "status": "completed"}')["engine"] == "AssemblyAI"
    assert contract.as_milliseconds("12.6") == 13
