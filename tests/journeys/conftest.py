import pytest
from hostile import LIMITS, sources
from spoiler import Spoiler

import scribekit as sk


@pytest.fixture
def through(bench, tmp_path):
    """Transcribes through a service that spoils its answers; gives the jobs, the proxy and the batch."""
    service = bench("--speed", "2000", "--slots", "50")
    proxies = []

    def run(spoil, recordings=None, **limits):
        proxies.append(Spoiler(service.base_url, spoil).__enter__())
        proxies[0].service = service
        service.disguise = {"base_url": proxies[0].base_url, "host": "service.example", "forgets_jobs": False}
        batch = sk.submit_batch(recordings or sources(), corpus=tmp_path / "c", limits=sk.Limits(**LIMITS | limits), progress=False)
        return sk.collect(batch, progress=False), proxies[0], batch

    yield run
    for proxy in proxies:
        proxy.__exit__()
