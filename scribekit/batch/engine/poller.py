"""Waiting for the service: one request, for the account's newest transcripts, answers for many jobs."""

from __future__ import annotations

import asyncio
import collections
import functools
import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from scribekit.api.answers import Fetched, NoAnswer, Refused, StatusReport
from scribekit.api.client import Client
from scribekit.api.failures import Recovery, http_failure
from scribekit.api.limits import EARLIEST_SHARE, FIRST_GUESS, MAX_PAUSE, Limits
from scribekit.api.webhook import Reception
from scribekit.base import contract
from scribekit.batch.engine.histories import KNOWN, History
from scribekit.batch.engine.outages import Contact, Way
from scribekit.batch.steps import Answer, Overdue
from scribekit.corpus.job import COMPLETED, ENDED, Job

_POLLER = "poller"
WEBHOOK_SLOWDOWN = 10
"""With a webhook, poll this many times less often."""

WORTH_A_PAGE = 25
"""Read one more page without a match only while at least this many jobs are pending per such page."""

MIN_SINGLE_REQUESTS = 8
"""After a poll, at least this many unlisted jobs are asked for one by one; at most a quarter of those pending."""

MAX_EARLY_CALLS = 10_000
"""Webhook calls about transcripts that are not known (yet) are remembered up to this number."""


@dataclass(slots=True)
class _Pending:
    job: Job
    answer: asyncio.Future[Answer | Fetched]
    status: str
    since: float
    """When it was submitted, by a clock that never jumps, like the other times here."""
    resumed: bool
    """It was at the service before the first poll, and may have ended meanwhile."""
    history: History
    unfinished_at: float = -math.inf
    """When the service last reported that it had not finished."""


