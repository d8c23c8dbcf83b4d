"""The first notebook in a real JupyterLab in a real Chromium, without a network."""

NOTEBOOK = "notebooks/01_batching.ipynb"


def cells_box(page, first, last):
    """The rectangle that the cells from ``first`` to ``last`` fill, each found by a piece of its source."""
    cell = page.locator(".jp-Notebook .jp-CodeCell")
    top, bottom = (cell.filter(has_text=text).first.bounding_box() for text in (first, last))
    return {"x": top["x"], "y": top["y"], "width": top["width"], "height": bottom["y"] + bottom["height"] - top["y"]}


def test_the_first_notebook_runs_in_a_browser(open_notebook):
    from playwright.sync_api import expect

    notebook = open_notebook(NOTEBOOK)
    notebook.run_all()
    assert [output for output in notebook.outputs() if output.get("name") == "stderr"] == []

    notebook.show_all()
    page = notebook.page
    expect(page.locator(".jp-Notebook h1")).to_be_in_viewport()
    notebook.shot("01_batching")
    notebook.shot("jobs", clip=cells_box(page, "jobs = sk.collect(batch)", 'utterances = sk.to_frame(batch, "utterances"'))

    shown = page.locator(".jp-Notebook .jp-OutputArea-output")
    for text in ("3/3 recordings · 3 at the service", "· stopped", "Interrupted.", "3/3 recordings · 3 completed", "too_long", "3 refused"):
        expect(shown.filter(has_text=text).first).to_be_visible()
    expect(shown.locator("img")).to_be_visible()
    expect(shown.filter(has_text="-->").first).to_be_visible()
