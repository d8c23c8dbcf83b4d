"""The runs that are under way in this process, and how another thread pauses, resumes or stops them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path


class StopRequestedError(Exception):
    """Ends a run from within; it never leaves the engine."""


class RunControl:
    """What somebody wishes of one run. It may be set from any thread; the run looks at it a few times a second.

    Attributes:
        is_paused: Send nothing more; what is at the service is still waited for and stored.
        is_stopped: End as at an interrupt: what is at the service goes on there and is found again by the next run.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.is_paused = False
        self.is_stopped = False


_under_way: list[RunControl] = []


@contextlib.contextmanager
def registered(folder: Path) -> Iterator[RunControl]:
    """Make a run known for as long as it lasts."""
    steering = RunControl(folder)
    _under_way.append(steering)
    try:
        yield steering
    finally:
        _under_way.remove(steering)


def under_way(folder: Path) -> list[RunControl]:
    """The runs of this process that are at work on a corpus."""
    resolved = folder.resolve()
    return [steering for steering in list(_under_way) if steering.folder == resolved]
