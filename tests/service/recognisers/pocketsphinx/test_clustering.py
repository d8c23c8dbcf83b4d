import time

import numpy as np
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from scribekit.service.recognisers.pocketsphinx.clustering import clustered

RANDOM = np.random.default_rng(5)


def part(voice, frames=150):
    return RANDOM.normal(6.0 * voice, 1.0, (frames, 8))


def found(voices, least=1, most=30):
    """The cluster of each part; all frames of a part share it."""
    labels = clustered([part(voice) for voice in voices], least, most).reshape(len(voices), 150)
    assert (labels == labels[:, :1]).all()
    return labels[:, 0].tolist()


def same_partition(one, other):
    return len(set(zip(one, other, strict=True))) == len(set(one)) == len(set(other))


@examples(25)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=30))
def test_parts_of_one_voice_and_only_those_share_a_cluster(voices):
    assert same_partition(found(voices), voices)


def test_the_bounds_are_kept_against_the_evidence():
    voices = [0, 1, 2, 0, 1, 2]
    assert len(set(found(voices, most=2))) == 2
    assert len(set(found(voices, least=4))) == 4
    assert len(set(found([0], least=4))) == 1


@pytest.mark.parametrize("count", [401, 1700])
def test_many_parts_are_clustered_as_well_and_in_bounded_time(count):
    voices = [number // 7 % 4 for number in range(count)]
    started = time.process_time()
    assert same_partition(found(voices), voices)
    assert time.process_time() - started < 20
