"""The confidence explorer in a real JupyterLab: narrowing, reviewing, correcting everywhere, and finding it all again."""

import re
import wave

import corpora
import pytest

import scribekit as sk

SAID = [
    "The old brige was built in iron",
    "and the river runs below it",
    "nobody knows who drew the plans",
    "a brige of wood stood there before",
]
HTML = "<b>bold</b><script>window.harmed = true</script>"
CERTAINTY = {"brige": 0.21, "drew": 0.55, "plans": 0.62, "wood": 0.35, "river": 0.78}


def certainty(word):
    return CERTAINTY.get(word, 0.9 + len(word) / 100)


@pytest.fixture
def corpus(tmp_path):
    """Twelve recordings of two speakers, each with sound, of which one is named like a script."""
    names = [f"talk {number:02}.mp3" for number in range(11)] + [f"{HTML}.mp3"]
    said = {name: [(speaker, SAID[(at + turn) % 4]) for turn, speaker in enumerate("ABAB")] for at, name in enumerate(names)}
    sources = {name: str(tmp_path / f"{number}.wav") for number, name in enumerate(names)}
    for source in sources.values():
        with wave.open(source, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(bytes(range(0, 240, 10)) * 16000)
    columns = {"kind": ["interview", "lecture", "call"] * 4}
    return corpora.store(tmp_path / "bridges", said, columns, sources=sources, confidence=certainty)


@pytest.fixture
def explore(corpus, run_notebook):
    def run(**options):
        given = "".join(f", {name}={value!r}" for name, value in options.items())
        cells = [
            "import scribekit as sk",
            f"explorer = sk.widgets.ConfidenceExplorer(sk.open_corpus({str(corpus.path)!r}){given})\nexplorer",
        ]
        return Explorer(run_notebook(cells, name="confidence"))

    return run


class Explorer:
    """The widget in its page."""

    def __init__(self, notebook):
        from playwright.sync_api import expect

        self.notebook, self.page, self.expect = notebook, notebook.page, expect
        self.wait()

    def wait(self):
        self.face = self.page.locator(".sk-widget").last
        self.queue = self.face.get_by_role("grid", name=re.compile("^Review queue"))
        self.groups = self.face.get_by_role("grid", name="Distributions of confidence by group")
        self.part = self.face.get_by_role("region", name="Open part")
        self.told = self.face.locator("output.sk-below")
        self.expect(self.face.get_by_text(re.compile("^Share of the expected errors"))).to_be_visible()
        self.expect(self.queue.get_by_role("gridcell", name="1", exact=True)).to_be_visible()

    def button(self, name):
        return self.face.get_by_role("button", name=name)


def focused(explorer):
    """Whether the focus is inside the widget: it must never fall back to the page."""
    return explorer.page.evaluate("() => document.querySelector('.sk-widget').contains(document.activeElement)")


def test_threshold_brush_and_groups_narrow_each_other(explore):
    explorer = explore(by="kind")
    explorer.expect(explorer.told).to_contain_text("Below 0.90: 72 words (23.1 %)")
    slider = explorer.face.get_by_role("slider", name="Threshold of confidence")
    slider.focus()
    for _ in range(5):
        slider.press("ArrowLeft")
    explorer.expect(explorer.told).to_contain_text("Below 0.85: 72 words")
    explorer.expect(explorer.queue.get_by_role("gridcell", name="nobody knows who drew the plans").first).to_be_visible()

    box = explorer.face.locator(".sk-brushable").bounding_box()
    explorer.page.mouse.move(box["x"] + box["width"] * 0.15, box["y"] + 40)
    explorer.page.mouse.down()
    explorer.page.mouse.move(box["x"] + box["width"] * 0.45, box["y"] + 60, steps=8)
    explorer.page.mouse.up()
    explorer.expect(explorer.face.get_by_role("button", name=re.compile("Remove filter: confidence 0.1"))).to_be_visible()
    explorer.expect(explorer.queue.get_by_role("gridcell", name="nobody knows who drew the plans")).to_have_count(0)
    explorer.expect(explorer.queue.get_by_role("gridcell", name="a brige of wood stood there before").first).to_be_visible()

    explorer.groups.get_by_role("row", name=re.compile("lecture")).click()
    chip = explorer.face.get_by_role("button", name="Remove filter: kind: lecture")
    explorer.expect(chip).to_be_visible()
    explorer.expect(explorer.queue.get_by_role("gridcell", name="talk 00.mp3")).to_have_count(0)
    explorer.expect(explorer.queue.get_by_role("gridcell", name="talk 01.mp3").first).to_be_visible()
    explorer.notebook.show_all()
    explorer.notebook.shot("confidence_narrowed_light", ".sk-widget")

    explorer.face.get_by_role("combobox", name="by", exact=True).select_option("speaker")
    explorer.expect(explorer.groups.get_by_role("row")).to_have_count(3)
    chip.click()
    explorer.expect(explorer.queue.get_by_role("gridcell", name="talk 00.mp3").first).to_be_visible()
    assert focused(explorer)


def test_what_is_done_in_the_queue_is_found_again_after_a_restart(explore, corpus):
    explorer = explore()
    explorer.expect(explorer.queue).to_have_attribute("aria-rowcount", "37")
    explorer.queue.locator("[role=row]").nth(1).click()
    explorer.expect(explorer.part).to_contain_text(f"{HTML}.mp3")
    explorer.part.get_by_role("button", name=re.compile("^brige, confidence 0.21")).click()
    explorer.button("Correct 1 word …").click()
    field = explorer.face.get_by_role("textbox", name="What was really said")
    field.fill("bridge")
    field.press("Enter")
    explorer.expect(explorer.part.get_by_role("button", name="bridge, edited")).to_be_visible()
    explorer.expect(explorer.queue.get_by_text("✓ corrected")).to_be_visible()

    explorer.part.get_by_role("button", name=re.compile("^wood, ")).click()
    explorer.button("Fix everywhere …").click()
    explorer.face.get_by_label("with", exact=True).fill("timber")
    explorer.button("Find all places").click()
    places = explorer.face.get_by_role("grid", name="Places to correct")
    explorer.expect(explorer.button("Correct 12 places")).to_be_enabled()
    places.locator("[role=row]").nth(2).click()
    explorer.notebook.show_all()
    explorer.notebook.shot("confidence_everywhere_light", ".sk-widget")
    explorer.button("Correct 11 places").click()
    explorer.expect(explorer.face.get_by_text("11 places corrected, as one edit.")).to_be_visible()
    said = sk.to_frame(corpus, "words")["text"].tolist()
    assert (said.count("timber"), said.count("wood"), said.count("bridge")) == (11, 1, 1)

    explorer.button("Undo").click()
    explorer.expect(explorer.face.get_by_text("11 edits undone.")).to_be_visible()
    explorer.button("Next ▸").click()
    explorer.expect(explorer.part).to_contain_text("talk 00.mp3")
    explorer.button("Accept all").click()
    explorer.expect(explorer.queue.get_by_text("✓ accepted")).to_be_visible()

    explorer.notebook.restart()
    explorer.notebook.run_all()
    explorer.wait()
    explorer.expect(explorer.face.get_by_text("312 words in 12 recordings, 1 of them typed by people")).to_be_visible()
    explorer.expect(explorer.queue).to_have_attribute("aria-rowcount", "36")  # the accepted part is done with
    edits = sk.to_frame(corpus, "edits")
    made = edits[edits["action"].isin(["correct", "accept"])]
    assert made.groupby(["action", "status"]).size().to_dict() == {
        ("accept", "applied"): 1,
        ("correct", "applied"): 1,
        ("correct", "undone"): 11,
    }
    assert explorer.page.evaluate("() => window.harmed") is None


def test_keys_act_on_the_part_that_they_were_meant_for_however_fast_they_come(explore, corpus):
    explorer = explore()
    page = explorer.page
    third = explorer.queue.get_by_role("row").nth(3).get_by_role("gridcell").nth(2).inner_text()
    explorer.queue.focus()
    for key in ("Enter", "n", "n", "x"):
        page.keyboard.press(key)
    explorer.expect(explorer.face.get_by_text(re.compile("words rejected. Z undoes it."))).to_be_visible()
    assert sk.to_frame(corpus, "edits")["recording_id"].tolist() == [third]


def test_all_of_it_by_keyboard_with_nothing_wrong_for_assistive_technology(explore, corpus):
    explorer = explore()
    page = explorer.page
    explorer.queue.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    explorer.expect(explorer.part).to_contain_text("talk 00.mp3")
    explorer.expect(explorer.part.get_by_role("button", name=re.compile("^brige,"))).to_be_focused()
    page.keyboard.press("Shift+ArrowRight")
    explorer.expect(explorer.button("Accept 2 words")).to_be_visible()
    page.keyboard.press("l")
    sound = explorer.part.locator("audio")
    explorer.expect(sound).to_be_visible()
    page.wait_for_function("() => document.querySelector('.sk-part audio').currentTime > 0.05")
    page.keyboard.press("x")
    explorer.expect(explorer.face.get_by_text("2 words rejected. Z undoes it.")).to_be_visible()
    assert focused(explorer)
    page.keyboard.press("z")
    explorer.expect(explorer.face.get_by_text("1 edit undone.")).to_be_visible()
    page.keyboard.press("n")
    explorer.expect(explorer.part).to_contain_text("talk 01.mp3")
    page.keyboard.press("c")
    explorer.expect(explorer.face.get_by_role("textbox", name="What was really said")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    explorer.expect(explorer.face.get_by_text("7 words accepted. Z undoes it.")).to_be_visible()
    assert sk.to_frame(corpus, "edits")["action"].tolist() == ["reject", "undo", "accept"]

    page.keyboard.press("[")
    explorer.expect(explorer.told).to_contain_text("Below 0.89")
    page.keyboard.press("g")
    page.keyboard.press("Space")
    explorer.expect(explorer.button("Remove filter: recording: talk 00.mp3")).to_be_visible()
    page.keyboard.press("Escape")
    explorer.expect(explorer.face.get_by_text("All words.")).to_be_visible()
    assert focused(explorer)
    page.keyboard.press("?")
    explorer.expect(explorer.face.get_by_role("dialog", name="Keys of the confidence explorer")).to_be_visible()
    page.keyboard.press("Escape")

    explorer.notebook.show_all()
    for theme in ("light", "dark"):
        explorer.notebook.set_theme(theme)
        explorer.notebook.shot(f"confidence_{theme}", ".sk-widget")
        assert explorer.notebook.axe(".sk-widget") == []
