import json
import subprocess
import sys
import textwrap

import pandas as pd
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

import scribekit as sk
from scribekit.base import schema
from scribekit.base.errors import NotTranscribedWarning, OptionError, QueryWarning, SearchCancelledError
from scribekit.fulltext.concordance import parse, spans
from scribekit.fulltext.indexed_corpus import IndexedCorpus

TALK = {
    "a.mp3": [("A", "Climate change is here."), ("B", "Is climate policy here? The climate changes!")],
    "b.mp3": [("A", "No weather today, but a Café."), ("C", "The climate of the café.")],
    "c.mp3": "nothing of the kind",
}


def found(frame):
    return list(zip(frame["recording_id"], frame["word_index"], strict=True))


# -- what a line says -------------------------------------------------------------------------------------------------


def test_a_line_has_its_context_its_times_and_the_manifest(stored):
    batch = stored(TALK, {"year": [2019, 2020, 2021]})
    line = sk.search(batch, "policy", context=2).iloc[0]
    assert (line["left"], line["match"], line["right"]) == ("Is climate", "policy", "here? The")
    assert (line["recording_id"], line["word_index"], line["utterance_index"], line["speaker"]) == ("a.mp3", 6, 1, "B")
    assert (line["start_ms"], line["end_ms"]) == (3000, 3400)
    assert line["year"] == 2019


def test_the_places_are_those_of_the_words_table(stored):
    batch = stored(TALK)
    lines = sk.search(batch, "clim* OR cafe")
    words = sk.to_frame(batch, "words")
    joined = lines.merge(words, on=["recording_id", "word_index"], suffixes=("", "_word"))
    assert len(joined) == len(lines) == 6
    for name in ("start_ms", "end_ms", "speaker", "utterance_index"):
        assert joined[name].equals(joined[f"{name}_word"].rename(name))
    assert joined["match"].tolist() == joined["text"].tolist()


@pytest.mark.parametrize("query", ["climate", "absent"])
def test_the_frame_equals_its_table_also_when_empty(stored, query):
    lines = sk.search(stored(TALK), query)
    own = lines[schema.CONCORDANCE.names]
    assert list(lines.columns)[: len(own.columns)] == schema.CONCORDANCE.names
    assert own.dtypes.astype(str).to_dict() == schema.CONCORDANCE.dtypes


def test_an_empty_corpus_has_no_lines_and_says_why(stored):
    with pytest.warns(NotTranscribedWarning, match="no recordings. Run sk.submit_batch"):
        assert sk.search(stored({}), "anything").empty


def test_an_operator_in_small_letters_is_understood_or_told(stored, recwarn):
    corpus = stored(TALK)
    assert len(sk.search(corpus, "climate near/3 here")) == len(sk.search(corpus, "climate NEAR/3 here")) > 0
    assert [one for one in recwarn if one.category is QueryWarning] == []
    with pytest.warns(QueryWarning, match="'near' is looked for as a word. If the operator is meant, write NEAR.") as told:
        assert sk.search(corpus, "climate near here").empty
    assert told[0].filename == __file__


def test_a_phrase_lasts_from_its_first_word_to_the_end_of_its_last(stored):
    line = sk.search(stored(TALK), '"climate changes"').iloc[0]
    assert (line["match"], line["start_ms"], line["end_ms"]) == ("climate changes!", 4500, 5400)


# -- what is found ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("CLIMATE", [("a.mp3", 0), ("a.mp3", 5), ("a.mp3", 9), ("b.mp3", 7)]),
        ("cafe", [("b.mp3", 5), ("b.mp3", 10)]),
        ("chang*", [("a.mp3", 1), ("a.mp3", 10)]),
        ("climate NOT weather", [("a.mp3", 0), ("a.mp3", 5), ("a.mp3", 9)]),
        ("policy NEAR/0 climate", [("a.mp3", 5)]),
        ("weather AND climate", [("b.mp3", 1), ("b.mp3", 7)]),
        ("(policy OR weather) today", [("b.mp3", 1), ("b.mp3", 2)]),
        ('"here is"', [("a.mp3", 3)]),
    ],
)
def test_queries(stored, query, places):
    assert found(sk.search(stored(TALK), query)) == places


