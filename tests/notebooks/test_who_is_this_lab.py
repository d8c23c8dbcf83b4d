"""The widget that asks who speaks, in a real JupyterLab: heard and named by mouse, by keys, and as a screen reader has it."""

import pytest
from corpora import store, write_tone

import scribekit as sk

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect

EVIL = '<img src=x onerror="window.stolen=1"><b>talk</b>.wav'


@pytest.fixture
def folder(tmp_path):
    """Two recordings with sound and five speakers, of whom one has a name; a name and a text would be HTML if they could."""
    recordings = {
        "interview.wav": [("A", "good morning to all of you here"), ("B", "good morning"), ("A", "let us begin with the bridge now")],
        EVIL: [("A", "the <b>bridge</b> was closed for years"), ("Maria", "nobody knew"), ("B", "and nobody cared")],
    }
    sources = {name: tmp_path / f"{number}.wav" for number, name in enumerate(recordings)}
    for path in sources.values():
        write_tone(path, seconds=40)
    store(tmp_path / "corpus", recordings, sources={name: str(path) for name, path in sources.items()})
    return tmp_path / "corpus"


def open_widget(run_notebook, folder):
    notebook = run_notebook([f"import scribekit as sk\nsk.widgets.WhoIsThis(sk.open_corpus({str(folder)!r}))"], name="who_is_this")
    expect(notebook.page.locator(".sk-widget h3").first).to_contain_text("without a name")
    return notebook


def names(folder):
    table = sk.people(folder, progress=False)
    return table.groupby("recording_id", sort=False)["name"].agg(list).to_dict()


def heading(notebook, text):
    expect(notebook.page.locator(".sk-widget h3").first).to_have_text(text)


def test_a_person_hears_each_speaker_and_gives_a_name(run_notebook, folder):
    notebook = open_widget(run_notebook, folder)
    page, widget = notebook.page, notebook.page.locator(".sk-widget")
    notebook.slow_sound(1 / 16)
    heading(notebook, "Who is this? 1 of 4 without a name")
    expect(page.locator(".sk-who-recording")).to_have_text("A in interview.wav")
    expect(page.locator(".sk-who-line")).to_contain_text("good morning to all of you here")
    assert notebook.axe(".sk-widget") == []
    notebook.shot("who_is_this_light", ".sk-widget")

    page.get_by_role("button", name="Play").click()
    expect(widget).to_have_attribute("data-playing", "true")
    page.get_by_role("button", name="Pause").click()
    expect(widget).to_have_attribute("data-playing", "false")
    page.get_by_role("button", name="Another line").click()
    expect(page.locator(".sk-who-line")).to_contain_text("let us begin with the bridge now")
    expect(widget).to_have_attribute("data-playing", "true")

    page.get_by_label("Name", exact=True).fill("Bo")
    page.get_by_role("button", name="Save the name").click()
    heading(notebook, "Who is this? 1 of 3 without a name, 1 named")
    expect(page.locator(".sk-who-recording")).to_have_text("B in interview.wav")
    expect(widget).to_have_attribute("data-playing", "true")  # the next one is played at once
    assert names(folder)["interview.wav"] == ["Bo", "B"]

    page.get_by_role("button", name="Skip").click()
    expect(page.locator(".sk-who-recording")).to_have_text(f"A in {EVIL}")
    expect(page.locator(".sk-who-line")).to_contain_text("the <b>bridge</b> was closed for years")
    assert page.locator(".sk-widget b").count() == 0
    assert page.evaluate("() => window.stolen") is None
    page.get_by_label("Name", exact=True).fill("Maria")
    page.get_by_role("button", name="Save the name").click()
    question = page.get_by_role("group", name="Somebody else has this name")
    expect(question).to_contain_text("Maria is the name of another speaker already")
    notebook.set_theme("dark")
    assert notebook.axe(".sk-widget") == []
    notebook.shot("who_is_this_dark", ".sk-widget")
    question.get_by_role("button", name="They are one person").click()
    heading(notebook, "Who is this? 2 of 2 without a name, 2 named")
    assert names(folder)[EVIL] == ["Maria", "B"]


