"""The search widget in a real JupyterLab: what a person does with it, by mouse and by keys, before and after a restart."""

import re
import wave

import numpy as np
import pytest
from corpora import store

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect

EVIL = '<img src=x onerror="window.stolen=1"><b>bold</b>'
RATE = 8000


def write_tone(path, seconds):
    samples = (8000 * np.sin(2 * np.pi * 440 * np.arange(seconds * RATE) / RATE)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A corpus of twelve recordings with sound; a name, a title and a word of it would be HTML if they could."""
    home = tmp_path_factory.mktemp("search")
    write_tone(home / "tone.wav", 40)
    recordings, kinds = {}, ["interview", "meeting", "call"]
    for number in range(12):
        opening = [("A", f"the old bridge was closed in {1990 + number} and nobody knew"), ("B", "a bridge is never only a bridge")]
        recordings[f"talk_{number:02d}"] = opening * (1 + number % 3) + [("Ada", "we crossed the new bridge every day")]
    recordings[f"{EVIL}.wav"] = [(EVIL, f"{EVIL} bridge {EVIL}")]
    count = len(recordings)
    columns = {
        "source": [str(home / "tone.wav")] * count,
        "duration_s": [40.0] * count,
        "kind": [kinds[number % 3] for number in range(count - 1)] + [EVIL],
        "date": [f"2024-{1 + number % 12:02d}-03" for number in range(count)],
        "title": [f"Talk {number}" for number in range(count - 1)] + [EVIL],
    }
    store(home / "corpus", recordings, columns)
    return home / "corpus"


def open_search(run_notebook, folder, arguments="", name="search"):
    cells = ["import scribekit as sk", f"search = sk.widgets.TranscriptSearch(sk.open_corpus({str(folder)!r}){arguments})\nsearch"]
    notebook = run_notebook(cells, name=name)
    notebook.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return notebook


def said(notebook, text):
    """The summary says so, in time."""
    expect(notebook.page.locator(".sk-search-summary [role=status]")).to_contain_text(text)


def rows(notebook):
    return notebook.page.locator(".sk-grid-body [role=row]")


def cells(notebook, row):
    return rows(notebook).nth(row).locator("[role=gridcell]")


def clipboard(notebook):
    return notebook.page.evaluate("() => navigator.clipboard.readText()")


def test_a_person_searches_narrows_sorts_hears_and_quotes(run_notebook, folder):
    notebook = open_search(run_notebook, folder)
    page = notebook.page
    notebook.slow_sound(1 / 16)
    said(notebook, "13 transcripts can be searched.")

    page.get_by_role("searchbox", name="Search the transcripts").fill("bridge")
    page.get_by_role("button", name="Search", exact=True).click()
    said(notebook, "85 lines in 13 of 13 recordings")
    expect(cells(notebook, 0)).to_have_text(["talk_00", "0:01", "A", "the old", "bridge", "was closed in 1990 and nobody knew a"])

    page.get_by_label("Order by").select_option(label="1st word to the right")
    expect(cells(notebook, 0).last).to_have_text("every day")
    page.get_by_role("checkbox", name=re.compile("^Ada")).check()
    said(notebook, "12 of 85 lines in 12 of 13 recordings")
    page.get_by_role("group", name="kind").get_by_role("checkbox", name=re.compile("^call")).check()
    said(notebook, "4 of 85 lines in 4 of 13 recordings")
    expect(page.get_by_role("group", name="kind").get_by_role("checkbox", name=re.compile("^interview 4$"))).to_be_visible()
    notebook.shot("search_narrowed", ".sk-widget")

    rows(notebook).nth(1).click()
    expect(page.locator(".sk-player")).to_have_attribute("data-playing", "true")
    expect(page.locator(".sk-player")).to_contain_text("talk_05 · Ada")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="▶ Play")).to_be_visible()

    page.get_by_role("button", name="Copy citation").click()
    expect(page.locator(".sk-said")).to_contain_text("Copied: “we crossed")
    assert clipboard(notebook) == "“we crossed the new bridge every day” (Ada, “Talk 5” [talk_05], 00:00:27)"
    page.get_by_role("button", name="Copy all as table").click()
    expect(page.locator(".sk-said")).to_contain_text("Copied 4 lines")
    table = [line.split("\t") for line in clipboard(notebook).splitlines()]
    assert [row[0] for row in table] == ["recording_id", "talk_02", "talk_05", "talk_08", "talk_11"]
    page.get_by_role("button", name="Remove filter: kind: call").click()
    said(notebook, "12 of 85 lines")


def test_after_a_restart_the_cell_gives_the_same_view(run_notebook, folder):
    notebook = open_search(
        run_notebook, folder, ", 'brid*', facets={'speaker': 'B', 'kind': ['meeting', 'call']}, sort='left1'", "search_again"
    )
    said(notebook, "40 of 85 lines")
    before = rows(notebook).first.inner_text()
    notebook.page.get_by_role("button", name="Copy as code").click()
    expect(notebook.page.locator(".sk-said")).to_contain_text("sort='left1'")
    assert "'brid*', facets={'speaker': ['B'], 'kind': ['meeting', 'call']}, sort='left1')" in clipboard(notebook)

    notebook.restart()
    notebook.run_all()
    said(notebook, "40 of 85 lines")
    assert rows(notebook).first.inner_text() == before
    expect(notebook.page.get_by_label("Order by")).to_have_value("left1")
    expect(notebook.page.get_by_role("checkbox", name=re.compile("^B "))).to_be_checked()


def test_everything_can_be_done_by_keys(run_notebook, folder):
    notebook = open_search(run_notebook, folder, ", 'bridge'")
    page, keys = notebook.page, notebook.page.keyboard
    notebook.slow_sound(1 / 16)
    said(notebook, "85 lines")
    page.locator(".sk-grid").focus()
    keys.press("/")
    keys.type('"new bridge"')
    keys.press("Enter")
    said(notebook, "12 lines in 12 of 13 recordings")
    expect(cells(notebook, 1)).to_contain_text(["talk_01", "", "Ada", "", "new bridge", "every day"])
    page.get_by_role("button", name="Search", exact=True).focus()
    keys.press("t")
    expect(page.locator(".sk-grid")).to_be_focused()
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(page.locator(".sk-player")).to_contain_text("talk_01 · Ada")
    keys.press(" ")
    expect(page.get_by_role("button", name="▶ Play")).to_be_visible()
    keys.press("Shift+C")
    expect(page.locator(".sk-said")).to_have_text("Copied as Markdown.")
    assert clipboard(notebook).splitlines()[-1] == r"> — Ada, “Talk 1” \[talk\_01\], 00:00:18"
    keys.press("l")
    keys.press("l")
    expect(page.get_by_label("Order by")).to_have_value("left2")
    expect(page.locator(".sk-grid")).to_be_focused()
    keys.press("k")
    expect(page.get_by_role("region", name="Collocates")).to_contain_text("crossed")
    page.get_by_role("button", name="crossed").focus()
    keys.press("Enter")
    said(notebook, "12 lines in 12 of 13 recordings")
    expect(page.get_by_role("searchbox", name="Search the transcripts")).to_have_value('"new bridge" NEAR/5 crossed')
    keys.press("?")
    expect(page.get_by_role("dialog", name="Keys of the search")).to_be_visible()


def test_a_query_that_cannot_be_read_is_explained_and_keeps_its_words(run_notebook, folder):
    notebook = open_search(run_notebook, folder, ", 'bridge'")
    page = notebook.page
    field = page.get_by_role("searchbox", name="Search the transcripts")
    field.fill('"old bridge')
    field.press("Enter")
    expect(page.locator(".sk-search-problem")).to_contain_text("A quotation mark is not closed.")
    expect(field).to_have_value('"old bridge')
    expect(field).to_have_attribute("aria-invalid", "true")
    notebook.shot("search_problem", ".sk-widget")
    field.fill('"old bridge"')
    field.press("Enter")
    said(notebook, "24 lines")
    expect(page.locator(".sk-search-problem")).to_be_hidden()


def test_words_are_corrected_where_they_are_found(run_notebook, tmp_path):
    turns = [("A", "the brigde is old"), ("B", "which brigde")]
    store(tmp_path / "corpus", {"one": turns, "two": turns})
    notebook = open_search(run_notebook, tmp_path / "corpus", ", 'brigde'")
    page = notebook.page
    said(notebook, "4 lines")
    page.get_by_role("button", name="Correct …").click()
    dialog = page.get_by_role("dialog", name="Correct words")
    dialog.get_by_label("with", exact=True).fill("bridge")
    dialog.get_by_role("button", name="Find the places").click()
    expect(dialog.get_by_role("checkbox", checked=True)).to_have_count(1)
    dialog.get_by_role("button", name="All places").click()
    notebook.shot("search_correct")
    assert notebook.axe(".sk-correct") == []
    dialog.get_by_role("button", name="Correct 4 places").click()
    said(notebook, "0 lines in 0 of 2 recordings")
    page.get_by_role("button", name="Undo the correction").click()
    said(notebook, "4 lines in 2 of 2 recordings")


def test_an_action_that_comes_before_the_lines_waits_for_them(run_notebook, tmp_path):
    store(tmp_path / "corpus", {"one": [("A", "the brigde is old"), ("B", "which brigde")]})
    gate = tmp_path / "gate"
    gate.touch()
    busy = f"import pathlib, time\nsearch.query = 'brigde'\nwhile not pathlib.Path({str(gate)!r}).exists():\n    time.sleep(0.05)"
    show = f"import scribekit as sk\nsearch = sk.widgets.TranscriptSearch(sk.open_corpus({str(tmp_path / 'corpus')!r}))\nsearch"
    notebook = run_notebook([show, busy, "search.query = ''"], name="search_early")
    page = notebook.page
    said(notebook, "1 transcript can be searched.")
    gate.unlink()
    notebook.begin_cell(1)
    said(notebook, "2 lines")  # the search has a thread of its own; the lines are asked of the kernel, which is busy
    page.get_by_role("button", name="Correct …").click()
    expect(page.get_by_role("dialog", name="Correct words")).to_have_count(0)
    gate.touch()
    expect(page.get_by_role("dialog", name="Correct words").get_by_label("with", exact=True)).to_have_value("brigde")


def test_what_is_said_is_never_markup_and_all_can_use_it(run_notebook, folder):
    notebook = open_search(run_notebook, folder, ", 'bridge'", "search_looks")
    page = notebook.page
    said(notebook, "85 lines")
    page.locator(".sk-grid").focus()
    page.keyboard.press("End")
    expect(rows(notebook).last).to_contain_text(EVIL)
    page.locator("summary", has_text="Words near the query").click()
    expect(page.get_by_role("region", name="Collocates")).to_contain_text("old")
    assert page.evaluate("() => window.stolen") is None
    assert page.locator(".sk-widget img, .sk-widget b").count() == 0
    notebook.show_all()
    page.locator(".sk-grid").focus()
    page.keyboard.press("Home")
    for theme in ("light", "dark"):
        notebook.set_theme(theme)
        assert notebook.axe(".sk-widget") == []
        notebook.shot(f"search_{theme}", ".sk-widget")


def test_a_cell_changes_the_search_and_takes_its_lines(run_notebook, folder):
    store_cells = ["search.query = 'nobody'", "search.facets = {'kind': 'call'}", "print(len(search.lines), *search.lines.columns[:4])"]
    cells = ["import scribekit as sk", f"search = sk.widgets.TranscriptSearch(sk.open_corpus({str(folder)!r}))\nsearch", *store_cells]
    notebook = run_notebook(cells, name="search_cells")
    said(notebook, "12 of 24 lines")
    texts = [output["text"] for output in notebook.outputs() if output["output_type"] == "stream"]
    assert "".join(map("".join, texts)) == "12 recording_id left match right\n"
