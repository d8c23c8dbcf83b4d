"""The monitor in a real JupyterLab: what a person does with it, and what is still there after a restart."""

import json
import statistics

import pytest
from places import ROOT

pytestmark = pytest.mark.timeout(500)

SLOW_MS = 30_000
SUPPORT = str(ROOT / "tests" / "support")
IMPORT = f"import json, sys, time; sys.path.insert(0, {SUPPORT!r}); from monitored import make_corpus, send_one; import scribekit as sk"
OPEN = "monitor = sk.widgets.BatchMonitor(sk.open_corpus('corpus')); monitor"
# What a run does to the monitor, once a second at the most: something has changed, so figures and rows are read again and sent.
FOLLOW = """
looks = []
for _ in range(10):
    send_one('corpus')
    began_s = time.perf_counter()
    monitor.refresh()
    looks.append(round((time.perf_counter() - began_s) * 1000, 1))
    time.sleep(0.3)
print(json.dumps(looks))
"""
COUNT = 40

FIRST_ROW = """() => {
    window.firstRow = null;
    document.querySelector('.sk-grid')?.setAttribute('data-old', '');
    const look = () => {
        if (document.querySelector('.sk-grid:not([data-old]) .sk-grid-body [aria-rowindex]')) window.firstRow = Date.now();
        else requestAnimationFrame(look);
    };
    look();
}"""
JUMP = """row => new Promise(resolve => {
    const began = performance.now();
    document.querySelector('.sk-grid').scrollTop = row * 28;
    const look = () => {
        if (document.querySelector(`.sk-grid-body [aria-rowindex="${row + 2}"]`)) resolve(performance.now() - began);
        else requestAnimationFrame(look);
    };
    look();
})"""


def opened(notebook):
    """Open the monitor anew; gives the milliseconds from the cell's beginning until rows are painted."""
    notebook.page.evaluate(FIRST_ROW)
    notebook.run_cell(2)
    notebook.run_cell(3)
    (began,) = notebook.run_cell(4)
    notebook.page.wait_for_function("() => window.firstRow !== null")
    return notebook.page.evaluate("() => window.firstRow") - float(began["text"])


def worked_ms(cdp):
    """For how long the page's main thread has been at work."""
    (found,) = (metric["value"] for metric in cdp.send("Performance.getMetrics")["metrics"] if metric["name"] == "TaskDuration")
    return found * 1000


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
        f"import os; os.environ.update(ASSEMBLYAI_API_KEY='a-key', ASSEMBLYAI_BASE_URL={service.base_url!r})",
        "import scribekit as sk; limits = sk.Limits(concurrent_jobs=2, poll_s=0.1, settle_s=0.3, backoff_s=0.05)",
        f"urls = [f'https://host.example/{{i:03d}}.mp3?duration={{10 + i}}' for i in range({COUNT})]",
        "batch = sk.submit_batch(urls, corpus='corpus', limits=limits, progress=False)",
        "monitor = sk.widgets.BatchMonitor(batch); monitor",
    ]
    notebook = run_notebook(cells, name="live")
    page = notebook.page
    expect(chip(page)).to_contain_text("not running")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(chip(page)).to_contain_text("running")
    expect(counted(page, "completed")).to_be_visible(timeout=SLOW_MS)
    notebook.shot("monitor_running", ".sk-widget")
    page.get_by_role("button", name="Pause").click()
    expect(chip(page)).to_contain_text("paused")
    expect(counted(page, "queued")).to_have_count(0, timeout=SLOW_MS)
    expect(counted(page, "processing")).to_have_count(0, timeout=SLOW_MS)
    sent = service.counters()["jobs_created"]
    assert 0 < sent < COUNT
    expect(page.get_by_role("button", name="Resume")).to_be_enabled()
    page.get_by_role("button", name="Resume").click()
    expect(counted(page, "completed")).not_to_have_text(str(sent), timeout=SLOW_MS)
    page.get_by_role("button", name="Stop").click()
    expect(chip(page)).to_contain_text("not running")
    assert service.counters()["jobs_created"] < COUNT

    notebook.restart()
    notebook.run_all()
    page.get_by_role("button", name="Start", exact=True).click()
    expect(chip(page)).to_contain_text("finished", timeout=4 * SLOW_MS)
    expect(counted(page, "completed")).to_have_text(str(COUNT))
    counters = service.counters()
    assert counters["jobs_created"] == counters["jobs_completed"] == COUNT


def test_a_hundred_thousand_recordings_open_scroll_and_are_followed_at_once(run_notebook):
    setup = "make_corpus('corpus', 100_000, failed=set(range(5, 100_000, 997)), unsent=30_000)"
    notebook = run_notebook([IMPORT, setup, "began = time.time()", OPEN, "print(began * 1000)", FOLLOW], name="large")
    page = notebook.page
    received = []
    cdp = page.context.new_cdp_session(page)
    for domain in ("Network", "Performance"):
        cdp.send(f"{domain}.enable")
    cdp.on("Network.webSocketFrameReceived", lambda frame: received.append(len(frame["response"]["payloadData"])))

    paints = [opened(notebook) for _ in range(5)]
    del received[:]
    jumps = [page.evaluate(JUMP, row) for row in (50_000, 99_000, 10, 73_000, 31_000, 88_000, 500)]
    per_jump = sum(received) / len(jumps)
    page.evaluate(JUMP, 80_000)
    assert page.locator(".sk-grid-body [role=row]").count() < 100

    before, _ = worked_ms(cdp), received.clear()
    (told,) = notebook.run_cell(5)
    looks = json.loads(told["text"])
    drawn = (worked_ms(cdp) - before) / len(looks)
    per_look = sum(received) / len(looks)
    print(f"first paints {paints} ms; jumps {jumps} ms, {per_jump:.0f} bytes each")
    print(f"looks {looks} ms in the kernel, {drawn:.0f} ms in the page, {per_look:.0f} bytes each")
    assert statistics.median(paints) < 1000
    assert statistics.median(jumps) < 100
    assert statistics.median(looks) < 100
    assert drawn < 100
    assert per_jump < 60_000
    assert per_look < 60_000
