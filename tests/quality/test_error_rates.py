import itertools

import jiwer
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.quality.error_rates import ErrorCounts, align, character_counts, interval, total

WORDS = st.lists(st.sampled_from("abcd"), max_size=12)


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=5))
def test_word_errors_are_jiwers_summed_over_the_recordings(pairs):
    references, hypotheses = [list(side) for side in zip(*pairs, strict=True)]
    counts = total([alignment.counts() for alignment in align(references, hypotheses)])
    by_jiwer = jiwer.process_words([" ".join(words) for words in references], [" ".join(words) for words in hypotheses])
    assert (counts.hits, counts.substitutions) == (by_jiwer.hits, by_jiwer.substitutions)
    assert (counts.deletions, counts.insertions) == (by_jiwer.deletions, by_jiwer.insertions)
    assert counts.rate == pytest.approx(by_jiwer.wer)


@given(WORDS, WORDS, st.integers(1, 4))
def test_groups_of_reference_words_add_up_to_the_recording(reference, hypothesis, groups):
    alignment = align([reference], [hypothesis])[0]
    parts = alignment.by_group(np.arange(len(reference)) % groups, groups)
    assert len(parts) == groups
    assert total(parts) == total(alignment.passages()) == alignment.counts()


@given(WORDS, WORDS)
def test_the_sides_of_an_alignment_agree(reference, hypothesis):
    alignment = align([reference], [hypothesis])[0]
    counts = alignment.counts()
    assert counts.reference == len(reference)
    assert alignment.correct.sum() == counts.hits
    assert alignment.inserted.sum() == counts.insertions
    hits = [(reference[owner], word) for word, owner, hit in zip(hypothesis, alignment.owner, alignment.correct, strict=True) if hit]
    assert all(said == heard for said, heard in hits)


def test_the_sum_of_errors_is_not_the_mean_of_the_rates():
    short, long = align([["a"], ["a"] * 99], [["b"], ["a"] * 99])
    assert (short.counts() + long.counts()).rate == 0.01


@pytest.mark.parametrize(("reference", "hypothesis", "rate"), [("", "", 0), ("", "a b", 2), ("a b", "", 1), ("a b", "a b", 0)])
def test_empty_sides_have_a_rate(reference, hypothesis, rate):
    assert align([reference.split()], [hypothesis.split()])[0].counts().rate == rate
    assert character_counts([reference], [hypothesis])[0].rate == (3 if rate == 2 else rate)


def test_nothing_to_align_is_nothing():
    assert align([], []) == []


# -- intervals --------------------------------------------------------------------------------------------------------


def test_the_interval_covers_the_true_rate_about_as_often_as_it_says():
    random = np.random.default_rng(5)
    covered = 0
    for trial in range(200):
        errors = random.binomial(100, 0.2, size=40)
        low, high = interval([(int(n), 100) for n in errors], seed=trial, resamples=300)
        covered += low <= 0.2 <= high
    assert 0.88 <= covered / 200 <= 0.99


def test_an_interval_is_the_same_for_the_same_seed():
    units = [(n, 10 + n) for n in range(5)]
    assert interval(units, seed=1) == interval(units, seed=1)
    assert interval(units, seed=1) != interval(units, seed=2)


def test_one_unit_tells_no_interval():
    assert np.isnan(interval([(1, 10)])).all()


def test_a_unit_in_which_nothing_could_go_wrong_does_not_explode_the_interval():
    low, high = interval([(5000, 0), (1000, 60_000), (2000, 60_000)])
    assert 1 / 60 <= low < 8 / 120 < high <= 12_000 / 60_000
    assert np.isnan(interval([(3, 0), (0, 0)])).all()


def test_the_interval_of_many_units_does_not_depend_on_how_many_are_weighed_at_once():
    units = [(n, 90 + n) for n in range(20)]
    assert interval(units, cells_at_once=50) == pytest.approx(interval(units))


def test_counts_add_up_in_any_order():
    units = [ErrorCounts(1, 2, 3, 4), ErrorCounts(5, 6, 7, 8), ErrorCounts()]
    assert {total(order) for order in itertools.permutations(units)} == {ErrorCounts(6, 8, 10, 12)}
