"""Widgets for notebooks: what a person sees of a corpus, and what a person does to it.

Each widget is a Python class here and a TypeScript module in ``frontend/``, whose bundle is in ``static/``. A widget keeps no state of
its own: it reads from the corpus and writes to it, so it can be closed at any time and opened again. The classes are public as
``sk.widgets.NAME``; their base class, with the messages between kernel and page, is in ``base``. ``notebooks`` copies the teaching
notebooks.

The classes are imported on first use: ``import scribekit`` needs no widget library.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scribekit.widgets.confidence.widget import ConfidenceExplorer
    from scribekit.widgets.diarization.widget import DiarizationReview
    from scribekit.widgets.monitor import BatchMonitor
    from scribekit.widgets.planner import CostPlanner
    from scribekit.widgets.search.widget import TranscriptSearch
    from scribekit.widgets.who_is_this.widget import WhoIsThis

__all__ = ["BatchMonitor", "ConfidenceExplorer", "CostPlanner", "DiarizationReview", "TranscriptSearch", "WhoIsThis"]

_MODULES = {
    "BatchMonitor": "monitor",
    "ConfidenceExplorer": "confidence.widget",
    "CostPlanner": "planner",
    "DiarizationReview": "diarization.widget",
    "TranscriptSearch": "search.widget",
    "WhoIsThis": "who_is_this.widget",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'scribekit.widgets' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"scribekit.widgets.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
