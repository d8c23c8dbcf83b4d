from collections import Counter

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

import scribekit as sk
from scribekit.base import schema
from scribekit.base.errors import OptionError

TEXTS = st.lists(st.lists(st.sampled_from("abcd"), max_size=15).map(" ".join), min_size=1, max_size=4)
with_corpora = examples(25)


def corpus_of(stored, texts):
    return stored({f"r{number}": text for number, text in enumerate(texts)})


def dtypes(frame):
    return frame.dtypes.astype(str).to_dict()


@with_corpora
@given(texts=TEXTS, span=st.integers(1, 4))
def test_collocates_are_those_of_a_scan(stored, texts, span):
    near, everything = Counter(), Counter()
    for words in map(str.split, texts):
        everything.update(words)
        uses = [at for at, word in enumerate(words) if word == "a"]
        near.update(w for at, w in enumerate(words) if w != "a" and any(abs(at - use) <= span for use in uses))
    frame = sk.collocates(corpus_of(stored, texts), "a", span, at_least=1).set_index("word")
    assert frame["together"].to_dict() == dict(near)
    assert frame["frequency"].to_dict() == {word: everything[word] for word in near}
    reached, total = sum(near.values()), sum(everything.values())
    for word, row in frame.iterrows():
        assert row["expected"] == pytest.approx(reached * everything[word] / total)


@pytest.mark.parametrize(("measure", "column"), [("logdice", "log_dice"), ("mi", "mi"), ("t", "t_score"), ("ll", "ll")])
def test_collocates_come_in_the_order_of_the_measure(stored, measure, column):
    frame = sk.collocates(corpus_of(stored, ["a b c a b d x x x", "b a x d c c"]), "a", 2, measure, at_least=1)
    assert len(frame) > 3
    assert frame[column].is_monotonic_decreasing


@with_corpora
@given(texts=TEXTS, n=st.integers(1, 3))
def test_ngrams_are_counted_and_are_as_many_as_the_lines_of_the_phrase(stored, texts, n):
    corpus = corpus_of(stored, texts)
    runs = [list(zip(*(words[start:] for start in range(n)), strict=False)) for words in map(str.split, texts)]
    counts = Counter(" ".join(run) for part in runs for run in part)
    frame = sk.ngrams(corpus, n, at_least=1)
    assert dict(zip(frame["ngram"], frame["frequency"], strict=True)) == dict(counts)
    for row in frame.head(2).itertuples():
        lines = sk.search(corpus, f'"{row.ngram}"')
        assert len(lines) == row.frequency
        assert lines["recording_id"].nunique() == row.recordings


def test_keyness_between_values_of_a_column(stored):
    batch = stored({"a": "cat " * 10 + "the " * 10, "b": "dog " * 10 + "the " * 10, "c": "eel"}, {"pet": ["cats", "dogs", None]})
    frame = sk.keyness(batch, "pet")
    assert set(frame["group"]) == {"cats", "dogs"}
    cats = frame[frame["group"] == "cats"].set_index("word")
    assert cats.index.tolist() == ["cat", "the", "dog"]
    assert cats.loc["cat", ["frequency", "rest_frequency", "per_million"]].tolist() == [10, 0, 500_000]
    assert cats.loc["the", "ll"] == cats.loc["the", "log_ratio"] == 0
    assert cats.loc["dog", "ll"] == -cats.loc["cat", "ll"] < 0


def test_keyness_between_speakers(stored):
    batch = stored({"r": [("A", "yes yes yes well-known"), ("B", "no no no"), ("A", "yes")]})
    frame = sk.keyness(batch, measure="logratio", at_least=1).set_index(["group", "word"])
    assert frame.loc[("A", "yes"), "frequency"] == 4
    assert frame.loc[("A", "known"), "frequency"] == 1
    assert frame.loc[("B", "yes"), ["frequency", "rest_frequency"]].tolist() == [0, 4]


def test_a_group_in_which_nothing_was_said_is_none(stored):
    recordings, groups = {"a": "cat dog", "b": "", "c": "eel"}, {"pet": ["x", "y", "z"]}
    assert set(sk.keyness(stored(recordings, groups), "pet", at_least=1)["group"]) == {"x", "z"}
    with pytest.raises(OptionError, match="has 1 with words in it"):
        sk.keyness(stored({"a": "cat " * 9, "b": ""}, {"pet": ["x", "y"]}), "pet")


@pytest.mark.parametrize(
    ("values", "groups"),
    [
        ([2000.0, 2001.0, None], {"2000", "2001"}),
        ([True, False, True], {"yes", "no"}),
        ([["x"], ["y"], None], {"['x']", "['y']"}),
    ],
)
def test_groups_are_called_as_the_facets_call_them(stored, values, groups):
    batch = stored({"a": "cat", "b": "dog", "c": "eel"}, {"pet": values})
    assert set(sk.keyness(batch, "pet", at_least=1)["group"]) == groups


