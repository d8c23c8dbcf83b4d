import json
import urllib.request

import assemblyai as aai
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

import scribekit as sk
from scribekit.base.text import join_words
from scribekit.service.http import sentences as segments
from scribekit.service.payload import PayloadWord
from scribekit.transcripts.frames import paragraphs_frame, sentences_frame, words_frame

LIMITS = sk.Limits(poll_s=0.05, settle_s=0.3, backoff_s=0.05)
WORDS = st.lists(
    st.tuples(
        st.sampled_from(["and", "so", "Yes.", "“No!”", "Why?", "…", "है।"]),
        st.integers(0, 3000),
        st.integers(0, 600),
        st.sampled_from([None, "A", "B"]),
        st.sampled_from([None, "1", "2"]),
    ),
    max_size=60,
)


def payload(items, language=None):
    clock, words = 0, []
    for text, pause, length, speaker, channel in items:
        clock += pause
        words.append({"text": text, "start": clock, "end": clock + length, "confidence": 0.5, "speaker": speaker, "channel": channel})
    return json.dumps({"id": "t", "status": "completed", "words": words, "language_code": language}).encode()


def texts(frame):
    return frame["text"].tolist()


@pytest.fixture(scope="module")
def service():
    with sk.local_service("scripted", speed=2000, slots=50) as started:
        yield started


@pytest.mark.parametrize("options", [{}, {"speaker_labels": True}, {"multichannel": True}, {"speaker_labels": True, "multichannel": True}])
def test_the_rule_cuts_as_the_endpoints_of_the_embedded_service_do(service, tmp_path, options):
    config = aai.TranscriptionConfig(**options)
    rows = [{"recording_id": f"r{length}", "url": f"https://host.example/{length}.mp3?duration={length}"} for length in (5, 300)]
    batch = sk.submit_batch(rows, config, corpus=tmp_path / "corpus", limits=LIMITS, progress=False)
    jobs = sk.collect(batch, progress=False)
    for level in ("sentences", "paragraphs"):
        frame = sk.to_frame(batch, level)
        for recording_id, transcript_id in zip(jobs["recording_id"], jobs["transcript_id"], strict=True):
            address = f"{service.base_url}/v2/transcript/{transcript_id}/{level}"
            with urllib.request.urlopen(urllib.request.Request(address, headers={"authorization": service.api_key})) as answer:
                theirs = json.load(answer)[level]
            ours = frame[frame["recording_id"] == recording_id]
            assert len(theirs) > 0
            for ours_name, theirs_name in {"text": "text", "start_ms": "start", "end_ms": "end"}.items():
                assert ours[ours_name].tolist() == [item[theirs_name] for item in theirs]
            assert ours["n_words"].tolist() == [len(item["words"]) for item in theirs]
            assert ours["confidence"].tolist() == pytest.approx([item["confidence"] for item in theirs], abs=2e-5)
            if level == "sentences":
                assert [None if value != value else value for value in ours["speaker"]] == [item.get("speaker") for item in theirs]
                assert [None if value != value else value for value in ours["channel"]] == [item.get("channel") for item in theirs]


POINTS = [
    "z.",
    "B.",
    "d.",
    "h.",
    "3.",
    "am",
    "Oktober",
    "No.",
    "7",
    "etc.",
    "He",
    "EE.",
    "UU.",
    "т.",
    "д.",
    "vs.",
    "Ph.D.",
    "well...",
    "Jan.",
    "։",
    "བོ།",
]
ODD = [
    *POINTS,
    '"',
    "",
    "»",
    ")",
    "…",
    "?!",
    "„Ja.“",
    "Dr.",
    "U.S.",
    "I.",
    "J.",
    "(e.g.",
    "है।",
    "ہے۔",
    "好",
    "好。",
    "です。",
    "ไทย",
    "“世”",
]
ANY = st.sampled_from(["and", "Yes.", *ODD]) | st.text(st.characters(exclude_categories=["Cs"]), max_size=4)


