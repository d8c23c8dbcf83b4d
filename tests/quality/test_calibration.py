import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import scribekit as sk
from scribekit.base import schema
from scribekit.base.errors import OptionError
from scribekit.quality.calibration import fit, isotonic_decreasing

FRACTIONS = st.lists(st.floats(0, 1), min_size=1, max_size=30)


def synthetic(n, reliability, seed=0):
    random = np.random.default_rng(seed)
    confidence = random.beta(2, 1, n)
    return confidence, random.random(n) < reliability(confidence)


def overconfident(confidence):
    return 0.1 + 0.8 * confidence**2


def test_a_known_reliability_is_recovered_within_its_interval():
    confidence, correct = synthetic(20_000, overconfident)
    table = fit(confidence, correct).table
    expected = overconfident(table["confidence"])
    inside = expected.between(table["accuracy_low"], table["accuracy_high"])
    assert inside.mean() >= 0.85  # each interval holds the true value in 95 of 100 cases
    assert table["n_words"].sum() == 20_000


def test_the_probability_of_error_is_the_one_it_was_made_with():
    calibration = fit(*synthetic(50_000, overconfident))
    asked = np.linspace(0.2, 0.95, 16)
    assert calibration.probability_of_error(asked) == pytest.approx(1 - overconfident(asked), abs=0.03)


def test_the_calibration_error_is_none_for_an_honest_recogniser_and_known_for_a_boaster():
    assert fit(*synthetic(50_000, lambda c: c)).ece < 0.01
    confidence, correct = synthetic(50_000, lambda c: c - 0.2 * c)
    assert fit(confidence, correct).ece == pytest.approx(0.2 * confidence.mean(), abs=0.01)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
def test_the_probability_of_error_never_rises_with_confidence(words):
    calibration = fit(*zip(*words, strict=True))
    risk = calibration.probability_of_error(np.linspace(0, 1, 21))
    assert (np.diff(risk) <= 1e-12).all()
    assert ((risk > 0) & (risk < 1)).all()
    assert calibration.table["n_words"].sum() == len(words)
    assert calibration.table.dtypes.astype(str).to_dict() == schema.RELIABILITY.dtypes


@given(FRACTIONS)
def test_the_nearest_falling_sequence_falls_and_keeps_the_sum(values):
    fitted = isotonic_decreasing(np.array(values), np.ones(len(values)))
    assert (np.diff(fitted) <= 1e-12).all()
    assert fitted.sum() == pytest.approx(sum(values))
    assert isotonic_decreasing(fitted, np.ones(len(values))) == pytest.approx(fitted)


def test_words_of_one_confidence_share_a_bin():
    calibration = fit([0.5] * 90 + [1.0] * 10, [True] * 45 + [False] * 45 + [True] * 10)
    assert calibration.table["n_words"].tolist() == [90, 10]


@pytest.mark.parametrize("correct", [True, False])
def test_a_missing_confidence_is_never_surely_right_or_wrong(correct):
    risk = fit([0.5] * 5, [correct] * 5).probability_of_error([np.nan, 0.5])
    assert risk.tolist() == [pytest.approx(0.5 / 6 if correct else 5.5 / 6)] * 2


def test_missing_confidence_is_left_out_and_answered_with_the_rate_of_all():
    calibration = fit([0.9, np.nan, 0.9, 0.9, 0.9], [True, False, True, True, False])
    assert calibration.n_words == 4
    assert calibration.probability_of_error(np.nan).tolist() == [0.3]


def test_nothing_to_learn_from():
    with pytest.raises(OptionError, match="nothing to calibrate"):
        fit([np.nan], [True])


def test_calibration_learns_from_the_words_that_references_cover(corpus):
    words = sk.to_frame(corpus, "words")
    texts = sk.to_frame(corpus).set_index("recording_id")["text"].to_dict()
    calibration = sk.calibrate(words, {"a": texts["a"], "b": ""})
    covered = words[words["recording_id"].isin(["a", "b"])]
    assert calibration.n_words == len(covered)
    right = np.average(calibration.table["accuracy"], weights=calibration.table["n_words"])
    assert right == pytest.approx((covered["recording_id"] == "a").mean())
    assert sk.calibrate(corpus, {"a": texts["a"], "b": ""}).ece == calibration.ece


