"""The plan of a batch that has not been sent: figures, tables and a picture. Pure."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from scribekit.api.limits import Limits
from scribekit.base import schema
from scribekit.base.errors import OptionError, nearest
from scribekit.base.models import check_models
from scribekit.batch.planning import rendering
from scribekit.batch.planning.forecast import Forecast, Setting
from scribekit.batch.planning.simulation import MEANINGS
from scribekit.batch.planning.workload import DUPLICATE, IN_CORPUS, REFUSED, SENT, Workload
from scribekit.batch.pricing import no_rate_note, presumption_note, rate_card

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LIMITS = tuple(item.name for item in dataclasses.fields(Limits))
CHANGEABLE = ("in_flight", "upload_mbps", "speech_models", "budget_usd", *_LIMITS)
"""The settings that :meth:`Plan.what_if` can change."""


class Plan:
    """What a batch is expected to take, before a cent is spent. Made by :func:`scribekit.plan`, which sends nothing.

    Its ``repr`` is one sentence; a notebook shows a table with a picture.

    Attributes:
        limits: The pace of the plan; give it to ``submit_batch``.
        upload_mbps: The upload bandwidth of the plan, in Mbit/s.
    """

    def __init__(self, work: Workload, setting: Setting) -> None:
        self._work = work
        self._setting = setting
        self.limits = setting.limits
        self.upload_mbps = setting.upload_mbps

    @functools.cached_property
    def _forecast(self) -> Forecast:
        return Forecast(self._work, self._setting)

    def wall_s(self, chance: float = 0.5) -> float:
        """Return the seconds within which the last transcript is stored with this chance.

        Args:
            chance: Between 0 and 1. 0.5 is as likely too short as too long.

        Returns:
            Seconds from ``submit_batch`` to the end of ``collect``.

        Raises:
            OptionError: ``chance`` is not between 0 and 1.
        """
        if not 0 < chance < 1:
            raise OptionError(f"chance={chance!r}: expected a number between 0 and 1, for example 0.9.")
        return self._forecast.wall_s(chance)

    @property
    def bottleneck(self) -> str:
        """The stage that needs the most time by itself: what to change first."""
        return self._forecast.bottleneck

    @property
    def slots(self) -> int:
        """Jobs that the service works on at once: the account's slots, or fewer where the service's machine has fewer."""
        return self._forecast.pipeline.slots

    def to_frame(self) -> pd.DataFrame:
        """Return the plan as one row, in the columns of ``schema.PLAN`` (those of :meth:`what_if`)."""
        return schema.PLAN.frame([self._row])

    def recordings(self) -> pd.DataFrame:
        """Return the plan of each recording: columns of ``schema.PLANNED``, in manifest order.

        Example:
            >>> import scribekit as sk
            >>> plan = sk.plan([{"duration": 3600.0}, {"duration": 1800.0}])
            >>> plan.recordings()["usd"].round(3).tolist()
            [0.21, 0.105]
        """
        work, forecast = self._work, self._forecast
        jobs = forecast.jobs
        status = work.status.copy()
        status[status == SENT] = "held"
        status[jobs] = SENT
        ready, processing, usd = np.full(len(status), np.nan), np.full(len(status), np.nan), np.zeros(len(status))
        ready[jobs], processing[jobs], usd[jobs] = forecast.ready_s, forecast.work_s(jobs), forecast.usd(jobs)
        columns: dict[str, Any] = {
            "recording_id": work.recording_id.to_numpy(),
            "status": status,
            "duration_s": work.duration_s,
            "assumed": work.assumed,
            "upload_bytes": work.upload_bytes.astype("int64"),
            "processing_s": processing,
            "ready_s": ready,
            "usd": usd,
        }
        return schema.PLANNED.frame(columns)

    def stages(self) -> pd.DataFrame:
        """Return what each stage would need by itself, the slowest first: columns of ``schema.STAGES``.

        The stages run at the same time, so the batch takes a little longer than the slowest, not as long as the sum.
        """
        wall_s = self.wall_s() if self._forecast.stages else math.nan
        rows = [
            {"stage": stage.name, "alone_s": stage.alone_s, "share": stage.alone_s / wall_s, "meaning": MEANINGS[stage.name]}
            for stage in self._forecast.stages
        ]
        return schema.STAGES.frame(rows)

    def progress(self) -> pd.DataFrame:
        """Return the picture as numbers: ``audio_hours``, and the seconds ``at_s_10``, ``at_s_50``, ``at_s_90`` by which they are done."""
        hours, times = self._forecast.curve if len(self._forecast.jobs) else (np.zeros(1), np.zeros((3, 1)))
        return pd.DataFrame({"audio_hours": hours, "at_s_10": times[0], "at_s_50": times[1], "at_s_90": times[2]})

    def what_if(self, **settings: Any) -> pd.DataFrame:
        """Return the plan under other settings: one row for every combination, in the columns of ``schema.PLAN``.

        Args:
            settings: For each setting one value or a list: ``in_flight`` (jobs at the service at once, none of them waiting as long
                as the account has the slots), ``upload_mbps``, ``speech_models`` (each a name or a list of names), ``budget_usd``, and
                everything that :class:`Limits` takes (``concurrent_jobs=[5, 200]``). With other models than those of the plan, what is in
                the corpus counts as sent again.

        Returns:
            The rows; the last setting changes fastest.

        Raises:
            OptionError: There is no such setting, or it cannot have that value.

        Example:
            >>> import scribekit as sk
            >>> plan = sk.plan([{"duration": 3600.0}] * 400)
            >>> plan.what_if(concurrent_jobs=[5, 200])["bottleneck"].tolist()
            ['slots', 'slots']
        """
        for name in settings:
            if name not in CHANGEABLE:
                raise OptionError(f"what_if cannot change {name!r}.{nearest(name, CHANGEABLE)}")
        values = [_values(value) for value in settings.values()]
        changed = [self._with(dict(zip(settings, chosen, strict=True))) for chosen in itertools.product(*values)]
        return schema.PLAN.frame([plan._row for plan in changed])

    def plot(self, ax: Axes | None = None) -> Axes:
        """Plot hours of audio done over time, with the band from 10 to 90 %, and the bottleneck.

        Args:
            ax: Where to draw; a new figure by default.

        Returns:
            The Axes.
        """
        return rendering.draw(self.progress(), self._row, ax)

    def _with(self, settings: Mapping[str, Any]) -> Plan:
        limits = dataclasses.replace(self.limits, **{name: value for name, value in settings.items() if name in _LIMITS})
        if "in_flight" in settings:
            at_once = settings["in_flight"]
            slots = min(limits.concurrent_jobs, at_once)
            limits = dataclasses.replace(limits, concurrent_jobs=slots, queue_ahead=at_once - slots)
        rest = {name: settings[name] for name in ("upload_mbps", "budget_usd") if name in settings}
        work = self._work
        if "speech_models" in settings:
            rest["speech_models"] = models = _models(settings["speech_models"])
            work = work.sent_with(models)
        return Plan(work, dataclasses.replace(self._setting, limits=limits, **rest))

    @functools.cached_property
    def _row(self) -> dict[str, Any]:
        work, forecast, limits = self._work, self._forecast, self.limits
        jobs, assumed = forecast.jobs, work.assumed[forecast.jobs]
        usd = forecast.usd(jobs)
        hours = float(work.duration_s[jobs].sum()) / 3600
        return {
            "speech_models": " | ".join(dict.fromkeys(" → ".join(offer.models) for offer in forecast.offers)),
            "concurrent_jobs": limits.concurrent_jobs,
            "in_flight": limits.in_flight,
            "upload_mbps": self.upload_mbps,
            "budget_usd": self._setting.budget_usd,
            "recordings": len(work.status),
            "jobs": len(jobs),
            "refused": int((work.status == REFUSED).sum()),
            "duplicates": int((work.status == DUPLICATE).sum()),
            "in_corpus": int((work.status == IN_CORPUS).sum()),
            "held": len(work.sent) - len(jobs),
            "unknown_duration": int(assumed.sum()),
            "audio_hours": hours,
            "upload_bytes": int(work.upload_bytes[jobs].sum()),
            "requests": forecast.requests,
            "wall_s_50": forecast.wall_s(0.5),
            "wall_s_90": forecast.wall_s(0.9),
            "bottleneck": forecast.bottleneck,
            "usd": math.fsum(usd[~assumed]),
            "assumed_usd": math.fsum(usd[assumed]),
            "usd_without_budget": math.fsum(forecast.usd(work.sent)),
            "storage_bytes": round(hours * self._setting.stored_bytes_per_hour),
            "note": "; ".join(self._notes),
        }

    @property
    def _notes(self) -> list[str]:
        return [*self._setting.notes, *self.upload_notes, *self.cost_notes]

    @property
    def cost_notes(self) -> list[str]:
        """Notes on the dollars."""
        assumed = int(self._work.assumed[self._forecast.jobs].sum())
        lengths = [f"{assumed:,} of unknown length, {self._work.assumed_s / 60:,.1f} min assumed"] if assumed else []
        return [*self._price_notes, *lengths, f"rates of {rate_card().date}"]

    @property
    def _price_notes(self) -> list[str]:
        """What has no price, and which prices are presumed."""
        budget, assumed = self._setting.budget_usd, self._setting.assume_usd_per_hour
        kinds = np.unique(self._work.kind[self._work.sent])
        offers = [(self._work.kinds[kind], self._forecast.offers[kind]) for kind in kinds]
        # A budget reserves the most that a job can cost, with any of its models.
        missing = [name for _, offer in offers for names in (offer.missing if budget else offer.missing[:1]) for name in names]
        notes = [no_rate_note(list(dict.fromkeys(missing)), assumed)] if missing else []
        if missing and budget and assumed is None:
            notes.append("submit_batch needs assume_usd_per_hour= with a budget")
        presumed = [presumption_note(offer.models[0], [kind.options]) for kind, offer in offers]
        return [*notes, *dict.fromkeys(note for note in presumed if note)]

    @property
    def upload_notes(self) -> list[str]:
        """Notes on the uploads."""
        guessed = self._work.guessed_bytes
        sizes = [f"{guessed:,} files of unknown size, 128 kbit/s assumed"] if guessed else []
        is_free = self.upload_mbps is None and self._work.upload_bytes[self._forecast.jobs].any()
        return [*sizes, *(["upload bandwidth not given: uploads take no time here"] if is_free else [])]

    @property
    def assumptions(self) -> list[str]:
        """The assumptions, in sentences: languages, processing times, unknown lengths, the date of the rate card."""
        times = dict.fromkeys(times.formula for times in self._forecast.times)
        return [self._work.options_said, *(f"time in processing: {formula}" for formula in times), *self._notes]

    def __repr__(self) -> str:
        return rendering.sentence(self._row)

    def _repr_html_(self) -> str:
        return rendering.page(self._row, self.stages(), self.progress(), self.assumptions)


def _values(value: Any) -> list[Any]:
    return [value] if value is None or isinstance(value, str) or not isinstance(value, Iterable) else list(value)


def _models(value: Any) -> tuple[str, ...] | None:
    models = None if value is None else (value,) if isinstance(value, str) else tuple(value)
    if models is not None:
        check_models(models)
    return models
