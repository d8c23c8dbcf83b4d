import json

from journals import Journal

from scribekit.base import contract
from scribekit.transcripts import frames


def test_without_an_edit_the_payload_is_the_same_bytes(journal):
    assert journal.shown is journal.body


def test_what_no_edit_touches_is_as_received(journal):
    raw = json.loads(journal.body) | {"chapters": [{"gist": "x"}], "odd": {"key": 1}}
    raw["words"][0]["extra"] = 7
    journal.body = json.dumps(raw).encode()
    after = json.loads(journal.make("correct", [11], "mountain").shown)
    assert after.pop("scribekit") == {"edited_words": [11], "retimed_words": [], "edited_utterances": [2]}
    assert {name for name in raw if raw[name] != after[name]} == {"text", "words", "utterances"}
    assert [word for place, word in enumerate(after["words"]) if place != 11] == [
        word for place, word in enumerate(raw["words"]) if place != 11
    ]
    assert [turn for place, turn in enumerate(after["utterances"]) if place != 2] == raw["utterances"][:2] + raw["utterances"][3:]


def test_a_word_without_a_text_takes_no_table_down(journal):
    raw = json.loads(journal.body)
    del raw["words"][3]["text"]
    journal.body = json.dumps(raw).encode()
    after = json.loads(journal.make("accept", [0]).shown)
    assert after["words"] == raw["words"]
    assert len(frames.words_frame([("r", journal.make("correct", [0], "Bad").shown)])) == 17


def test_sentiments_are_of_whoever_says_their_words_now(journal):
    spans = [("A", 0, 2400), ("B", 2500, 2900), ("A", 3000, 5900), ("A", None, None), ("C", 90_000, 91_000), (None, 0, 2400)]
    raw = json.loads(journal.body)
    raw["sentiment_analysis_results"] = [{"text": "x", "speaker": who, "start": start, "end": end} for who, start, end in spans]
    journal.body = json.dumps(raw).encode()
    journal.make("reassign", [5], "A").make("split", "A", 6, "D").make("reassign", [0], "C").make("rename", "A", "Ada")
    sentiments = json.loads(journal.shown)["sentiment_analysis_results"]
    assert [item["speaker"] for item in sentiments] == ["Ada", "Ada", "D", "Ada", "C", None]
    assert [item | {"speaker": None} for item in sentiments] == [item | {"speaker": None} for item in raw["sentiment_analysis_results"]]


def test_a_language_without_blanks_stays_without():
    words = [{"text": sign, "start": 100 * place, "end": 100 * place + 90} for place, sign in enumerate("你好世界")]
    body = json.dumps({"id": "t", "status": "completed", "text": "你好世界", "words": words}).encode()
    assert contract.read_transcript(Journal(body).make("correct", [2, 3], "地球人").shown).text == "你好地球人"
