import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.base.folding import fold, with_names
from scribekit.base.text import normalise
from scribekit.fulltext.concordance import terms


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("İ", "i"), ("I", "ı"), ("۱۲۳", "123"), ("٣", "3"), ("९", "9"), ("علي", "علی"), ("كتاب", "کتاب"), ("Straße", "STRASSE"),
        ("don´t", "don’t"), ("O‘Brien", "O'Brien"), ("5′", "5'"), ("ﬁne", "fine"), ("Ａ", "a"), ("ὈΔΥΣΣΕΎΣ", "ὀδυσσεύς"),
    ],
)  # fmt: skip
def test_evaluation_and_search_fold_by_one_table(one, other):
    assert fold(one) == fold(other)
    assert normalise(one) == normalise(other)
    assert terms(one) == terms(other)


def test_names_with_signs_are_words():
    assert with_names("c++ and c# (f#), a+, g++.") == "c＋＋ and c＃ (f＃), a＋, g＋＋."
    for text in ("disney+", "c + d", "d+k", "c+++", "#5", "1+", "item#"):
        assert with_names(text) == text
