"""The browser's end of a widget."""

import threading

from patience import PATIENCE_S


def receive(widget, content):
    """Deliver a message to a widget as the browser does."""
    widget.comm.handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})


def idle(widget):
    """Wait until the widget's own thread has done the work that waits there."""
    done = threading.Event()
    widget.in_background(done.set)
    assert done.wait(PATIENCE_S)


class Page:
    """A page that keeps the widget's answers."""

    def __init__(self, widget):
        self.widget, self.answers = widget, {}
        widget.send = lambda content, buffers=None: self.answers.update({content.get("reply"): (content, buffers)})

    def ask(self, intent, **arguments):
        receive(self.widget, {"intent": intent, "seq": intent, **arguments})
        return self.answers[intent]
