"""The verbs that send recordings to the service and bring the transcripts home."""

from __future__ import annotations

import asyncio
import contextlib
import numbers
import time
import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from scribekit.api.connection import Connection
from scribekit.api.limits import Limits
from scribekit.api.webhook import Webhook
from scribekit.base.errors import ManifestError, OptionError, PaidAgainWarning, nearest
from scribekit.base.progress import Progress
from scribekit.batch.engine.engine import drive
from scribekit.batch.engine.loop import wait_for
from scribekit.batch.engine.run import Listener, Run
from scribekit.batch.jobs import JobPlan, PlanningContext, plan_jobs
from scribekit.batch.which_service import service_connection, with_embedded_service, work_left
from scribekit.corpus import status
from scribekit.corpus.handles import Batch, Corpus, manifest_to_bytes
from scribekit.corpus.ledger import Ledger
from scribekit.recordings.scan import read_manifest


def submit_batch(
    manifest: Any,
    config: Any = None,
    *,
    corpus: str | Path | Corpus,
    limits: Limits | None = None,
    budget_usd: float | None = None,
    assume_duration_s: float | None = None,
    webhook: Webhook | None = None,
    on_event: Listener | None = None,
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
        budget_usd: The most that this batch may spend. The estimated cost of each job is reserved before it is sent; when
            the next one would not fit, no more are sent, and they wait with ``error_kind`` ``budget``. Submit again with
            another budget (or none) to go on.
        assume_duration_s: The length in seconds to reckon with where none is known (remote URLs). With a budget and
            without it, such recordings are held back with ``error_kind`` ``no_length``.
        webhook: Where the service tells this process that a job has ended (see :class:`Webhook`).
        on_event: A function or coroutine function that is called, on a background thread, with a dict for each event:
            ``at`` (Unix time), ``event``, ``alert`` (None, ``failed``, ``stopped``), ``job_key``, ``transcript_id``,
            ``state``, ``error_kind``. See ``scribekit.batch.alerts``.
        progress: Show how far it has come.

    Returns:
        The batch: its ``repr`` says what stands where; give it to ``collect``, ``to_frame`` and ``export``.

    Raises:
        NoConnectionError: There is neither a key nor a local service.
        ManifestError: The manifest cannot be read, or an id names another recording in the corpus.
        OptionError: The configuration, a column's name, or the budget is not right.
        ServiceStoppedError: The service refuses every job alike (a wrong key, say), or cannot be reached.
        LedgerError: The corpus cannot be written.

    Warns:
        PaidAgainWarning: Recordings with a transcript in the corpus are sent again, because their options are others.
    """
    _check_money(budget_usd, assume_duration_s)
    _check_limits(limits)
    to = service_connection()
    frame = _as_manifest(manifest, progress)
    intake = plan_jobs(frame, config, PlanningContext(to.host, Path.cwd(), to.model, assume_duration_s))
    folder = corpus.path if isinstance(corpus, Corpus) else Path(corpus).expanduser()
    with Ledger(folder, create=True) as ledger:
        _check_ids(ledger, intake)
        number = ledger.plan_batch(
            intake.fingerprint,
            manifest_to_bytes(frame),
            intake.rows,
            intake.jobs,
            host=to.host,
            at=time.time(),
            budget_usd=budget_usd,
        )
        _announce_paid_again(ledger, number)
    batch = Batch(folder, number, limits, webhook)
    _run(batch, [number], to, "Submitting", progress=progress, to_the_end=False, limits=limits, webhook=webhook, on_event=on_event)
    return batch


def collect(
    batch_or_corpus: Batch | Corpus,
    *,
    timeout: float | None = None,
    limits: Limits | None = None,
    webhook: Webhook | None = None,
    on_event: Listener | None = None,
    progress: bool = True,
) -> pd.DataFrame:
    """Wait until every recording has been transcribed or has failed for good, and store the transcripts.

    Safe to interrupt and safe to repeat. What another process is working on is waited for. A failure of one recording
    is a row, never an error. In a corpus that was sent to several services (first to a local one to rehearse, say) only
    what belongs to the one that the verbs now talk to goes on; the rest stays as it is. What was left to the embedded recogniser
    by a process that has ended (a kernel that was restarted, say) is done by another one, started for as long as this takes.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        timeout: Seconds after which to return what there is by then (the rest goes on at the service; call again).
        limits: The pace; by default that of ``submit_batch``.
        webhook: Where the service tells this process that a job has ended; by default that of ``submit_batch``.
        on_event: As in ``submit_batch``.
        progress: Show how far it has come.

    Returns:
        The jobs: one row per recording in manifest order, columns of ``schema.JOBS`` (``recording_id, source, status,
        transcript_id, attempts, error_kind, error, audio_duration_s, confidence, model, language, reserved_usd,
        cost_usd, submitted_at, completed_at``).

    Raises:
        NoConnectionError: There is work left and neither a key nor a local service.
        ServiceStoppedError: The service refuses every job alike, or cannot be reached; the batch can be collected later.
        LedgerError: The corpus cannot be read or written.
    """
    _check_limits(limits)
    with with_embedded_service(batch_or_corpus) as service:
        left = work_left(batch_or_corpus, service)
        if left is not None:
            to, batch_ids = left
            _run(
                batch_or_corpus,
                batch_ids,
                to,
                "Transcribing",
                progress=progress,
                timeout=timeout,
                to_the_end=True,
                limits=limits or getattr(batch_or_corpus, "limits", None),
                webhook=webhook or getattr(batch_or_corpus, "webhook", None),
                on_event=on_event,
            )
    return batch_or_corpus.jobs()


def retry(batch_or_corpus: Batch | Corpus, *, error_kind: str | list[str] | None = None, recordings: Sequence[str] | None = None) -> int:
    """Make failed jobs ready to be done again, after the cause was mended; ``collect`` then does them.

    Only jobs that were sent can be tried again. A row that was refused (``status`` ``refused``) comes from the manifest:
    mend the file, scan again and submit. A job that only took too long (``timed_out``), or whose transcript could not be
    fetched (``not_fetched``), is waited for, not sent again.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        error_kind: Which failures, as the jobs frame names them; None for all.
        recordings: Which recordings, by ``recording_id``; None for all that failed.

    Returns:
        How many jobs were put back.

    Raises:
        OptionError: No failed job has that ``error_kind``, or one of the recordings has not failed.
        LedgerError: The corpus cannot be written.
    """
    kinds = [error_kind] if isinstance(error_kind, str) else error_kind
    with Ledger(batch_or_corpus.path) as ledger:
        failed = ledger.failures(batch_or_corpus.batch_ids)
        known = set(failed.values())
        for kind in kinds or ():
            if kind not in known:
                raise OptionError(f"No job failed with error_kind {kind!r}. Those that failed: {', '.join(sorted(known)) or 'none'}.")
        for name in recordings or ():
            if name not in failed:
                raise OptionError(f"The recording {name!r} has not failed.{nearest(name, failed) if failed else ' None has.'}")
        return ledger.reset_failed(batch_or_corpus.batch_ids, kinds, time.time(), recordings)


def _as_manifest(manifest: Any, progress: bool) -> pd.DataFrame:
    if isinstance(manifest, pd.DataFrame) and {"recording_id", "source", "problem"} <= set(manifest.columns):
        return manifest
    return read_manifest(manifest, progress=progress)


def _check_money(budget_usd: float | None, assume_duration_s: float | None) -> None:
    for name, value in (("budget_usd", budget_usd), ("assume_duration_s", assume_duration_s)):
        if value is not None and not (isinstance(value, numbers.Real) and value > 0):
            raise OptionError(f"{name}={value!r}: expected a number above zero, or None.")


def _check_limits(limits: Limits | None) -> None:
    if limits is not None and not isinstance(limits, Limits):
        raise OptionError(f"limits={limits!r}: expected sk.Limits(…), for example sk.Limits(concurrent_jobs=5).")


def _check_ids(ledger: Ledger, intake: JobPlan) -> None:
    """Refuse an id that the corpus knows for another recording: its tables could not tell the two apart."""
    known = ledger.sources()
    content = {job.key: job.sha256 or job.source for job in intake.jobs}
    for row in intake.rows:
        source, other = known.get(row.recording_id, (row.source, None))
        if source == row.source or other is None:
            continue
        if ledger.content(other) not in (None, content.get(row.job_key or "")):
            raise ManifestError(
                f"The id {row.recording_id!r} already names another recording in this corpus ({source!r}, now {row.source!r}). "
                "Give the manifest a recording_id column of your own, or use another corpus=."
            )


def _announce_paid_again(ledger: Ledger, number: int) -> None:
    count, estimate = ledger.paid_again(number)
    if count:
        warnings.warn(
            f"{count:,} recordings have a transcript in this corpus already, made with other options. They are sent again, for about "
            f"${estimate:,.2f}. With the same options as before they would be taken from the corpus.",
            PaidAgainWarning,
            stacklevel=3,
        )


def _run(
    corpus: Corpus,
    batch_ids: list[int],
    to: Connection,
    doing: str,
    *,
    progress: bool,
    limits: Limits | None,
    timeout: float | None = None,
    **how: Any,
) -> None:
    with Ledger(corpus.path) as ledger:
        total = sum(ledger.states(batch_ids).values())
    with Progress(total, description=doing, enabled=progress) as line:

        def show(states: Counter[str]) -> None:
            ended, counts = status.summary(states)
            line.update(ended if how["to_the_end"] else ended + counts.get("at the service", 0), counts=counts)

        work = drive(Run(corpus.path, batch_ids, to, limits or Limits(), on_progress=show, **how))
        with contextlib.suppress(TimeoutError):
            wait_for(asyncio.wait_for(work, timeout) if timeout is not None else work)
