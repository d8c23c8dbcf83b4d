import tracemalloc

import numpy as np
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from scribekit.service.recognisers.pocketsphinx.clustering import clustered

RANDOM = np.random.default_rng(5)


def part(voice, frames=150):
    return RANDOM.normal(6.0 * voice, 1.0, (frames, 8))


def found(voices, minimum=1, maximum=30):
    """The cluster of each part; all frames of a part share it."""
    labels = clustered([part(voice) for voice in voices], minimum, maximum).reshape(len(voices), 150)
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
    assert len(set(found(voices, maximum=2))) == 2
    assert len(set(found(voices, minimum=4))) == 4
    assert len(set(found([0], minimum=4))) == 1


@pytest.mark.long
@pytest.mark.parametrize("count", [401, 1700])
def test_many_parts_are_clustered_as_well_without_comparing_all_with_each_other(count):
    voices = [number // 7 % 4 for number in range(count)]
    parts = [part(voice) for voice in voices]
    tracemalloc.start()
    labels = clustered(parts, 1, 30)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert same_partition(labels[::150].tolist(), voices)
    assert peak_bytes < 8_000_000  # a comparison of 1,700 with each other takes 28 MB
