import html

import pandas as pd
import pytest
from patience import wait_until

import scribekit as sk
from scribekit.base.errors import NoConnectionError, OptionError
from scribekit.batch import background
from scribekit.corpus.job import Job, PlannedRow
from scribekit.corpus.ledger import Ledger
from scribekit.corpus.ledger.pages import SORTS
from scribekit.widgets import BatchMonitor

NASTY = "<script>alert(1)</script>.wav"
NAMES = [NASTY, "b.wav", "C.wav", "d.wav", "refused.txt"]


def plan(folder, fingerprint="one", names=NAMES, at=1.7e9):
    rows = [PlannedRow(name, name, f"k-{name}") for name in names[:-1]] + [PlannedRow(names[-1], names[-1], None, "not_audio", "No audio.")]
    states = ["completed", "error", "planned", "error"]
    jobs = [
        Job(
            f"k-{name}",
            name,
            "{}",
            60.0 * (place + 1),
            f"s-{name}",
            0.5,
            state,
            transcript_id=f"t-{name}",
            attempts=place,
            error_kind="bad_audio" if state == "error" else None,
        )
        for place, (name, state) in enumerate(zip(names, states, strict=False))
    ]
    with Ledger(folder, create=True) as ledger:
        ledger.plan_batch(fingerprint, b"", rows, jobs, host="host.example", at=at)


@pytest.fixture
def corpus(tmp_path):
    plan(tmp_path / "corpus")
    return sk.open_corpus(tmp_path / "corpus")


@pytest.fixture
def monitor(corpus):
    widget = BatchMonitor(corpus)
    yield widget
    widget.close()


def names(answer):
    return [row["recording_id"] for row in answer["rows"]]


def test_the_figures_are_those_of_the_ledger(monitor):
    assert monitor.figures["activity"] == "idle"
    assert monitor.figures["total"] == 5
    assert monitor.figures["states"] == [
        {"state": "completed", "label": "completed", "count": 1, "audio_s": 60.0, "usd": 0.0},
        {"state": "planned", "label": "planned", "count": 1, "audio_s": 180.0, "usd": 0.5},
        {"state": "error", "label": "error", "count": 2, "audio_s": 360.0, "usd": 0.0},
        {"state": "refused", "label": "refused", "count": 1, "audio_s": None, "usd": 0.0},
    ]


def test_a_page_is_a_piece_of_the_jobs_table(monitor, corpus):
    everything = monitor.on_rows()
    assert (everything["total"], names(everything)) == (5, NAMES)
    assert names(monitor.on_rows(first=1, count=2)) == NAMES[1:3]
    assert names(monitor.on_rows(states=["error", "refused"])) == ["b.wav", "d.wav", "refused.txt"]
    assert names(monitor.on_rows(text="C.WAV")) == ["C.wav"]
    assert names(monitor.on_rows(text="%")) == []
    assert names(monitor.on_rows(sort="audio_duration_s", descending=True)) == ["d.wav", "C.wav", "b.wav", NASTY, "refused.txt"]
    statuses = pd.Series({row["recording_id"]: row["status"] for row in everything["rows"]})
    pd.testing.assert_series_equal(statuses, corpus.jobs().set_index("recording_id")["status"], check_names=False, check_dtype=False)


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("states", [(), ("error", "completed")])
def test_pages_laid_together_are_the_whole_in_the_same_order(monitor, sort, states):
    whole = monitor.on_rows(sort=sort, states=states)
    pieces = [name for first in range(whole["total"]) for name in names(monitor.on_rows(first=first, count=1, sort=sort, states=states))]
    assert pieces == names(whole)
    assert len(set(pieces)) == whole["total"]


def test_a_recording_of_several_batches_is_shown_once_as_in_the_latest(corpus, monitor):
    plan(corpus.path, "two", ["b.wav", "new.wav", "other.wav", "C.wav", "refused.txt"])
    answer = monitor.on_rows()
    assert answer["total"] == len(corpus.jobs()) == 7
    assert sorted(names(answer)) == sorted(corpus.jobs()["recording_id"])


def test_a_wrong_sort_is_refused(monitor):
    with pytest.raises(OptionError, match="Did you mean 'status'"):
        monitor.on_rows(sort="statu")