class Poller:
    """Answers each waiting job when the service reports a change of its status.

    Args:
        client: The open connection.
        contact: The way of its requests.
        limits: The pace.
        has_webhook: The service also calls a webhook, so polling is only for calls that never come.
        known: Returns which of some transcript ids belong to a job already.
        on_shares: Called with what share of the jobs at work is done, in a few words, where the service says so.
    """

    def __init__(
        self,
        client: Client,
        contact: Contact,
        limits: Limits,
        *,
        has_webhook: bool = False,
        known: Callable[[list[str]], set[str]] = set,
        on_shares: Callable[[str], None] = lambda _sentence: None,
    ) -> None:
        self._client = client
        self._contact = contact
        self._limits = limits
        self._slowdown = WEBHOOK_SLOWDOWN if has_webhook else 1
        self._known = known
        self._on_shares = on_shares
        self._early: collections.OrderedDict[str, None] = collections.OrderedDict()
        self._pending: dict[str, _Pending] = {}
        self._histories: dict[str, History] = {}
        self._wake = asyncio.Event()
        self._pace = math.inf
        self._began = time.monotonic()
        self._has_failed = False
        """Whether the last poll could not read the list."""
        self.newest: str | None = None

    async def first_request(self) -> Refused | NoAnswer | None:
        """Check the key and find the newest transcript, before all other requests. Returns what went wrong, if anything."""
        page = await self._client.page()
        if isinstance(page, contract.ListPage):
            self._keep_newest(page)
            return None
        return page

    async def wait(self, job: Job) -> Answer | Fetched:
        """Wait until the service reports another status of the job, or its time is over, which counts from the first wait on."""
        assert job.transcript_id is not None
        since = _since(job)
        answer = asyncio.get_running_loop().create_future()
        history = self._histories.setdefault(job.transcript_id, History(self._heard_s()))
        pending = _Pending(job, answer, job.state, since, resumed=since < self._began, history=history)
        if self._is_over(pending):
            return Overdue(history.why_unfinished())
        if self._early.pop(job.transcript_id, self) is not self:
            return StatusReport(COMPLETED)
        self._pending[job.transcript_id] = pending
        self._wake.set()
        try:
            return await pending.answer
        finally:
            self._pending.pop(job.transcript_id, None)

    def asked(self, job: Job, status: str) -> None:
        """Note that a transcript itself was asked for, and its status."""
        history = self._histories.get(job.transcript_id or "")
        if history is not None:
            history.asked(status, time.monotonic(), _since(job), self._limits.poll_s)

    def hint(self, transcript_id: str) -> Reception:
        """Take a webhook call that says that a transcript has ended. Fetching it shows whether that is so."""
        pending = self._pending.get(transcript_id)
        if pending and not pending.answer.done():
            pending.answer.set_result(StatusReport(COMPLETED))
            return "accepted"
        if pending or transcript_id in self._early or self._known([transcript_id]):
            return "repeated"
        # The call may be quicker than the answer to the request that created the job.
        self._early[transcript_id] = None
        if len(self._early) > MAX_EARLY_CALLS:
            self._early.popitem(last=False)
        return "unknown"

    async def run(self) -> None:
        """Poll while any job waits. Ends only by being cancelled."""
        while True:
            await self._wake.wait()
            await asyncio.sleep(self._pause_s())
            await self._poll()
            if not self._pending:
                self._wake.clear()

    def _pause_s(self) -> float:
        if any(pending.resumed for pending in self._pending.values()):
            return 0.0
        if self._has_failed:
            return self._limits.poll_s
        poll_s = self._limits.poll_s * self._slowdown
        nearest = min((self._due(pending) for pending in self._pending.values()), default=0.0) - time.monotonic()
        return min(max(nearest, poll_s), MAX_PAUSE * poll_s)

    def _due(self, pending: _Pending) -> float:
        """Return when the job may have ended at the earliest, by the quickest job of this run (the others had to queue)."""
        pace = self._pace if math.isfinite(self._pace) else FIRST_GUESS
        return pending.since + EARLIEST_SHARE * pace * (pending.job.duration_s or 0.0)

    async def _poll(self) -> None:
        unlisted = set(self._pending)
        for pending in self._pending.values():
            pending.resumed = False
        before, empty_pages = None, 0
        shares: list[float] = []
        while unlisted:
            page = await self._contact.ask_if_open(Way.LIST, _POLLER, functools.partial(self._client.page, before))
            self._has_failed = not isinstance(page, contract.ListPage)
            if not isinstance(page, contract.ListPage):
                if page is not None:
                    self._failed(page)
                break
            if before is None:
                self._keep_newest(page)
            listed = [item for item in page.transcripts if item.id in unlisted]
            for item in listed:
                history = self._histories[item.id]
                history.listed = item.status
                if item.status not in KNOWN or history.is_list_wrong:
                    continue  # it is asked for singly
                unlisted.discard(item.id)
                self._learn_pace(item)
                shares += [item.progress] if item.progress is not None and item.status not in ENDED else []
                self._report(item.id, StatusReport(item.status, item.error))
            # A page without any of ours: the rest is below other clients' jobs, or below our own finished ones. For many
            # jobs the next page is worth a request; a few are asked for one by one.
            empty_pages += not listed
            if empty_pages * WORTH_A_PAGE > len(unlisted) or page.is_last:
                break
            before = page.transcripts[-1].id
        self._on_shares(shares_at_work(shares))
        await self._ask_singly(unlisted)
        self._end_overdue()

    async def _ask_singly(self, transcript_ids: Iterable[str]) -> None:
        """Ask for due jobs that the list did not show, one by one: only as many as the request window can take."""
        now = time.monotonic()
        waiting = {key: pending for key in transcript_ids if (pending := self._pending.get(key)) and not pending.answer.done()}
        times = {key: max(self._due(pending), pending.history.not_before) for key, pending in waiting.items()}
        due = sorted((at, key) for key, at in times.items() if at <= now)
        most = max(MIN_SINGLE_REQUESTS, len(self._pending) // 4)
        # When the list can be read, transcripts that cannot be had must not keep us from reading it again.
        ask = self._contact.ask if self._has_failed else self._contact.ask_if_open
        for _, key in due[:most]:
            job = waiting[key].job
            fetched = await ask(Way.GET, job.key, functools.partial(self._client.get, key, job.audio_url))
            if fetched is None:
                break
            if isinstance(fetched, Fetched):
                self.asked(job, fetched.head.status)
                self._report(key, fetched if fetched.head.status in ENDED else StatusReport(fetched.head.status))
            else:
                self._failed(fetched, [key])

    def _report(self, transcript_id: str, report: StatusReport | Fetched) -> None:
        pending = self._pending.get(transcript_id)
        status = report.status if isinstance(report, StatusReport) else report.head.status
        if pending and status not in ENDED:
            pending.unfinished_at = time.monotonic()
        if pending and not pending.answer.done() and status != pending.status and status in KNOWN:
            pending.answer.set_result(report)

    def _failed(self, answer: Refused | NoAnswer, only: Iterable[str] | None = None) -> None:
        """Answer the jobs with a failed request only when the next poll cannot help."""
        if isinstance(answer, NoAnswer):
            is_hopeless = answer.unreadable and only is not None  # it is tried again, but others do not wait for that
        else:
            recovery = http_failure(answer.status, answer.error).recovery
            is_hopeless = recovery is Recovery.STOP_BATCH if only is None else recovery is not Recovery.RETRY
        for key in list(self._pending if only is None else only) if is_hopeless else ():
            pending = self._pending.get(key)
            if pending and not pending.answer.done():
                pending.answer.set_result(answer)

    def _heard_s(self) -> float:
        """Return the seconds of a clock that stops while the machine sleeps, and while nothing can be heard of the jobs."""
        return time.monotonic() - self._contact.blind_s

    def _end_overdue(self) -> None:
        """Give up jobs that the service reported unfinished after ``job_timeout_s``, or that we polled for that long.

        The clock time by itself proves nothing: a job of yesterday, or from before this machine slept, may have ended long ago.
        """
        for pending in self._pending.values():
            if not pending.answer.done() and self._is_over(pending):
                pending.answer.set_result(Overdue(pending.history.why_unfinished()))

    def _is_over(self, pending: _Pending) -> bool:
        most = self._limits.job_timeout_s
        return pending.unfinished_at - pending.since > most or self._heard_s() - pending.history.began > most

    def _learn_pace(self, item: contract.ListItem) -> None:
        """Learn how long the service takes, from its own two time stamps (whose zone does not affect their difference)."""
        pending = self._pending.get(item.id)
        if item.status not in ENDED or not pending or not pending.job.duration_s:
            return
        took = _seconds_between(item.created, item.completed)
        if took is not None:
            self._pace = min(self._pace, took / pending.job.duration_s)

    def _keep_newest(self, page: contract.ListPage) -> None:
        if page.transcripts:
            self.newest = page.transcripts[0].id


def shares_at_work(shares: Sequence[float]) -> str:
    """Return what share of the jobs at work is done, in a few words; empty where the service does not say it.

    Example:
        >>> shares_at_work([0.424]), shares_at_work([0.1, 0.8, 0.5]), shares_at_work([])
        ('42 % of a recording done', '10 to 80 % of 3 recordings done', '')
    """
    if len(shares) <= 1:
        return "".join(f"{100 * share:.0f} % of a recording done" for share in shares)
    return f"{100 * min(shares):.0f} to {100 * max(shares):.0f} % of {len(shares):,} recordings done"


def _since(job: Job) -> float:
    """Return when a job was submitted, by a clock that never jumps; now, when that lies in the future: the clock has been set back."""
    now = time.time()
    return time.monotonic() - max(now - (job.submitted_at or now), 0.0)


def _seconds_between(first: str | None, last: str | None) -> float | None:
    """Return the seconds between two time stamps; None when one is unreadable or the last is not after the first."""
    try:
        seconds = (datetime.fromisoformat(last or "") - datetime.fromisoformat(first or "")).total_seconds()
    except (TypeError, ValueError):  # a TypeError when only one of them names its zone
        return None
    return seconds if seconds > 0 else None
