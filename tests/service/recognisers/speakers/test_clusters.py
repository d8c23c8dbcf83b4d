import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.service.recognisers.speakers.clusters import clustered, labelled, linkage


def voices(*counts, spread=0.02, seed=0):
    """Vectors of so many windows for each voice, which are far from each other."""
    draw = np.random.default_rng(seed)
    centres = np.eye(32)[: len(counts)]
    vectors = np.concatenate([centre + draw.normal(0, spread, (count, 32)) for centre, count in zip(centres, counts, strict=True)])
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("counts", [(40,), (30, 50), (20, 20, 20, 20), (900, 900, 400)])
def test_as_many_speakers_are_found_as_there_are_voices(counts):
    labels = clustered(voices(*counts), 1, 30)
    assert labels.tolist() == [number for number, count in enumerate(counts) for _ in range(count)]


def test_the_count_is_what_was_asked_for():
    vectors = voices(30, 30, 30)
    assert set(clustered(vectors, 3, 3)) == {0, 1, 2}
    assert len(set(clustered(vectors, 2, 2))) == 2
    assert set(clustered(vectors, 1, 1)) == {0}


def test_a_voice_that_is_hardly_heard_is_no_speaker_of_its_own():
    assert set(clustered(voices(60, 60, 2), 1, 30)) == {0, 1}


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_few_windows_do_no_harm(count):
    for bounds in ((1, 30), (2, 2), (4, 4)):
        assert len(clustered(voices(count) if count else np.zeros((0, 32), np.float32), *bounds)) == count


@given(st.integers(2, 25), st.integers(0, 100))
def test_average_linkage_is_that_of_the_definition(count, seed):
    vectors = voices(count, spread=1.0, seed=seed)
    merges = linkage(vectors)
    groups = [{number} for number in range(count)]
    distances = 1 - vectors.astype(float) @ vectors.T.astype(float)
    expected = []
    while len(groups) > 1:
        pairs = [
            (np.mean([distances[a, b] for a in one for b in other]), one, other) for one in groups for other in groups if one is not other
        ]
        distance, one, other = min(pairs, key=lambda pair: pair[0])
        groups = [group for group in groups if group not in (one, other)] + [one | other]
        expected.append(distance)
    assert [merge.distance for merge in merges] == pytest.approx(expected, abs=1e-4)
    assert len(set(labelled(count, merges))) == 1
