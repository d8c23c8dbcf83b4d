"""Decides which requests and jobs a fault hits. The same seed and the same order of requests of a kind give the same faults."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from scribekit.base import contract
from scribekit.service.faults.spec import Chance, Faults, job_error


@dataclass(frozen=True, slots=True)
class InjectedFault:
    """The faults of one job.

    Attributes:
        fault: The fault that keeps it from completing; None when it may complete.
        error: The error that it ends with; None with a fault means that it never ends.
        webhook_fault: The fault of its webhook.
        webhook_delay_s: How late its webhook is sent.
    """

    fault: str | None = None
    error: str | None = None
    webhook_fault: str | None = None
    webhook_delay_s: float = 0.0


NO_FAULT = InjectedFault()


@dataclass
class FaultDraws:
    """Draws the faults. Each kind has its own random sequence, so that requests of one kind do not change the draws of another.

    Attributes:
        faults: How likely each fault is.
    """

    faults: Faults
    _shares: dict[str, Mapping[str, float]] = field(default_factory=dict)
    _sequences: dict[str, random.Random] = field(default_factory=dict)
    _seen_audio: set[str] = field(default_factory=set)

    def for_request(self, kind: str) -> str | None:
        """Return the fault of the next request of this kind; None for no fault."""
        return self._drawn(kind, lambda: self.faults.request_shares(kind))

    def refusal(self, body: str) -> str | None:
        """Return the sentence that a request with this body is refused with; None for no refusal."""
        return next((said for pattern, said in self.faults.refuse_matching.items() if re.search(pattern, body)), None)

    def is_redacted_audio_late(self) -> bool:
        """Return whether the masked copy that is asked for next is not ready yet."""
        return self._sequence("redacted_audio_late").random() < self.faults.redacted_audio_late

    def for_job(self, audio: str, audio_url: str, *, has_webhook: bool) -> InjectedFault:
        """Return the faults of the next job.

        Args:
            audio: The key of its audio in the counters.
            audio_url: Its address, which patterns are matched with.
            has_webhook: Whether it asks for a webhook.
        """
        fault, error = self._job_fault(audio, audio_url)
        webhook_fault = self._drawn("webhook", self.faults.webhook_shares) if has_webhook else None
        if fault is None and webhook_fault is None:
            return NO_FAULT
        is_delayed = webhook_fault == "webhook_delayed"
        delay_s = self._sequence("webhook_delay_s").uniform(0, self.faults.webhook_delay_s) if is_delayed else 0.0
        return InjectedFault(fault, error, webhook_fault, delay_s)

    def _job_fault(self, audio: str, audio_url: str) -> tuple[str | None, str | None]:
        for pattern, end in self.faults.fail_matching.items():
            if re.search(pattern, audio_url):
                return "fail_matching", job_error(end, audio_url)
        if self._hits("hang", self.faults.hang, audio_url):
            return "hang", None
        if self._hits_first_job(audio, audio_url):
            return "fail_once", contract.ERROR_SERVER
        if self._hits("job", self.faults.job_server_error, audio_url):
            return "job_server_error", contract.ERROR_SERVER
        return None, None

    def _hits_first_job(self, audio: str, audio_url: str) -> bool:
        if not self.faults.fail_once or audio in self._seen_audio:
            return False
        self._seen_audio.add(audio)
        return self._hits("fail_once", self.faults.fail_once, audio_url)

    def _hits(self, name: str, chance: Chance, audio_url: str) -> bool:
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
