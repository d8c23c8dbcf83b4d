"""The cost of a batch and of a job, at the dated prices of ``pricing.toml``. Pure.

Cost of one job = base · hours · channels + Σ add-on · hours, where ``channels`` counts only for multichannel jobs. Where the model, or an
add-on that it offers, has no known rate, the cost is None (NaN in a frame) and never counts as nothing; a user may assume one.
"""

from __future__ import annotations

import functools
import math
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from numbers import Real
from typing import Any

import pandas as pd

from scribekit.api import options as opt
from scribekit.api.embedded import MODEL_PREFIX
from scribekit.base import schema
from scribekit.base.errors import ManifestWarning, OptionError, warn_user
from scribekit.base.models import State, find_model
from scribekit.base.names import names_of
from scribekit.recordings.manifest import durations_s, numbers, split_problem, table_of_recordings

ASSUMED_CHANNELS = 2
"""Channels of a multichannel recording whose number is unknown (a URL), in an estimate."""


@dataclass(frozen=True)
class Addon:
    """A feature that costs extra.

    Attributes:
        name: Its name in a note.
        option: The option that switches it on; dots lead into nested options.
        per_hour: Model → US dollars per hour, for the models that offer it; None where no source has a price.
        equals: The only value that switches it on; None for any that is not false or empty.
        unless: A value that does not switch it on, although it is not empty.
    """

    name: str
    option: str
    per_hour: Mapping[str, float | None]
    equals: str | None = None
    unless: str | None = None

    @functools.cached_property
    def _path(self) -> tuple[str, ...]:
        return tuple(self.option.split("."))

    def is_on(self, options: Mapping[str, Any]) -> bool:
        """Return whether these options switch it on."""
        first, *nested = self._path
        value = options.get(first)
        for key in nested:
            value = value.get(key) if isinstance(value, Mapping) else None
        if self.equals is not None:
            return bool(value == self.equals)
        # A task of speech understanding may be asked for with an empty object.
        return (bool(value) or (bool(nested) and value == {})) and value != self.unless


@dataclass(frozen=True)
class RateCard:
    """The prices in ``pricing.toml``.

    Attributes:
        date: When the sources were last compared, ISO 8601.
        sources: Where the prices come from.
        models: Model → US dollars per hour of audio and channel.
        vendors: Model → who runs it.
        addons: The features that cost extra.
        presumed: Model → the model whose add-on prices are presumed for it, where no source lists its own.
    """

    date: str
    sources: tuple[str, ...]
    models: Mapping[str, float]
    vendors: Mapping[str, str]
    addons: tuple[Addon, ...]
    presumed: Mapping[str, str]

    def vendor_of(self, model: str) -> str | None:
        """Return who runs a model, ``embedded`` for every model that answers on this machine; None for one that is not in the table."""
        return "embedded" if model.startswith(MODEL_PREFIX) else self.vendors.get(model)

    def rate_of(self, model: str) -> float | None:
        """Return US dollars per hour of audio and channel, nothing for what runs on this machine; None where no rate is known."""
        return 0.0 if self.vendor_of(model) == "embedded" else self.models.get(model)

    @property
    def offered(self) -> list[str]:
        """The models of AssemblyAI that have a price and can be bought, in the order of the table."""
        return [name for name, vendor in self.vendors.items() if vendor == "AssemblyAI" and not find_model(name).is_refused]


@functools.cache
def rate_card() -> RateCard:
    """Return the dated prices that every estimate and every cost is computed with.

    Example:
        >>> rate_card().models["universal-2"]
        0.15
    """
    data = tomllib.loads(resources.files("scribekit.batch").joinpath("pricing.toml").read_text(encoding="utf-8"))
    presumed = {name: model["addons_like"] for name, model in data["models"].items() if "addons_like" in model}
    return RateCard(
        date=data["date"],
        sources=tuple(data["sources"].values()),
        models={name: model["per_hour"] for name, model in data["models"].items()},
        vendors={name: model["vendor"] for name, model in data["models"].items()},
        addons=tuple(_addon(row, presumed) for row in data["addons"]),
        presumed=presumed,
    )


