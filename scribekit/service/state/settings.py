"""The settings that a service is started with."""

from __future__ import annotations

from dataclasses import dataclass, field

from scribekit.service.faults.spec import Faults

ROOM_BYTES = 20_000_000_000


@dataclass(frozen=True)
class Settings:
    """How the service behaves.

    Attributes:
        base_url: Its own address, used in upload URLs and list pages.
        api_key: The only key that is accepted.
        quality: How good its recogniser is, in a word.
        slots: How many jobs are processed at the same time.
        requests_per_window: Requests that are answered per window; the rest get 429.
        window_s: Length of the window in seconds.
        upload_mbps: Megabits per second that all uploads together are received with; None for no limit.
        room_bytes: How much room uploads and downloads may take on the disk.
        allow_remote: Whether audio is fetched from other machines, and webhooks on other machines are called.
        require_models: Whether a job without ``speech_models`` is refused. The contract required them in March 2026, but no longer does.
        null_prev_url_at_end: Whether the list's oldest page has no ``prev_url``. The contract leaves it open; otherwise only an empty
            page has none.
        control: Whether the ``/_control`` addresses exist.
        webhook_pause_s: Time between two attempts to call a webhook.
        other_transcripts: How many transcripts of other clients are in the list from the start.
        faults: The faults that are injected.
    """

    base_url: str
    api_key: str = field(repr=False)
    quality: str
    slots: int
    requests_per_window: int = 20_000
    window_s: float = 300.0
    upload_mbps: float | None = None
    room_bytes: int = ROOM_BYTES
    allow_remote: bool = False
    require_models: bool = False
    null_prev_url_at_end: bool = False
    control: bool = False
    webhook_pause_s: float = 10.0
    other_transcripts: int = 0
    faults: Faults = field(default_factory=Faults)
