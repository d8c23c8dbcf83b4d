"""The base class of the widgets: traits go to the page, intents come from it, and without a page a static picture is shown."""

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

from scribekit.base.display import as_written
from scribekit.base.errors import ScribekitError, kind_and_place, nearest

STATIC = Path(__file__).parent / "static"
"""The folder of the bundles; they are built from ``frontend/``."""
LONGEST_CLIP_S = 60.0
"""The longest sound that is sent at once."""

_log = logging.getLogger("scribekit.widgets")

_Handler = TypeVar("_Handler", bound=Callable[..., Any])


@dataclass(frozen=True)
class Answer:
    """An answer with bytes.

    Attributes:
        value: Anything that JSON can hold.
        buffers: Bytes that are sent with it, uncopied.
    """

    value: Any = None
    buffers: Sequence[bytes | memoryview] = field(default_factory=tuple)


def background(handler: _Handler) -> _Handler:
    """Mark a slow handler: it runs on the widget's own thread, so that the kernel stays free.

    When a newer intent of the same name has arrived, the older one is not started, or its answer is not sent.
    """
    handler.runs_in_background = True  # type: ignore[attr-defined]
    return handler


class Widget(anywidget.AnyWidget):
    """A widget without state of its own: what it shows comes from a corpus, and what a person does is written there.

    A subclass names its bundle (``_esm = STATIC / "name.js"``), declares traits with ``.tag(sync=True)`` for what the page shows, and
    has a method ``on_NAME`` for each intent ``NAME`` that the page can send. The method takes the arguments of the intent as keyword
    arguments, and returns the answer: anything that JSON can hold, or an :class:`Answer`. The reader is shown the message of a
    :class:`ScribekitError`, but only the type of any other error.

    Handlers of one widget never run at the same time, except those marked with :func:`background`: of these, one at a time runs beside
    the others.
    """

    _css = STATIC / "scribekit.css"
    _handlers: Mapping[str, Callable[..., Any]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Register the handlers of this class; those of ipywidgets, which has methods named ``on_…`` too, are not."""
        super().__init_subclass__(**kwargs)
        own = {name.removeprefix("on_"): value for name, value in vars(cls).items() if name.startswith("on_") and callable(value)}
        cls._handlers = {**cls._handlers, **own}

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._lock = threading.RLock()
        self._newest: dict[str, Any] = {}
        self._executor: ThreadPoolExecutor | None = None
        self.on_msg(self._receive)

    def static_text(self) -> str:
        """Describe what the widget shows in a few lines of plain text."""
        return type(self).__name__

    def static_html(self) -> str:
        """Show the same as HTML without scripts, for readers without a kernel. Subclasses escape what comes from data."""
        return f"<p>{html.escape(self.static_text())}</p>"

    def show_error(self, problem: str) -> None:
        """Show the reader an error that is not the answer to an intent. It must not quote a transcript."""
        self.send({"problem": problem})

    def in_background(self, work: Callable[[], None]) -> None:
        """Run work on the widget's own thread, after the work that already waits there.

        Args:
            work: It can set traits and send messages. Its errors are shown to the reader.
        """
        with self._lock:
            if self._executor is None:
                self._executor = ThreadPoolExecutor(1, thread_name_prefix="scribekit-widget")
            self._executor.submit(self._show_errors_of, work)

    def _show_errors_of(self, work: Callable[[], None]) -> None:
        try:
            work()
        except ScribekitError as problem:
            self.show_error(str(problem))
        except Exception as problem:  # noqa: BLE001 -- nobody would see the error of a thread
            _log.warning("background work of %s failed: %s", type(self).__name__, kind_and_place(problem))
            self.show_error(f"Something went wrong in the background ({type(problem).__name__}).")

    def close(self) -> None:
        """Close the widget and let its thread end."""
        if not hasattr(self, "_lock"):
            return  # ipywidgets also closes a widget whose arguments were refused
        with self._lock:
            executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=False, cancel_futures=True)
        super().close()

    def __repr__(self) -> str:
        return self.static_text()

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        shown = super()._repr_mimebundle_(**kwargs)
        data, metadata = shown if isinstance(shown, tuple) else (shown, {})
        static = {"text/plain": self.static_text(), "text/html": as_written(self.static_html())}
        return ({**data, **static} if data is not None and is_interactive() else static), metadata

    def _receive(self, _widget: Any, content: Any, _buffers: Any) -> None:
        if not isinstance(content, dict):
            return
        arguments = dict(content)
        intent, seq = str(arguments.pop("intent", "")), arguments.pop("seq", None)
        self._newest[intent] = seq
        handler = self._handlers.get(intent)
        if getattr(handler, "runs_in_background", False):
            self.in_background(lambda: self._answer(intent, seq, arguments, only_newest=True))
        else:
            with self._lock:
                self._answer(intent, seq, arguments)

    def _answer(self, intent: str, seq: Any, arguments: dict[str, Any], *, only_newest: bool = False) -> None:
        if only_newest and self._newest.get(intent) != seq:
            self._reply(seq, {"stale": True})
            return
        try:
            found = self._call(intent, arguments)
        except ScribekitError as problem:
            self._reply(seq, {"error": str(problem)})
        except Exception as problem:  # noqa: BLE001 -- the page waits for an answer, and the kernel must go on
            _log.warning("intent %s of %s failed: %s", intent, type(self).__name__, kind_and_place(problem))
            self._reply(seq, {"error": f"This could not be done ({type(problem).__name__}). What you did before is saved."})
        else:
            is_stale = only_newest and self._newest.get(intent) != seq
            answer = found if isinstance(found, Answer) else Answer(found)
            self._reply(seq, {"stale": True} if is_stale else {"value": answer.value}, () if is_stale else answer.buffers)

    def _call(self, intent: str, arguments: dict[str, Any]) -> Any:
        handler = self._handlers.get(intent)
        if handler is None:
            raise ScribekitError(f"{type(self).__name__} has no intent {intent!r}.{nearest(intent, self._handlers)}")
        try:
            inspect.signature(handler).bind(self, **arguments)
        except TypeError as cause:
            raise ScribekitError(f"The intent {intent!r} of {type(self).__name__}: {cause}.") from cause
        return handler(self, **arguments)

    def _reply(self, seq: Any, reply: dict[str, Any], buffers: Sequence[bytes | memoryview] = ()) -> None:
        if seq is not None:
            self.send({"reply": seq, **reply}, buffers=list(buffers) or None)
        elif "error" in reply:
            self.show_error(reply["error"])


def is_interactive() -> bool:
    """Return whether a person may be using the kernel.

    Programs that run a notebook unattended (nbconvert, papermill, nbmake) declare that nobody can answer ``input()``. They would store a
    view that needs a kernel and a network; their readers can only use the static picture. Voila runs notebooks in the same way, but for a
    person.
    """
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    kernel = getattr(shell, "kernel", None)
    if kernel is None or os.environ.get("SERVER_SOFTWARE", "").startswith("voila"):
        return True
    request = kernel.get_parent() or {}
    return bool(request.get("content", {}).get("allow_stdin", True))
