"""Generated references, as texts, turns, tables and files of any kind: each is read, refused or warned of; no word is lost in silence."""

import contextlib
import json
import traceback
import warnings

import pandas as pd
import pytest
from corpora import store
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from nasty import NAME, WORD

import scribekit as sk
from scribekit.base.errors import OptionError, ReferenceWarning
from scribekit.base.text import tokens

SUFFIXES = [".txt", ".srt", ".vtt", ".stm", ".ctm", ".rttm", ".TextGrid", ".eaf", ".docx", ".json", ".md", ".csv", ".pdf", ""]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"]
SPOKEN = WORD.filter(lambda word: word.isalpha() and word != "WEBVTT")  # which begins a file of another kind
PIECES = [
    *("WEBVTT\n\n", "1\n", "00:00:01,000 --> 00:00:02,000\n", "00:01.000 --> 00:02.000\n", "<v Ann>", "A: ", "[00:00:01] ", "\n\n"),
    *("SPEAKER a 1 0.5 1.0 <NA> <NA> A <NA> <NA>\n", "a 1 A 0.5 1.5 <o> hello\n", "a 1 0.5 0.2 hello\n", "SPEAKER a 1 x y\n"),
    *(
        'File type = "ooTextFile"\n',
        'Object class = "TextGrid"\n',
        "<ANNOTATION_DOCUMENT>",
        "</ANNOTATION_DOCUMENT>",
        "<?xml version='1.0'?>",
    ),
    *("# a\n", "## Transcript\n", "**A** [00:00:00] ", '{"text": ', "[", "]", "}", '"x"', "null", "1e999", "PK\x03\x04", "%PDF"),
]
TEXT = st.lists(st.one_of(st.sampled_from(PIECES), WORD), max_size=8).map("".join)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=4)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["text", "speaker", "start", "end", "start_ms", "end_ms", "words", "utterances", "segments"]), inner
        ),
    ),
    max_leaves=8,
)
CONTENT = st.one_of(
    st.binary(max_size=60),
    st.builds(lambda text, encoding: text.encode(encoding, "replace"), TEXT, st.sampled_from(ENCODINGS)),
    JSON.map(json.dumps).map(str.encode),
)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return store(tmp_path_factory.mktemp("corpus"), {"one": [("A", "hello there"), ("B", "and 天気 good bye")]})


def measured(corpus, references):
    """The row of the evaluation and whether something was warned of; None for a reference that is refused, in words of our own."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            found = sk.evaluate(corpus, references)
        except OptionError as error:
            cause = error.__cause__
            assert cause is None or isinstance(cause, OSError) or traceback.extract_tb(cause.__traceback__)[-1].line.startswith("raise ")
            return None, False
    return found.iloc[0], any(issubclass(warning.category, ReferenceWarning) for warning in warned)


@examples(300)
@given(CONTENT, st.sampled_from(SUFFIXES))
def test_any_file_is_a_reference_or_refused_in_our_words(corpus, tmp_path, content, suffix):
    path = tmp_path / f"said{suffix}"
    path.write_bytes(content)
    row, _ = measured(corpus, {"one": path})
    if row is not None:
        assert row["hits"] + row["substitutions"] + row["deletions"] == row["reference_words"]
        with contextlib.suppress(OptionError), warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            sk.word_errors(corpus, {"one": path})
            sk.calibrate(corpus, {"one": path})


@examples(150)
@given(st.lists(SPOKEN, min_size=1, max_size=9), st.sampled_from([name for name in ENCODINGS if name != "utf-16-le"]))  # no mark tells it
def test_a_text_without_labels_counts_every_word_in_every_shape(corpus, tmp_path, words, encoding):
    said = " ".join(words)
    path = tmp_path / "said.txt"
    path.write_bytes(said.encode(encoding))
    shapes = [
        {"one": said},
        {"one": "\n".join(words)},
        {"one": [{"text": word} for word in words]},
        {"one": path},
        pd.DataFrame({"recording_id": "one", "reference": words}),
    ]
    for shape in shapes:
        row, _ = measured(corpus, shape)
        assert row["reference_words"] == sum(len(tokens(word)) for word in words)


@examples(150)
@given(st.lists(st.tuples(NAME, SPOKEN), min_size=1, max_size=6))
def test_turns_keep_their_speakers_whatever_they_are_called(corpus, turns):
    listed = [{"speaker": name, "text": text} for name, text in turns]
    by_speaker = sk.evaluate(corpus, {"one": listed}, by="speaker")
    counts = by_speaker.groupby("speaker")["reference_words"].sum().to_dict()
    expected = {}
    for name, text in turns:
        expected[name] = expected.get(name, 0) + len(tokens(text))
    assert counts == expected


@examples(200)
@given(st.one_of(JSON, TEXT, st.lists(st.dictionaries(st.sampled_from(["speaker", "text", "start", "end"]), JSON), max_size=3)))
def test_any_value_is_a_reference_or_refused_in_our_words(corpus, value):
    measured(corpus, {"one": value})
    measured(corpus, {"other": value})
    measured(corpus, value)
