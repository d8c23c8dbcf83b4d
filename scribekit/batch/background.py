"""Collecting in the background: the same run as ``collect``, which goes on after its cell has ended."""

from __future__ import annotations

import concurrent.futures
from pathlib import Path

from scribekit.api.limits import Limits
from scribekit.base.errors import ScribekitError
from scribekit.batch.engine.engine import drive
from scribekit.batch.engine.loop import begin
from scribekit.batch.engine.run import Run, active_runs
from scribekit.batch.which_service import work_left
from scribekit.corpus.handles import Batch, Corpus
from scribekit.corpus.ledger import Ledger
from scribekit.corpus.presence import is_at_work

RUNNING, PAUSED, STOPPING, ELSEWHERE, IDLE, FINISHED = "running", "paused", "stopping", "elsewhere", "idle", "finished"

_started: dict[Path, concurrent.futures.Future[None]] = {}


def start(batch_or_corpus: Batch | Corpus, limits: Limits | None = None) -> bool:
    """Start, or resume, the unfinished jobs on the background thread.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        limits: The pace; by default that of ``submit_batch``.

    Returns:
        Whether there is anything to do.

    Raises:
        NoConnectionError: There is work left and neither a key nor a local service.
        ScribekitError: The jobs belong to another service than the one that the verbs use now.
    """
    folder = batch_or_corpus.path
    if resume(folder):
        return True
    left = work_left(batch_or_corpus)
    if left is None:
        return False
    connection, batch_ids = left
    pace = limits or getattr(batch_or_corpus, "limits", None) or Limits()
    webhook = getattr(batch_or_corpus, "webhook", None)
    _started[folder.resolve()] = begin(drive(Run(folder, batch_ids, connection, pace, to_the_end=True, webhook=webhook)))
    return True


def pause(folder: Path) -> bool:
    """Stop sending jobs of a corpus for now. Returns whether this process was at work on it."""
    return _set_paused(folder, is_paused=True)


def resume(folder: Path) -> bool:
    """Go on after a pause. Returns whether this process is at work on the corpus, in a run that is not stopping."""
    return _set_paused(folder, is_paused=False)


def stop(folder: Path) -> bool:
    """End this process's work on a corpus, as at an interrupt. Returns whether it was at work on it.

    Jobs at the service go on there. A ``collect`` that waits in a cell returns what there is by then.
    """
    runs = active_runs(folder)
    for run in runs:
        run.is_stopped = True
    return bool(runs)


def activity(corpus: Corpus, ledger: Ledger, unfinished: int) -> str:
    """Return the activity: ``running``, ``paused`` or ``stopping`` here, ``elsewhere`` (another process), ``idle`` or ``finished``."""
    runs = active_runs(corpus.path)
    if runs:
        return STOPPING if any(run.is_stopped for run in runs) else PAUSED if all(run.is_paused for run in runs) else RUNNING
    started = _started.get(corpus.path.resolve())
    if started is not None and not started.done():
        return RUNNING
    if not unfinished:
        return FINISHED
    return ELSEWHERE if any(is_at_work(corpus.path, owner) for owner in ledger.owners()) else IDLE


def problem(folder: Path) -> str | None:
    """Return why the last background run of this process ended early, in a sentence; None when it did not."""
    started = _started.get(folder.resolve())
    cause = started.exception() if started is not None and started.done() and not started.cancelled() else None
    if cause is None:
        return None
    return str(cause) if isinstance(cause, ScribekitError) else f"The run ended early ({type(cause).__name__}). Start it again to go on."


def _set_paused(folder: Path, *, is_paused: bool) -> bool:
    runs = [run for run in active_runs(folder) if not run.is_stopped]
    for run in runs:
        run.is_paused = is_paused
    return bool(runs)
