"""Transcripts of other clients of the same account, mixed into its list."""

from __future__ import annotations

from itertools import count, cycle

from scribekit.base import contract
from scribekit.service.recognisers.base import Recognition
from scribekit.service.state.store import Store

_ENGINE = {"name": "other client", "version": "1", "quality": "scripted", "note": "Another client's transcript, without words."}
_NOTHING = Recognition(words=(), duration_s=60.0, channels=1, model="universal-2", engine=_ENGINE)


class OtherClients:
    """Adds transcripts to the list as if other clients had created them.

    Each keeps the status that it was created with. They are not in the service's counters.
    No timer runs: each call of :meth:`catch_up` adds the transcripts that are due by then.

    Args:
        store: The transcripts that the service knows.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._per_s = 0.0
        self._since = 0.0
        self._added = 0
        self._numbers = count(1)
        self._statuses = cycle(("completed", "completed", "processing", "completed", "queued", "error"))

    def set_rate(self, per_s: float, now: float) -> None:
        """Add this many transcripts per second from now on."""
        self.catch_up(now)
        self._per_s, self._since, self._added = per_s, now, 0

    def catch_up(self, now: float) -> None:
        """Add the transcripts that are due by now."""
        if self._per_s:
            due = int((now - self._since) * self._per_s) - self._added
            self._added += due
            self.add(due)

    def add(self, number: int) -> None:
        """Add this many transcripts at once."""
        for _ in range(number):
            url = f"https://elsewhere.example/{next(self._numbers)}.mp3"
            job = self._store.create({"audio_url": url}, url)
            status = next(self._statuses)
            if status == "completed":
                job.finish(_NOTHING)
            elif status == "error":
                job.fail(contract.ERROR_TOO_SHORT)
            else:
                job.status = status
