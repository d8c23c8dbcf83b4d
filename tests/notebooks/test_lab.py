"""The first notebook in a real JupyterLab in a real Chromium, without a network."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest

pytest.importorskip("jupyterlab", reason="JupyterLab is not installed: pip install jupyterlab")
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")

ROOT = Path(__file__).parents[2]
ARTEFACTS = ROOT / "artefacts"
START_S = 60
NOTEBOOK = "01_batching.ipynb"


def find_chromium():
    """$CHROMIUM, the system's, or the browser driver's own; tools/chromium.sh installs one of them where it may."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    system = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if system:
        return system
    with sync_api.sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


CHROMIUM = find_chromium()

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="There is no Chromium: install it, or set CHROMIUM to its path"),
    pytest.mark.timeout(300),
]

SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True},
    "notebook-extension/tracker": {"windowingMode": "none"},
}

RUN_ALL = """async path => {
    const app = window.jupyterapp;
    await app.restored;
    const panel = await app.commands.execute('docmanager:open', {path, factory: 'Notebook'});
    await panel.context.ready;
    await panel.sessionContext.ready;
    await panel.sessionContext.session.kernel.info;
    app.commands.execute('application:toggle-left-area');
    const ran = await app.commands.execute('notebook:run-all-cells');
    return [ran, panel.context.model.toJSON().cells.flatMap(cell => cell.outputs ?? [])];
}"""

CONTENT_HEIGHT = "() => document.querySelector('.jp-WindowedPanel-outer').scrollHeight"
TO_THE_TOP = "() => { document.querySelector('.jp-WindowedPanel-outer').scrollTop = 0 }"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab server with its own settings and a copy of the notebooks; gives its address."""
    home = tmp_path_factory.mktemp("lab")
    for name in ("notebooks", "sample_manifests"):
        shutil.copytree(ROOT / name, home / "root" / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    for name, settings in SETTINGS.items():
        package, plugin = name.split("/")
        file = home / "JUPYTERLAB_SETTINGS_DIR" / "@jupyterlab" / package / f"{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(settings))
    places = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
    own = [*(f"JUPYTER_{place}" for place in places), "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR", "IPYTHONDIR"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"),
        *("--ServerApp.port_retries=0", "--IdentityProvider.token=", f"--ServerApp.root_dir={home / 'root'}"),
        *("--LabApp.expose_app_in_browser=True", "--LabApp.extension_manager=readonly"),
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    inherited = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}  # a kernel draws in the page
    environment = inherited | {name: str(home / name) for name in own}
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until_up(server, address, home / "log")
        yield address
    finally:
        server.terminate()
        server.wait(30)


def wait_until_up(server, address, log):
    until = time.monotonic() + START_S
    while time.monotonic() < until and server.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/api", timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser, lab):
    """An empty page that cannot reach anything but the server; ``page.strays`` are the addresses that it tried."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.strays = []
    host = urlsplit(lab).netloc

    def keep_in(route):
        if urlsplit(route.request.url).netloc == host:
            route.continue_()
        else:
            page.strays.append(route.request.url)
            route.abort()

    context.route("**/*", keep_in)
    page.on("websocket", lambda ws: urlsplit(ws.url).netloc == host or page.strays.append(ws.url))
    yield page
    page.evaluate("() => window.jupyterapp?.serviceManager.sessions.shutdownAll()")
    context.close()


def cells_box(page, first, last):
    """The rectangle that the cells from ``first`` to ``last`` fill, each found by a piece of its source."""
    cell = page.locator(".jp-Notebook .jp-CodeCell")
    top, bottom = (cell.filter(has_text=text).first.bounding_box() for text in (first, last))
    return {"x": top["x"], "y": top["y"], "width": top["width"], "height": bottom["y"] + bottom["height"] - top["y"]}


def test_the_first_notebook_runs_in_a_browser(page, lab):
    page.goto(f"{lab}/lab/tree/notebooks/{NOTEBOOK}?reset")
    page.wait_for_function("() => window.jupyterapp !== undefined", timeout=START_S * 1000)
    ran, outputs = page.evaluate(RUN_ALL, f"notebooks/{NOTEBOOK}")
    failures = [output for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"]
    assert failures == []
    assert ran is True

    height = page.evaluate(CONTENT_HEIGHT)
    page.set_viewport_size({"width": 1280, "height": height + 150})
    page.evaluate(TO_THE_TOP)
    sync_api.expect(page.locator(".jp-Notebook h1")).to_be_in_viewport()
    ARTEFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTEFACTS / "01_batching.png")
    page.screenshot(
        path=ARTEFACTS / "jobs.png", clip=cells_box(page, "jobs = sk.collect(batch)", 'utterances = sk.to_frame(batch, "utterances"')
    )

    shown = page.locator(".jp-Notebook .jp-OutputArea-output")
    for text in ("3/3 recordings · 3 at the service", "· stopped", "Interrupted.", "3/3 recordings · 3 completed", "too_long", "3 refused"):
        sync_api.expect(shown.filter(has_text=text).first).to_be_visible()
    sync_api.expect(shown.locator("img")).to_be_visible()
    sync_api.expect(shown.filter(has_text="-->").first).to_be_visible()

    assert page.strays == []
