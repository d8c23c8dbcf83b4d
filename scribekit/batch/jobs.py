"""The jobs of a manifest and a configuration: which recording becomes which job, and which cannot be sent. Pure."""

from __future__ import annotations

import functools
import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from scribekit.api import options as opt
from scribekit.base.errors import ManifestError, OptionError
from scribekit.base.options import languages_said
from scribekit.base.signed_addresses import without_signature
from scribekit.batch import pricing
from scribekit.corpus.job import Job, PlannedRow
from scribekit.recordings.manifest import check_ids, is_url, numbers, problem, split_problem, with_lengths

NEEDED_COLUMNS = ("recording_id", "source", "duration_s", "channels", "sha256", "problem")

NOT_READ = "This file has not been read: the manifest has no sha256 for it. Make the manifest with sk.scan or sk.read_manifest."


@dataclass(frozen=True)
class JobPlan:
    """A manifest turned into jobs.

    Attributes:
        rows: One per manifest row, in its order.
        jobs: The jobs of the rows, each once.
        fingerprint: Equal for equal rows, so that a repeated call is recognised.
        models: Every model that a job names.
        without_rate: What has no known price in the jobs: models, add-ons and options, in words.
        option_columns: The columns of the manifest that were taken as options.
        languages: The languages in which they are transcribed, in words.
    """

    rows: tuple[PlannedRow, ...]
    jobs: tuple[Job, ...]
    fingerprint: str
    models: tuple[str, ...]
    without_rate: tuple[str, ...]
    option_columns: tuple[str, ...]
    languages: str


@dataclass(frozen=True)
class PlanningContext:
    """What the plan depends on besides the manifest and the configuration.

    Attributes:
        host: The name of the service in the job keys.
        root: The folder that relative paths start from. A job keeps the absolute path, so it can be done from another folder.
        model: The one model that answers, where that does not depend on the request.
        assume_duration_s: The length to assume where none is known.
        assume_usd_per_hour: The price of an hour of audio to assume where none is known.
        known: Key, source and options of the jobs of addresses that the corpus has at this service, the best of equal ones first. Keys of
            earlier versions were made of addresses with their signatures: such a job is found by its address without it.
    """

    host: str
    root: Path
    model: str | None = None
    assume_duration_s: float | None = None
    assume_usd_per_hour: float | None = None
    known: Sequence[tuple[str, str, str]] = field(default=(), hash=False, compare=False)


def plan_jobs(manifest: pd.DataFrame, config: Any, context: PlanningContext, options: Mapping[str, Any] | None = None) -> JobPlan:
    """Plan the jobs of a manifest.

    Args:
        manifest: A frame as ``read_manifest`` gives it (``schema.MANIFEST`` and the user's own columns).
        config: ``assemblyai.TranscriptionConfig`` or None.
        context: The service, the folder and the assumed length.
        options: Options beside the configuration, sent as given.

    Raises:
        ManifestError: A needed column is missing, or two rows have the same id (tables that were joined, for example).
        OptionError: The configuration, or the name of a column, is not valid. A bad cell, or a wrong combination of a row's cells with the
            configuration, only refuses its row.
    """
    missing = [name for name in NEEDED_COLUMNS if name not in manifest.columns]
    if missing:
        raise ManifestError(f"The manifest has no column {missing[0]!r}. Make it with sk.scan or sk.read_manifest.")
    columns = opt.option_columns(manifest.columns)
    planner = _Planner(opt.config_options(config, options, columns=columns), columns, context)
    check_ids(manifest["recording_id"].tolist())
    table = with_lengths(manifest).assign(channels=numbers(manifest, "channels"))
    rows = list(_with_duplicates(map(planner.plan, _rows(table, columns))))
    digest = hashlib.sha256()
    for row in rows:
        digest.update(f"{row.recording_id}\0{row.job_key}\0{row.error_kind}\n".encode())
    jobs = tuple(planner.jobs.values())
    counts = Counter(planner.jobs[row.job_key].options for row in rows if row.job_key)
    chosen = [json.loads(text) for text in counts]
    unpriced = [name for options in chosen for model in _answering(options, context) for name in pricing.missing_rates(model, options)]
    return JobPlan(
        tuple(rows),
        jobs,
        digest.hexdigest(),
        models=tuple(dict.fromkeys(model for options in chosen for model in options["speech_models"])),
        without_rate=tuple(dict.fromkeys(unpriced)),
        option_columns=tuple(columns),
        languages=languages_said(zip(chosen, counts.values(), strict=True)),
    )


def content_of(source: str, sha256: str | None) -> str:
    """Return what a recording is, whatever its name: the SHA-256 of a file, or an address without its signature and fragment.

    Example:
        >>> content_of("https://a.example/x.mp3?Expires=1767225600&Signature=4f2a#t=5", None)
        'https://a.example/x.mp3'
    """
    return sha256 or without_signature(source).partition("#")[0]


