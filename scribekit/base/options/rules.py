"""Which options need, exclude or limit each other: one entry a rule. Pure.

A rule belongs to the option that it is about, and says in plain English what is right. Many rules are documented without the answer to a
request that breaks them (:attr:`Outcome.UNSTATED`); no sentence here says what the service does then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from scribekit.base.options import checks
from scribekit.base.options.checks import SPEAKERS_BY, Options, is_on, value_at
from scribekit.base.options.table import MODELS, OPTIONS, Option


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
        literal: The service's own sentence, where a source quotes it; ``{}`` stands for the text of ``breaks``, ``{models}`` for the
            names of the models.
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
            yield Violation(rule, sentence, rule.literal and rule.literal.replace("{}", detail).replace("{models}", _ACCEPTED))


def first_violation(options: Options, rules: Iterable[Rule] | None = None) -> Violation | None:
    """Return the first rule that the options break; None when they break none."""
    return next(violations(options, rules), None)


# -- how rules are made ----------------------------------------------------------------------------------------------


def _needs(path: str, needed: str, outcome: Outcome = Outcome.UNSTATED) -> Rule:
    """Make the rule that an option, or a part of one, needs another option, which is off by default."""
    return Rule(
        f"{path} needs {needed}",
        (path.partition(".")[0], needed.partition(".")[0]),
        f"'{path}' needs '{needed}'.",
        lambda options: is_on(options, path) and not is_on(options, needed),
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


def _models(option: Option) -> Rule:
    offered = option.models or ()
    others = checks.models_without(option)
    by = " and ".join(f"'{model}'" for model in offered)

    def breaks(options: Options) -> bool:
        asked = options.get("speech_models") or ()
        return is_on(options, option.name) and bool(asked) and all(model in others for model in asked)

    sentence = f"'{option.name}' is offered by {by}; 'speech_models' names none that is documented to offer it."
    return Rule(f"models of {option.name}", (option.name, "speech_models"), sentence, breaks)


def _languages(option: Option) -> Rule:
    def breaks(options: Options) -> str | None:
        names = checks.features_without(options.get("language_code"), options)
        return ", ".join(names) if option.name in names else None

    return Rule(
        f"languages of {option.name}",
        (option.name, "language_code"),
        f"'{option.name}' is available in these languages only: {', '.join(option.languages or ())}.",
        breaks,
        literal="The following models are not available in this language: {}",
        outcome=Outcome.REFUSED,
    )


def _missing_part(path: str, needed: str) -> Rule:
    return Rule(
        f"{path} needs {needed}",
        ("speech_understanding",),
        f"'{path}' needs '{needed}'.",
        lambda options: isinstance(value_at(options, path), Mapping) and not value_at(options, f"{path}.{needed}"),
    )


# -- the rules -------------------------------------------------------------------------------------------------------

RULES: tuple[Rule, ...] = (
    Rule(
        "speech_models is not empty",
        ("speech_models",),
        "'speech_models' must name one model or more.",
        lambda options: not options["speech_models"],
        literal='"speech_models" must be a non-empty list containing one or more of: {models}',
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
        checks.is_detection_off,
    ),
    Rule(
        "fallback_language is expected",
        ("language_detection_options",),
        "'language_detection_options.fallback_language' must be 'auto' or one of 'expected_languages'.",
        checks.unexpected_fallback,
    ),
    Rule(
        "localization has one locale a language",
        ("language_detection_options",),
        "'language_detection_options.localization' takes one locale for each language, such as 'en_au', and neither 'en' nor 'en_us'.",
        checks.wrong_locale,
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
        checks.speakers_out_of_order,
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
        checks.wrong_summary_pair,
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
        checks.wrong_static_entities,
    ),
    _needs("content_safety_confidence", "content_safety", Outcome.IGNORED),
    Rule(
        "keyterms_prompt has 1000 terms",
        ("keyterms_prompt",),
        f"'keyterms_prompt' takes at most {checks.MOST_TERMS} terms.",
        checks.too_many_terms,
    ),
    Rule(
        "keyterms_prompt has 200 terms for universal-2",
        ("keyterms_prompt", "speech_models"),
        f"'keyterms_prompt' takes at most {checks.MOST_TERMS_U2} terms where 'speech_models' has 'universal-2'.",
        checks.too_many_terms_for_universal_2,
    ),
    Rule(
        "keyterms_prompt has 1000 words",
        ("keyterms_prompt",),
        f"'keyterms_prompt' takes at most {checks.MOST_TERM_WORDS} words in total.",
        checks.too_many_words,
    ),
    Rule(
        "keyterms_prompt has terms of 6 words",
        ("keyterms_prompt",),
        f"'keyterms_prompt' takes terms of at most {checks.MOST_WORDS_OF_A_TERM} words.",
        checks.long_term,
    ),
    Rule("prompt has 1500 words", ("prompt",), f"'prompt' takes at most {checks.MOST_PROMPT_WORDS} words.", checks.long_prompt),
    Rule(
        "limits of custom_spelling",
        ("custom_spelling",),
        "'custom_spelling' takes one word in 'to' and at most 5 words in each 'from'.",
        checks.wrong_spelling,
    ),
    Rule(
        "word_boost is ASCII",
        ("word_boost",),
        "'word_boost' takes only ASCII characters.",
        checks.word_beyond_ascii,
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
        lambda options: not value_at(options, "speech_understanding.request"),
        literal="speech_understanding.request is empty",
        outcome=Outcome.REFUSED,
    ),
    _needs("speech_understanding.request.translation.match_original_utterance", "speaker_labels"),
    _needs(SPEAKERS_BY, "speaker_labels"),
    _missing_part("speech_understanding.request.translation", "target_languages"),
    _missing_part("speech_understanding.request.summarization", "summary_type"),
    _missing_part(SPEAKERS_BY, "speaker_type"),
    Rule(
        "speaker roles have names",
        ("speech_understanding",),
        f"'{SPEAKERS_BY}' with the 'speaker_type' role needs 'known_values' or 'speakers'.",
        checks.role_without_names,
    ),
    Rule(
        "known_values excludes speakers",
        ("speech_understanding",),
        f"'{SPEAKERS_BY}.known_values' and '{SPEAKERS_BY}.speakers' exclude each other: give only one of them.",
        lambda options: bool(value_at(options, f"{SPEAKERS_BY}.known_values")) and bool(value_at(options, f"{SPEAKERS_BY}.speakers")),
    ),
    Rule(
        "known_values are short",
        ("speech_understanding",),
        f"'{SPEAKERS_BY}.known_values' takes values of at most 35 characters.",
        checks.long_known_value,
    ),
    _needs("webhook_auth_header_name", "webhook_auth_header_value"),
    _needs("webhook_auth_header_value", "webhook_auth_header_name"),
    _needs("webhook_auth_header_name", "webhook_url"),
    *(_range(option) for option in OPTIONS.values() if option.low is not None),
    *(_models(option) for option in OPTIONS.values() if checks.models_without(option)),
)
"""Every rule, in the order in which they are told."""

_ACCEPTED = ", ".join(f'"{name}"' for name in MODELS)
_BY_OPTION: dict[str, list[Rule]] = {}
for _rule in RULES:
    _BY_OPTION.setdefault(_rule.options[0], []).append(_rule)
