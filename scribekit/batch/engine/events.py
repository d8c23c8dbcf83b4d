"""The events of a run: what a listener is told, and when a failure is certain enough to be told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from scribekit.base.errors import ServiceStoppedError
from scribekit.batch.steps import Action, Step
from scribekit.corpus.job import Job

Event = dict[str, Any]
"""``at`` (Unix time), ``event``, ``alert`` (None, ``failed``, ``stopped``), ``recording_id``, ``job_key``, ``transcript_id``, ``state``,
``error_kind``, ``error`` (what the jobs frame has under these names; for a stop, why the batch stopped)."""

Listener = Callable[[Event], Awaitable[None] | None]

FLUSH_TIMEOUT_S = 5.0
"""How long the end of a run waits for listeners that have not returned."""

AWAY, BACK = "away", "back"

_EVENT_KEYS = ("at", "event", "alert", "recording_id", "job_key", "transcript_id", "state", "error_kind", "error")
_log = logging.getLogger("scribekit.batch.engine.events")
_listener_log = logging.getLogger("scribekit.events")


class EventSink:
    """Passes events on to a listener, a function or coroutine function, on the engine's loop.

    An exception of the listener is logged by its type and never disturbs the run.
    """

    def __init__(self, listener: Listener | None) -> None:
        self._listener = listener
        self._pending: set[asyncio.Task[None]] = set()

    @property
    def is_heard(self) -> bool:
        """Whether there is a listener."""
        return self._listener is not None

    def emit(self, event: Event) -> None:
        """Pass an event on. Returns at once, also when the listener is a slow coroutine."""
        if self._listener is None:
            return
        try:
            returned = self._listener(event)
        except Exception as cause:  # noqa: BLE001 -- the user's code
            _listener_log.warning("the on_event listener failed: %s", type(cause).__name__)
            return
        if returned is not None:
            task = asyncio.ensure_future(_guarded(returned))
            self._pending.add(task)
            task.add_done_callback(self._pending.discard)

    async def finish(self) -> None:
        """Wait for pending listeners, but not longer than ``FLUSH_TIMEOUT_S``."""
        if self._pending:
            await asyncio.wait(self._pending, timeout=FLUSH_TIMEOUT_S)


class StepEvents:
    """Tells of the steps of jobs. Failures are withheld at first: they may turn out to be those of all jobs, which are told as one stop.

    Args:
        sink: Passes the events on.
        recording_of: Takes a job's key, and returns the name of its recording.
    """

    def __init__(self, sink: EventSink, recording_of: Callable[[str], str | None]) -> None:
        self._sink = sink
        self._recording_of = recording_of
        self._withheld: list[tuple[Step, float]] = []

    def tell(self, step: Step, at: float) -> None:
        """Tell of a step; withhold it when it is a failure."""
        if step.action is Action.FAIL:
            self._withheld.append((step, at))
        elif self._sink.is_heard:
            self._sink.emit(self._event(step, at))

    def announce_failures(self, is_certain: Callable[[Job], bool]) -> None:
        """Tell of the failures that are the job's own, and log them."""
        withheld, self._withheld = self._withheld, []
        for step, at in withheld:
            if not is_certain(step.job):
                self._withheld.append((step, at))
                continue
            event = self._event(step, at)
            self._sink.emit(event)
            _log.warning("recording %r ended in error: %s (job %s)", event["recording_id"], step.job.error_kind, step.job.key)

    def replace_by_stop(self) -> None:
        """Tell of all failures that are withheld, without an alert: one alert tells of the stop."""
        for step, at in self._withheld:
            self._sink.emit({**self._event(step, at), "alert": None})
        self._withheld.clear()

    def _event(self, step: Step, at: float) -> Event:
        return event_of(step, self._recording_of(step.job.key), at)


async def _guarded(returned: Awaitable[None]) -> None:
    try:
        await returned
    except Exception as cause:  # noqa: BLE001 -- the user's code
        _listener_log.warning("the on_event listener failed: %s", type(cause).__name__)


def event_of(step: Step, recording_id: str | None, now: float) -> Event:
    """Return the event that listeners get for a step."""
    job = step.job
    alert = "failed" if step.action is Action.FAIL else None
    values = (now, step.event, alert, recording_id, job.key, job.transcript_id, job.state, job.error_kind, job.error)
    return dict(zip(_EVENT_KEYS, values, strict=True))


def stop_event(stop: ServiceStoppedError, now: float) -> Event:
    """Return the event that listeners get when the whole batch stops."""
    told = {"at": now, "event": "stopped", "alert": "stopped", "error_kind": stop.kind, "error": stop.advice}
    return {**dict.fromkeys(_EVENT_KEYS), **told}


def outage_event(sentence: str, now: float) -> Event:
    """Return the event that listeners get when something goes away (the sentence says what and since when), or when all is back."""
    return {**dict.fromkeys(_EVENT_KEYS), "at": now, "event": AWAY if sentence else BACK, "error": sentence or None}
