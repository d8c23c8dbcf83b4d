"""The cost of a batch and of a job, at the dated prices of ``pricing.toml``. Pure.

Cost of one job = base · hours · channels + Σ add-on · hours, where ``channels`` counts only for multichannel jobs. A model without a known
rate costs None (NaN in a frame), never a guess.
"""

from __future__ import annotations

import functools
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import pandas as pd

from scribekit.api import options as opt
from scribekit.base import schema
from scribekit.base.errors import OptionError
from scribekit.recordings.manifest import durations_s, numbers, table_of_recordings

ASSUMED_CHANNELS = 2
"""Channels of a multichannel recording whose number is unknown (a URL), in an estimate."""


@dataclass(frozen=True)
class Addon:
    """A feature that costs extra.

    Attributes:
        name: Its name in a note.
        option: The option that switches it on; dots lead into nested options.
        per_hour: Model → US dollars per hour, for the models that offer it.
        equals: The only value that switches it on; None for any that is not false or empty.
    """

    name: str
    option: str
    per_hour: Mapping[str, float]
    equals: str | None = None

    @functools.cached_property
    def _path(self) -> tuple[str, ...]:
        return tuple(self.option.split("."))

    def is_on(self, options: Mapping[str, Any]) -> bool:
        """Return whether these options switch it on."""
        first, *nested = self._path
        value = options.get(first)
        for key in nested:
            value = value.get(key) if isinstance(value, Mapping) else None
        return bool(value) if self.equals is None else value == self.equals


@dataclass(frozen=True)
class RateCard:
    """The prices in ``pricing.toml``.

    Attributes:
        date: When the sources were last compared, ISO 8601.
        sources: Where the prices come from.
        models: Model → US dollars per hour of audio and channel.
        vendors: Model → who runs it: ``AssemblyAI`` or ``embedded``.
        addons: The features that cost extra.
    """

    date: str
    sources: tuple[str, ...]
    models: Mapping[str, float]
    vendors: Mapping[str, str]
    addons: tuple[Addon, ...]


@functools.cache
def rate_card() -> RateCard:
    """Return the dated prices that every estimate and every cost is computed with.

    Example:
        >>> rate_card().models["universal-2"]
        0.15
    """
    data = tomllib.loads(resources.files("scribekit.batch").joinpath("pricing.toml").read_text(encoding="utf-8"))
    return RateCard(
        date=data["date"],
        sources=tuple(data["sources"].values()),
        models={name: model["per_hour"] for name, model in data["models"].items()},
        vendors={name: model["vendor"] for name, model in data["models"].items()},
        addons=tuple(Addon(addon["name"], addon["option"], addon["per_hour"], addon.get("equals")) for addon in data["addons"]),
    )


def job_cost(model: str | None, options: Mapping[str, Any], duration_s: float, channels: int = 1) -> float | None:
    """Return the cost of one job in US dollars.

    Args:
        model: The model that answers. None, or a model without a rate, costs None.
        options: The options of the job. An add-on that the model does not offer is not charged.
        duration_s: Length of the audio in seconds.
        channels: Number of its channels; counts only with ``multichannel``.

    Example:
        >>> job_cost("universal-2", {"speaker_labels": True}, 100 * 3600)
        17.0
        >>> job_cost("assemblyai-stt-3-7", {}, 60) is None
        True
    """
    if model is None or model not in rate_card().models:
        return None
    base, addons = _parts(model, options, duration_s, channels)
    return base + addons


def _parts(model: str, options: Mapping[str, Any], duration_s: float, channels: int) -> tuple[float, float]:
    card = rate_card()
    hours = duration_s / 3600
    base = card.models[model] * hours * (channels if is_multichannel(options) else 1)
    return base, math.fsum(addon.per_hour.get(model, 0.0) * hours for addon in card.addons if addon.is_on(options))


def is_multichannel(options: Mapping[str, Any]) -> bool:
    """Return whether the channels are transcribed, and paid for, one by one."""
    return bool(options.get("multichannel") or options.get("dual_channel"))


@dataclass(frozen=True)
class _Job:
    options: Mapping[str, Any]
    duration_s: float | None
    channels: int | None

    @property
    def counted_channels(self) -> int:
        return self.channels or ASSUMED_CHANNELS