@given(
    st.lists(
        st.tuples(ANY, st.integers(0, 3000), st.integers(0, 600), st.sampled_from("AB"), st.sampled_from([None, "1", "2"])), max_size=60
    ),
    st.sampled_from([None, "en_us", "de", "es", "ru", "el", "xx"]),
)
def test_the_embedded_service_cuts_by_the_same_rule(items, language):
    body = payload(items, language)
    words = [PayloadWord(**{name: UNSET if value is None else value for name, value in word.items()}) for word in json.loads(body)["words"]]
    assert texts(sentences_frame([("a", body)])) == [group.text for group in segments.sentences(words, language)]
    assert texts(paragraphs_frame([("a", body)])) == [group.text for group in segments.paragraphs(words, language)]


LANGUAGES = {
    "Chinese": ["他", "说：", "“你", "好。”", "今", "天", "二", "〇", "年", "。", "走", "了", "！"],
    "Japanese": ["今日", "は", "「東京」", "へ", "行き", "ます。", "カ", "ー", "ド", "です。"],
    "Thai": ["สวัสดี", "ครับ", "กำ", "ลัง", "ไป"],
    "mixed": ["東京", "は", "hot", "dog", "です。", "OK", "我", "买", "iPhone", "了。"],
    "Latin": ["Yes.", "“No!”", "Dr.", "and", "so", "café."],
}


@pytest.mark.parametrize("language", LANGUAGES)
@given(data=st.data())
def test_the_text_of_sentences_is_the_text_of_the_transcript(language, data):
    said = data.draw(st.lists(st.sampled_from(LANGUAGES[language]), min_size=1, max_size=100))
    body = payload([(word, 10, 5, "A", None) for word in said])
    for frame in (sentences_frame([("a", body)]), paragraphs_frame([("a", body)])):
        assert join_words(texts(frame)) == join_words(said)


def test_sentences_of_a_script_without_spaces_have_none():
    said = ["今", "天", "我", "们", "去", "北", "京。", "你", "呢？"]
    words = [(word, 10, 5, None, None) for word in said]
    assert texts(sentences_frame([("a", payload(words))])) == ["今天我们去北京。", "你呢？"]
    assert texts(paragraphs_frame([("a", payload(words))])) == ["今天我们去北京。你呢？"]


@pytest.mark.parametrize(
    ("said", "sentences"),
    [
        ("यह एक है। वह दो हैं।", ["यह एक है।", "वह दो हैं।"]),
        ("یہ ایک ہے۔ وہ کیا ہے؟ یہ", ["یہ ایک ہے۔", "وہ کیا ہے؟", "یہ"]),
        ("一つ． 二つ｡ 三つ", ["一つ．", "二つ｡", "三つ"]),
        ("„Ja.“ Dann ging er.", ["„Ja.“", "Dann ging er."]),
        ("‚Ja.‘ »Ja.« ‹Oui.› Dann", ["‚Ja.‘", "»Ja.«", "‹Oui.›", "Dann"]),
        ("「はい。」 （はい。） そう", ["「はい。」", "（はい。）", "そう"]),
        ("« Oui. » dit-il.", ["« Oui. »", "dit-il."]),
        ("Oui. ) » dit-il.", ["Oui. ) »", "dit-il."]),
        ("» dit-il. Oui", ["» dit-il.", "Oui"]),
        ("Really‽ Yes.", ["Really‽", "Yes."]),
        ("네. 알겠습니다. 왜. 그래요.", ["네.", "알겠습니다.", "왜.", "그래요."]),
        ("Это был я. Потом он ушёл.", ["Это был я.", "Потом он ушёл."]),
        ("Jag bor på en ö. Den är liten.", ["Jag bor på en ö.", "Den är liten."]),
        ("А. С. Пушкин. É. Zola.", ["А. С. Пушкин.", "É. Zola."]),
        ("Dr. Smith paid 3. He said U.S. law e.g. this.", ["Dr. Smith paid 3.", "He said U.S. law e.g. this."]),
        ("J. K. Rowling (Mr. Galbraith) wrote. So do I. And you? No. Yes.", None),
    ],
)
def test_sentences_end_in_many_scripts_and_not_at_abbreviations(said, sentences):
    found = texts(sentences_frame([("a", payload([(word, 10, 5, None, None) for word in said.split()]))]))
    assert found == (sentences or ["J. K. Rowling (Mr. Galbraith) wrote.", "So do I.", "And you?", "No.", "Yes."])


