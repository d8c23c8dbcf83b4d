"""Every option of ``POST /v2/transcript``: its type, what it takes, and which models offer it. Pure.

From the vendor's OpenAPI document as mirrored on 2026-08-18 and its documentation of late 2026. Some options are newer than the SDK.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

UNIVERSAL_2, UNIVERSAL_3_5, STT_3_7 = "universal-2", "universal-3-5-pro", "assemblyai-stt-3-7"
MODELS = (STT_3_7, UNIVERSAL_3_5, UNIVERSAL_2)
"""The models that the table speaks about; nothing is known of what others offer."""


class Kind(StrEnum):
    """The type of an option's value, as the service's messages call it."""

    BOOLEAN = "Boolean"
    STRING = "String"
    INTEGER = "Integer"
    NUMBER = "Number"
    STRINGS = "List of Strings"
    OBJECTS = "List of Objects"
    OBJECT = "Object"

    def fits(self, value: Any) -> bool:
        """Return whether a JSON value has this type.

        Example:
            >>> Kind.INTEGER.fits(True), Kind.STRINGS.fits(["a"])
            (False, True)
        """
        match self:
            case Kind.BOOLEAN:
                return isinstance(value, bool)
            case Kind.STRING:
                return isinstance(value, str)
            case Kind.INTEGER:
                return isinstance(value, int) and not isinstance(value, bool)
            case Kind.NUMBER:
                return isinstance(value, int | float) and not isinstance(value, bool)
            case Kind.STRINGS:
                return isinstance(value, list) and all(isinstance(item, str) for item in value)
            case Kind.OBJECTS:
                return isinstance(value, list) and all(isinstance(item, Mapping) for item in value)
            case Kind.OBJECT:
                return isinstance(value, Mapping)


class Role(StrEnum):
    """What an option is about."""

    JOB = "job"
    """What is asked for. It is part of the job: another value is another job."""
    DELIVERY = "delivery"
    """Where the service reports the end of the job. Nobody must pay again because that changed."""
    RECORDING = "recording"
    """Which recording; the manifest says that."""
    REPLACED = "replaced"
    """An older form of another option, which is sent instead."""
    NO_EFFECT = "no effect"
    """The service takes it and ignores it."""


@dataclass(frozen=True)
class Option:
    """One option.

    Attributes:
        name: Its name in the request.
        kind: The type of its value.
        meaning: What it does, in a few words.
        takes: What it takes beyond its type, in a few words; empty when its type says everything.
        models: The models that offer it; None for all.
        unstated: Models for which no source says whether they offer it.
        languages: The languages that it works for, without region; None where that is not stated in one list.
        values: The only values that the documentation names; None for any.
        low: The least value.
        high: The greatest value.
        items_hold_commas: Whether the items of a list may hold commas, so that only ``;`` and line breaks separate them in a cell.
        role: What it is about.
        is_deprecated: Whether the service has something newer for it.
    """

    name: str
    kind: Kind
    meaning: str
    takes: str = ""
    models: tuple[str, ...] | None = None
    unstated: tuple[str, ...] = ()
    languages: tuple[str, ...] | None = None
    values: tuple[str, ...] | None = None
    low: float | None = None
    high: float | None = None
    items_hold_commas: bool = False
    role: Role = Role.JOB
    is_deprecated: bool = False


_NEW = (STT_3_7, UNIVERSAL_3_5)
_OLD_AND_3_5 = (UNIVERSAL_3_5, UNIVERSAL_2)
_ONLY_2 = (UNIVERSAL_2,)
_WEST = ("en", "es", "fr", "de", "it", "pt")

_B, _S, _I, _N = Kind.BOOLEAN, Kind.STRING, Kind.INTEGER, Kind.NUMBER

_ALL = (
    Option("audio_url", _S, "The recording", "an http(s) address", role=Role.RECORDING),
    Option("speech_models", Kind.STRINGS, "The models in order of preference; the first that has the language answers"),
    Option("speech_model", _S, "One model", "write `speech_models` instead", role=Role.REPLACED, is_deprecated=True),
    Option("language_code", _S, "The language; it is detected when no code is given", "a code such as `en_us` or `fr`"),
    Option(
        "language_codes",
        Kind.STRINGS,
        "Two languages that alternate",
        "two codes, one of them `en`",
        models=_OLD_AND_3_5,
        unstated=(STT_3_7,),
    ),
    Option("language_detection", _B, "Detect the language", "at least 15 seconds of speech"),
    Option("language_confidence_threshold", _N, "Fail when the detected language is less certain", low=0, high=1),
    Option("language_detection_options", Kind.OBJECT, "How the language is detected"),
    Option("punctuate", _B, "Write punctuation (on by default)"),
    Option("format_text", _B, "Write capitals and numerals (on by default)"),
    Option("disfluencies", _B, "Keep fillers such as 'um'", models=_OLD_AND_3_5, unstated=(STT_3_7,), languages=("en",)),
    Option("filter_profanity", _B, "Replace swear words by asterisks", languages=(*_WEST, "nl", "hi", "ja")),
    Option("multichannel", _B, "Transcribe each channel separately"),
    Option("dual_channel", _B, "Transcribe two channels separately", "write `multichannel` instead", is_deprecated=True),
    Option("speaker_labels", _B, "Tell speakers apart"),
    Option("speakers_expected", _I, "The exact number of speakers", low=1),
    Option("speaker_options", Kind.OBJECT, "The fewest and the most speakers"),
    Option(
        "keyterms_prompt",
        Kind.STRINGS,
        "Terms that may be said",
        "at most 1000 terms (200 with `universal-2`) of at most 6 words each, at most 1000 words in total",
        items_hold_commas=True,
    ),
    Option("keyterms_prompt_options", Kind.OBJECT, "How strongly key terms are preferred"),
    Option("prompt", _S, "A description of the audio; commands are ignored", "at most 1500 words", models=_NEW),
    Option("temperature", _N, "How freely the model chooses words", low=0, high=1, models=_NEW),
    Option("remove_audio_tags", _S, "Which marks of sounds and speakers to remove", values=("all", "speaker"), models=_NEW),
    Option(
        "custom_spelling",
        Kind.OBJECTS,
        "Spell words differently",
        'items `{"from": […], "to": "…"}`: `to` one word, `from` at most 5 words',
    ),
    Option("audio_start_from", _I, "Where to begin", "milliseconds", low=0),
    Option("audio_end_at", _I, "Where to end", "milliseconds", low=0),
    Option("speech_threshold", _N, "Fail when a smaller part of the audio is speech", "at least 30 seconds of audio", low=0, high=1),
    Option("entity_detection", _B, "Find names, dates, numbers and the like"),
    Option("sentiment_analysis", _B, "Judge each sentence as positive, neutral or negative", languages=("en",)),
    Option("auto_highlights", _B, "Find key phrases", languages=("en",)),
    Option("iab_categories", _B, "Find topics"),
    Option("content_safety", _B, "Find sensitive content", languages=_WEST),
    Option("content_safety_confidence", _I, "Report sensitive content from this certainty on, in percent", low=25, high=100),
    Option("redact_pii", _B, "Mask personal data in the text"),
    Option("redact_pii_policies", Kind.STRINGS, "Which personal data to mask", "one policy or more, such as `person_name`"),
    Option("redact_pii_sub", _S, "What to write instead", values=("entity_name", "hash")),
    Option("redact_pii_audio", _B, "Mask personal data in a copy of the audio"),
    Option("redact_pii_audio_quality", _S, "The format of that copy", values=("mp3", "wav")),
    Option("redact_pii_audio_options", Kind.OBJECT, "How the audio is masked"),
    Option("redact_pii_return_unredacted", _B, "Return the text without masks too"),
    Option(
        "redact_static_entities",
        Kind.OBJECT,
        "Mask terms of your own, listed by label",
        "at most 100 labels of letters, digits, space, `_` and `-` (80 characters), with at most 200 terms of 200 characters each",
    ),
    Option(
        "speech_understanding",
        Kind.OBJECT,
        "Translate, summarise, list action items, name speakers or format",
        'an object `{"request": {…}}`',
        models=_OLD_AND_3_5,
        unstated=(STT_3_7,),
    ),
    Option("webhook_url", _S, "The address to call at the end", "use `webhook=sk.Webhook(…)`", role=Role.DELIVERY),
    Option("webhook_auth_header_name", _S, "The name of a header of that call", "use `webhook=sk.Webhook(…)`", role=Role.DELIVERY),
    Option("webhook_auth_header_value", _S, "Its value", "use `webhook=sk.Webhook(…)`", role=Role.DELIVERY),
    Option(
        "domain",
        _S,
        "Medical terms, in English, Spanish, German and French",
        values=("medical-v1",),
        models=_OLD_AND_3_5,
        unstated=(STT_3_7,),
    ),
    Option("auto_chapters", _B, "Chapters", "write `speech_understanding` instead", models=_ONLY_2, is_deprecated=True),
    Option("summarization", _B, "A summary", "write `speech_understanding` instead", models=_ONLY_2, is_deprecated=True),
    Option(
        "summary_model",
        _S,
        "The kind of language of the summary",
        values=("informative", "conversational", "catchy"),
        models=_ONLY_2,
        is_deprecated=True,
    ),
    Option(
        "summary_type",
        _S,
        "The form of the summary",
        values=("bullets", "bullets_verbose", "gist", "headline", "paragraph"),
        models=_ONLY_2,
        is_deprecated=True,
    ),
    Option(
        "word_boost",
        Kind.STRINGS,
        "Words to prefer",
        "at most 1000, only ASCII characters",
        models=_ONLY_2,
        items_hold_commas=True,
        is_deprecated=True,
    ),
    Option("boost_param", _S, "How strongly words are preferred", values=("low", "default", "high"), is_deprecated=True),
    Option("speed_boost", _B, "No longer in use", role=Role.NO_EFFECT, is_deprecated=True),
    Option("custom_topics", _B, "No longer in use", role=Role.NO_EFFECT, is_deprecated=True),
    Option("topics", Kind.STRINGS, "No longer in use", role=Role.NO_EFFECT, is_deprecated=True),
)

OPTIONS: Mapping[str, Option] = {option.name: option for option in _ALL}
"""Every option by its name."""

_PARTS: Mapping[str, str] = {
    "language_detection_options": "expected_languages fallback_language code_switching code_switching_confidence_threshold localization",
    "speaker_options": "min_speakers_expected max_speakers_expected short_file_diarization_method long_file_diarization_method",
    "keyterms_prompt_options": "keyterms_match_strength",
    "redact_pii_audio_options": "return_redacted_no_speech_audio override_audio_redaction_method",
    "speech_understanding.request": "translation speaker_identification custom_formatting summarization action_items",
    "speech_understanding.request.translation": "target_languages formal match_original_utterance force_translation",
    "speech_understanding.request.speaker_identification": "speaker_type known_values speakers",
    "speech_understanding.request.custom_formatting": "date phone_number email format_utterances",
    "speech_understanding.request.summarization": "summary_type effort",
    "speech_understanding.request.action_items": "include_decisions effort",
}

NESTED: Mapping[str, tuple[str, ...]] = {path: tuple(names.split()) for path, names in _PARTS.items()}
"""The parts of options that are objects: path of the object → the names in it."""

_TOO_COMMON = frozenset({"formal", "effort", "speakers", "speaker_type", "summarization", "summary_type", "date", "phone_number", "email"})
_HOME: Mapping[str, str] = {name: path for path, names in NESTED.items() for name in names if name not in _TOO_COMMON}
"""Name of a part → the path of its object, for names that mean nothing else."""

_NEAR = 0.85


def kind_problem(name: str, value: Any) -> str | None:
    """Return the service's sentence about a value of the wrong type; None when it fits, is null, or the option is not in the table.

    Example:
        >>> kind_problem("format_text", "true")
        'format_text must be a Boolean'
    """
    if value is None or name not in OPTIONS or OPTIONS[name].kind.fits(value):
        return None
    kind = OPTIONS[name].kind
    return f"{name} must be {'an' if kind[0] in 'IO' else 'a'} {kind}"


def value_problem(name: str, value: Any) -> str | None:
    """Return what is wrong with a value of the right type that is not among those documented; None when it is, or is null.

    Example:
        >>> value_problem("redact_pii_sub", "stars")
        "redact_pii_sub must be one of: entity_name, hash. It is 'stars'"
    """
    values = OPTIONS[name].values if name in OPTIONS else None
    if values is None or value is None or value in values:
        return None
    return f"{name} must be one of: {', '.join(values)}. It is {value!r}"


def wrong_name(name: str, own: Collection[str] = ()) -> str | None:
    """Return the option that a wrong name was probably meant for; None for a right name and for one that is like none.

    A part of an option is returned with the path that leads to it.

    Args:
        name: A name that is not written as an option's.
        own: Names that mean something else, whatever they look like.

    Example:
        >>> wrong_name("redact_static_entity"), wrong_name("action_items"), wrong_name("interviewer")
        ('redact_static_entities', 'speech_understanding.request.action_items', None)
    """
    if name in own or name in OPTIONS:
        return None
    plain = name.strip().lower().replace("-", "_").replace(" ", "_")
    if plain in _HOME:
        return f"{_HOME[plain]}.{plain}"
    sent = [option.name for option in _ALL if option.role in (Role.JOB, Role.DELIVERY)]
    close = difflib.get_close_matches(plain, [*sent, *_HOME], n=1, cutoff=_NEAR)
    if not close:
        return None
    return close[0] if close[0] in OPTIONS else f"{_HOME[close[0]]}.{close[0]}"


def wrong_part(path: str, names: Iterable[str]) -> tuple[str, str] | None:
    """Return the first name in an object that is nearly the name of a known part, with that part's name; None without one.

    Example:
        >>> wrong_part("language_detection_options", ["code_switching", "localisation"])
        ('localisation', 'localization')
    """
    known = NESTED.get(path, ())
    for name in names:
        close = [] if name in known else difflib.get_close_matches(name, known, n=1, cutoff=_NEAR)
        if close:
            return name, close[0]
    return None
