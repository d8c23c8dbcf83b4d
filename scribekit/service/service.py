"""The parts of one running service, held together."""

from __future__ import annotations

from pathlib import Path

from scribekit.service.books import Books
from scribekit.service.faults import FaultPlan, Faults
from scribekit.service.jobs import JobQueue
from scribekit.service.recognisers.base import Recogniser
from scribekit.service.settings import Settings
from scribekit.service.sources import Sources
from scribekit.service.spool import Spool
from scribekit.service.store import Store
from scribekit.service.window import RequestWindow


class Service:
    """Everything that an endpoint may need.

    Args:
        settings: How the service behaves.
        recogniser: Turns audio into words; closed with the service.
        spool_parent: Where the spool folder is made; None takes the system's folder for temporary files.
    """

    def __init__(self, settings: Settings, recogniser: Recogniser, spool_parent: Path | None = None) -> None:
        self.settings = settings
        self.recogniser = recogniser
        self.store = Store()
        self.books = Books()
        self.window = RequestWindow(settings.requests_per_window, settings.window_s)
        self.spool = Spool(spool_parent)
        self.sources = Sources(self.spool, settings.base_url, allow_remote=settings.allow_remote)
        self.plan = FaultPlan(settings.faults)
        self.queue = JobQueue(recogniser, self.sources, self.books, slots=settings.slots, plan=self.plan)

    def replace_faults(self, faults: Faults) -> None:
        """From now on these faults are made, drawn from the beginning of their seed."""
        self.plan = self.queue.plan = FaultPlan(faults)

    async def close(self) -> None:
        """Ends the jobs, the recogniser and the downloads, and deletes the spool folder."""
        await self.queue.close()
        await self.sources.close()
        self.spool.close()
