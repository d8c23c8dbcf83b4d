"""Fetching the copies of recordings in which the service has masked personal data: ``sk.fetch_redacted_audio``."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from scribekit.api.answers import NoAnswer, Refused
from scribekit.api.client import Client, RedactedAudio, TooLargeError, download
from scribekit.api.connection import Connection
from scribekit.api.embedded import service_connection
from scribekit.api.failures import SAID, Recovery, http_failure
from scribekit.api.limits import Limits, check_limits
from scribekit.api.rate_limit import limiter_for
from scribekit.base import contract
from scribekit.base.errors import ExportError, OptionError, ServiceStoppedError, explained, reason
from scribekit.base.file_names import plan_names
from scribekit.base.progress import Progress
from scribekit.base.schema import REDACTED_AUDIO
from scribekit.batch.engine.loop import wait_for
from scribekit.batch.which_service import check_host
from scribekit.corpus.handles import Batch, Corpus, takes_corpus
from scribekit.corpus.job import COMPLETED
from scribekit.corpus.ledger import Ledger

OPTION = "redact_pii_audio"
MARK = ".redacted"
SUFFIXES = (".mp3", ".wav")
"""The service writes one of these, as ``redact_pii_audio_quality`` says."""
AT_ONCE = 4
WRITTEN, THERE, NOT_READY, GONE, FAILED = "written", "there", "not ready", "gone", "failed"

_GONE = (
    "The service has no redacted audio of it any more. It keeps it for 24 hours, and makes none for a recording without speech. "
    "Only a new transcription, which is paid for, makes it again."
)
_NOT_READY = "The service is still making it. Call sk.fetch_redacted_audio again soon: it is kept for 24 hours."
_NOT_FETCHED = "It could not be downloaded{}. Call sk.fetch_redacted_audio again: it is kept for 24 hours."
_TOO_LARGE = "The download is larger than 2.2 GB, which no recording of the service is. It was given up."
_NO_ADDRESS = "The service gave an address that is not http(s). Nothing was fetched from it."


@dataclass(frozen=True)
class _Wanted:
    recording_id: str
    transcript_id: str
    stem: Path

    @property
    def there(self) -> Path | None:
        """The file that an earlier call wrote."""
        return next((path for suffix in SUFFIXES if (path := self.stem.with_name(self.stem.name + suffix)).exists()), None)


@takes_corpus
def fetch_redacted_audio(
    batch_or_corpus: Batch | Corpus, folder: str | Path, *, timeout: float = 600.0, limits: Limits | None = None, progress: bool = True
) -> pd.DataFrame:
    """Download the copies of recordings in which the service has masked personal data (option ``redact_pii_audio``).

    The service keeps them for 24 hours after the transcription, so call this soon after ``collect``. A file gets its name only when it is
    complete. A file that an earlier call wrote is not fetched again. The key is not sent to the address of a file.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        folder: Where to write; it is made when it does not exist. ``interview.mp3`` becomes ``interview.mp3.redacted.mp3``.
        timeout: Seconds to wait for copies that the service is still making.
        limits: The pace; ``poll_s`` is the pause between two questions.
        progress: Show progress.

    Returns:
        One row per completed recording that asked for it: ``recording_id, status, path, bytes, error`` (``schema.REDACTED_AUDIO``).
        ``status`` is ``written``, ``there`` (from an earlier call), ``not ready``, ``gone`` or ``failed``.

    Raises:
        OptionError: No recording asked for ``redact_pii_audio``.
        NoConnectionError: There is neither a key nor a local service.
        ServiceStoppedError: The service refuses the key, or cannot be reached.
        ExportError: The folder cannot be written.
        LedgerError: The corpus cannot be read.
    """
    check_limits(limits)
    pace = limits or getattr(batch_or_corpus, "limits", None) or Limits()
    with Ledger(batch_or_corpus.path) as ledger:
        asked = [row for row in ledger.job_rows(batch_or_corpus.batch_ids) if row["options"] and json.loads(row["options"]).get(OPTION)]
        if not asked:
            raise OptionError(
                f"No recording asked for redacted audio. Submit with {OPTION}=True (and redact_pii=True with its policies): the service "
                "makes it only together with the transcript."
            )
        names = plan_names(ledger.sources(), [MARK + suffix for suffix in SUFFIXES])
        wanted = [
            _Wanted(row["recording_id"], row["transcript_id"], Path(folder) / (names[row["recording_id"]] + MARK))
            for row in asked
            if row["state"] == COMPLETED
        ]
        missing = [one for one in wanted if one.there is None]
        outcomes: dict[str, dict[str, Any]] = {one.recording_id: _file(one, THERE) for one in wanted if one.there is not None}
        if missing:
            connection = service_connection()
            check_host(connection, ledger.hosts(batch_or_corpus.batch_ids))
    if missing:
        with Progress(len(missing), description="Fetching redacted audio", enabled=progress) as line:
            outcomes |= wait_for(_Fetching(connection, pace, line).fetch(missing, time.monotonic() + timeout))
    return REDACTED_AUDIO.frame([{"recording_id": one.recording_id} | outcomes[one.recording_id] for one in wanted])


class _Fetching:
    def __init__(self, connection: Connection, limits: Limits, line: Progress) -> None:
        self._connection = connection
        self._limits = limits
        self._line = line
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._has_answered = False

    async def fetch(self, wanted: Sequence[_Wanted], until: float) -> dict[str, dict[str, Any]]:
        outcomes: dict[str, dict[str, Any]] = {}
        async with Client(self._connection, limiter_for(self._connection, self._limits), self._limits) as client:
            left = list(wanted)
            while left:
                for at in range(0, len(left), AT_ONCE):
                    some = left[at : at + AT_ONCE]
                    found = await asyncio.gather(*(self._one(client, one) for one in some))
                    outcomes |= {one.recording_id: outcome for one, outcome in zip(some, found, strict=True)}
                    self._line.update(sum(outcome["status"] != NOT_READY for outcome in outcomes.values()))
                left = [one for one in left if outcomes[one.recording_id]["status"] == NOT_READY]
                if not left or time.monotonic() + self._limits.poll_s > until:
                    return outcomes
                await asyncio.sleep(self._limits.poll_s)
        return outcomes

    async def _one(self, client: Client, one: _Wanted) -> dict[str, Any]:
        answer = await client.redacted_audio(one.transcript_id)
        if not isinstance(answer, RedactedAudio):
            return self._refused(client, answer)
        self._has_answered = True
        if answer.url is None:
            return {"status": NOT_READY, "error": _NOT_READY}
        suffix = PurePosixPath(urlsplit(answer.url).path).suffix.lower()
        if not answer.url.startswith(("http://", "https://")):
            return {"status": FAILED, "error": _NO_ADDRESS}
        path = one.stem.with_name(one.stem.name + (suffix if suffix in SUFFIXES else SUFFIXES[0]))
        problem = await _written(answer.url, path)
        return {"status": FAILED, "error": problem} if problem else _file(one, WRITTEN)

    def _refused(self, client: Client, answer: Refused | NoAnswer) -> dict[str, Any]:
        if not self._has_answered and (isinstance(answer, NoAnswer) or answer.error is None):
            failure = client.first_contact_failure(answer)
            raise ServiceStoppedError(failure.kind, failure.advice)
        if isinstance(answer, NoAnswer):
            return {"status": FAILED, "error": _NOT_FETCHED.format("")}
        failure = http_failure(answer.status, answer.error)
        if failure.recovery is Recovery.STOP_BATCH:
            raise ServiceStoppedError(failure.kind, failure.advice)
        self._has_answered = True
        if answer.status in (400, 404):
            return {"status": GONE, "error": f"{_GONE}{SAID}{failure.said}"}
        return {"status": FAILED, "error": _NOT_FETCHED.format(f" (HTTP {answer.status})")}


async def _written(url: str, path: Path) -> str | None:
    """Download a file; return why it is not there, or None."""
    temporary = path.with_name(f".{secrets.token_hex(8)}.part")

    def cannot(cause: OSError) -> str:
        return f"Cannot write {str(path)!r}: {reason(cause)}. Choose another folder, and call sk.fetch_redacted_audio again."

    try:
        with explained(OSError, ExportError, cannot):
            path.parent.mkdir(parents=True, exist_ok=True)
            answer = await download(url, temporary, contract.LARGEST_UPLOAD_BYTES)
            if answer is None:
                temporary.replace(path)
                return None
        return _NOT_FETCHED.format(f" (HTTP {answer.status})" if isinstance(answer, Refused) else " to its end")
    except TooLargeError:
        return _TOO_LARGE
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def _file(one: _Wanted, status: str) -> dict[str, Any]:
    path = one.there
    return {"status": status, "path": str(path), "bytes": None if path is None else path.stat().st_size}
