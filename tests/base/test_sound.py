import numpy as np
import pytest

from scribekit.base.sound import has_sound, mixed, signs

RATE = 8000
VOICE, OTHER = np.random.default_rng(1).normal(0, 0.1, (2, 4 * RATE)).astype(np.float32)
NOTHING = 0 * VOICE


@pytest.mark.parametrize(
    ("channels", "expected"),
    [
        ([VOICE], [1]),
        ([VOICE, VOICE], [1, 1]),
        ([VOICE, -VOICE], [1, -1]),
        ([VOICE, -0.1 * VOICE], [1, -1]),
        ([VOICE, -VOICE + 0.3 * OTHER], [1, -1]),
        ([VOICE, OTHER], [1, 1]),
        ([VOICE, NOTHING], [1, 1]),
        ([NOTHING, NOTHING], [1, 1]),
        ([VOICE + 0.5, -VOICE + 0.5], [1, -1]),
        ([VOICE, -VOICE, OTHER, -OTHER], [1, -1, 1, -1]),
        ([OTHER, VOICE, -VOICE, NOTHING], [1, 1, -1, 1]),
        ([VOICE, -VOICE, -VOICE], [1, -1, -1]),
    ],
)
def test_a_channel_is_turned_over_where_it_would_cancel_another(channels, expected):
    assert signs(np.stack(channels)).tolist() == expected


def test_no_sound_is_lost_where_only_a_part_is_turned_over():
    half = np.where(np.arange(len(VOICE)) < 2 * RATE, 1, -1).astype(np.float32)
    assert mixed(np.stack([VOICE, half * VOICE]), RATE)[0] == pytest.approx(VOICE, abs=1e-6)


def test_equal_parts_of_each_channel_are_in_the_mix():
    assert mixed(np.stack([VOICE, OTHER]), RATE)[0] == pytest.approx((VOICE + OTHER) / 2, abs=1e-6)


def test_silence_has_no_sound():
    assert has_sound(np.stack([NOTHING, VOICE]))
    assert not has_sound(np.stack([NOTHING, 1e-4 * VOICE]))
    assert not has_sound(np.zeros((2, 0), np.float32))