def test_dispersion(stored):
    batch = stored({"a": "x y x y", "b": "x y z z", "c": "x x y y", "empty": ""})
    frame = sk.dispersion(batch, ["y", "z", '"x y"', "absent"]).set_index("word")
    assert frame["frequency"].tolist() == [5, 2, 4, 0]
    assert frame["recordings"].tolist() == [3, 1, 3, 0]
    assert frame.loc["z", ["recordings_share", "dp", "dp_norm"]].tolist() == pytest.approx([1 / 3, 2 / 3, 1])
    assert frame.loc["z", "juilland_d"] == pytest.approx(0)
    assert frame.loc["absent", ["dp", "juilland_d"]].isna().all()


def test_only_some_recordings_are_counted(stored):
    batch = stored({"a": "x x", "b": "x y"}, {"year": [1, 2]})
    assert sk.ngrams(batch, 1, at_least=1, where={"year": 2})["ngram"].tolist() == ["x", "y"]
    assert sk.dispersion(batch, "x", where={"year": 1})["frequency"].tolist() == [2]


VERBS = {
    "collocates": (lambda corpus: sk.collocates(corpus, "a"), schema.COLLOCATES),
    "dispersion": (lambda corpus: sk.dispersion(corpus, ["a"]), schema.DISPERSION),
    "ngrams": (sk.ngrams, schema.NGRAMS),
}


@pytest.mark.parametrize("name", VERBS)
@pytest.mark.parametrize("recordings", [{}, {"r": ""}, {"r": "a b a b a b a b"}], ids=["no recordings", "no words", "words"])
def test_frames_equal_their_tables(stored, name, recordings):
    verb, table = VERBS[name]
    assert dtypes(verb(stored(recordings))) == table.dtypes


def test_the_keyness_frame_equals_its_table(stored):
    assert dtypes(sk.keyness(stored({"r": [("A", "a"), ("B", "b")]}))) == schema.KEYNESS.dtypes


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda corpus: sk.collocates(corpus, "a", measure="dice"), "Did you mean 'logdice'"),
        (lambda corpus: sk.collocates(corpus, "a", span=0), "reaches no word"),
        (lambda corpus: sk.collocates(corpus, "a", span=2.5), "reaches no word"),
        (lambda corpus: sk.collocates(corpus, "a", "logdice"), "'logdice' reaches no word"),
        (lambda corpus: sk.keyness(corpus, ["year"]), "no column"),
        (lambda corpus: sk.keyness(corpus, "yeer"), "Did you mean 'year'"),
        (lambda corpus: sk.keyness(corpus, "year"), "compares groups"),
        (lambda corpus: sk.keyness(corpus, measure="lll"), "'ll'"),
        (lambda corpus: sk.ngrams(corpus, 0), "make no run"),
        (lambda corpus: sk.ngrams(corpus, 2.0), "make no run"),
        (lambda corpus: sk.ngrams(corpus, "2"), "'2' words make no run"),
        (lambda corpus: sk.dispersion(corpus, [""]), "empty"),
        (lambda corpus: sk.dispersion(corpus, 5), "not int"),
    ],
)
def test_what_cannot_be_is_refused(stored, call, sentence):
    with pytest.raises(OptionError, match=sentence):
        call(stored({"r": "a b"}, {"year": [1]}))


def test_the_words_of_the_service_are_counted_where_there_are_no_spaces(stored):
    said = [("A", "今天 天气 好 今天 天气 坏"), ("B", "今天 iPhone 好")]
    batch = stored({"a": said, "b": "今天 天气 好"})
    found = sk.ngrams(batch, at_least=1).set_index("ngram")["frequency"]
    assert found["今天 天气"] == 3
    assert sk.ngrams(batch, 1, at_least=1).set_index("ngram")["frequency"].to_dict() == {
        "今天": 4,
        "天气": 3,
        "好": 3,
        "坏": 1,
        "iphone": 1,
    }
    near = sk.collocates(batch, "天气", 1, at_least=1).set_index("word")
    assert near["together"].to_dict() == {"今天": 3, "好": 2, "坏": 1}
    assert sk.collocates(batch, "气", 1, at_least=1).set_index("word")["frequency"].to_dict() == {"今天": 4, "好": 3, "坏": 1}
    assert sk.keyness(batch, at_least=1).set_index(["group", "word"]).loc[("A", "天气"), "frequency"] == 2
    assert sk.dispersion(batch, "天气")["frequency"].tolist() == [3]
