"""What each stage of a batch would need if it alone took time; the longest of them is the bottleneck. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scribekit.batch.planning.job_times import Numbers
from scribekit.batch.planning.simulation import Line

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
    POLLING: "A job's place is filled anew only when we have looked. Faster: a larger queue_ahead, a smaller poll_s, or a webhook.",
    COMPUTER: "All requests one after the other, at this computer's and the network's pace.",
}


@dataclass(frozen=True)
class Stage:
    """One stage, and how long the batch would take if only it took time."""

    name: str
    alone_s: float


def stages(work_s: Numbers, upload_bytes: Numbers, line: Line, looks: int, share: float = 1.0) -> list[Stage]:
    """The stages of a batch, the slowest first.

    Args:
        work_s: Seconds that the service works on each job.
        upload_bytes: Bytes to upload for each.
        line: What they pass through.
        looks: Requests for the list.
        share: The part of the jobs that these are a sample of; the sums are so much larger.
    """
    if not len(work_s):
        return []
    count = len(work_s) / share
    requests = request_count(upload_bytes, share) + looks
    at_once = min(line.slots, line.in_flight)
    alone = {
        UPLOAD: float(upload_bytes.sum()) / share / line.bytes_per_s,
        SLOTS: float(work_s.sum()) / share / at_once if count > at_once else 0.0,
        LONGEST: float((work_s + upload_bytes / line.bytes_per_s).max()),
        WINDOW: (math.ceil(requests / line.requests) - 1) * line.window_s,
        POLLING: max(0.0, count / line.in_flight - 1) * line.poll_s,
        COMPUTER: requests * line.request_s,
    }
    return sorted((Stage(name, seconds) for name, seconds in alone.items()), key=lambda stage: -stage.alone_s)


def request_count(upload_bytes: Numbers, share: float = 1.0) -> int:
    """Uploads, submissions and fetches."""
    return round((2 * len(upload_bytes) + int((upload_bytes > 0).sum())) / share)
