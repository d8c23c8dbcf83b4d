"""What the rules about options look for. Pure.

Each check takes the options of one job, without those that are null. It returns whether they are wrong; a text says by what.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from scribekit.base.options.table import MODELS, OPTIONS, UNIVERSAL_2, Option

Options = Mapping[str, Any]

MOST_TERMS, MOST_TERMS_U2, MOST_TERM_WORDS, MOST_WORDS_OF_A_TERM = 1000, 200, 1000, 6
MOST_PROMPT_WORDS = 1500
MOST_LABELS, MOST_TERMS_OF_A_LABEL, MOST_CHARACTERS = 100, 200, 200
SHORTEST_FOR_THRESHOLD_S = 30.0


def is_too_short_for_threshold(options: Options, duration_s: float | None) -> bool:
    """Return whether a recording is shorter than ``speech_threshold`` needs. An unknown length is not.

    Example:
        >>> is_too_short_for_threshold({"speech_threshold": 0.5}, 20.0)
        True
    """
    return duration_s is not None and duration_s < SHORTEST_FOR_THRESHOLD_S and bool(options.get("speech_threshold"))


def base_language(code: str) -> str:
    """Return a language code without its region.

    Example:
        >>> base_language("en_us"), base_language("de-CH")
        ('en', 'de')
    """
    return re.split("[-_]", code.strip().lower())[0]


def features_without(language: str | None, options: Options) -> list[str]:
    """Return the features that are on and that the documentation does not list for a language; none when it is not given."""
    if not language:
        return []
    base = base_language(language)
    return [name for name, option in OPTIONS.items() if option.languages and options.get(name) and base not in option.languages]


def value_at(options: Options, path: str) -> Any:
    """Return the value at a path of names; None where there is none."""
    value: Any = options
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def list_at(options: Options, path: str) -> list[Any]:
    """Return the list at a path of names; an empty one where there is none."""
    value = value_at(options, path)
    return value if isinstance(value, list) else []


def is_on(options: Options, path: str) -> bool:
    """Return whether an option, or a part of one, is switched on; a task of speech understanding may be an empty object."""
    value = value_at(options, path)
    return bool(value) or (value == {} and "." in path)


def models_without(option: Option) -> frozenset[str]:
    """Return the models that are documented not to offer an option."""
    return frozenset() if option.models is None else frozenset(MODELS) - {*option.models, *option.unstated}


def is_detection_off(options: Options) -> bool:
    """Return whether the language is not detected."""
    return bool(options.get("language_code")) or options.get("language_detection") is False


def unexpected_fallback(options: Options) -> str | None:
    """Return a fallback language that is not expected."""
    details = options["language_detection_options"]
    fallback, expected = value_at(details, "fallback_language"), list_at(details, "expected_languages")
    is_listed = fallback in (None, "auto") or not expected or "all" in expected or fallback in expected
    return None if is_listed else repr(fallback)


def wrong_locale(options: Options) -> str | None:
    """Return a locale that is none, or the second one of its language."""
    seen: set[str] = set()
    for code in list_at(options, "language_detection_options.localization"):
        base = base_language(str(code))
        if str(code).lower().replace("-", "_") in (base, "en_us") or base in seen:
            return repr(code)
        seen.add(base)
    return None


def key_terms(options: Options) -> list[str]:
    """Return the key terms."""
    return [str(term) for term in list_at(options, "keyterms_prompt")]


def too_many_terms(options: Options) -> str | None:
    """Return the number of key terms when it is beyond the limit of all models."""
    found = len(key_terms(options))
    return f"{found} terms" if found > MOST_TERMS else None


def too_many_terms_for_universal_2(options: Options) -> str | None:
    """Return the number of key terms when it is beyond the limit of universal-2, and that may answer."""
    found = len(key_terms(options))
    return f"{found} terms" if found > MOST_TERMS_U2 and UNIVERSAL_2 in (options.get("speech_models") or ()) else None


def too_many_words(options: Options) -> str | None:
    """Return the number of words in the key terms when it is beyond the limit."""
    found = sum(len(term.split()) for term in key_terms(options))
    return f"{found} words" if found > MOST_TERM_WORDS else None


def long_term(options: Options) -> str | None:
    """Return a key term of too many words."""
    return next((repr(term) for term in key_terms(options) if len(term.split()) > MOST_WORDS_OF_A_TERM), None)


def long_prompt(options: Options) -> str | None:
    """Return the number of words of a prompt that is too long."""
    found = len(str(options["prompt"]).split())
    return f"{found} words" if found > MOST_PROMPT_WORDS else None


def wrong_spelling(options: Options) -> str | None:
    """Return what is wrong with the custom spelling."""
    for item in options["custom_spelling"]:
        to, spoken = item.get("to"), item.get("from")
        if not isinstance(to, str) or len(to.split()) != 1:
            return f"'to' is {to!r}"
        for said in spoken if isinstance(spoken, list) and spoken else [spoken or ""]:
            if not 1 <= len(str(said).split()) <= 5:
                return f"'from' has {said!r}"
    return None


def speakers_out_of_order(options: Options) -> str | None:
    """Return the fewest and the most speakers when the former is the larger."""
    fewest, most = (value_at(options, f"speaker_options.{end}_speakers_expected") for end in ("min", "max"))
    are_numbers = isinstance(fewest, int | float) and isinstance(most, int | float)
    return f"{fewest} and {most}" if are_numbers and fewest > most else None


def wrong_static_entities(options: Options) -> str | None:
    """Return what is wrong with the static entities."""
    labels = options["redact_static_entities"]
    if len(labels) > MOST_LABELS:
        return f"{len(labels)} labels"
    for label, terms in labels.items():
        if not re.fullmatch(r"[A-Za-z0-9 _-]{1,80}", str(label)):
            return f"the label {label!r}"
        if not isinstance(terms, list) or not terms or not all(isinstance(term, str) and term for term in terms):
            return f"{label!r} has no list of terms"
        if len(terms) > MOST_TERMS_OF_A_LABEL or any(len(term) > MOST_CHARACTERS for term in terms):
            return f"{label!r} has more, or longer, terms"
    return None


def word_beyond_ascii(options: Options) -> str | None:
    """Return a word with characters that are not ASCII."""
    return next((str(word) for word in options["word_boost"] if not str(word).isascii()), None)


_TYPES_OF_CATCHY = ("gist", "headline")
_TYPES_OF_OTHERS = ("headline", "paragraph", "bullets", "bullets_verbose")


def wrong_summary_pair(options: Options) -> str | None:
    """Return a model of summaries with a type that it does not have."""
    model, type_ = options.get("summary_model"), options.get("summary_type")
    allowed = _TYPES_OF_CATCHY if model == "catchy" else _TYPES_OF_OTHERS
    return f"{model} with {type_}" if model and type_ and type_ not in allowed else None


SPEAKERS_BY = "speech_understanding.request.speaker_identification"


def role_without_names(options: Options) -> bool:
    """Return whether speakers are to be named by roles that nobody gave."""
    asked = value_at(options, SPEAKERS_BY)
    return value_at({"asked": asked}, "asked.speaker_type") == "role" and not (
        value_at(asked, "known_values") or value_at(asked, "speakers")
    )


def long_known_value(options: Options) -> str | None:
    """Return a known value that is too long."""
    values = list_at(options, f"{SPEAKERS_BY}.known_values")
    return next((repr(value) for value in values if len(str(value)) > 35), None)
