import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.base.text import clean
from scribekit.transcripts.formats import FORMATS, Document
from scribekit.transcripts.formats.speakers import NO_SPEAKERS

TURN = re.compile(r"\[(\d+):(\d\d):(\d\d)\] (?:(Speaker [A-Z]|Channel \d): )?(.+)")
WORD = st.one_of(st.sampled_from(["Hello,", "done.", "a\n\nb", "[00:00:01]", "Speaker A:", "🌍", "שלום"]), st.text(min_size=1, max_size=8))


def word(text, start, end, speaker=None):
    return {"text": text, "start": start, "end": end, "speaker": speaker}


def turn(speaker, words, **more):
    return {
        "speaker": speaker,
        "text": " ".join(w["text"] for w in words),
        "start": words[0]["start"],
        "end": words[-1]["end"],
        "words": words,
        **more,
    }


def document(*, words=(), turns=None, text=None, names=None):
    said = " ".join(w["text"] for w in words) if text is None else text
    body = {"id": "t", "status": "completed", "text": said, "words": list(words), "utterances": turns}
    return Document.from_payload("a.mp3", json.dumps(body).encode(), speaker_names=names)


@st.composite
def dialogues(draw):
    clock, turns = 0, []
    for speaker, texts in draw(st.lists(st.tuples(st.sampled_from("ABC"), st.lists(WORD, min_size=1, max_size=5)), max_size=8)):
        words = []
        for text in texts:
            words.append(word(text, clock, clock + 300, speaker))
            clock += 700
        turns.append(turn(speaker, words))
    return document(words=[w for t in turns for w in t["words"]], turns=turns)


def txt(doc):
    return FORMATS["txt"].render(doc)


def speakers(doc):
    return FORMATS["speakers"].render(doc)


def paragraphs(text):
    return [line for line in text.split("\n") if line]


@given(dialogues())
def test_plain_text_holds_every_word_and_no_speaker(doc):
    said = [clean(u.text) for u in doc.transcript.utterances]
    assert paragraphs(txt(doc)) == [text for text in said if text]


@given(dialogues())
def test_turns_come_back_with_time_speaker_and_words(doc):
    parsed = [TURN.fullmatch(line).groups() for line in paragraphs(speakers(doc))]
    expected = [u for u in doc.transcript.utterances if clean(u.text)]
    assert [(int(h) * 3600 + int(m) * 60 + int(s)) for h, m, s, *_ in parsed] == [u.start // 1000 for u in expected]
    assert [(name, text) for *_, name, text in parsed] == [(f"Speaker {u.speaker}", clean(u.text)) for u in expected]


@given(dialogues())
def test_text_files_are_composed_utf8_with_a_blank_line_between_paragraphs(doc):
    for text in (txt(doc), speakers(doc)):
        assert text == unicodedata.normalize("NFC", text)
        assert "\n\n\n" not in text
        assert text == "" or (text.endswith("\n") and not text.endswith("\n\n"))
        text.encode("utf-8")


def test_channels_and_given_names():
    left, right = [word("Good", 0, 300), word("day.", 300, 900)], [word("Hi!", 12_345, 13_000)]
    turns = [turn("1", left, channel="1"), turn("2", right, channel="2")]
    assert speakers(document(words=left + right, turns=turns)) == "[00:00:00] Channel 1: Good day.\n\n[00:00:12] Channel 2: Hi!\n"
    named = document(words=left + right, turns=turns, names={"2": "Ann"})
    assert speakers(named).endswith("[00:00:12] Ann: Hi!\n")


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("A", "Speaker A"),
        ("1A", "Speaker 1A"),
        ("AB", "Speaker AB"),
        ("UNKNOWN", "Speaker UNKNOWN"),
        ("Michel Martin", "Michel Martin"),
        ("Host", "Host"),
    ],
)
def test_labels_that_are_names_already_stay_as_they_are(label, shown):
    words = [word("Yes.", 0, 300, label)]
    assert speakers(document(words=words, turns=[turn(label, words)])) == f"[00:00:00] {shown}: Yes.\n"


def test_without_speaker_labels_the_file_says_so_and_keeps_the_times():
    words = [word("First.", 0, 500), word("Then", 3000, 3200), word("more.", 3300, 3900)]
    assert speakers(document(words=words)) == f"{NO_SPEAKERS}\n\n[00:00:00] First.\n\n[00:00:03] Then more.\n"
    assert txt(document(words=words)) == "First.\n\nThen more.\n"


def test_a_monologue_without_pauses_is_cut_into_paragraphs_at_sentence_ends():
    words = [word("end." if i % 10 == 9 else "word", i * 100, i * 100 + 100) for i in range(600)]
    found = paragraphs(txt(document(words=words)))
    assert len(found) > 3
    assert all(text.endswith("end.") for text in found)
    assert " ".join(found).split() == [w["text"] for w in words]


def test_scripts_without_spaces_are_joined_without_spaces():
    words = [word(character, i * 100, i * 100 + 100) for i, character in enumerate("今天天气很好。")]
    assert txt(document(words=words)) == "今天天气很好。\n"


def test_a_text_without_words_is_still_written():
    assert txt(document(text="Deleted by user.")) == "Deleted by user.\n"


def test_nothing_said_is_an_empty_file():
    assert txt(document(turns=[])) == ""
    assert speakers(document()) == ""
