"""The widgets outside JupyterLab: as a Voila dashboard, and in Notebook 7. No network in either."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import pytest
from corpora import store

pytestmark = pytest.mark.timeout(300)
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = playwright.expect

DASHBOARDS = Path(__file__).parents[2] / "notebooks" / "dashboards"
START_S = 90
PATIENCE_MS = 60_000


class Frontend:
    """A server of notebooks with its own settings.

    Attributes:
        address: Where it listens.
        strays: Addresses on other hosts that pages asked for; they were not let through.
    """

    def __init__(self, home, command, browser, **environment):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self.strays = []
        self._browser = browser
        own = {name: str(home / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")}
        inherited = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
        self._log = home / "log"
        with self._log.open("wb") as log:
            command = [sys.executable, "-m", *(part.format(port=port) for part in command)]
            self._process = subprocess.Popen(command, cwd=home, env=inherited | own | environment, stdout=log, stderr=subprocess.STDOUT)

    def open(self, path):
        self._wait_until_up()
        page = self._browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.route("**/*", self._keep_in)
        page.goto(self.address + path)
        return page

    def close(self):
        self._process.terminate()
        self._process.wait(30)

    def _keep_in(self, route):
        if urlsplit(route.request.url).netloc == urlsplit(self.address).netloc:
            route.continue_()
        else:
            self.strays.append(route.request.url)
            route.abort()

    def _wait_until_up(self):
        until = time.monotonic() + START_S
        while time.monotonic() < until and self._process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.address}/api", timeout=5).close()
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.1)
            else:
                return
        pytest.fail(f"The server did not start:\n{self._log.read_text()[-2000:]}")


@pytest.fixture
def start(tmp_path, browser):
    started = []

    def start_(command, **environment):
        started.append(Frontend(tmp_path, command, browser, **environment))
        return started[-1]

    yield start_
    for frontend in started:
        frontend.close()


@pytest.fixture
def artefacts():
    folder = Path(__file__).parents[2] / "artefacts"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def corpus(tmp_path):
    turns = [("A", "the old bridge was closed"), ("B", "a bridge is <b>never</b> only a bridge")]
    store(tmp_path / "corpus", {f"talk_{number}": turns for number in range(5)}, {"kind": ["call", "talk", "call", "talk", "call"]})
    return tmp_path / "corpus"


def search_and_narrow(page):
    field = page.get_by_role("searchbox", name="Search the transcripts")
    field.fill('"a bridge"')
    field.press("Enter")
    summary = page.locator(".sk-search-summary [role=status]")
    expect(summary).to_contain_text("10 lines in 5 of 5 recordings", timeout=PATIENCE_MS)
    page.get_by_role("group", name="kind").get_by_role("checkbox").last.check()
    expect(summary).to_contain_text("4 of 10 lines in 2 of 5 recordings", timeout=PATIENCE_MS)
    expect(page.locator(".sk-grid-body [role=row]").first).to_contain_text("<b>never</b>")


def run_the_cell(page):
    """A run that comes before the page has joined the kernel is lost, and nothing on the page tells: it is asked for again."""
    face = page.locator(".sk-face")
    for _ in range(6):
        page.locator(".jp-CodeCell .cm-content").first.click()
        page.keyboard.press("Control+Enter")
        with contextlib.suppress(playwright.TimeoutError):
            face.wait_for(timeout=15_000)
            return
    pytest.fail("The cell was not run")


def test_the_search_is_a_dashboard(start, corpus, artefacts):
    pytest.importorskip("voila", reason="Voila is not installed: pip install voila")
    shutil.copy(DASHBOARDS / "search.ipynb", corpus.parent)
    command = ["voila", "search.ipynb", "--no-browser", "--port={port}", "--Voila.ip=127.0.0.1"]
    voila = start(command, SCRIBEKIT_CORPUS=str(corpus))
    page = voila.open("/")
    search_and_narrow(page)
    page.screenshot(path=artefacts / "voila_search.png")

    page = voila.open("/?query=closed&sort=left1")
    expect(page.locator(".sk-search-summary [role=status]")).to_contain_text("5 lines in 5 of 5 recordings", timeout=PATIENCE_MS)
    expect(page.get_by_label("Order by")).to_have_value("left1")
    # Voila's own page asks for its icons; no widget needs them.
    assert all("fontawesome" in address for address in voila.strays)


def test_the_planner_is_a_dashboard(start, tmp_path, artefacts):
    pytest.importorskip("voila", reason="Voila is not installed: pip install voila")
    shutil.copy(DASHBOARDS / "planner.ipynb", tmp_path)
    rows = [f"https://host.example/{number}.mp3,3600" for number in range(10)]
    (tmp_path / "library.csv").write_text("\n".join(["url,duration_s", *rows]), "utf-8")
    command = ["voila", "planner.ipynb", "--no-browser", "--port={port}", "--Voila.ip=127.0.0.1"]
    voila = start(command, SCRIBEKIT_MANIFEST=str(tmp_path / "library.csv"))
    page = voila.open("/")
    cost = page.locator(".sk-planner-facts strong").first
    expect(cost).to_have_text("$2.10", timeout=PATIENCE_MS)
    page.get_by_label("speaker labels").check()
    expect(cost).to_have_text("$2.30", timeout=PATIENCE_MS)
    page.screenshot(path=artefacts / "voila_planner.png")
    assert all("fontawesome" in address for address in voila.strays)


def test_the_search_runs_in_notebook_7(start, corpus, artefacts):
    pytest.importorskip("notebook", reason="Notebook 7 is not installed: pip install notebook")
    cells = [f"import scribekit as sk\nsk.widgets.TranscriptSearch(sk.open_corpus({str(corpus)!r}))"]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}  # else it asks for one
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells], metadata=kernel)
    nbformat.write(notebook, corpus.parent / "search.ipynb")
    command = [
        *("notebook", "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port={port}", "--ServerApp.port_retries=0"),
        *("--IdentityProvider.token=", "--JupyterNotebookApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"),
    ]
    frontend = start(command)
    page = frontend.open("/notebooks/search.ipynb")
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()  # the kernel is there
    run_the_cell(page)
    search_and_narrow(page)
    page.locator(".sk-face").screenshot(path=artefacts / "notebook7_search.png")
    assert frontend.strays == []
