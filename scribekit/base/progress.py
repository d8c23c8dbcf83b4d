"""One line of progress: in a notebook, in a terminal or in a log.

In a notebook it is one output, in plain text and HTML, that is replaced as work goes on. It is not a widget, so a stored or converted
notebook shows the final state. In a terminal it is a tqdm bar; elsewhere an occasional line on standard error.
"""

from __future__ import annotations

import html
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Protocol

from scribekit.base.display import as_written
from scribekit.base.errors import Interrupted

QUIET_UNDER_S = 2.0
"""For verbs that are usually quick: they show progress only when they take longer than this."""


@dataclass(frozen=True, slots=True, repr=False)
class State:
    """The contents of the line.

    Attributes:
        description: What is being done.
        unit: What is counted.
        total: How many there are; None when that is not known.
        done: How many are done.
        elapsed_s: Seconds since the start.
        note: What is being done at the moment, in a few words.
        counts: Further numbers, by name: ``{"completed": 3, "error": 1}``.
        stopped: Whether the work ended by an error or an interrupt.
    """

    description: str
    unit: str
    total: int | None
    done: int = 0
    elapsed_s: float = 0.0
    note: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    stopped: bool = False

    @property
    def extra(self) -> str:
        """Counts and note."""
        return ", ".join([*(f"{count:,} {name}" for name, count in self.counts.items()), *([self.note] if self.note else [])])

    def __str__(self) -> str:
        reached = f"{self.done:,}" if self.total is None else f"{self.done:,}/{self.total:,}"
        parts = [f"{self.description}: {reached} {self.unit}", self.extra, _clock_text(self.elapsed_s), "stopped" if self.stopped else ""]
        return " · ".join(part for part in parts if part)

    __repr__ = __str__  # a notebook's plain text

    def _repr_html_(self) -> str:
        bar = "" if self.total is None else f'<progress value="{self.done}" max="{max(self.total, 1)}" style="width:14em"></progress> '
        return as_written(f"{bar}<span>{html.escape(str(self))}</span>")


def _clock_text(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s" if minutes else f"{seconds:.1f} s"


class _Display(Protocol):
    """Where the line is shown."""

    first_after_s: float
    every_s: float
    quiet_under_s: float

    def show(self, state: State) -> None:
        """Show an intermediate state."""

    def close(self, state: State) -> None:
        """Show the final state."""


class _Notebook:
    first_after_s, every_s, quiet_under_s = 0.0, 0.2, 0.0

    def __init__(self) -> None:
        self._handle: Any = None

    def show(self, state: State) -> None:
        from IPython import display

        if self._handle is None:
            show: Any = display.display  # IPython does not annotate it
            self._handle = show(state, display_id=True)
        else:
            self._handle.update(state)

    close = show


class _Terminal:
    first_after_s, every_s, quiet_under_s = 0.0, 0.1, 0.5

    def __init__(self) -> None:
        self._bar: Any = None

    def show(self, state: State) -> None:
        from tqdm import tqdm

        if self._bar is None:
            self._bar = tqdm(total=state.total, desc=state.description, unit=f" {state.unit}", file=sys.stderr, dynamic_ncols=True)
            self._bar.start_t -= state.elapsed_s
        self._bar.n = state.done
        self._bar.set_postfix_str(state.extra, refresh=False)
        self._bar.refresh()

    def close(self, state: State) -> None:
        self.show(state)
        self._bar.close()


class _Log:
    first_after_s, every_s, quiet_under_s = 10.0, 10.0, 0.5

    _last_line = ""

    def show(self, state: State) -> None:
        self._last_line = str(state)
        print(self._last_line, file=sys.stderr, flush=True)  # noqa: T201 -- to show the line is the purpose

    def close(self, state: State) -> None:
        if str(state) != self._last_line:
            self.show(state)


def _display() -> _Display:
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None and hasattr(shell, "kernel"):
        return _Notebook()
    return _Terminal() if sys.stderr is not None and sys.stderr.isatty() else _Log()


class Progress:
    """A context manager that shows progress. ``update`` may be called from any thread.

    Args:
        total: How many there are to do; None when that is not known.
        unit: What is counted, in the plural.
        description: What is being done.
        enabled: False shows nothing.
        if_stopped: What to know, and how to go on, when somebody stops the work.
        quiet_under_s: Show nothing at all when everything is done within this many seconds. By default 0.5, and 0 in a notebook, where
            the final line is part of the record.
        clock: Returns seconds that never decrease.

    Raises:
        Interrupted: Instead of a ``KeyboardInterrupt``, on leaving.

    Example:
        >>> with Progress(2, description="Listening", enabled=False) as progress:
        ...     progress.update(1, note="interview.mp3")
        ...     progress.update(2, counts={"completed": 2})
    """

    def __init__(
        self,
        total: int | None,
        unit: str = "recordings",
        description: str = "Working",
        enabled: bool = True,
        *,
        if_stopped: str = "Nothing was lost; the same call starts again.",
        quiet_under_s: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._display = _display() if enabled else None
        self._quiet_under_s = self._display.quiet_under_s if self._display and quiet_under_s is None else quiet_under_s or 0.0
        self._if_stopped = if_stopped
        self._clock = clock
        self._lock = threading.Lock()
        self._start = self._shown_at = clock()
        self._shown = False
        self._fields: dict[str, Any] = {"description": description, "unit": unit, "total": total}

    def __enter__(self) -> Progress:
        self._start = self._shown_at = self._clock()
        with self._lock:
            self._show_if_due()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with self._lock:
            display, self._display = self._display, None
            if display and (self._shown or self._elapsed() >= self._quiet_under_s):
                display.close(self._state(stopped=kind is not None))
        if kind is KeyboardInterrupt:
            raise Interrupted(f"{self._state(stopped=True)}. {self._if_stopped}") from None

    def update(self, done: int, *, note: str = "", counts: Mapping[str, int] | None = None) -> None:
        """Set how many are done.

        Args:
            done: How many, from the start (not since the last call).
            note: What is being done at the moment, in a few words.
            counts: Further numbers, by name.
        """
        with self._lock:
            self._fields |= {"done": done, "note": note, "counts": dict(counts or {})}
            self._show_if_due()

    def _show_if_due(self) -> None:
        if self._display is None:
            return
        due = self._shown_at + self._display.every_s if self._shown else self._start + max(self._quiet_under_s, self._display.first_after_s)
        if self._clock() >= due:
            self._shown, self._shown_at = True, self._clock()
            self._display.show(self._state())

    def _elapsed(self) -> float:
        return self._clock() - self._start

    def _state(self, *, stopped: bool = False) -> State:
        return State(**self._fields, elapsed_s=self._elapsed(), stopped=stopped)
