"""The options of one job, from a configuration, ``options=`` and a manifest row. Pure.

The configuration is the SDK's own ``assemblyai.TranscriptionConfig``. ``options=`` adds what the SDK does not know, and is sent as given. A
manifest column that has the name of an option overrides both for its row. A name that is nearly that of an option is refused: a misspelt
option would have no effect, and would be paid for. So is a combination that the service documents as wrong (:mod:`scribekit.base.options`).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from scribekit.api.sdk_losses import lost_parts
from scribekit.base import schema
from scribekit.base.errors import OptionError
from scribekit.base.models import DEFAULT_SPEECH_MODELS, check_models
from scribekit.base.options import (
    OPTIONS,
    RULES,
    Kind,
    Role,
    first_violation,
    is_too_short_for_threshold,
    kind_problem,
    meant_option,
    value_at,
    value_problem,
    wrong_name,
    wrong_part,
)

if TYPE_CHECKING:
    import pandas as pd

_SCRIBEKIT_COLUMNS = frozenset(schema.MANIFEST.names) | {"path", "file", "url", "audio_url"}
_TYPES: Mapping[Kind, type] = {
    Kind.BOOLEAN: bool,
    Kind.STRING: str,
    Kind.INTEGER: int,
    Kind.NUMBER: float,
    Kind.STRINGS: list,
    Kind.OBJECTS: list,
    Kind.OBJECT: dict,
}

_TRUE = frozenset({"true", "yes", "y", "1", "on"})
_FALSE = frozenset({"false", "no", "n", "0", "off"})


def option_types() -> dict[str, type]:
    """Return every option that a manifest column may override → the Python type of its values."""
    return {name: _TYPES[option.kind] for name, option in OPTIONS.items() if option.role is Role.JOB}


def config_options(config: Any, options: Mapping[str, Any] | None = None, *, columns: Collection[str] = ()) -> dict[str, Any]:
    """Return the options that a configuration sets, as they are sent; always with ``speech_models``.

    Args:
        config: An ``assemblyai.TranscriptionConfig``, or None for the defaults.
        options: Further options by name, which override the configuration. They are sent as given; names that the table of options does
            not have are allowed.
        columns: The manifest columns that override options. Rules about these options are checked row by row, not here.

    Raises:
        OptionError: ``config`` is something else, a name is nearly that of an option, a value has the wrong type, or the options are a
            combination that the service documents as wrong.

    Example:
        >>> config_options(None, {"speech_models": ["universal-2"], "an_option_of_next_year": "yes"})
        {'speech_models': ['universal-2'], 'an_option_of_next_year': 'yes'}
    """
    fields, further = _with_models(_fields(config)), _further(options)
    if "speech_models" not in further:  # models given by options= are sent as given
        check_models(fields["speech_models"])
    result = fields | further
    rules = [rule for rule in RULES if not set(rule.options) & set(columns)] if columns else None
    _check(result, rules)
    return result


def option_columns(columns: Iterable[str]) -> list[str]:
    """Return the columns of a manifest that override an option.

    Raises:
        OptionError: A column nearly has an option's name, or that of a part of an option (the message gives the right one), or says where
            a result is delivered.

    Example:
        >>> option_columns(["recording_id", "source", "language_code", "interviewer"])
        ['language_code']
    """
    found = []
    for column in map(str, columns):
        role = OPTIONS[column].role if column in OPTIONS else None
        if role is Role.JOB:
            found.append(column)
        elif role is Role.DELIVERY:
            raise OptionError(_delivery_message("The manifest", column))
        elif role in (None, Role.REPLACED):
            right = "speech_models" if role else wrong_name(column, _SCRIBEKIT_COLUMNS)
            if right is not None:
                raise OptionError(
                    f"The manifest has a column {column!r}, which looks like the option {right!r} but is not one. "
                    f"{_rename_message(right)}, or to something else if it is your own."
                )
    return found


def near_columns(table: pd.DataFrame) -> dict[str, str]:
    """Return the user's own columns that are called as people call an option → that option; none where it is set by its own column.

    Columns without a value are passed over, so that a table of jobs can be submitted again.

    Example:
        >>> import pandas as pd
        >>> near_columns(pd.DataFrame({"path": ["a.mp3"], "language": ["de"], "speakers": [2], "title": ["Talk"]}))
        {'language': 'language_code', 'speakers': 'speakers_expected'}
    """
    names = {str(column) for column in table.columns}
    found = {}
    for place, column in enumerate(map(str, table.columns)):
        if column in OPTIONS or column in _SCRIBEKIT_COLUMNS:
            continue
        cells = [cell for cell in table.iloc[:, place].tolist() if not _is_empty(cell)]
        option = meant_option(column, cells) if cells else None
        if option is not None and option.partition(".")[0] not in names:
            found[column] = option
    return found


def near_columns_message(found: Mapping[str, str]) -> str | None:
    """Return what to tell about columns that may be meant as options (see :func:`near_columns`); None where there are none.

    Example:
        >>> near_columns_message({"lang": "language_code"})
        "The column 'lang' is kept as your own: nothing is set by it. Rename it to 'language_code' to set the option by row."
    """
    if not found:
        return None
    several = len(found) > 1
    kept = f"columns {', '.join(map(repr, found))} are" if several else f"column {next(iter(found))!r} is"
    ways = [f"{_rename_message(right, repr(column) if several else 'it')}." for column, right in found.items()]
    return " ".join([f"The {kept} kept as your own: nothing is set by {'them' if several else 'it'}.", *ways])


def effective_options(base: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of one row: the configuration's, overridden by the row's cells. An empty cell overrides nothing.

    A language in a cell switches the configuration's language detection off, and ``language_detection`` in a cell its language.

    Raises:
        OptionError: A cell's value does not fit its option, or the row's options are a combination that the service documents as wrong.

    Example:
        >>> effective_options({"speech_models": ["universal-2"], "language_detection": True}, {"language_code": "fr"})
        {'speech_models': ['universal-2'], 'language_code': 'fr'}
    """
    if not overrides:
        return dict(base)
    given = {name: _cell(name, value) for name, value in overrides.items() if not _is_empty(value)}
    merged = _with_models({name: value for name, value in base.items() if name not in _replaced_by(given, base)} | given)
    if "speech_models" in given:
        check_models(merged["speech_models"])
    _check(merged)
    return merged


