"""The parts of one running service."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from scribekit.service.faults.draws import FaultDraws
from scribekit.service.faults.spec import Faults
from scribekit.service.recognisers import abilities
from scribekit.service.recognisers.base import Recogniser
from scribekit.service.state.background import Background
from scribekit.service.state.bandwidth import Bandwidth
from scribekit.service.state.counters import Counters
from scribekit.service.state.other_clients import OtherClients
from scribekit.service.state.queue import JobQueue
from scribekit.service.state.rate_window import BusiestWindow, RateWindow
from scribekit.service.state.redacted_copies import RedactedCopies
from scribekit.service.state.settings import Settings
from scribekit.service.state.sources import Sources
from scribekit.service.state.store import Job, Store
from scribekit.service.state.uploads import Uploads
from scribekit.service.state.webhooks import Webhooks


class Service:
    """Everything that an endpoint may need.

    Args:
        settings: How the service behaves.
        recogniser: Turns audio into words; closed with the service.
        upload_dir: Where the service makes its folder for uploads; None takes the system's folder for temporary files.
    """

    def __init__(self, settings: Settings, recogniser: Recogniser, upload_dir: Path | None = None) -> None:
        self.settings = settings
        self.recogniser = recogniser
        self.store = Store()
        self.counters = Counters(BusiestWindow(settings.window_s))
        self.rate_window = RateWindow(settings.requests_per_window, settings.window_s)
        self.bandwidth = Bandwidth(settings.upload_mbps)
        self.uploads = Uploads(upload_dir, room_bytes=settings.room_bytes, needed=self._needed_uploads)
        self.redacted_copies = RedactedCopies()
        self.sources = Sources(self.uploads, settings.base_url, allow_remote=settings.allow_remote)
        self.background = Background()
        self.webhooks = Webhooks(self.counters, self.background, allow_remote=settings.allow_remote, pause_s=settings.webhook_pause_s)
        self.queue = JobQueue(recogniser, self.sources, self.counters, slots=settings.slots, on_end=self.webhooks.notify)
        self.other_clients = OtherClients(self.store)
        self.other_clients.add(settings.other_transcripts)
        self.replace_faults(settings.faults)

    def replace_faults(self, faults: Faults) -> None:
        """Inject these faults from now on, drawn from the beginning of their seed."""
        self.fault_draws = FaultDraws(faults)
        self.other_clients.set_rate(faults.other_transcripts_per_s, time.monotonic())

    def create(self, options: dict[str, Any]) -> Job:
        """Create a job with these options, store, count and queue it."""
        self.other_clients.catch_up(time.monotonic())
        audio_url = options["audio_url"]
        self.uploads.claim(self.sources.upload_id(audio_url) or "")
        job = self.store.create(options, self.sources.key(audio_url))
        job.warnings = abilities.warnings(self.recogniser.abilities, options, self.recogniser.name)
        job.injected = self.fault_draws.for_job(job.audio, audio_url, has_webhook="webhook_url" in options)
        self.counters.created(job.audio)
        self.queue.add(job)
        return job

    def _needed_uploads(self) -> set[str]:
        return {upload_id for job in self.store.unfinished() if (upload_id := self.sources.upload_id(job.audio_url)) is not None}

    async def close(self) -> None:
        """End the jobs, the webhooks, the recogniser and the downloads, and delete the uploads."""
        await self.queue.close()
        await self.background.close()
        await self.webhooks.close()
        await self.sources.close()
        self.uploads.close()
