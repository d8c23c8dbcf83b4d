"""A simulated batch: uploads, requests, the service's queue and the polls, in the order in which the engine does them. Pure.

The engine claims the longest recordings first, as many as there is room for. Uploads share the bandwidth. All requests
pass one rate limiter, first come, first served. The service takes jobs in the order of their arrival into its slots. A
poll shows that a job has ended; then its transcript is fetched, and another job takes its place.

:func:`stages` returns what each stage of a batch would need if only that stage took time; the longest is the bottleneck.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from scribekit.base.contract import LIST_LIMIT
from scribekit.batch.planning.job_times import Numbers


@dataclass(frozen=True)
class Pipeline:
    """The capacity of everything that the jobs pass through.

    Attributes:
        slots: Jobs that the service works on at once.
        in_flight: Jobs that we have at the service, or on their way to it, at once.
        requests: Requests in any window.
        window_s: Length of the window in seconds.
        poll_s: Seconds between two polls.
        uploads: Files that are uploaded at the same time.
        request_s: Seconds for which a request keeps the next one waiting.
        bytes_per_s: Upload bandwidth; infinite when it is not limited.
        first_pause_s: Seconds between two polls until one shows that the first job has ended; None for ``poll_s``.
    """

    slots: int
    in_flight: int
    requests: int
    window_s: float
    poll_s: float
    request_s: float
    uploads: int = 8
    bytes_per_s: float = math.inf
    first_pause_s: float | None = None


@dataclass(frozen=True)
class SimulatedRun:
    """The result of a simulated batch.

    Attributes:
        stored_s: When each job's transcript was stored, in seconds from the start, in the order of the jobs.
        polls: Requests for the list.
    """

    stored_s: Numbers
    polls: int

    @property
    def wall_s(self) -> float:
        """When the last transcript was stored."""
        return float(self.stored_s.max(initial=0.0))


def simulate(work_s: Numbers, upload_bytes: Numbers, pipeline: Pipeline) -> SimulatedRun:
    """Simulate a batch.

    Args:
        work_s: Seconds that the service works on each job, in the order in which the engine sends them.
        upload_bytes: Bytes to upload for each; 0 for a link.
        pipeline: What they pass through.

    Example:
        >>> pipeline = Pipeline(slots=2, in_flight=4, requests=100, window_s=60.0, poll_s=1.0, request_s=0.0)
        >>> simulate(np.array([10.0, 10.0, 10.0, 10.0]), np.zeros(4), pipeline).wall_s
        20.0
    """
    return _Batch(work_s.tolist(), upload_bytes.tolist(), pipeline).run() if len(work_s) else SimulatedRun(np.zeros(0), 0)


class RequestWindow:
    """Gives each request its time: one after the other, and never more of them in a window than the account may send."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._free = 0.0
        self._recent: deque[tuple[float, int]] = deque()
        self._in_window = 0

    def take(self, ready: float, count: int = 1) -> float:
        """Send requests that are ready at a time; return when the last of them is answered."""
        now = max(self._free, ready)
        while count:
            now = self._wait(now)
            part = min(count, self._pipeline.requests - self._in_window)
            now += part * self._pipeline.request_s
            self._in_window += part
            count -= part
            self._note(now, part)
        self._free = now
        return now

    def _note(self, now: float, part: int) -> None:
        # Requests at nearly the same time leave the window together: it keeps the record short.
        if self._recent and now - self._recent[-1][0] < self._pipeline.window_s / 1000:
            part += self._recent.pop()[1]
        self._recent.append((now, part))

    def _wait(self, now: float) -> float:
        recent, window_s = self._recent, self._pipeline.window_s
        while recent and (recent[0][0] + window_s <= now or self._in_window >= self._pipeline.requests):
            at, part = recent.popleft()
            self._in_window -= part
            now = max(now, at + window_s)
        return now


