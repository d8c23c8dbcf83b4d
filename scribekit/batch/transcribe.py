"""The verbs that send recordings to the service and store the transcripts: ``sk.submit_batch``, ``sk.collect`` and ``sk.retry``."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from scribekit.api.connection import Connection
from scribekit.api.embedded import service_connection
from scribekit.api.limits import Limits, check_limits
from scribekit.api.options import near_columns
from scribekit.api.sdk_losses import loss_message
from scribekit.api.webhook import Webhook
from scribekit.base.errors import (
    CorpusFolderWarning,
    DeprecatedModelWarning,
    LostOptionWarning,
    ManifestError,
    OptionError,
    PaidAgainWarning,
    nearest,
)
from scribekit.base.models import deprecation_message
from scribekit.base.names import names_of
from scribekit.base.options import with_columns_said
from scribekit.base.progress import Progress
from scribekit.batch.engine.engine import drive
from scribekit.batch.engine.events import Listener
from scribekit.batch.engine.loop import wait_for
from scribekit.batch.engine.run import Run
from scribekit.batch.jobs import JobPlan, PlanningContext, content_of, plan_jobs
from scribekit.batch.pricing import check_amounts, warn_of_near_columns
from scribekit.batch.which_service import with_embedded_service, work_left
from scribekit.corpus import status
from scribekit.corpus.handles import Batch, Corpus, manifest_to_bytes, takes_corpus
from scribekit.corpus.ledger import FILE_NAME, Ledger
from scribekit.recordings.manifest import is_url, with_public_sources
from scribekit.recordings.scan import read_manifest

_log = logging.getLogger("scribekit.batch.transcribe")
_IF_STOPPED = "Nothing is lost, and what is at the service goes on there. Run the cell again to go on from here."


def submit_batch(
    manifest: Any,
    config: Any = None,
    *,
    corpus: str | Path | Corpus,
    options: Mapping[str, Any] | None = None,
    limits: Limits | None = None,
    budget_usd: float | None = None,
    assume_duration_s: float | None = None,
    assume_usd_per_hour: float | None = None,
    webhook: Webhook | None = None,
    on_event: Listener | None = None,
    progress: bool = True,
) -> Batch:
    """Record a batch in a corpus and send its first recordings.

    Everything is recorded before the first byte leaves, so it is safe to interrupt and safe to repeat: the same call
    again continues where it stopped, and what is already in the corpus is not sent or paid for again. The call returns
    when ``limits.in_flight`` recordings (or all) are at the service; :func:`collect` sends the rest as slots become free
    there.

    Args:
        manifest: A frame from ``scan`` or ``read_manifest``, or anything that ``read_manifest`` takes. A column that has
            the name of an option (``docs/options.md``) overrides it for its row; the progress and the log name these
            columns, and the language, before anything is sent. Rows with a ``problem`` are not sent; they are in the
            jobs frame with the reason.
        config: ``assemblyai.TranscriptionConfig``; None for the defaults. ``speech_models`` is always sent: by default
            ``assemblyai-stt-3-7``, then ``universal-2``.
        corpus: The folder that keeps everything; it is created when it does not exist.
        options: Further options by name, for what the SDK does not know, such as
            ``{"redact_static_entities": {"PROJECT": ["Kestrel"]}}``. They override ``config`` and are sent as given.
        limits: The pace (see :class:`Limits`).
        budget_usd: The most that this batch may spend. The estimated cost of each job is reserved before it is sent; when
            the next one would not fit, no more are sent, and they wait with ``error_kind`` ``budget``. Submit again with
            another budget (or none) to go on.
        assume_duration_s: The length in seconds to assume where none is known (remote URLs). With a budget and
            without it, such recordings are held back with ``error_kind`` ``no_length``.
        assume_usd_per_hour: What an hour of audio is taken to cost, with channels and add-ons, where no price is known
            (:func:`estimate_cost` says "no rate"). With a budget it is needed for such models and add-ons.
        webhook: Where the service tells this process that a job has ended (see :class:`Webhook`).
        on_event: A function or coroutine function that is called, on a background thread, with a dict for each event:
            ``at`` (Unix time), ``event``, ``alert`` (None, ``failed``, ``stopped``), ``recording_id``, ``job_key``,
            ``transcript_id``, ``state``, ``error_kind``, ``error``. See ``scribekit.batch.alerts``. An outage is two events,
            ``away`` (``error`` says what and since when) and ``back``.
        progress: Show progress.

    Returns:
        The batch: its ``repr`` shows the state of its jobs; give it to ``collect``, ``to_frame`` and ``export``.

    Raises:
        NoConnectionError: There is neither a key nor a local service.
        ManifestError: The manifest cannot be read, or an id names another recording in the corpus.
        OptionError: The address, the key, a proxy or ``SSL_CERT_FILE`` is malformed. The configuration, ``options``, a column's
            name, or the budget is not right; the service does not take a model; there is a budget and no price of a model or
            an add-on, and no ``assume_usd_per_hour``. A combination that the service documents as wrong is refused here; if it
            comes from the cells of a row, only that row is refused (``error_kind`` ``bad_option``).
        MissingExtraError: The environment names a SOCKS proxy, and the library for it is not installed.
        ServiceStoppedError: The service refuses every job (a wrong key, for example), or cannot be reached: the message says what is at
            the address, and which variable to check. Or it was away for longer than ``limits.patience_s``. Or it refuses the
            options: after five recordings (or two uploads) with the same options and the same answer, the others wait with
            ``error_kind`` ``options``. Correct the options and submit again.
        LedgerError: The corpus cannot be written.

    Warns:
        CorpusFolderWarning: A new corpus is put into the folder of the recordings themselves.
        PlainHttpWarning: The address begins with ``http://`` and is not on this machine: key and recordings go there unencrypted.
        ManifestWarning: A column of your own is called as people call an option (``language``, ``n_speakers``, ``model``); the warning has
            the right name.
        PaidAgainWarning: Recordings with a transcript in the corpus are sent again, because their options differ.
        DeprecatedModelWarning: A model is deprecated.
        LostOptionWarning: The configuration has an option of which the SDK cannot hold all documented parts, so some may be lost.
    """
    check_amounts(budget_usd=budget_usd, assume_duration_s=assume_duration_s, assume_usd_per_hour=assume_usd_per_hour)
    check_limits(limits)
    connection = service_connection()
    frame = _as_manifest(manifest, progress)
    folder = corpus.path if isinstance(corpus, Corpus) else Path(corpus).expanduser()
    known = known_addresses(folder, connection.host)
    context = PlanningContext(connection.host, Path.cwd(), connection.model, assume_duration_s, assume_usd_per_hour, known)
    job_plan = plan_jobs(frame, config, context, options)
    if budget_usd is not None and assume_usd_per_hour is None:
        _check_prices(job_plan)
    warn_of_near_columns(near_columns(frame))
    if not (folder / FILE_NAME).is_file():
        _warn(among_the_recordings(folder, frame["source"].tolist()), CorpusFolderWarning)
    _warn(deprecation_message(job_plan.models), DeprecatedModelWarning)
    _warn(loss_message(config, options), LostOptionWarning)
    with Ledger(folder, create=True) as ledger:
        _check_ids(ledger, job_plan)
        number = ledger.plan_batch(
            job_plan.fingerprint,
            manifest_to_bytes(with_public_sources(frame)),
            job_plan.rows,
            job_plan.jobs,
            host=connection.host,
            at=time.time(),
            budget_usd=budget_usd,
        )
        _announce_paid_again(ledger, number)
    batch = Batch(folder, number, limits, webhook)
    doing = _with_options("Submitting", job_plan)
    _run(batch, [number], connection, doing, progress=progress, to_the_end=False, limits=limits, webhook=webhook, on_event=on_event)
    return batch


@takes_corpus
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

    Safe to interrupt and safe to repeat. Jobs of another process are waited for. A failure of one recording is a row,
    never an error. In a corpus that was sent to several services (first to a local one to rehearse, for example) only the
    jobs of the one that the verbs use now go on. Jobs of an embedded recogniser that ended with its process (a kernel that
    was restarted, for example) are done by a new one, which runs until they are done.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        timeout: Seconds after which to return what there is by then (the rest goes on at the service; call again).
        limits: The pace; by default that of ``submit_batch``.
        webhook: Where the service tells this process that a job has ended; by default that of ``submit_batch``.
        on_event: As in ``submit_batch``.
        progress: Show progress.

    Returns:
        The jobs: one row per recording in manifest order, columns of ``schema.JOBS`` (``recording_id, source, status,
        transcript_id, attempts, error_kind, error, audio_duration_s, warning, confidence, model, language, reserved_usd,
        cost_usd, submitted_at, completed_at``).

    Raises:
        NoConnectionError: There is work left and neither a key nor a local service.
        ServiceStoppedError: The service refuses every job, or the options of the batch, or cannot be reached, or was away for
            longer than ``limits.patience_s``; the batch can be collected later.
        LedgerError: The corpus cannot be read or written.
    """
    check_limits(limits)
    with with_embedded_service(batch_or_corpus) as service:
        left = work_left(batch_or_corpus, service)
        if left is not None:
            connection, batch_ids = left
            _run(
                batch_or_corpus,
                batch_ids,
                connection,
                "Transcribing",
                progress=progress,
                timeout=timeout,
                to_the_end=True,
                limits=limits or getattr(batch_or_corpus, "limits", None),
                webhook=webhook or getattr(batch_or_corpus, "webhook", None),
                on_event=on_event,
            )
    return batch_or_corpus.jobs()