def _addon(row: Mapping[str, Any], presumed: Mapping[str, str]) -> Addon:
    listed = {name: None if price == "?" else float(price) for name, price in row["per_hour"].items()}
    per_hour = {name: listed[like] for name, like in presumed.items() if like in listed} | listed
    return Addon(row["name"], row["option"], per_hour, row.get("equals"), row.get("unless"))


@dataclass(frozen=True)
class _HourlyRate:
    """The price of an hour of one job with one model.

    Attributes:
        base: US dollars for the model; NaN when it has no price.
        addons: US dollars for the add-ons, as far as their prices are known.
        missing: What has no price: the add-ons and options by name, or the model. Empty when the price is known.
    """

    base: float
    addons: float = 0.0
    missing: tuple[str, ...] = ()


def _hourly_rate(model: str, options: Mapping[str, Any], channels: int) -> _HourlyRate:
    card = rate_card()
    rate = card.rate_of(model)
    if rate is None:
        return _HourlyRate(math.nan, missing=(f"the model {model!r}",))
    base = rate * (channels if is_multichannel(options) else 1)
    if card.vendor_of(model) == "embedded":
        return _HourlyRate(base)
    on = [addon for addon in card.addons if model in addon.per_hour and addon.is_on(options)]
    prices = [addon.per_hour[model] for addon in on]
    missing = [addon.name for addon, price in zip(on, prices, strict=True) if price is None]
    return _HourlyRate(base, math.fsum(price for price in prices if price is not None), (*missing, *_unlisted(options)))


def _unlisted(options: Mapping[str, Any]) -> list[str]:
    """Return the options, and the tasks of speech understanding, that are newer than the price list: nobody knows what they cost."""
    understanding = options.get("speech_understanding")
    request = understanding.get("request") if isinstance(understanding, Mapping) else None
    tasks = request if isinstance(request, Mapping) else {}
    prefix = "speech_understanding.request."
    names = [*(name for name in options if name not in _known_options()), *(prefix + task for task in tasks)]
    return [f"the option {name}" for name in names if name not in _priced_options()]


@functools.cache
def _priced_options() -> frozenset[str]:
    return frozenset(addon.option for addon in rate_card().addons)


@functools.cache
def _known_options() -> frozenset[str]:
    return frozenset(opt.option_types()) | {option.split(".")[0] for option in _priced_options()}


