"""A real JupyterLab in a real Chromium, without a network: the tests drive it, and the pictures of the README are taken in it."""

import contextlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import pytest
from patience import PATIENCE_S
from places import ROOT
from ports import reserve_port

ARTEFACTS = ROOT / "artefacts"
PATIENCE_MS = 1000 * PATIENCE_S

LAB = (
    *("jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port={port}", "--ServerApp.port_retries=0"),
    *("--IdentityProvider.token=", "--LabApp.expose_app_in_browser=True", "--LabApp.extension_manager=readonly"),
    *("--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--ServerApp.root_dir={home}/root"),
)

SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True},
    "notebook-extension/tracker": {"windowingMode": "none"},
}
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}

OPEN = """async path => {
    const app = window.jupyterapp;
    await app.restored;
    await app.commands.execute('docmanager:open', {path, factory: 'Notebook'});
    if (!app.shell.leftCollapsed) await app.commands.execute('application:toggle-left-area');
}"""
HAS_NOTEBOOK = "() => window.jupyterapp?.shell.currentWidget?.sessionContext"
KERNEL_ANSWERS = """async () => {
    const panel = window.jupyterapp.shell.currentWidget;
    await panel.context.ready;
    await panel.sessionContext.ready;
    await panel.sessionContext.session.kernel.info;
}"""
OUTPUTS = """() => window.jupyterapp.shell.currentWidget.context.model.toJSON().cells.flatMap(cell => cell.outputs ?? [])"""
RUN_ALL = "() => window.jupyterapp.commands.execute('notebook:run-all-cells')"
RUN_CELL = """async index => {
    const app = window.jupyterapp, panel = app.shell.currentWidget;
    panel.content.deselectAll();
    panel.content.activeCellIndex = index;
    await app.commands.execute('notebook:run-cell');
    return panel.context.model.toJSON().cells[index].outputs;
}"""
BEGIN_CELL = """index => {
    const app = window.jupyterapp, panel = app.shell.currentWidget;
    panel.content.deselectAll();
    panel.content.activeCellIndex = index;
    void app.commands.execute('notebook:run-cell');
}"""
RESTART = """async () => {
    const panel = window.jupyterapp.shell.currentWidget;
    await panel.sessionContext.session.kernel.restart();
    await panel.sessionContext.session.kernel.info;
}"""
SLOW_SOUND = """rate => {
    const play = HTMLMediaElement.prototype.play;
    HTMLMediaElement.prototype.play = function () {
        this.playbackRate = rate;
        return play.call(this);
    };
}"""
CONTENT_HEIGHT = "() => document.querySelector('.jp-WindowedPanel-outer').scrollHeight"
TO_THE_TOP = "() => { document.querySelector('.jp-WindowedPanel-outer').scrollTop = 0 }"


