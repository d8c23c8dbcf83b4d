"""What a notebook shows of an error: the line of the caller and the message, not the way through the package."""

from __future__ import annotations

import linecache
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

PACKAGE = str(Path(__file__).parents[1])
"""The folder of the package."""


class BriefTraceback:
    """For classes of exceptions: IPython shows the line that called scribekit and the message; ``%tb`` then shows the whole traceback."""

    _shown: TracebackType | None = None

    def _render_traceback_(self) -> list[str]:
        """Return the lines that IPython shows. It asks again, for the same traceback, at ``%tb``."""
        trace = getattr(self, "__traceback__", None)
        shell: Any = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
        if shell is not None and trace is not None and self._shown is trace:
            whole: list[str] = shell.InteractiveTB.structured_traceback(type(self), self, trace)
            return whole
        self._shown = trace
        line = calling_line(trace)
        return [*([line, ""] if line else []), f"{type(self).__name__}: {self}", "", "(%tb shows where in scribekit.)"]


def calling_line(trace: TracebackType | None) -> str | None:
    """Return the last line of a traceback before it enters the package: ``"----> 3 sk.scan(folder)"``; None if there is none."""
    caller = None
    while trace is not None and not trace.tb_frame.f_code.co_filename.startswith(PACKAGE):
        caller, trace = trace, trace.tb_next
    if caller is None:
        return None
    code = linecache.getline(caller.tb_frame.f_code.co_filename, caller.tb_lineno, caller.tb_frame.f_globals).strip()
    return f"----> {caller.tb_lineno} {code}" if code else None
