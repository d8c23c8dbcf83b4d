"""The recordings of a manifest as arrays, for planning: length, upload size, price and options of each. Pure."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from scribekit.api import options as opt
from scribekit.base.errors import OptionError
from scribekit.base.options import languages_said, with_columns_said
from scribekit.batch.planning.job_times import Numbers
from scribekit.batch.pricing import ASSUMED_CHANNELS, is_multichannel, job_cost, missing_rates
from scribekit.recordings.manifest import SOURCE_NAMES, durations_s, is_url, numbers, split_problem, table_of_recordings

ASSUMED_DURATION_S = 3600.0
"""The length assumed where none is known or given. The engine sorts recordings of unknown length by it too."""

ASSUMED_BYTES_PER_S = 16_000
"""The size assumed for a file of unknown size: 128 kbit/s."""

SENT, REFUSED, DUPLICATE, IN_CORPUS = "planned", "refused", "duplicate", "in corpus"


@dataclass(frozen=True)
class Offer:
    """The price of a kind of recordings with some models.

    Attributes:
        models: The models, the first choice first.
        usd_per_hour: Price of an hour with the first; NaN without a rate.
        most_usd_per_hour: Price of an hour with the most expensive of them; NaN when one has no rate.
        missing: What has no known price, in words, with each of them.
    """

    models: tuple[str, ...]
    usd_per_hour: float
    most_usd_per_hour: float
    missing: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Kind:
    """Recordings with the same options and number of channels."""

    options: Mapping[str, Any]
    channels: int

    @property
    def is_multichannel(self) -> bool:
        """Whether its channels are transcribed one by one."""
        return is_multichannel(self.options)

    def offer(self, models: Sequence[str] | None, assume_usd_per_hour: float | None = None) -> Offer:
        """Return the price with these models.

        Args:
            models: The models; None for those of the recordings' own options.
            assume_usd_per_hour: The price of an hour where none is known.
        """
        chosen, channels = tuple(models or self.options["speech_models"]), self.channels or ASSUMED_CHANNELS
        costs = [job_cost(model, self.options, 3600.0, channels, assume_usd_per_hour=assume_usd_per_hour) for model in chosen]
        dollars = [math.nan if cost is None else cost for cost in costs]
        missing = tuple(missing_rates(model, self.options) for model in chosen)
        return Offer(chosen, dollars[0], math.nan if None in costs else max(dollars), missing)


@dataclass(frozen=True)
class Workload:
    """The rows of a manifest, in its order.

    Attributes:
        recording_id: Their ids.
        status: ``planned``, ``refused``, ``duplicate`` or ``in corpus``.
        duration_s: Lengths; assumed where unknown.
        assumed: Whether a length is assumed.
        assumed_s: The length that was assumed.
        upload_bytes: Bytes to upload; 0 for a link.
        guessed_bytes: Number of files of unknown size.
        kind: Index into ``kinds``.
        kinds: The different options and channels.
        option_columns: The columns that are taken as options.
        near_columns: Own columns that are called as people call an option (:func:`scribekit.api.options.near_columns`).
    """

    recording_id: pd.Series[str]
    status: npt.NDArray[np.object_]
    duration_s: Numbers
    assumed: npt.NDArray[np.bool_]
    assumed_s: float
    upload_bytes: Numbers
    guessed_bytes: int
    kind: npt.NDArray[np.intp]
    kinds: tuple[Kind, ...]
    option_columns: tuple[str, ...] = ()
    near_columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def options_said(self) -> str:
        """The languages in which what can be sent is transcribed, and the columns that are options, in words."""
        kinds, counts = np.unique(self.kind[self.status == SENT], return_counts=True)
        languages = languages_said((self.kinds[kind].options, int(count)) for kind, count in zip(kinds, counts, strict=True))
        return with_columns_said(languages, self.option_columns)

    @functools.cached_property
    def sent(self) -> npt.NDArray[np.intp]:
        """Positions of what can be sent, in the order of sending: the longest first."""
        positions = np.flatnonzero(self.status == SENT)
        # A recording of unknown length is sorted as one of an hour.
        rank = np.where(self.assumed, ASSUMED_DURATION_S, self.duration_s)[positions]
        return positions[np.argsort(-rank, kind="stable")]

    def sent_with(self, models: Sequence[str] | None) -> Workload:
        """Return the workload with other models. A recording in the corpus counts as sent again where they differ: it is another job."""
        is_other = np.array(
            [models is not None and tuple(kind.options["speech_models"]) != tuple(models) for kind in self.kinds], dtype=bool
        )
        return replace(self, status=np.where((self.status == IN_CORPUS) & is_other[self.kind], SENT, self.status))


def workload(
    manifest: Any,
    config: Any = None,
    *,
    options: Mapping[str, Any] | None = None,
    assume_duration_s: float | None = None,
    in_corpus: Collection[str] = frozenset(),
) -> Workload:
    """Read a manifest for planning.

    Args:
        manifest: A manifest frame, or any frame or list of dicts with lengths, as for :func:`estimate_cost`.
        config: An ``assemblyai.TranscriptionConfig``; columns that have an option's name override it.
        options: Further options by name.
        assume_duration_s: The length of recordings of unknown length; by default the median of the known ones.
        in_corpus: The ids of recordings that a corpus holds already.

    Raises:
        ManifestError: There is neither a length nor a source in the table.
        OptionError: A column looks like an option but is not one.
    """
    frame = table_of_recordings(manifest).reset_index(drop=True)
    status = _status(frame)
    kind, kinds = _kinds(frame, config, options, status)
    _refuse_too_short(durations_s(frame).tolist(), kind, kinds, status)
    if in_corpus:
        status[frame["recording_id"].isin(in_corpus).to_numpy() & (status == SENT)] = IN_CORPUS
    columns = tuple(opt.option_columns(frame.columns))
    return replace(_workload(frame, status, kind, kinds, assume_duration_s), option_columns=columns, near_columns=opt.near_columns(frame))


def workload_of_jobs(frame: pd.DataFrame) -> Workload:
    """Read the jobs of a ledger for planning.

    Args:
        frame: Manifest rows, each a job, with its ``options`` as they were sent (JSON).
    """
    code, texts = pd.factorize(frame["options"])
    channels = numbers(frame, "channels").fillna(0).to_numpy().astype(int)
    pairs, kind = np.unique(np.column_stack([code, channels]), axis=0, return_inverse=True)
    kinds = tuple(Kind(json.loads(texts[which]), int(count)) for which, count in pairs)
    return _workload(frame.reset_index(drop=True), np.full(len(frame), SENT, dtype=object), kind.reshape(-1), kinds, None)


def _workload(
    frame: pd.DataFrame,
    status: npt.NDArray[np.object_],
    kind: npt.NDArray[np.intp],
    kinds: tuple[Kind, ...],
    assume_duration_s: float | None,
) -> Workload:
    given = durations_s(frame).to_numpy()
    unknown = ~(np.isfinite(given) & (given >= 0))
    known = given[~unknown & (status == SENT)]
    assumed_s = assume_duration_s or (float(np.median(known)) if len(known) else ASSUMED_DURATION_S)
    durations: Numbers = np.asarray(np.where(unknown, assumed_s, given), dtype=np.float64)
    upload_bytes, guessed = _bytes(frame, durations)
    names = frame["recording_id"] if "recording_id" in frame.columns else pd.Series(_row_names(frame), dtype="str")
    return Workload(names, status, durations, unknown, assumed_s, upload_bytes, int((guessed & (status == SENT)).sum()), kind, kinds)


def _row_names(frame: pd.DataFrame) -> list[str]:
    source = _sources(frame)
    return [f"row {number}" for number in range(1, len(frame) + 1)] if source is None else source.astype("str").tolist()


def _sources(frame: pd.DataFrame) -> pd.Series[Any] | None:
    name = next((name for name in SOURCE_NAMES if name in frame.columns), None)
    return None if name is None else frame[name]


def _refuse_too_short(
    durations: Sequence[float], kind: npt.NDArray[np.intp], kinds: Sequence[Kind], status: npt.NDArray[np.object_]
) -> None:
    """Mark the recordings that are too short for their options."""
    for number, one in enumerate(kinds):
        if one.options.get("speech_threshold"):
            short = np.array([opt.length_problem(one.options, length) is not None for length in durations], dtype=bool)
            status[(kind == number) & short & (status == SENT)] = REFUSED


def _status(frame: pd.DataFrame) -> npt.NDArray[np.object_]:
    status = np.full(len(frame), SENT, dtype=object)
    if "problem" in frame.columns:
        for position in np.flatnonzero(frame["problem"].notna().to_numpy()):
            kind, _ = split_problem(str(frame["problem"].iloc[position]))
            status[position] = DUPLICATE if kind == "duplicate" else REFUSED
    return status


def _bytes(frame: pd.DataFrame, durations: Numbers) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    sizes = numbers(frame, "size_bytes").to_numpy()
    missing = np.isnan(sizes)
    source = _sources(frame)
    if source is None:
        return np.nan_to_num(sizes), np.zeros(len(frame), dtype=bool)
    local = np.zeros(len(frame), dtype=bool)
    local[missing] = [isinstance(text, str) and bool(text) and not is_url(text) for text in source[missing].tolist()]
    return np.where(local, durations * ASSUMED_BYTES_PER_S, np.nan_to_num(sizes)), local


def _kinds(
    frame: pd.DataFrame, config: Any, options: Mapping[str, Any] | None, status: npt.NDArray[np.object_]
) -> tuple[npt.NDArray[np.intp], tuple[Kind, ...]]:
    """Read each different combination of options once. A bad cell refuses its rows, as ``submit_batch`` does."""
    columns = opt.option_columns(frame.columns)
    base = opt.config_options(config, options, columns=columns)
    channels = numbers(frame, "channels").fillna(0).to_numpy().astype(int)
    code = pd.factorize(channels)[0]
    for name in columns:
        cells, values = pd.factorize(frame[name].map(repr))
        code = pd.factorize(code * len(values) + cells)[0]
    _, first, kind = np.unique(code, return_index=True, return_inverse=True)
    kinds = []
    for number, position in enumerate(first):
        try:
            effective = opt.effective_options(base, {name: frame[name].iloc[position] for name in columns})
        except OptionError:
            effective = dict(base)
            status[(kind == number) & (status == SENT)] = REFUSED
        kinds.append(Kind(effective, int(channels[position])))
    return kind, tuple(kinds)
