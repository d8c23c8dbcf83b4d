"""The expected figures in data/speaker_errors.json are meeteval's (cpWER) and pyannote.metrics' (DER, no collar, with overlaps)."""

import itertools
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from places import DATA

from scribekit.quality.speaker_errors import SpeakerTime, assign, cp_word_errors, diarization_errors

CASES = json.loads((DATA / "speaker_errors.json").read_text())
SQUARES = st.integers(0, 5).flatmap(lambda size: arrays(np.int64, (size, size), elements=st.integers(-50, 50)))

each_case = pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))


@each_case
def test_concatenated_errors_are_meetevals(case):
    assert cp_word_errors(case["reference"], case["hypothesis"]) == case["cpwer_errors"]


@each_case
def test_speaker_time_is_pyannotes(case):
    time = diarization_errors([tuple(span) for span in case["spans_reference"]], [tuple(span) for span in case["spans_hypothesis"]])
    assert [time.total_ms, time.missed_ms, time.false_alarm_ms, time.confused_ms] == case["der_ms"]


@given(SQUARES)
def test_the_assignment_is_the_best_of_all(costs):
    columns = assign(costs)
    size = len(costs)
    assert sorted(columns) == list(range(size))
    best = min(sum(costs[row, column] for row, column in enumerate(order)) for order in itertools.permutations(range(size)))
    assert costs[np.arange(size), columns].sum() == best


def test_names_do_not_matter():
    said = [("Ann", 0, 1000), ("Bob", 900, 2000)]
    renamed = [("B", 0, 1000), ("A", 900, 2000)]
    assert diarization_errors(said, renamed) == SpeakerTime(total_ms=2100)
    assert diarization_errors(said, renamed).rate == 0


def test_nobody_spoke():
    assert np.isnan(diarization_errors([], []).rate)
    assert diarization_errors([], [("A", 0, 500)]).false_alarm_ms == 500
    assert cp_word_errors({}, {}) == 0
    assert cp_word_errors({}, {"A": ["hello", "you"]}) == 2


def test_speaker_times_add_up():
    assert SpeakerTime(10, 1, 2, 3) + SpeakerTime(10, 1, 0, 0) == SpeakerTime(20, 2, 2, 3)
    assert (SpeakerTime(10, 1, 2, 3) + SpeakerTime(10, 0, 0, 0)).rate == 0.3
