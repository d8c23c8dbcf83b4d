import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.transcripts.frames.understanding import action_items, as_written, summaries, values

LEAVES = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False) | st.text()
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3))


def understood(**tasks):
    return {"response": tasks}


def leaves(value):
    """Every value in a value, counted apart from the code under test."""
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in leaves(item)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in leaves(item)]
    return [] if value is None else [as_written(value)]


@given(st.dictionaries(st.text(min_size=1, max_size=9), JSON, max_size=4))
def test_no_value_of_any_answer_is_lost(answers):
    assert [row["value"] for row in values(understood(**answers))] == leaves(answers)
    for rows in (summaries, action_items):
        list(rows(understood(summarization=answers, action_items=answers)))


def test_what_was_asked_for_is_not_an_answer_and_an_error_beside_the_answers_is():
    given = {"request": {"translation": {"target_languages": ["de"]}}, "error": "too long", "response": None}
    assert list(values(given)) == [{"task": None, "key": "error", "path": None, "value": "too long"}]


def test_the_names_of_speakers_are_under_their_labels():
    rows = values(understood(speaker_identification={"status": "success", "mapping": {"A": "Ana", "B": None}}))
    assert [tuple(row.values()) for row in rows] == [
        ("speaker_identification", "status", None, "success"),
        ("speaker_identification", "mapping", "A", "Ana"),
    ]


@pytest.mark.parametrize(
    "off", [None, {}, [], "unavailable", 0, {"response": None}, {"response": {}}, {"response": {"summarization": None}}]
)
def test_without_answers_there_are_no_rows(off):
    assert list(values(off)) == list(summaries(off)) == list(action_items(off)) == []


@pytest.mark.parametrize(
    ("answer", "texts"),
    [
        ({"summary": "One text."}, ["One text."]),
        ({"summary": {"text": "One part."}}, ["One part."]),
        ({"summary": [{"text": "T", "bullets": ["b1", None, "b2"]}]}, ["T", "b1", "b2"]),
        ({"summary": [{"headline": "H"}]}, [None]),
        ({"summary": [{"bullets": "one"}]}, ["one"]),
        ({"summary": [{"text": {"odd": 1}}]}, ['{"odd":1}']),
        ({"block_summary": ["x", "y"]}, ["x", "y"]),
        ({"summary": [], "status": "error"}, []),
    ],
)
def test_summaries_of_every_shape(answer, texts):
    assert [row["text"] for row in summaries(understood(summarization=answer))] == texts
