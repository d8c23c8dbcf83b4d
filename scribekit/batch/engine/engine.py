"""The driver: performs the steps that :func:`scribekit.batch.steps.next_step` decides on, many jobs at once, on the background loop.

It decides nothing of its own: it claims jobs from the ledger while there is room, records each step before acting on it, and stores
what comes. Stopped anywhere, it finds everything it needs in the ledger when it runs again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

from scribekit.api.answers import Accepted, NoAnswer, Refused
from scribekit.api.client import Client, Fetched
from scribekit.api.failures import NETWORK, Recovery, http_failure
from scribekit.api.rate_limit import limiter_for
from scribekit.api.webhook import listening
from scribekit.base.errors import LedgerError, ServiceStoppedError
from scribekit.batch.engine.control import RunControl, StopRequestedError, registered
from scribekit.batch.engine.events import EventSink
from scribekit.batch.engine.poller import Poller
from scribekit.batch.engine.reconcile import find_lost_transcript
from scribekit.batch.engine.recorder import GroupCommit
from scribekit.batch.engine.run import Run, detail_of, event_of, receipt_for, stop_event
from scribekit.batch.steps import Action, Answer, Claimed, Context, Step, next_step
from scribekit.corpus.job import ENDED, ERROR, Job
from scribekit.corpus.ledger import Fact, Ledger
from scribekit.corpus.presence import ProcessLock

LEASE_S = 120.0
RENEW_S = 30.0
FETCHES = 8
"""Transcripts that are fetched at once. Each may be many megabytes, and they are all that this process holds of its results."""
FIRST_LOOK_PAUSES_S = (0.5, 1.0, 0.0)
"""Pauses after a first look that met silence: a network may need a moment, but a wrong address should be known soon."""
OTHERS_PAUSE_S = 1.0
"""Pause before looking again whether another process has finished, or left, the jobs that it holds."""
STEERING_S = 0.2
"""Pause before looking again whether somebody wishes the run to pause or stop."""

_log = logging.getLogger("scribekit.batch.engine.engine")


async def drive(run: Run) -> None:
    """Do the jobs of a run, until none is left to do or somebody stops it.

    Raises:
        ServiceStoppedError: The service refuses every job alike, or cannot be reached. The jobs stay as they are.
        LedgerError: The ledger cannot be written.
    """
    with Ledger(run.folder) as ledger, contextlib.closing(ProcessLock(run.folder)) as presence, registered(run.folder) as steering:
        for owner in ledger.owners():
            if presence.has_exited(owner):
                ledger.release(owner)
        states = Counter(ledger.states(run.batch_ids))
        run.on_progress(states)
        if not ledger.unfinished(run.batch_ids):
            return
        teller = EventSink(run.on_event)
        try:
            async with Client(run.connection, limiter_for(run.connection, run.limits)) as api:
                await _Engine(run, api, ledger, presence, states, teller, steering).work()
        except ServiceStoppedError as stop:
            _note_stop(ledger, teller, stop)
            raise
        except BaseExceptionGroup as group:
            cause = _first_cause(group)
            if isinstance(cause, StopRequestedError):
                return
            if isinstance(cause, ServiceStoppedError):
                _note_stop(ledger, teller, cause)
            raise cause from None
        finally:
            ledger.release(presence.owner)
            await teller.finish()


def _note_stop(ledger: Ledger, teller: EventSink, stop: ServiceStoppedError) -> None:
    now = time.time()
    with contextlib.suppress(LedgerError):
        ledger.note(now, "stopped", stop.kind)
    teller.emit(stop_event(stop.kind, now))


def _first_cause(group: BaseExceptionGroup[BaseException]) -> BaseException:
    cause: BaseException = group
    while isinstance(cause, BaseExceptionGroup):
        cause = cause.exceptions[0]
    return cause


class _Engine:
    def __init__(
        self, run: Run, api: Client, ledger: Ledger, presence: ProcessLock, states: Counter[str], teller: EventSink, steering: RunControl
    ) -> None:
        self._run = run
        self._steering = steering
        self._teller = teller
        self._api = api
        self._ledger = ledger
        self._presence = presence
        self._owner = presence.owner
        self._states = states
        self._recorder = GroupCommit(ledger, presence.owner)
        self._watcher = Poller(api, run.limits, is_told=run.webhook is not None, known=ledger.known_transcripts)
        self._uploads = asyncio.Semaphore(run.limits.uploads)
        self._fetches = asyncio.Semaphore(FETCHES)
        self._to_fetch = 0
        self._found: set[str] = set()
        self._active: set[asyncio.Task[None]] = set()
        self._room = asyncio.Event()
        self._may_send = asyncio.Event()
        self._may_send.set()

    async def work(self) -> None:
        """Claim and do jobs until none is left to do."""
        await self._first_look()
        listens = listening(self._run.webhook, self._watcher.hint) if self._run.webhook else contextlib.nullcontext()
        async with listens, asyncio.TaskGroup() as tasks, _cancelled_at_end(tasks, self._watcher.run, self._keep_leases, self._obey):
            await (self._feed(tasks) if self._run.to_the_end else self._feed_once(tasks))

    async def _first_look(self) -> None:
        for pause_s in FIRST_LOOK_PAUSES_S:
            wrong = await self._watcher.first_look()
            if isinstance(wrong, Refused) and (failure := http_failure(wrong.status, wrong.error)).recovery is not Recovery.RETRY:
                raise ServiceStoppedError(failure.kind, failure.advice)
            if wrong is None:
                return
            await asyncio.sleep(pause_s)
        if isinstance(wrong, NoAnswer):
            raise ServiceStoppedError(NETWORK.kind, f"{NETWORK.advice} (Tried: {self._run.connection.base_url})")

    async def _feed(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            self._room.clear()
            self._claim(tasks, self._room_left())
            if self._active:
                await self._room.wait()
            elif self._ledger.possible(self._run.batch_ids):
                await self._wait_for_others()
            else:
                return

    async def _feed_once(self, tasks: asyncio.TaskGroup) -> None:
        self._claim(tasks, self._run.limits.in_flight)
        while self._active:
            self._room.clear()
            await self._room.wait()

    def _room_left(self) -> int:
        """A job that has ended at the service leaves its place there; but no more jobs than once again may wait to be fetched."""
        if not self._may_send.is_set():
            return 0
        in_flight = self._run.limits.in_flight
        return in_flight - (len(self._active) - min(self._to_fetch, in_flight))

    def _claim(self, tasks: asyncio.TaskGroup, room: int) -> None:
        now = time.time()
        alive = [owner for owner in self._ledger.owners() if self._presence.is_alive(owner)]
        for job in self._ledger.claim(self._run.batch_ids, self._owner, now + LEASE_S, now, room, alive):
            task = tasks.create_task(self._do(job))
            self._active.add(task)
            task.add_done_callback(self._ended)

    async def _wait_for_others(self) -> None:
        await asyncio.sleep(OTHERS_PAUSE_S)
        for owner in self._ledger.owners():
            if self._presence.has_exited(owner):
                self._ledger.release(owner)
        self._states = Counter(self._ledger.states(self._run.batch_ids))
        self._run.on_progress(self._states)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._active.discard(task)
        self._room.set()

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(RENEW_S)
            self._ledger.renew(self._owner, time.time() + LEASE_S)

    async def _obey(self) -> None:
        while not self._steering.is_stopped:
            if self._steering.is_paused:
                self._may_send.clear()
            elif not self._may_send.is_set():
                self._may_send.set()
                self._room.set()
            await asyncio.sleep(STEERING_S)
        raise StopRequestedError

    async def _do(self, job: Job) -> None:
        """Drive one job until it has ended (or is at the service, when the run does not wait for results)."""
        action: Action | None = None
        answer: Answer = Claimed()
        fetched: Fetched | None = None
        while True:
            step = next_step(job, action, answer, self._circumstances())
            if not await self._record(job, step, fetched):
                return
            job, action = step.job, step.action
            if action is Action.STOP:
                assert step.failure is not None
                raise ServiceStoppedError(step.failure.kind, step.failure.advice)
            if job.state in ENDED or (action is Action.WATCH and not self._run.to_the_end):
                return
            if step.after_s:
                await asyncio.sleep(step.after_s)
            if action is not Action.FETCH or fetched is None:
                said = await self._perform(action, job)
                fetched, answer = (said, said.word) if isinstance(said, Fetched) else (None, said)

    async def _perform(self, action: Action, job: Job) -> Answer | Fetched:
        if action in (Action.UPLOAD, Action.SUBMIT):
            await self._may_send.wait()
        match action:
            case Action.UPLOAD:
                async with self._uploads:
                    return await self._api.upload(job.source, job.sha256 or "")
            case Action.SUBMIT:
                delivery = self._run.webhook.options_for(job.key) if self._run.webhook else {}
                return await self._api.create(job.audio_url or "", job.options, delivery)
            case Action.LOOK:
                return await self._look_for(job)
            case Action.WATCH:
                return await self._watcher.wait(job)
            case _:
                return await self._fetch(job)

    async def _look_for(self, job: Job) -> Answer:
        """Two jobs of one address may look at the same time; what one of them finds is not found again by the other."""
        while True:
            said = await find_lost_transcript(
                self._api, job, lambda ids: self._ledger.known_transcripts(ids) | self._found.intersection(ids)
            )
            if not isinstance(said, Accepted):
                return said
            if said.transcript_id not in self._found:
                self._found.add(said.transcript_id)
                return said

    async def _fetch(self, job: Job) -> Fetched | Answer:
        self._to_fetch += 1
        self._room.set()
        try:
            async with self._fetches:
                return await self._api.get(job.transcript_id or "")
        finally:
            self._to_fetch -= 1

    async def _record(self, before: Job, step: Step, fetched: Fetched | None) -> bool:
        """Record a step before it is acted on; false when another process has taken the job over."""
        after = step.job
        if after == before and not step.event:
            return True
        receipt = receipt_for(after, fetched) if step.action is Action.FINISH and fetched else None
        now = time.time()
        if not await self._recorder.record(Fact(after, now, step.event, detail_of(step), receipt)):
            return False
        if step.event:
            self._teller.emit(event_of(step, now))
            _log.info("job %s: %s, now %s, transcript %s", after.key, step.event, after.state, after.transcript_id)
        if after.state != before.state:
            self._states[before.state] -= 1
            self._states[after.state] += 1
            self._run.on_progress(self._states)
        if after.state == ERROR:
            _log.warning("job %s ended in error: %s", after.key, after.error_kind)
        return True

    def _circumstances(self) -> Context:
        return Context(
            now=time.time(),
            jitter=random.random(),  # noqa: S311 -- spreads retries; no secret
            newest=self._watcher.newest,
            limits=self._run.limits,
            forgets_jobs=self._run.connection.forgets_jobs,
        )


@contextlib.asynccontextmanager
async def _cancelled_at_end(tasks: asyncio.TaskGroup, *background: Callable[[], Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    running = [tasks.create_task(function()) for function in background]
    try:
        yield
    finally:
        for task in running:
            task.cancel()
