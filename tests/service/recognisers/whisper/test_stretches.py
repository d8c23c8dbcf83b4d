import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scribekit.service.recognisers.audio.media import RATE_HZ
from scribekit.service.recognisers.whisper.stretches import MS, cut_at


def sound(*channels, seconds=120):
    """Channels in which somebody speaks in the given spans, in seconds."""
    found = np.zeros((len(channels), seconds * RATE_HZ), np.float32)
    for channel, spans in zip(found, channels, strict=True):
        for start, end in spans:
            channel[int(start * RATE_HZ) : int(end * RATE_HZ)] = 0.1
    return found, [[(int(start * RATE_HZ), int(end * RATE_HZ)) for start, end in spans] for spans in channels]


def test_a_cut_is_in_the_middle_of_the_longest_silence_of_the_last_minute():
    samples, speech = sound([(0, 20), (50, 70), (71, 90), (94, 120)])
    assert cut_at(speech, samples) == 92 * RATE_HZ


def test_a_silence_is_one_of_all_channels():
    samples, speech = sound([(0, 80), (90, 120)], [(60, 88), (89.5, 100)])
    assert cut_at(speech, samples) == 88.75 * RATE_HZ


def test_where_somebody_always_speaks_the_quietest_moment_is_taken():
    samples, speech = sound([(0, 120)])
    samples[0, 100 * RATE_HZ : 100 * RATE_HZ + RATE_HZ // 10] = 0.01
    assert abs(cut_at(speech, samples) - 100.05 * RATE_HZ) <= MS


@given(st.lists(st.tuples(st.integers(0, 119), st.integers(1, 30)), max_size=12), st.integers(1, 3))
def test_a_cut_is_a_whole_millisecond_of_what_was_decoded(spans, seconds):
    samples, speech = sound(
        [(start, min(60 * seconds, start + length)) for start, length in sorted(spans) if start < 60 * seconds], seconds=60 * seconds
    )
    cut = cut_at(speech, samples)
    assert 0 <= cut <= samples.shape[1]
    assert cut % MS == 0
