import contextlib
import sys
import threading
import types

import pytest

from scribekit.base.progress import Progress, State


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def published(monkeypatch):
    """What IPython's own display machinery publishes, as if in a kernel."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.testing.globalipapp import start_ipython

    start_ipython()
    shell = InteractiveShell.instance()
    monkeypatch.setattr(shell, "kernel", object(), raising=False)
    messages = []

    def publish(data, metadata=None, *, transient=None, update=False, **kwargs):
        messages.append((data, (transient or {}).get("display_id"), update))

    monkeypatch.setattr(shell.display_pub, "publish", publish)
    shell.display_formatter.active_types = ["text/plain", "text/html"]
    return messages


@pytest.fixture
def log(monkeypatch, capsys):
    """What is written on standard error where there is no notebook."""
    plain = types.ModuleType("IPython")
    plain.get_ipython = lambda: None
    monkeypatch.setitem(sys.modules, "IPython", plain)
    return lambda: capsys.readouterr().err


def test_a_notebook_gets_one_output_that_ends_in_the_final_state(published, clock):
    with Progress(3, description="Transcribing", clock=clock) as bar:
        for done in (1, 2, 3):
            clock.now += 1
            bar.update(done, counts={"completed": done})
    first, *later = published
    assert [update for _, _, update in published] == [False] + [True] * len(later)
    assert {display_id for _, display_id, _ in published} == {first[1]}
    assert first[1] is not None
    assert published[-1][0]["text/plain"] == "Transcribing: 3/3 recordings · 3 completed · 3.0 s"
    assert '<progress value="3" max="3"' in published[-1][0]["text/html"]


def test_a_notebook_shows_the_final_line_even_when_everything_was_quick(published, clock):
    with Progress(1, clock=clock) as bar:
        bar.update(1)
    assert published[-1][0]["text/plain"] == "Working: 1/1 recordings · 0.0 s"


def test_many_updates_are_limited_to_five_a_second(published, clock):
    with Progress(1000, clock=clock) as bar:
        for done in range(1000):
            clock.now += 0.001
            bar.update(done + 1)
    assert 5 <= len(published) <= 7
    assert "1,000/1,000" in published[-1][0]["text/plain"]


def test_updates_may_come_from_another_thread(published, clock):
    with Progress(2, clock=clock) as bar:
        worker = threading.Thread(target=lambda: bar.update(2))
        worker.start()
        worker.join()
    assert "2/2" in published[-1][0]["text/plain"]


def test_names_are_escaped_in_html(published, clock):
    with Progress(1, clock=clock) as bar:
        bar.update(1, note="<img src=x onerror=alert(1)>.mp3")
    assert "<img" not in published[-1][0]["text/html"]
    assert "&lt;img" in published[-1][0]["text/html"]


def test_an_error_is_shown_as_stopped(published, clock):
    bar = Progress(9, clock=clock)
    with contextlib.suppress(KeyboardInterrupt), bar:
        bar.update(4)
        raise KeyboardInterrupt
    assert published[-1][0]["text/plain"] == "Working: 4/9 recordings · 0.0 s · stopped"


def test_nothing_is_shown_when_it_is_switched_off(published, log, clock):
    with Progress(1, enabled=False, clock=clock) as bar:
        clock.now += 60
        bar.update(1)
    assert (published, log()) == ([], "")


def test_a_log_gets_one_line_at_the_end(log, clock):
    with Progress(2, description="Probing", clock=clock) as bar:
        for done in (1, 2):
            clock.now += 2
            bar.update(done, note="b.mp3")
    assert log() == "Probing: 2/2 recordings · b.mp3 · 4.0 s\n"


def test_a_log_gets_a_line_every_ten_seconds(log, clock):
    with Progress(None, unit="episodes", clock=clock) as bar:
        for done in range(1, 26):
            clock.now += 1
            bar.update(done)
    assert log().splitlines() == [
        "Working: 10 episodes · 10.0 s",
        "Working: 20 episodes · 20.0 s",
        "Working: 25 episodes · 25.0 s",
    ]


def test_what_is_quick_leaves_no_trace_outside_a_notebook(log, clock):
    with Progress(1, clock=clock) as bar:
        clock.now += 0.4
        bar.update(1)
    assert log() == ""


def test_the_caller_may_ask_for_more_quiet(published, clock):
    with Progress(1, quiet_under_s=2.0, clock=clock) as bar:
        clock.now += 1.9
        bar.update(1)
    assert published == []
    with Progress(1, quiet_under_s=2.0, clock=clock) as bar:
        clock.now += 2.1
        bar.update(1)
    assert len(published) == 2


def test_a_terminal_gets_a_bar(log, clock, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with Progress(4, description="Probing", clock=clock) as bar:
        clock.now += 1
        bar.update(2, counts={"bad": 1})
        clock.now += 1
        bar.update(4)
    shown = log()
    assert "Probing:" in shown
    assert "2/4" in shown
    assert "1 bad" in shown
    assert "4/4" in shown.splitlines()[-1]


@pytest.mark.parametrize(("seconds", "text"), [(0.26, "0.3 s"), (61.4, "1 min 01 s"), (7384, "2 h 03 min")])
def test_elapsed_time_reads_well(seconds, text):
    assert str(State("Working", "recordings", 5, elapsed_s=seconds)).endswith(text)


@pytest.mark.notebook
def test_a_stored_notebook_holds_one_output_in_its_final_state():
    import nbformat
    from nbclient import NotebookClient

    cell = """
import threading, time
from scribekit.base.progress import Progress
with Progress(10, description="Transcribing") as bar:
    def work():
        for done in range(10):
            bar.update(done + 1)
            time.sleep(0.05)
    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
"""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
    NotebookClient(notebook, kernel_name="python3").execute()
    (output,) = notebook.cells[0].outputs
    assert output.output_type == "display_data"
    assert output.data["text/plain"].startswith("Transcribing: 10/10 recordings")
    assert 'value="10"' in output.data["text/html"]


def test_a_log_says_its_last_line_once(capsys):
    at = iter([0.0, 0.0, 30.0, 30.0, 30.0, 30.0, 30.0])
    with Progress(3, description="Transcribing", clock=lambda: next(at)) as progress:
        progress.update(3)
    assert capsys.readouterr().err.count("3/3") == 1