@takes_corpus
def retry(
    batch_or_corpus: Batch | Corpus, *, error_kind: str | Sequence[str] | None = None, recordings: str | Sequence[str] | None = None
) -> int:
    """Reset failed jobs after their cause was fixed; ``collect`` then does them again.

    Only jobs that were sent can be tried again. A row that was refused (``status`` ``refused``) comes from the manifest:
    fix the file, scan again and submit. A job that only took too long (``timed_out``), or whose transcript could not be
    fetched (``not_fetched``), is waited for, not sent again; one of which it is not known whether the service has it (``in_doubt``) is
    searched for. What was held back because the service refused these jobs
    (``options``) goes on with them.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        error_kind: Which failures, as the jobs frame names them; None for all.
        recordings: Which recordings, by ``recording_id``; None for all that failed.

    Returns:
        The number of jobs that were reset.

    Raises:
        OptionError: No failed job has that ``error_kind``, or one of the recordings has not failed.
        LedgerError: The corpus cannot be written.
    """
    kinds = None if error_kind is None else names_of(error_kind, "error_kind")
    chosen = None if recordings is None else names_of(recordings, "recordings")
    with Ledger(batch_or_corpus.path) as ledger:
        failed = ledger.failures(batch_or_corpus.batch_ids)
        known = set(failed.values())
        for kind in kinds or ():
            if kind not in known:
                raise OptionError(f"No job failed with error_kind {kind!r}. Those that failed: {', '.join(sorted(known)) or 'none'}.")
        for name in chosen or ():
            if name not in failed:
                raise OptionError(f"The recording {name!r} has not failed.{nearest(name, failed) if failed else ' None has.'}")
        return ledger.reset_failed(batch_or_corpus.batch_ids, kinds, time.time(), chosen)


