"""scribekit: transcribe a whole library of recordings from a notebook, and work with the result as tables.

A batch is a chain of tables. ``scan`` (or ``read_manifest``) lists recordings, ``submit_batch`` and ``collect`` transcribe them into a
corpus folder, and ``to_frame``, ``search``, ``evaluate`` and ``export`` read that folder. Every verb that takes a batch also takes a
corpus. Names are loaded when they are first used, so that ``import scribekit`` takes little time.

List recordings, and plan:
    scan, read_manifest: list recordings as a manifest.
    estimate_cost: say what a manifest will cost.
    plan, compare_plan, Plan, JobTimes: say how long a batch will take, and compare that with what it took.

Transcribe:
    submit_batch, collect, retry: send, wait for and send again.
    Limits, Webhook: the pace, and how to be told of ended jobs.
    local_service: a service on this machine, for when there is no key.
    models, get_model: the models of its engines, and fetching them.
    Batch, Corpus, open_corpus, relocate: the folder that keeps everything.
    check_corpus: say what of a corpus is whole, and repair it.
    purge: delete at the service.

Read as tables, and hand on:
    to_frame, build_tables, scan_frame: transcripts as tables, of any size.
    export, to_excel: transcripts as files, and tables as a workbook.
    fetch_redacted_audio: recordings in which the service has masked personal data.

Search and count:
    search, build_index, cite, play: find what was said, quote it and hear it.
    ngrams, collocates, keyness, dispersion: words by number and by neighbours.

Correct, and name who spoke:
    review, Review, review_states: correct one transcript after the other.
    propose_correction, smooth_speakers, apply_edits, undo_edits, redo_edits: correct in many at once.
    people, name_people: the names of the speakers.

Measure:
    evaluate, word_errors: count the errors beside references.
    flag_for_review, calibrate, Calibration: what to listen to first, and what a confidence means.
    turn_statistics: how the talk went to and fro.

Modules:
    widgets: what a person sees and clicks in a notebook. plots: one plot a function. notebooks: copies of the lessons.
    schema: the columns of every table. formats: those of the export. alerts: messages elsewhere. palette: the colours of speakers.
    errors, ScribekitError: what can be raised.

Example:
    >>> import scribekit as sk
    >>> sk.estimate_cost([{"duration": 3600.0}], models=["universal-2"])["total_usd"].tolist()
    [0.15]
"""

import importlib
import importlib.abc
import importlib.machinery
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scribekit.api.embedded import local_service
    from scribekit.api.engine_models import get_model, models
    from scribekit.api.limits import Limits
    from scribekit.api.webhook import Webhook
    from scribekit.base.errors import ScribekitError
    from scribekit.batch.planning.job_times import JobTimes
    from scribekit.batch.planning.plan import Plan
    from scribekit.batch.planning.planner import compare_plan, plan
    from scribekit.batch.pricing import estimate_cost
    from scribekit.batch.purge import purge
    from scribekit.batch.redacted_audio import fetch_redacted_audio
    from scribekit.batch.transcribe import collect, retry, submit_batch
    from scribekit.corpus.handles import Batch, Corpus, open_corpus
    from scribekit.corpus.relocate import relocate
    from scribekit.corrections.bulk import apply_edits, propose_correction, redo_edits, smooth_speakers, undo_edits
    from scribekit.corrections.people import name_people, people, review_states
    from scribekit.corrections.review import Review, review
    from scribekit.fulltext.citation import cite
    from scribekit.fulltext.play import play
    from scribekit.fulltext.search import build_index, search
    from scribekit.fulltext.statistics import collocates, dispersion, keyness, ngrams
    from scribekit.integrity.check import check_corpus
    from scribekit.quality.calibration import Calibration, calibrate
    from scribekit.quality.evaluate import evaluate, turn_statistics, word_errors
    from scribekit.quality.flag import flag_for_review
    from scribekit.recordings.scan import read_manifest, scan
    from scribekit.tables.excel import to_excel
    from scribekit.tables.export import export
    from scribekit.tables.frames import build_tables, scan_frame, to_frame

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
    "check_corpus",
    "cite",
    "collect",
    "collocates",
    "compare_plan",
    "dispersion",
    "estimate_cost",
    "evaluate",
    "export",
    "fetch_redacted_audio",
    "flag_for_review",
    "get_model",
    "keyness",
    "local_service",
    "models",
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
    "to_excel",
    "to_frame",
    "turn_statistics",
    "undo_edits",
    "word_errors",
]