def job_key(content: str, options: str, host: str) -> str:
    """Return the key of a job: a hash of the recording's content (SHA-256 or URL), the effective options and the service."""
    return hashlib.sha256(f"{content}\n{options}\n{host}".encode()).hexdigest()[:32]


def _rows(manifest: pd.DataFrame, columns: list[str]) -> Iterator[dict[str, Any]]:
    wanted = [*NEEDED_COLUMNS, *columns]
    # Column by column: iterating over the rows of an Arrow-backed frame takes many times longer.
    cells = [manifest[name].astype(object).tolist() for name in wanted]
    for values in zip(*cells, strict=True):
        yield dict(zip(wanted, values, strict=True))


class _Planner:
    """Plans one row after the other; a job that several rows share is planned once."""

    def __init__(self, base: Mapping[str, Any], columns: list[str], context: PlanningContext) -> None:
        self.jobs: dict[str, Job] = {}
        self._base = base
        self._base_json = opt.canonical_json(base)
        self._columns = columns
        self._context = context
        self._keys: dict[tuple[str, str], str] = {}
        self._sources: dict[str, str] = {}
        for key, source, known_options in context.known:
            content = content_of(source, None)
            self._keys.setdefault((content, known_options), key)
            self._sources.setdefault(content, source)

    def plan(self, row: Mapping[str, Any]) -> PlannedRow:
        recording_id, source = str(row["recording_id"]), _text(row["source"]) or ""
        kind, sentence = split_problem(row["problem"]) if _text(row["problem"]) else (None, None)
        if kind is not None and kind != "duplicate":
            return PlannedRow(recording_id, source, None, kind, sentence)
        is_remote = is_url(source)
        sha256 = None if is_remote else _text(row["sha256"])
        if not (sha256 or is_remote):
            return PlannedRow(recording_id, source, None, "not_read", NOT_READ)
        try:
            options = self._options(row)
        except OptionError as error:
            return PlannedRow(recording_id, source, None, "bad_option", f"{error} Correct the cell and submit again.")
        duration = None if pd.isna(row["duration_s"]) else float(row["duration_s"])
        problem_of_length = _length_problem(options, duration)
        if problem_of_length is not None:
            return PlannedRow(recording_id, source, None, "bad_option", problem_of_length)
        content = content_of(source, sha256)
        # The key of an address without a signature has always been made of the whole address, with its fragment.
        new_key = job_key(sha256 or without_signature(source), options, self._context.host)
        key = self._keys.setdefault((content, options), new_key)
        if key not in self.jobs:
            location = str(self._context.root / source) if sha256 else self._sources.setdefault(content, without_signature(source))
            link = None if sha256 or source == location else source
            estimate = _estimate(options, duration, row["channels"], self._context)
            self.jobs[key] = Job(key, location, options, duration, sha256, estimate, upload_url=link)
        return PlannedRow(recording_id, source, key, kind, sentence)

    def _options(self, row: Mapping[str, Any]) -> str:
        if not self._columns:
            return self._base_json
        return opt.canonical_json(opt.effective_options(self._base, {name: row[name] for name in self._columns}))


def _length_problem(options_json: str, duration_s: float | None) -> str | None:
    return opt.length_problem(json.loads(options_json), duration_s) if '"speech_threshold"' in options_json else None


def _with_duplicates(rows: Iterable[PlannedRow]) -> Iterator[PlannedRow]:
    """Mark later rows of a job as duplicates of its first row, whatever the manifest says: it may have been joined or filtered."""
    owners: dict[str, str] = {}
    for row in rows:
        owner = owners.setdefault(row.job_key, row.recording_id) if row.job_key else None
        if owner is None:
            yield row
        elif owner == row.recording_id:
            yield row if row.error_kind is None else replace(row, error_kind=None, error=None)
        else:
            _, sentence = split_problem(problem("duplicate", owner))
            yield replace(row, error_kind="duplicate", error=sentence)


def _estimate(options_json: str, duration_s: float | None, channels: Any, context: PlanningContext) -> float | None:
    """Return the most that the job can cost, by the most expensive model that may answer. None when a rate or the length is unknown."""
    length = duration_s if duration_s is not None else context.assume_duration_s
    rate = _hourly_rate(options_json, int(channels) if 1 <= channels < math.inf else pricing.ASSUMED_CHANNELS, context)
    return None if length is None or rate is None else rate * length / 3600


def _answering(options: Mapping[str, Any], context: PlanningContext) -> list[str]:
    """Return the models that may answer."""
    return [context.model] if context.model else options["speech_models"]


@functools.lru_cache(maxsize=4096)
def _hourly_rate(options_json: str, channels: int, context: PlanningContext) -> float | None:
    """Return the price of an hour, cached: a library has few different options."""
    options, assumed = json.loads(options_json), context.assume_usd_per_hour
    costs = [pricing.job_cost(name, options, 3600.0, channels, assume_usd_per_hour=assumed) for name in _answering(options, context)]
    return None if None in costs else max(cost for cost in costs if cost is not None)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
