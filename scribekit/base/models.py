"""The speech models for recordings: what the service does with each name, from the dated table ``models.toml``. Pure.

Names are free strings. A name that is not in the table has the state ``unknown`` and is sent as it is.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import resources
from typing import Any

from scribekit.base.errors import OptionError

DEFAULT_SPEECH_MODELS = ("assemblyai-stt-3-7", "universal-2")
"""Sent when neither the configuration nor the row names a model: the account's default changes without notice."""


class State(StrEnum):
    """What the service does with a model's name."""

    CURRENT = "current"
    """The service takes it."""
    DEPRECATED = "deprecated"
    """The service takes it, and has named a newer one."""
    REFUSED = "refused"
    """A request that names it is answered with 400."""
    STREAMING_ONLY = "streaming only"
    """It exists, but not for recordings."""
    UNKNOWN = "unknown"
    """It is not in the table."""


@dataclass(frozen=True)
class Model:
    """A speech model.

    Attributes:
        name: The name that is sent.
        states: Each state with the day since when a source reports it, oldest first. Empty for an unknown model.
        replacement: What to use instead; None when it is current or unknown.
        said: The sentence with which the service refuses it; None when no source quotes it.
    """

    name: str
    states: Mapping[State, str] = field(default_factory=dict)
    replacement: str | None = None
    said: str | None = None

    @property
    def state(self) -> State:
        """Its newest state."""
        return [State.UNKNOWN, *self.states][-1]

    @property
    def since(self) -> str | None:
        """The day since when a source reports the newest state; None for an unknown model."""
        return self.states.get(self.state)

    @property
    def is_refused(self) -> bool:
        """Whether the service does not transcribe recordings with it."""
        return self.state in (State.REFUSED, State.STREAMING_ONLY)


@functools.cache
def known_models() -> Mapping[str, Model]:
    """Return name → model for every model in the table.

    Example:
        >>> known_models()["universal-2"].state
        <State.CURRENT: 'current'>
    """
    rows = tomllib.loads(resources.files("scribekit.base").joinpath("models.toml").read_text("utf-8"))["models"]
    return {
        name: Model(name, {State(state): day for state, day in row["states"].items()}, row.get("replacement"), row.get("said"))
        for name, row in rows.items()
    }


def find_model(name: str) -> Model:
    """Return the model with this name; one without states when the table does not have it.

    Example:
        >>> model = find_model("universal-3-5-pro")
        >>> model.state, model.since, model.replacement
        (<State.DEPRECATED: 'deprecated'>, '2026-11-20', 'assemblyai-stt-3-7')
        >>> find_model("a-model-of-next-year").state
        <State.UNKNOWN: 'unknown'>
    """
    return known_models().get(name) or Model(name)


def check_models(names: Any, *, given_by_options: bool = False) -> None:
    """Refuse ``speech_models`` that the service does not take for recordings.

    Args:
        names: The value of ``speech_models``.
        given_by_options: The user gave it by ``options=`` and knows better: a refused model is let through.

    Raises:
        OptionError: It is not a list of names, or one of them is refused. The message has the replacement, the service's own sentence
            and the way to send the model all the same.

    Example:
        >>> check_models(["assemblyai-stt-3-7", "universal-2"])
        >>> check_models(["universal-3-pro"], given_by_options=True)
        >>> check_models(["universal-3-6-pro"])  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        scribekit.base.errors.OptionError: The model 'universal-3-6-pro' is for streaming only (reported 2026-10-01). Use ...
    """
    if not isinstance(names, (list, tuple)) or not names or not all(isinstance(name, str) and name.strip() for name in names):
        raise OptionError(f"'speech_models' is {names!r}; expected a list of one or more names, for example {list(DEFAULT_SPEECH_MODELS)}.")
    refused = next((model for model in map(find_model, names) if model.is_refused), None)
    if refused is not None and not given_by_options:
        raise OptionError(_refusal(refused, list(names)))


def _refusal(model: Model, names: list[str]) -> str:
    what = "is for streaming only" if model.state is State.STREAMING_ONLY else "is not taken for recordings any more"
    said = f" The service says: {model.said}" if model.said else ""
    return (
        f"The model {model.name!r} {what} (reported {model.since}). Use {model.replacement!r} instead.{said} "
        f"If your account takes it all the same, give submit_batch options={{'speech_models': {names!r}}}, which is sent as given."
    )


def deprecation_message(names: Iterable[str]) -> str | None:
    """Return the sentences to warn with when some of these models are deprecated; None when none is.

    Example:
        >>> print(deprecation_message(["universal-3-5-pro", "universal-2"]))
        'universal-3-5-pro' is deprecated (reported 2026-11-20): the service still takes it. Use 'assemblyai-stt-3-7' for new recordings.
        >>> deprecation_message(["universal-2"]) is None
        True
    """
    models = [model for model in map(find_model, dict.fromkeys(names)) if model.state is State.DEPRECATED]
    sentences = [
        f"{model.name!r} is deprecated (reported {model.since}): the service still takes it. Use {model.replacement!r} for new recordings."
        for model in models
    ]
    return " ".join(sentences) or None
