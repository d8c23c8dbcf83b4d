"""What a run of the engine is told, and what it tells: the run itself, the account's meter, receipts and events."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scribekit.api.client import Fetched
from scribekit.api.connection import Connection
from scribekit.api.limits import Limits
from scribekit.api.webhook import Webhook
from scribekit.batch import pricing
from scribekit.batch.engine.events import Event, Listener
from scribekit.batch.steps import Action, Step
from scribekit.corpus.job import Job
from scribekit.corpus.ledger import Receipt

_EVENT_KEYS = ("at", "event", "alert", "job_key", "transcript_id", "state", "error_kind")


@dataclass(frozen=True)
class Run:
    """One run of the engine.

    Attributes:
        folder: The corpus folder.
        batch_ids: The batches whose jobs are to be done.
        connection: The service.
        limits: The pace.
        to_the_end: Wait for results. Otherwise the run ends when as many jobs as there is room for are at the service.
        on_progress: Called on the background thread with the number of jobs in each state, whenever one changes.
        on_event: Is told of every event.
        webhook: How the service may tell us that a job has ended.
    """

    folder: Path
    batch_ids: Sequence[int]
    connection: Connection
    limits: Limits
    to_the_end: bool
    on_progress: Callable[[Counter[str]], None] = field(default=lambda _states: None)
    on_event: Listener | None = None
    webhook: Webhook | None = None


def receipt_for(job: Job, fetched: Fetched) -> Receipt:
    """What the ledger keeps of a finished job."""
    head = fetched.head
    # A file was measured, more finely than the service tells; of a URL there is only what somebody wrote into a table.
    known, told = job.duration_s, head.audio_duration
    duration = known if told is None or (job.is_local and known is not None) else told
    options = json.loads(job.options)
    cost = None if duration is None else pricing.job_cost(head.speech_model_used, options, duration, head.audio_channels or 1)
    return Receipt(fetched.body, head.audio_duration, head.confidence, head.speech_model_used, head.language_code, cost)


def event_of(step: Step, now: float) -> Event:
    """What listeners are told of a step."""
    job = step.job
    alert = "failed" if step.action is Action.FAIL else None
    return dict(zip(_EVENT_KEYS, (now, step.event, alert, job.key, job.transcript_id, job.state, job.error_kind), strict=True))


def stop_event(kind: str, now: float) -> Event:
    """What listeners are told when the whole batch stops."""
    return {**dict.fromkeys(_EVENT_KEYS), "at": now, "event": "stopped", "alert": "stopped", "error_kind": kind}


def detail_of(step: Step) -> str:
    """The numbers that belong to an event, as JSON."""
    return json.dumps({"after_s": round(step.after_s, 3)}) if step.after_s else ""
