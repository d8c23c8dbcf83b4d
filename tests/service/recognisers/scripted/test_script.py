import math

import pytest

from scribekit.service.recognisers.scripted.script import invented_duration_s, seed_of_url


def test_unknown_lengths_are_log_normal_around_twenty_minutes():
    durations = sorted(invented_duration_s(seed_of_url(f"http://x.example/{n}.mp3")) for n in range(400))
    assert 30 <= durations[0] < durations[-1] <= 4 * 3600
    assert durations[200] == pytest.approx(1200, rel=0.25)
    logs = [math.log(duration) for duration in durations]
    mean = sum(logs) / len(logs)
    assert math.sqrt(sum((value - mean) ** 2 for value in logs) / len(logs)) == pytest.approx(0.8, rel=0.2)
