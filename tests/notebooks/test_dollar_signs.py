r"""Names, texts and sums of money in a real JupyterLab, which takes what is between two dollar signs, or in ``\(…\)``, for mathematics."""

import corpora
import pytest

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect

NAME = r"Ba$$in talk, $5 to $6 \(x\).mp3"
WHO = "A$ap or Ke$ha"
SAID = r"it cost $5 and not $6 or $$7$$ \(x\) \[y\] \begin{a} z \end{a}"
OPEN = """
import matplotlib.pyplot as plt
import scribekit as sk
from IPython.display import HTML, Markdown, display
from scribekit.base.progress import State
corpus = sk.open_corpus({folder!r})
lines = sk.search(corpus, "cost")
manifest = [{{"recording_id": {name!r}, "duration_s": 3600.0}}]
plan = sk.plan(manifest, budget_usd=5.0)

def static(widget):
    display({{"text/html": widget._repr_mimebundle_()[0]["text/html"]}}, raw=True)
"""
SHOWN = {
    "corpus": "corpus",
    "batch": "corpus.batch(1)",
    "plan": "plan",
    "review": "sk.review(corpus, lines['recording_id'][0])",
    "progress": "display(State('From $5', 'recordings to $6', 3, note={name!r}))",
    "jobs": "corpus.jobs()",
    "utterances": "sk.to_frame(corpus, 'utterances')",
    "manifest": "sk.to_frame(corpus, 'jobs', with_manifest=True)",
    "people": "sk.people(corpus)",
    "lines": "lines",
    "cited": "display(Markdown(sk.cite(lines.iloc[0], 'markdown', corpus=corpus)))",
    "notes": "display(Markdown(open(sk.export(corpus, 'out', ['markdown'], progress=False)['path'][0]).read()))",
    "static monitor": "static(sk.widgets.BatchMonitor(corpus))",
    "static search": "static(sk.widgets.TranscriptSearch(corpus, 'cost'))",
    "static explorer": "static(sk.widgets.ConfidenceExplorer(corpus))",
    "static laboratory": "static(sk.widgets.DiarizationReview(corpus, lines['recording_id'][0]))",
    "static who is this": "static(sk.widgets.WhoIsThis(corpus))",
    "static planner": "static(sk.widgets.CostPlanner(manifest, budget_usd=5.0))",
    "plot": "sk.plots.talk_shares(sk.turn_statistics(corpus)); plt.show()",
    "monitor": "sk.widgets.BatchMonitor(corpus)",
    "search": "sk.widgets.TranscriptSearch(corpus, 'cost')",
}
CONTROL = "display(HTML('from $5 to $6'))"  # not ours, so it becomes mathematics


@pytest.fixture
def folder(tmp_path):
    columns = {"title": [NAME, NAME], "cost": ["$5 or $6", "$$7$$"]}
    return corpora.store(tmp_path / "from $5 to $6", {NAME: [(WHO, SAID), ("B", SAID)], "two.mp3": [(WHO, SAID)]}, columns).path


def test_nothing_that_shows_data_is_typeset_as_mathematics(folder, run_notebook):
    cells = [code.replace("{name!r}", repr(NAME)) for code in SHOWN.values()]
    notebook = run_notebook([OPEN.format(folder=str(folder), name=NAME), *cells, CONTROL], name="dollars")
    page = notebook.page
    expect(page.locator(".jp-Cell").last.locator("mjx-container")).to_have_count(1)  # what was shown before it has been typeset by now
    expect(page.locator(".sk-widget").first).to_be_visible()
    typeset = [name for number, name in enumerate(SHOWN, 1) if page.locator(".jp-Cell").nth(number).locator("mjx-container").count()]
    assert typeset == []
    for name in ("cited", "notes", "utterances", "lines", "static search", "static laboratory"):
        expect(page.locator(".jp-Cell").nth(1 + list(SHOWN).index(name))).to_contain_text("$5 and not $6 or $$7$$")
    for name in ("cited", "notes"):
        expect(page.locator(".jp-Cell").nth(1 + list(SHOWN).index(name))).to_contain_text(r"\(x\) \[y\] \begin{a} z \end{a}")