class UploadQueue:
    """Uploads: a few at once, which share the bandwidth equally; the others wait, first come, first served."""

    def __init__(self, at_once: int, bytes_per_s: float) -> None:
        self._at_once = at_once
        self._bytes_per_s = bytes_per_s
        self._waiting: deque[tuple[float, float, int]] = deque()
        # Each active file with the number of bytes that any active file may have sent by the time that this one is done.
        self._active: list[tuple[float, int]] = []
        self._carried = 0.0
        self._now = 0.0

    def add(self, job: int, size: float, ready: float) -> None:
        """Queue a file. The times must not decrease from call to call."""
        self._waiting.append((ready, size, job))

    def done_by(self, until: float) -> Iterator[tuple[float, int]]:
        """Yield the uploads that ended since the last call: when, and which job's."""
        while True:
            begins = self._next_start
            ends = self.next_end
            if min(begins, ends) > until or not (self._waiting or self._active):
                self._pass(until)
                return
            if begins <= ends:
                self._pass(begins)
                _, size, job = self._waiting.popleft()
                heapq.heappush(self._active, (self._carried + size, job))
            else:
                self._now, self._carried = ends, self._active[0][0]
                yield ends, heapq.heappop(self._active)[1]

    @property
    def next_end(self) -> float:
        """When the next upload ends, if none starts before."""
        if not self._active:
            return math.inf
        return self._now + (self._active[0][0] - self._carried) * len(self._active) / self._bytes_per_s

    @property
    def next_event(self) -> float:
        """When the next upload starts or ends."""
        return min(self._next_start, self.next_end)

    @property
    def _next_start(self) -> float:
        return max(self._waiting[0][0], self._now) if self._waiting and len(self._active) < self._at_once else math.inf

    def _pass(self, until: float) -> None:
        if self._active and math.isfinite(self._bytes_per_s):
            self._carried += max(0.0, until - self._now) * self._bytes_per_s / len(self._active)
        self._now = max(self._now, until) if math.isfinite(until) else self._now


class _Service:
    """The queue at the service: first in, first out, into the slots."""

    def __init__(self, slots: int, work_s: list[float]) -> None:
        self._slots = slots
        self._work_s = work_s
        self._busy: list[tuple[float, int]] = []
        self._ended: deque[tuple[float, int]] = deque()

    def accept(self, job: int, at: float) -> None:
        """Take a job. The times must not decrease from call to call."""
        if len(self._busy) < self._slots:
            heapq.heappush(self._busy, (at + self._work_s[job], job))
            return
        begins = max(at, self._busy[0][0])
        self._ended.append(heapq.heapreplace(self._busy, (begins + self._work_s[job], job)))

    def ended_by(self, now: float) -> list[int]:
        """Return the jobs that have ended since the last poll."""
        found = []
        while self._ended and self._ended[0][0] <= now:
            found.append(self._ended.popleft()[1])
        while self._busy and self._busy[0][0] <= now and not self._ended:
            found.append(heapq.heappop(self._busy)[1])
        return found

    @property
    def next_end(self) -> float:
        """When the next job ends, of those that no poll has shown as ended."""
        return self._ended[0][0] if self._ended else self._busy[0][0] if self._busy else math.inf