def test_everything_can_be_done_by_keys(run_notebook, folder):
    notebook = open_widget(run_notebook, folder)
    page, keys, widget = notebook.page, notebook.page.keyboard, notebook.page.locator(".sk-widget")
    field = page.get_by_label("Name", exact=True)
    said = page.locator(".sk-widget .sk-said")
    notebook.slow_sound(1 / 16)
    expect(said).to_have_text("A in interview.wav: good morning to all of you here")
    field.focus()
    keys.press("Control+Enter")
    expect(widget).to_have_attribute("data-playing", "true")
    keys.press("Control+Enter")
    expect(widget).to_have_attribute("data-playing", "false")
    keys.press("Enter")
    expect(said).to_have_text("Type a name first, or skip this speaker.")

    keys.type("Plan B, unplayed")  # the letters of shortcuts are letters in the field
    expect(field).to_have_value("Plan B, unplayed")
    keys.press("Control+a")
    keys.type("Bo")
    keys.press("Enter")
    heading(notebook, "Who is this? 1 of 3 without a name, 1 named")
    expect(said).to_have_text("B in interview.wav: good morning")
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    expect(widget).to_have_attribute("data-playing", "true")


def test_the_letters_move_and_undo_outside_of_the_name(run_notebook, folder):
    notebook = open_widget(run_notebook, folder)
    page, keys, widget = notebook.page, notebook.page.keyboard, notebook.page.locator(".sk-widget")
    field, said = page.get_by_label("Name", exact=True), page.locator(".sk-widget .sk-said")
    notebook.slow_sound(1 / 16)
    field.fill("Bo")
    field.press("Enter")
    heading(notebook, "Who is this? 1 of 3 without a name, 1 named")
    keys.press("Escape")
    keys.press("u")
    expect(said).to_have_text("Bo is A again.")
    heading(notebook, "Who is this? 1 of 4 without a name")
    assert names(folder)["interview.wav"] == ["A", "B"]
    expect(widget).to_have_attribute("data-playing", "true")
    keys.press("b")
    expect(page.locator(".sk-who-recording")).to_have_text(f"B in {EVIL}")
    keys.press("n")
    expect(page.locator(".sk-who-recording")).to_have_text("A in interview.wav")
    keys.press("l")
    expect(said).to_have_text("let us begin with the bridge now")
    keys.press("/")
    expect(field).to_be_focused()
    for name, left in (("Ada", 3), ("Bo", 2), ("Cy", 1), ("Di", 0)):
        keys.type(name)
        keys.press("Enter")
        if left:
            heading(notebook, f"Who is this? 1 of {left} without a name, {4 - left} named")
            expect(field).to_have_value("")
    heading(notebook, "Every speaker has a name.")
    assert names(folder) == {"interview.wav": ["Ada", "Bo"], EVIL: ["Cy", "Maria", "Di"]}
    keys.press("?")
    expect(page.get_by_role("dialog", name="Keys of Who is this?")).to_be_visible()
    keys.press("Escape")
    assert notebook.axe(".sk-widget") == []


def test_after_a_restart_only_those_without_a_name_are_asked_for(run_notebook, folder):
    sk.name_people(folder, {"interview.wav": {"A": "Bo"}}, progress=False)
    notebook = open_widget(run_notebook, folder)
    heading(notebook, "Who is this? 1 of 3 without a name")
    assert notebook.page.locator("datalist option").evaluate_all("found => found.map(one => one.value)") == ["Bo", "Maria"]
    notebook.restart()
    notebook.run_all()
    heading(notebook, "Who is this? 1 of 3 without a name")


def test_an_answer_that_comes_late_takes_no_key_from_where_it_was_meant(run_notebook, folder):
    gate = folder.parent / "gate"
    gate.touch()
    busy = f"import pathlib, time\nprint('busy')\nwhile not pathlib.Path({str(gate)!r}).exists():\n    time.sleep(0.05)"
    show = f"import scribekit as sk\nsk.widgets.WhoIsThis(sk.open_corpus({str(folder)!r}))"
    notebook = run_notebook([show, busy], name="who_is_this_late")
    field, play = notebook.page.get_by_label("Name", exact=True), notebook.page.get_by_role("button", name="Play")
    heading(notebook, "Who is this? 1 of 4 without a name")
    gate.unlink()
    notebook.begin_cell(1)
    field.fill("Bo")
    field.press("Enter")
    notebook.page.keyboard.press("Escape")
    expect(play).to_be_focused()
    gate.touch()
    heading(notebook, "Who is this? 1 of 3 without a name, 1 named")
    notebook.page.keyboard.press("u")
    heading(notebook, "Who is this? 1 of 4 without a name")
    expect(field).to_have_value("")
