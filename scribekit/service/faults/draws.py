"""Which requests and jobs suffer which fault. Seeded: the same order of requests of a kind gives the same faults."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from scribekit.base import contract
from scribekit.service.faults.spec import JOB_ERRORS, Chance, Faults


@dataclass(frozen=True, slots=True)
class InjectedFault:
    """What happens to a job on purpose.

    Attributes:
        fault: The name of the fault that keeps it from completing; None when it may complete.
        error: The sentence with which it ends; None with a fault means that it never ends.
        webhook_fault: The name of the fault that its webhook suffers.
        webhook_delay_s: How late its webhook comes.
    """

    fault: str | None = None
    error: str | None = None
    webhook_fault: str | None = None
    webhook_delay_s: float = 0.0


NO_FAULT = InjectedFault()


@dataclass
class FaultPlan:
    """Draws the faults. Every kind has its own sequence, so that one kind's traffic does not shift another's."""

    faults: Faults
    _shares: dict[str, Mapping[str, float]] = field(default_factory=dict)
    _sequences: dict[str, random.Random] = field(default_factory=dict)
    _seen_audio: set[str] = field(default_factory=set)

    def for_request(self, kind: str) -> str | None:
        """The name of the fault that the next request of this kind suffers, if any."""
        return self._drawn(kind, lambda: self.faults.request_shares(kind))

    def for_job(self, audio: str, audio_url: str, *, has_webhook: bool) -> InjectedFault:
        """The fate of the next job.

        Args:
            audio: What the counters count it under.
            audio_url: Its address, to which patterns are held.
            has_webhook: Whether it asks to be called.
        """
        fault, error = self._for_work(audio, audio_url)
        webhook_fault = self._drawn("webhook", self.faults.webhook_shares) if has_webhook else None
        if fault is None and webhook_fault is None:
            return NO_FAULT
        is_delayed = webhook_fault == "webhook_delayed"
        delay_s = self._sequence("webhook_delay_s").uniform(0, self.faults.webhook_delay_s) if is_delayed else 0.0
        return InjectedFault(fault, error, webhook_fault, delay_s)

    def _for_work(self, audio: str, audio_url: str) -> tuple[str | None, str | None]:
        for pattern, end in self.faults.fail_matching.items():
            if re.search(pattern, audio_url):
                return "fail_matching", JOB_ERRORS.get(end, end).replace("{url}", audio_url)
        if self._happens("hang", self.faults.hang, audio_url):
            return "hang", None
        if self._fails_first(audio, audio_url):
            return "fail_once", contract.ERROR_SERVER
        if self._happens("job", self.faults.job_server_error, audio_url):
            return "job_server_error", contract.ERROR_SERVER
        return None, None

    def _fails_first(self, audio: str, audio_url: str) -> bool:
        if not self.faults.fail_once or audio in self._seen_audio:
            return False
        self._seen_audio.add(audio)
        return self._happens("fail_once", self.faults.fail_once, audio_url)

    def _happens(self, name: str, chance: Chance, audio_url: str) -> bool:
        if isinstance(chance, str):
            return bool(chance) and re.search(chance, audio_url) is not None
        return chance > 0 and self._sequence(name).random() < chance

    def _drawn(self, kind: str, shares_of_kind: Callable[[], Mapping[str, float]]) -> str | None:
        shares = self._shares.get(kind)
        if shares is None:
            shares = self._shares[kind] = shares_of_kind()
        if not shares:
            return None
        draw = self._sequence(kind).random()
        for fault, share in shares.items():
            draw -= share
            if draw < 0:
                return fault
        return None

    def _sequence(self, kind: str) -> random.Random:
        if kind not in self._sequences:
            self._sequences[kind] = random.Random(f"{self.faults.seed} {kind}")  # noqa: S311 -- repeatable, no secret
        return self._sequences[kind]
