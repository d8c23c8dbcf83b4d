"""Collecting in the background: the same run as ``collect``, while the cell that began it is long over."""

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

_begun: dict[Path, concurrent.futures.Future[None]] = {}


def start(batch_or_corpus: Batch | Corpus, limits: Limits | None = None) -> bool:
    """Go on with what has not ended, on the background thread; what was paused goes on too.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        limits: The pace; by default that of ``submit_batch``.

    Returns:
        Whether there is anything to do.

    Raises:
        NoConnectionError: There is work left and neither a key nor a local service.
        ScribekitError: The work belongs to another service than the one that the verbs now talk to.
    """
    folder = batch_or_corpus.path
    if resume(folder):
        return True
    left = work_left(batch_or_corpus)
    if left is None:
        return False
    to, batch_ids = left
    pace = limits or getattr(batch_or_corpus, "limits", None) or Limits()
    webhook = getattr(batch_or_corpus, "webhook", None)
    _begun[folder.resolve()] = begin(drive(Run(folder, batch_ids, to, pace, to_the_end=True, webhook=webhook)))
    return True


def pause(folder: Path) -> bool:
    """Have this process send nothing more of a corpus for now; gives whether it was at work on it."""
    return _steer(folder, is_paused=True)


def resume(folder: Path) -> bool:
    """Take a pause back; gives whether this process is at work on the corpus, in a run that is not about to stop."""
    return _steer(folder, is_paused=False)


def stop(folder: Path) -> bool:
    """Have this process leave a corpus, as at an interrupt; what is at the service goes on there. Gives whether it was at work on it.

    A ``collect`` that waits in a cell returns with what there is by then.
    """
    runs = active_runs(folder)
    for run in runs:
        run.is_stopped = True
    return bool(runs)


def activity(corpus: Corpus, ledger: Ledger, unfinished: int) -> str:
    """What is going on: ``running``, ``paused`` or ``stopping`` here, ``elsewhere`` (another process), ``idle``, or ``finished``."""
    runs = active_runs(corpus.path)
    if runs:
        return STOPPING if any(run.is_stopped for run in runs) else PAUSED if all(run.is_paused for run in runs) else RUNNING
    begun = _begun.get(corpus.path.resolve())
    if begun is not None and not begun.done():
        return RUNNING
    if not unfinished:
        return FINISHED
    return ELSEWHERE if any(is_at_work(corpus.path, owner) for owner in ledger.owners()) else IDLE


def problem(folder: Path) -> str | None:
    """Why the last background run of this process ended early, in a sentence; None when it did not."""
    begun = _begun.get(folder.resolve())
    cause = begun.exception() if begun is not None and begun.done() and not begun.cancelled() else None
    if cause is None:
        return None
    return str(cause) if isinstance(cause, ScribekitError) else f"The run ended early ({type(cause).__name__}). Start it again to go on."


def _steer(folder: Path, *, is_paused: bool) -> bool:
    runs = [run for run in active_runs(folder) if not run.is_stopped]
    for run in runs:
        run.is_paused = is_paused
    return bool(runs)
