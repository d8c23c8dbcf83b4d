"""The review of who spoke in a real JupyterLab: by mouse, by keys, with sound, before and after a restart."""

import json
import re
import wave

import numpy as np
import pytest
from corpora import payload, store

import scribekit as sk

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect

EVIL = '<img src=x onerror="window.stolen=1">'
RATE = 8000
SECONDS = 40
TALK = [
    ("A", "Good morning and welcome to the program about old bridges"),
    ("B", "Thank you it is good to be here"),
    ("A", "How did you"),
    ("B", "get"),
    ("A", "started with all of this"),
    ("B", "My father was a welder and he took me along when I was ten years old"),
    ("C", "And then the river came"),
    ("A", "What was the hardest bridge that you ever had to repair"),
    ("B", "One with a wooden deck because nobody knew how deep the water was"),
    ("A", "Thank you for coming"),
]


def write_tone(path):
    seconds = np.arange(SECONDS * RATE) / RATE
    samples = (6000 * np.sin(2 * np.pi * 220 * seconds) * (1 + np.sin(2 * np.pi * seconds / 2)) / 2).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


def spoken():
    """The talk, with one overlap and a few words that the service was not sure of."""
    body = json.loads(payload("t", TALK, confidence=lambda word: 0.35 if word in ("welder", "deck", "river") else 0.93))
    body["audio_duration"] = SECONDS
    late = body["utterances"][6]
    for item in [late, *late["words"]]:
        item["start"] -= 900
        item["end"] -= 900
    shifted = iter(late["words"])
    body["words"] = [next(shifted) if word["speaker"] == "C" else word for word in body["words"]]
    return json.dumps(body).encode()


# The words that are marked as they are heard.
NOTE_WORDS = """() => {
    window.heard = [];
    const note = () => {
        const word = document.querySelector('.sk-word-now')?.textContent.trim();
        if (word && word !== window.heard.at(-1)) window.heard.push(word);
    };
    new MutationObserver(note).observe(document.body, {subtree: true, childList: true, attributes: true});
}"""


@pytest.fixture
def folder(tmp_path):
    write_tone(tmp_path / "talk.wav")
    turns = [{"speaker": speaker, "text": text} for speaker, text in TALK]
    turns[3]["speaker"] = "A"
    starts = np.cumsum([0, *(len(text.split()) * 500 for _, text in TALK)]).tolist()
    for turn, start, end in zip(turns, starts, starts[1:], strict=False):
        turn |= {"start_ms": start, "end_ms": end - 100}
    (tmp_path / "talk.json").write_text(json.dumps(turns))
    recordings = {"talk.wav": spoken(), f"{EVIL}.wav": [(EVIL, f"{EVIL} bridge"), ("B", "yes")], "far": [("A", "It is far"), ("B", "Yes")]}
    sources = {"talk.wav": str(tmp_path / "talk.wav"), f"{EVIL}.wav": str(tmp_path / "talk.wav")}
    columns = {"reference": [str(tmp_path / "talk.json"), None, None]}
    store(tmp_path / "corpus", recordings, columns, sources=sources)
    return tmp_path / "corpus"


def open_review(run_notebook, folder, arguments="'talk.wav', who='ada'"):
    cell = f"review = sk.widgets.DiarizationReview(sk.open_corpus({str(folder)!r}), {arguments})\nreview"
    notebook = run_notebook(["import scribekit as sk", cell], name="diarization")
    expect(turn(notebook, 0)).to_be_visible()
    return notebook


def turn(notebook, number):
    return notebook.page.locator(f"[data-turn='{number}']")


def said(notebook, text):
    expect(notebook.page.locator(".sk-widget > .sk-said")).to_contain_text(text)


def press(notebook, *keys):
    for key in keys:
        notebook.page.keyboard.press(key)


def journal(folder, name="talk.wav"):
    return sk.review(sk.open_corpus(folder), name)


def speakers_shown(notebook):
    return notebook.page.locator(".sk-turn .sk-badge").all_text_contents()