def test_languages_without_spaces_are_searched_by_any_run_of_characters(stored):
    batch = stored({"ja": "今日は 東京都 に 行きます", "th": "ฉันรักเมืองไทย", "ko": "기후 변화"})
    assert sk.search(batch, "京都")["match"].tolist() == ["東京都"]
    assert sk.search(batch, "都に")["match"].tolist() == ["東京都に"]
    assert sk.search(batch, "เมือง")["recording_id"].tolist() == ["th"]
    assert sk.search(batch, "기후")["recording_id"].tolist() == ["ko"]


def test_a_hyphenated_word_is_one_line_and_found_by_its_parts(stored):
    batch = stored({"a": "a co-co state-of-the-art thing"})
    assert sk.search(batch, "co")["match"].tolist() == ["co-co"]
    assert sk.search(batch, '"the art thing"')["match"].tolist() == ["state-of-the-art thing"]


HOSTILE = ['a"b', "x'); DROP TABLE documents; --", "😀", "سلام", "text:climate", "^climate", "{a b}", "a+b", "NEAR(", "a\0b", "\u202eabc"]


@pytest.mark.parametrize("said", HOSTILE)
def test_signs_and_scripts_neither_break_nor_inject(stored, said):
    word = said.replace("\0", " ").replace('"', " ").replace("NEAR(", "near")
    batch = stored({"a": f"before {word} after", "b": "nothing here"})
    quoted = '"' + word + '"'
    assert set(sk.search(batch, quoted)["recording_id"]) == {"a"}
    assert len(sk.search(batch, "nothing")) == 1


def two_channels(said, turns):
    """A payload of words as (text, channel), half a second each, and of turns as the positions of their words."""
    words = [{"text": t, "start": n * 500, "end": n * 500 + 400, "speaker": c, "channel": c} for n, (t, c) in enumerate(said)]
    spoken = [[words[position] for position in turn] for turn in turns]
    utterances = [
        {"start": own[0]["start"], "end": own[-1]["end"], "speaker": own[0]["speaker"], "channel": own[0]["channel"], "words": own}
        | {"text": " ".join(word["text"] for word in own)}
        for own in spoken
    ]
    return json.dumps({"id": "t", "status": "completed", "text": "", "words": words, "utterances": utterances}).encode()


BOTH = two_channels(
    [("we", "1"), ("climate", "1"), ("mhm", "2"), ("change", "1"), ("mhm", "2"), ("here", "1"), ("yes", "2")],
    [(0, 1, 3, 5), (2,), (4,), (6,)],
)


def test_a_phrase_is_found_whatever_another_channel_says_meanwhile(stored):
    batch = stored({"a": BOTH})
    line = sk.search(batch, '"climate change"').iloc[0]
    assert (line["left"], line["match"], line["right"]) == ("we", "climate change", "here mhm mhm yes")
    assert (line["word_index"], line["start_ms"], line["end_ms"], line["speaker"]) == (1, 500, 1900, "1")
    assert sk.search(batch, '"climate mhm"').empty
    assert sk.ngrams(batch, 2, at_least=1)["ngram"].tolist() == [
        "change here",
        "climate change",
        "here mhm",
        "mhm mhm",
        "mhm yes",
        "we climate",
    ]
    assert sk.collocates(batch, "climate", 1, at_least=1)["word"].tolist() == ["change", "we"]


def test_lines_of_several_channels_come_in_the_order_of_time(stored):
    batch = stored({"a": BOTH})
    assert sk.search(batch, "m* OR c* OR h*")["word_index"].tolist() == [1, 2, 3, 4, 5]
    words = sk.to_frame(batch, "words")
    assert sk.search(batch, "y* OR m*")["match"].tolist() == words["text"].iloc[[2, 4, 6]].tolist()


# -- which lines, in which order --------------------------------------------------------------------------------------


def test_lines_of_some_speakers(stored):
    batch = stored(TALK)
    assert set(sk.search(batch, "climate", speaker="B")["word_index"]) == {5, 9}
    assert found(sk.search(batch, "climate", speaker=["A", "C"])) == [("a.mp3", 0), ("b.mp3", 7)]
    assert sk.search(batch, "climate", speaker="Z").empty
    for several in (pd.Series(["A", "C"]), {"A": 1, "C": 2}.keys(), ("A", "C", None)):
        assert found(sk.search(batch, "climate", speaker=several)) == [("a.mp3", 0), ("b.mp3", 7)]
    assert found(sk.search(batch, "kind", speaker=[None])) == [("c.mp3", 3)]


