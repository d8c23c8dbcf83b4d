"""The transcripts that the service knows, and the pages of its list."""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from scribekit.base import contract
from scribekit.service.faults.draws import NO_FAULT, InjectedFault
from scribekit.service.recognisers.base import Recognition


@dataclass(slots=True)
class Job:
    """One transcript: its request, its status and what was recognised.

    Attributes:
        id: The transcript's id.
        number: Its place in the order of creation, from 0.
        options: The request body.
        audio: The key of its audio in the counters: an upload's sha256, or the URL.
        created: When it was created, in the contract's form: UTC without an offset.
        status: ``queued``, ``processing``, ``completed`` or ``error``.
        throttled: Whether it waits because all slots are taken.
        completed: When it was completed; None for errors, as in the contract.
        error: Why it failed.
        recognition: What was recognised.
        is_deleted: Whether its content was wiped.
        progress: What share of the recording is done, from 0 to 1; None before the recogniser has said it.
        webhook_status_code: The status of the last answer of its webhook.
        injected: The faults that hit it.
        warnings: What the transcript will lack of what was asked for, a sentence each.
    """

    id: str
    number: int
    options: dict[str, Any]
    audio: str
    created: str
    status: str = "queued"
    throttled: bool = False
    completed: str | None = None
    error: str | None = None
    recognition: Recognition | None = None
    is_deleted: bool = False
    progress: float | None = None
    webhook_status_code: int | None = None
    injected: InjectedFault = NO_FAULT
    warnings: Sequence[str] = ()

    @property
    def audio_url(self) -> str:
        """The address of the audio, as the client gave it."""
        return str(self.options["audio_url"])

    def report(self, share: float) -> None:
        """Keep what share of the recording is done."""
        self.progress = share

    def finish(self, recognition: Recognition) -> None:
        """End the job with what was recognised."""
        self.status, self.recognition, self.completed = "completed", recognition, utc_now()

    def fail(self, error: str) -> None:
        """End the job with an error of the contract."""
        self.status, self.error = "error", error

    def wipe(self) -> None:
        """Delete what was recognised and the audio's address; the record and its length remain."""
        self.is_deleted = True
        self.options |= {"audio_url": contract.DELETED_URL, "webhook_url": contract.DELETED_URL}
        if self.recognition is not None:
            self.recognition = replace(self.recognition, words=(), extra={}, unredacted=None)


@dataclass(frozen=True)
class ListQuery:
    """The query of a list page; ids are exclusive bounds."""

    limit: int = 10
    status: str | None = None
    created_on: str | None = None
    before_id: str | None = None
    after_id: str | None = None
    throttled_only: bool = False


class Store:
    """All transcripts, in memory."""

    def __init__(self) -> None:
        self._by_id: dict[str, Job] = {}
        self._in_order: list[Job] = []

    def create(self, options: dict[str, Any], audio: str) -> Job:
        """Create a queued transcript."""
        job = Job(str(uuid.uuid4()), len(self._in_order), options, audio, utc_now())
        self._by_id[job.id] = job
        self._in_order.append(job)
        return job

    def get(self, transcript_id: str) -> Job | None:
        """Return the transcript with this id; None when it is unknown."""
        return self._by_id.get(transcript_id)

    def unfinished(self) -> Iterator[Job]:
        """Yield the transcripts that are queued or processing."""
        return (job for job in self._in_order if job.status in ("queued", "processing"))

    def page(self, query: ListQuery) -> tuple[list[Job], bool]:
        """Return the page's transcripts, newest first, and whether older ones remain.

        With only ``after_id``, the page holds the transcripts that follow that one, so that paging towards newer ones skips none.

        Raises:
            KeyError: ``before_id`` or ``after_id`` is unknown.
        """
        newest = self._by_id[query.before_id].number if query.before_id else len(self._in_order)
        oldest = self._by_id[query.after_id].number + 1 if query.after_id else 0
        if query.after_id and not query.before_id:
            return list(islice(self._matching(range(oldest, newest), query), query.limit))[::-1], True
        found = list(islice(self._matching(range(newest - 1, oldest - 1, -1), query), query.limit + 1))
        return found[: query.limit], len(found) > query.limit

    def _matching(self, numbers: range, query: ListQuery) -> Iterator[Job]:
        return (job for job in map(self._in_order.__getitem__, numbers) if _matches(job, query))


def _matches(job: Job, query: ListQuery) -> bool:
    if query.created_on and not job.created.startswith(query.created_on):
        return False
    if query.throttled_only:
        return job.throttled
    return query.status is None or job.status == query.status


def utc_now() -> str:
    """Return the current time as the contract writes it: ISO, microseconds, no offset."""
    return datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


def seconds_since(time: str | None) -> float:
    """Return how long ago a time was that :func:`utc_now` returned; without end when there is none."""
    return math.inf if time is None else (datetime.now(UTC) - datetime.fromisoformat(time).replace(tzinfo=UTC)).total_seconds()