def find_chromium():
    """$CHROMIUM, the system's, or the browser driver's own; tools/chromium.sh installs one of them where it may."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    system = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if system:
        return system
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def prepare(home):
    """Make a folder that a JupyterLab can be served from, with settings of its own and a copy of the notebooks."""
    for name in ("notebooks", "sample_manifests"):
        shutil.copytree(ROOT / name, home / "root" / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    for name, settings in SETTINGS.items():
        package, plugin = name.split("/")
        file = home / "JUPYTERLAB_SETTINGS_DIR" / "@jupyterlab" / package / f"{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(settings))


@contextlib.contextmanager
def served(home):
    """A running JupyterLab; ``root`` is the folder that it serves."""
    prepare(home)
    server = Server(home, LAB)
    server.root = home / "root"
    try:
        server.wait_until_up()
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def launched(playwright, *arguments):
    """A running Chromium, started with these arguments."""
    chromium = find_chromium()
    if chromium is None:
        pytest.skip("There is no Chromium: install it, or set CHROMIUM to its path")
    browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", *arguments])
    try:
        yield browser
    finally:
        browser.close()


def write_notebook(lab, cells, name):
    """Write cells into a new notebook in a folder of its own; gives its path at the server."""
    folder = Path(name)
    while (lab.root / folder).exists():
        folder = Path(f"{folder}_")
    (lab.root / folder).mkdir()
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}  # without it JupyterLab asks which
    notebook = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, cells)), metadata={"kernelspec": kernel})
    nbformat.write(notebook, lab.root / folder / f"{name}.ipynb")
    return f"{folder}/{name}.ipynb"


class Server:
    """A process that serves notebooks; nothing of the user's own settings reaches it.

    Attributes:
        address: Where it listens.
    """

    def __init__(self, home, command, **environment):
        """Start ``python -m`` with the command, in which ``{port}`` and ``{home}`` stand for what they are."""
        port = reserve_port()
        self.address = f"http://127.0.0.1:{port}"
        places = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
        own = [*(f"JUPYTER_{place}" for place in places), "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR", "IPYTHONDIR"]
        inherited = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}  # a kernel draws in the page
        self._log = home / "log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *(part.format(port=port, home=home) for part in command)],
                cwd=home,
                env=inherited | {name: str(home / name) for name in own} | environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def wait_until_up(self):
        while self._process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.address}/api").close()
            except urllib.error.HTTPError:  # an answer too: not every server has this page
                return
            except OSError:
                time.sleep(0.1)
            else:
                return
        pytest.fail(f"The server did not start:\n{self._log.read_text()[-2000:]}")

    def stop(self):
        self._process.terminate()
        self._process.wait()


def keep_in(pages, address, strays):
    """Let a page, or all pages of a context, reach one server only; the addresses elsewhere that they ask for are added to the strays."""
    host = urlsplit(address).netloc

    def route_one(route):
        if urlsplit(route.request.url).netloc == host:
            route.continue_()
        else:
            strays.append(route.request.url)
            route.abort()

    pages.route("**/*", route_one)


def wait_for_kernel(page):
    """Wait until the notebook that the page shows has a kernel that answers: what is run before that is lost."""
    page.wait_for_function(HAS_NOTEBOOK)
    page.evaluate(KERNEL_ANSWERS)


class Notebook:
    """A notebook in a page that cannot reach anything but its server.

    Attributes:
        page: The browser's page.
        folder: Where the kernel runs.
        strays: Addresses on other hosts that the page tried.
    """

    def __init__(self, browser, lab, path):
        self.folder = (lab.root / path).parent
        self._context = browser.new_context(viewport={"width": 1280, "height": 900})
        self._context.set_default_timeout(PATIENCE_MS)
        self.page = self._context.new_page()
        self.strays = []
        keep_in(self._context, lab.address, self.strays)
        host = urlsplit(lab.address).netloc
        self.page.on("websocket", lambda ws: urlsplit(ws.url).netloc == host or self.strays.append(ws.url))
        self.page.goto(f"{lab.address}/lab/tree/{path}?reset")
        self.page.wait_for_function("() => window.jupyterapp !== undefined")
        self.page.evaluate(OPEN, path)
        wait_for_kernel(self.page)

    def run_all(self):
        """Run all cells; an error in one of them fails the test."""
        ran = self.page.evaluate(RUN_ALL)
        errors = [output for output in self.outputs() if output["output_type"] == "error"]
        assert errors == []
        assert ran is True, self.outputs()

    def run_cell(self, index):
        """Run one cell again, counted from 0; gives its outputs."""
        return self.page.evaluate(RUN_CELL, index)

    def begin_cell(self, index):
        """Run one cell again, counted from 0, and do not wait for its end."""
        self.page.evaluate(BEGIN_CELL, index)

    def outputs(self):
        """The outputs of all cells, as the notebook would store them."""
        return self.page.evaluate(OUTPUTS)

    def restart(self):
        """Restart the kernel, which forgets all variables and widgets; the outputs stay until cells are run again."""
        self.page.evaluate(RESTART)

    def slow_sound(self, rate):
        """Play the sound of the page at a fraction of its speed, so that a slow machine finds it still playing."""
        self.page.evaluate(SLOW_SOUND, rate)

    def set_theme(self, theme):
        """``light`` or ``dark``."""
        self.page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", THEMES[theme])
        self.page.wait_for_function(f"() => document.body.dataset.jpThemeLight === '{json.dumps(theme == 'light')}'")
        self.page.wait_for_function("() => !document.getElementById('jupyterlab-splash')")  # it covers the page for a moment

    def show_all(self):
        """Make the window as high as the notebook, so that a screenshot shows all of it."""
        self.page.set_viewport_size({"width": 1280, "height": self.page.evaluate(CONTENT_HEIGHT) + 150})
        self.page.evaluate(TO_THE_TOP)

    def shot(self, name, selector=None, **options):
        """Keep a picture of the page, or of the first element that the selector finds, in the artefacts."""
        ARTEFACTS.mkdir(exist_ok=True)
        target = self.page.locator(selector).first if selector else self.page
        target.screenshot(path=ARTEFACTS / f"{name}.png", **options)

    def axe(self, selector):
        """What axe-core finds wrong in the elements, at serious or critical level: rule, help, and the elements' HTML."""
        self.page.evaluate(axe_source())
        found = self.page.evaluate("selector => axe.run(selector, {resultTypes: ['violations']})", selector)
        assert found["passes"], f"axe-core found nothing to look at in {selector}"
        grave = [violation for violation in found["violations"] if violation["impact"] in ("serious", "critical")]
        return [(violation["id"], violation["help"], [node["html"] for node in violation["nodes"]]) for violation in grave]

    def close(self):
        with contextlib.suppress(Exception):  # a page that has crashed has told so already
            self.page.evaluate("() => window.jupyterapp?.serviceManager.sessions.shutdownAll()")
        self._context.close()


def axe_source():
    """The accessibility checker, from the package that brings it."""
    package = importlib.util.find_spec("axe_playwright_python")
    if package is None:
        pytest.skip("axe-core is not installed: pip install axe-playwright-python")
    return (Path(package.origin).parent / "axe.min.js").read_text("utf-8")