def test_columns_of_the_manifest_get_names_of_their_own(stored):
    lines = sk.search(stored({"a": "so it is"}, {"left": ["mine"], "left_manifest": ["mine too"]}), "it")
    assert lines[["left", "left_manifest", "left_manifest_manifest"]].iloc[0].tolist() == ["so", "mine too", "mine"]


@pytest.mark.parametrize(
    "where",
    [{"year": 2020}, {"year": [2020, 1999]}, {"year": 2020, "place": "Bonn"}, lambda manifest: manifest["year"] == 2020],
    ids=["value", "list", "two columns", "function"],
)
def test_recordings_are_chosen_by_their_manifest(stored, where):
    batch = stored(TALK, {"year": [2019, 2020, 2021], "place": ["Bonn"] * 3})
    assert set(sk.search(batch, "climate", where=where)["recording_id"]) == {"b.mp3"}


def test_a_manifest_without_values_chooses_nothing(stored):
    batch = stored(TALK, {"year": pd.array([None, 2020, None], dtype="Int64")})
    assert set(sk.search(batch, "climate", where={"year": 2020})["recording_id"]) == {"b.mp3"}


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ({"year": None}, ["b.mp3"]),
        ({"year": [2024, None]}, ["a.mp3", "b.mp3"]),
        ({"kind": float("nan")}, ["b.mp3"]),
        ({"day": "2024-01-01"}, ["a.mp3"]),
        ({"recording_id": ["c.mp3", "a.mp3"]}, ["a.mp3", "c.mp3"]),
        (lambda manifest: manifest["flag"], ["a.mp3"]),
    ],
)
def test_every_verb_chooses_the_same_recordings(stored, where, names):
    days = pd.to_datetime(["2024-01-01", None, "2023-05-06"])
    columns = {"year": [2024.0, None, 2023.0], "kind": ["call", None, "talk"], "day": days, "flag": [True, None, False]}
    batch = stored(dict.fromkeys(TALK, "river"), columns)
    assert sk.search(batch, "river", where=where)["recording_id"].tolist() == names
    assert sk.to_frame(batch, "words", where=where)["recording_id"].tolist() == names
    assert sk.dispersion(batch, "river", where=where)["frequency"].tolist() == [len(names)]


def test_a_column_of_mixed_types_is_asked_for_text(stored):
    batch = stored(TALK, {"mixed": pd.Series([1, "x", 2.5], dtype="object")})
    assert set(sk.to_frame(batch, "words", where={"mixed": "1"})["recording_id"]) == {"a.mp3"}
    assert set(sk.search(batch, "climate", where={"mixed": ["1", "x"]})["recording_id"]) == {"a.mp3", "b.mp3"}
    with pytest.raises(OptionError, match=r"'mixed' holds values of the type str.*A column of mixed types is stored as text"):
        sk.to_frame(batch, "words", where={"mixed": 1})


@pytest.mark.parametrize("where", [{"year": "2024"}, {"kind": 1}])
def test_every_verb_refuses_what_no_recording_can_answer(stored, where):
    batch = stored(TALK, {"year": [1, 2, 3], "kind": ["call", "talk", "talk"]})
    for verb in (lambda: sk.search(batch, "river", where=where), lambda: sk.to_frame(batch, "words", where=where)):
        with pytest.raises(OptionError, match="holds values of the type"):
            verb()


def test_the_orders(stored):
    batch = stored({"a": "red cat zoo Blue cat bar", "b": "cat"})
    assert sk.search(batch, "cat", sort="left1")["left"].tolist() == ["", "red cat zoo Blue", "red"]
    assert sk.search(batch, "cat", sort="right1")["right"].tolist() == ["", "bar", "zoo Blue cat bar"]
    assert sk.search(batch, "c* OR b*", sort="match")["match"].tolist() == ["bar", "Blue", "cat", "cat", "cat"]


def test_neighbours_farther_out_decide_when_the_nearest_are_equal(stored):
    batch = stored({"a": "z the cat", "b": "b the cat"})
    assert sk.search(batch, "cat", sort="left1")["recording_id"].tolist() == ["b", "a"]


@pytest.mark.parametrize("sort", ["time", "left1", "right2", "match", "speaker"])
def test_a_limit_gives_the_first_lines_of_the_whole(stored, sort):
    batch = stored(TALK)
    whole = sk.search(batch, "the OR climate", sort=sort)
    assert len(whole) > 3
    assert sk.search(batch, "the OR climate", sort=sort, limit=3).equals(whole.head(3))


TEXTS = st.lists(st.lists(st.sampled_from(["a", "b", "co-co", ""]), max_size=8).map(" ".join), min_size=1, max_size=6)


