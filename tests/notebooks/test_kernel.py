"""The verbs in a real kernel, in which an event loop runs already."""

import json
import textwrap
import threading
import wave

import nbformat
import pytest
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from patience import PATIENCE_S, wait_until

import scribekit as sk

pytestmark = pytest.mark.notebook

COUNT = 12

SETUP = f"""
import asyncio
import scribekit as sk
from scribekit.batch.engine import loop

LIMITS = sk.Limits(poll_s=0.1, settle_s=0.3, backoff_s=0.05, uploads=2)
URLS = [f"https://host.example/{{i:03d}}.mp3?duration={{60 + i}}" for i in range({COUNT})]
"""


class Kernel:
    def __init__(self, manager, client):
        self._manager = manager
        self._client = client

    def run(self, source):
        """Run a cell; gives what it printed."""
        printed = []

        def keep(message):
            printed.append(message["content"].get("text", ""))

        reply = self._client.execute_interactive(textwrap.dedent(source), allow_stdin=False, output_hook=keep)["content"]
        assert reply["status"] == "ok", "\n".join(reply["traceback"])
        return "".join(printed)

    def value(self, expression):
        """The value of an expression, by way of JSON."""
        return json.loads(self.run(f"import json; print(json.dumps({expression}))"))

    def interrupt(self, call, condition):
        """Interrupt a call as soon as the condition holds, which must be of its own making."""

        def press():
            wait_until(condition)
            self._manager.interrupt_kernel()

        pressing = threading.Thread(target=press)
        pressing.start()
        printed = self.run(f"try:\n    {call}\nexcept KeyboardInterrupt:\n    print('interrupted')")
        pressing.join()
        assert printed == "interrupted\n"


@pytest.fixture
def connect(monkeypatch, bench):
    """Starts a service that kernels find by the SDK's environment variables."""

    def start(*arguments):
        service = bench(*arguments)
        monkeypatch.setenv("ASSEMBLYAI_API_KEY", service.api_key)
        monkeypatch.setenv("ASSEMBLYAI_BASE_URL", service.base_url)
        return service

    return start


@pytest.fixture
def start_kernel(tmp_path):
    """Starts a kernel in the folder of the test."""
    started = []

    def start():
        manager, client = start_new_kernel(PATIENCE_S, kernel_name="python3", cwd=str(tmp_path))
        started.append((manager, client))
        kernel = Kernel(manager, client)
        kernel.run(SETUP)
        return kernel

    yield start
    for manager, client in started:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def tones(folder, count):
    folder.mkdir()
    for number in range(count):
        with wave.open(str(folder / f"{number}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(bytes([number, 0]) * 8000)


def assert_every_recording_is_done_once(kernel, service, count):
    assert kernel.value("dict(sk.open_corpus('corpus').counts())") == {"completed": count}
    counters = service.counters()
    assert counters["jobs_created"] == counters["jobs_completed"] == count
    assert list(counters["created_by_audio"].values()) == list(counters["completed_by_audio"].values()) == [1] * count


def test_the_verbs_work_in_a_cell_in_which_a_loop_runs(connect, start_kernel):
    service = connect("--speed", "2000", "--slots", "50")
    kernel = start_kernel()
    kernel.run("""
        assert asyncio.get_running_loop().is_running()
        jobs = sk.collect(sk.submit_batch(URLS, corpus="corpus", limits=LIMITS))
        written = sk.export(sk.open_corpus("corpus"), "out", formats=["srt"])
    """)
    assert kernel.value("jobs['source'].tolist() == URLS")
    assert kernel.value("len(written)") == COUNT
    assert_every_recording_is_done_once(kernel, service, COUNT)


def test_a_stored_notebook_shows_the_end_of_each_verb_once(connect, tmp_path):
    connect("--speed", "10", "--slots", "4")
    cells = [SETUP, 'batch = sk.submit_batch(URLS, corpus="corpus", limits=LIMITS)', "jobs = sk.collect(batch)"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    setup, submitted, collected = (cell["outputs"] for cell in notebook.cells)
    assert setup == []
    assert [output["output_type"] for output in submitted + collected] == ["display_data"] * 2
    assert collected[0]["data"]["text/plain"].startswith(f"Transcribing: {COUNT}/{COUNT} recordings · {COUNT} completed · ")
    assert "widgets" not in notebook.metadata

    page, _ = HTMLExporter().from_notebook_node(notebook)
    assert page.count(f"Submitting (language: detected): {COUNT}/{COUNT} recordings") == 1
    assert page.count(f"Transcribing: {COUNT}/{COUNT} recordings") == 1
    assert page.count("recordings ·") == 2
    assert "widget-view" not in page


def test_an_interrupt_of_collect_leaves_nothing_running_and_loses_nothing(connect, start_kernel, tmp_path):
    service = connect("--speed", "2000", "--slots", "2")
    kernel = start_kernel()
    kernel.run("""
        from dataclasses import replace
        few = replace(LIMITS, concurrent_jobs=2, queue_ahead=0)
        batch = sk.submit_batch(URLS, corpus="corpus", limits=few, progress=False)
    """)
    service.set_faults(too_many={"create": 1.0})  # so that it cannot end before the interrupt
    kernel.interrupt("sk.collect(batch)", lambda: sk.open_corpus(tmp_path / "corpus").counts()["completed"] > 0)
    service.set_faults()
    assert kernel.value("loop.is_idle()")
    counts = kernel.value("dict(batch.counts())")
    assert 0 < counts["completed"] < sum(counts.values()) == COUNT
    kernel.run("sk.collect(batch)")
    assert_every_recording_is_done_once(kernel, service, COUNT)


def test_an_interrupt_of_submit_batch_leaves_nothing_running_and_loses_nothing(connect, start_kernel, tmp_path):
    service = connect("--speed", "2000", "--slots", "50", "--faults", '{"slow_body": {"POST /v2/upload": 1.0}, "slow_body_s": 5}')
    tones(tmp_path / "audio", COUNT)
    kernel = start_kernel()
    submit = 'batch = sk.submit_batch(sk.scan("audio"), corpus="corpus", limits=LIMITS)'
    kernel.interrupt(submit, lambda: service.counters()["jobs_created"] > 0)
    service.set_faults()
    assert kernel.value("loop.is_idle()")
    counts = kernel.value("dict(sk.open_corpus('corpus').counts())")
    assert counts["planned"] + counts.get("uploading", 0) > 0
    assert sum(counts.values()) == COUNT
    kernel.run(submit)
    kernel.run("sk.collect(batch)")
    assert_every_recording_is_done_once(kernel, service, COUNT)
