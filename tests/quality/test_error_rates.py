import itertools
import sys
import unicodedata

import jiwer
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scribekit.base.errors import MissingExtraError, OptionError
from scribekit.base.text import is_lettered, normalise, running, tokens
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


# -- normalisers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "compared"),
    [
        ("Twenty-one -- days/nights", "twenty one days nights"),
        ("Rock ’n’ roll isn’t ‘dead’.", "rock n roll isn't dead"),
        ("STRASSE, Straße", "strasse strasse"),
        ("ﬁne ①", "fine 1"),
        ("naïve café\u00a0Ω", "naïve café ω"),
        ("…!?", ""),
        ("snake_case", "snakecase"),
        ("राम की किताब का पता।", "राम की किताब का पता"),
        ("বাংলা, தமிழ்!", "বাংলা தமிழ்"),
        ("Kovac\u030c", "kovač"),
        ("❤\ufe0f 5\ufe0f\u20e3", "5"),
        ("3.5 is not 35.", "3.5 is not 35"),
        ("(-5), −5, x-5, 3-5 and – 5", "-5 -5 x 5 3 5 and 5"),
        ("a(-5)", "a -5"),
        ("1,250,000 or 1,25 or 10,00,000", "1250000 or 1.25 or 1000000"),
        ("½ …5", "1 2 5"),
        ("At 5:30: yes.", "at 5:30 yes"),
    ],
)
def test_basic_normalising(text, compared):
    assert normalise(text) == compared


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(text):
    once = normalise(text, "none")
    assert normalise(once, "none") == once
    assert "  " not in normalise(text)


@given(st.text(st.sampled_from("ab1-−–.,'( \u0301की你\ufe0f❤0"), max_size=20))
def test_what_is_normalised_stays_so_and_parts_into_tokens(text):
    once = normalise(text)
    assert normalise(once) == once
    assert "".join(tokens(text)) == once.replace(" ", "")
    assert all(token and not token.isspace() for token in tokens(text))
    assert tokens(running(tokens(text)), "none") == tokens(text)


@given(st.text(st.characters(categories=["L", "M"]), max_size=8))
def test_no_letter_and_no_mark_of_a_letter_is_lost(text):
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", "x" + text).casefold())
    assume(is_lettered(folded) and "ʼ" not in folded)
    assert normalise("x" + text) == folded


def test_characters_of_unspaced_scripts_are_tokens_however_they_are_spaced():
    assert tokens("你好 吗iPhone3年") == tokens("你好吗 iPhone3 年") == ["你", "好", "吗", "iphone3", "年"]
    assert tokens("กำลัง") == tokens("กำ ลัง")
    assert running(tokens("今日 は hot dog です。")) == "今日は hot dog です"


def test_an_unknown_normaliser_is_named():
    with pytest.raises(OptionError, match=r"'basics'.*'basic'"):
        normalise("a", "basics")


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


def test_without_jiwer_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "jiwer", None)
    with pytest.raises(MissingExtraError, match=r"scribekit\[metrics\]"):
        align([["a"]], [["a"]])


def test_counts_add_up_in_any_order():
    units = [ErrorCounts(1, 2, 3, 4), ErrorCounts(5, 6, 7, 8), ErrorCounts()]
    assert {total(order) for order in itertools.permutations(units)} == {ErrorCounts(6, 8, 10, 12)}
