"""Webhooks: the calls that tell a client that its transcript has ended."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scribekit.base.request_logs import masked_requests
from scribekit.service.state.background import Background
from scribekit.service.state.counters import Counters
from scribekit.service.state.sources import is_loopback
from scribekit.service.state.store import Job

if TYPE_CHECKING:
    import httpx

ATTEMPTS = 10
PAUSE_S = 10.0
TIMEOUT_S = 10.0
MOST_CALLS_AT_ONCE = 200
WRONG_SECRET = "forged"  # noqa: S105 -- a secret that is wrong on purpose


@dataclass(frozen=True)
class WebhookTarget:
    """The URL and header of a job's webhook; a copy, because deleting the transcript wipes them."""

    url: str
    header_name: str | None
    header_value: str | None

    def headers(self, value: str | None) -> dict[bytes, bytes]:
        """Return the client's own header with this value; no header when the client named none."""
        return {self.header_name.encode(): value.encode()} if self.header_name and value is not None else {}


class Webhooks:
    """Calls the ``webhook_url`` of each job that ends, until it answers with 2xx or refuses with 4xx, at most ten times.

    Args:
        counters: Count the calls.
        background: Runs the calls.
        allow_remote: Whether other machines may be called.
        pause_s: Time between two attempts.
        timeout_s: Time within which an attempt must be answered.
    """

    def __init__(
        self, counters: Counters, background: Background, *, allow_remote: bool, pause_s: float = PAUSE_S, timeout_s: float = TIMEOUT_S
    ) -> None:
        self._counters = counters
        self._background = background
        self._allow_remote = allow_remote
        self._pause_s = pause_s
        self._timeout_s = timeout_s
        self._slots = asyncio.Semaphore(MOST_CALLS_AT_ONCE)
        self._client: httpx.AsyncClient | None = None

    def notify(self, job: Job) -> None:
        """Call the webhook of a job that has ended, if it asked for one."""
        url = job.options.get("webhook_url")
        if url is None:
            return
        if not (self._allow_remote or is_loopback(url)):
            self._counters.webhooks["not_allowed"] += 1
            return
        target = WebhookTarget(url, job.options.get("webhook_auth_header_name"), job.options.get("webhook_auth_header_value"))
        if job.injected.webhook_fault:
            self._counters.faults[job.injected.webhook_fault] += 1
        if job.injected.webhook_fault == "webhook_lost":
            self._counters.webhooks["lost"] += 1
            return
        self._background.start(self._notify(job, target))

    async def close(self) -> None:
        """Close the client's connections."""
        if self._client is not None:
            await self._client.aclose()

    async def _notify(self, job: Job, target: WebhookTarget) -> None:
        fault = job.injected.webhook_fault
        if fault == "webhook_delayed":
            self._counters.webhooks["delayed"] += 1
            await asyncio.sleep(job.injected.webhook_delay_s)
        if fault == "webhook_forged":
            await self._forge(job, target)
        await self._deliver(job, target)
        if fault == "webhook_doubled":
            self._counters.webhooks["doubled"] += 1
            await self._deliver(job, target)

    async def _forge(self, job: Job, target: WebhookTarget) -> None:
        other_status = "error" if job.status == "completed" else "completed"
        for transcript_id, status, secret in (
            (job.id, other_status, WRONG_SECRET),
            (str(uuid.uuid4()), job.status, target.header_value),
        ):
            self._counters.webhooks["forged"] += 1
            await self._call(target, {"transcript_id": transcript_id, "status": status}, secret)

    async def _deliver(self, job: Job, target: WebhookTarget) -> None:
        body = {"transcript_id": job.id, "status": job.status}
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(self._pause_s)
            self._counters.webhooks["sent"] += 1
            code = await self._call(target, body, target.header_value)
            if code is None:
                continue
            job.webhook_status_code = code
            if 200 <= code < 300:
                self._counters.webhooks["delivered"] += 1
                return
            if 400 <= code < 500:
                break
        self._counters.webhooks["given_up"] += 1

    async def _call(self, target: WebhookTarget, body: dict[str, str], secret: str | None) -> int | None:
        """Make one call; return the status of the answer, or None without an answer in time."""
        import httpx  # takes longer to import than all else of the service, and most never need it

        # The receiver may close a kept connection just when it is used again: a failure that nobody asked for.
        limits = httpx.Limits(max_connections=MOST_CALLS_AT_ONCE, max_keepalive_connections=0)
        self._client = self._client or httpx.AsyncClient(trust_env=False, timeout=self._timeout_s, limits=limits)
        try:
            async with self._slots, asyncio.timeout(self._timeout_s):
                with masked_requests(whole=True):
                    answer = await self._client.post(target.url, json=body, headers=target.headers(secret))
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
            return None
        return answer.status_code
