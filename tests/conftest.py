import itertools
import json
import os
import tempfile
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest
from corpora import store
from documented_install import startup_script
from examples import DEEP, FULL, QUICK
from hypothesis import HealthCheck, settings
from places import SAMPLES

from scribekit.api.embedded import LocalService

# A shared machine is slow at times; how long an example takes says nothing about whether it is right.
# The examples of a test share its fixtures: each adds to the same folder, or reads from it.
EVERYWHERE = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]}
# A run of the suite judges a change, so it tries the same examples each time. New ones are looked for by hand: `make nasty`.
settings.register_profile("full", max_examples=FULL, derandomize=True, **EVERYWHERE)
settings.register_profile("quick", max_examples=QUICK, **EVERYWHERE)
settings.register_profile("deep", max_examples=DEEP, **EVERYWHERE)
settings.load_profile("full")

# Folders that the programs under test would otherwise share with each other and with the user.
OWN_FOLDERS = ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "SCRIBEKIT_CACHE")

# What the shell of whoever runs the tests holds must not decide what they do.
os.environ.pop("ASSEMBLYAI_API_KEY", None)
os.environ.pop("ASSEMBLYAI_BASE_URL", None)
os.environ.setdefault("MPLBACKEND", "agg")
TAKE_LONGEST = ("notebook", "browser", "recogniser")


def pytest_configure(config):
    """Give each process of the run its own folders for settings and caches; the notebooks, which have no fixtures, need them too."""
    home = tempfile.TemporaryDirectory(prefix="scribekit-tests-", ignore_cleanup_errors=True)
    config.add_cleanup(home.cleanup)
    os.environ.update({name: str(Path(home.name, name.lower())) for name in OWN_FOLDERS})
    startup = Path(os.environ["IPYTHONDIR"], "profile_default", "startup")
    startup.mkdir(parents=True)
    (startup / "00-documented-install.py").write_text(startup_script(), "utf-8")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers():
    """More processes than cores: many tests wait for a service or a page."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return 2 * cores


@pytest.hookimpl(tryfirst=True)  # before pytest selects by markers
def pytest_collection_modifyitems(items):
    """Mark browser tests and notebooks, and put the files that take long first: then no process is left with one of them at the end."""
    ranks = {}
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
        if item.path.suffix == ".ipynb":
            item.add_marker(pytest.mark.notebook)
        rank = 0 if any(map(item.get_closest_marker, TAKE_LONGEST)) else 1 if item.get_closest_marker("long") else 2
        ranks[item.path] = min(rank, ranks.get(item.path, rank))
    items.sort(key=lambda item: ranks[item.path])


class TestBench(LocalService):
    """An embedded service with its control endpoints."""

    __test__ = False

    disguise = None
    """What its connection pretends to be: fields of :class:`Connection` by name."""

    def __init__(self, *arguments, recogniser="scripted"):
        super().__init__(recogniser, ["--control", *arguments])

    def counters(self):
        return json.loads(self._ask("/_control/counters"))

    def set_faults(self, **faults):
        self._ask("/_control/faults", json.dumps(faults).encode())

    @property
    def connection(self):
        return replace(super().connection, **(self.disguise or {}))

    def get(self, path):
        return self._ask(path)

    def _ask(self, path, body=None):
        request = urllib.request.Request(self.base_url + path, data=body, headers={"authorization": super().connection.api_key})
        with urllib.request.urlopen(request) as answer:
            return answer.read()


@pytest.fixture(scope="session")
def caches(tmp_path_factory):
    """Paths of folders that are not there yet."""
    folder = tmp_path_factory.mktemp("caches")
    return (folder / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def private_cache(caches, monkeypatch):
    monkeypatch.setenv("SCRIBEKIT_CACHE", str(next(caches)))


@pytest.fixture
def fetched():
    """Puts a model that `make test` has fetched into the cache of the test; without it the test is skipped, which the run says."""

    def put(name):
        from scribekit.base import model_files

        folder = model_files.known_models()[name].folder
        source = Path(os.environ.get("SCRIBEKIT_TEST_MODELS", "/nowhere"), folder.relative_to(Path(os.environ["SCRIBEKIT_CACHE"])))
        if not source.is_dir():
            pytest.skip(f"the model {name} was not fetched: make test does it")
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.symlink_to(source)
        return folder

    return put


@pytest.fixture(scope="session")
def samples():
    return SAMPLES


@pytest.fixture
def bench():
    """Starts services with their control endpoints; the verbs of this process use the one that was started last."""
    started = []

    def start(*arguments, **options):
        started.append(TestBench(*arguments, **options).start())
        return started[-1]

    yield start
    for service in started:
        service.stop()


@pytest.fixture
def stored(tmp_path):
    """Makes corpora of what was said; without a folder, each in one of its own."""
    folders = (tmp_path / f"corpus{number}" for number in itertools.count())

    def make(recordings, columns=None, *, folder=None, number=1):
        return store(folder or next(folders), recordings, columns, number)

    return make
