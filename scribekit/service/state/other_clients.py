"""Other people's transcripts, which fill the account's list between one's own."""

from __future__ import annotations

from itertools import count, cycle

from scribekit.base import contract
from scribekit.service.recognisers.base import Recognition
from scribekit.service.state.store import Store

_ENGINE = {"name": "foreign", "version": "1", "quality": "scripted", "note": "Somebody else's transcript, without words."}
_NOTHING = Recognition(words=(), duration_s=60.0, channels=1, model="universal-2", engine=_ENGINE)


class OtherClients:
    """Adds transcripts to the list as if somebody else had made them. They stay in the state in which they come, and cost nothing.

    They come when the list is next looked at or added to, as many as would have come since: no timer runs.

    Args:
        store: The transcripts that the service knows.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._per_s = 0.0
        self._since = 0.0
        self._due = 0
        self._numbers = count(1)
        self._states = cycle(("completed", "completed", "processing", "completed", "queued", "error"))

    def set_rate(self, per_s: float, now: float) -> None:
        """From now on so many come per second."""
        self.catch_up(now)
        self._per_s, self._since, self._due = per_s, now, 0

    def catch_up(self, now: float) -> None:
        """Adds those that have come since the last look."""
        if self._per_s:
            missing = int((now - self._since) * self._per_s) - self._due
            self._due += missing
            self.add(missing)

    def add(self, number: int) -> None:
        """Adds so many at once."""
        for _ in range(number):
            url = f"https://elsewhere.example/{next(self._numbers)}.mp3"
            job = self._store.create({"audio_url": url}, url)
            state = next(self._states)
            if state == "completed":
                job.finish(_NOTHING)
            elif state == "error":
                job.fail(contract.ERROR_TOO_SHORT)
            else:
                job.status = state
