import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.service.recognisers.audio.media import RATE_HZ, Recording, Span
from scribekit.service.recognisers.pocketsphinx.decoding import decoder_for
from scribekit.service.recognisers.pocketsphinx.listening import LONGEST_HELD, Track, hold_from
from scribekit.service.recognisers.pocketsphinx.voice_activity import Segment

pytestmark = pytest.mark.recogniser


def opening(samples, seconds):
    recording = Recording(samples / "audio" / "podcast_lighthouse.mp3", span=Span(0, seconds * 1000))
    return next(recording.stretches())[0][0]


def test_a_cut_in_the_middle_of_speech_loses_and_changes_no_word(samples):
    sound = opening(samples, 8)
    (at_once,) = [Track(decoder_for(())).process(sound, last=True)]
    cut = round(3.1 * RATE_HZ)
    track = Track(decoder_for(()))
    in_two = track.process(sound[:cut], last=False) + track.process(sound[cut:], last=True)
    words, again = ([word for passage in passages for word in passage.words] for passages in (at_once, in_two))
    assert [word.text for word in again] == [word.text for word in words]
    assert len(words) > 15
    assert all(abs(one.start_ms - other.start_ms) <= 50 for one, other in zip(words, again, strict=True))


def test_times_count_from_the_first_sample_given(samples):
    sound = opening(samples, 3)
    plain, later = (Track(decoder_for(()), first).process(sound, last=True) for first in (0, 10 * RATE_HZ))
    starts = [[word.start_ms for passage in passages for word in passage.words] for passages in (plain, later)]
    assert starts[0]
    assert starts[1] == [start + 10_000 for start in starts[0]]


def test_voices_are_kept_only_when_asked_for(samples):
    sound = opening(samples, 3)
    (with_voice, *_), (without, *_) = (Track(decoder_for(()), with_cepstra=asked).process(sound, last=True) for asked in (True, False))
    assert len(with_voice.cepstra) > 100
    assert len(without.cepstra) == 0
    assert with_voice.words == without.words


def test_a_stretch_that_is_only_passed_on_holds_nothing_back():
    assert Track(decoder_for(())).process(np.zeros(RATE_HZ, np.float32), last=True) == []


@given(st.integers(0, 120 * RATE_HZ), st.integers(0, 120 * RATE_HZ), st.integers(0, 3 * RATE_HZ))
def test_what_is_held_back_is_bounded_and_cuts_no_speech_but_very_long_speech(start, length, silence):
    segments = [Segment(start, start + length)] if length else []
    size = start + length + silence
    cut = hold_from(segments, size)
    assert 0 <= size - cut <= LONGEST_HELD
    assert not segments or cut <= start or cut >= start + length
