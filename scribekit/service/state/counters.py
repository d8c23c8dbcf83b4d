"""The service's own count of what it was asked and what it did."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from scribekit.service.state.rate_window import BusiestStretch

NO_ANSWER = "none"


@dataclass
class Counters:
    """Counts since the start. Transcripts of other clients are not in them.

    Attributes:
        stretch: Counts the requests of the latest stretch of time.
        jobs_created: Transcripts created.
        jobs_completed: Transcripts completed.
        jobs_failed: Transcripts that ended with an error.
        created_by_audio: Transcripts created per audio: an upload's sha256, or the URL.
        completed_by_audio: Transcripts completed per audio.
        uploads_by_content: Bodies received per sha256.
        billed_s: Seconds of audio of the completed transcripts (per recording, whatever its channels).
        peak_processing: Most jobs processed at the same time.
        requests: Requests per kind, such as ``"GET /v2/transcript/{id}"``.
        answers: For each kind, how many requests were answered with which status; ``"none"`` where the connection was dropped.
        faults: Faults that were made, by name.
        webhooks: ``sent`` attempts, of which some were ``delivered``; calls ``given_up``, ``not_allowed``, ``lost``, ``doubled``,
            ``delayed``, and single ``forged`` calls.
    """

    stretch: BusiestStretch = field(default_factory=BusiestStretch)
    jobs_created: int = 0
    jobs_completed: int = 0
    jobs_failed: int = 0
    created_by_audio: Counter[str] = field(default_factory=Counter)
    completed_by_audio: Counter[str] = field(default_factory=Counter)
    uploads_by_content: Counter[str] = field(default_factory=Counter)
    billed_s: float = 0.0
    peak_processing: int = 0
    requests: Counter[str] = field(default_factory=Counter)
    answers: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    faults: Counter[str] = field(default_factory=Counter)
    webhooks: Counter[str] = field(default_factory=Counter)

    def asked(self, kind: str, now: float) -> None:
        """Notes a request of this kind."""
        self.requests[kind] += 1
        self.stretch.note(now)

    def answered(self, kind: str, status: int | None) -> None:
        """Notes the status with which a request of this kind was answered; None for a dropped connection."""
        self.answers[kind][NO_ANSWER if status is None else str(status)] += 1

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
        """The counts as JSON values, and ``busiest_window``: the most requests in any stretch as long as the request window."""
        return {name: value for name, value in vars(self).items() if name != "stretch"} | {"busiest_window": self.stretch.most}