def missing_rates(model: str, options: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what has no known price in a job: its model, add-ons or options by name. Empty when its cost can be computed.

    Example:
        >>> missing_rates("universal-2", {"domain": "medical-v1", "speaker_labels": True})
        ('medical mode on universal-2',)
        >>> missing_rates("a-model-of-next-year", {})
        ("the model 'a-model-of-next-year'",)
    """
    missing = _hourly_rate(model, options, 1).missing
    return missing if rate_card().rate_of(model) is None else tuple(f"{name} on {model}" for name in missing)


def job_cost(
    model: str | None, options: Mapping[str, Any], duration_s: float, channels: int = 1, *, assume_usd_per_hour: float | None = None
) -> float | None:
    """Return the cost of one job in US dollars.

    Args:
        model: The model that answers. None, or a model without a rate, costs None.
        options: The options of the job. An add-on that the model does not offer is not charged; one that it offers, but whose price is
            not known, makes the cost None.
        duration_s: Length of the audio in seconds.
        channels: Number of its channels; counts only with ``multichannel``.
        assume_usd_per_hour: What an hour of audio is taken to cost, all included, where the cost is not known.

    Example:
        >>> job_cost("universal-2", {"speaker_labels": True}, 100 * 3600)
        17.0
        >>> job_cost("a-model-of-next-year", {}, 60) is None, job_cost("universal-2", {"domain": "medical-v1"}, 60) is None
        (True, True)
        >>> job_cost("a-model-of-next-year", {}, 3600, assume_usd_per_hour=0.3)
        0.3
    """
    hours = duration_s / 3600
    rate = None if model is None else _hourly_rate(model, options, channels)
    if rate is None or rate.missing:
        return None if assume_usd_per_hour is None else assume_usd_per_hour * hours
    return rate.base * hours + rate.addons * hours


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


def check_amounts(**amounts: float | None) -> None:
    """Refuse an amount that is neither a number above zero nor None.

    Raises:
        OptionError: The message names the argument.
    """
    for name, value in amounts.items():
        if value is not None and not (isinstance(value, Real) and value > 0):
            raise OptionError(f"{name}={value!r}: expected a number above zero, or None.")


def estimate_cost(
    manifest: Any,
    config: Any = None,
    *,
    options: Mapping[str, Any] | None = None,
    models: str | Sequence[str] | None = None,
    assume_usd_per_hour: float | None = None,
) -> pd.DataFrame:
    """Estimate the cost of a batch before a cent is spent, one row per model.

    Args:
        manifest: A manifest frame, or any frame or list of dicts with a column ``duration_s``, ``duration`` or ``length``, in seconds or
            as :func:`read_manifest` takes lengths (and ``channels``, if known). A column that has the name of an option overrides
            ``config`` for its row. Rows with another ``problem``, or with options that ``submit_batch`` refuses, are not counted.
        config: An ``assemblyai.TranscriptionConfig``; its features count as add-ons.
        options: Further options by name, as for :func:`submit_batch`.
        models: The models to compare; by default every pre-recorded AssemblyAI model that has a known price and can be bought, and those
            that ``config`` names.
        assume_usd_per_hour: What an hour of audio is taken to cost, with channels and add-ons, where no price is known.

    Returns:
        The columns of :data:`scribekit.schema.ESTIMATE`; ``attrs["rate_card"]`` is the date of the prices. Recordings of unknown length
        are counted in ``unknown_duration`` and not in the figures; so are those whose length cannot be read, and ``note`` says how many
        these are. Where a model, or an add-on that it offers, has no published price,
        ``total_usd`` is missing and ``note`` says "no rate", with the add-on's name; so it does for a model that cannot be bought.

    Raises:
        ManifestError: There is neither a length nor a source in the table, or no length in it can be read.
        OptionError: A column looks like an option but is not one, or ``config`` or ``options`` would be refused.

    Warns:
        ManifestWarning: A column of your own is called as people call an option (``language``, ``n_speakers``, ``model``).

    Example:
        >>> estimate_cost([{"duration": 3600.0}], models=["universal-2", "some-new-model"])[["model", "total_usd", "note"]]
                    model  total_usd                 note
        0     universal-2       0.15  rates of 2026-11-30
        1  some-new-model        NaN              no rate
    """
    check_amounts(assume_usd_per_hour=assume_usd_per_hour)
    table = table_of_recordings(manifest)
    warn_of_near_columns(opt.near_columns(table))
    base = opt.config_options(config, options, columns=opt.option_columns(table.columns))
    kinds = [split_problem(cell)[0] if isinstance(cell, str) else None for cell in table["problem"].tolist()]
    jobs = _jobs(table[[kind in (None, "bad_length") for kind in kinds]], base)
    card = rate_card()
    if models is None:
        named = base["speech_models"] if config is not None or options is not None else []
        models = list(dict.fromkeys([*card.offered, *named]))
    rows = [_estimate(model, jobs, assume_usd_per_hour) for model in names_of(models, "models")]
    if unread := kinds.count("bad_length"):
        rows = [row | {"note": f"lengths that cannot be read: {unread}; {row['note']}"} for row in rows]
    frame = schema.ESTIMATE.frame(rows)
    frame.attrs["rate_card"] = card.date
    return frame


def warn_of_near_columns(found: Mapping[str, str]) -> None:
    """Warn of own columns that are called as people call an option (:func:`scribekit.api.options.near_columns`)."""
    if message := opt.near_columns_message(found):
        warn_user(message, ManifestWarning)


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


def _estimate(model: str, jobs: Sequence[_Job], assumed: float | None) -> dict[str, Any]:
    known = [(job, job.duration_s) for job in jobs if job.duration_s is not None]
    row: dict[str, Any] = {
        "model": model,
        "files": len(jobs),
        "hours": math.fsum(seconds for _, seconds in known) / 3600,
        "unknown_duration": len(jobs) - len(known),
    }
    found = find_model(model)
    if found.is_refused:
        return row | {"note": f"no rate: {found.state} ({found.since}), use {found.replacement}"}
    base, addons, missing = [], [], list[str]()
    for job, seconds in known:
        rate, hours = _hourly_rate(model, job.options, job.counted_channels), seconds / 3600
        if rate.missing and assumed is not None:
            base.append(assumed * hours)
        else:
            base.append(rate.base * hours)
            addons.append(math.nan if rate.missing else rate.addons * hours)
        missing.extend(rate.missing)
    figures = {"base_usd": math.fsum(base), "addons_usd": math.fsum(addons)}
    row |= figures | {"total_usd": figures["base_usd"] + figures["addons_usd"]}
    if rate_card().rate_of(model) is None and assumed is None:
        return row | {"base_usd": math.nan, "addons_usd": math.nan, "total_usd": math.nan, "note": "no rate"}
    return row | {"note": _note(model, [job for job, _ in known], list(dict.fromkeys(missing)), assumed)}


def no_rate_note(missing: Sequence[str], assumed: float | None) -> str:
    """Return the note on what has no price.

    Example:
        >>> no_rate_note(["medical mode"], None), no_rate_note(["medical mode"], 0.3)
        ('no rate: medical mode', 'no rate, $0.30 an hour assumed: medical mode')
    """
    return f"no rate{'' if assumed is None else f', ${assumed:,.2f} an hour assumed'}: {', '.join(missing)}"


def presumption_note(model: str, options: Iterable[Mapping[str, Any]]) -> str | None:
    """Return the note on add-on prices that are presumed for a model, because no source lists its own; None when none is.

    Example:
        >>> presumption_note("assemblyai-stt-3-7", [{"speaker_labels": True}])
        'presumed, as with universal-3-5-pro: speaker labels'
    """
    like = rate_card().presumed.get(model)
    chosen = list(options) if like else []
    addons = [addon for addon in rate_card().addons if addon.per_hour.get(model) and any(map(addon.is_on, chosen))]
    return f"presumed, as with {like}: {', '.join(addon.name for addon in addons)}" if addons else None


def _note(model: str, jobs: Sequence[_Job], missing: Sequence[str], assumed: float | None) -> str:
    card = rate_card()
    if card.vendor_of(model) == "embedded":
        return "runs on this machine"
    notes = [no_rate_note(missing, assumed)] if missing else []
    absent = [addon.name for addon in card.addons if model not in addon.per_hour and any(addon.is_on(job.options) for job in jobs)]
    if card.rate_of(model) is not None and absent:
        notes.append(f"not offered, not charged: {', '.join(absent)}")
    if presumed := presumption_note(model, (job.options for job in jobs)):
        notes.append(presumed)
    guessed = sum(is_multichannel(job.options) and job.channels is None for job in jobs)
    if guessed:
        notes.append(f"{guessed} multichannel of unknown channels, {ASSUMED_CHANNELS} assumed")
    if find_model(model).state is State.DEPRECATED:
        notes.append(f"deprecated, use {find_model(model).replacement}")
    return "; ".join([*notes, f"rates of {card.date}"])
