import json

import pytest

from scribekit.transcripts import frames
from scribekit.transcripts.frames.translations import TranslatedTurn, language_key, translations, turns_in


def turn(number, **texts):
    return {"text": "x", "start": 1000 * number, "end": 1000 * number + 900, "speaker": "A", "translated_texts": texts, "words": []}


def rows(payload):
    return frames.project(["translations"], [("r", json.dumps({"id": "t", "status": "completed"} | payload).encode())])[
        "translations"
    ].to_pylist()


def test_the_whole_text_and_each_utterance_by_language():
    found = rows(
        {"translated_texts": {"de": "Ja. Nein.", "fr": "Oui. Non."}, "utterances": [turn(0, de="Ja."), turn(1), turn(2, de="Nein.")]}
    )
    assert [(row["scope"], row["language"], row["utterance_index"], row["start_ms"], row["speaker"], row["text"]) for row in found] == [
        ("recording", "de", None, None, None, "Ja. Nein."),
        ("recording", "fr", None, None, None, "Oui. Non."),
        ("utterance", "de", 0, 0, "A", "Ja."),
        ("utterance", "de", 2, 2000, "A", "Nein."),
    ]


@pytest.mark.parametrize("levels", [["translations"], ["translations", "utterances"], list(frames.PROJECTIONS)], ids=len)
@pytest.mark.parametrize("odd", [{}, {"start": None}, {"words": [{"text": "no time"}]}, {"speaker": 7}], ids=str)
def test_utterances_are_the_same_beside_any_level_and_in_an_odd_payload(levels, odd):
    turns = [turn(0, de="Ja.") | odd, turn(1, de="Nein.")]
    body = json.dumps({"id": "t", "status": "completed", "words": [], "utterances": turns}).encode()
    found = frames.project(levels, [("r", body)])["translations"]
    assert found["text"].to_pylist() == ["Ja.", "Nein."]
    assert found["utterance_index"].to_pylist() == [0, 1]
    assert found["start_ms"].to_pylist() == [odd.get("start", 0), 1000]


@pytest.mark.parametrize("off", [None, {}, [], {"de": None}, {"de": {}}])
def test_without_translations_there_are_no_rows(off):
    assert rows({"translated_texts": off, "utterances": [turn(0) | {"translated_texts": off}]}) == []


def test_odd_values_are_kept_as_json_writes_them():
    found = rows({"translated_texts": {"de": ["Ja", 1]}, "utterances": [turn(0) | {"translated_texts": "Ja."}]})
    assert [(row["language"], row["text"]) for row in found] == [("de", '["Ja",1]'), (None, "Ja.")]


def test_turns_are_the_utterances_or_the_whole_text():
    found = list(translations({"de": "Ja. Nein.", "fr": "Oui."}, [turn(1, de="Ja."), turn(2, de="Nein.") | {"start": None, "end": 5}]))
    assert turns_in(found, "DE", 9000) == [
        TranslatedTurn("Ja.", 1000, 1900, 0, "A"),
        TranslatedTurn("Nein.", 1000, 1000, 1, "A"),
    ]
    assert turns_in(found, "fr", 9000) == [TranslatedTurn("Oui.", 0, 9000)]
    assert turns_in(found, "es", 9000) == []


def test_codes_are_compared_without_case_and_separator():
    assert language_key("zh_Hant") == language_key("zh-hant") != language_key("zh")