def _as_manifest(manifest: Any, progress: bool) -> pd.DataFrame:
    if isinstance(manifest, pd.DataFrame) and {"recording_id", "source", "problem"} <= set(manifest.columns):
        return manifest
    return read_manifest(manifest, progress=progress)


def known_addresses(folder: Path, host: str) -> list[tuple[str, str, str]]:
    """Return the jobs of addresses that a corpus has at a service (see :class:`PlanningContext`); none where there is no corpus yet."""
    if not (folder / FILE_NAME).is_file():
        return []
    with Ledger(folder) as ledger:
        return ledger.addresses(host)


def among_the_recordings(folder: Path, sources: Iterable[Any]) -> str | None:
    """Return what to tell of a new corpus in the folder of its recordings; None where it has a folder of its own.

    It is their folder if one of them is in it, or if it is the lowest folder that has all of them below it.
    """
    own = folder.resolve()
    given = {Path(source).parent for source in sources if isinstance(source, str) and source and not is_url(source)}
    folders = {path.resolve() for path in given}
    if not folders or (own not in folders and _common(folders) != own):
        return None
    return (
        f"The new corpus is put into {str(folder)!r}, among the recordings themselves. Give it a folder of its own, such as "
        f"corpus={f'corpora/{own.name}'!r}."
    )


