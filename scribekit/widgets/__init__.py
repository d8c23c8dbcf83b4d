"""Widgets for notebooks: each shows a corpus and passes on what a person does to it.

Names are loaded when they are first used; ``import scribekit`` needs no widget library.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scribekit.widgets.confidence.widget import ConfidenceExplorer
    from scribekit.widgets.diarization.widget import DiarizationReview
    from scribekit.widgets.monitor import BatchMonitor
    from scribekit.widgets.planner import CostPlanner
    from scribekit.widgets.search.widget import TranscriptSearch

__all__ = ["BatchMonitor", "ConfidenceExplorer", "CostPlanner", "DiarizationReview", "TranscriptSearch"]

_HOMES = {
    "BatchMonitor": "monitor",
    "ConfidenceExplorer": "confidence.widget",
    "CostPlanner": "planner",
    "DiarizationReview": "diarization.widget",
    "TranscriptSearch": "search.widget",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'scribekit.widgets' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"scribekit.widgets.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
