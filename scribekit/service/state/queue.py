"""The queue: first in, first out, as many at a time as there are slots."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable

from scribekit.base import contract
from scribekit.service.recognisers.base import Audio, Recogniser, RecognitionError
from scribekit.service.state.counters import Counters
from scribekit.service.state.sources import Sources
from scribekit.service.state.store import Job

log = logging.getLogger("scribekit.service")


class JobQueue:
    """Runs jobs.

    Args:
        recogniser: Turns audio into words.
        sources: Finds the audio.
        counters: Where the ends are counted.
        slots: How many jobs are processed at the same time.
        ended: Called with each job that has ended.
    """

    def __init__(self, recogniser: Recogniser, sources: Sources, counters: Counters, *, slots: int, ended: Callable[[Job], None]) -> None:
        self._ended = ended
        self._recogniser = recogniser
        self._sources = sources
        self._counters = counters
        self._slots = slots
        self._waiting: deque[Job] = deque()
        self._running: set[asyncio.Task[None]] = set()

    def add(self, job: Job) -> None:
        """Starts the job when a slot is free, else lets it wait, throttled."""
        self._waiting.append(job)
        job.throttled = len(self._running) >= self._slots
        self._fill_slots()

    async def close(self) -> None:
        """Gives up what waits and what runs."""
        self._waiting.clear()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        self._recogniser.close()

    def _fill_slots(self) -> None:
        while self._waiting and len(self._running) < self._slots:
            task = asyncio.create_task(self._run(self._waiting.popleft()))
            self._running.add(task)
            task.add_done_callback(self._slot_is_free)
        self._counters.peak_processing = max(self._counters.peak_processing, len(self._running))

    def _slot_is_free(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._fill_slots()

    async def _run(self, job: Job) -> None:
        job.status, job.throttled = "processing", False
        if job.fate.fault:
            self._inject(job, job.fate.fault)
            return
        try:
            async with self._sources.local_copy(job.audio_url, fetch=self._recogniser.needs_bytes) as path:
                recognition = await self._recogniser.recognise(Audio(path, job.audio_url), job.options)
        except RecognitionError as error:
            self._fail(job, str(error))
        except Exception as error:  # noqa: BLE001 -- one job's accident must not end the service
            log.warning("transcript %s: the recogniser failed with %s", job.id, type(error).__name__)
            self._fail(job, contract.ERROR_SERVER)
        else:
            job.finish(recognition)
            self._counters.completed(job.audio, recognition.duration_s)
            self._ended(job)

    def _inject(self, job: Job, fault: str) -> None:
        self._counters.faults[fault] += 1
        if job.fate.error is not None:
            self._fail(job, job.fate.error)

    def _fail(self, job: Job, error: str) -> None:
        job.fail(error)
        self._counters.jobs_failed += 1
        self._ended(job)
