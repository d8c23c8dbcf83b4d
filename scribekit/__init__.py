"""scribekit: transcribe a whole library of recordings from a notebook, and work with the result as tables.

Names are loaded when they are first used, so that ``import scribekit`` itself costs next to nothing.

Example:
    >>> import scribekit as sk
    >>> sk.estimate_cost([{"duration": 3600.0}], models=["universal-2"])["total_usd"].tolist()
    [0.15]
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scribekit.batch import collect, retry, submit_batch
    from scribekit.calibration import Calibration
    from scribekit.corpus import Batch, Corpus, open_corpus
    from scribekit.correcting import apply_edits, propose_correction, redo_edits, smooth_speakers, undo_edits
    from scribekit.errors import ScribekitError
    from scribekit.exploring import build_index, play, search
    from scribekit.flagging import flag_for_review
    from scribekit.lexis import collocates, dispersion, keyness, ngrams
    from scribekit.limits import Limits
    from scribekit.local import local_service
    from scribekit.measuring import calibrate, evaluate, turn_statistics, word_errors
    from scribekit.naming import name_people, people, review_states
    from scribekit.planner import compare_plan, plan
    from scribekit.planning.handle import Plan
    from scribekit.planning.times import JobTimes
    from scribekit.pricing import estimate_cost
    from scribekit.purging import purge
    from scribekit.quoting import cite
    from scribekit.recordings import read_manifest, scan
    from scribekit.relocating import relocate
    from scribekit.reviewing import Review, review
    from scribekit.tables import build_tables, export, scan_frame, to_frame
    from scribekit.webhook import Webhook

__all__ = [
    "Batch",
    "Calibration",
    "Corpus",
    "JobTimes",
    "Limits",
    "Plan",
    "Review",
    "ScribekitError",
    "Webhook",
    "apply_edits",
    "build_index",
    "build_tables",
    "calibrate",
    "cite",
    "collect",
    "collocates",
    "compare_plan",
    "dispersion",
    "estimate_cost",
    "evaluate",
    "export",
    "flag_for_review",
    "keyness",
    "local_service",
    "name_people",
    "ngrams",
    "open_corpus",
    "people",
    "plan",
    "play",
    "propose_correction",
    "purge",
    "read_manifest",
    "redo_edits",
    "relocate",
    "retry",
    "review",
    "review_states",
    "scan",
    "scan_frame",
    "search",
    "smooth_speakers",
    "submit_batch",
    "to_frame",
    "turn_statistics",
    "undo_edits",
    "word_errors",
]

_HOMES = {
    "Batch": "corpus",
    "Calibration": "calibration",
    "Corpus": "corpus",
    "JobTimes": "planning.times",
    "Limits": "limits",
    "Plan": "planning.handle",
    "Review": "reviewing",
    "ScribekitError": "errors",
    "Webhook": "webhook",
    "apply_edits": "correcting",
    "build_index": "exploring",
    "build_tables": "tables",
    "calibrate": "measuring",
    "cite": "quoting",
    "collect": "batch",
    "collocates": "lexis",
    "compare_plan": "planner",
    "dispersion": "lexis",
    "estimate_cost": "pricing",
    "evaluate": "measuring",
    "export": "tables",
    "flag_for_review": "flagging",
    "keyness": "lexis",
    "local_service": "local",
    "name_people": "naming",
    "ngrams": "lexis",
    "open_corpus": "corpus",
    "people": "naming",
    "plan": "planner",
    "play": "exploring",
    "propose_correction": "correcting",
    "purge": "purging",
    "read_manifest": "recordings",
    "redo_edits": "correcting",
    "relocate": "relocating",
    "retry": "batch",
    "review": "reviewing",
    "review_states": "naming",
    "scan": "recordings",
    "scan_frame": "tables",
    "search": "exploring",
    "smooth_speakers": "correcting",
    "submit_batch": "batch",
    "to_frame": "tables",
    "turn_statistics": "measuring",
    "undo_edits": "correcting",
    "word_errors": "measuring",
}


_ROOMS = ("alerts", "notebooks", "palette", "plots", "widgets")


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return importlib.import_module(f"scribekit.{name}")
    if name == "__version__":
        return importlib.import_module("importlib.metadata").version("scribekit")
    if name not in _HOMES:
        raise AttributeError(f"module 'scribekit' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"scribekit.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
