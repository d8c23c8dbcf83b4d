"""The job queue: first in, first out, with a limited number of slots."""

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
    """Runs the jobs.

    Args:
        recogniser: Turns audio into words.
        sources: Finds the audio.
        counters: Count the jobs that end.
        slots: How many jobs are processed at the same time.
        on_end: Called with each job that has ended.
    """

    def __init__(self, recogniser: Recogniser, sources: Sources, counters: Counters, *, slots: int, on_end: Callable[[Job], None]) -> None:
        self._on_end = on_end
        self._recogniser = recogniser
        self._sources = sources
        self._counters = counters
        self._slots = slots
        self._waiting: deque[Job] = deque()
        self._running: set[asyncio.Task[None]] = set()

    def add(self, job: Job) -> None:
        """Start the job when a slot is free; otherwise let it wait, throttled."""
        self._waiting.append(job)
        job.throttled = len(self._running) >= self._slots
        self._fill_slots()

    async def close(self) -> None:
        """Drop the jobs that wait, cancel those that run, and close the recogniser."""
        self._waiting.clear()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        self._recogniser.close()

    def _fill_slots(self) -> None:
        while self._waiting and len(self._running) < self._slots:
            task = asyncio.create_task(self._run(self._waiting.popleft()))
            self._running.add(task)
            task.add_done_callback(self._free_slot)
        self._counters.peak_processing = max(self._counters.peak_processing, len(self._running))

    def _free_slot(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._fill_slots()

    async def _run(self, job: Job) -> None:
        job.status, job.throttled = "processing", False
        if job.injected.fault:
            self._inject(job, job.injected.fault)
            return
        try:
            async with self._sources.local_copy(job.audio_url, fetch=self._recogniser.needs_bytes) as path:
                recognition = await self._recogniser.recognise(Audio(path, job.audio_url), job.options, job.report)
        except RecognitionError as error:
            self._fail(job, str(error))
        except Exception as error:  # noqa: BLE001 -- an unexpected failure of one job must not end the service
            log.warning("transcript %s: the recogniser failed with %s", job.id, type(error).__name__)
            self._fail(job, contract.ERROR_SERVER)
        else:
            job.finish(recognition)
            self._counters.completed(job.audio, recognition.duration_s)
            self._on_end(job)

    def _inject(self, job: Job, fault: str) -> None:
        self._counters.faults[fault] += 1
        if job.injected.error is not None:
            self._fail(job, job.injected.error)

    def _fail(self, job: Job, error: str) -> None:
        job.fail(error)
        self._counters.jobs_failed += 1
        self._on_end(job)
