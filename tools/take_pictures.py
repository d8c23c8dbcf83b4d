"""Take the README's pictures of the widgets: a real JupyterLab in a real Chromium, over the sample library. Run: make pictures."""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
sys.path.insert(0, str(ROOT / "tests" / "support"))

from laboratory import Notebook, launched, served, write_notebook  # noqa: E402 -- it lies beside the tests

OPEN = "import os\nimport scribekit as sk\nos.chdir({home!r})\ncorpus = sk.open_corpus('interviews')"
LIBRARY = "library = [{'recording_id': f'interview {i}', 'duration_s': 1200 + i % 7 * 600} for i in range(900)]"
WIDGETS = {
    "planner": f"{LIBRARY}\nsk.widgets.CostPlanner(library, upload_mbps=50, budget_usd=80)",
    "monitor": "sk.widgets.BatchMonitor(sk.open_corpus('calls'))",
    "diarization": "sk.widgets.DiarizationReview(corpus, corpus.jobs()['recording_id'].iloc[1])",
    "confidence": "sk.widgets.ConfidenceExplorer(corpus)",
    "search": "sk.widgets.TranscriptSearch(corpus, 'the')",
}


ROWS = {"monitor": 8, "confidence": 6, "search": 8}
READY = """least => !/(Ranking|Calculating) /.test(document.querySelector('.sk-widget').textContent)
    && [...document.querySelectorAll('.sk-talk-main')].every(timeline => timeline.dataset.waveform === 'whole')
    && document.querySelectorAll('.sk-grid-body [role=row]').length >= least"""


def transcribe(home: Path) -> None:
    """The sample library, by the embedded recogniser; and a larger one that was rehearsed, with failures."""
    import assemblyai as aai

    import scribekit as sk

    manifest = sk.read_manifest(ROOT / "sample_manifests" / "quickstart.csv")
    with sk.local_service():
        sk.collect(sk.submit_batch(manifest, aai.TranscriptionConfig(speaker_labels=True), corpus=home / "interviews"))
    calls = [
        {
            "recording_id": f"2024/call_{number:03d}.mp3",
            "duration_s": 300.0 + number % 9 * 120,
            "url": f"https://calls.example/{number % 23}/{number}.mp3?duration={300 + number % 9 * 120}",
        }
        for number in range(300)
    ]
    with sk.local_service(
        "scripted", speed=300, faults={"fail_matching": {"/17/": "Download error to https://calls.example: 404 Client Error"}}
    ):
        batch = sk.submit_batch(
            calls, corpus=home / "calls", limits=sk.Limits(poll_s=0.2, backoff_s=0.05, concurrent_jobs=5, resubmissions=0)
        )
        sk.collect(batch, timeout=8)


def take(notebook: Notebook, name: str) -> None:
    """One widget, once what it asks its kernel for has come."""
    face = notebook.page.locator(".sk-widget").first
    face.wait_for()
    notebook.page.wait_for_load_state("networkidle")
    notebook.page.wait_for_function(READY, arg=ROWS.get(name, 0))
    notebook.show_all()
    face.screenshot(path=IMAGES / f"{name}.png", animations="disabled")
    print(f"docs/images/{name}.png")


def main() -> None:
    """All of them, or those that are named."""
    wanted = sys.argv[1:] or list(WIDGETS)
    home = Path(tempfile.mkdtemp())
    try:
        transcribe(home)
        with served(home / "lab") as lab, sync_playwright() as playwright, launched(playwright) as browser:
            for name in wanted:
                path = write_notebook(lab, [OPEN.format(home=str(home)), WIDGETS[name]], name)
                notebook = Notebook(browser, lab, path)
                notebook.run_all()
                take(notebook, name)
                notebook.close()
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
