"""Measure the review of a two-hour recording with six speakers in a real browser: opening, moving, sound, edits, memory, and exactness.

    python benchmarks/bench_diarization.py [--folder FOLDER]

The recordings (MP3 at a constant and at a variable bit rate) are made once, and kept in the folder.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

import av
import numpy as np
from long_recording import CLICKS_S, ENCODINGS, RATE_HZ, body_of, sound, transcript, write_mp3

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from corpora import store  # noqa: E402
from laboratory import Notebook, launched, served, write_notebook  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

from scribekit.recordings.clips import Sound  # noqa: E402

N_EDITS = 10
N_OPENED = 4
WAVEFORM_S = 60  # within which the waveform is computed
FRAMES = """async act => {
    const times = [];
    let last = performance.now();
    for (let frame = 0; frame < 120; frame += 1) {
        act(frame);
        await new Promise(requestAnimationFrame);
        times.push(performance.now() - last);
        last = performance.now();
    }
    return times;
}"""
DRAG = (
    FRAMES[: FRAMES.index("act(frame);")].replace("act =>", "() =>")
    + """const lanes = document.querySelector('.sk-talk-main');
        const by = frame % 40 < 20 ? {deltaY: -60, ctrlKey: true} : {deltaX: 40};
        lanes.dispatchEvent(new WheelEvent('wheel', {...by, clientX: 700, bubbles: true, cancelable: true}));"""
    + FRAMES[FRAMES.index("act(frame);") + len("act(frame);") :]
)
OPEN = """async selector => {
    const app = window.jupyterapp, panel = app.shell.currentWidget;
    panel.content.deselectAll();
    panel.content.activeCellIndex = 1;
    const began = performance.now();
    app.commands.execute('notebook:run-cell');
    while (!document.querySelector(selector)) {
        if (performance.now() - began > 30000) throw new Error(`no ${selector}`);
        await new Promise(requestAnimationFrame);
    }
    await new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)));
    return performance.now() - began;
}"""
ONE_LINE = """import anywidget
class Line(anywidget.AnyWidget):
    _esm = 'export default {render({el}) {el.append(Object.assign(document.createElement("p"), {className: "one-line"}))}}'"""
SEEK = """async () => {
    const began = performance.now();
    const main = document.querySelector('.sk-talk-main');
    const play = HTMLMediaElement.prototype.play;
    const sounding = new Promise(resolve => {
        HTMLMediaElement.prototype.play = function () {
            this.addEventListener('playing', () => resolve(performance.now()), {once: true});
            return play.call(this);
        };
    });
    const box = main.getBoundingClientRect();
    const x = box.left + box.width * Math.random();
    for (const type of ['pointerdown', 'pointerup'])
        main.dispatchEvent(new PointerEvent(type, {clientX: x, clientY: box.top + 50, pointerId: 1, button: 0, bubbles: true}));
    const took = await sounding - began;
    HTMLMediaElement.prototype.play = play;
    return took;
}"""
EDIT = """async key => {
    const list = document.querySelector('.sk-turns');
    const edits = document.querySelector('.sk-talk-title ~ select + .sk-muted');
    const before = edits.textContent;
    document.querySelector('.sk-said').textContent = '';
    const began = performance.now();
    list.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
    const isDone = () => document.querySelector('.sk-talk-title ~ select + .sk-muted').textContent !== before
        && document.querySelector('.sk-said').textContent !== '';
    while (!isDone()) {
        if (performance.now() - began > 10000) throw new Error(`nothing came of ${key}`);
        await new Promise(requestAnimationFrame);
    }
    return performance.now() - began;
}"""


def recordings(folder: Path) -> dict[str, Path]:
    """The two recordings and their transcript, made where they are not there."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {name: folder / f"{name}.mp3" for name in ENCODINGS}
    if not all(path.exists() for path in paths.values()):
        samples = sound(transcript("t"))
        for name, path in paths.items():
            write_mp3(path, samples, name)
    return paths


def exactness(path: Path) -> dict[str, float]:
    """How far the clicks of the recording are from where they were put, in ms, in clips that are fetched in any order."""
    with Sound(path) as opened:
        found = {}
        for click in reversed(CLICKS_S):
            samples = opened.samples(click - 2, click + 2)
            found[f"click at {click:.0f} s"] = round(1000 * (int(np.argmax(np.abs(samples.astype(int)))) / RATE_HZ - 2), 2)
    return found


