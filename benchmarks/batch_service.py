"""The scripted service in its own process, with its control endpoints."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

KEY = secrets.token_hex(16)
REQUESTS_PER_WINDOW = 20_000
WINDOW_S = 300.0
"""The account's request budget at time scale 1; a quicker service counts in a window that is shorter by as much."""


@dataclass(frozen=True)
class Service:
    """A running service.

    Attributes:
        base_url: Its address.
        slots: Jobs that it works on at once.
        speed: Its time scale.
    """

    base_url: str
    slots: int
    speed: float

    @property
    def environment(self) -> dict[str, str]:
        """What leads the SDK and scribekit alike to it."""
        return {"ASSEMBLYAI_BASE_URL": self.base_url, "ASSEMBLYAI_API_KEY": KEY}

    def counters(self) -> Counters:
        """Return the service's counters."""
        request = urllib.request.Request(f"{self.base_url}/_control/counters", headers={"authorization": KEY})
        with urllib.request.urlopen(request) as answer:
            return Counters(json.load(answer))


@dataclass(frozen=True)
class Counters:
    """The service's counts, and what they say of a run."""

    counts: Mapping[str, Any]

    @property
    def requests(self) -> int:
        """All requests of the contract, refused ones too."""
        return sum(self.counts["requests"].values())

    @property
    def busiest_window(self) -> int:
        """Most requests in any stretch of the account's window."""
        return self.counts["busiest_window"]

    @property
    def completed(self) -> int:
        """Recordings with a completed transcript."""
        return len(self.counts["completed_by_audio"])

    @property
    def doubled(self) -> int:
        """Transcripts that were created for a recording that had one."""
        return self.counts["jobs_created"] - len(self.counts["created_by_audio"])


@contextmanager
def service(
    slots: int,
    speed: float,
    faults: Mapping[str, Any] | None = None,
    requests_per_window: int = REQUESTS_PER_WINDOW,
    upload_mbps: float | None = None,
) -> Iterator[Service]:
    """A fresh service for as long as the block lasts."""
    options = {
        "--recogniser": "scripted",
        "--slots": slots,
        "--speed": speed,
        "--requests-per-window": requests_per_window,
        "--window-s": WINDOW_S / speed,
        "--faults": json.dumps(dict(faults or {})),
        **({"--upload-mbps": upload_mbps} if upload_mbps else {}),
    }
    command = [sys.executable, "-m", "scribekit.service", "--control", "--exit-with-parent"]
    command += [str(part) for option in options.items() for part in option]
    environment = {**os.environ, "SCRIBEKIT_SERVICE_KEY": KEY}
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Service(json.loads(process.stdout.readline())["base_url"], slots, speed)
        finally:
            process.terminate()
