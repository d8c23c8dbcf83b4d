"""The engine: performs the steps that :func:`scribekit.batch.steps.next_step` decides on, many jobs at once, on the background loop.

It claims jobs from the ledger while there is room, records each step before acting on it, and stores what comes. Stopped
anywhere, it finds everything it needs in the ledger when it runs again.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import random
import time
from collections import Counter

from scribekit.api.answers import Accepted, Fetched, NoAnswer, Refused, Uploaded
from scribekit.api.client import CHANGED, Client
from scribekit.api.failures import Failure, Recovery
from scribekit.api.rate_limit import limiter_for
from scribekit.api.webhook import listening
from scribekit.base.errors import LedgerError, ServiceStoppedError
from scribekit.batch.engine.belonging import Belonging
from scribekit.batch.engine.events import EventSink, StepEvents, outage_event, stop_event
from scribekit.batch.engine.loop import cancelled_at_end
from scribekit.batch.engine.outages import MANY, Contact, Way
from scribekit.batch.engine.poller import Poller
from scribekit.batch.engine.reconcile import find_lost_transcript
from scribekit.batch.engine.run import GroupCommit, Run, RunControl, StopRequestedError, detail_of, receipt_for, registered
from scribekit.batch.engine.trial_turn import TrialTurn, stop_elsewhere, trials_for
from scribekit.batch.steps import Action, Answer, Claimed, Context, Step, failed, next_step
from scribekit.batch.trials import ENOUGH_UPLOADS, UNSENT, Stop
from scribekit.corpus.job import ENDED, ERROR, Job
from scribekit.corpus.ledger import Fact, Ledger
from scribekit.corpus.presence import ProcessLock, description
from scribekit.recordings.probe_cache import forget

LEASE_S = 120.0
RENEW_S = 30.0
FETCHES = 8
"""Transcripts that are fetched at once. Each may be many megabytes, and only these are in memory."""
FIRST_REQUEST_PAUSES_S = (0.25, 0.5, 0.0)
"""Pauses after a first request without an answer: a network may need a moment, but a wrong address is reported within five seconds."""
OTHERS_PAUSE_S = 1.0
"""Pause before checking again whether another process has finished, or released, the jobs that it holds."""
CONTROL_PAUSE_S = 0.2
"""Pause before checking again whether the run is to pause or stop."""

_log = logging.getLogger("scribekit.batch.engine.engine")


async def drive(run: Run) -> None:
    """Do the jobs of a run, until none is left to do or the run is stopped.

    Raises:
        ServiceStoppedError: The service refuses every job, or cannot be reached. The jobs keep their states.
        LedgerError: The ledger cannot be written.
    """
    with Ledger(run.folder) as ledger, contextlib.closing(ProcessLock(run.folder)) as lock, registered(run.folder) as control:
        _release_claims(ledger, lock)
        states = Counter(ledger.states(run.batch_ids))
        run.on_progress(states, "")
        if not ledger.unfinished(run.batch_ids):
            return
        events = EventSink(run.on_event)
        try:
            limiter = limiter_for(run.connection, run.limits)
            async with Client(run.connection, limiter, run.limits, secrets=_secrets(run)) as client:
                await _Engine(run, client, ledger, lock, states, events, control).work()
        except ServiceStoppedError as stop:
            _note_stop(ledger, events, stop)
            raise
        except BaseExceptionGroup as group:
            cause = _first_cause(group)
            if isinstance(cause, StopRequestedError):
                return
            if isinstance(cause, ServiceStoppedError):
                _note_stop(ledger, events, cause)
            raise cause from None
        finally:
            ledger.release(lock.owner)
            await events.finish()


def _release_claims(ledger: Ledger, lock: ProcessLock) -> None:
    """Release the claims of processes that have ended. No other claim lasts longer than a lease can, whatever clock it was written by."""
    for owner in ledger.owners():
        if lock.has_exited(owner):
            ledger.release(owner)
    ledger.shorten_leases(time.time() + LEASE_S)


def _note_stop(ledger: Ledger, events: EventSink, stop: ServiceStoppedError) -> None:
    now = time.time()
    with contextlib.suppress(LedgerError):
        ledger.note(now, "stopped", f"{stop.kind}: {stop.advice}")
    events.emit(stop_event(stop, now))
    _log.warning("the batch stopped (%s): %s", stop.kind, stop.advice)


def _secrets(run: Run) -> list[str]:
    return [run.webhook.secret] if run.webhook else []


def _first_cause(group: BaseExceptionGroup[BaseException]) -> BaseException:
    cause: BaseException = group
    while isinstance(cause, BaseExceptionGroup):
        cause = cause.exceptions[0]
    return cause


class _Engine:
    def __init__(
        self, run: Run, client: Client, ledger: Ledger, lock: ProcessLock, states: Counter[str], events: EventSink, control: RunControl
    ) -> None:
        self._run = run
        self._control = control
        self._events = events
        self._step_events = StepEvents(events, lambda key: ledger.recording_of(key, run.batch_ids))
        self._client = client
        self._ledger = ledger
        self._lock = lock
        self._owner = lock.owner
        self._states = states
        self._commits = GroupCommit(ledger, lock.owner)
        self._uploads = asyncio.Semaphore(run.limits.uploads)
        self._fetches = asyncio.Semaphore(FETCHES)
        self._to_fetch = 0
        self._belonging = Belonging(ledger)
        self._active: set[asyncio.Task[None]] = set()
        self._room = asyncio.Event()
        self._may_send = asyncio.Event()
        self._may_send.set()
        self._outage = ""
        self._contact = Contact(client, run.limits, may_send=self._may_send, on_outlook=self._show_outlook)
        has_webhook = run.webhook is not None
        self._poller = Poller(
            client, self._contact, run.limits, has_webhook=has_webhook, known=ledger.known_transcripts, on_shares=self._show_shares
        )
        self._trials = trials_for(run, ledger, states)
        self._tries = TrialTurn(self._trials, ledger, lock, run.connection.host)
        self._turn = asyncio.Event()
        self._waits_for = self._at_work = ""
        self._in_doubt_since: dict[str, float] = {}
        """Key of each active job → when it was claimed, or last asked for to be created; by a clock that never jumps."""
        self._failing: set[str] = set()
        """Keys of the jobs that could not be sent, and are tried again."""

    async def work(self) -> None:
        """Claim and do jobs until none is left to do."""
        await self._first_request()
        receiver = listening(self._run.webhook, self._poller.hint) if self._run.webhook else contextlib.nullcontext()
        background = (self._poller.run, self._keep_leases, self._follow_control)
        try:
            async with receiver, asyncio.TaskGroup() as tasks, cancelled_at_end(tasks, *background):
                await (self._feed(tasks) if self._run.to_the_end else self._feed_once(tasks))
        finally:
            if not self._trials.has_stopped:
                self._step_events.announce_failures(lambda _job: True)

    async def _first_request(self) -> None:
        for pause_s in FIRST_REQUEST_PAUSES_S:
            answer = await self._poller.first_request()
            if answer is None:
                return
            failure = self._client.first_contact_failure(answer)
            if failure.recovery is not Recovery.RETRY:
                raise ServiceStoppedError(failure.kind, failure.advice)
            await asyncio.sleep(pause_s)
        if isinstance(answer, NoAnswer):
            raise ServiceStoppedError(failure.kind, failure.advice)

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
        if not self._active and (stop := stop_elsewhere(self._run, self._ledger)):
            raise ServiceStoppedError(stop.kind, stop.advice)
        while self._active:
            self._room.clear()
            await self._room.wait()

    def _room_left(self) -> int:
        """Return how many more jobs may be claimed.

        A finished job frees its slot. At most ``in_flight`` finished jobs may wait for their transcripts.
        """
        if not self._may_send.is_set():
            return 0
        # Jobs that cannot be sent make room for others, which show whether the failure is their own.
        in_flight = self._run.limits.in_flight + min(len(self._failing), MANY)
        return in_flight - (len(self._active) - min(self._to_fetch, in_flight))

    def _claim(self, tasks: asyncio.TaskGroup, room: int) -> None:
        now = time.time()
        alive = [owner for owner in self._ledger.owners() if self._lock.is_alive(owner)]
        claim = functools.partial(self._ledger.claim, self._run.batch_ids, self._owner, now + LEASE_S, now, alive=alive)
        jobs = claim(most=room)
        for options in self._trials.small_wanted(jobs) if len(jobs) == room else ():
            jobs += claim(most=ENOUGH_UPLOADS, shortest_with=options)
        for job in self._trials.in_order(jobs):
            task = tasks.create_task(self._do(job))
            self._active.add(task)
            task.add_done_callback(self._ended)

    async def _wait_for_others(self) -> None:
        self._show_others()
        await asyncio.sleep(OTHERS_PAUSE_S)
        _release_claims(self._ledger, self._lock)
        self._states = Counter(self._ledger.states(self._run.batch_ids))
        self._show()

    def _show(self) -> None:
        self._run.on_progress(self._states, self._outage or self._waits_for or self._at_work)

    def _show_shares(self, sentence: str) -> None:
        """Show how far the recordings are that the service works on, where it says so."""
        if sentence != self._at_work:
            self._at_work = sentence
            self._show()

    def _show_others(self) -> None:
        """Say for which processes the run waits, and log it when these change."""
        owners = [owner for owner in self._ledger.owners() if owner != self._owner]
        sentence = f"jobs of {', '.join(map(description, owners))}" if owners else ""
        if sentence and sentence != self._waits_for:
            _log.warning("waiting for %s", sentence)
        self._waits_for = sentence
        self._show()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._active.discard(task)
        self._room.set()

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(RENEW_S)
            self._ledger.renew(self._owner, time.time() + LEASE_S)

    async def _follow_control(self) -> None:
        while not self._control.is_stopped:
            if self._control.is_paused:
                self._may_send.clear()
            elif not self._may_send.is_set():
                self._may_send.set()
                self._room.set()
            if self._tries.is_due:
                self._next_turn()
            await asyncio.sleep(CONTROL_PAUSE_S)
        raise StopRequestedError

    async def _do(self, job: Job) -> None:
        """Do one job when its turn has come."""
        await self._admitted(job)
        self._in_doubt_since[job.key] = time.monotonic()
        try:
            await self._steps(job)
        finally:
            del self._in_doubt_since[job.key]
            self._failing.discard(job.key)
            if self._trials.left(job):
                self._next_turn()
                self._step_events.announce_failures(self._is_certain)

    async def _admitted(self, job: Job) -> None:
        while job.state in UNSENT and not self._tries.admit(job):
            if self._tries.stop is not None:
                await self._stop(self._tries.stop, self._tries.stop.failure)
            await self._turn.wait()
        if job.state in UNSENT:
            await self._may_send.wait()  # while the run is paused, nothing is recorded as being sent

    def _next_turn(self) -> None:
        self._tries.pass_on()
        turn, self._turn = self._turn, asyncio.Event()
        turn.set()

    async def _steps(self, job: Job) -> None:
        """Do one job until it has ended (or is at the service, when the run does not wait for results)."""
        action: Action | None = None
        answer: Answer = Claimed()
        fetched: Fetched | None = None
        while True:
            step = next_step(job, action, answer, self._context(job))
            if action is Action.SUBMIT and isinstance(answer, Refused) and step.failure:
                stop = self._trials.refused(job, answer, step.failure)
                if stop:
                    await self._stop(stop, step.failure)
            if not await self._record(job, step, fetched):
                return
            self._note_failing(job, action, answer)
            if isinstance(answer, Accepted) and self._trials.accepted(job):
                self._next_turn()
                self._step_events.announce_failures(self._is_certain)
            is_upload_repeated = action is step.action is Action.UPLOAD
            job, action = step.job, step.action
            if action is Action.STOP:
                assert step.failure is not None
                raise ServiceStoppedError(step.failure.kind, step.failure.advice)
            if job.state in ENDED or (action is Action.WAIT and not self._run.to_the_end):
                return
            if is_upload_repeated:  # meanwhile another may try, which shows whose failure it is
                self._trials.give_way(job)
                self._next_turn()
            if step.after_s:
                await asyncio.sleep(step.after_s)
            if is_upload_repeated:
                await self._admitted(job)
            if action is not Action.FETCH or fetched is None:
                result = await self._perform(action, job)
                fetched, answer = (result, result.report) if isinstance(result, Fetched) else (None, result)

    def _note_failing(self, job: Job, action: Action | None, answer: Answer) -> None:
        if isinstance(answer, Uploaded | Accepted):
            self._failing.discard(job.key)
        elif isinstance(answer, Refused | NoAnswer) and action in (Action.UPLOAD, Action.SUBMIT):
            self._failing.add(job.key)
            self._room.set()

    async def _stop(self, stop: Stop, failure: Failure) -> None:
        """End the refused jobs in error, hold back those with the same options, and stop the batch."""
        for job in stop.jobs:
            await self._record(job, failed(job, failure), None)
        self._ledger.options.hold(self._owner, self._run.connection.host, stop.options, is_whole=stop.is_whole)
        self._step_events.replace_by_stop()
        raise ServiceStoppedError(stop.failure.kind, stop.failure.advice)

    async def _perform(self, action: Action, job: Job) -> Answer | Fetched:
        ask = self._contact.ask
        match action:
            case Action.UPLOAD:
                async with self._uploads:
                    return await ask(Way.UPLOAD, job.key, lambda: self._upload(job))
            case Action.SUBMIT:
                answer = await ask(Way.CREATE, job.key, lambda: self._create(job))
                self._in_doubt_since[job.key] = time.monotonic()
                return answer
            case Action.RECONCILE:
                return await self._reconcile(job)
            case Action.WAIT:
                return await self._poller.wait(job)
            case _:
                return await self._fetch(job)

    async def _upload(self, job: Job) -> Answer:
        answer = await self._client.upload(job.source, job.sha256 or "")
        if answer == CHANGED:  # or the next scan would give the same manifest again
            await asyncio.to_thread(forget, job.source)
        return self._belonging.uploaded(job, answer)

    async def _create(self, job: Job) -> Answer:
        delivery = self._run.webhook.options_for(job.key) if self._run.webhook else {}
        return self._belonging.created(await self._client.create(job.audio_url or "", job.options, delivery))

    async def _reconcile(self, job: Job) -> Answer:
        """Find the job's transcript in the list.

        Two jobs of one address may search at the same time; each transcript is given to one of them only.
        """
        while True:
            answer = await find_lost_transcript(self._client, self._contact, job, self._belonging.known_transcripts)
            if not isinstance(answer, Accepted) or self._belonging.take(answer.transcript_id):
                return answer

    async def _fetch(self, job: Job) -> Fetched | Answer:
        self._to_fetch += 1
        self._room.set()
        try:
            async with self._fetches:
                answer = await self._contact.ask(Way.GET, job.key, lambda: self._client.get(job.transcript_id or "", job.audio_url))
                if isinstance(answer, Fetched):
                    self._poller.asked(job, answer.head.status)
                return answer
        finally:
            self._to_fetch -= 1

    async def _record(self, before: Job, step: Step, fetched: Fetched | None) -> bool:
        """Record a step before its action. Returns False when another process has taken the job over."""
        after = step.job
        if after == before and not step.event:
            return True
        receipt = receipt_for(after, fetched) if step.action is Action.FINISH and fetched else None
        now = time.time()
        if not await self._commits.record(Fact(after, now, step.event, detail_of(step), receipt)):
            return False
        if step.event:
            self._step_events.tell(step, now)
            _log.info("job %s: %s, now %s, transcript %s", after.key, step.event, after.state, after.transcript_id)
        if after.state != before.state:
            self._states[before.state] -= 1
            self._states[after.state] += 1
            self._run.on_progress(self._states, self._outage or self._at_work)
        if after.state == ERROR:
            self._step_events.announce_failures(self._is_certain)
        return True

    def _is_certain(self, job: Job) -> bool:
        """Whether the failure of a job is its own: it cannot turn out to be one of a stop any more."""
        return not (self._trials.has_stopped or self._trials.may_stop(job))

    def _show_outlook(self, sentence: str) -> None:
        """Show what the run waits for, and record when something goes away or comes back."""
        if bool(sentence) != bool(self._outage):
            self._commits.flush()  # events are recorded in their order
            event = outage_event(sentence, time.time())
            self._ledger.note(event["at"], event["event"], sentence)
            self._events.emit(event)
            _log.warning("%s", sentence or "the service answers again")
        self._outage = sentence
        self._lock.show(sentence)
        self._run.on_progress(self._states, sentence)

    def _context(self, job: Job) -> Context:
        return Context(
            now=time.time(),
            jitter=random.random(),  # noqa: S311 -- spreads retries; no secret
            newest=self._poller.newest,
            limits=self._run.limits,
            forgets_jobs=self._run.connection.forgets_jobs,
            in_doubt_s=time.monotonic() - self._in_doubt_since[job.key],
            is_own=self._contact.is_own(job.key),
        )