def state_of(page: object) -> list:
    """What the widget shows of the turns in sight."""
    return [page.locator(".sk-turn").all_inner_texts(), page.locator(".sk-talk-name").all_inner_texts()]


def measured(notebook: object) -> dict[str, object]:
    """The figures of one recording that is open in a page."""
    page = notebook.page
    page.locator(".sk-turn").first.wait_for()
    frames = page.evaluate(DRAG)
    page.evaluate("() => document.querySelector('[data-key=fit]').click()")
    seeks = []
    page.locator("[data-key=play]").click()
    for _ in range(8):
        seeks.append(page.evaluate(SEEK))
        page.wait_for_timeout(600)
    page.locator("[data-key=play]").click()
    page.locator(".sk-turns").focus()
    page.keyboard.press("Home")
    page.evaluate("() => { document.querySelector('.sk-turns').scrollTop = 0 }")
    page.locator("[data-turn='2']").click()
    start = state_of(page)
    edits = [page.evaluate(EDIT, key) for key in ("]", "2", "a", "3", "]", "a", "4", "a", "}", "5")]
    undos = [page.evaluate(EDIT, "z") for _ in range(N_EDITS)]
    page.evaluate("() => { document.querySelector('.sk-turns').scrollTop = 0 }")
    page.locator("[data-turn='2']").click()
    page.wait_for_timeout(300)
    client = page.context.new_cdp_session(page)
    client.send("HeapProfiler.collectGarbage")
    heap = client.send("Runtime.getHeapUsage")
    return {
        "frames": spread(frames),
        "seek to sound": spread(seeks),
        "edit to sight": spread(edits),
        "undo to sight": spread(undos),
        "undo gives the start": state_of(page) == start,
        "heap of the page, JupyterLab included, MB": round(heap["usedSize"] / 1e6, 1),
    }


def spread(milliseconds: list[float]) -> str:
    """Median, 95th percentile and maximum."""
    ordered = sorted(milliseconds)
    return f"median {statistics.median(ordered):.0f} ms, 95 % {ordered[int(0.95 * (len(ordered) - 1))]:.0f} ms, most {ordered[-1]:.0f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "scribekit-long-recordings")
    paths = recordings(parser.parse_args().folder)
    for name, path in paths.items():
        with av.open(str(path)) as container:
            print(f"{name}: {container.duration / 3.6e9:.2f} h, {path.stat().st_size / 1e6:.0f} MB; off by (ms): {exactness(path)}")
    home = Path(tempfile.mkdtemp())
    store(home / "corpus", dict.fromkeys(paths, body_of(transcript("t"))), sources={name: str(path) for name, path in paths.items()})
    with served(home) as server, sync_playwright() as playwright, launched(playwright) as browser:
        for name in paths:
            print(name, json.dumps(one(browser, server, home / "corpus", name), indent=2), flush=True)


def one(browser: object, server: object, corpus: Path, name: str) -> dict[str, object]:
    """Open a recording several times (the first time its waveform is not known), then work in it.

    A trivial widget, opened each time beside it, tells how much of the time is JupyterLab's own.
    """
    begin = f"import scribekit as sk; sk.widgets.DiarizationReview; corpus = sk.open_corpus({str(corpus)!r})"
    cell = f"review = sk.widgets.DiarizationReview(corpus, {name!r}); review"
    floor, again, figures = [], [], {}
    for number in range(N_OPENED):
        floor.append(opened(browser, server, [ONE_LINE, "Line()"], ".one-line")[1])
        notebook, took = opened(browser, server, [begin, cell], ".sk-turn")
        if number == 0:
            figures["opens, waveform unknown"] = f"{took:.0f} ms"
            notebook.page.locator("[data-waveform=whole]").wait_for(timeout=1000 * WAVEFORM_S)
        else:
            again.append(took)
        if number == N_OPENED - 1:
            figures |= {"opens again": spread(again), "a widget of one line opens": spread(floor)} | measured(notebook)
            notebook.shot(f"diarization_long_{name}", ".sk-widget")
        notebook.close()
    return figures


def opened(browser: object, server: object, cells: list[str], selector: str) -> tuple[Notebook, float]:
    """A notebook whose first cell has run, and how many ms its second takes from the command to the frame that shows what is looked for."""
    notebook = Notebook(browser, server, write_notebook(server, cells, "long"))
    notebook.run_cell(0)
    return notebook, notebook.page.evaluate(OPEN, selector)


if __name__ == "__main__":
    main()
