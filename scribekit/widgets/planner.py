"""The cost planner: change the settings of a batch before it is sent, and see what it would cost and how long it would take."""

from __future__ import annotations

import copy
import dataclasses
import html
import math
from typing import Any

import traitlets

from scribekit.api.limits import Limits
from scribekit.api.options import config_options, option_types
from scribekit.base.errors import OptionError
from scribekit.base.models import DEFAULT_SPEECH_MODELS
from scribekit.batch.planning import Plan
from scribekit.batch.planning.planner import plan
from scribekit.batch.pricing import RateCard, rate_card
from scribekit.corpus.handles import Batch, Corpus, corpus_of
from scribekit.widgets.base import STATIC, Widget, background

_POINTS = 160  # of the curve; more would not be visible
_SLOTS = (1, 2, 5, 10, 20, 50, 100, 200, 300, 500, 1000)
_MBPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_NEEDS_MORE = frozenset({"redact_pii", "redact_pii_audio", "redact_pii_return_unredacted"})
"""The service refuses these options without others; they are offered only if the configuration has them."""


class CostPlanner(Widget):
    """Shows the cost and the time of a batch for the chosen models, features, jobs at once, upload bandwidth and budget.

    Nothing is sent. To send the batch as planned, call ``sk.submit_batch(manifest, planner.config, limits=planner.limits, …)``; the widget
    shows the whole call.

    Args:
        manifest: As for :func:`scribekit.plan`.
        config: The ``assemblyai.TranscriptionConfig`` to begin with; options that the widget does not show are kept.
        limits: The limits to begin with.
        upload_mbps: The upload bandwidth to begin with, in Mbit/s; None: not limited.
        budget_usd: The budget to begin with, in US dollars.
        corpus: Estimate from its jobs how long the service takes.

    Attributes:
        plan: The current plan (:class:`scribekit.batch.planning.Plan`).
        config: The current configuration.
        limits: The current limits.
        budget_usd: The current budget; None without one.

    Raises:
        ManifestError: The manifest has neither lengths nor sources.
        OptionError: An option, a limit or a number is not valid.
    """

    _esm = STATIC / "planner.js"
    choices = traitlets.Dict().tag(sync=True)
    settings = traitlets.Dict().tag(sync=True)
    figures = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        manifest: Any,
        config: Any = None,
        *,
        limits: Limits | None = None,
        upload_mbps: float | None = None,
        budget_usd: float | None = None,
        corpus: Batch | Corpus | None = None,
    ) -> None:
        self._manifest, self._corpus = manifest, None if corpus is None else corpus_of(corpus)
        self._given_config, self._given_limits = config, limits or Limits()
        options = config_options(config)
        card = rate_card()
        settings = {
            "models": list(options["speech_models"]),
            "features": [name for name in _simple_features(card, options) if options.get(name)],
            "concurrent_jobs": self._given_limits.concurrent_jobs,
            "upload_mbps": upload_mbps,
            "budget_usd": budget_usd,
        }
        super().__init__(choices=_choices(card, options, settings), settings=settings)
        self._plan_with(settings)

    @property
    def config(self) -> Any:
        """The current configuration."""
        return self._config_for(self.settings)

    @property
    def limits(self) -> Limits:
        """The current limits."""
        return self._limits_for(self.settings)

    @property
    def budget_usd(self) -> float | None:
        """The current budget in US dollars; None without one."""
        budget: float | None = self.settings["budget_usd"]
        return budget

    @background
    def on_change_settings(self, settings: dict[str, Any]) -> None:
        """Plan again with the settings of the page."""
        self._plan_with({**self.settings, **{name: settings[name] for name in self.settings if name in settings}})

    def static_text(self) -> str:
        """Return the plan as a sentence."""
        return repr(self.plan)

    def static_html(self) -> str:
        """Return the plan as a table with its picture, and the call."""
        return f"{self.plan._repr_html_()}<pre>{html.escape(self.figures['call'])}</pre>"

    def _plan_with(self, settings: dict[str, Any]) -> None:
        _check(settings)
        options = config_options(self._config_for(settings))
        self.plan: Plan = plan(
            self._manifest,
            self._config_for(settings),
            limits=self._limits_for(settings),
            upload_mbps=settings["upload_mbps"],
            budget_usd=settings["budget_usd"],
            corpus=self._corpus,
        )
        figures = _figures(self.plan)
        self.settings = settings
        self.figures = {**figures, "call": _call(options, settings, self._limits_for(settings))}

    def _config_for(self, settings: dict[str, Any]) -> Any:
        import assemblyai

        config = assemblyai.TranscriptionConfig() if self._given_config is None else copy.deepcopy(self._given_config)
        config.raw.speech_model = None
        config.raw.speech_models = list(settings["models"])
        for feature in self.choices["features"]:
            setattr(config.raw, feature["option"], True if feature["option"] in settings["features"] else None)
        return config

    def _limits_for(self, settings: dict[str, Any]) -> Limits:
        return dataclasses.replace(self._given_limits, concurrent_jobs=settings["concurrent_jobs"])