@examples(25)
@given(texts=TEXTS, limit=st.integers(0, 9), query=st.sampled_from(["a", '"a b"', "a NEAR/1 b", "co", "a NOT b"]))
def test_the_first_lines_are_the_head_of_all_lines(stored, texts, limit, query):
    corpus = stored({f"r{number}": text for number, text in enumerate(texts)})
    first, everything = sk.search(corpus, query, limit=limit), sk.search(corpus, query)
    assert first.equals(everything.head(limit).reset_index(drop=True))


@pytest.mark.parametrize("limit", [0, 1])
def test_small_limits(stored, limit):
    assert len(sk.search(stored(TALK), "climate", limit=limit)) == limit


def test_a_batch_searches_its_own_recordings_and_a_corpus_all(stored, tmp_path):
    first = stored(TALK, folder=tmp_path / "one")
    second = stored({"d.mp3": "climate again"}, folder=tmp_path / "one", number=2)
    assert set(sk.search(first, "climate")["recording_id"]) == {"a.mp3", "b.mp3"}
    assert found(sk.search(second, "climate")) == [("d.mp3", 0)]
    assert set(sk.search(sk.open_corpus(first.path), "climate")["recording_id"]) == {"a.mp3", "b.mp3", "d.mp3"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"sort": "left"}, "Did you mean 'left"),
        ({"where": {"yeer": 1}}, "Did you mean 'year'"),
        ({"context": -1}, "whole numbers"),
        ({"limit": -1}, "whole numbers"),
        ({"limit": 2.5}, "whole numbers"),
        ({"context": "8"}, "whole numbers"),
        ({"speaker": 5}, "int is not a name"),
    ],
)
def test_what_cannot_be_is_refused(stored, arguments, sentence):
    with pytest.raises(OptionError, match=sentence):
        sk.search(stored(TALK, {"year": [1, 2, 3]}), "climate", **arguments)


@pytest.mark.parametrize("sort", ["time", "left1"])
@pytest.mark.parametrize("asked", [1, 2, 3])
def test_a_search_for_many_lines_stops_when_it_is_cancelled(stored, sort, asked):
    corpus = stored({f"{number}": "bridge " * 300 for number in range(3)})
    answers = iter([False] * (asked - 1) + [True])
    with pytest.raises(SearchCancelledError):
        sk.search(corpus, "bridge", sort=sort, cancelled=lambda: next(answers))
    assert next(answers, None) is None


def test_a_search_that_is_not_cancelled_gives_all_lines(stored):
    corpus = stored(TALK)
    pd.testing.assert_frame_equal(sk.search(corpus, "climate", cancelled=lambda: False), sk.search(corpus, "climate"))


# -- brute force ------------------------------------------------------------------------------------------------------

WORDS = st.sampled_from(["a", "b", "ab", "abc", "b-a"])
RECORDING = st.lists(WORDS, max_size=12).map(" ".join)


def stream(text):
    """Every searchable word with the number of the word it was written in."""
    return [(part, number) for number, word in enumerate(text.split()) for part in word.split("-")]


def scan(text, hit):
    """Lines as (first word, last word) of all pairs of places that ``hit`` calls one."""
    words = stream(text)
    spans = [(i, j) for i in range(len(words)) for j in range(i, len(words)) if hit([word for word, _ in words], i, j)]
    return sorted({(words[i][1], words[j][1]) for i, j in spans})


def lines(corpus, query):
    frame = sk.search(corpus, query)
    last = frame["word_index"] + frame["match"].str.split().str.len() - 1
    return sorted(zip(frame["recording_id"], frame["word_index"], last, strict=True))


@examples(40)
@given(texts=st.lists(RECORDING, min_size=1, max_size=4), phrase=st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=3))
def test_words_phrases_and_prefixes_equal_a_scan(stored, texts, phrase):
    corpus = stored({f"r{number}": text for number, text in enumerate(texts)})
    head, end = phrase[:-1], phrase[-1]

    def whole(words, i, j):
        return words[i : j + 1] == phrase

    def begun(words, i, j):
        return words[i:j] == head and words[j].startswith(end)

    for query, hit in ((f'"{" ".join(phrase)}"', whole), (f'"{" ".join(phrase)}*"', begun)):
        expected = [(f"r{n}", first, last) for n, text in enumerate(texts) for first, last in scan(text, hit)]
        assert lines(corpus, query) == sorted(expected)


