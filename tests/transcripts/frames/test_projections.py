import json

import msgspec
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.base import contract
from scribekit.base.schema import TRANSCRIPTS, UTTERANCES, WORDS
from scribekit.transcripts.frames import engine_of, transcripts_frame, utterances_frame, words_frame


def word(text, start, end, speaker=None, **more):
    return {"text": text, "start": start, "end": end, "confidence": 0.9, "speaker": speaker, **more}


def turn(speaker, words, **more):
    text = " ".join(w["text"] for w in words)
    times = {"start": min(w["start"] for w in words), "end": max(w["end"] for w in words)}
    return {"text": text, **times, "confidence": 0.8, "speaker": speaker, "words": words, **more}


def payload(**fields):
    return json.dumps({"id": "t1", "status": "completed", **fields}).encode()


HELLO = [word("Hello,", 0, 400, "A"), word("Ann.", 400, 900, "A")]
REPLY = [word("Hi!", 1000, 1300, "B")]
DIALOGUE = payload(
    text="Hello, Ann. Hi!",
    confidence=0.9,
    audio_duration=2,
    audio_channels=1,
    summary="A greeting.",
    domain="medical-v1",
    metadata={
        "warnings": [{"message": "'ur' is not supported"}, {"code": 7, "message": "Slow"}, "And a text", None],
        "domain_used": "medical-v1",
    },
    language_code="en_us",
    speech_model_used="universal-2",
    words=HELLO + REPLY,
    utterances=[turn("A", HELLO), turn("B", REPLY)],
)
DELETED = payload(text=contract.DELETED_TEXT, audio_url=contract.DELETED_URL, words=None, utterances=None, confidence=None)

FRAMES = [(transcripts_frame, TRANSCRIPTS), (utterances_frame, UTTERANCES), (words_frame, WORDS)]
ODD_PAYLOADS = {
    "none": [],
    "dialogue": [DIALOGUE],
    "deleted": [DELETED],
    "silent": [payload(text="", words=[], utterances=[])],
    "bare": [payload()],
    "several": [DELETED, DIALOGUE, payload(text="", words=[]), DIALOGUE],
    "unknown keys and values": [payload(status="resting", words=[{**word("a", 0, 1), "mood": 7}], engines=[1])],
    "no confidence": [payload(words=[{"text": "a", "start": 0, "end": 1}])],
    "numbers as text and fractions": [payload(words=[word("a", "12", 33.4)], audio_duration="3.5")],
}


@pytest.mark.parametrize(("frame_of", "table"), FRAMES, ids=lambda value: getattr(value, "name", None))
@pytest.mark.parametrize("bodies", ODD_PAYLOADS.values(), ids=ODD_PAYLOADS)
def test_every_frame_equals_its_table_whatever_the_payloads(frame_of, table, bodies):
    frame = frame_of((f"r{i}.mp3", body) for i, body in enumerate(bodies))
    assert list(frame.columns) == table.names
    assert frame.dtypes.astype(str).to_dict() == table.dtypes
    assert frame.index.equals(pd.RangeIndex(len(frame)))


def test_a_dialogue_in_three_frames():
    payloads = [("calls/1.mp3", DIALOGUE)]
    (transcript,) = transcripts_frame(payloads).to_dict("records")
    assert transcript == {
        "recording_id": "calls/1.mp3",
        "transcript_id": "t1",
        "text": "Hello, Ann. Hi!",
        "confidence": 0.9,
        "audio_duration_s": 2.0,
        "audio_channels": 1,
        "language": "en_us",
        "model": "universal-2",
        "summary": "A greeting.",
        "domain": "medical-v1",
        "domain_used": "medical-v1",
        "warnings": "'ur' is not supported\n" + '{"code":7,"message":"Slow"}' + "\nAnd a text",
        "n_words": 3,
        "n_speakers": 2,
        "engine": "AssemblyAI",
        "edited": False,
    }
    utterances = utterances_frame(payloads)
    assert utterances["speaker"].tolist() == ["A", "B"]
    assert utterances["n_words"].tolist() == [2, 1]
    assert utterances[["start_ms", "end_ms"]].to_numpy().tolist() == [[0, 900], [1000, 1300]]
    words = words_frame(payloads)
    assert words["text"].tolist() == ["Hello,", "Ann.", "Hi!"]
    assert words["utterance_index"].tolist() == [0, 0, 1]
    assert words["channel"].isna().all()


@pytest.mark.parametrize("value", [None, "", {}], ids=str)
def test_a_summary_that_was_not_asked_for_is_missing_in_any_shape(value):
    assert transcripts_frame([("a", payload(summary=value))])["summary"].isna().all()
    assert transcripts_frame([("a", payload())])[["summary", "audio_channels"]].isna().all(axis=None)