def test_no_more_rows_are_given_than_a_screen_could_show(monitor, monkeypatch):
    monkeypatch.setattr("scribekit.widgets.monitor.MOST_ROWS", 2)
    assert len(monitor.on_rows(count=10**9)["rows"]) == 2


def test_failed_recordings_are_retried_singly_or_all(monitor, corpus):
    assert monitor.retry(["b.wav"]) == 1
    assert corpus.counts() == {"completed": 1, "planned": 2, "error": 1, "refused": 1}
    with pytest.raises(OptionError, match=r"'b.wav' has not failed"):
        monitor.retry(["b.wav"])
    assert monitor.on_retry() == 1
    assert corpus.counts()["error"] == 0
    assert monitor.figures["states"][1]["count"] == 3


def test_without_a_service_a_start_says_so(monitor):
    with pytest.raises(NoConnectionError):
        monitor.start()
    assert monitor.pause() is monitor.stop() is False


def test_it_polls_while_a_view_is_open_and_no_longer(monitor, corpus):
    monitor.on_show("view")
    sk.retry(corpus)
    wait_until(lambda: monitor.figures["states"][1]["count"] == 3)
    monitor.on_hide("view")
    wait_until(lambda: not monitor.is_polling)


def test_the_static_picture_shows_names_as_text(monitor, corpus):
    shown = monitor.static_html()
    assert "3 not transcribed" in shown
    assert "<script" not in shown
    sk.retry(corpus)
    plan(corpus.path, "two", ["x", NASTY + "2", "y", "z", NASTY])
    shown = BatchMonitor(corpus).static_html()
    assert html.escape(NASTY) in shown
    assert "<script" not in shown


@pytest.mark.notebook
def test_a_converted_notebook_shows_the_picture(corpus):
    import nbformat
    from nbclient import NotebookClient
    from nbconvert import HTMLExporter

    cells = ["import scribekit as sk", f"sk.widgets.BatchMonitor(sk.open_corpus({str(corpus.path)!r}))"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    NotebookClient(notebook, kernel_name="python3").execute()
    page, _ = HTMLExporter().from_notebook_node(notebook)
    assert "3 not transcribed" in page
    assert "spent" in page
    assert "application/vnd.jupyter.widget-view+json" not in page.partition("<body")[2]
    assert page.count("<script>alert(1)") == 0


@pytest.mark.long
def test_a_run_is_paused_resumed_and_stopped_and_loses_nothing(bench, monkeypatch, tmp_path):
    service = bench("--speed", "10", "--slots", "2")
    monkeypatch.setenv("ASSEMBLYAI_API_KEY", service.api_key)
    monkeypatch.setenv("ASSEMBLYAI_BASE_URL", service.base_url)
    urls = [f"https://host.example/{number:03d}.mp3?duration={5 + number}" for number in range(20)]
    limits = sk.Limits(concurrent_jobs=2, poll_s=0.05, settle_s=0.2, backoff_s=0.05)
    batch = sk.submit_batch(urls, corpus=tmp_path / "corpus", limits=limits, progress=False)
    monitor = BatchMonitor(batch)

    def completed():
        return batch.counts()["completed"]

    assert monitor.start() is True
    wait_until(lambda: completed() >= 2)
    assert monitor.pause() is True
    monitor.refresh()
    assert monitor.figures["activity"] == background.PAUSED
    wait_until(lambda: not {"queued", "processing", "submitting"} & set(batch.counts()))
    sent = service.counters()["jobs_created"]
    assert sent < len(urls)
    assert completed() == sent
    assert "submitting" not in repr(monitor)
    assert monitor.resume() is True
    wait_until(lambda: completed() > sent)
    assert monitor.stop() is True
    wait_until(lambda: background.activity(batch, Ledger(batch.path), 1) == background.IDLE)
    assert completed() < len(urls)
    assert monitor.start() is True
    wait_until(lambda: completed() == len(urls))
    wait_until(lambda: not background.stop(batch.path))
    monitor.refresh()
    assert monitor.figures["activity"] == background.FINISHED
    assert monitor.start() is False
    counters = service.counters()
    assert counters["jobs_created"] == counters["jobs_completed"] == len(urls)
    monitor.close()
