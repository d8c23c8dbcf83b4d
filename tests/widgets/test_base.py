import html
import logging
import threading

import pytest
import traitlets
from patience import PATIENCE_S

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
    counter._receive(counter, {"intent": "add", "seq": "v:1", "number": 2, "twice": True}, [])
    assert counter.sent == [({"reply": "v:1", "value": {"value": 4}}, None)]
    assert counter.value == 4


def test_bytes_travel_beside_the_answer(counter):
    counter._receive(counter, {"intent": "bytes", "seq": 1}, [])
    assert counter.sent == [({"reply": 1, "value": {"size": 3}}, [b"abc"])]


def test_an_error_made_for_people_is_told_in_its_words(counter):
    counter._receive(counter, {"intent": "refuse", "seq": 1}, [])
    counter._receive(counter, {"intent": "refuse", "seq": None}, [])
    assert [content for content, _ in counter.sent] == [
        {"reply": 1, "error": "Give it another number."},
        {"problem": "Give it another number."},
    ]


def test_any_other_error_gives_away_nothing_but_its_kind(counter, caplog):
    with caplog.at_level(logging.DEBUG):
        counter._receive(counter, {"intent": "break", "seq": 1}, [])
    said = counter.sent[0][0]["error"]
    assert "ValueError" in said
    assert "ValueError at test_base.py:" in caplog.text
    assert "secret" not in said + caplog.text


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"intent": "ad"}, "Did you mean 'add'?"),
        ({"intent": "msg"}, "knows no intent 'msg'"),  # on_msg is ipywidgets' own
        ({"intent": "add"}, "missing a required argument: 'number'"),
        ({"intent": "add", "number": 1, "more": 2}, "unexpected keyword argument 'more'"),
        ({}, "knows no intent ''"),
    ],
)
def test_what_cannot_be_understood_is_refused_in_a_sentence(counter, message, words):
    counter._receive(counter, {**message, "seq": 1}, [])
    assert words in counter.sent[0][0]["error"]


def test_a_message_that_is_none_is_ignored(counter):
    counter._receive(counter, "hello", [])
    assert counter.sent == []


def test_slow_work_leaves_the_kernel_free_and_only_the_newest_is_answered(counter):
    counter._receive(counter, {"intent": "slow", "seq": 1, "number": 1}, [])
    assert counter.begun.wait(PATIENCE_S)
    for seq in (2, 3):
        counter._receive(counter, {"intent": "slow", "seq": seq, "number": seq}, [])
    counter._receive(counter, {"intent": "add", "seq": 4, "number": 1}, [])
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


def sit_before(monkeypatch, content):
    import IPython

    monkeypatch.setattr(IPython, "get_ipython", type("Shell", (), {"kernel": Kernel(content)}))


def test_every_output_has_a_static_picture_and_a_text(counter):
    data, _ = counter._repr_mimebundle_()
    assert data["text/plain"] == repr(counter) == "<counter> at 0"
    assert data["text/html"] == f"<p>{html.escape('<counter> at 0')}</p>"
    assert "application/vnd.jupyter.widget-view+json" in data


@pytest.mark.parametrize(
    ("content", "server", "reads"),
    [
        ({"allow_stdin": False}, "", False),
        ({"allow_stdin": True}, "", True),
        ({}, "", True),
        ({"allow_stdin": False}, "voila/0.5", True),
    ],
)
def test_where_nobody_reads_only_the_picture_is_shown(counter, monkeypatch, content, server, reads):
    monkeypatch.setenv("SERVER_SOFTWARE", server)
    sit_before(monkeypatch, content)
    assert base.somebody_reads() is reads
    data, _ = counter._repr_mimebundle_()
    assert ("application/vnd.jupyter.widget-view+json" in data) is reads
    assert "text/html" in data
