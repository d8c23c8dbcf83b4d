"""The widgets outside JupyterLab: as a Voila dashboard, in Notebook 7, and in marimo. No network in any."""

import shutil

import nbformat
import pytest
from corpora import store, write_tone
from laboratory import PATIENCE_MS, RUN_CELL, Server, keep_in, wait_for_kernel
from places import ROOT

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = playwright.expect

DASHBOARDS = ROOT / "notebooks" / "dashboards"


class Frontend(Server):
    """A server of notebooks, and pages of it.

    Attributes:
        strays: Addresses on other hosts that pages asked for; they were not let through.
    """

    def __init__(self, home, command, browser, **environment):
        super().__init__(home, command, **environment)
        self.strays = []
        self._browser = browser

    def open(self, path):
        self.wait_until_up()
        page = self._browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        keep_in(page, self.address, self.strays)
        page.goto(self.address + path)
        return page


@pytest.fixture
def start(tmp_path, browser):
    started = []

    def start_(command, **environment):
        started.append(Frontend(tmp_path, command, browser, **environment))
        return started[-1]

    yield start_
    for frontend in started:
        frontend.stop()


@pytest.fixture
def artefacts():
    folder = ROOT / "artefacts"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def corpus(tmp_path):
    turns = [("A", "the old bridge was closed"), ("B", "a bridge is <b>never</b> only a bridge")]
    talks = {f"talk_{number}": turns for number in range(5)}
    write_tone(tmp_path / "tone.wav")
    sources = dict.fromkeys(talks, str(tmp_path / "tone.wav"))
    store(tmp_path / "corpus", talks, {"kind": ["call", "talk", "call", "talk", "call"]}, sources=sources)
    return tmp_path / "corpus"


def search_and_narrow(page):
    field = page.get_by_role("searchbox", name="Search the transcripts")
    field.fill('"a bridge"')
    field.press("Enter")
    summary = page.locator(".sk-search-summary [role=status]")
    expect(summary).to_contain_text("10 lines in 5 of 5 recordings")
    page.get_by_role("group", name="kind").get_by_role("checkbox").last.check()
    expect(summary).to_contain_text("4 of 10 lines in 2 of 5 recordings")
    expect(page.get_by_role("row").filter(has_text="<b>never</b>").first).to_be_visible()


def test_the_search_is_a_dashboard(start, corpus, artefacts):
    pytest.importorskip("voila", reason="Voila is not installed: pip install voila")
    shutil.copy(DASHBOARDS / "search.ipynb", corpus.parent)
    command = ["voila", "search.ipynb", "--no-browser", "--port={port}", "--Voila.ip=127.0.0.1"]
    voila = start(command, SCRIBEKIT_CORPUS=str(corpus))
    page = voila.open("/")
    search_and_narrow(page)
    page.screenshot(path=artefacts / "voila_search.png")

    page = voila.open("/?query=closed&sort=left1")
    expect(page.locator(".sk-search-summary [role=status]")).to_contain_text("5 lines in 5 of 5 recordings")
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
    expect(cost).to_have_text("$2.10")
    page.get_by_label("speaker labels").check()
    expect(cost).to_have_text("$2.30")
    page.screenshot(path=artefacts / "voila_planner.png")
    assert all("fontawesome" in address for address in voila.strays)


WIDGETS = {
    "planner": "sk.widgets.CostPlanner(sk.read_manifest({manifest!r}))",
    "monitor": "sk.widgets.BatchMonitor(sk.open_corpus({corpus!r}))",
    "review": "sk.widgets.DiarizationReview(sk.open_corpus({corpus!r}), 'talk_0')",
    "explorer": "sk.widgets.ConfidenceExplorer(sk.open_corpus({corpus!r}))",
    "search": "sk.widgets.TranscriptSearch(sk.open_corpus({corpus!r}))",
}


@pytest.fixture
def sources(corpus):
    """How each widget is made, over recordings with sound."""
    manifest = corpus.parent / "library.csv"
    manifest.write_text("\n".join(["url,duration_s", *(f"https://host.example/{number}.mp3,3600" for number in range(10))]), "utf-8")
    return {name: source.format(manifest=str(manifest), corpus=str(corpus)) for name, source in WIDGETS.items()}


def use_each(page):
    cost = page.locator(".sk-planner-facts strong").first
    expect(cost).to_have_text("$2.10")
    page.get_by_label("speaker labels").check()
    expect(cost).to_have_text("$2.30")

    page.get_by_placeholder("Find by name").fill("talk_3")
    expect(page.get_by_text("1 of 5 recordings", exact=True)).to_be_visible(timeout=PATIENCE_MS)

    page.locator("[data-turn='1']").click(position={"x": 8, "y": 8})  # its time: a word would be picked alone
    page.keyboard.press("a")
    expect(page.locator("[data-turn='1']")).to_contain_text("accepted")
    page.locator("[data-key=play]").first.click()
    page.wait_for_function("() => window.heard > 0")

    page.get_by_label("Threshold of confidence").fill("0.99")
    expect(page.get_by_text("Below 0.99: 60 words")).to_be_visible(timeout=PATIENCE_MS)

    search_and_narrow(page)


LISTEN = """() => {
    const play = HTMLMediaElement.prototype.play;
    HTMLMediaElement.prototype.play = function () {
        this.addEventListener("timeupdate", () => { window.heard = this.currentTime }, {once: false});
        return play.call(this);
    };
}"""


def test_every_widget_runs_in_notebook_7(start, corpus, sources, artefacts):
    pytest.importorskip("notebook", reason="Notebook 7 is not installed: pip install notebook")
    cell = "\n".join(["import scribekit as sk", *(f"display({source})" for source in sources.values())])
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}  # else it asks for one
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)], metadata=kernel)
    nbformat.write(notebook, corpus.parent / "widgets.ipynb")
    command = [
        *("notebook", "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port={port}", "--ServerApp.port_retries=0"),
        *("--IdentityProvider.token=", "--JupyterNotebookApp.expose_app_in_browser=True"),
    ]
    frontend = start(command)
    page = frontend.open("/notebooks/widgets.ipynb")
    page.evaluate(LISTEN)
    wait_for_kernel(page)
    page.evaluate(RUN_CELL, 0)
    use_each(page)
    photograph(page, artefacts, "notebook7")
    assert frontend.strays == []


def test_every_widget_runs_in_marimo(start, corpus, sources, artefacts):
    pytest.importorskip("marimo", reason="marimo is not installed: pip install marimo")
    cells = [f"@app.cell\ndef {name}(sk):\n    {source}\n    return" for name, source in sources.items()]
    first = "import marimo\napp = marimo.App()\n\n@app.cell\ndef imports():\n    import scribekit as sk\n    return (sk,)"
    (corpus.parent / "app.py").write_text("\n\n".join([first, *cells]), "utf-8")
    frontend = start(["marimo", "run", "app.py", "--headless", "--no-token", "--host=127.0.0.1", "--port={port}"])
    page = frontend.open("/")
    page.evaluate(LISTEN)
    use_each(page)
    photograph(page, artefacts, "marimo")
    assert frontend.strays == []


def photograph(page, artefacts, frontend):
    for number, name in enumerate(WIDGETS):
        page.locator(".sk-widget").nth(number).screenshot(path=artefacts / f"{frontend}_{name}.png")
