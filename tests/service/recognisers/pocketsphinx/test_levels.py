import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.service.recognisers.audio.media import RATE_HZ, Recording, Span
from scribekit.service.recognisers.pocketsphinx.levels import (
    ACTIVE_DBFS,
    PEAK,
    frame_levels_db,
    is_noisy,
    is_steady,
    prepare,
    to_active_level,
)

RANDOM = np.random.default_rng(4)


def bursts(noise=0.0, seconds=4.0):
    """Half a second of loud noise, half a second of quiet, again and again."""
    size = round(seconds * RATE_HZ)
    loud = np.arange(size) // (RATE_HZ // 2) % 2 == 0
    return (RANDOM.normal(0, 0.1, size) * loud + RANDOM.normal(0, noise, size)).astype(np.float32)


@given(st.floats(-50, 15))
def test_the_active_level_does_not_depend_on_the_level_of_the_recording(gain_db):
    levelled = to_active_level((bursts() * 10 ** (gain_db / 20)).astype(np.float32))
    levels = frame_levels_db(levelled)
    active = 10 * np.log10(np.mean(10 ** (levels[levels > levels.max() - 30] / 10)))
    assert active == pytest.approx(ACTIVE_DBFS, abs=0.1)


def test_a_lone_click_limits_the_gain():
    clicked = (0.001 * bursts()).astype(np.float32)
    clicked[1000] = 0.9
    assert np.abs(to_active_level(clicked)).max() <= PEAK + 1e-6


@pytest.mark.parametrize("size", [0, 10, 319, 320, RATE_HZ])
def test_digital_silence_stays_as_it_is(size):
    silence = np.zeros(size, np.float32)
    assert np.array_equal(prepare(silence), silence)


def test_noise_is_distinguished_from_pauses():
    assert not is_noisy(bursts())
    assert is_noisy(bursts(noise=0.01))
    assert not is_noisy(np.zeros(0, np.float32))


def test_hiss_tones_and_silence_are_steady_and_speech_is_not(samples):
    hiss = RANDOM.normal(0, 0.001, 3 * RATE_HZ).astype(np.float32)
    tone = np.sin(np.arange(3 * RATE_HZ) / 5).astype(np.float32)
    assert all(is_steady(sound) for sound in (hiss, tone, np.zeros(RATE_HZ, np.float32)))
    assert not is_steady(hiss[: RATE_HZ // 2])
    speech = next(Recording(samples / "audio" / "interview_noisy.mp3", span=Span(1000, 3000)).stretches())[0][0]
    assert not is_steady(speech)


def test_a_noisy_stretch_is_denoised_and_a_clean_one_is_not(samples):
    def opening(name):
        return next(Recording(samples / "audio" / name, span=Span(0, 8000)).stretches())[0][0]

    def quiet_db(stretch):
        return np.percentile(frame_levels_db(stretch), 5)

    noisy, clean = opening("interview_noisy.mp3"), opening("interview_bridges.m4a")
    assert quiet_db(prepare(noisy)) < quiet_db(to_active_level(noisy)) - 2
    assert np.array_equal(prepare(clean), to_active_level(clean))
