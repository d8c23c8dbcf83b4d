"""Waiting for the service: many jobs are watched through one request, the list of the account's newest transcripts."""

from __future__ import annotations

import asyncio
import collections
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from scribekit.api.answers import NoAnswer, Refused, StatusReport
from scribekit.api.client import Client, Fetched
from scribekit.api.failures import Recovery, http_failure
from scribekit.api.limits import Limits
from scribekit.base import contract
from scribekit.batch.steps import Answer, Overdue
from scribekit.corpus.job import COMPLETED, ENDED, Job

FIRST_GUESS = 0.01
"""Seconds of processing per second of audio, until this run has shown better (an hour takes about 35 to 70 seconds)."""

_SPREAD = 0.8
"""A job is looked for from this share of its expected time on."""

_PATIENCE = 16
"""A job that is asked for singly is asked again after this fraction of the time that it has taken so far."""

LONGEST_PAUSE = 4
"""The most pauses of ``poll_s`` between two looks, however far away the next end is expected."""


WEBHOOK_SLOWDOWN = 10
"""How much more rarely we look while the service tells us by itself."""

WORTH_A_PAGE = 25
"""So many jobs must be waited for to read on past one more page of the list that shows none of them."""

MOST_SINGLY = 8
"""Jobs that are asked for one by one after a look, at least; at most a quarter of those that wait."""

OUTAGE_S = 60.0
"""How long the service may be out of reach before a job is told."""

MOST_EARLY = 10_000
"""Calls about transcripts that we do not know (yet) are remembered up to this number."""

Reception = Literal["accepted", "repeated", "unknown"]


@dataclass(slots=True)
class _Watch:
    job: Job
    answer: asyncio.Future[Answer | Fetched]
    status: str
    since: float
    resumed: bool
    """It was at the service before we began to look, and may have ended meanwhile."""
    not_before: float = 0.0
    """When it may be asked for singly again."""
    unfinished_at: float = 0.0
    """When the service last said that it had not finished."""
    began: float = field(default_factory=time.monotonic)
    """By a clock that stands still while the machine sleeps."""