def test_a_known_reliability_survives_the_alignment():
    random = np.random.default_rng(3)
    confidence = random.choice([0.3, 0.6, 0.9], 6000)
    said = random.choice(list("bcdefghklm"), 6000)
    heard = np.where(random.random(6000) < confidence, said, "wrong")
    words = pd.DataFrame({"recording_id": "a", "text": heard, "confidence": confidence})
    table = sk.calibrate(words, {"a": " ".join(said)}).table
    assert table["confidence"].tolist() == pytest.approx([0.3, 0.6, 0.9])
    assert table["confidence"].between(table["accuracy_low"], table["accuracy_high"]).all()


def test_a_word_that_is_compared_as_two_is_right_when_both_are():
    words = pd.DataFrame({"recording_id": "a", "text": ["Twenty-one", "well-known", "–"], "confidence": [0.9, 0.9, 0.9]})
    calibration = sk.calibrate(words, {"a": "twenty one well done"})
    assert calibration.table[["n_words", "accuracy"]].to_numpy().tolist() == [[2, 0.5]]


def test_words_that_are_known_to_be_right_or_wrong_need_no_reference(corpus):
    words = sk.to_frame(corpus, "words").assign(correct=lambda frame: frame["recording_id"] == "a")
    calibration = sk.calibrate(words)
    judged = sk.calibrate(words.drop(columns="correct"), words.loc[words["recording_id"] != "c", ["recording_id", "word_index", "correct"]])
    assert calibration.n_words == len(words)
    assert judged.n_words == (words["recording_id"] != "c").sum()
    assert np.average(calibration.table["accuracy"], weights=calibration.table["n_words"]) == pytest.approx(words["correct"].mean())
    assert calibration.signs.dtypes.astype(str).to_dict() == schema.SIGN_LIFTS.dtypes


def test_without_any_judgement_the_way_is_shown(corpus):
    with pytest.raises(OptionError, match=r"Nobody has judged a word yet.*sk\.review"):
        sk.calibrate(corpus)
    with pytest.raises(OptionError, match="a column 'correct'"):
        sk.calibrate(sk.to_frame(corpus, "words"))


def test_a_calibration_learns_from_a_review(reviewed):
    calibration = sk.calibrate(reviewed)
    assert calibration.n_words == 7
    assert np.average(calibration.table["accuracy"], weights=calibration.table["n_words"]) == pytest.approx(6 / 7)


def test_a_frame_has_no_manifest_to_read_references_from(corpus):
    with pytest.raises(OptionError, match="Give a batch or corpus"):
        sk.calibrate(sk.to_frame(corpus, "words"), "reference")


@pytest.mark.parametrize("words", [("yes", "no"), ("TRUE", "FALSE"), ("Y", "n"), (1, 0), ("1", "0"), ("right", "wrong")])
def test_verdicts_are_read_however_they_are_written(corpus, words):
    judged = sk.to_frame(corpus, "words").assign(correct=lambda frame: frame["recording_id"] == "a")
    written = judged.assign(correct=judged["correct"].map({True: words[0], False: words[1]}))
    expected = sk.calibrate(judged)
    pd.testing.assert_frame_equal(sk.calibrate(written).table, expected.table)
    bare = written[["recording_id", "word_index", "correct"]].astype({"word_index": "str"})
    pd.testing.assert_frame_equal(sk.calibrate(judged.drop(columns="correct"), bare).table, expected.table)


def test_verdicts_that_are_none_are_refused_in_our_words(corpus):
    words = sk.to_frame(corpus, "words")
    with pytest.raises(OptionError, match="'maybe' is neither yes nor no"):
        sk.calibrate(words.assign(correct="maybe"))
    with pytest.raises(OptionError, match="'word_index' is not a number in row 1"):
        sk.calibrate(words, words.assign(correct=True, word_index="x"))
    with pytest.raises(OptionError, match=r"row 3 .* is nan.*dtype=str"):
        sk.calibrate(words.assign(correct=True, text=words["text"].where(words.index != 2)))


def test_ids_that_lost_their_zeros_are_found_again(stored):
    words = sk.to_frame(stored({"0101": "one two", "0102": "one"}), "words")
    judged = words.assign(correct=True, recording_id=words["recording_id"].astype("int64"))
    assert sk.calibrate(words, judged[["recording_id", "word_index", "correct"]]).n_words == 3


def test_a_calibration_of_few_words_says_that_they_are_few():
    assert not fit([0.9] * 199, [True] * 199).is_enough
    assert fit([0.9] * 200, [True] * 200).is_enough