def test_the_language_of_the_transcript_decides():
    words = [(word, 10, 5, None, None) for word in ["Das", "war", "am", "3.", "mai", ".", "Vi", "ses", "den", "3.", "maj", "."]]
    assert texts(sentences_frame([("a", payload(words, "da"))])) == ["Das war am 3. mai .", "Vi ses den 3. maj ."]
    assert len(sentences_frame([("a", payload(words, "en"))])) == 4


def test_quotes_that_stand_alone_do_not_reach_over_a_change_of_speaker():
    said = [("Oui.", "A"), ("»", "B"), ("dit-il.", "B"), ("»", "B"), ("Non", "B")]
    frame = sentences_frame([("a", payload([(text, 10, 5, speaker, None) for text, speaker in said]))])
    assert texts(frame) == ["Oui.", "» dit-il. »", "Non"]


@given(WORDS)
def test_every_word_is_in_one_sentence_and_one_paragraph(items):
    body = payload(items)
    spoken = sorted(words_frame([("a", body)])["text"])
    for frame in (sentences_frame([("a", body)]), paragraphs_frame([("a", body)])):
        assert sorted(word for text in texts(frame) for word in text.split(" ")) == spoken
        assert frame["n_words"].sum() == len(spoken)
        assert frame["start_ms"].is_monotonic_increasing
    assert paragraphs_frame([("a", body)])["n_sentences"].sum() == len(sentences_frame([("a", body)]))


def test_sentences_end_at_punctuation_speaker_and_length():
    said = [("Yes.", "A"), ("“Is", "A"), ("it?”", "A"), ("and", "A"), ("so", "B"), *[("on", "B")] * 45]
    frame = sentences_frame([("a", payload([(text, 10, 5, speaker, None) for text, speaker in said]))])
    assert texts(frame)[:3] == ["Yes.", "“Is it?”", "and"]
    assert frame["n_words"].tolist() == [1, 2, 1, 40, 6]
    assert frame["speaker"].tolist() == ["A", "A", "A", "B", "B"]


def test_paragraphs_end_at_a_pause_a_speaker_and_the_fifth_sentence():
    said = [*[("Yes.", 10, "A")] * 6, ("No.", 1500, "A"), ("Why?", 10, "B")]
    frame = paragraphs_frame([("a", payload([(text, pause, 0, speaker, None) for text, pause, speaker in said]))])
    assert texts(frame) == ["Yes. Yes. Yes. Yes. Yes.", "Yes.", "No.", "Why?"]
    assert frame["paragraph_index"].tolist() == [0, 1, 2, 3]


def test_confidence_is_of_the_words_that_have_one():
    words = [
        {"text": "a", "start": 0, "end": 1, "confidence": 0.4},
        {"text": "b.", "start": 1, "end": 2},
        {"text": "c", "start": 2, "end": 3},
    ]
    frame = sentences_frame([("a", json.dumps({"id": "t", "status": "completed", "words": words}).encode())])
    assert frame["confidence"].tolist()[0] == 0.4
    assert frame["confidence"].isna().tolist() == [False, True]


def test_a_paragraph_over_two_channels_is_read_sentence_by_sentence():
    said = [*[("and", 0, None)] * 8, ("so", 0, "1"), ("on", 0, None), ("then", 0, "1")]
    body = payload([(text, pause, 0, None, channel) for text, pause, channel in said])
    assert texts(sentences_frame([("a", body)])) == ["and and and and and and and and on", "so then"]
    assert texts(paragraphs_frame([("a", body)])) == ["and and and and and and and and on so then"]
