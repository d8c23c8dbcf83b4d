"""The verbs that send recordings to the service and bring the transcripts home."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd

from scribekit import connection, engine, local
from scribekit.corpus import Batch, Corpus, manifest_to_bytes
from scribekit.errors import ManifestError, ScribekitError
from scribekit.intake import Intake, take_in
from scribekit.ledger import Ledger
from scribekit.limits import Limits
from scribekit.loop import wait_for
from scribekit.progress import Progress
from scribekit.recordings import read_manifest


def submit_batch(
    manifest: Any,
    config: Any = None,
    *,
    corpus: str | Path | Corpus,
    limits: Limits | None = None,
    progress: bool = True,
) -> Batch:
    """Record a batch in a corpus and send its first recordings.

    Everything is recorded before the first byte leaves, so it is safe to interrupt and safe to repeat: the same call
    again goes on where it stopped, and what is in the corpus already is not sent or paid for again. The call returns
    when ``limits.in_flight`` recordings (or all) are at the service; :func:`collect` sends the rest as places fall free
    there.

    Args:
        manifest: A frame from ``scan`` or ``read_manifest``, or anything that ``read_manifest`` takes. A column that bears
            the name of an option overrides it for its row. Rows with a ``problem`` are not sent; they stand in the jobs
            frame with the reason.
        config: ``assemblyai.TranscriptionConfig``; None for the defaults. ``speech_models`` is always sent: by default
            ``universal-3-5-pro``, then ``universal-2``.
        corpus: The folder that keeps everything; it is made when it does not exist.
        limits: The pace (see :class:`Limits`).
        progress: Show how far it has come.

    Returns:
        The batch: its ``repr`` says what stands where; give it to ``collect``, ``to_frame`` and ``export``.

    Raises:
        NoConnectionError: There is neither a key nor a local service.
        ManifestError: The manifest cannot be read, or an id names another recording in the corpus.
        OptionError: The configuration or a column's name is not right.
        ServiceStoppedError: The service refuses every job alike (a wrong key, say), or cannot be reached.
        LedgerError: The corpus cannot be written.
    """
    to = _connection()
    frame = _as_manifest(manifest, progress)
    intake = take_in(frame, config, to.host, Path.cwd())
    folder = corpus.path if isinstance(corpus, Corpus) else Path(corpus)
    with Ledger(folder, create=True) as ledger:
        _check_ids(ledger, intake)
        number = ledger.plan_batch(intake.fingerprint, manifest_to_bytes(frame), intake.rows, intake.jobs, host=to.host, at=time.time())
    batch = Batch(folder, number, limits)
    _run(batch, to, limits or Limits(), "Submitting", to_the_end=False, timeout=None, progress=progress)
    return batch


def collect(
    batch_or_corpus: Batch | Corpus,
    *,
    timeout: float | None = None,
    limits: Limits | None = None,
    progress: bool = True,
) -> pd.DataFrame:
    """Wait until every recording has been transcribed or has failed for good, and store the transcripts.

    Safe to interrupt and safe to repeat. What another process is working on is waited for. A failure of one recording
    is a row, never an error.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        timeout: Seconds after which to return what there is by then (the rest goes on at the service; call again).
        limits: The pace; by default that of ``submit_batch``.
        progress: Show how far it has come.

    Returns:
        The jobs: one row per recording in manifest order, columns of ``schema.JOBS`` (``recording_id, source, status,
        transcript_id, attempts, error_kind, error, audio_duration_s, confidence, model, language, cost_usd,
        submitted_at, completed_at``).

    Raises:
        NoConnectionError: There is work left and neither a key nor a local service.
        ServiceStoppedError: The service refuses every job alike, or cannot be reached; the batch can be collected later.
        LedgerError: The corpus cannot be read or written.
    """
    with Ledger(batch_or_corpus.path) as ledger:
        numbers = batch_or_corpus.batch_ids
        unfinished, hosts = ledger.unfinished(numbers), ledger.unfinished_hosts(numbers)
    if unfinished:
        to = _connection()
        _check_host(to, hosts)
        pace = limits or getattr(batch_or_corpus, "limits", None) or Limits()
        _run(batch_or_corpus, to, pace, "Transcribing", to_the_end=True, timeout=timeout, progress=progress)
    return batch_or_corpus.jobs()


def _connection() -> connection.Connection:
    import assemblyai

    return connection.resolve(
        settings_key=assemblyai.settings.api_key,
        settings_url=assemblyai.settings.base_url,
        environ=os.environ,
        local=local.current_connection(),
    )


def _as_manifest(manifest: Any, progress: bool) -> pd.DataFrame:
    if isinstance(manifest, pd.DataFrame) and {"recording_id", "source", "problem"} <= set(manifest.columns):
        return manifest
    return read_manifest(manifest, progress=progress)


def _check_ids(ledger: Ledger, intake: Intake) -> None:
    """Refuse an id that the corpus knows for another recording: its tables could not tell the two apart."""
    known = ledger.sources()
    content = {job.key: job.sha256 or job.source for job in intake.jobs}
    for row in intake.rows:
        source, other = known.get(row.recording_id, (row.source, None))
        if source != row.source and other is not None and content.get(row.job_key or "") != ledger.content(other):
            raise ManifestError(
                f"The id {row.recording_id!r} already names another recording in this corpus ({source!r}, now {row.source!r}). "
                "Give the manifest a recording_id column of your own, or use another corpus=."
            )


def _check_host(to: connection.Connection, hosts: list[str]) -> None:
    if hosts and to.host not in hosts:
        raise ScribekitError(
            f"This batch was sent to {hosts[0]}, but the verbs now talk to {to.host}. Connect to {hosts[0]} again to collect it "
            "(start or stop the local service, or set ASSEMBLYAI_BASE_URL), or submit the manifest again to the new one."
        )


def _run(
    batch: Corpus, to: connection.Connection, limits: Limits, doing: str, *, to_the_end: bool, timeout: float | None, progress: bool
) -> None:
    with Ledger(batch.path) as ledger:
        total = sum(ledger.states(batch.batch_ids).values())
    with Progress(total, description=doing, enabled=progress) as line:

        def show(states: Counter[str]) -> None:
            ended, counts = engine.summary(states)
            sent = ended + counts.get("at the service", 0)
            line.update(ended if to_the_end else sent, counts=counts)

        work = engine.drive(engine.Run(batch.path, batch.batch_ids, to, limits, to_the_end, show))
        with contextlib.suppress(TimeoutError):
            wait_for(asyncio.wait_for(work, timeout) if timeout is not None else work)
