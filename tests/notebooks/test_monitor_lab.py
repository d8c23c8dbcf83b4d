"""The monitor in a real JupyterLab: what a person does with it, and what is still there after a restart."""

import json

from patience import wait_until
from places import ROOT

SUPPORT = str(ROOT / "tests" / "support")
IMPORT = f"import sys; sys.path.insert(0, {SUPPORT!r}); from monitored import make_corpus, send_one; import scribekit as sk"
OPEN = "monitor = sk.widgets.BatchMonitor(sk.open_corpus('corpus')); monitor"
# What a run does to the monitor, once a second at the most: something has changed, so figures and rows are read again and sent.
FOLLOW = """
for _ in range(10):
    send_one('corpus')
    monitor.refresh()
"""
COUNT = 40
SENDS_NO_MORE = {"too_many": {"create": 1.0}}

JUMP = """async row => {
    document.querySelector('.sk-grid').scrollTop = row * 28;
    while (!document.querySelector(`.sk-grid-body [aria-rowindex="${row + 2}"]`)) await new Promise(requestAnimationFrame);
}"""


def grid(page):
    return page.get_by_role("grid", name="Recordings")


def chip(page):
    return page.locator(".sk-chip")


def counted(page, state):
    return page.locator(".sk-figures tr").filter(has_text=state).locator("td").first


def test_a_person_finds_what_failed_and_has_it_tried_again(run_notebook):
    from playwright.sync_api import expect

    notebook = run_notebook([IMPORT, "make_corpus('corpus', 200, failed={3, 50, 77})", OPEN], name="monitor")
    page = notebook.page
    expect(chip(page)).to_contain_text("finished")
    expect(grid(page).get_by_role("row").filter(has_text="<b>bold</b>")).to_be_visible()
    assert page.title() != "broken in"
    for theme in ("light", "dark"):
        notebook.set_theme(theme)
        assert notebook.axe(".sk-widget") == []
        notebook.shot(f"monitor_{theme}", ".sk-widget")
    notebook.set_theme("light")

    page.get_by_label("Failed only").check()
    expect(page.get_by_text("3 of 200 recordings")).to_be_visible()
    grid(page).get_by_role("row").filter(has_text="call-000003.wav").locator(".sk-tick").click()
    page.get_by_role("button", name="Retry selected (1)").click()
    expect(page.get_by_text("1 ready to retry. Start sends them.")).to_be_visible()
    expect(page.get_by_text("2 of 200 recordings")).to_be_visible()
    expect(chip(page)).to_contain_text("not running")

    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("There is no service to talk to")
    assert "Traceback" not in json.dumps(notebook.outputs())

    notebook.restart()
    notebook.run_all()
    expect(chip(page)).to_contain_text("not running")
    expect(counted(page, "error")).to_have_text("2")
    expect(counted(page, "planned")).to_have_text("1")


def test_the_keyboard_alone_is_enough(run_notebook):
    from playwright.sync_api import expect

    notebook = run_notebook([IMPORT, "make_corpus('corpus', 300, failed={7, 9})", OPEN], name="keys")
    page = notebook.page
    keys = page.keyboard
    expect(counted(page, "error")).to_have_text("2")
    page.get_by_role("button", name="Keyboard shortcuts").focus()
    keys.press("b")  # in JupyterLab: a new cell
    keys.press("?")
    expect(page.get_by_role("dialog", name="Keys of the monitor")).to_be_visible()
    notebook.shot("monitor_keys")
    assert notebook.axe(".sk-help") == []
    keys.press("Escape")
    keys.press("/")
    keys.type("00012")
    expect(page.get_by_text("11 of 300 recordings")).to_be_visible()
    expect(page.get_by_label("Find recordings by name")).to_be_focused()
    keys.press("Control+a")
    keys.press("Delete")
    keys.press("Tab")
    keys.press("Space")
    expect(page.get_by_text("2 of 300 recordings")).to_be_visible()
    keys.press("t")
    expect(grid(page)).to_be_focused()
    for key in ("Home", "Space", "Shift+ArrowDown"):
        keys.press(key)
    expect(page.get_by_role("button", name="Retry selected (2)")).to_be_enabled()
    keys.press("r")
    expect(page.get_by_text("2 ready to retry.")).to_be_visible()
    expect(counted(page, "planned")).to_have_text("2")
    expect(grid(page)).to_be_focused()
    assert page.locator(".jp-Notebook .jp-CodeCell").count() == 3


