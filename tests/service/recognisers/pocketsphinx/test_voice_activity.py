from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scribekit.service.recognisers.audio.media import RATE_HZ, Recording, Span
from scribekit.service.recognisers.pocketsphinx.levels import prepare
from scribekit.service.recognisers.pocketsphinx.voice_activity import MARGIN, Segment, speech_segments, widened


def speech(samples, start_ms, end_ms):
    recording = Recording(samples / "audio" / "podcast_lighthouse.mp3", span=Span(start_ms, end_ms))
    return prepare(next(recording.stretches())[0][0])


def test_speech_that_runs_to_the_end_is_kept_whatever_the_length(samples):
    for spare in (0, 1, 479):
        cut = speech(samples, 500, 2500)[: 2 * RATE_HZ // 480 * 480 - spare]
        assert speech_segments(cut)[-1].end == len(cut)


def test_silence_and_nothing_hold_no_speech():
    assert speech_segments(np.zeros(RATE_HZ, np.float32)) == []
    assert speech_segments(np.zeros(0, np.float32)) == []


def test_a_pause_separates_two_segments(samples):
    spoken = speech(samples, 500, 2500)
    paused = np.concatenate([spoken, np.zeros(2 * RATE_HZ, np.float32), spoken])
    segments = speech_segments(paused)
    middle = len(paused) // 2
    assert all(segment.end < middle or segment.start > middle for segment in segments)
    assert {segment.start > middle for segment in segments} == {False, True}


@given(st.lists(st.integers(0, 500_000), min_size=2, max_size=20, unique=True).filter(lambda cuts: len(cuts) % 2 == 0))
def test_widened_segments_cover_the_old_ones_without_overlap(cuts):
    edges = sorted(cuts)
    before = [Segment(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True)]
    after = widened(before, edges[-1])
    assert len(after) == len(before)
    for old, new in zip(before, after, strict=True):
        assert max(0, old.start - MARGIN) <= new.start <= old.start
        assert old.end <= new.end <= min(edges[-1], old.end + MARGIN)
    assert all(left.end <= right.start for left, right in pairwise(after))
