import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from scribekit.base.brief_traceback import calling_line
from scribekit.base.errors import Interrupted

SETUP = """
import scribekit as sk
from scribekit.base.progress import Progress
def stopped():
    with Progress(9, enabled=False, if_stopped="collect(batch) goes on.") as bar:
        bar.update(4)
        raise KeyboardInterrupt
"""


@pytest.fixture
def shown(capsys):
    """Runs a cell; gives what IPython shows of its error."""
    shell = InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
    assert shell.run_cell(SETUP).success

    def run(cell):
        capsys.readouterr()
        shell.run_cell(cell)
        return capsys.readouterr().out.strip()

    yield run
    InteractiveShell.clear_instance()


def test_a_notebook_shows_the_callers_line_and_the_message(shown):
    text = shown("x = 1\nsk.open_corpus('not there')")
    assert text.splitlines()[0] == "----> 2 sk.open_corpus('not there')"
    assert text.splitlines()[2].startswith("LedgerError: ")
    assert "site-packages" not in text
    assert len(text.splitlines()) < 8


def test_the_whole_traceback_is_there_on_request(shown):
    brief = shown("sk.open_corpus('not there')")
    whole = shown("%tb")
    assert len(whole) > 3 * len(brief)
    assert "handles.py" in whole


def test_the_same_error_raised_again_is_brief_again(shown):
    shown("try:\n    sk.open_corpus('not there')\nexcept sk.ScribekitError as error:\n    kept = error\nraise kept")
    assert shown("raise kept").splitlines()[-1] == "(%tb shows where in scribekit.)"


def test_stopped_work_says_how_far_it_was_and_how_to_go_on(shown):
    text = shown("stopped()")
    assert "Interrupted: Working: 4/9 recordings" in text
    assert text.splitlines()[2].endswith("stopped. collect(batch) goes on.")


def test_a_stop_is_an_interrupt_and_no_error():
    assert issubclass(Interrupted, KeyboardInterrupt)
    assert not issubclass(Interrupted, Exception)


def test_an_error_that_was_never_raised_has_no_line():
    assert calling_line(None) is None
