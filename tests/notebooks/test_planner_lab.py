import json

import pytest

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect

CELLS = [
    "import assemblyai as aai\nimport scribekit as sk",
    (
        "names = [f'<b>tape {i}</b>' for i in range(400)]\n"
        "manifest = [{'recording_id': name, 'url': f'https://host.example/{name}.mp3', 'duration_s': 1800.0} for name in names]"
    ),
    (
        "config = aai.TranscriptionConfig(language_code='en_us')\n"
        "planner = sk.widgets.CostPlanner(manifest, config, limits=sk.Limits(concurrent_jobs=5), budget_usd=29)\nplanner"
    ),
    (
        "raw = planner.config.raw\n"
        "print(raw.speech_models, raw.speaker_labels, raw.language_code, planner.limits.concurrent_jobs, planner.budget_usd)"
    ),
]


@pytest.fixture
def notebook(run_notebook):
    return run_notebook(CELLS, name="planner")


def fact(notebook, name):
    """A figure on the page, by its name."""
    term = notebook.page.locator(".sk-planner-facts > div", has=notebook.page.get_by_text(name, exact=True))
    return term.locator("strong")


def test_a_person_turns_the_knobs_and_takes_the_plan_along(notebook):
    page = notebook.page
    expect(fact(notebook, "Cost")).to_have_text("$28.98")  # 276 of 400 half hours at 0.21, all that the budget allows
    expect(page.locator(".sk-planner-facts")).to_contain_text("124 held back by the budget")
    expect(page.locator(".sk-planner-facts")).to_contain_text("of a budget of $29.00; all 400 recordings: $42.00")
    notebook.shot("planner_budget", ".sk-widget")
    page.get_by_label("universal-2$0.15/h").check()
    expect(fact(notebook, "Cost")).to_have_text("$28.95")
    page.get_by_label("Budget, US dollars").fill("")
    expect(fact(notebook, "Cost")).to_have_text("$30.00")
    page.get_by_label("speaker labels").check()
    expect(fact(notebook, "Cost")).to_have_text("$34.00")
    call = page.locator(".sk-planner-call code")
    for part in ("speaker_labels=True", "concurrent_jobs=5", "language_code='en_us'"):
        expect(call).to_contain_text(part)
    notebook.shot("planner_light", ".sk-widget")
    assert notebook.axe(".sk-widget") == []
    notebook.set_theme("dark")
    notebook.shot("planner_dark", ".sk-widget")
    assert notebook.axe(".sk-widget") == []
    assert page.locator(".sk-widget b").count() == 0
    told = notebook.run_cell(3)
    assert "['universal-2'] True en_us 5 None" in json.dumps(told)


def test_by_keyboard_alone_and_after_a_restart(notebook):
    page = notebook.page
    slider = page.get_by_role("slider", name="Jobs at once")
    slider.focus()
    slow = fact(notebook, "Time").inner_text()
    page.keyboard.press("End")
    expect(page.locator(".sk-planner-slider output").first).to_have_text("1,000")
    page.wait_for_function("slow => document.querySelectorAll('.sk-planner-facts strong')[1].textContent !== slow", arg=slow)
    assert page.evaluate("() => document.activeElement.type") == "range"
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    notebook.restart()
    notebook.run_all()
    expect(fact(notebook, "Cost")).to_have_text("$28.98")
