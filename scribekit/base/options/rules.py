"""Which options need, exclude or limit each other: one entry a rule. Pure.

A rule belongs to the option that it is about, and says in plain English what is right. Many rules are documented without the answer to a
request that breaks them (:attr:`Outcome.UNSTATED`); no sentence here says what the service does then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from scribekit.base.options.table import MODELS, OPTIONS, UNIVERSAL_2, Option

Options = Mapping[str, Any]

MOST_TERMS, MOST_TERMS_U2, MOST_TERM_WORDS, MOST_WORDS_OF_A_TERM = 1000, 200, 1000, 6
MOST_PROMPT_WORDS = 1500
MOST_LABELS, MOST_TERMS_OF_A_LABEL, MOST_CHARACTERS = 100, 200, 200
SHORTEST_FOR_THRESHOLD_S = 30.0
MEDICAL_LANGUAGES = ("en", "es", "de", "fr")


class Outcome(StrEnum):
    """What the sources say about a request that breaks a rule."""

    REFUSED = "refused"
    """It is answered with an error."""
    UNSTATED = "unstated"
    """Nothing: the rule is documented as a requirement only."""
    IGNORED = "ignored"
    """The option has no effect."""


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        name: Its short name.
        options: The options that it is about. The first is the one that it belongs to: without it the rule is never broken.
        sentence: What is right, in plain English.
        breaks: Whether these options break it; a text says by what.
        literal: The service's own sentence, where a source quotes it; ``{}`` stands for the text of ``breaks``.
        outcome: What the sources say about a request that breaks it.
    """

    name: str
    options: tuple[str, ...]
    sentence: str
    breaks: Callable[[Options], bool | str | None]
    literal: str | None = None
    outcome: Outcome = Outcome.UNSTATED


@dataclass(frozen=True)
class Violation:
    """A rule that some options break.

    Attributes:
        rule: The rule.
        sentence: What is right, and what was found instead.
        literal: The service's own sentence; None where no source quotes one.
    """

    rule: Rule
    sentence: str
    literal: str | None


def violations(options: Options, rules: Iterable[Rule] | None = None) -> Iterator[Violation]:
    """Yield the rules that a job's options break, in the order of the table. Options that are null count as not given.

    Args:
        options: The effective options of one job.
        rules: Only these rules; by default all.

    Example:
        >>> [broken.sentence for broken in violations({"speakers_expected": 2})]
        ["'speakers_expected' needs 'speaker_labels'."]
    """
    given = {name: value for name, value in options.items() if value is not None}
    for rule in (rule for name, own in _BY_OPTION.items() if name in given for rule in own) if rules is None else rules:
        found = rule.breaks(given) if rule.options[0] in given else None
        if found:
            detail = found if isinstance(found, str) else ""
            sentence = f"{rule.sentence} Found: {detail}." if detail else rule.sentence
            yield Violation(rule, sentence, rule.literal and rule.literal.replace("{}", detail))


def first_violation(options: Options, rules: Iterable[Rule] | None = None) -> Violation | None:
    """Return the first rule that the options break; None when they break none."""
    return next(violations(options, rules), None)


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


# -- how rules are made ----------------------------------------------------------------------------------------------


def _part(options: Options, path: str) -> Any:
    """Return the value at a path of names; None where there is none."""
    value: Any = options
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _list(options: Options, path: str) -> list[Any]:
    """Return the list at a path of names; an empty one where there is none."""
    value = _part(options, path)
    return value if isinstance(value, list) else []


def _is_on(options: Options, path: str) -> bool:
    value = _part(options, path)
    return bool(value) or (value == {} and "." in path)  # a task of speech understanding may be an empty object


def _needs(path: str, needed: str, outcome: Outcome = Outcome.UNSTATED) -> Rule:
    """Make the rule that an option, or a part of one, needs another option, which is off by default."""
    return Rule(
        f"{path} needs {needed}",
        (path.partition(".")[0], needed.partition(".")[0]),
        f"'{path}' needs '{needed}'.",
        lambda options: _is_on(options, path) and not _is_on(options, needed),
        outcome=outcome,
    )


def _needs_default(name: str, needed: str) -> Rule:
    """Make the rule that an option needs another one, which is on by default."""
    return Rule(
        f"{name} needs {needed}",
        (name, needed),
        f"'{name}' needs '{needed}', which is switched off.",
        lambda options: bool(options.get(name)) and options.get(needed) is False,
    )


def _excludes(name: str, other: str) -> Rule:
    return Rule(
        f"{name} excludes {other}",
        (name, other),
        f"'{name}' and '{other}' exclude each other: give only one of them.",
        lambda options: bool(options.get(name)) and bool(options.get(other)),
    )


