"""Webhooks: the call that tells a client that its transcript has ended."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass

import httpx

from scribekit.service.state.background import Background
from scribekit.service.state.counters import Counters
from scribekit.service.state.sources import is_loopback
from scribekit.service.state.store import Job

ATTEMPTS = 10
PAUSE_S = 10.0
DEADLINE_S = 10.0
AT_ONCE = 200
WRONG_SECRET = "forged"  # noqa: S105 -- a secret that is wrong on purpose


@dataclass(frozen=True)
class Hook:
    """Where a job wants to be announced; a snapshot, because deleting the transcript wipes its address."""

    url: str
    name: str | None
    value: str | None

    def headers(self, value: str | None) -> dict[bytes, bytes]:
        """The client's own header with this value, if it named one."""
        return {self.name.encode(): value.encode()} if self.name and value is not None else {}


class Webhooks:
    """Calls the ``webhook_url`` of each job that ends, again and again until it is answered with 2xx or refused with 4xx.

    Args:
        counters: Where the calls are counted.
        background: Runs the calls.
        allow_remote: Whether hosts other than this machine are called.
        pause_s: Time between two attempts.
        deadline_s: Time within which an attempt must be answered.
    """

    def __init__(
        self, counters: Counters, background: Background, *, allow_remote: bool, pause_s: float = PAUSE_S, deadline_s: float = DEADLINE_S
    ) -> None:
        self._counters = counters
        self._background = background
        self._allow_remote = allow_remote
        self._pause_s = pause_s
        self._deadline_s = deadline_s
        self._places = asyncio.Semaphore(AT_ONCE)
        self._client: httpx.AsyncClient | None = None

    def announce(self, job: Job) -> None:
        """Calls for a job that has ended, if it asked for that."""
        url = job.options.get("webhook_url")
        if url is None:
            return
        if not (self._allow_remote or is_loopback(url)):
            self._counters.webhooks["not_allowed"] += 1
            return
        hook = Hook(url, job.options.get("webhook_auth_header_name"), job.options.get("webhook_auth_header_value"))
        if job.fate.webhook_fault:
            self._counters.faults[job.fate.webhook_fault] += 1
        if job.fate.webhook_fault == "webhook_lost":
            self._counters.webhooks["lost"] += 1
            return
        self._background.start(self._announce(job, hook))

    async def close(self) -> None:
        """Closes the client."""
        if self._client is not None:
            await self._client.aclose()

    async def _announce(self, job: Job, hook: Hook) -> None:
        fault = job.fate.webhook_fault
        if fault == "webhook_delayed":
            self._counters.webhooks["delayed"] += 1
            await asyncio.sleep(job.fate.webhook_delay_s)
        if fault == "webhook_forged":
            await self._forge(job, hook)
        await self._deliver(job, hook)
        if fault == "webhook_doubled":
            self._counters.webhooks["doubled"] += 1
            await self._deliver(job, hook)

    async def _forge(self, job: Job, hook: Hook) -> None:
        other_status = "error" if job.status == "completed" else "completed"
        for transcript_id, status, secret in (
            (job.id, other_status, WRONG_SECRET),
            (str(uuid.uuid4()), job.status, hook.value),
        ):
            self._counters.webhooks["forged"] += 1
            await self._call(hook, {"transcript_id": transcript_id, "status": status}, secret)

    async def _deliver(self, job: Job, hook: Hook) -> None:
        body = {"transcript_id": job.id, "status": job.status}
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(self._pause_s)
            self._counters.webhooks["sent"] += 1
            code = await self._call(hook, body, hook.value)
            if code is None:
                continue
            job.webhook_status_code = code
            if httpx.codes.is_success(code):
                self._counters.webhooks["delivered"] += 1
                return
            if httpx.codes.is_client_error(code):
                break
        self._counters.webhooks["given_up"] += 1

    async def _call(self, hook: Hook, body: dict[str, str], secret: str | None) -> int | None:
        """One call, and the status that answered it; None when nothing did in time."""
        # A kept connection may be closed by the receiver just when it is used again: a failure that nobody asked for.
        limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=0)
        self._client = self._client or httpx.AsyncClient(trust_env=False, timeout=self._deadline_s, limits=limits)
        try:
            async with self._places, asyncio.timeout(self._deadline_s):
                answer = await self._client.post(hook.url, json=body, headers=hook.headers(secret))
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
            return None
        return answer.status_code