def test_a_run_is_paused_resumed_stopped_and_taken_up_by_another_kernel(run_notebook, bench):
    from playwright.sync_api import expect

    service = bench("--speed", "5", "--slots", "2")
    cells = [
        f"import os; os.environ.update(ASSEMBLYAI_API_KEY={service.api_key!r}, ASSEMBLYAI_BASE_URL={service.base_url!r})",
        "import scribekit as sk; limits = sk.Limits(concurrent_jobs=2, poll_s=0.1, settle_s=0.3, backoff_s=0.05)",
        f"urls = [f'https://host.example/{{i:03d}}.mp3?duration={{10 + i}}' for i in range({COUNT})]",
        "batch = sk.submit_batch(urls, corpus='corpus', limits=limits, progress=False)",
        "monitor = sk.widgets.BatchMonitor(batch); monitor",
    ]
    notebook = run_notebook(cells, name="live")
    page = notebook.page
    expect(chip(page)).to_contain_text("not running")
    service.set_faults(**SENDS_NO_MORE)  # so that the run cannot end before the page is there to pause it
    page.get_by_role("button", name="Start", exact=True).click()
    expect(chip(page)).to_contain_text("running")
    expect(counted(page, "completed")).to_be_visible()
    notebook.shot("monitor_running", ".sk-widget")
    page.get_by_role("button", name="Pause").click()
    expect(chip(page)).to_contain_text("paused")
    expect(counted(page, "queued")).to_have_count(0)
    expect(counted(page, "processing")).to_have_count(0)
    sent = service.counters()["jobs_created"]
    assert 0 < sent < COUNT
    expect(page.get_by_role("button", name="Resume")).to_be_enabled()
    page.get_by_role("button", name="Resume").click()
    service.set_faults()
    wait_until(lambda: service.counters()["jobs_created"] > sent)
    service.set_faults(**SENDS_NO_MORE)
    expect(counted(page, "completed")).not_to_have_text(str(sent))
    page.get_by_role("button", name="Stop").click()
    expect(chip(page)).to_contain_text("not running")
    assert service.counters()["jobs_created"] < COUNT
    service.set_faults()

    notebook.restart()
    notebook.run_all()
    page.get_by_role("button", name="Start", exact=True).click()
    expect(chip(page)).to_contain_text("finished")
    expect(counted(page, "completed")).to_have_text(str(COUNT))
    counters = service.counters()
    assert counters["jobs_created"] == counters["jobs_completed"] == COUNT


def test_a_hundred_thousand_recordings_cost_no_more_than_what_is_in_sight(run_notebook):
    """How long it takes is measured by benchmarks/bench_monitor.py."""
    from playwright.sync_api import expect

    setup = "make_corpus('corpus', 100_000, failed=set(range(5, 100_000, 997)), unsent=30_000)"
    notebook = run_notebook([IMPORT, setup, OPEN, FOLLOW], name="large")
    page = notebook.page
    received = []
    cdp = page.context.new_cdp_session(page)
    cdp.send("Network.enable")
    cdp.on("Network.webSocketFrameReceived", lambda frame: received.append(len(frame["response"]["payloadData"])))

    def bytes_of(act, *arguments):
        received.clear()
        act(*arguments)
        expect(page.locator(".sk-grid-body [role=row]").first).to_be_visible()
        assert page.locator(".sk-grid-body [role=row]").count() < 100
        return sum(received)

    assert bytes_of(notebook.run_cell, 2) < 200_000
    for row in (50_000, 99_000, 10, 73_000, 31_000, 88_000, 500):
        assert bytes_of(page.evaluate, JUMP, row) < 60_000
    assert bytes_of(notebook.run_cell, 3) < 10 * 60_000
