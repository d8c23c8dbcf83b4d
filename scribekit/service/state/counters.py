"""The service's counters: what it was asked and what it did."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from scribekit.service.state.rate_window import BusiestWindow

NO_ANSWER = "none"


@dataclass
class Counters:
    """Counts since the start. Transcripts of other clients are not in them.

    Attributes:
        busiest: Counts the requests of the busiest window.
        jobs_created: Transcripts created.
        jobs_completed: Transcripts completed.
        jobs_failed: Transcripts that ended with an error.
        created_by_audio: Transcripts created per audio: an upload's sha256, or the URL.
        completed_by_audio: Transcripts completed per audio.
        uploads_by_content: Bodies received per sha256.
        billed_s: Seconds of audio of the completed transcripts (per recording, whatever its channels).
        peak_processing: Most jobs processed at the same time.
        requests: Requests per kind, such as ``"GET /v2/transcript/{id}"``.
        answers: Per kind, the number of requests answered with each status; ``"none"`` where the connection was dropped.
        faults: Injected faults by name.
        webhooks: Attempts ``sent``, of which some were ``delivered``; webhooks ``given_up``, ``not_allowed``, ``lost``, ``doubled``
            and ``delayed``; and single ``forged`` calls.
    """

    busiest: BusiestWindow = field(default_factory=BusiestWindow)
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
        """Count a request of this kind."""
        self.requests[kind] += 1
        self.busiest.note(now)

    def answered(self, kind: str, status: int | None) -> None:
        """Count the status of an answer to this kind of request; None for a dropped connection."""
        self.answers[kind][NO_ANSWER if status is None else str(status)] += 1

    def created(self, audio: str) -> None:
        """Count a new transcript of this audio."""
        self.jobs_created += 1
        self.created_by_audio[audio] += 1

    def completed(self, audio: str, duration_s: float) -> None:
        """Count a completed transcript of this audio, and its length."""
        self.jobs_completed += 1
        self.completed_by_audio[audio] += 1
        self.billed_s += duration_s

    def as_payload(self) -> dict[str, Any]:
        """Return the counts as JSON values, with ``busiest_window``: the most requests in any window of the request limit's length."""
        return {name: value for name, value in vars(self).items() if name != "busiest"} | {"busiest_window": self.busiest.most}