def test_a_person_reviews_by_mouse_and_finds_it_again_after_a_restart(run_notebook, folder):
    notebook = open_review(run_notebook, folder, "'talk.wav', reference='reference', who='ada'")
    page = notebook.page
    figures = page.locator(".sk-talk-figures")
    expect(figures).to_contain_text(re.compile(r"DER .* → .*cpWER .* → .*"))
    before = figures.inner_text()
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()

    turn(notebook, 3).locator("[data-word]").first.click()
    page.get_by_label("Word said by").select_option("A")
    said(notebook, "Said by A")
    expect(turn(notebook, 2)).to_contain_text("How did you get started with all of this")
    expect(figures).not_to_have_text(before)

    page.locator(".sk-talk-names").get_by_role("button", name="C").click()
    page.get_by_label("C is").fill("Cleo")
    page.get_by_role("button", name="Rename or merge").click()
    said(notebook, "C is Cleo now")
    turn(notebook, 0).click()
    page.get_by_role("button", name="Correct text").click()
    page.get_by_label("Text of the turn").fill("Good evening and welcome to the program about old bridges")
    page.get_by_label("Text of the turn").press("Enter")
    said(notebook, "Corrected")
    page.get_by_role("button", name="Accept").click()
    said(notebook, "Accepted")
    page.get_by_label("State of the review").select_option("done")
    said(notebook, "The review is done")

    review = journal(folder)
    assert review.state == "done"
    assert review.speakers == ["A", "B", "Cleo"]
    assert review.edits["action"].tolist() == ["reassign", "rename", "correct", "accept", "state"]
    assert set(review.edits["who"]) == {"ada"}

    seen = page.locator(".sk-turn").all_inner_texts()
    for theme in ("light", "dark"):
        notebook.set_theme(theme)
        notebook.shot(f"diarization_{theme}", ".sk-widget")
        assert notebook.axe(".sk-widget") == []
    notebook.restart()
    notebook.run_all()
    expect(turn(notebook, 0)).to_contain_text("Good evening")
    assert page.locator(".sk-turn").all_inner_texts() == seen
    expect(page.get_by_label("State of the review")).to_have_value("done")
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()


def test_everything_goes_by_keys_and_undoing_all_gives_the_start(run_notebook, folder):
    notebook = open_review(run_notebook, folder)
    page = notebook.page
    start = page.locator(".sk-turn-words").all_inner_texts(), speakers_shown(notebook)
    page.locator(".sk-turns").focus()

    press(notebook, "u")
    expect(page.locator(".sk-turn-selected")).to_have_attribute("data-turn", "3")
    press(notebook, "1")
    said(notebook, "Said by A")
    press(notebook, "]")
    said(notebook, "The boundary is moved by a word")
    expect(turn(notebook, 1)).to_contain_text("to be here How")
    press(notebook, "ArrowRight", "Shift+ArrowRight", "e")
    page.keyboard.type("Where did")
    press(notebook, "Enter")
    said(notebook, "Corrected")
    press(notebook, "m")
    press(notebook, "Enter")
    said(notebook, "A is merged with B")
    press(notebook, "ArrowRight", "p")
    page.keyboard.type("Dora")
    press(notebook, "Enter")
    said(notebook, "is Dora")
    press(notebook, "r")
    page.keyboard.type("Eve")
    press(notebook, "Enter")
    said(notebook, "Dora is Eve now")
    press(notebook, "a")
    said(notebook, "Accepted")
    press(notebook, "Delete")
    said(notebook, "Excluded")
    assert page.evaluate("() => document.activeElement.getAttribute('role')") == "listbox"

    press(notebook, "?")
    expect(page.get_by_role("dialog")).to_contain_text("Split: from here on")
    notebook.shot("diarization_help")
    press(notebook, "Escape")
    press(notebook, *"z" * 8)  # as fast as keys can be pressed
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    expect(page.locator(".sk-talk-title + button + span + select + span")).to_have_text("0 edits")
    expect(turn(notebook, 0)).not_to_contain_text("edited")
    assert (page.locator(".sk-turn-words").all_inner_texts(), speakers_shown(notebook)) == start
    press(notebook, "Z")
    said(notebook, "Redone")
    press(notebook, "N")
    expect(page.locator(".sk-talk-title")).to_have_text(f"{EVIL}.wav")
    assert notebook.axe(".sk-widget") == []


def test_sound_and_words_go_together(run_notebook, folder):
    notebook = open_review(run_notebook, folder)
    page = notebook.page
    expect(page.locator("[data-waveform=whole]")).to_be_visible()
    notebook.slow_sound(1 / 4)
    turn(notebook, 7).locator("[data-word]").nth(3).click()
    page.evaluate(NOTE_WORDS)
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => window.heard.length > 3")
    page.get_by_role("button", name="Pause").click()
    spoken = iter(" ".join(text for _, text in TALK[7:]).split()[3:])
    heard = page.evaluate("() => window.heard")
    assert all(word in spoken for word in heard), heard  # in their order; a slow page may skip some
    assert [output for output in notebook.outputs() if output["output_type"] == "error"] == []


def test_html_in_names_is_text_and_what_lies_far_is_silent(run_notebook, folder):
    notebook = open_review(run_notebook, folder, repr(f"{EVIL}.wav"))
    page = notebook.page
    expect(page.locator(".sk-talk-title")).to_have_text(f"{EVIL}.wav")
    expect(turn(notebook, 0)).to_contain_text(EVIL)
    page.get_by_role("button", name="Next recording").click()
    expect(page.locator(".sk-talk-title")).to_have_text("far")
    expect(turn(notebook, 0)).to_contain_text("It is far")
    said(notebook, "is at a URL")
    expect(page.get_by_role("button", name="Play")).to_be_disabled()
    expect(page.get_by_role("button", name="Next recording")).to_be_disabled()
    turn(notebook, 1).click()
    press(notebook, "1")
    said(notebook, "Said by A")
    assert journal(folder, "far").edits["action"].tolist() == ["reassign"]
    assert page.evaluate("() => window.stolen") is None
