"""The options of one job, from a configuration and a manifest row. Pure.

The configuration is the SDK's own ``assemblyai.TranscriptionConfig``. A manifest column that has the name of an option overrides it for
its row. A column whose name is nearly that of an option is refused: a misspelt option would have no effect, and would be paid for.
"""

from __future__ import annotations

import difflib
import functools
import json
import math
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from scribekit.base import schema
from scribekit.base.errors import OptionError
from scribekit.base.models import DEFAULT_SPEECH_MODELS, check_models

MAX_KEYTERMS = 1000
MAX_KEYTERM_WORDS = 6
MAX_PROMPT_WORDS = 1500

# The delivery of a result is not part of the job: nobody must pay again because a webhook changed.
_DELIVERY = frozenset({"webhook_url", "webhook_auth_header_name", "webhook_auth_header_value"})
_NOT_A_COLUMN = _DELIVERY | {"language_detection_results", "speech_model"}
_SCRIBEKIT_COLUMNS = frozenset(schema.MANIFEST.names) | {"path", "file", "url", "audio_url"}

_TRUE = frozenset({"true", "yes", "y", "1", "on"})
_FALSE = frozenset({"false", "no", "n", "0", "off"})


@functools.cache
def option_types() -> dict[str, type]:
    """Return every option that a manifest column may override → the Python type of its values."""
    from assemblyai.types import RawTranscriptionConfig

    hints = typing.get_type_hints(RawTranscriptionConfig)
    return {name: _plain_type(hint) for name, hint in hints.items() if name not in _NOT_A_COLUMN and name[0] != "_"}


def _plain_type(hint: Any) -> type:
    """Return the type that a cell must have: ``bool``, ``int``, ``float``, ``list``, ``dict``, else ``str`` (also for enums)."""
    for part in typing.get_args(hint) or (hint,):
        if part in (bool, int, float, str):
            return typing.cast("type", part)
        if typing.get_origin(part) is list:
            return list
        if any(base.__name__ == "BaseModel" for base in getattr(part, "__mro__", ())):  # of pydantic 1 or 2
            return dict
    return str


def config_options(config: Any) -> dict[str, Any]:
    """Return the options that a configuration sets, as they are sent; always with ``speech_models``.

    Args:
        config: An ``assemblyai.TranscriptionConfig``, or None for the defaults.

    Raises:
        OptionError: ``config`` is something else, or has options that the service would refuse.
    """
    if config is None:
        return {"speech_models": list(DEFAULT_SPEECH_MODELS)}
    raw = getattr(config, "raw", None)
    if raw is None:
        raise OptionError(
            f"The configuration is a {type(config).__name__}; expected an assemblyai.TranscriptionConfig "
            "(for example `aai.TranscriptionConfig(speaker_labels=True)`)."
        )
    dump = raw.model_dump_json if hasattr(raw, "model_dump_json") else raw.json
    return validated({k: v for k, v in json.loads(dump(exclude_none=True)).items() if k not in _DELIVERY})


def validated(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options with explicit ``speech_models``; refuse what the service is documented to refuse."""
    result = dict(options)
    single = result.pop("speech_model", None)
    result.setdefault("speech_models", [single] if single else list(DEFAULT_SPEECH_MODELS))
    check_models(result["speech_models"])
    terms = result.get("keyterms_prompt") or []
    if terms and result.get("prompt"):
        raise OptionError("'prompt' and 'keyterms_prompt' exclude each other; write the terms into the prompt or drop it.")
    if len(terms) > MAX_KEYTERMS:
        raise OptionError(f"'keyterms_prompt' has {len(terms)} terms; the service takes at most {MAX_KEYTERMS}.")
    long = [term for term in terms if len(str(term).split()) > MAX_KEYTERM_WORDS]
    if long:
        raise OptionError(f"'keyterms_prompt' has a term of more than {MAX_KEYTERM_WORDS} words: {long[0]!r}.")
    if len(str(result.get("prompt", "")).split()) > MAX_PROMPT_WORDS:
        raise OptionError(f"'prompt' has more than {MAX_PROMPT_WORDS} words; the service takes no more.")
    return result


def option_columns(columns: Iterable[str]) -> list[str]:
    """Return the columns of a manifest that override an option.

    Raises:
        OptionError: A column nearly has an option's name. The message gives the right one.

    Example:
        >>> option_columns(["recording_id", "source", "language_code", "interviewer"])
        ['language_code']
    """
    known = option_types()
    found = []
    for column in map(str, columns):
        if column in known:
            found.append(column)
        elif column not in _SCRIBEKIT_COLUMNS and (close := difflib.get_close_matches(column, known, n=1, cutoff=0.85)):
            raise OptionError(
                f"The manifest has a column {column!r}, which looks like the option {close[0]!r} but is not one. "
                f"Rename it to {close[0]!r} to set the option by row, or to something else if it is your own."
            )
    return found


def effective_options(base: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of one row: the configuration's, overridden by the row's cells. An empty cell overrides nothing.

    Raises:
        OptionError: A cell's value does not fit its option.
    """
    if not overrides:
        return dict(base)
    merged = dict(base)
    for name, value in overrides.items():
        if not _is_empty(value):
            merged[name] = _cell(name, value)
    return validated(merged)


def canonical_json(options: Mapping[str, Any]) -> str:
    """Return the options as JSON, the same text for equal options in any order."""
    return json.dumps(options, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _is_empty(value: Any) -> bool:
    if value is None or (isinstance(value, str) and not value.strip()):
        return True
    return type(value).__name__ in {"NAType", "NaTType"} or (isinstance(value, float) and math.isnan(value))


def _cell(name: str, value: Any) -> Any:
    kind = option_types()[name]
    readers: dict[type, Callable[[Any], Any]] = {bool: _boolean, int: _integer, float: float, list: _list, dict: _object, str: str}
    try:
        return readers[kind](value)
    except (TypeError, ValueError) as cause:
        raise OptionError(f"The column {name!r} holds {value!r}; the option takes a value of type {kind.__name__}.") from cause


def _boolean(value: Any) -> bool:
    text = str(value).strip().lower().removesuffix(".0")
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise ValueError(value)


def _integer(value: Any) -> int:
    number = float(value)
    if not number.is_integer():
        raise ValueError(value)
    return int(number)


def _list(value: Any) -> list[Any]:
    """Read a list, a JSON list, or texts separated by semicolons (which fit into a CSV cell)."""
    if isinstance(value, str):
        if value.lstrip().startswith("["):
            return list(json.loads(value))
        return [part.strip() for part in value.split(";") if part.strip()]
    return list(value)


def _object(value: Any) -> dict[str, Any]:
    loaded = json.loads(value) if isinstance(value, str) else value
    return dict(loaded)
