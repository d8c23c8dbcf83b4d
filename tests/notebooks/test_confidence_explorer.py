"""The confidence explorer in a real JupyterLab: narrowing, reviewing, correcting everywhere, and finding it all again."""

import re
import wave

import corpora
import pytest

import scribekit as sk

pytestmark = pytest.mark.timeout(300)

SAID = ["The old brige was built in iron", "and the river runs below it", "nobody knows who drew the plans", "a brige of wood stood there before"]
HTML = "<b>bold</b><script>window.harmed = true</script>"
CERTAINTY = {"brige": 0.21, "drew": 0.55, "plans": 0.62, "wood": 0.35, "river": 0.78}


def certainty(word):
    return CERTAINTY.get(word, 0.9 + len(word) / 100)


@pytest.fixture
def corpus(tmp_path):
    """Twelve recordings of two speakers, of which the first has sound and one is named like a script."""
    names = [f"talk {number:02}.mp3" for number in range(11)] + [f"{HTML}.mp3"]
    said = {name: [(speaker, SAID[(at + turn) % 4]) for turn, speaker in enumerate("ABAB")] for at, name in enumerate(names)}
    with wave.open(str(tmp_path / "talk.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(range(0, 240, 10)) * 16000)
    columns = {"kind": ["interview", "lecture", "call"] * 4}
    sources = {name: str(tmp_path / "talk.wav") for name in names}
    return corpora.store(tmp_path / "bridges", said, columns, sources=sources, confidence=certainty)


@pytest.fixture
def explore(corpus, run_notebook):
    def run(**options):
        given = "".join(f", {name}={value!r}" for name, value in options.items())
        cells = ["import scribekit as sk", f"explorer = sk.widgets.ConfidenceExplorer(sk.open_corpus({str(corpus.path)!r}){given})\nexplorer"]
        return Explorer(run_notebook(cells, name="confidence"))

    return run


class Explorer:
    """The widget in its page."""

    def __init__(self, notebook):
        from playwright.sync_api import expect

        self.notebook, self.page, self.expect = notebook, notebook.page, expect
        self.wait()

    def wait(self):
        self.face = self.page.locator(".sk-face").last
        self.queue = self.face.get_by_role("grid", name=re.compile("^Review queue"))
        self.groups = self.face.get_by_role("grid", name="Distributions of confidence by group")
        self.part = self.face.get_by_role("region", name="The part that is open")
        self.told = self.face.locator("output.sk-below")
        self.expect(self.face.get_by_text(re.compile("^Listen and find"))).to_be_visible(timeout=15_000)

    def button(self, name):
        return self.face.get_by_role("button", name=name)


def test_look(explore):
    explorer = explore()
    explorer.queue.locator("[role=row]").nth(1).click()
    explorer.page.wait_for_timeout(1000)
    explorer.notebook.show_all()
    explorer.notebook.shot("confidence_light", ".sk-face")
    explorer.notebook.set_theme("dark")
    explorer.notebook.shot("confidence_dark", ".sk-face")
    print(explorer.notebook.axe(".sk-face"))