def estimate_cost(
    manifest: Any, config: Any = None, *, options: Mapping[str, Any] | None = None, models: Sequence[str] | None = None
) -> pd.DataFrame:
    """Estimate the cost of a batch before a cent is spent, one row per model.

    Args:
        manifest: A manifest frame, or any frame or list of dicts with ``duration_s`` or ``duration`` in seconds (and ``channels``, if
            known). A column that has the name of an option overrides ``config`` for its row. Rows with a ``problem``, or with options that
            ``submit_batch`` refuses, are not counted.
        config: An ``assemblyai.TranscriptionConfig``; its features count as add-ons.
        options: Further options by name, as for :func:`submit_batch`.
        models: The models to compare; by default every pre-recorded AssemblyAI model with a known price, and those that ``config`` names.

    Returns:
        The columns of :data:`scribekit.schema.ESTIMATE`; ``attrs["rate_card"]`` is the date of the prices. Recordings of unknown length
        are counted in ``unknown_duration`` and not in the figures.

    Raises:
        ManifestError: There is neither a length nor a source in the table.
        OptionError: A column looks like an option but is not one, or ``config`` or ``options`` would be refused.

    Example:
        >>> estimate_cost([{"duration": 3600.0}], models=["universal-2", "some-new-model"])[["model", "total_usd", "note"]]
                    model  total_usd                 note
        0     universal-2       0.15  rates of 2026-11-22
        1  some-new-model        NaN              no rate
    """
    table = table_of_recordings(manifest)
    base = opt.config_options(config, options, columns=opt.option_columns(table.columns))
    jobs = _jobs(table[table["problem"].isna()] if "problem" in table.columns else table, base)
    card = rate_card()
    if models is None:
        named = base["speech_models"] if config is not None or options is not None else []
        models = list(dict.fromkeys([*(name for name in card.models if card.vendors[name] == "AssemblyAI"), *named]))
    frame = schema.ESTIMATE.frame([_estimate(model, jobs) for model in models])
    frame.attrs["rate_card"] = card.date
    return frame


def _jobs(frame: pd.DataFrame, base: Mapping[str, Any]) -> list[_Job]:
    channels = numbers(frame, "channels")
    columns = opt.option_columns(frame.columns)
    cells = [frame[column].tolist() for column in columns]
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*cells, strict=True)] if columns else [{}] * len(frame)
    jobs = []
    for row, seconds, count in zip(rows, durations_s(frame).tolist(), channels.tolist(), strict=True):
        try:
            options = opt.effective_options(base, row)
        except OptionError:  # submit_batch refuses this row, so it costs nothing
            continue
        jobs.append(_Job(options, seconds if 0 <= seconds < math.inf else None, int(count) if count >= 1 else None))
    return jobs


def _estimate(model: str, jobs: Sequence[_Job]) -> dict[str, Any]:
    known = [(job, job.duration_s) for job in jobs if job.duration_s is not None]
    row: dict[str, Any] = {
        "model": model,
        "files": len(jobs),
        "hours": math.fsum(seconds for _, seconds in known) / 3600,
        "unknown_duration": len(jobs) - len(known),
        "note": "no rate",
    }
    if model not in rate_card().models:
        return row
    parts = [_parts(model, job.options, seconds, job.counted_channels) for job, seconds in known]
    base, addons = math.fsum(part[0] for part in parts), math.fsum(part[1] for part in parts)
    return row | {"base_usd": base, "addons_usd": addons, "total_usd": base + addons, "note": _note(model, [job for job, _ in known])}


def _note(model: str, jobs: Sequence[_Job]) -> str:
    card = rate_card()
    if card.vendors[model] == "embedded":
        return "runs on this machine"
    missing = [addon.name for addon in card.addons if model not in addon.per_hour and any(addon.is_on(job.options) for job in jobs)]
    notes = [f"not offered, not charged: {', '.join(missing)}"] if missing else []
    guessed = sum(is_multichannel(job.options) and job.channels is None for job in jobs)
    if guessed:
        notes.append(f"{guessed} multichannel of unknown channels, {ASSUMED_CHANNELS} assumed")
    return "; ".join([*notes, f"rates of {card.date}"])
