import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.fulltext.concordance import measures

COUNT = st.integers(0, 1000)


def test_log_likelihood_is_that_of_dunning():
    # Dunning (1993), table 1: "the swiss" has G² 270.72 with these counts.
    assert measures.log_likelihood([110], [2442], [111], [29114])[0] == pytest.approx(270.72, abs=0.01)


def test_the_likelihood_of_two_corpora_is_that_of_a_hand_computation():
    expected = 2 * (30 * math.log(30 / 20) + 10 * math.log(10 / 20))
    assert measures.two_corpus_log_likelihood([30], 1000, [10], 1000)[0] == pytest.approx(expected)


@given(a=COUNT, b=COUNT, c=COUNT, d=COUNT)
def test_log_likelihood_does_not_depend_on_how_the_table_is_turned(a, b, c, d):
    value = measures.log_likelihood([a], [b], [c], [d])[0]
    assert value >= 0
    assert measures.log_likelihood([a], [c], [b], [d])[0] == pytest.approx(value, abs=1e-6)
    assert measures.log_likelihood([d], [c], [b], [a])[0] == pytest.approx(value, abs=1e-6)


def test_log_ratio_of_a_word_that_one_side_lacks_is_finite():
    assert measures.log_ratio([8], 100, [0], 100).tolist() == [4.0]
    assert measures.log_ratio([0], 100, [8], 100).tolist() == [-4.0]


def test_dispersion_is_that_of_a_hand_computation():
    dp, norm = measures.deviation_of_proportions([1, 2, 3], [100, 200, 300])
    assert (dp, norm) == (0.0, 0.0)
    dp, norm = measures.deviation_of_proportions([3, 0, 0], [100, 200, 300])
    assert dp == pytest.approx(5 / 6)
    assert norm == pytest.approx(1.0)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(50, 500)), min_size=2, max_size=8))
def test_dispersion_stays_within_its_bounds(parts):
    counts, sizes = np.array(parts).T
    figures = (*measures.deviation_of_proportions(counts, sizes), measures.juilland_d(counts, sizes))
    if counts.sum():
        assert all(-1e-9 <= figure <= 1 + 1e-9 for figure in figures)
    else:
        assert all(math.isnan(figure) for figure in figures)


def test_one_part_says_nothing_about_dispersion():
    assert math.isnan(measures.juilland_d([3], [100]))
    assert math.isnan(measures.deviation_of_proportions([3], [100])[1])
