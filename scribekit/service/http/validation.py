"""Checks the request to create a transcript. Pure.

Where the contract documents an error message, it is used literally; where it only documents a rule, the message is our own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scribekit.base import contract

U2_KEYTERMS = 200
KEYTERM_WORDS = 1000
PHRASE_WORDS = 6
PROMPT_WORDS = 1500

_BOOLEANS = """auto_chapters auto_highlights content_safety custom_topics disfluencies dual_channel entity_detection filter_profanity
    format_text iab_categories language_detection multichannel punctuate redact_pii redact_pii_audio redact_pii_return_unredacted
    sentiment_analysis speaker_labels speed_boost summarization"""
_STRINGS = """audio_url boost_param domain language_code prompt redact_pii_audio_quality redact_pii_sub remove_audio_tags speech_model
    summary_model summary_type webhook_auth_header_name webhook_auth_header_value webhook_url"""
_INTEGERS = "audio_end_at audio_start_from content_safety_confidence speakers_expected"
_NUMBERS = "language_confidence_threshold speech_threshold temperature"
_LISTS = "keyterms_prompt language_codes redact_pii_policies speech_models topics word_boost"
_OBJECTS = """keyterms_prompt_options language_detection_options redact_pii_audio_options redact_static_entities speaker_options
    speech_understanding"""

OPTIONS: Mapping[str, str] = {
    name: kind
    for kind, names in (
        ("Boolean", _BOOLEANS),
        ("String", _STRINGS),
        ("Integer", _INTEGERS),
        ("Number", _NUMBERS),
        ("List of Strings", _LISTS),
        ("Object", _OBJECTS),
    )
    for name in names.split()
} | {"custom_spelling": "List of Objects"}
"""Every key of a request and its kind."""

_RANGES: Mapping[str, tuple[float, float]] = {
    "content_safety_confidence": (25, 100),
    "language_confidence_threshold": (0, 1),
    "speech_threshold": (0, 1),
    "temperature": (0, 1),
}


class InvalidRequestError(Exception):
    """The request is answered with 400; the message is the answer's ``error``."""


def check_request(body: Any, *, require_models: bool = False) -> dict[str, Any]:
    """Return the options of a request, without those that are null.

    Raises:
        InvalidRequestError: An option is unknown, of the wrong type, out of range, or at odds with another.

    Example:
        >>> check_request({"audio_url": "http://127.0.0.1/a.mp3", "punctuate": None})
        {'audio_url': 'http://127.0.0.1/a.mp3'}
    """
    if not isinstance(body, dict) or body.keys() - OPTIONS.keys():
        raise InvalidRequestError(contract.ERROR_SCHEMA)
    options = {name: value for name, value in body.items() if value is not None}
    for name, value in options.items():
        _check_kind(name, value)
    if not options.get("audio_url"):
        raise InvalidRequestError(contract.ERROR_SCHEMA)
    if require_models and not (options.get("speech_models") or options.get("speech_model")):
        raise InvalidRequestError("speech_models must be a List of Strings")
    _check_ranges(options)
    _check_terms(options)
    _check_partners(options)
    return options


def _check_kind(name: str, value: Any) -> None:
    kind = OPTIONS[name]
    fits = {
        "Boolean": isinstance(value, bool),
        "String": isinstance(value, str),
        "Integer": isinstance(value, int) and not isinstance(value, bool),
        "Number": isinstance(value, int | float) and not isinstance(value, bool),
        "List of Strings": isinstance(value, list) and all(isinstance(item, str) for item in value),
        "List of Objects": isinstance(value, list) and all(isinstance(item, dict) for item in value),
        "Object": isinstance(value, dict),
    }
    if not fits[kind]:
        raise InvalidRequestError(f"{name} must be {'an' if kind[0] in 'IO' else 'a'} {kind}")


def _check_ranges(options: Mapping[str, Any]) -> None:
    for name, (low, high) in _RANGES.items():
        if not low <= options.get(name, low) <= high:
            raise InvalidRequestError(f"{name} must be a {OPTIONS[name]} between {low:g} and {high:g}")
    for name in ("audio_start_from", "audio_end_at"):
        if options.get(name, 0) < 0:
            raise InvalidRequestError(f"{name} must be an Integer of at least 0")
    if options.get("speakers_expected", 1) < 1:
        raise InvalidRequestError("speakers_expected must be an Integer of at least 1")
    if len(options.get("language_codes", ())) > 2:
        raise InvalidRequestError("language_codes must be a List of at most 2 Strings")


def _check_terms(options: Mapping[str, Any]) -> None:
    terms = options.get("keyterms_prompt") or []
    if terms and options.get("prompt"):
        raise InvalidRequestError("prompt and keyterms_prompt cannot be used in the same request")
    if len(options.get("prompt", "").split()) > PROMPT_WORDS:
        raise InvalidRequestError(f"prompt must be a String of at most {PROMPT_WORDS} words")
    if any(len(term.split()) > PHRASE_WORDS for term in terms):
        raise InvalidRequestError(f"keyterms_prompt must be a List of phrases of at most {PHRASE_WORDS} words each")
    model = (options.get("speech_models") or [options.get("speech_model")])[0]
    if model == "universal-2" and len(terms) > U2_KEYTERMS:
        raise InvalidRequestError(f"keyterms_prompt must be a List of at most {U2_KEYTERMS} terms for universal-2")
    if sum(len(term.split()) for term in terms) > KEYTERM_WORDS:
        raise InvalidRequestError(f"keyterms_prompt must be a List of at most {KEYTERM_WORDS} words in total")


def _check_partners(options: Mapping[str, Any]) -> None:
    for name in ("redact_pii_audio", "redact_pii_return_unredacted"):
        if options.get(name) and not options.get("redact_pii"):
            raise InvalidRequestError(f"{name} needs redact_pii")
    if ("webhook_auth_header_name" in options) != ("webhook_auth_header_value" in options):
        raise InvalidRequestError("webhook_auth_header_name and webhook_auth_header_value must be given together")