def test_a_deleted_transcript_keeps_its_row_and_has_no_words():
    (row,) = transcripts_frame([("a", DELETED)]).to_dict("records")
    assert (row["text"], row["n_words"], row["n_speakers"]) == ("Deleted by user.", 0, 0)
    assert pd.isna(row["confidence"])
    assert words_frame([("a", DELETED)]).empty
    assert utterances_frame([("a", DELETED)]).empty


def test_without_speaker_labels_words_have_no_utterance_and_there_are_no_turns():
    body = payload(words=[word("a", 0, 1), word("b", 2, 3)], utterances=None)
    words = words_frame([("a", body)])
    assert words["utterance_index"].isna().all()
    assert words["speaker"].isna().all()
    assert utterances_frame([("a", body)]).empty


def test_crosstalk_between_channels_is_told_apart_by_the_listed_words():
    left = [word("so", 0, 500, "1A", channel="1"), word("well", 1000, 1500, "1A", channel="1")]
    right = [word("so", 0, 400, "2A", channel="2"), word("yes", 700, 900, "2A", channel="2")]
    body = payload(
        words=[left[0], right[0], right[1], left[1]],
        utterances=[turn("1A", left, channel="1"), turn("2A", right, channel="2")],
    )
    words = words_frame([("call", body)])
    assert words["utterance_index"].tolist() == [0, 1, 1, 0]
    assert words["speaker"].tolist() == ["1A", "2A", "2A", "1A"]
    assert words["channel"].tolist() == ["1", "2", "2", "1"]
    assert transcripts_frame([("call", body)])["n_speakers"].tolist() == [2]


def test_words_that_no_utterance_lists_go_by_time_and_speaker():
    words = [word("a", 0, 10, "A"), word("b", 50, 60, "B"), word("c", 70, 80, "C"), word("d", 999, 1000, "A")]
    spans = [
        {"text": "a", "start": 0, "end": 100, "speaker": "A"},
        {"text": "b", "start": 40, "end": 90, "speaker": "B"},
    ]
    indices = words_frame([("a", payload(words=words, utterances=spans))])["utterance_index"]
    assert indices.isna().tolist() == [False, False, False, True]
    assert indices.dropna().tolist() == [0, 1, 1]


def test_a_word_without_length_between_two_turns_stays_with_the_turn_that_lists_it():
    first, second = [word("a", 0, 100, "A"), word("b", 100, 100, "A")], [word("c", 100, 200, "A")]
    body = payload(words=first + second, utterances=[turn("A", first), turn("A", second)])
    assert words_frame([("a", body)])["utterance_index"].tolist() == [0, 0, 1]


@given(st.lists(st.tuples(st.sampled_from("AB"), st.lists(st.integers(0, 50), min_size=1, max_size=4)), max_size=6), st.booleans())
def test_turns_one_after_the_other_give_each_word_its_own_turn(turns, both_listed):
    clock, utterances, expected = 0, [], []
    for index, (speaker, lengths) in enumerate(turns):
        words = []
        for length in lengths:
            words.append(word(f"w{clock}", clock, clock + length, speaker))
            clock += length + 1
        utterances.append(turn(speaker, words))
        expected += [index] * len(words)
    spoken = [w for u in utterances for w in u["words"]]
    if not both_listed:
        utterances = [{**u, "words": None} for u in utterances]
    frame = words_frame([("a", payload(words=spoken, utterances=utterances))])
    assert frame["utterance_index"].tolist() == expected


def test_the_engine_is_named_with_its_quality():
    engine = {"name": "pocketsphinx", "version": "5.1.1", "quality": "demonstration", "future": True}
    frame = transcripts_frame([("a", payload(engine=engine)), ("b", payload(engine=None)), ("c", payload())])
    assert frame["engine"].tolist() == ["pocketsphinx 5.1.1 (demonstration)", "AssemblyAI", "AssemblyAI"]
    assert engine_of(contract.Transcript(id="t", status="completed", engine=contract.Engine(name="scripted"))) == "scripted"


def test_a_body_that_is_no_transcript_is_refused():
    for frame_of, _ in FRAMES:
        with pytest.raises(msgspec.MsgspecError):
            frame_of([("a", b"[1, 2]")])


def test_wide_text_survives_the_columns():
    words = [word("Ünïcode 🌍", 0, 1), word("שלום", 2, 3), word("", 4, 5)]
    assert words_frame([("a", payload(words=words))])["text"].tolist() == ["Ünïcode 🌍", "שלום", ""]