@examples(40)
@given(texts=st.lists(RECORDING, min_size=1, max_size=4), distance=st.integers(0, 4))
def test_near_equals_a_scan(stored, texts, distance):
    corpus = stored({f"r{number}": text for number, text in enumerate(texts)})

    def nearest(words, i, j):
        """One end is an "a", the other the "b*" nearest to it, after it if there are two."""
        ends = [(i, j)] * (words[i] == "a" and words[j].startswith("b")) + [(j, i)] * (words[j] == "a" and words[i].startswith("b"))
        for at, other in ends:
            gaps = sorted((abs(k - at), k < at, k) for k, word in enumerate(words) if k != at and word.startswith("b"))
            if gaps[0][2] == other and gaps[0][0] - 1 <= distance:
                return True
        return False

    expected = [(f"r{n}", first, last) for n, text in enumerate(texts) for first, last in scan(text, nearest)]
    assert lines(corpus, f"a NEAR/{distance} b*") == sorted(expected)


@examples(30)
@given(texts=st.lists(RECORDING, min_size=1, max_size=5))
def test_and_or_not_equal_a_scan(stored, texts):
    corpus = stored({f"r{number}": text for number, text in enumerate(texts)})
    has = {f"r{n}": {word for word, _ in stream(text)} for n, text in enumerate(texts)}
    cases = {
        "a AND b": lambda words: {"a", "b"} <= words,
        "a OR b": lambda words: bool({"a", "b"} & words),
        "a NOT (b OR ab)": lambda words: "a" in words and not {"b", "ab"} & words,
        "a AND NOT abc": lambda words: "a" in words and "abc" not in words,
    }
    for query, answers in cases.items():
        assert set(sk.search(corpus, query)["recording_id"]) == {name for name, words in has.items() if answers(words)}


QUERY = st.recursive(
    st.sampled_from(["a", "b", "ab", "a*", '"a b"', '"b a*"']),
    lambda parts: st.one_of(
        st.tuples(parts, st.sampled_from(["AND", "OR", "NOT"]), parts).map(lambda three: f"({three[0]}) {three[1]} ({three[2]})"),
        st.tuples(st.sampled_from(["a", "a*", '"a b"']), st.integers(0, 3), st.sampled_from(["a", "ab", '"b a"'])).map(
            lambda near: f"{near[0]} NEAR/{near[1]} {near[2]}"
        ),
    ),
    max_leaves=4,
)


@examples(60)
@given(texts=st.lists(RECORDING, min_size=1, max_size=5), query=QUERY)
def test_the_index_passes_over_nothing_that_answers(stored, texts, query):
    corpus = stored({f"r{number}": text for number, text in enumerate(texts)})
    with IndexedCorpus(corpus) as indexed:
        expected = {name for name, text in indexed.texts() if spans(parse(query), text)}
    assert set(sk.search(corpus, query)["recording_id"]) == expected


SEARCH_FOR_LITTLE = """
    import resource, sys
    import scribekit as sk
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    corpus = sk.open_corpus(sys.argv[1])
    assert len(sk.search(corpus, "w3 w4", limit=5)) == 5
    assert len(sk.search(corpus, "x" * 5_000_000)) == 1
    assert len(sk.ngrams(corpus, 3)) > 0
    assert set(sk.to_frame(corpus, "words")["speaker"].dropna().str.len()) == {1, 5_000_000}
    sk.build_tables(corpus, progress=False)
    assert set(sk.to_frame(corpus, "words")["speaker"].dropna().str.len()) == {1, 5_000_000}
    sk.build_index(corpus, rebuild=True, progress=False)
"""


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not bound the memory that is asked for")
def test_one_word_of_five_megabytes_asks_for_no_more_memory_than_it_has(stored):
    """Few different words, many times, and one that is long: Arrow would reserve the mean length for each."""
    words = [
        {"text": f"w{number % 5}", "start": number * 100, "end": number * 100 + 90, "confidence": 0.9, "speaker": "AB"[number // 50 % 2]}
        for number in range(60_000)
    ]
    words[30_000]["text"] = words[40_000]["speaker"] = "x" * 5_000_000
    body = json.dumps({"id": "t-a-1", "status": "completed", "words": words, "audio_duration": 6000}).encode()
    batch = stored({"a": body, "b": "w3 w4"})
    command = [sys.executable, "-c", textwrap.dedent(SEARCH_FOR_LITTLE), str(batch.path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
