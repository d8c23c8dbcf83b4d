import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from scribekit.quality.turn_uncertainty import OVERLAP, QUICK, STRAY, UNSURE, Turns, ranked, turn_uncertainty

TURN = st.tuples(st.integers(0, 3000), st.integers(1, 4000), st.integers(-1, 3), st.integers(1, 30), st.floats(0, 1), st.booleans())


def turns(rows):
    """Turns of (pause before, length, speaker, words, confidence, is settled)."""
    starts = np.cumsum([row[0] for row in rows])
    columns = list(zip(*rows, strict=True))
    ends = starts + np.array(columns[1])
    return Turns(starts, ends, np.array(columns[2]), np.array(columns[3]), np.array(columns[4], dtype=float), np.array(columns[5]))


def test_a_word_between_two_turns_of_another_is_most_uncertain():
    rows = [(0, 900, 0, 6, 0.9, False), (1000, 200, 1, 1, 0.9, False), (400, 900, 0, 6, 0.9, False), (3000, 900, 1, 6, 0.9, False)]
    uncertainty, reasons = turn_uncertainty(turns(rows))
    assert ranked(uncertainty)[0] == 1
    assert reasons == [[QUICK], [STRAY, QUICK], [], []]


def test_talk_at_once_and_low_confidence_are_reasons():
    uncertainty, reasons = turn_uncertainty(
        turns([(0, 2000, 0, 6, 0.9, False), (1500, 2000, 1, 6, 0.4, False), (5000, 900, 0, 6, 0.9, False)])
    )
    assert reasons == [[OVERLAP], [OVERLAP, UNSURE], []]
    assert uncertainty.round(3).tolist() == [0.325, 0.7, 0.1]


def test_without_any_confidence_the_speakers_alone_count():
    uncertainty, _ = turn_uncertainty(turns([(0, 2000, 0, 6, float("nan"), False), (1500, 900, 1, 6, float("nan"), False)]))
    assert uncertainty.tolist() == [0.25, 0.25]


@given(st.lists(TURN, min_size=1, max_size=20))
def test_uncertainty_is_a_share_and_0_for_what_a_person_judged(rows):
    given_turns = turns(rows)
    uncertainty, reasons = turn_uncertainty(given_turns)
    assert ((uncertainty >= 0) & (uncertainty <= 1)).all()
    for settled, value, why in zip(given_turns.is_settled, uncertainty, reasons, strict=True):
        assert not settled or (value == 0 and why == [])
    assert sorted(ranked(uncertainty)) == list(range(len(rows)))
