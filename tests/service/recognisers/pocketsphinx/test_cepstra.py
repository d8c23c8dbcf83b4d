import numpy as np
import pytest

from scribekit.service.recognisers.audio.media import RATE_HZ
from scribekit.service.recognisers.pocketsphinx.cepstra import COEFFICIENTS, cepstra

RANDOM = np.random.default_rng(6)


def test_cepstra_come_every_10_ms_and_do_not_depend_on_loudness():
    sound = RANDOM.normal(0, 0.1, RATE_HZ).astype(np.float32)
    assert cepstra(sound).shape == (98, COEFFICIENTS)
    assert cepstra(4 * sound) == pytest.approx(cepstra(sound), abs=0.01)
    assert cepstra(sound[:100]).shape == (0, COEFFICIENTS)