def _common(folders: Iterable[Path]) -> Path | None:
    try:
        return Path(os.path.commonpath(folders))
    except ValueError:  # of different drives
        return None


def _check_prices(job_plan: JobPlan) -> None:
    """Refuse a budget for jobs whose cost cannot be reserved."""
    if job_plan.without_rate:
        raise OptionError(
            f"budget_usd needs a price, and none is known for {', '.join(job_plan.without_rate)}. Give assume_usd_per_hour= (US dollars "
            "for an hour of audio, with channels and add-ons) to reserve that much, or submit without budget_usd. Nothing was sent."
        )


def _warn(message: str | None, category: type[Warning]) -> None:
    if message is not None:
        warnings.warn(message, category, stacklevel=3)


def _check_ids(ledger: Ledger, job_plan: JobPlan) -> None:
    """Refuse an id that names another recording in the corpus: its tables could not distinguish the two."""
    known = ledger.sources()
    content = {job.key: content_of(job.source, job.sha256) for job in job_plan.jobs}
    for row in job_plan.rows:
        source, other = known.get(row.recording_id, (row.source, None))
        if source == row.source or other is None:
            continue
        before = ledger.content(other)
        if before is not None and content_of(before, None) != content.get(row.job_key or ""):
            raise ManifestError(
                f"The id {row.recording_id!r} already names another recording in this corpus ({source!r}, now {row.source!r}). "
                "Give the manifest a recording_id column of your own, or use another corpus=."
            )


def _with_options(description: str, job_plan: JobPlan) -> str:
    """Tell once in which languages is transcribed, and which columns are options: return the description for the progress, and log it."""
    said = with_columns_said(job_plan.languages, job_plan.option_columns)
    _log.info("%s", said)
    return f"{description} ({said})"


def _announce_paid_again(ledger: Ledger, number: int) -> None:
    count, estimate = ledger.paid_again(number)
    if count:
        price = "at a cost that is not known" if estimate is None else f"for about ${estimate:,.2f}"
        warnings.warn(
            f"{count:,} recordings have a transcript in this corpus already, made with other options. They are sent again, {price}. "
            "With the same options as before they would be taken from the corpus.",
            PaidAgainWarning,
            stacklevel=3,
        )


def _run(
    corpus: Corpus,
    batch_ids: list[int],
    connection: Connection,
    description: str,
    *,
    progress: bool,
    limits: Limits | None,
    timeout: float | None = None,
    **settings: Any,
) -> None:
    with Ledger(corpus.path) as ledger:
        total = sum(ledger.states(batch_ids).values())
    unit = "different recordings" if corpus.snapshot().shared else "recordings"
    with Progress(total, unit, description, enabled=progress, if_stopped=_IF_STOPPED) as line:

        def show(states: Counter[str], waits_for: str) -> None:
            ended, counts = status.summary(states)
            line.update(ended if settings["to_the_end"] else ended + counts.get("at the service", 0), note=waits_for, counts=counts)

        run = drive(Run(corpus.path, batch_ids, connection, limits or Limits(), on_progress=show, **settings))
        with contextlib.suppress(TimeoutError):
            wait_for(asyncio.wait_for(run, timeout) if timeout is not None else run)
