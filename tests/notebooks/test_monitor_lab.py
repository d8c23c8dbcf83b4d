"""The monitor in a real JupyterLab: what a person does with it, and what is still there after a restart."""

import pytest

from scribekit.intake import PlannedRow
from scribekit.jobs import Job
from scribekit.ledger import Ledger

pytestmark = pytest.mark.timeout(400)

NASTY = "<img src=x onerror=\"document.title='broken in'\"><b>bold</b>.wav"
PATIENCE_MS = 20_000

SHOW = "import scribekit as sk; monitor = sk.widgets.BatchMonitor(sk.open_corpus('corpus')); monitor"


def make_corpus(folder, count, *, failed=(), first=NASTY):
    """A corpus of made-up jobs: those in ``failed`` failed, the rest are done."""
    names = [first, *(f"call-{number:06d}.wav" for number in range(1, count))]

    def job(number):
        ended = {"error_kind": "bad_audio", "error": "The audio could not be read."} if number in failed else {}
        state = "error" if number in failed else "completed"
        return Job(f"k{number}", names[number], "{}", 60.0 + number % 900, f"s{number}", 0.01, state, transcript_id=f"t{number}", attempts=1, submitted_at=1.7e9, completed_at=1.7e9 + 30, **ended)  # fmt: skip

    with Ledger(folder / "corpus", create=True) as ledger:
        rows = [PlannedRow(name, name, f"k{number}") for number, name in enumerate(names)]
        ledger.plan_batch("plan", b"", rows, map(job, range(count)), host="host.example", at=1.7e9)


@pytest.fixture
def monitor(run_notebook, lab):
    """Opens a monitor on a corpus that ``make_corpus`` makes."""

    def start(count, **options):
        notebook = run_notebook(["'ready'"], name="monitor")
        make_corpus(notebook.folder, count, **options)
        return notebook

    return start


def grid(page):
    return page.get_by_role("grid", name="Recordings")


def test_a_person_finds_what_failed_and_has_it_tried_again(run_notebook):
    from playwright.sync_api import expect

    setup = "import sys; sys.path.insert(0, {!r}); from test_monitor_lab import make_corpus".format(str(__file__).rsplit("/", 1)[0])
    notebook = run_notebook(
        [
            f"{setup}; from pathlib import Path",
            "Path('corpus').exists() or make_corpus(Path('.'), 200, failed={3, 50, 77})",
            SHOW,
        ],
        name="monitor",
    )
    page = notebook.page
    expect(page.locator(".sk-chip")).to_contain_text("finished")
    expect(grid(page).get_by_role("row").filter(has_text="<b>bold</b>")).to_be_visible()
    assert page.title() != "broken in"
    for theme in ("light", "dark"):
        notebook.set_theme(theme)
        assert notebook.axe(".sk-face") == []
        notebook.shot(f"monitor_{theme}", ".sk-face")
    notebook.set_theme("light")

    page.get_by_label("Failed only").check()
    expect(page.get_by_text("3 of 200 recordings")).to_be_visible()
    first = grid(page).get_by_role("row").filter(has_text="call-000003.wav")
    first.locator(".sk-tick").click()
    page.get_by_role("button", name="Retry selected (1)").click()
    expect(page.get_by_text("1 put back. Start sends them.")).to_be_visible()
    expect(page.get_by_text("2 of 200 recordings")).to_be_visible()

    notebook.restart()
    notebook.run_all()
    expect(page.locator(".sk-chip")).to_contain_text("not running")
    expect(page.locator(".sk-figures tr").filter(has_text="error").locator("td").first).to_have_text("2")
    expect(page.locator(".sk-figures tr").filter(has_text="planned").locator("td").first).to_have_text("1")