_HOMES = {
    "Batch": "corpus.handles",
    "Calibration": "quality.calibration",
    "Corpus": "corpus.handles",
    "JobTimes": "batch.planning.job_times",
    "Limits": "api.limits",
    "Plan": "batch.planning.plan",
    "Review": "corrections.review",
    "ScribekitError": "base.errors",
    "Webhook": "api.webhook",
    "apply_edits": "corrections.bulk",
    "build_index": "fulltext.search",
    "build_tables": "tables.frames",
    "calibrate": "quality.calibration",
    "check_corpus": "integrity.check",
    "cite": "fulltext.citation",
    "collect": "batch.transcribe",
    "collocates": "fulltext.statistics",
    "compare_plan": "batch.planning.planner",
    "dispersion": "fulltext.statistics",
    "estimate_cost": "batch.pricing",
    "evaluate": "quality.evaluate",
    "export": "tables.export",
    "fetch_redacted_audio": "batch.redacted_audio",
    "flag_for_review": "quality.flag",
    "get_model": "api.engine_models",
    "keyness": "fulltext.statistics",
    "local_service": "api.embedded",
    "models": "api.engine_models",
    "name_people": "corrections.people",
    "ngrams": "fulltext.statistics",
    "open_corpus": "corpus.handles",
    "people": "corrections.people",
    "plan": "batch.planning.planner",
    "play": "fulltext.play",
    "propose_correction": "corrections.bulk",
    "purge": "batch.purge",
    "read_manifest": "recordings.scan",
    "redo_edits": "corrections.bulk",
    "relocate": "corpus.relocate",
    "retry": "batch.transcribe",
    "review": "corrections.review",
    "review_states": "corrections.people",
    "scan": "recordings.scan",
    "scan_frame": "tables.frames",
    "search": "fulltext.search",
    "smooth_speakers": "corrections.bulk",
    "submit_batch": "batch.transcribe",
    "to_excel": "tables.excel",
    "to_frame": "tables.frames",
    "turn_statistics": "quality.evaluate",
    "undo_edits": "corrections.bulk",
    "word_errors": "quality.evaluate",
}


_MODULES = {
    "alerts": "batch.alerts",
    "errors": "base.errors",
    "formats": "transcripts.formats",
    "notebooks": "widgets.notebooks",
    "palette": "base.palette",
    "plots": "quality.plots",
    "schema": "base.schema",
    "widgets": "widgets",
}


class _AliasLoader(importlib.abc.Loader):
    """Loads a public module from its package, so that ``scribekit.errors`` and ``scribekit.base.errors`` are the same module."""

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        module = _public_module(spec.name.partition(".")[2])
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec  # the import system has replaced it by that of the alias; the module has been executed already


class _AliasFinder(importlib.abc.MetaPathFinder):
    """Finds ``scribekit.errors`` and the other public modules, which are in the packages of ``_MODULES``."""

    def find_spec(self, fullname: str, *_path_and_target: object) -> importlib.machinery.ModuleSpec | None:
        package, _, name = fullname.partition(".")
        return importlib.machinery.ModuleSpec(fullname, _AliasLoader()) if package == __name__ and name in _MODULES else None


sys.meta_path.append(_AliasFinder())
importlib.import_module("scribekit.api.sdk_settings")  # it must see the environment before the user changes it


def _public_module(name: str) -> ModuleType:
    module = importlib.import_module(f"{__name__}.{_MODULES[name]}")
    vars(module).setdefault("__dir__", lambda: _public_names(module))
    return module


def _public_names(module: ModuleType) -> list[str]:
    """Return what completion shows of a module: what it declares or, without that, what it defines."""
    own = [name for name, value in vars(module).items() if name[0] != "_" and getattr(value, "__module__", None) == module.__name__]
    return sorted(getattr(module, "__all__", own))


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return _public_module(name)
    if name == "__version__":
        return importlib.import_module("importlib.metadata").version("scribekit")
    if name not in _HOMES:
        raise AttributeError(f"module 'scribekit' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"scribekit.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, *_MODULES])