class Poller:
    """Tells each waiting job what the service says of it.

    Args:
        api: The open connection.
        limits: The pace.
        is_told: The service also tells us by webhook, so that looking is only for what it fails to tell.
        known: Tells which of some transcript ids belong to a job already.
    """

    def __init__(self, api: Client, limits: Limits, *, is_told: bool = False, known: Callable[[list[str]], set[str]] = set) -> None:
        self._api = api
        self._limits = limits
        self._slowness = WEBHOOK_SLOWDOWN if is_told else 1
        self._known = known
        self._early: collections.OrderedDict[str, None] = collections.OrderedDict()
        self._watches: dict[str, _Watch] = {}
        self._wake = asyncio.Event()
        self._pace = math.inf
        self._began = time.time()
        self._alone_since: float | None = None
        self.newest: str | None = None

    async def first_look(self) -> Refused | NoAnswer | None:
        """One request before all others: it proves the key, and finds the newest transcript. Returns what went wrong, if anything."""
        page = await self._api.page()
        if isinstance(page, contract.ListPage):
            self._keep_newest(page)
            return None
        return page

    async def wait(self, job: Job) -> Answer | Fetched:
        """Wait until the service's word on the job changes."""
        assert job.transcript_id is not None
        since = job.submitted_at or time.time()
        watch = _Watch(job, asyncio.get_running_loop().create_future(), job.state, since, resumed=since < self._began)
        if self._early.pop(job.transcript_id, self) is not self:
            return StatusReport(COMPLETED)
        self._watches[job.transcript_id] = watch
        self._wake.set()
        try:
            return await watch.answer
        finally:
            self._watches.pop(job.transcript_id, None)

    def hint(self, transcript_id: str) -> Reception:
        """Somebody says that a transcript has ended. Its job is fetched, which shows whether that is so."""
        watch = self._watches.get(transcript_id)
        if watch and not watch.answer.done():
            watch.answer.set_result(StatusReport(COMPLETED))
            return "accepted"
        if watch or transcript_id in self._early or self._known([transcript_id]):
            return "repeated"
        # The call may be quicker than the answer to the request that created the job.
        self._early[transcript_id] = None
        if len(self._early) > MOST_EARLY:
            self._early.popitem(last=False)
        return "unknown"

    async def run(self) -> None:
        """Look again and again while anything is waited for. Ends only by being cancelled."""
        while True:
            await self._wake.wait()
            await asyncio.sleep(self._pause_s())
            await self._look()
            if not self._watches:
                self._wake.clear()

    def _pause_s(self) -> float:
        if any(watch.resumed for watch in self._watches.values()):
            return 0.0
        poll_s = self._limits.poll_s * self._slowness
        nearest = min((self._due(watch) for watch in self._watches.values()), default=0.0) - time.time()
        return min(max(nearest, poll_s), LONGEST_PAUSE * poll_s)

    def _due(self, watch: _Watch) -> float:
        """From when on the job may have ended, going by the quickest that this run has seen (the others had to queue)."""
        pace = self._pace if math.isfinite(self._pace) else FIRST_GUESS
        return watch.since + _SPREAD * pace * (watch.job.duration_s or 0.0)

    async def _look(self) -> None:
        unseen = set(self._watches)
        for watch in self._watches.values():
            watch.resumed = False
        before, empty_pages = None, 0
        while unseen:
            page = await self._api.page(before)
            if not isinstance(page, contract.ListPage):
                self._pass_on(page)
                break
            self._alone_since = None
            if before is None:
                self._keep_newest(page)
            seen = [item for item in page.transcripts if item.id in unseen]
            for item in seen:
                unseen.discard(item.id)
                self._learn(item)
                self._tell(item.id, StatusReport(item.status, item.error))
            # Pages without any of ours: the rest lies deep under other people's jobs, or under our own finished ones. To go on
            # is worth it for many; a few are asked for one by one.
            empty_pages += not seen
            if empty_pages * WORTH_A_PAGE > len(unseen) or page.is_last:
                break
            before = page.transcripts[-1].id
        await self._ask_singly(unseen)
        self._end_overdue()

    async def _ask_singly(self, transcript_ids: Iterable[str]) -> None:
        """Ask for those that the list did not show, one by one, when they are due, so many that the request window bears it."""
        now = time.time()
        waiting = {key: watch for key in transcript_ids if (watch := self._watches.get(key)) and not watch.answer.done()}
        times = {key: max(self._due(watch), watch.not_before) for key, watch in waiting.items()}
        due = sorted((at, key) for key, at in times.items() if at <= now)
        most = max(MOST_SINGLY, len(self._watches) // 4)
        for _, key in due[:most]:
            fetched = await self._api.get(key)
            if isinstance(fetched, Fetched):
                ended = fetched.head.status in ENDED
                self._tell(key, fetched if ended else fetched.word)
                if not ended and (watch := self._watches.get(key)):
                    watch.not_before = now + max(self._limits.poll_s, (now - watch.since) / _PATIENCE)
            else:
                self._pass_on(fetched, [key])

    def _tell(self, transcript_id: str, word: StatusReport | Fetched) -> None:
        watch = self._watches.get(transcript_id)
        status = word.status if isinstance(word, StatusReport) else word.head.status
        if watch and status not in ENDED:
            watch.unfinished_at = time.time()
        if watch and not watch.answer.done() and status != watch.status:
            watch.answer.set_result(word)

    def _pass_on(self, answer: Refused | NoAnswer, only: Iterable[str] | None = None) -> None:
        """A look that failed is repeated by the next one; only what no look can mend is handed to the jobs."""
        if isinstance(answer, NoAnswer):
            self._note_outage(answer)
            return
        if only is None and http_failure(answer.status, answer.error).recovery is not Recovery.STOP_BATCH:
            return
        for key in list(self._watches if only is None else only):
            watch = self._watches.get(key)
            if watch and not watch.answer.done() and http_failure(answer.status, answer.error).recovery is not Recovery.RETRY:
                watch.answer.set_result(answer)

    def _note_outage(self, answer: NoAnswer) -> None:
        """When the network has been gone for long, one job is told, and finds out by its own tries whether the batch must stop."""
        now = time.monotonic()
        self._alone_since = self._alone_since or now
        waiting = next((watch for watch in self._watches.values() if not watch.answer.done()), None)
        if waiting and not answer.unreadable and now - self._alone_since > OUTAGE_S:
            self._alone_since = None
            waiting.answer.set_result(answer)

    def _end_overdue(self) -> None:
        """Give up what the service has not finished in time by its own word, or by our own asking in vain for so long.

        The clock alone proves nothing: a job of yesterday, or from before this machine slept, may have ended long ago.
        """
        most, awake = self._limits.job_timeout_s, time.monotonic()
        for watch in self._watches.values():
            late = watch.unfinished_at - watch.since > most or awake - watch.began > most
            if late and not watch.answer.done():
                watch.answer.set_result(Overdue())

    def _learn(self, item: contract.ListItem) -> None:
        """Learn how long the service takes, from its own two time stamps (whose zone does not matter to their difference)."""
        watch = self._watches.get(item.id)
        if item.status not in ENDED or not watch or not watch.job.duration_s:
            return
        took = _seconds_between(item.created, item.completed)
        if took is not None:
            self._pace = min(self._pace, took / watch.job.duration_s)

    def _keep_newest(self, page: contract.ListPage) -> None:
        if page.transcripts:
            self.newest = page.transcripts[0].id


def _seconds_between(first: str | None, last: str | None) -> float | None:
    """None when one of them is no time stamp, or they lie the wrong way round."""
    try:
        seconds = (datetime.fromisoformat(last or "") - datetime.fromisoformat(first or "")).total_seconds()
    except (TypeError, ValueError):  # a TypeError when only one of them names its zone
        return None
    return seconds if seconds > 0 else None
