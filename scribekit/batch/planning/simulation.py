"""A batch in fast motion: uploads, requests, the service's queue and our looks at it, as the engine goes about them. Pure.

The engine claims the longest recordings first, as many as there is room for. Uploads share the bandwidth; every request passes one meter,
first come, first served. The service takes jobs in the order of their coming into as many slots as there are. We see that a job has ended
when we next look; then it is fetched, and its place is filled.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from scribekit.batch.planning.job_times import Numbers

LIST_PAGE = 200
"""Transcripts on one page of the service's list."""


@dataclass(frozen=True)
class Line:
    """What the work passes through.

    Attributes:
        slots: Jobs that the service works on at once.
        in_flight: Jobs that we have there at once, or on their way.
        requests: Requests in any window.
        window_s: Length of the window in seconds.
        poll_s: Seconds between two looks.
        uploads: Files that go up at the same time.
        request_s: Seconds for which a request keeps the next one waiting.
        bytes_per_s: Upload bandwidth; infinite when it is not limited.
        first_pause_s: Seconds between two looks until the first job is seen to have ended; None for ``poll_s``.
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
    """How a simulated batch went.

    Attributes:
        stored_s: When each job's transcript was at home, in seconds from the start, in the order of the jobs.
        looks: Requests for the list.
    """

    stored_s: Numbers
    looks: int

    @property
    def wall_s(self) -> float:
        """When the last transcript was at home."""
        return float(self.stored_s.max(initial=0.0))


class _Meter:
    """Gives each request its time: one after the other, and never more of them in a window than the account may send."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._free = 0.0
        self._sent = 0
        self._recent: deque[tuple[float, int]] = deque()
        self._in_window = 0

    def take(self, ready: float, count: int = 1) -> float:
        """Send requests that are ready at a time; gives when the last of them is answered."""
        now = max(self._free, ready)
        while count:
            now = self._wait(now)
            part = min(count, self._line.requests - self._in_window)
            now += part * self._line.request_s
            self._in_window += part
            count -= part
            self._note(now, part)
        self._free = now
        return now

    def _note(self, now: float, part: int) -> None:
        # Requests that lie close together leave the window together: it keeps the record short.
        if self._recent and now - self._recent[-1][0] < self._line.window_s / 1000:
            part += self._recent.pop()[1]
        self._recent.append((now, part))

    def _wait(self, now: float) -> float:
        recent, window_s = self._recent, self._line.window_s
        while recent and (recent[0][0] + window_s <= now or self._in_window >= self._line.requests):
            at, part = recent.popleft()
            self._in_window -= part
            now = max(now, at + window_s)
        return now


class _Uploads:
    """Files on their way up: a few at once, which share the bandwidth evenly; the others wait in the order of their coming."""

    def __init__(self, at_once: int, bytes_per_s: float) -> None:
        self._at_once = at_once
        self._bytes_per_s = bytes_per_s
        self._waiting: deque[tuple[float, float, int]] = deque()
        # Each file under way with the number of bytes that any file may have sent by the time that it is done.
        self._under_way: list[tuple[float, int]] = []
        self._carried = 0.0
        self._now = 0.0

    def add(self, job: int, size: float, ready: float) -> None:
        """A file waits for its turn; the times of coming never go back."""
        self._waiting.append((ready, size, job))

    def done_by(self, until: float) -> Iterator[tuple[float, int]]:
        """What has gone up since the last call: when, and which job's."""
        while True:
            begins = self._next_beginning
            ends = self.next_end
            if min(begins, ends) > until or not (self._waiting or self._under_way):
                self._pass(until)
                return
            if begins <= ends:
                self._pass(begins)
                _, size, job = self._waiting.popleft()
                heapq.heappush(self._under_way, (self._carried + size, job))
            else:
                self._now, self._carried = ends, self._under_way[0][0]
                yield ends, heapq.heappop(self._under_way)[1]

    @property
    def next_end(self) -> float:
        """When the next file will be up, if none joins before."""
        if not self._under_way:
            return math.inf
        return self._now + (self._under_way[0][0] - self._carried) * len(self._under_way) / self._bytes_per_s

    @property
    def next_event(self) -> float:
        """When the next file begins or ends."""
        return min(self._next_beginning, self.next_end)

    @property
    def _next_beginning(self) -> float:
        return max(self._waiting[0][0], self._now) if self._waiting and len(self._under_way) < self._at_once else math.inf

    def _pass(self, until: float) -> None:
        if self._under_way and math.isfinite(self._bytes_per_s):
            self._carried += max(0.0, until - self._now) * self._bytes_per_s / len(self._under_way)
        self._now = max(self._now, until) if math.isfinite(until) else self._now