def _range(option: Option) -> Rule:
    low, high = option.low, option.high
    said = f"at least {low:g}" if high is None else f"between {low:g} and {high:g}"

    def breaks(options: Options) -> str | None:
        value = options[option.name]
        is_within = option.kind.fits(value) and (low is None or low <= value) and (high is None or value <= high)
        return None if is_within else repr(value)

    return Rule(f"range of {option.name}", (option.name,), f"'{option.name}' must be {said}.", breaks)


def _models_without(option: Option) -> frozenset[str]:
    """Return the models that are documented not to offer an option."""
    return frozenset() if option.models is None else frozenset(MODELS) - {*option.models, *option.unstated}


def _models(option: Option) -> Rule:
    offered = option.models or ()
    others = _models_without(option)
    by = " and ".join(f"'{model}'" for model in offered)

    def breaks(options: Options) -> bool:
        asked = options.get("speech_models") or ()
        return _is_on(options, option.name) and bool(asked) and all(model in others for model in asked)

    sentence = f"'{option.name}' is offered by {by}; 'speech_models' names none that is documented to offer it."
    return Rule(f"models of {option.name}", (option.name, "speech_models"), sentence, breaks)


def _languages(option: Option) -> Rule:
    def breaks(options: Options) -> str | None:
        names = features_without(options.get("language_code"), options)
        return ", ".join(names) if option.name in names else None

    return Rule(
        f"languages of {option.name}",
        (option.name, "language_code"),
        f"'{option.name}' is available in these languages only: {', '.join(option.languages or ())}.",
        breaks,
        literal="The following models are not available in this language: {}",
        outcome=Outcome.REFUSED,
    )


# -- what the rules look for -----------------------------------------------------------------------------------------


def _is_detection_off(options: Options) -> bool:
    return bool(options.get("language_code")) or options.get("language_detection") is False


def _fallback(options: Options) -> str | None:
    details = options["language_detection_options"]
    fallback, expected = _part(details, "fallback_language"), _list(details, "expected_languages")
    is_listed = fallback in (None, "auto") or not expected or "all" in expected or fallback in expected
    return None if is_listed else repr(fallback)


def _localization(options: Options) -> str | None:
    seen: set[str] = set()
    for code in _list(options, "language_detection_options.localization"):
        base = base_language(str(code))
        if str(code).lower().replace("-", "_") in (base, "en_us") or base in seen:
            return repr(code)
        seen.add(base)
    return None


def _terms(options: Options) -> list[str]:
    return [str(term) for term in _list(options, "keyterms_prompt")]


def _too_many_terms(options: Options) -> str | None:
    found = len(_terms(options))
    return f"{found} terms" if found > MOST_TERMS else None


def _too_many_terms_for_universal_2(options: Options) -> str | None:
    found = len(_terms(options))
    return f"{found} terms" if found > MOST_TERMS_U2 and UNIVERSAL_2 in (options.get("speech_models") or ()) else None


def _too_many_term_words(options: Options) -> str | None:
    found = sum(len(term.split()) for term in _terms(options))
    return f"{found} words" if found > MOST_TERM_WORDS else None


def _long_term(options: Options) -> str | None:
    return next((repr(term) for term in _terms(options) if len(term.split()) > MOST_WORDS_OF_A_TERM), None)


def _long_prompt(options: Options) -> str | None:
    found = len(str(options["prompt"]).split())
    return f"{found} words" if found > MOST_PROMPT_WORDS else None


def _spelling(options: Options) -> str | None:
    for item in options["custom_spelling"]:
        to, spoken = item.get("to"), item.get("from")
        if not isinstance(to, str) or len(to.split()) != 1:
            return f"'to' is {to!r}"
        for said in spoken if isinstance(spoken, list) and spoken else [spoken or ""]:
            if not 1 <= len(str(said).split()) <= 5:
                return f"'from' has {said!r}"
    return None


def _speakers_turned_round(options: Options) -> str | None:
    fewest, most = (_part(options, f"speaker_options.{end}_speakers_expected") for end in ("min", "max"))
    are_numbers = isinstance(fewest, int | float) and isinstance(most, int | float)
    return f"{fewest} and {most}" if are_numbers and fewest > most else None


def _static_entities(options: Options) -> str | None:
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


def _boosted(options: Options) -> str | None:
    return next((str(word) for word in options["word_boost"] if not str(word).isascii()), None)


_TYPES_OF_CATCHY = ("gist", "headline")
_TYPES_OF_OTHERS = ("headline", "paragraph", "bullets", "bullets_verbose")


