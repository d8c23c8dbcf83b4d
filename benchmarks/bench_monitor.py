"""Measure the monitor of a hundred thousand recordings in a real browser: opening, jumping in the list, and following a run.

python benchmarks/bench_monitor.py
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
SUPPORT = str(ROOT / "tests" / "support")
sys.path.insert(0, SUPPORT)

from laboratory import Notebook, launched, served, write_notebook  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

N_OPENED = 5
ROWS = (50_000, 99_000, 10, 73_000, 31_000, 88_000, 500)
CELLS = (
    f"import json, sys, time; sys.path.insert(0, {SUPPORT!r}); from monitored import make_corpus, send_one; import scribekit as sk",
    "make_corpus('corpus', 100_000, failed=set(range(5, 100_000, 997)), unsent=30_000)",
    "began = time.time()",
    "monitor = sk.widgets.BatchMonitor(sk.open_corpus('corpus')); monitor",
    "print(began * 1000)",
    """
times = []
for _ in range(10):
    send_one('corpus')
    began_s = time.perf_counter()
    monitor.refresh()
    times.append((time.perf_counter() - began_s) * 1000)
    time.sleep(0.3)
print(json.dumps(times))
""",
)
FIRST_ROW = """() => {
    window.firstRow = null;
    document.querySelector('.sk-grid')?.setAttribute('data-old', '');
    const look = () => {
        if (document.querySelector('.sk-grid:not([data-old]) .sk-grid-body [aria-rowindex]')) window.firstRow = Date.now();
        else requestAnimationFrame(look);
    };
    look();
}"""
JUMP = """async row => {
    const began = performance.now();
    document.querySelector('.sk-grid').scrollTop = row * 28;
    while (!document.querySelector(`.sk-grid-body [aria-rowindex="${row + 2}"]`)) await new Promise(requestAnimationFrame);
    return performance.now() - began;
}"""


def first_paint(notebook: Notebook) -> float:
    """Open the monitor again; gives the milliseconds from the beginning of its cell until rows are painted."""
    notebook.page.evaluate(FIRST_ROW)
    for cell in (2, 3):
        notebook.run_cell(cell)
    (began,) = notebook.run_cell(4)
    notebook.page.wait_for_function("() => window.firstRow !== null")
    return notebook.page.evaluate("() => window.firstRow") - float(began["text"])


def busy_ms(client: object) -> float:
    """For how long the page's main thread has been at work."""
    return next(metric["value"] for metric in client.send("Performance.getMetrics")["metrics"] if metric["name"] == "TaskDuration") * 1000


def measured(notebook: Notebook) -> dict[str, str]:
    client = notebook.page.context.new_cdp_session(notebook.page)
    client.send("Performance.enable")
    paints = [first_paint(notebook) for _ in range(N_OPENED)]
    jumps = [notebook.page.evaluate(JUMP, row) for row in ROWS]
    before = busy_ms(client)
    (told,) = notebook.run_cell(5)
    refreshes = json.loads(told["text"])
    return {
        "opens": spread(paints),
        "a jump to its rows": spread(jumps),
        "a refresh, in the kernel": spread(refreshes),
        "a refresh, in the page": f"mean {(busy_ms(client) - before) / len(refreshes):.0f} ms",
    }


def spread(milliseconds: list[float]) -> str:
    return f"median {statistics.median(milliseconds):.0f} ms, most {max(milliseconds):.0f} ms"


def main() -> None:
    home = Path(tempfile.mkdtemp())
    with served(home) as server, sync_playwright() as playwright, launched(playwright) as browser:
        notebook = Notebook(browser, server, write_notebook(server, CELLS, "large"))
        notebook.run_all()
        for name, figure in measured(notebook).items():
            print(f"{name}: {figure}")
        notebook.close()


if __name__ == "__main__":
    main()