def length_problem(options: Mapping[str, Any], duration_s: float | None) -> str | None:
    """Return why a recording of this length cannot be sent with these options; None when it can."""
    return "'speech_threshold' needs at least 30 seconds of audio." if is_too_short_for_threshold(options, duration_s) else None


def canonical_json(options: Mapping[str, Any]) -> str:
    """Return the options as JSON, the same text for equal options in any order."""
    return json.dumps(options, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _fields(config: Any) -> dict[str, Any]:
    """Return the fields that a configuration sets, its own and those that the SDK does not know."""
    if config is None:
        return {}
    raw = getattr(config, "raw", None)
    if raw is None:
        raise OptionError(
            f"The configuration is a {type(config).__name__}; expected an assemblyai.TranscriptionConfig "
            "(for example `aai.TranscriptionConfig(speaker_labels=True)`)."
        )
    dump = raw.model_dump_json if hasattr(raw, "model_dump_json") else raw.json
    fields: dict[str, Any] = json.loads(dump(exclude_none=True))
    _check_names("The configuration", fields)
    for name, value in fields.items():
        _refuse(kind_problem(name, value) or value_problem(name, value), "The configuration")
    for path, lost in lost_parts(config).items():
        if not value_at(fields, path):
            raise OptionError(
                f"The configuration has nothing in {path!r}: the SDK removes parts that it does not know ({', '.join(lost)}). "
                f"Give it as {_example(path)}."
            )
    return fields


def _further(options: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the options of ``options=``."""
    if options is None:
        return {}
    if not isinstance(options, Mapping) or not all(isinstance(name, str) for name in options):
        raise OptionError(f"options= is {options!r}; expected a dict of options by name, for example {{'domain': 'medical-v1'}}.")
    try:
        given: dict[str, Any] = json.loads(json.dumps(dict(options), allow_nan=False))
    except (TypeError, ValueError) as cause:
        raise OptionError(f"options= has a value that cannot be sent as JSON: {cause}.") from cause
    _check_names("options=", given)
    if "speech_model" in given:
        raise OptionError("options= has 'speech_model'. Write 'speech_models' instead, with a list of names.")
    for name, value in given.items():
        _refuse(kind_problem(name, value), "options=")
    return given


def _check_names(where: str, options: Mapping[str, Any]) -> None:
    """Refuse names that say where a result goes or which recording is meant, and names that are nearly right, at any depth."""
    for name, value in options.items():
        role = OPTIONS[name].role if name in OPTIONS else None
        if role is Role.DELIVERY:
            raise OptionError(_delivery_message(where, name))
        if role is Role.RECORDING:
            raise OptionError(f"{where} has {name!r}, but the manifest says which recordings are meant.")
        right = wrong_name(name)
        if right is not None:
            raise OptionError(f"{where} has {name!r}, which looks like the option {right!r} but is not one.{_part_message(right)}")
        _check_parts(where, name, value)


def _check_parts(where: str, path: str, value: Any) -> None:
    if not isinstance(value, Mapping):
        return
    wrong = wrong_part(path, value)
    if wrong is not None:
        raise OptionError(f"{where} has '{path}.{wrong[0]}', which looks like '{path}.{wrong[1]}' but is not it.")
    for name, part in value.items():
        _check_parts(where, f"{path}.{name}", part)


def _delivery_message(where: str, name: str) -> str:
    return (
        f"{where} has {name!r}. A batch has its own webhook, so that its calls are matched with its jobs: leave this out, and give "
        "submit_batch and collect webhook=sk.Webhook(…)."
    )


def _part_message(right: str) -> str:
    first, *rest = right.split(".")
    return f" It is a part of {first!r}: {_example(right)}." if rest else ""


def _example(path: str) -> str:
    first, *rest = path.split(".")
    example = "{…}"
    for name in reversed(rest):
        example = f"{{{name!r}: {example}}}"
    return f"options={{{first!r}: {example}}}"


def _rename_message(right: str, what: str = "it") -> str:
    first, *rest = right.split(".")
    if not rest:
        return f"Rename {what} to {right!r} to set the option by row"
    example = "…"
    for name in reversed(rest):
        example = f'{{"{name}": {example}}}'
    return f"To set the option by row, rename {'the column' if what == 'it' else what} to {first!r}, with cells such as {example}"


def _refuse(problem: str | None, where: str) -> None:
    if problem is not None:
        raise OptionError(f"{where}: {problem}.")


def _with_models(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options with explicit ``speech_models``."""
    result = dict(options)
    single = result.pop("speech_model", None)
    result.setdefault("speech_models", [single] if single else list(DEFAULT_SPEECH_MODELS))
    return result


def _check(options: Mapping[str, Any], rules: Iterable[Any] | None = None) -> None:
    broken = first_violation(options, rules)
    if broken is not None:
        raise OptionError(broken.sentence)


def _replaced_by(given: Mapping[str, Any], base: Mapping[str, Any]) -> set[str]:
    """Return the configuration's options that a row's own language, or its wish to have it detected, replaces."""
    if "language_code" in given and "language_detection" not in given:
        is_asked = bool(base.get("language_detection"))
        return {"language_confidence_threshold", *(("language_detection", "language_detection_options") if is_asked else ())}
    if given.get("language_detection") and "language_code" not in given:
        return {"language_code"}
    return set()


def _is_empty(value: Any) -> bool:
    if value is None or (isinstance(value, str) and not value.strip()):
        return True
    return type(value).__name__ in {"NAType", "NaTType"} or (isinstance(value, float) and math.isnan(value))


def _cell(name: str, value: Any) -> Any:
    option = OPTIONS[name]
    readers: dict[Kind, Callable[[Any], Any]] = {
        Kind.BOOLEAN: _boolean,
        Kind.INTEGER: _integer,
        Kind.NUMBER: float,
        Kind.STRINGS: _texts if option.items_hold_commas else _identifiers,
        Kind.OBJECTS: _objects,
        Kind.OBJECT: _object,
        Kind.STRING: str,
    }
    try:
        read = readers[option.kind](value)
    except (TypeError, ValueError) as cause:
        kind = _TYPES[option.kind].__name__
        raise OptionError(f"The column {name!r} holds {value!r}; the option takes a value of type {kind}.") from cause
    _refuse(kind_problem(name, read) or value_problem(name, read), f"The column {name!r}")
    _check_names(f"The column {name!r}", {name: read})
    return read


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


def _texts(value: Any) -> list[Any]:
    """Read a list, a JSON list, or texts separated by semicolons or line breaks (which fit into a CSV cell)."""
    return _list(value, r"[;\r\n]")


def _identifiers(value: Any) -> list[Any]:
    """Read a list as :func:`_texts` does; names hold no commas, so that these separate them too."""
    return _list(value, r"[;,\r\n]")


def _list(value: Any, separators: str) -> list[Any]:
    if isinstance(value, str):
        if value.lstrip().startswith("["):
            return list(json.loads(value))
        return [part.strip() for part in re.split(separators, value) if part.strip()]
    return list(value)


def _objects(value: Any) -> list[Any]:
    """Read a list of objects, also as JSON."""
    return list(json.loads(value) if isinstance(value, str) else value)


def _object(value: Any) -> dict[str, Any]:
    loaded = json.loads(value) if isinstance(value, str) else value
    return dict(loaded)