def _summary_pair(options: Options) -> str | None:
    model, type_ = options.get("summary_model"), options.get("summary_type")
    allowed = _TYPES_OF_CATCHY if model == "catchy" else _TYPES_OF_OTHERS
    return f"{model} with {type_}" if model and type_ and type_ not in allowed else None


_SPEAKERS_BY = "speech_understanding.request.speaker_identification"


def _role_without_values(options: Options) -> bool:
    asked = _part(options, _SPEAKERS_BY)
    return _part({"asked": asked}, "asked.speaker_type") == "role" and not (_part(asked, "known_values") or _part(asked, "speakers"))


def _long_known_value(options: Options) -> str | None:
    values = _list(options, f"{_SPEAKERS_BY}.known_values")
    return next((repr(value) for value in values if len(str(value)) > 35), None)


def _missing_part(path: str, needed: str) -> Rule:
    return Rule(
        f"{path} needs {needed}",
        ("speech_understanding",),
        f"'{path}' needs '{needed}'.",
        lambda options: isinstance(_part(options, path), Mapping) and not _part(options, f"{path}.{needed}"),
    )


# -- the rules -------------------------------------------------------------------------------------------------------

RULES: tuple[Rule, ...] = (
    Rule(
        "speech_models is not empty",
        ("speech_models",),
        "'speech_models' must name one model or more.",
        lambda options: not options["speech_models"],
        literal='"speech_models" must be a non-empty list containing one or more of: ' + ", ".join(f'"{name}"' for name in MODELS),
        outcome=Outcome.REFUSED,
    ),
    Rule(
        "language_code excludes detection",
        ("language_code", "language_detection"),
        "'language_code' and 'language_detection' exclude each other: give the language, or have it detected.",
        lambda options: bool(options["language_code"]) and options.get("language_detection") is True,
        outcome=Outcome.REFUSED,
    ),
    Rule(
        "no detection needs language_code",
        ("language_detection", "language_code"),
        "'language_detection' may only be false together with a 'language_code'.",
        lambda options: options["language_detection"] is False and not options.get("language_code"),
        outcome=Outcome.REFUSED,
    ),
    Rule(
        "language_confidence_threshold needs detection",
        ("language_confidence_threshold", "language_detection", "language_code"),
        "'language_confidence_threshold' needs the language to be detected: without 'language_code', and with 'language_detection' on.",
        _is_detection_off,
    ),
    Rule(
        "fallback_language is expected",
        ("language_detection_options",),
        "'language_detection_options.fallback_language' must be 'auto' or one of 'expected_languages'.",
        _fallback,
    ),
    Rule(
        "localization has one locale a language",
        ("language_detection_options",),
        "'language_detection_options.localization' takes one locale for each language, such as 'en_au', and neither 'en' nor 'en_us'.",
        _localization,
        outcome=Outcome.REFUSED,
    ),
    Rule(
        "language_codes has en",
        ("language_codes",),
        "'language_codes' must contain 'en'.",
        lambda options: bool(options["language_codes"]) and "en" not in options["language_codes"] and ", ".join(options["language_codes"]),
    ),
    Rule(
        "language_codes has two",
        ("language_codes",),
        "'language_codes' takes at most 2 languages.",
        lambda options: len(options["language_codes"]) > 2 and ", ".join(options["language_codes"]),
    ),
    *(_languages(option) for option in OPTIONS.values() if option.languages),
    _needs_default("speaker_labels", "punctuate"),
    _needs("speakers_expected", "speaker_labels"),
    _needs("speaker_options", "speaker_labels"),
    _excludes("speaker_options", "speakers_expected"),
    Rule(
        "speaker_options is in order",
        ("speaker_options",),
        "'speaker_options.min_speakers_expected' must not be above 'max_speakers_expected'.",
        _speakers_turned_round,
    ),
    _needs_default("sentiment_analysis", "punctuate"),
    _needs_default("auto_chapters", "punctuate"),
    _excludes("auto_chapters", "summarization"),
    _needs_default("summarization", "punctuate"),
    _needs_default("summarization", "format_text"),
    _needs("summary_model", "summary_type"),
    _needs("summary_type", "summary_model"),
    Rule(
        "summary_type goes with summary_model",
        ("summary_type", "summary_model"),
        "'summary_type' must be gist or headline with the 'summary_model' catchy, else headline, paragraph, bullets or bullets_verbose.",
        _summary_pair,
    ),
    _needs_default("redact_pii", "format_text"),
    Rule(
        "redact_pii needs redact_pii_policies",
        ("redact_pii", "redact_pii_policies"),
        "'redact_pii' needs at least one policy in 'redact_pii_policies', such as 'person_name'.",
        lambda options: bool(options["redact_pii"]) and not options.get("redact_pii_policies"),
    ),
    _needs("redact_pii_audio", "redact_pii"),
    _needs("redact_pii_audio_options.return_redacted_no_speech_audio", "redact_pii_audio"),
    _needs("redact_pii_return_unredacted", "redact_pii", Outcome.REFUSED),
    _needs("redact_static_entities", "redact_pii", Outcome.REFUSED),
    Rule(
        "limits of redact_static_entities",
        ("redact_static_entities",),
        "'redact_static_entities' takes at most 100 labels of letters, digits, space, '_' and '-' (80 characters), each with a list of at "
        "most 200 terms of at most 200 characters.",
        _static_entities,
    ),
    _needs("content_safety_confidence", "content_safety", Outcome.IGNORED),
    Rule(
        "keyterms_prompt has 1000 terms",
        ("keyterms_prompt",),
        f"'keyterms_prompt' takes at most {MOST_TERMS} terms.",
        _too_many_terms,
    ),
    Rule(
        "keyterms_prompt has 200 terms for universal-2",
        ("keyterms_prompt", "speech_models"),
        f"'keyterms_prompt' takes at most {MOST_TERMS_U2} terms where 'speech_models' has 'universal-2'.",
        _too_many_terms_for_universal_2,
    ),
    Rule(
        "keyterms_prompt has 1000 words",
        ("keyterms_prompt",),
        f"'keyterms_prompt' takes at most {MOST_TERM_WORDS} words in total.",
        _too_many_term_words,
    ),
    Rule(
        "keyterms_prompt has terms of 6 words",
        ("keyterms_prompt",),
        f"'keyterms_prompt' takes terms of at most {MOST_WORDS_OF_A_TERM} words.",
        _long_term,
    ),
    Rule("prompt has 1500 words", ("prompt",), f"'prompt' takes at most {MOST_PROMPT_WORDS} words.", _long_prompt),
    Rule(
        "limits of custom_spelling",
        ("custom_spelling",),
        "'custom_spelling' takes one word in 'to' and at most 5 words in each 'from'.",
        _spelling,
    ),
    Rule(
        "word_boost is ASCII",
        ("word_boost",),
        "'word_boost' takes only ASCII characters.",
        _boosted,
        literal="'{}' was included in the word boost list but contains unsupported characters",
        outcome=Outcome.REFUSED,
    ),
    Rule(
        "word_boost has 1000 words",
        ("word_boost",),
        "'word_boost' takes at most 1000 terms.",
        lambda options: len(options["word_boost"]) > 1000 and f"{len(options['word_boost'])} terms",
    ),
    Rule(
        "speech_understanding has a request",
        ("speech_understanding",),
        "'speech_understanding.request' must name one task or more.",
        lambda options: not _part(options, "speech_understanding.request"),
        literal="speech_understanding.request is empty",
        outcome=Outcome.REFUSED,
    ),
    _needs("speech_understanding.request.translation.match_original_utterance", "speaker_labels"),
    _needs(_SPEAKERS_BY, "speaker_labels"),
    _missing_part("speech_understanding.request.translation", "target_languages"),
    _missing_part("speech_understanding.request.summarization", "summary_type"),
    _missing_part(_SPEAKERS_BY, "speaker_type"),
    Rule(
        "speaker roles have names",
        ("speech_understanding",),
        f"'{_SPEAKERS_BY}' with the 'speaker_type' role needs 'known_values' or 'speakers'.",
        _role_without_values,
    ),
    Rule(
        "known_values excludes speakers",
        ("speech_understanding",),
        f"'{_SPEAKERS_BY}.known_values' and '{_SPEAKERS_BY}.speakers' exclude each other: give only one of them.",
        lambda options: bool(_part(options, f"{_SPEAKERS_BY}.known_values")) and bool(_part(options, f"{_SPEAKERS_BY}.speakers")),
    ),
    Rule(
        "known_values are short",
        ("speech_understanding",),
        f"'{_SPEAKERS_BY}.known_values' takes values of at most 35 characters.",
        _long_known_value,
    ),
    _needs("webhook_auth_header_name", "webhook_auth_header_value"),
    _needs("webhook_auth_header_value", "webhook_auth_header_name"),
    _needs("webhook_auth_header_name", "webhook_url"),
    *(_range(option) for option in OPTIONS.values() if option.low is not None),
    *(_models(option) for option in OPTIONS.values() if _models_without(option)),
)
"""Every rule, in the order in which they are told."""

_BY_OPTION: dict[str, list[Rule]] = {}
for _rule in RULES:
    _BY_OPTION.setdefault(_rule.options[0], []).append(_rule)
