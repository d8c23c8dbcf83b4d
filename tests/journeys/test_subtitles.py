import html
import io
import json
import re
from dataclasses import replace
from itertools import pairwise

import av
import pysubs2
import pytest
import srt as srt_library
import webvtt
from hypothesis import given
from hypothesis import strategies as st

from scribekit.base import timecode
from scribekit.base.text import clean
from scribekit.transcripts.formats import FORMATS, Document, resolve

HARD_WORDS = [
    "<i>",
    "</b>",
    "a<b",
    "&amp;",
    "&",
    "-->",
    "--->",
    "a\n\nb",
    "1",
    "00:00:01,000 --> 00:00:02,000",
    "🌍",
    "שלום",
    "{\\an8}",
    "C:\\New",
    "a\\hb",
    "\\N\\n\\h",
    "é",
    "e\u0301",
]
WORD = st.one_of(st.sampled_from(["Hello,", "world.", "and"]), st.sampled_from(HARD_WORDS), st.text(max_size=10))


@st.composite
def documents(draw, word=WORD):
    clock, words = 0, []
    for text, pause, length in draw(st.lists(st.tuples(word, st.integers(0, 2000), st.integers(1, 900)), max_size=25)):
        speaker = draw(st.sampled_from([None, "A", "B"]))
        words.append({"text": text, "start": clock + pause, "end": clock + pause + length, "speaker": speaker})
        clock += pause + length
    return document(words)


def document(words, **more):
    body = {"id": "t", "status": "completed", "text": " ".join(w["text"] for w in words), "words": words, **more}
    return Document("a.mp3", Document.from_payload("a", json.dumps(body).encode()).transcript, json.dumps(body).encode())


def spoken(words):
    return [{"text": text, "start": 400 * i, "end": 400 * i + 300, "speaker": speaker} for i, (speaker, text) in enumerate(words)]


def srt(doc):
    return FORMATS["srt"].render(doc)


def vtt(doc):
    return FORMATS["vtt"].render(doc)


def times(doc):
    return [(cue.start_ms, cue.end_ms) for cue in doc.cues]


def milliseconds(delta):
    return round(delta.total_seconds() * 1000)


def packets(text, form):
    with av.open(io.BytesIO(text.encode()), format=form) as container:
        found = [packet for packet in container.demux() if packet.size]
    return [(int(p.pts * p.time_base * 1000), int(p.duration * p.time_base * 1000), bytes(p).decode()) for p in found]


@given(documents())
def test_the_srt_library_reads_back_the_same_cues(doc):
    parsed = list(srt_library.parse(srt(doc), ignore_errors=False))
    assert [(milliseconds(cue.start), milliseconds(cue.end)) for cue in parsed] == times(doc)
    assert [cue.index for cue in parsed] == list(range(1, len(doc.cues) + 1))
    assert [cue.content.count("\n") + 1 for cue in parsed] == [len(cue.lines) for cue in doc.cues]
    assert srt_library.compose(parsed, reindex=False).rstrip("\n") == srt(doc).rstrip("\n")


# pysubs2 takes any line with two time codes for a time line, arrow or not.
READABLE_BY_PYSUBS2 = WORD.filter(lambda text: text.count(":") < 4)


@given(documents(word=READABLE_BY_PYSUBS2))
def test_pysubs2_reads_back_the_same_cues_and_finds_no_markup(doc):
    parsed = pysubs2.SSAFile.from_string(srt(doc), format_="srt") if doc.cues else []
    assert [(cue.start, cue.end) for cue in parsed] == times(doc)
    assert [cue.plaintext.split() for cue in parsed] == [cue.content.split() for cue in srt_library.parse(srt(doc))]


@given(documents(word=st.sampled_from(["Hello,", "world.", "and", *HARD_WORDS])))
def test_ffmpeg_demuxes_both_to_the_same_cues(doc):
    if not doc.cues:
        return
    for text, form in ((srt(doc), "srt"), (vtt(doc), "webvtt")):
        assert [(start, start + length) for start, length, _ in packets(text, form)] == times(doc)


@given(documents())
def test_webvtt_py_reads_back_the_same_cues_and_words(doc):
    parsed = list(webvtt.from_string(vtt(doc)))
    assert [(timecode.parse(cue.start), timecode.parse(cue.end)) for cue in parsed] == times(doc)
    assert [html.unescape(cue.text).split() for cue in parsed] == [" ".join(cue.lines).split() for cue in doc.cues]


@given(documents())
def test_every_word_is_in_the_subtitles_once(doc):
    said = "".join("".join(clean(word.text) for word in doc.transcript.words).split())
    body = re.sub(r"\n[\d:.]+ --> [\d:.]+\n(<v [^>]*>)?", "\n\n", vtt(doc).removeprefix("WEBVTT\n"))
    assert "".join(html.unescape(body).split()) == said


