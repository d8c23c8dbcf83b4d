"""The service's own count of what it was asked and what it did."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Books:
    """Counts since the start.

    Attributes:
        jobs_created: Transcripts created.
        jobs_completed: Transcripts completed.
        jobs_failed: Transcripts that ended with an error.
        created_by_audio: Transcripts created per audio: an upload's sha256, or the URL.
        completed_by_audio: Transcripts completed per audio.
        billed_s: Seconds of audio of the completed transcripts (per recording, whatever its channels).
        peak_processing: Most jobs processed at the same time.
        requests: Requests per kind, such as ``"GET /v2/transcript/{id}"``.
    """

    jobs_created: int = 0
    jobs_completed: int = 0
    jobs_failed: int = 0
    created_by_audio: Counter[str] = field(default_factory=Counter)
    completed_by_audio: Counter[str] = field(default_factory=Counter)
    billed_s: float = 0.0
    peak_processing: int = 0
    requests: Counter[str] = field(default_factory=Counter)

    def created(self, audio: str) -> None:
        """Notes a new transcript of this audio."""
        self.jobs_created += 1
        self.created_by_audio[audio] += 1

    def completed(self, audio: str, duration_s: float) -> None:
        """Notes a completed transcript of this audio and its length."""
        self.jobs_completed += 1
        self.completed_by_audio[audio] += 1
        self.billed_s += duration_s

    def as_payload(self) -> dict[str, Any]:
        """The counts as JSON values."""
        return {name: dict(value) if isinstance(value, Counter) else value for name, value in vars(self).items()}
