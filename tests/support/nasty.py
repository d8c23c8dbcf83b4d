"""Strategies for what people's names, words and transcripts are really like, and for what services write in their place."""

import re

from hypothesis import strategies as st

LOST = "\ufffd"
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

NAMES = (
    "A",
    "B",
    "1",
    "007",
    "NA",
    "None",
    "null",
    "Jos\u00e9",
    "Jose\u0301",
    "Zo\u00eb\u200b",
    "Ba$$in",
    "$a_b$",
    "=HYPERLINK(1)",
    "+49 30",
    "@sum",
    "<b>Ann</b>",
    "Ann & Bob",
    "O'Brien: chair",
    "**Ann**",
    "**[x](y)**",
    "-->",
    "王小明",
    "สมชาย",
    "محمد",
    "\u202eevil\u202c",
    "👩\u200d👩\u200d👧",
    "x" * 300,
    " Ann ",
    "a\tb",
    "two\nlines",
    "Ann, Bob",
    'say "so"',
    "NUL\0NUL",
)
WORDS = (
    "Hello,",
    "world.",
    "and",
    "A:",
    "Dr.",
    "",
    " ",
    "two words",
    "a\n\nb",
    "a\0b",
    "\ud83d",
    "\ufffd",
    "\ufeffx",
    "\u200f",
    "שָׁלוֹם",
    "\u202eevil",
    "e\u0301",
    "\u00e9",
    "\u0301",
    "İstanbul",
    "ﬁne",
    "👩\u200d👩\u200d👧",
    "🇩🇪",
    "天気",
    "。",
    "ที่นี่",
    "क्षत्रिय",
    "한국어",
    "٣٫٥",
    "1,000.50",
    "5,000,",
    "$5",
    "$a_b$",
    "C++",
    "<i>x</i>",
    "<v Ann>",
    "</script>",
    "&amp;",
    "&lt;b&gt;",
    "-->",
    "{\\an8}",
    "\\N\\h",
    "=1+1",
    "@cmd",
    "*star*",
    "# head",
    "[x](y)",
    "`code`",
    "1",
    "1.",
    "00:00:01,000 --> 00:00:02,000",
    "NOTE",
    "WEBVTT",
    "NEAR",
    "not",
    "it's",
    "well-known",
    "x" * 400,
    "天" * 90,
    "--",
    "…",
    "\x1b[31m",
    "\x85",
    "\u2028",
)

WORD = st.one_of(st.sampled_from(WORDS), st.text(st.characters(exclude_categories=()), max_size=6))
NAME = st.one_of(st.sampled_from(NAMES), st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=6))
_TIME = st.one_of(
    st.integers(0, 600_000), st.none(), st.sampled_from([-5, 2**62, 10**30, 33.4, float("nan"), "120", "soon", True, {}, 3_600_000])
)
_CONFIDENCE = st.one_of(st.none(), st.floats(0, 1), st.sampled_from(["0.5", "high", -1, 7, float("nan"), True]))


def as_stored(text):
    """A text of a payload as every table has it: halves of surrogate pairs cannot be stored."""
    return _LONE_SURROGATE.sub(LOST, text)


@st.composite
def _word(draw, clock, speakers):
    word = {"text": draw(WORD), "start": clock, "end": clock + 400, "confidence": 0.9, "speaker": draw(st.sampled_from(speakers))}
    for key, values in (("start", _TIME), ("end", _TIME), ("confidence", _CONFIDENCE)):
        if draw(st.integers(0, 7)) == 0:
            word[key] = draw(values)
        elif draw(st.integers(0, 15)) == 0:
            del word[key]
    return word


@st.composite
def transcripts(draw, most_words=12):
    """A payload as a service might answer it: odd words, names and times, and features that quote them."""
    speakers = draw(st.lists(st.one_of(NAME, st.none()), min_size=1, max_size=3))
    count = draw(st.integers(0, most_words))
    words = [draw(_word(500 * number, speakers)) for number in range(count)]
    said = " ".join(word["text"] for word in words)
    payload = {"id": "t", "status": "completed", "text": said, "words": words, "audio_duration": 60, "confidence": draw(_CONFIDENCE)}
    if draw(st.booleans()):
        payload["utterances"] = _utterances(words)
    if draw(st.integers(0, 3)) == 0:
        payload |= _features(said, draw(WORD))
    payload["language_code"] = draw(st.sampled_from(["en", "ja", "ar", None, "zz"]))
    return payload


def _utterances(words):
    turns = []
    for word in words:
        if not turns or turns[-1][-1]["speaker"] != word["speaker"]:
            turns.append([])
        turns[-1].append(word)
    return [
        {
            "text": " ".join(word["text"] for word in turn),
            "start": turn[0].get("start"),
            "end": turn[-1].get("end"),
            "confidence": turn[0].get("confidence"),
            "speaker": turn[0]["speaker"],
            "words": turn,
            "translated_texts": {"de": turn[0]["text"]},
        }
        for turn in turns
    ]


def _features(said, word):
    return {
        "summary": said,
        "chapters": [{"headline": word, "gist": word, "summary": said, "start": 0, "end": 10**30}],
        "entities": [{"entity_type": word, "text": word, "start": 5, "end": 1}],
        "sentiment_analysis_results": [{"text": said, "start": None, "end": 1, "sentiment": word, "confidence": "high", "speaker": word}],
        "auto_highlights_result": {"status": "success", "results": [{"count": 1, "rank": 0.1, "text": word, "timestamps": []}]},
        "translated_texts": {"de": said, word: word},
    }


def corpora(most=3):
    """Recording ids with a transcript each; some of the ids look like others. A manifest has none with a NUL."""
    return st.dictionaries(NAME.filter(lambda name: "\0" not in name), transcripts(), min_size=1, max_size=most)