class _Service:
    """The queue at the service: first in, first out, into the slots."""

    def __init__(self, slots: int, work_s: list[float]) -> None:
        self._slots = slots
        self._work_s = work_s
        self._busy: list[tuple[float, int]] = []
        self._ended: deque[tuple[float, int]] = deque()

    def accept(self, job: int, at: float) -> None:
        """A job comes; the times of coming never go back."""
        if len(self._busy) < self._slots:
            heapq.heappush(self._busy, (at + self._work_s[job], job))
            return
        begins = max(at, self._busy[0][0])
        self._ended.append(heapq.heapreplace(self._busy, (begins + self._work_s[job], job)))

    def ended_by(self, now: float) -> list[int]:
        """The jobs that have ended since the last look."""
        found = []
        while self._ended and self._ended[0][0] <= now:
            found.append(self._ended.popleft()[1])
        while self._busy and self._busy[0][0] <= now and not self._ended:
            found.append(heapq.heappop(self._busy)[1])
        return found

    @property
    def next_end(self) -> float:
        """When the next job ends that has not been seen to have ended."""
        return self._ended[0][0] if self._ended else self._busy[0][0] if self._busy else math.inf


class _Batch:
    """Our side: what is claimed, on its way up, at the service, and at home."""

    def __init__(self, work_s: list[float], upload_bytes: list[float], line: Line) -> None:
        self._upload_bytes = upload_bytes
        self._line = line
        self._meter = _Meter(line)
        self._service = _Service(line.slots, work_s)
        self._claimed = 0
        self._uploads = _Uploads(line.uploads, line.bytes_per_s)
        self._stored = [0.0] * len(work_s)
        self._left = len(work_s)
        self._looks = 0

    def run(self) -> SimulatedRun:
        """Do all jobs."""
        line = self._line
        now = self._meter.take(0.0)
        self._claim(line.in_flight, now)
        # The first wave is sent before anybody looks.
        now = max(now, self._submit_uploaded(math.inf))
        pause = 0.0
        while self._left:
            now = self._look(now + pause)
            ended = self._service.ended_by(now)
            for job in ended:
                self._stored[job] = self._meter.take(now)
            self._left -= len(ended)
            self._claim(len(ended), now)
            is_first_end_awaited = self._left + len(ended) == len(self._stored)
            pause = (line.first_pause_s or line.poll_s) if is_first_end_awaited else line.poll_s
            if not ended:
                now += self._idle_s(now, pause)
        return SimulatedRun(np.array(self._stored), self._looks)

    def _claim(self, room: int, now: float) -> None:
        until = min(self._claimed + room, len(self._stored))
        for job in range(self._claimed, until):
            if self._upload_bytes[job]:
                self._uploads.add(job, self._upload_bytes[job], self._meter.take(now))
            else:
                self._service.accept(job, self._meter.take(now))
        self._claimed = until

    def _look(self, now: float) -> float:
        self._submit_uploaded(now)
        pages = 1 + min(self._left, self._line.in_flight) // LIST_PAGE
        self._looks += pages
        return self._meter.take(now, pages)

    def _submit_uploaded(self, until: float) -> float:
        last = 0.0
        for at, job in self._uploads.done_by(until):
            last = self._meter.take(at)
            self._service.accept(job, last)
        return last

    def _idle_s(self, now: float, pause: float) -> float:
        """Looks that will find nothing are passed over; they only cost requests."""
        next_thing = min(self._service.next_end, self._uploads.next_event)
        looks = max(0, math.floor((next_thing - now) / pause) - 1) if pause and math.isfinite(next_thing) else 0
        self._looks += looks
        return looks * pause


def simulate(work_s: Numbers, upload_bytes: Numbers, line: Line) -> SimulatedRun:
    """Play a batch.

    Args:
        work_s: Seconds that the service works on each job, in the order in which the engine sends them.
        upload_bytes: Bytes to upload for each; 0 for a link.
        line: What they pass through.

    Example:
        >>> line = Line(slots=2, in_flight=4, requests=100, window_s=60.0, poll_s=1.0, request_s=0.0)
        >>> simulate(np.array([10.0, 10.0, 10.0, 10.0]), np.zeros(4), line).wall_s
        20.0
    """
    return _Batch(work_s.tolist(), upload_bytes.tolist(), line).run() if len(work_s) else SimulatedRun(np.zeros(0), 0)
