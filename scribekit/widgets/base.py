"""What every widget stands on: traits go down to the page, intents come up from it, and a converted notebook still shows something."""

from __future__ import annotations

import html
import inspect
import logging
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import anywidget

from scribekit.base.errors import ScribekitError, kind_and_place, nearest

STATIC = Path(__file__).parent / "static"
"""Where the bundles are; they are built from ``frontend/``."""

_log = logging.getLogger("scribekit.widgets")

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Answer:
    """What a handler gives back when bytes belong to it.

    Attributes:
        value: Anything that JSON can hold.
        buffers: Bytes that travel beside it, uncopied.
    """

    value: Any = None
    buffers: Sequence[bytes | memoryview] = field(default_factory=tuple)


def background(handler: F) -> F:
    """Mark a handler that takes its time: it runs on the widget's own thread, so that the kernel stays free.

    What has been overtaken by a newer intent of the same name is not begun, and its answer is not given.
    """
    handler.in_background = True  # type: ignore[attr-defined]
    return handler


class Widget(anywidget.AnyWidget):
    """A widget without a truth of its own: what it shows comes from a corpus, what is done to it goes there.

    A subclass names its bundle (``_esm = STATIC / "name.js"``), declares traits with ``.tag(sync=True)`` for what the page shows, and
    has a method ``on_NAME`` for each intent ``NAME`` that the page may send: its keyword arguments are the intent's, and what it
    returns (anything that JSON can hold, or an :class:`Answer`) is the answer. An error that scribekit raises on purpose is shown to the
    reader in its own words; of any other only the kind is.

    Handlers of one widget never run at the same time, except those marked with :func:`background`, of which one runs at a time beside
    the others.
    """

    _css = STATIC / "scribekit.css"
    _handlers: Mapping[str, Callable[..., Any]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Note the handlers, which are those of the widgets' classes alone: ipywidgets has methods named ``on_…`` too."""
        super().__init_subclass__(**kwargs)
        own = {name.removeprefix("on_"): value for name, value in vars(cls).items() if name.startswith("on_") and callable(value)}
        cls._handlers = {**cls._handlers, **own}

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._one_at_a_time = threading.RLock()
        self._newest: dict[str, Any] = {}
        self._slow_hand: ThreadPoolExecutor | None = None
        self.on_msg(self._receive)

    def static_text(self) -> str:
        """What the widget shows, in a line or a few of plain text."""
        return type(self).__name__

    def static_html(self) -> str:
        """What the widget shows, as HTML without scripts, for readers without a kernel. What comes from data is to be escaped."""
        return f"<p>{html.escape(self.static_text())}</p>"

    def show_error(self, problem: str) -> None:
        """Tell the reader what went wrong, when nobody asked. Never a transcript's text."""
        self.send({"problem": problem})

    def in_background(self, work: Callable[[], None]) -> None:
        """Have something done on the widget's own thread, after what is already waiting there.

        Args:
            work: What to do. It may set traits and send messages; its errors are told to the reader.
        """
        with self._one_at_a_time:
            if self._slow_hand is None:
                self._slow_hand = ThreadPoolExecutor(1, thread_name_prefix="scribekit-widget")
            self._slow_hand.submit(self._guarded, work)

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except ScribekitError as problem:
            self.show_error(str(problem))
        except Exception as problem:  # noqa: BLE001 -- a thread's error would be seen by nobody
            _log.warning("background work of %s failed: %s", type(self).__name__, kind_and_place(problem))
            self.show_error(f"Something went wrong in the background ({type(problem).__name__}).")

    def close(self) -> None:
        """Close the widget and let its thread end."""
        if not hasattr(self, "_one_at_a_time"):
            return  # it was refused before it was made; ipywidgets closes it all the same
        with self._one_at_a_time:
            hand, self._slow_hand = self._slow_hand, None
        if hand is not None:
            hand.shutdown(wait=False, cancel_futures=True)
        super().close()

    def __repr__(self) -> str:
        return self.static_text()

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        shown = super()._repr_mimebundle_(**kwargs)
        data, metadata = shown if isinstance(shown, tuple) else (shown, {})
        static = {"text/plain": self.static_text(), "text/html": self.static_html()}
        return ({**data, **static} if data is not None and somebody_reads() else static), metadata

    def _receive(self, _widget: Any, content: Any, _buffers: Any) -> None:
        if not isinstance(content, dict):
            return
        arguments = dict(content)
        intent, seq = str(arguments.pop("intent", "")), arguments.pop("seq", None)
        self._newest[intent] = seq
        handler = self._handlers.get(intent)
        if getattr(handler, "in_background", False):
            self.in_background(lambda: self._answer(intent, seq, arguments, is_late=True))
        else:
            with self._one_at_a_time:
                self._answer(intent, seq, arguments)

    def _answer(self, intent: str, seq: Any, arguments: dict[str, Any], *, is_late: bool = False) -> None:
        if is_late and self._newest.get(intent) != seq:
            self._reply(seq, {"stale": True})
            return
        try:
            found = self._call(intent, arguments)
        except ScribekitError as problem:
            self._reply(seq, {"error": str(problem)})
        except Exception as problem:  # noqa: BLE001 -- whatever it was, the page must hear of it, and the kernel must live
            _log.warning("intent %s of %s failed: %s", intent, type(self).__name__, kind_and_place(problem))
            self._reply(seq, {"error": f"This could not be done ({type(problem).__name__}). What you did before is safe."})
        else:
            stale = is_late and self._newest.get(intent) != seq
            answer = found if isinstance(found, Answer) else Answer(found)
            self._reply(seq, {"stale": True} if stale else {"value": answer.value}, () if stale else answer.buffers)

    def _call(self, intent: str, arguments: dict[str, Any]) -> Any:
        handler = self._handlers.get(intent)
        if handler is None:
            raise ScribekitError(f"{type(self).__name__} knows no intent {intent!r}.{nearest(intent, self._handlers)}")
        try:
            inspect.signature(handler).bind(self, **arguments)
        except TypeError as cause:
            raise ScribekitError(f"The intent {intent!r} of {type(self).__name__}: {cause}.") from cause
        return handler(self, **arguments)

    def _reply(self, seq: Any, said: dict[str, Any], buffers: Sequence[bytes | memoryview] = ()) -> None:
        if seq is not None:
            self.send({"reply": seq, **said}, buffers=list(buffers) or None)
        elif "error" in said:
            self.show_error(said["error"])


def somebody_reads() -> bool:
    """Whether a person may be sitting before the kernel, who can use a widget.

    Programs that run a notebook unattended (nbconvert, papermill, nbmake) say that nobody can answer ``input()``. They would store a view
    that needs a kernel and a network to be seen; the static picture is what a reader of theirs can use. Voila runs notebooks in the same
    way, but for a person.
    """
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    kernel = getattr(shell, "kernel", None)
    if kernel is None or os.environ.get("SERVER_SOFTWARE", "").startswith("voila"):
        return True
    request = kernel.get_parent() or {}
    return bool(request.get("content", {}).get("allow_stdin", True))
