import os
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parent.parent / "sample_manifests"

# The figures that a test machine may show must not depend on who runs it.
os.environ.pop("ASSEMBLYAI_API_KEY", None)
os.environ.pop("ASSEMBLYAI_BASE_URL", None)
os.environ.setdefault("MPLBACKEND", "agg")


@pytest.fixture(autouse=True)
def private_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("SCRIBEKIT_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def samples():
    return SAMPLES


@pytest.fixture
def python():
    return sys.executable