def _simple_features(card: RateCard, options: dict[str, Any]) -> dict[str, str]:
    """Return option → name of the paid features that only need to be turned on."""
    types = option_types()
    return {
        addon.option: addon.name
        for addon in card.addons
        if types.get(addon.option) is bool and addon.equals is None and (addon.option not in _NEEDS_MORE or options.get(addon.option))
    }


def _choices(card: RateCard, options: dict[str, Any], settings: dict[str, Any]) -> dict[str, Any]:
    singles = [[name] for name in card.offered]
    offered = [settings["models"], list(DEFAULT_SPEECH_MODELS), *singles]
    models = [names for place, names in enumerate(offered) if names not in offered[:place]]
    per_hour = {addon.option: addon.per_hour for addon in card.addons}
    return {
        "models": [{"names": names, "per_hour": card.rate_of(names[0])} for names in models],
        "features": [
            {"option": option, "name": name, "per_hour": dict(per_hour[option])} for option, name in _simple_features(card, options).items()
        ],
        "concurrent_jobs": sorted({*_SLOTS, settings["concurrent_jobs"]}),
        "upload_mbps": [*sorted({*_MBPS, *([settings["upload_mbps"]] if settings["upload_mbps"] else [])}), None],
        "rates_of": card.date,
    }


def _check(settings: dict[str, Any]) -> None:
    budget = settings["budget_usd"]
    if budget is not None and not (isinstance(budget, (int, float)) and budget > 0):
        raise OptionError("The budget is a number of dollars above zero, or empty for none.")


def _figures(found: Plan) -> dict[str, Any]:
    row = found.to_frame().iloc[0].to_dict()
    progress = found.progress()
    step = max(1, len(progress) // _POINTS)
    thinned = progress.iloc[sorted({*range(0, len(progress), step), len(progress) - 1})]
    return {
        "row": {name: _plain(value) for name, value in row.items()},
        "stages": [{name: _plain(value) for name, value in stage.items()} for stage in found.stages().to_dict("records")],
        "curve": {name: [_plain(value) for value in thinned[name]] for name in progress},
        "assumptions": found.assumptions,
    }


def _plain(value: Any) -> Any:
    """Return the cell of a table as a JSON value; None for a missing or infinite number."""
    if isinstance(value, str) or value is None:
        return value
    number = float(value) if value == value and value is not None else math.nan
    return number if math.isfinite(number) else None


def _call(options: dict[str, Any], settings: dict[str, Any], limits: Limits) -> str:
    """Return the call that sends the batch as planned."""
    arguments = ", ".join(f"{name}={value!r}" for name, value in options.items())
    defaults = Limits()
    values = {item.name: getattr(limits, item.name) for item in dataclasses.fields(Limits)}
    changed = ", ".join(f"{name}={value!r}" for name, value in values.items() if value != getattr(defaults, name))
    more = [f"limits=sk.Limits({changed})"] if changed else []
    more += [f"budget_usd={settings['budget_usd']:g}"] if settings["budget_usd"] else []
    lines = [f"config = aai.TranscriptionConfig({arguments})", "batch = sk.submit_batch("]
    return "\n".join([*lines, "    " + ", ".join(["manifest", "config", 'corpus="corpora/my_library"', *more]), ")"])
