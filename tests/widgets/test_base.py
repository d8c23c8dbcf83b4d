import html
import logging
import threading
from html.parser import HTMLParser

import pytest
import traitlets
from corpora import store
from page import receive
from patience import PATIENCE_S

import scribekit as sk
from scribekit.base.display import as_written
from scribekit.base.errors import OptionError
from scribekit.widgets import base
from scribekit.widgets.base import Answer, Widget, background


class Counter(Widget):
    _esm = "export default { render() {} }"
    value = traitlets.Int(0).tag(sync=True)

    def __init__(self, **traits):
        super().__init__(**traits)
        self.sent = []
        self.answered = threading.Semaphore(0)
        self.hold = threading.Event()
        self.begun = threading.Event()
        self.done = []

    def send(self, content, buffers=None):
        self.sent.append((content, buffers))
        self.answered.release()

    def wait_for_answers(self, count):
        for _ in range(count):
            assert self.answered.acquire(timeout=PATIENCE_S)

    def static_text(self):
        return f"<counter> at {self.value}"

    def on_add(self, number, twice=False):
        self.value += number * (2 if twice else 1)
        return {"value": self.value}

    def on_refuse(self):
        raise OptionError("Give it another number.")

    def on_break(self):
        raise ValueError("the patient said: my secret")

    def on_bytes(self):
        return Answer({"size": 3}, [b"abc"])

    @background
    def on_slow(self, number):
        self.begun.set()
        assert self.hold.wait(PATIENCE_S)
        self.done.append(number)
        return number


@pytest.fixture
def counter():
    widget = Counter()
    yield widget
    widget.hold.set()
    widget.close()


def test_an_intent_is_answered_with_what_its_handler_returns(counter):
    receive(counter, {"intent": "add", "seq": "v:1", "number": 2, "twice": True})
    assert counter.sent == [({"reply": "v:1", "value": {"value": 4}}, None)]
    assert counter.value == 4


def test_bytes_travel_beside_the_answer(counter):
    receive(counter, {"intent": "bytes", "seq": 1})
    assert counter.sent == [({"reply": 1, "value": {"size": 3}}, [b"abc"])]


def test_an_error_made_for_people_is_told_in_its_words(counter):
    receive(counter, {"intent": "refuse", "seq": 1})
    receive(counter, {"intent": "refuse", "seq": None})
    assert [content for content, _ in counter.sent] == [
        {"reply": 1, "error": "Give it another number."},
        {"problem": "Give it another number."},
    ]


def test_any_other_error_gives_away_nothing_but_its_kind(counter, caplog):
    with caplog.at_level(logging.DEBUG):
        receive(counter, {"intent": "break", "seq": 1})
    said = counter.sent[0][0]["error"]
    assert "ValueError" in said
    assert "ValueError at test_base.py:" in caplog.text
    assert "secret" not in said + caplog.text


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"intent": "ad"}, "Did you mean 'add'?"),
        ({"intent": "msg"}, "has no intent 'msg'"),  # on_msg is ipywidgets' own
        ({"intent": "add"}, "missing a required argument: 'number'"),
        ({"intent": "add", "number": 1, "more": 2}, "unexpected keyword argument 'more'"),
        ({}, "has no intent ''"),
    ],
)
def test_what_cannot_be_understood_is_refused_in_a_sentence(counter, message, words):
    receive(counter, {**message, "seq": 1})
    assert words in counter.sent[0][0]["error"]


def test_a_message_that_is_none_is_ignored(counter):
    receive(counter, "hello")
    assert counter.sent == []


def test_slow_work_leaves_the_kernel_free_and_only_the_newest_is_answered(counter):
    receive(counter, {"intent": "slow", "seq": 1, "number": 1})
    assert counter.begun.wait(PATIENCE_S)
    for seq in (2, 3):
        receive(counter, {"intent": "slow", "seq": seq, "number": seq})
    receive(counter, {"intent": "add", "seq": 4, "number": 1})
    assert [content["reply"] for content, _ in counter.sent] == [4]
    counter.hold.set()
    counter.wait_for_answers(4)
    answers = {content["reply"]: content for content, _ in counter.sent}
    assert answers[1] == {"reply": 1, "stale": True}
    assert answers[2] == {"reply": 2, "stale": True}
    assert answers[3] == {"reply": 3, "value": 3}
    assert counter.done == [1, 3]


def test_an_error_of_background_work_is_told(counter):
    def fail():
        raise OptionError("The disk is full.")

    counter.in_background(fail)
    counter.wait_for_answers(1)
    assert counter.sent == [({"problem": "The disk is full."}, None)]


class Kernel:
    def __init__(self, content):
        self._content = content

    def get_parent(self):
        return {"content": self._content}


def run_in_kernel(monkeypatch, content):
    import IPython

    monkeypatch.setattr(IPython, "get_ipython", type("Shell", (), {"kernel": Kernel(content)}))


def test_every_output_has_a_static_picture_and_a_text(counter):
    data, _ = counter._repr_mimebundle_()
    assert data["text/plain"] == repr(counter) == "<counter> at 0"
    assert data["text/html"] == as_written(f"<p>{html.escape('<counter> at 0')}</p>")
    assert "application/vnd.jupyter.widget-view+json" in data


@pytest.mark.parametrize(
    ("content", "server", "interactive"),
    [
        ({"allow_stdin": False}, "", False),
        ({"allow_stdin": True}, "", True),
        ({}, "", True),
        ({"allow_stdin": False}, "voila/0.5", True),
    ],
)
def test_where_nobody_uses_the_kernel_only_the_picture_is_shown(counter, monkeypatch, content, server, interactive):
    monkeypatch.setenv("SERVER_SOFTWARE", server)
    run_in_kernel(monkeypatch, content)
    assert base.is_interactive() is interactive
    data, _ = counter._repr_mimebundle_()
    assert ("application/vnd.jupyter.widget-view+json" in data) is interactive
    assert "text/html" in data


TALKS = {"one": [("A", "Good morning how are you"), ("B", "Fine"), ("A", "and the house on the hill")], "two": [("A", "Good bye")]}


class Pictures(HTMLParser):
    """The pictures of a page, and those without a text for people who cannot see them."""

    def __init__(self, page):
        super().__init__()
        self.count, self.silent = 0, []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        if tag in ("svg", "img"):
            self.count += 1
            name = said.get("alt") if tag == "img" else said.get("role") == "img" and said.get("aria-label")
            if not name:
                self.silent.append(tag)


@pytest.mark.parametrize(
    ("make", "at_least"),
    [
        (sk.widgets.ConfidenceExplorer, 1),
        (lambda corpus: sk.widgets.DiarizationReview(corpus, "one"), 1),
        (lambda corpus: sk.widgets.CostPlanner([{"duration": 3600.0}] * 20), 1),
        (lambda corpus: sk.widgets.TranscriptSearch(corpus, "good"), 0),
        (sk.widgets.BatchMonitor, 0),
    ],
    ids=["confidence", "diarization", "planner", "search", "monitor"],
)
def test_every_picture_of_a_saved_notebook_has_a_text(tmp_path, make, at_least):
    pictures = Pictures(make(store(tmp_path / "corpus", TALKS)).static_html())
    assert pictures.count >= at_least
    assert pictures.silent == []
