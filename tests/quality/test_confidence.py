import numpy as np
import pandas as pd
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from scribekit.quality.confidence import BINS, NOBODY, NOTHING, Distributions, Selection, bins_of

word = st.tuples(
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from(["A", "B", None]),
    st.integers(0, 20_000),
    st.integers(0, 900),
    st.none() | st.integers(0, 100).map(lambda hundredths: hundredths / 100),
)
selections = st.builds(
    Selection,
    low=st.integers(0, 60),
    high=st.integers(61, BINS),
    picked=st.dictionaries(
        st.sampled_from(["recording", "speaker", "kind"]), st.frozensets(st.sampled_from(["a", "b", "A", NOBODY, "talk"]), min_size=1)
    ),
)
KINDS = pd.DataFrame({"kind": ["talk", None, "call"]}, index=["a", "b", "c"])


def frame(words):
    columns = pd.DataFrame(words, columns=["recording_id", "speaker", "start_ms", "lasts", "confidence"])
    columns["end_ms"] = columns["start_ms"] + columns["lasts"]
    return columns.astype({"recording_id": "str", "speaker": "str", "start_ms": "int64", "end_ms": "int64", "confidence": "float64"})


def chosen(words, selection, *, beside=None):
    """The words of a selection, found one by one."""
    values = {
        "recording": words["recording_id"],
        "speaker": words["speaker"].fillna(NOBODY),
        "kind": words["recording_id"].map(KINDS["kind"]).fillna(NOTHING),
    }
    kept = pd.Series(data=True, index=words.index)
    for dimension, picked in selection.picked.items():
        if dimension != beside:
            kept &= values[dimension].isin(picked)
    if not selection.is_of_all_bins:
        kept &= (words["confidence"] >= selection.low / BINS - 1e-9) & (
            (words["confidence"] < selection.high / BINS - 1e-9) | (selection.high == BINS)
        )
    return words[kept].assign(**{name: column[kept] for name, column in values.items()})


@examples(40)
@given(st.lists(word, min_size=1, max_size=40), selections)
def test_a_histogram_counts_the_words_of_the_picked_groups(words, selection):
    table = frame(words)
    found = Distributions(table, KINDS, lambda confidence: 1 - confidence).histogram(selection)
    expected = chosen(table, Selection(picked=selection.picked)).dropna(subset="confidence")
    assert found["words"] == np.bincount(bins_of(expected["confidence"]), minlength=BINS).tolist()
    assert sum(found["ms"]) == pytest.approx(expected["lasts"].sum())
    assert sum(found["errors"]) == pytest.approx((1 - expected["confidence"]).sum())


@examples(40)
@given(st.lists(word, min_size=1, max_size=40), selections, st.sampled_from(["recording", "speaker", "kind"]), st.integers(0, 100))
def test_groups_are_those_of_a_plain_groupby_narrowed_by_all_but_themselves(words, selection, dimension, threshold):
    table = frame(words)
    found = Distributions(table, KINDS, lambda confidence: 1 - confidence).groups(dimension, selection, below=threshold / 100)
    expected = chosen(table, selection, beside=dimension).dropna(subset="confidence").groupby(dimension)["confidence"]
    assert dict(zip(found["group"], found["words"], strict=True)) == expected.size().to_dict()
    for row in found.itertuples():
        confidences = expected.get_group(row.group)
        assert row.mean == pytest.approx(confidences.mean())
        assert row.share_below == pytest.approx((confidences < threshold / 100 - 1e-9).mean() if threshold < 100 else 1.0)
        assert row.median == pytest.approx(bins_of(confidences.quantile(0.5, interpolation="lower")) / BINS)


@examples(40)
@given(st.lists(word, min_size=1, max_size=40), selections)
def test_a_stretch_is_held_when_one_of_its_speakers_words_in_it_is_selected(words, selection):
    table = frame(words)
    found = Distributions(table, KINDS, lambda confidence: 1 - confidence)
    parts = pd.DataFrame(
        {"recording_id": ["a", "b", "nowhere"], "speaker": ["A", None, "A"], "start_ms": [1000, 0, 0], "end_ms": [9000, 20_001, 9000]}
    )
    kept = chosen(table, selection)
    in_a = kept[(kept["recording_id"] == "a") & (kept["speaker"] == "A") & kept["start_ms"].between(1000, 8999)]
    in_b = kept[(kept["recording_id"] == "b") & (kept["speaker"] == NOBODY)]
    assert found.contain_selected(found.spans(parts), selection).tolist() == [len(in_a) > 0, len(in_b) > 0, False]
    assert found.recordings(selection) == set(kept["recording_id"])


def test_values_of_a_column_stand_in_their_own_order_and_missing_ones_last():
    words = frame([(name, "A", 0, 100, 0.5) for name in "abcd"])
    columns = pd.DataFrame({"year": [2010.0, 999.0, None, 2001.0]}, index=list("abcd"))
    found = Distributions(words, columns, lambda confidence: 1 - confidence)
    assert found.names("year") == ["999", "2001", "2010", NOTHING]
    mixed = Distributions(words, pd.DataFrame({"mark": [1, "x", None, "b"]}, index=list("abcd")), lambda confidence: 1 - confidence)
    assert mixed.names("mark") == ["1", "b", "x", NOTHING]


def test_ridges_are_coarser_histograms_of_the_groups_asked_for():
    words = frame([("a", "A", 0, 1, 0.01), ("a", "A", 0, 1, 0.03), ("b", "A", 0, 1, 1.0)])
    found = Distributions(words, KINDS, lambda confidence: 1 - confidence)
    b, a = found.ridges("recording", Selection(), ["b", "a"], bins=4)
    assert (a, b) == ([2, 0, 0, 0], [0, 0, 0, 1])


def test_a_corpus_without_words_has_empty_distributions():
    found = Distributions(frame([]), pd.DataFrame(index=pd.Index([], dtype="str")), lambda confidence: 1 - confidence)
    assert found.histogram(Selection())["words"] == [0.0] * BINS
    assert found.groups("recording", Selection(), below=0.9).empty
    assert found.recordings(Selection()) == set()


def test_no_error_is_expected_of_words_that_a_person_judged():
    words = frame([("a", "A", 0, 1, 0.4), ("a", "A", 5, 1, 0.4), ("a", "A", 9, 1, None)]).assign(settled=[True, False, True])
    found = Distributions(words, KINDS, lambda confidence: 1 - confidence)
    assert sum(found.histogram(Selection())["errors"]) == pytest.approx(0.6)
    assert sum(found.histogram(Selection())["words"]) == 2
