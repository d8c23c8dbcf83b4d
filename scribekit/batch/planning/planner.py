"""Planning a batch before it is sent, and comparing the plan with what happened: ``sk.plan`` and ``sk.compare_plan``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from scribekit.api.connection import embedded_recogniser
from scribekit.api.embedded import service_connection
from scribekit.api.limits import Limits, check_limits
from scribekit.base.errors import NoConnectionError, ScribekitError
from scribekit.batch import planning
from scribekit.batch.jobs import NEEDED_COLUMNS, PlanningContext, plan_jobs
from scribekit.batch.planning import JobTimes, Plan, Setting
from scribekit.batch.planning.comparison import Actual, compare, processing_s, read_history
from scribekit.batch.planning.forecast import STORED_BYTES_PER_HOUR
from scribekit.batch.pricing import check_amounts, warn_of_near_columns
from scribekit.corpus.handles import Batch, Corpus, corpus_of, takes_corpus
from scribekit.corpus.ledger import FILE_NAME, Ledger
from scribekit.corpus.view import CorpusView

ENOUGH_HOURS = 10.0
"""Hours of audio that a corpus must have to learn from it how much disk space transcripts need."""


def plan(
    manifest: Any,
    config: Any = None,
    *,
    options: Mapping[str, Any] | None = None,
    limits: Limits | None = None,
    upload_mbps: float | None = None,
    budget_usd: float | None = None,
    assume_duration_s: float | None = None,
    assume_usd_per_hour: float | None = None,
    corpus: Batch | Corpus | None = None,
    times: JobTimes | None = None,
) -> Plan:
    """Plan a batch before a cent is spent: time, bottleneck, dollars, requests and disk space.

    The batch is simulated: uploads share the bandwidth, requests keep to the account's window, the service takes jobs first come, first
    served into its slots, and works on each for as long as past jobs make likely. The same input gives the same plan. Of more than a few
    thousand recordings only a regular sample is simulated.

    Args:
        manifest: As for :func:`estimate_cost`: a manifest frame, or any frame or list of dicts with lengths. Files count with their
            ``size_bytes`` for the upload, links need none. A row whose length cannot be read counts as refused.
        config: An ``assemblyai.TranscriptionConfig``. A column that has the name of an option overrides it for its row.
        options: Further options by name, as for :func:`submit_batch`.
        limits: The pace (see :class:`Limits`): slots, request window, polling.
        upload_mbps: Upload bandwidth in Mbit/s; None counts uploads as taking no time.
        budget_usd: As for :func:`submit_batch`: recordings that it would hold back are counted, but not sent.
        assume_duration_s: The length in seconds of recordings of unknown length; by default the median of the others.
        assume_usd_per_hour: What an hour of audio is taken to cost where no price is known, as for :func:`submit_batch`, which needs it
            with a budget. Without it such recordings count as held back by the budget.
        corpus: Learn from its jobs how long the service takes, and how large transcripts are; by default the published figures are used.
            Recordings that it has with the same options are not counted: submitting them again sends and costs nothing. Those that failed
            count as to be sent, which :func:`retry` does, not ``submit_batch``.
        times: How long the service takes, if you know better.

    Returns:
        The plan: ``to_frame()`` and ``what_if(…)`` (``schema.PLAN``), ``recordings()`` (``schema.PLANNED``), ``stages()``
        (``schema.STAGES``), ``progress()``, ``wall_s(chance)`` and ``plot()``.

    Raises:
        ManifestError: There is neither a length nor a source in the table.
        OptionError: An option, a limit or a figure is not right.

    Warns:
        ManifestWarning: A column of your own is called as people call an option (``language``, ``n_speakers``, ``model``).

    Example:
        >>> plan = plan([{"duration": 1800.0}] * 1000, limits=Limits(concurrent_jobs=5))
        >>> plan.bottleneck, round(plan.wall_s() / 3600, 1)
        ('slots', 1.3)
    """
    check_limits(limits)
    check_amounts(assume_duration_s=assume_duration_s)
    paced = limits or Limits()
    corpus = None if corpus is None else corpus_of(corpus)
    learned, notes = _learned(corpus, paced.concurrent_jobs) if corpus is not None else ({}, ())
    setting = Setting(
        limits=paced,
        upload_mbps=upload_mbps,
        budget_usd=budget_usd,
        assume_usd_per_hour=assume_usd_per_hour,
        length_is_named=assume_duration_s is not None,
        times=_local_times() | learned | _given(times),
        stored_bytes_per_hour=_stored_per_hour(corpus),
        notes=() if times else notes,
    )
    held = frozenset() if corpus is None else _in_corpus(corpus, manifest, config, options)
    work = planning.workload(manifest, config, options=options, assume_duration_s=assume_duration_s, in_corpus=held)
    warn_of_near_columns(work.near_columns)
    return Plan(work, setting)


@takes_corpus
def compare_plan(
    corpus: Batch | Corpus, *, limits: Limits | None = None, upload_mbps: float | None = None, times: JobTimes | None = None
) -> pd.DataFrame:
    """Compare what a plan would have said about the completed jobs of a corpus (or batch) with what happened.

    Args:
        corpus: What ``submit_batch`` or ``open_corpus`` gave.
        limits: The pace at which it was done; by default that of ``submit_batch`` if the handle still has it, else :class:`Limits`.
        upload_mbps: The upload bandwidth in Mbit/s.
        times: How long the service takes on a recording; by default the published figures.

    Returns:
        One row per measure: columns of ``schema.COMPARISON`` (``measure, planned, planned_90, actual, ratio, unit, note``). The row
        ``bottleneck`` names it in its note.

    Raises:
        ScribekitError: Nothing has been completed yet.
        LedgerError: The corpus cannot be read.
    """
    paced = limits or getattr(corpus, "limits", None) or Limits()
    with corpus.reading() as view:
        history = read_history(view.ledger.events(view.batch_ids))
        began = view.ledger.began_at(view.batch_ids)
        rows = _completed(view)
    if rows.empty:
        raise ScribekitError("Nothing has been completed in this corpus yet. Run sk.collect first, then compare.")
    work = planning.workload_of_jobs(rows)
    setting = Setting(limits=paced, upload_mbps=upload_mbps, speech_models=_model_used(rows), times=_local_times() | _given(times))
    timelines = [history.timelines[key] for key in rows["job_key"]]
    return compare(Plan(work, setting), Actual(rows, timelines, history, began))


def _completed(view: CorpusView) -> pd.DataFrame:
    """Return the completed jobs, each once, with their manifest rows."""
    names = ("recording_id", "job_key", "options", "model", "cost_usd", "audio_duration_s")
    rows = [{name: row[name] for name in names} for row in view.ledger.job_rows(view.batch_ids) if row["state"] == "completed"]
    jobs = pd.DataFrame(rows, columns=list(names)).drop_duplicates("job_key")
    known = view.manifest
    kept = [name for name in ("recording_id", "source", "duration_s", "size_bytes", "channels") if name in known.columns]
    joined = jobs.merge(known[kept], on="recording_id", how="left")
    joined["duration_s"] = joined["duration_s"].astype("float64").fillna(joined["audio_duration_s"].astype("float64"))
    return joined


def _model_used(rows: pd.DataFrame) -> tuple[str, ...] | None:
    """Return the model that answered, where the options do not name it: an embedded recogniser has only one."""
    models = rows["model"].dropna().unique().tolist()
    return (models[0],) if len(models) == 1 and planning.vendor_of(models[0]) == "embedded" else None


def _learned(corpus: Batch | Corpus, slots: int) -> tuple[dict[str, JobTimes], tuple[str, ...]]:
    """Return how long each vendor's jobs took in a corpus, and notes when no vendor has enough jobs to learn from."""
    with corpus.reading() as view:
        history = read_history(view.ledger.events(view.batch_ids))
        rows = _completed(view)
    local = _local_times()
    rows["vendor"] = [planning.vendor_of(model) for model in rows["model"].fillna("")]
    found, notes = {}, []
    for vendor, mine in rows.groupby("vendor"):
        known = local.get(str(vendor), planning.BY_VENDOR[str(vendor)])
        took = processing_s([history.timelines[key] for key in mine["job_key"]], min(slots, known.slots or slots))
        lengths, seconds = mine["duration_s"].to_numpy(), np.array(took)
        learned = planning.learn(lengths, seconds, known)
        if learned is not None:
            found[str(vendor)] = learned
        else:
            notes.append(str(planning.too_few(lengths, seconds)))
    if rows.empty:
        notes.append(str(planning.too_few(np.zeros(0), np.zeros(0))))
    return found, () if found else tuple(dict.fromkeys(notes))


