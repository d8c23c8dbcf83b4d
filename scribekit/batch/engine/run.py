"""One run of the engine: its settings, how other threads control it, and its group commits to the ledger."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scribekit.api.answers import Fetched
from scribekit.api.connection import Connection
from scribekit.api.limits import Limits
from scribekit.api.webhook import Webhook
from scribekit.base import contract
from scribekit.batch import pricing
from scribekit.batch.engine.events import Listener
from scribekit.batch.steps import Action, Step
from scribekit.corpus.job import Job
from scribekit.corpus.ledger import Fact, Ledger, Receipt

LONGEST_REPORTED_S, MOST_CHANNELS = 10 * contract.LONGEST_S, 1000
"""What is beyond these is not the length, or the number of channels, of a recording."""


@dataclass(frozen=True)
class Run:
    """The settings of one run of the engine.

    Attributes:
        folder: The corpus folder.
        batch_ids: The batches whose jobs are to be done.
        connection: The service.
        limits: The pace.
        to_the_end: Wait for results. Otherwise the run ends when ``limits.in_flight`` jobs (or all) are at the service.
        on_progress: Called on the background thread with the number of jobs in each state, whenever one changes, and with what the run
            waits for (otherwise an empty text).
        on_event: Called with every event.
        webhook: Where the service tells this process that a job has ended.
    """

    folder: Path
    batch_ids: Sequence[int]
    connection: Connection
    limits: Limits
    to_the_end: bool
    on_progress: Callable[[Counter[str], str], None] = field(default=lambda _states, _waits_for: None)
    on_event: Listener | None = None
    webhook: Webhook | None = None


class StopRequestedError(Exception):
    """Ends a run from within; it never leaves the engine."""


class RunControl:
    """The switches of one run. Any thread may set them; the run reads them a few times a second.

    Attributes:
        is_paused: Send nothing more. What is at the service is still waited for and stored.
        is_stopped: End as at an interrupt. What is at the service goes on there, and the next run finds it again.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.is_paused = False
        self.is_stopped = False


_active: list[RunControl] = []


@contextlib.contextmanager
def registered(folder: Path) -> Iterator[RunControl]:
    """Register a run, so that :func:`active_runs` finds it while it lasts."""
    control = RunControl(folder)
    _active.append(control)
    try:
        yield control
    finally:
        _active.remove(control)


def active_runs(folder: Path) -> list[RunControl]:
    """Return the controls of this process's runs on a corpus."""
    resolved = folder.resolve()
    return [control for control in list(_active) if control.folder == resolved]


def detail_of(step: Step) -> str:
    """Return what belongs to an event: the error of a job that failed; otherwise, as JSON, the pause and what the service answered."""
    if step.action is Action.FAIL:
        return step.job.error or ""
    detail: dict[str, Any] = {"after_s": round(step.after_s, 3)} if step.after_s else {}
    if step.failure and step.failure.said:
        detail["said"] = step.failure.said
    if step.failure and step.failure.why:
        detail["why"] = step.failure.why
    return json.dumps(detail, ensure_ascii=False) if detail else ""


def receipt_for(job: Job, fetched: Fetched) -> Receipt:
    """Return what the ledger keeps of a finished job. Impossible figures of the service are left out: they would become a cost."""
    head = fetched.head
    # A file was measured, more finely than the service reports; the length of a URL was only written into a table.
    known, reported = job.duration_s, _within(head.audio_duration, 0, LONGEST_REPORTED_S)
    duration = known if reported is None or (job.is_local and known is not None) else reported
    options = json.loads(job.options)
    channels = int(_within(head.audio_channels, 1, MOST_CHANNELS) or 1)
    cost = None if duration is None else pricing.job_cost(head.speech_model_used, options, duration, channels)
    return Receipt(fetched.body, reported, _within(head.confidence, 0, 1), head.speech_model_used, head.language_code, cost)


def _within(value: float | None, least: float, most: float) -> float | None:
    return value if value is not None and least <= value <= most else None


class GroupCommit:
    """Records facts: those that several jobs have at the same moment are committed in one synchronised write.

    Each job goes on only when its own fact is on the disk.

    Args:
        ledger: The open ledger.
        owner: The process that claims the jobs of the facts.
    """

    def __init__(self, ledger: Ledger, owner: str) -> None:
        self._ledger = ledger
        self._owner = owner
        self._waiting: list[tuple[Fact, asyncio.Future[bool]]] = []

    async def record(self, fact: Fact) -> bool:
        """Record one fact. Returns False when the job is no longer ours.

        Raises:
            LedgerError: It could not be written.
        """
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self.flush)
        recorded: asyncio.Future[bool] = loop.create_future()
        self._waiting.append((fact, recorded))
        return await recorded

    def flush(self) -> None:
        """Write the facts that wait. The fact of a cancelled job is written too: it describes what has already happened."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        try:
            results = self._ledger.record(self._owner, [fact for fact, _ in waiting])
        except Exception as cause:  # noqa: BLE001 -- handed on to every job that waits
            for _, recorded in waiting:
                if not recorded.done():
                    recorded.set_exception(cause)
            return
        for (_, recorded), result in zip(waiting, results, strict=True):
            if not recorded.done():
                recorded.set_result(result)