class _Batch:
    """Our side: what is claimed, being uploaded, at the service, and stored."""

    def __init__(self, work_s: list[float], upload_bytes: list[float], pipeline: Pipeline) -> None:
        self._upload_bytes = upload_bytes
        self._pipeline = pipeline
        self._requests = RequestWindow(pipeline)
        self._service = _Service(pipeline.slots, work_s)
        self._claimed = 0
        self._uploads = UploadQueue(pipeline.uploads, pipeline.bytes_per_s)
        self._stored = [0.0] * len(work_s)
        self._left = len(work_s)
        self._polls = 0

    def run(self) -> SimulatedRun:
        """Do all jobs."""
        pipeline = self._pipeline
        now = self._requests.take(0.0)
        self._claim(pipeline.in_flight, now)
        # The first wave is sent before the first poll.
        now = max(now, self._submit_uploaded(math.inf))
        pause = 0.0
        while self._left:
            now = self._poll(now + pause)
            ended = self._service.ended_by(now)
            for job in ended:
                self._stored[job] = self._requests.take(now)
            self._left -= len(ended)
            self._claim(len(ended), now)
            is_first_end_awaited = self._left + len(ended) == len(self._stored)
            pause = (pipeline.first_pause_s or pipeline.poll_s) if is_first_end_awaited else pipeline.poll_s
            if not ended:
                now += self._idle_s(now, pause)
        return SimulatedRun(np.array(self._stored), self._polls)

    def _claim(self, room: int, now: float) -> None:
        until = min(self._claimed + room, len(self._stored))
        for job in range(self._claimed, until):
            if self._upload_bytes[job]:
                self._uploads.add(job, self._upload_bytes[job], self._requests.take(now))
            else:
                self._service.accept(job, self._requests.take(now))
        self._claimed = until

    def _poll(self, now: float) -> float:
        self._submit_uploaded(now)
        pages = 1 + min(self._left, self._pipeline.in_flight) // LIST_LIMIT
        self._polls += pages
        return self._requests.take(now, pages)

    def _submit_uploaded(self, until: float) -> float:
        last = 0.0
        for at, job in self._uploads.done_by(until):
            last = self._requests.take(at)
            self._service.accept(job, last)
        return last

    def _idle_s(self, now: float, pause: float) -> float:
        """Skip the polls that will find nothing, and count their requests; return the seconds that they take."""
        next_event = min(self._service.next_end, self._uploads.next_event)
        polls = max(0, math.floor((next_event - now) / pause) - 1) if pause and math.isfinite(next_event) else 0
        self._polls += polls
        return polls * pause


UPLOAD, SLOTS, LONGEST, WINDOW, POLLING, COMPUTER = (
    "upload",
    "slots",
    "longest recording",
    "request window",
    "polling",
    "this computer",
)
NOTHING = "nothing to do"

MEANINGS = {
    UPLOAD: "All files through the upload bandwidth. Faster: more bandwidth, smaller files (a speech codec), or links instead of files.",
    SLOTS: "All jobs through the account's slots. Faster: more concurrent jobs (on paid accounts the vendor raises them on request).",
    LONGEST: "The longest recording, from its upload to its end. Faster: only by cutting it; more slots do not help.",
    WINDOW: "All requests within the account's window. Faster: fewer, longer recordings, or a larger window.",
    POLLING: "A job's place is filled only after the next poll. Faster: a larger queue_ahead, a smaller poll_s, or a webhook.",
    COMPUTER: "All requests one after the other, at this computer's and the network's pace.",
}


@dataclass(frozen=True)
class Stage:
    """One stage, and how long the batch would take if only it took time."""

    name: str
    alone_s: float


def stages(work_s: Numbers, upload_bytes: Numbers, pipeline: Pipeline, polls: int, share: float = 1.0) -> list[Stage]:
    """Return the stages of a batch, the slowest first.

    Args:
        work_s: Seconds that the service works on each job.
        upload_bytes: Bytes to upload for each.
        pipeline: What they pass through.
        polls: Requests for the list.
        share: The part of all jobs that these are; sums are divided by it.
    """
    if not len(work_s):
        return []
    count = len(work_s) / share
    requests = request_count(upload_bytes, share) + polls
    at_once = min(pipeline.slots, pipeline.in_flight)
    alone = {
        UPLOAD: float(upload_bytes.sum()) / share / pipeline.bytes_per_s,
        SLOTS: float(work_s.sum()) / share / at_once if count > at_once else 0.0,
        LONGEST: float((work_s + upload_bytes / pipeline.bytes_per_s).max()),
        WINDOW: (math.ceil(requests / pipeline.requests) - 1) * pipeline.window_s,
        POLLING: max(0.0, count / pipeline.in_flight - 1) * pipeline.poll_s,
        COMPUTER: requests * pipeline.request_s,
    }
    return sorted((Stage(name, seconds) for name, seconds in alone.items()), key=lambda stage: -stage.alone_s)


def request_count(upload_bytes: Numbers, share: float = 1.0) -> int:
    """Count uploads, submissions and fetches."""
    return round((2 * len(upload_bytes) + int((upload_bytes > 0).sum())) / share)