def _local_times() -> dict[str, JobTimes]:
    """Return the times of the embedded recogniser, which works on as many recordings at once as there are cores."""
    return {"embedded": planning.embedded(os.cpu_count() or 1)}


def _in_corpus(corpus: Batch | Corpus, manifest: Any, config: Any, options: Mapping[str, Any] | None) -> frozenset[str]:
    """Return the recordings that would not be sent again; none of a table that has no hashes of the files."""
    if not isinstance(manifest, pd.DataFrame) or not set(NEEDED_COLUMNS) <= set(manifest.columns):
        return frozenset()
    try:
        to = service_connection()
    except NoConnectionError:
        to = None
    with Ledger(corpus.path) as ledger:
        # While no service is in use, assume one that the corpus was sent to, but not a rehearsal.
        hosts = [to.host] if to else [host for host in ledger.hosts(ledger.batches()) if embedded_recogniser(host) is None]
        found: set[str] = set()
        for host in hosts:
            rows = plan_jobs(manifest, config, PlanningContext(host, Path.cwd(), known=ledger.addresses(host)), options).rows
            taken = ledger.taken({row.job_key for row in rows if row.job_key})
            found |= {row.recording_id for row in rows if row.job_key in taken}
    return frozenset(found)


def _given(times: JobTimes | None) -> dict[str, JobTimes]:
    return {} if times is None else dict.fromkeys(planning.BY_VENDOR, times)


def _stored_per_hour(corpus: Batch | Corpus | None) -> float:
    if corpus is not None:
        hours = float(corpus.jobs()["audio_duration_s"].sum()) / 3600
        if hours >= ENOUGH_HOURS:  # below that, the empty file is most of it
            return (corpus.path / FILE_NAME).stat().st_size / hours
    return STORED_BYTES_PER_HOUR