@given(documents())
def test_the_same_document_gives_the_same_text(doc):
    again = Document.from_payload(doc.recording_id, doc.payload)
    assert (srt(again), vtt(again)) == (srt(doc), vtt(doc))


def test_a_dialogue_as_srt_and_as_vtt():
    words = spoken([("A", "How"), ("A", "are"), ("A", "you?"), ("B", "Fine"), ("B", "<&>"), ("B", "well.")])
    assert srt(document(words)) == ("1\n00:00:00,000 --> 00:00:01,100\nHow are you?\n\n2\n00:00:01,200 --> 00:00:02,300\nFine <&> well.\n")
    assert vtt(document(words)) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.100\n<v Speaker A>How are you?\n"
        "\n00:00:01.200 --> 00:00:02.300\n<v Speaker B>Fine &lt;&amp;&gt; well.\n"
    )


def test_names_of_speakers_are_escaped_in_vtt():
    words = spoken([("A", "Yes.")])
    doc = Document("a", document(words).transcript, b"{}", speaker_names={"A": "Dr. <b>Ann</b> & Co\n"})
    assert "\n<v Dr. &lt;b&gt;Ann&lt;/b&gt; &amp; Co>Yes.\n" in vtt(doc)
    (cue,) = webvtt.from_string(vtt(doc))
    assert cue.text == "Yes."


def test_what_players_take_for_markup_is_made_inert_in_srt():
    words = spoken([(None, text) for text in ["so", "-->", "<i>loud</i>", "{\\an8}up", "1", "<", "2", "&"]])
    (cue,) = srt_library.parse(srt(document(words)))
    assert cue.content == "so → ‹i>loud‹/i> (\\an8)up 1 < 2 &"


def ass_texts(text):
    """The texts as FFmpeg gives them to a player."""
    with av.open(io.BytesIO(text.encode()), format="srt") as container:
        subtitles = [one for packet in container.demux() for one in packet.decode()]
    return [rect.ass.decode().split(",", 8)[8] for one in subtitles for rect in getattr(one, "rects", [one])]


def test_escapes_of_players_in_a_text_are_text():
    doc = document(spoken([(None, "in"), (None, "C:\\New\\home"), (None, "\\N")]))
    (shown,) = ass_texts(srt(doc))
    assert "\\N" not in shown
    assert "\\h" not in shown
    assert shown.replace("\u2060", "") == "in C:\\New\\home \\N"
    assert pysubs2.SSAFile.from_string(srt(doc))[0].plaintext.replace("\u2060", "") == "in C:\\New\\home \\N"
    assert "in C:\\New\\home \\N" in vtt(doc)  # WebVTT has no such escapes


def test_srt_has_speakers_when_they_are_asked_for():
    doc = document(spoken([("A", "How"), ("A", "are"), ("A", "you?"), ("B", "Fine."), (None, "(laughs)")]))
    doc = replace(doc, speaker_names={"B": "Ann {x}"})
    (form,) = resolve("srt", {"srt": {"speakers": True}})
    cues = list(srt_library.parse(form.render(doc)))
    assert [cue.content for cue in cues] == ["Speaker A: How are you?", "Ann (x): Fine.", "(laughs)"]
    assert [cue.content for cue in srt_library.parse(srt(doc))] == ["How are you?", "Fine.", "(laughs)"]
    (plain,) = resolve("vtt", {"vtt": {"speakers": False}})
    assert "<v" not in plain.render(doc)
    assert "<v Ann {x}>" in vtt(doc)


@given(documents())
def test_srt_with_speakers_has_the_same_words_and_names(doc):
    (form,) = resolve("srt", {"srt": {"speakers": True}})
    cues = list(srt_library.parse(form.render(doc)))
    assert [(milliseconds(cue.start), milliseconds(cue.end)) for cue in cues] == [(cue.start_ms, cue.end_ms) for cue in doc.named_cues]
    for cue, shown in zip(cues, doc.named_cues, strict=True):
        name = doc.name_of(shown.speaker, shown.channel)
        assert cue.content.startswith(f"{name}: ") == (name is not None)


def test_long_recordings_pass_a_hundred_hours():
    start = 101 * 3_600_000
    words = [{"text": "late", "start": start, "end": start + 1000}]
    assert "101:00:00,000 --> 101:00:01,000" in srt(document(words))
    assert packets(vtt(document(words)), "webvtt") == [(start, 1000, "late")]


@pytest.mark.parametrize("words", [[], [{"text": " ", "start": 0, "end": 1}]])
def test_nothing_said_is_a_valid_empty_file(words):
    assert srt(document(words)) == ""
    assert list(webvtt.from_string(vtt(document(words)))) == []
    assert vtt(document(words)) == "WEBVTT\n"


def test_cues_of_both_follow_each_other_without_overlap():
    words = [{"text": f"word{i}", "start": 100 * (i % 7), "end": 50} for i in range(40)]
    parsed = list(srt_library.parse(srt(document(words))))
    assert all(cue.end <= following.start for cue, following in pairwise(parsed))
