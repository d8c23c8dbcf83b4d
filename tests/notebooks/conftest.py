"""``run_notebook(cells)`` gives a page with outputs, in a real JupyterLab and a real Chromium."""

import pytest
from laboratory import PATIENCE_MS, Notebook, launched, served, write_notebook


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """A JupyterLab server with its own settings and a copy of the notebooks; ``lab.root`` is the folder that it serves."""
    pytest.importorskip("jupyterlab", reason="JupyterLab is not installed: pip install jupyterlab")
    with served(tmp_path_factory.mktemp("lab")) as server:
        yield server


# While the browser driver runs, this thread has an event loop, which other tests must not find there: hence not for the session.
@pytest.fixture(scope="module")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
    sync_api.expect.set_options(timeout=PATIENCE_MS)
    with sync_api.sync_playwright() as playwright, launched(playwright) as browser:
        yield browser


@pytest.fixture
def open_notebook(browser, lab):
    """Opens a notebook of the server's folder, by its path there. At the end no page may have asked another host for anything."""
    opened = []

    def open_(path):
        opened.append(Notebook(browser, lab, path))
        return opened[-1]

    yield open_
    strays = [address for notebook in opened for address in notebook.strays]
    for notebook in opened:
        notebook.close()
    assert strays == []


@pytest.fixture
def run_notebook(open_notebook, lab):
    """Writes cells into a new notebook in a folder of its own, opens it and runs all of it; gives the :class:`Notebook`."""

    def run(cells, name="notebook"):
        opened = open_notebook(write_notebook(lab, cells, name))
        opened.run_all()
        return opened

    return run
